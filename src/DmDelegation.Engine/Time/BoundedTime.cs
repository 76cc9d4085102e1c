namespace DmDelegation.Engine.Time;

/// <summary>Sums of times that servers and clocks state: they end at the last moment there is, where the platform would throw.</summary>
internal static class BoundedTime
{
    /// <summary>The time so much later, the last moment there is at most; <paramref name="span"/> is not negative.</summary>
    public static DateTimeOffset Later(this DateTimeOffset time, TimeSpan span) =>
        span > DateTimeOffset.MaxValue - time ? DateTimeOffset.MaxValue : time + span;
}
