namespace DmDelegation.Engine.Time;

/// <summary>A time that was stated once, carried on by CLOCK_BOOTTIME (DEL-203).</summary>
/// <param name="At">What was stated.</param>
/// <param name="BootMs">CLOCK_BOOTTIME in ms at that moment.</param>
/// <param name="BootId">Boot of that moment.</param>
public sealed record TimeMark(DateTimeOffset At, long BootMs, string BootId)
{
    /// <summary>A time stated at a reading.</summary>
    public static TimeMark Of(DateTimeOffset time, in ClockReading now) => new(time, now.BootMs, now.BootId);

    /// <summary>The time at a reading; in another boot all of that boot has passed since.</summary>
    public DateTimeOffset Now(in ClockReading now) =>
        At.Later(TimeSpan.FromMilliseconds(Math.Max(0, string.Equals(BootId, now.BootId, StringComparison.Ordinal) ? now.BootMs - BootMs : now.BootMs)));

    /// <summary>The same time, anchored at a reading.</summary>
    public TimeMark Carried(in ClockReading now) => Of(Now(now), now);

    /// <summary>Raised by a statement, never lowered.</summary>
    public static TimeMark Raise(TimeMark? mark, DateTimeOffset time, in ClockReading now) =>
        mark is not null && mark.Now(now) >= time ? mark.Carried(now) : Of(time, now);
}
