namespace DmDelegation.Engine.Time;

/// <summary>
/// Elapsed powered-on time that survives restarts exactly and reboots never too low (DEL-200, DEL-211). Within one boot it follows
/// CLOCK_BOOTTIME; after a reboot the value written ahead counts, plus the off-time once it is known (DEL-212).
/// </summary>
/// <param name="BaseMs">Elapsed at <paramref name="AtBootMs"/>, milliseconds.</param>
/// <param name="AtBootMs">CLOCK_BOOTTIME in ms to which the base belongs.</param>
/// <param name="BootId">Boot to which it belongs.</param>
/// <param name="AheadMs">What counts after a reboot: at least what has elapsed until the next persist, milliseconds.</param>
public sealed record ElapsedTime(long BaseMs, long AtBootMs, string BootId, long AheadMs)
{
    /// <summary>A clock that starts now.</summary>
    public static ElapsedTime Start(in ClockReading now, long persistIntervalMs) => new(0, now.BootMs, now.BootId, persistIntervalMs);

    /// <summary>Elapsed milliseconds at a reading; exact within its boot, the value ahead in any other.</summary>
    public long ElapsedMs(in ClockReading now) =>
        SameBoot(now) ? BaseMs + Math.Max(0, now.BootMs - AtBootMs) : AheadMs + Math.Max(0, now.BootMs);

    /// <summary>Whether the reading is of the boot this clock last ran in.</summary>
    public bool SameBoot(in ClockReading now) => string.Equals(BootId, now.BootId, StringComparison.Ordinal);

    /// <summary>The same elapsed time, written ahead by the persist interval (DEL-211).</summary>
    public ElapsedTime Ahead(in ClockReading now, long persistIntervalMs)
    {
        var elapsed = ElapsedMs(now);
        return new(elapsed, now.BootMs, now.BootId, elapsed + persistIntervalMs);
    }

    /// <summary>Adds off-time, never a negative amount (DEL-212).</summary>
    public ElapsedTime AddOffTime(TimeSpan offTime) =>
        offTime <= TimeSpan.Zero ? this : this with { BaseMs = BaseMs + (long)offTime.TotalMilliseconds, AheadMs = AheadMs + (long)offTime.TotalMilliseconds };
}
