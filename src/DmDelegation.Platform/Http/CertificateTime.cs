using DmDelegation.Engine.Time;

namespace DmDelegation.Platform.Http;

/// <summary>The time at which server certificates are checked (SEC-095).</summary>
public static class CertificateTime
{
    /// <summary>Wall time if the clock is trusted and not held back (DEL-205), otherwise the later of effective time and build time, so that a board that wakes in 1970 reaches its server.</summary>
    public static DateTimeOffset Of(EffectiveClock clock, in ClockReading now, DateTimeOffset buildTime)
    {
        if (clock is { Trust: ClockTrust.Trusted, Jump: null })
            return now.Wall;
        var effective = clock.Now(now);
        return effective > buildTime ? effective : buildTime;
    }
}
