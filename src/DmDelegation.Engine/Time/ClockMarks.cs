namespace DmDelegation.Engine.Time;

/// <summary>The clock as persisted (12.3).</summary>
/// <param name="HighWater">Highest UTC ever believed.</param>
/// <param name="BootId">Boot in which that was.</param>
/// <param name="BootMs">CLOCK_BOOTTIME in ms at that moment.</param>
/// <param name="WallAtPersist">CLOCK_REALTIME at that moment.</param>
public sealed record ClockMarks(DateTimeOffset HighWater, string BootId, long BootMs, DateTimeOffset WallAtPersist)
{
    /// <summary>A trusted wall clock has been believed since the factory state: the next one is not taken over as it is (DEL-205).</summary>
    public bool TrustedOnce { get; init; }

    /// <summary>The jump that is not followed, if any (DEL-205).</summary>
    public ClockJump? Jump { get; init; }
}

/// <summary>A jump of the wall clock ahead of effective time that is not followed (DEL-205).</summary>
/// <param name="Wall">Where the wall clock stood when it was noticed; after a reboot, where it would have stood.</param>
/// <param name="Noticed">Effective time at that moment. It goes on by boot time alone, so it says how long the jump has been held.</param>
/// <param name="BootId">Boot in which the wall clock was last seen ahead.</param>
public sealed record ClockJump(DateTimeOffset Wall, DateTimeOffset Noticed, string BootId);
