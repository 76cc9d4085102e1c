namespace DmDelegation.Tests.Platform;

/// <summary>Timers that fire when the test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<Action> _timers = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _timers.Add(() => callback(state));
        return new Idle();
    }

    public void FireAll()
    {
        foreach (var timer in _timers)
            timer();
    }

    private sealed class Idle : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
