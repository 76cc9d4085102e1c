namespace DmDelegation.Engine.Time;

/// <summary>One reading of the world's clocks; it arrives with every event, nothing else reads time (design 3).</summary>
/// <param name="Wall">CLOCK_REALTIME, UTC; may jump.</param>
/// <param name="WallTrusted">The kernel, a configured source or a reliable RTC vouches for it (DEL-201).</param>
/// <param name="BootMs">CLOCK_BOOTTIME in milliseconds; counts suspend, restarts at reboot (DEL-200).</param>
/// <param name="BootId">The kernel's boot id.</param>
public readonly record struct ClockReading(DateTimeOffset Wall, bool WallTrusted, long BootMs, string BootId);

/// <summary>How far the agent believes its clock (DEL-201).</summary>
public enum ClockTrust
{
    /// <summary>No usable time.</summary>
    Unknown,

    /// <summary>Not before the high-water mark and the build time, but nobody vouches for it.</summary>
    Plausible,

    /// <summary>Somebody vouches for it.</summary>
    Trusted,
}

/// <summary>The clock as persisted (12.3).</summary>
/// <param name="HighWater">Highest UTC ever believed.</param>
/// <param name="BootId">Boot in which that was.</param>
/// <param name="BootMs">CLOCK_BOOTTIME in ms at that moment.</param>
/// <param name="WallAtPersist">CLOCK_REALTIME at that moment.</param>
public sealed record ClockMarks(DateTimeOffset HighWater, string BootId, long BootMs, DateTimeOffset WallAtPersist);

/// <summary>
/// Effective time T: the highest of high-water mark and trusted wall clock, carried on by CLOCK_BOOTTIME. It never goes back, within a
/// boot or across boots (DEL-202, DEL-203).
/// </summary>
/// <param name="At">T at <paramref name="AtBootMs"/>.</param>
/// <param name="AtBootMs">CLOCK_BOOTTIME in ms.</param>
/// <param name="BootId">The present boot.</param>
/// <param name="Trust">State of the clock.</param>
/// <param name="TrustedThisBoot">The wall clock has been trusted at least once since this boot: off-time is known (DEL-213).</param>
public sealed record EffectiveClock(DateTimeOffset At, long AtBootMs, string BootId, ClockTrust Trust, bool TrustedThisBoot)
{
    /// <summary>Effective time at a reading of the same boot.</summary>
    public DateTimeOffset Now(in ClockReading reading) => At.AddMilliseconds(Math.Max(0, reading.BootMs - AtBootMs));

    /// <summary>The clock at start-up, from what was persisted (DEL-201, DEL-202).</summary>
    public static EffectiveClock FromMarks(ClockMarks marks, in ClockReading reading, DateTimeOffset buildTime)
    {
        var sameBoot = string.Equals(marks.BootId, reading.BootId, StringComparison.Ordinal);
        var floor = marks.HighWater > buildTime ? marks.HighWater : buildTime;
        // In another boot all of its time has passed since the mark; without it T would go back at a restart of the agent (DEL-202).
        var carried = floor.AddMilliseconds(Math.Max(0, sameBoot ? reading.BootMs - marks.BootMs : reading.BootMs));
        return new EffectiveClock(carried, reading.BootMs, reading.BootId, ClockTrust.Unknown, TrustedThisBoot: false).Observe(reading, buildTime);
    }

    /// <summary>The clock after a reading: advanced by boot time, raised by a trusted wall clock, never lowered.</summary>
    public EffectiveClock Observe(in ClockReading reading, DateTimeOffset buildTime)
    {
        var carried = Now(reading);
        var trust = reading.WallTrusted ? ClockTrust.Trusted
            : reading.Wall >= carried && reading.Wall >= buildTime ? ClockTrust.Plausible
            : ClockTrust.Unknown;
        var at = reading.WallTrusted && reading.Wall > carried ? reading.Wall : carried;
        return new EffectiveClock(at, reading.BootMs, reading.BootId, trust, TrustedThisBoot || reading.WallTrusted);
    }

    /// <summary>What a commit writes down of the clock (DEL-206).</summary>
    public ClockMarks ToMarks(in ClockReading reading) => new(Now(reading), reading.BootId, reading.BootMs, reading.Wall);
}
