using DmDelegation.Engine.Time;

namespace DmDelegation.Platform.Clock;

/// <summary>Who vouches for the wall clock: <c>clock.trust</c> of the configuration (DEL-201).</summary>
public enum ClockTrustMode
{
    /// <summary>The kernel reports synchronisation (adjtimex).</summary>
    Kernel,

    /// <summary>A real-time clock is there and is not behind the high-water mark.</summary>
    Rtc,

    /// <summary>Somebody outside the agent sees to it.</summary>
    Always,

    /// <summary>Nobody.</summary>
    Never,
}

/// <summary>Reads the clocks of the kernel; the only place that does. The loop asks once per event.</summary>
public sealed class SystemClock
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";
    private const long LastSecond = 32_503_680_000; // year 3000: own choice; carried on by boot time it must stay a time
    private const string RtcDevice = "/sys/class/rtc/rtc0";

    private readonly ClockTrustMode _mode;
    private readonly DateTimeOffset _notBefore;
    private readonly string _bootId;
    private readonly TimeMark? _rtcAtStart;

    /// <summary>A clock that is trusted as the configuration says.</summary>
    /// <param name="mode">Who vouches for the wall clock.</param>
    /// <param name="notBefore">The later of high-water mark and build time at start-up: a real-time clock behind it has lost its time (DEL-201).</param>
    /// <exception cref="PlatformException">The kernel's boot id cannot be read.</exception>
    public SystemClock(ClockTrustMode mode, DateTimeOffset notBefore)
    {
        _mode = mode;
        _notBefore = notBefore;
        _bootId = ReadBootId();
        _rtcAtStart = ReadRtc();
    }

    /// <summary>One reading (DEL-200).</summary>
    public ClockReading Read()
    {
        var wall = DateTimeOffset.UtcNow;
        var reading = new ClockReading(wall, IsTrusted(wall), Native.BootTimeMilliseconds(), _bootId);
        return reading with { Rtc = _rtcAtStart?.Now(reading) };
    }

    private bool IsTrusted(DateTimeOffset wall) => _mode switch
    {
        ClockTrustMode.Kernel => IsSynchronised(),
        ClockTrustMode.Rtc => wall >= _notBefore && Path.Exists(RtcDevice),
        ClockTrustMode.Always => true,
        _ => false,
    };

    private static bool IsSynchronised()
    {
        var asked = default(Native.TimeAdjustment);
        var state = Native.AdjustTime(ref asked);
        return state >= 0 && state != Native.TimeError && (asked.Status & Native.StatusUnsynchronised) == 0;
    }

    /// <summary>Read once: later the kernel sets it from the clock it is to be compared with (DEL-205).</summary>
    private TimeMark? ReadRtc()
    {
        try
        {
            return long.TryParse(File.ReadAllText(RtcDevice + "/since_epoch"), out var seconds) && seconds is > 0 and < LastSecond
                ? new TimeMark(DateTimeOffset.FromUnixTimeSeconds(seconds), Native.BootTimeMilliseconds(), _bootId)
                : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string ReadBootId()
    {
        try
        {
            return File.ReadAllText(BootIdFile).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException("clock-boot-id", $"{BootIdFile} cannot be read: {fault.Message}", fault);
        }
    }
}
