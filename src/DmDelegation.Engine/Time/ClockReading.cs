namespace DmDelegation.Engine.Time;

/// <summary>One reading of the world's clocks; it arrives with every event, nothing else reads time (design 3).</summary>
/// <param name="Wall">CLOCK_REALTIME, UTC; may jump.</param>
/// <param name="WallTrusted">The kernel, a configured source or a reliable RTC vouches for it (DEL-201).</param>
/// <param name="BootMs">CLOCK_BOOTTIME in milliseconds; counts suspend, restarts at reboot (DEL-200).</param>
/// <param name="BootId">The kernel's boot id.</param>
/// <param name="Rtc">The real-time clock as read at start-up, carried on by CLOCK_BOOTTIME (DEL-205); null if there is none.</param>
public readonly record struct ClockReading(DateTimeOffset Wall, bool WallTrusted, long BootMs, string BootId, DateTimeOffset? Rtc = null);

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
