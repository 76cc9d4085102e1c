namespace DmDelegation.Engine.Time;

/// <summary>
/// Effective time T: the highest of high-water mark and trusted wall clock, carried on by CLOCK_BOOTTIME. It never goes back, within a
/// boot or across boots (DEL-202, DEL-203); the one exception is <see cref="Reset"/>. It does not follow a wild wall clock (DEL-205).
/// </summary>
/// <param name="At">T at <paramref name="AtBootMs"/>.</param>
/// <param name="AtBootMs">CLOCK_BOOTTIME in ms.</param>
/// <param name="BootId">The present boot.</param>
/// <param name="Trust">State of the clock.</param>
/// <param name="TrustedThisBoot">The wall clock has been believed at least once since this boot: off-time is known (DEL-213).</param>
public sealed record EffectiveClock(DateTimeOffset At, long AtBootMs, string BootId, ClockTrust Trust, bool TrustedThisBoot)
{
    /// <summary>Largest jump that is no jump while nobody vouches for the clock (DEL-205).</summary>
    public static readonly TimeSpan LargestUntrusted = TimeSpan.FromSeconds(3600);

    /// <summary>Largest jump that needs no second source, and how near the second source must be (DEL-205).</summary>
    public static readonly TimeSpan LargestAlone = TimeSpan.FromDays(1);

    /// <summary>Boot time for which a jump is not followed (DEL-205).</summary>
    public static readonly TimeSpan Held = TimeSpan.FromHours(24);

    /// <summary>A trusted wall clock has been believed since the factory state (DEL-205).</summary>
    public bool TrustedOnce { get; init; }

    /// <summary>The jump that is not followed, if any.</summary>
    public ClockJump? Jump { get; init; }

    /// <summary>What a server with Replace on the root has said in this boot (DEL-205); null if nothing.</summary>
    public TimeMark? Told { get; init; }

    /// <summary>Effective time at a reading of the same boot.</summary>
    public DateTimeOffset Now(in ClockReading reading) => At.Later(TimeSpan.FromMilliseconds(Math.Max(0, reading.BootMs - AtBootMs)));

    /// <summary>The clock at start-up, from what was persisted (DEL-201, DEL-202).</summary>
    public static EffectiveClock FromMarks(ClockMarks marks, in ClockReading reading, DateTimeOffset buildTime)
    {
        var sameBoot = string.Equals(marks.BootId, reading.BootId, StringComparison.Ordinal);
        var floor = marks.HighWater > buildTime ? marks.HighWater : buildTime;
        // In another boot all of its time has passed since the mark; without it T would go back at a restart of the agent (DEL-202).
        var carried = floor.Later(TimeSpan.FromMilliseconds(Math.Max(0, sameBoot ? reading.BootMs - marks.BootMs : reading.BootMs)));
        var stored = new EffectiveClock(carried, reading.BootMs, reading.BootId, ClockTrust.Unknown, TrustedThisBoot: false)
        {
            TrustedOnce = marks.TrustedOnce,
            Jump = marks.Jump,
        };
        return stored.Observe(reading, buildTime);
    }

    /// <summary>The clock after a reading: advanced by boot time, raised by a trusted wall clock that is not held back, never lowered.</summary>
    public EffectiveClock Observe(in ClockReading reading, DateTimeOffset buildTime)
    {
        var carried = Now(reading);
        var jump = JumpAt(reading, carried);
        var believed = reading.WallTrusted && jump is null;
        // Trusted before in this boot, T goes on by boot time and is as good as it was; after a reboot off-time is not known (DEL-205).
        var trust = believed || (reading.WallTrusted && TrustedThisBoot) ? ClockTrust.Trusted
            : reading.Wall >= carried && reading.Wall >= buildTime ? ClockTrust.Plausible
            : ClockTrust.Unknown;
        return this with
        {
            At = believed && reading.Wall > carried ? reading.Wall : carried,
            AtBootMs = reading.BootMs,
            BootId = reading.BootId,
            Trust = trust,
            TrustedThisBoot = TrustedThisBoot || believed,
            TrustedOnce = TrustedOnce || believed,
            Jump = jump,
        };
    }

    /// <summary>Lowers T to a wall clock that somebody vouches for (DEL-223). A wall clock ahead of T changes nothing: it is no way past DEL-205.</summary>
    public EffectiveClock Reset(in ClockReading reading, DateTimeOffset buildTime)
    {
        var wall = reading.Wall > buildTime ? reading.Wall : buildTime;
        return wall < Now(reading) ? this with { At = wall, AtBootMs = reading.BootMs, Jump = null } : this;
    }

    /// <summary>What a commit writes down of the clock (DEL-206).</summary>
    public ClockMarks ToMarks(in ClockReading reading) =>
        new(Now(reading), reading.BootId, reading.BootMs, reading.Wall) { TrustedOnce = TrustedOnce, Jump = Jump };

    /// <summary>Milliseconds until a trusted wall clock is followed after all; null if nothing is held back.</summary>
    public long? HeldLeftMs(in ClockReading reading) =>
        Jump is { } jump && reading.WallTrusted ? Math.Max(0, (long)(jump.Noticed + Held - Now(reading)).TotalMilliseconds) : null;

    private ClockJump? JumpAt(in ClockReading reading, DateTimeOffset carried)
    {
        var ahead = reading.Wall - carried;
        if (!TrustedOnce || ahead <= (reading.WallTrusted ? LargestAlone : LargestUntrusted))
        {
            // A board without an RTC begins each boot in the past; the jump waits for the source that made it.
            return !reading.WallTrusted && Jump is { } waiting && waiting.BootId != reading.BootId ? waiting : null;
        }

        if (reading.WallTrusted && (IsNear(reading.Rtc, reading.Wall) || IsNear(Told?.Now(reading), reading.Wall)))
        {
            return null;
        }

        var jump = SameJump(reading, carried) ?? new ClockJump(reading.Wall, carried, reading.BootId);
        return reading.WallTrusted && carried - jump.Noticed >= Held ? null : jump;
    }

    /// <summary>The jump held already, if the wall clock still says the same. Another boot may add off-time, which nobody can tell.</summary>
    private ClockJump? SameJump(in ClockReading reading, DateTimeOffset carried) =>
        Jump is not { } held ? null
        : held.BootId != reading.BootId ? held with { Wall = reading.Wall - (carried - held.Noticed), BootId = reading.BootId }
        : IsNear(held.Wall + (carried - held.Noticed), reading.Wall) ? held
        : null;

    private static bool IsNear(DateTimeOffset? one, DateTimeOffset other) => one is { } time && (time - other).Duration() <= LargestAlone;
}
