using DmDelegation.Engine.Time;

namespace DmDelegation.Tests.Simulation;

/// <summary>
/// True time, which only the simulator knows, and what the clocks of the device say of it: a wall clock that may lie, CLOCK_BOOTTIME, a
/// boot id, perhaps a real-time clock.
/// </summary>
public sealed class SimulatedClock(bool hasRtc)
{
    /// <summary>CLOCK_BOOTTIME at which the agent starts after power comes back, milliseconds.</summary>
    public const long AgentStartsMs = 10_000;

    private static readonly DateTimeOffset Begin = new(2030, 1, 1, 3, 4, 5, TimeSpan.Zero);

    private long _bootBeganMs = -100_000;
    private int _boots = 1;
    private TimeSpan _wallError;

    /// <summary>Milliseconds of true time since the simulation began.</summary>
    public long NowMs { get; private set; }

    public DateTimeOffset TrueTime => Begin.AddMilliseconds(NowMs);

    /// <summary>How far the wall clock is ahead of true time.</summary>
    public TimeSpan WallError => _wallError;

    public bool Trusted { get; private set; } = true;

    public bool HasRtc => hasRtc;

    public int Boot => _boots;

    public ClockReading Reading => new(
        TrueTime + _wallError, Trusted, NowMs - _bootBeganMs, $"boot-{_boots}", hasRtc ? TrueTime : null);

    public void Pass(long milliseconds) => NowMs += milliseconds;

    public void Set(TimeSpan error, bool trusted) => (_wallError, Trusted) = (error, trusted);

    /// <summary>The device was off; the agent starts some seconds after power came back.</summary>
    public void Reboot(long offMs, bool trusted, TimeSpan error)
    {
        NowMs += offMs + AgentStartsMs;
        _bootBeganMs = NowMs - AgentStartsMs;
        _boots++;
        Trusted = trusted;
        _wallError = trusted ? error : DateTimeOffset.UnixEpoch.AddSeconds(30) - TrueTime;
    }
}
