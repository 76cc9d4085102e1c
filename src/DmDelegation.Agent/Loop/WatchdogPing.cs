using System.Diagnostics;
using DmDelegation.Platform.Systemd;

namespace DmDelegation.Agent.Loop;

/// <summary>Answers the watchdog after progress of the loop and never from a timer; at most twice per interval, so that a busy loop does not flood it.</summary>
/// <param name="notifier">Tells the service manager.</param>
internal sealed class WatchdogPing(Notifier notifier)
{
    private long _last = Stopwatch.GetTimestamp();

    /// <summary>The loop has handled an input.</summary>
    public void Progress()
    {
        if (notifier.WatchdogInterval is not { } interval || Stopwatch.GetElapsedTime(_last) < interval / 2)
            return;
        _last = Stopwatch.GetTimestamp();
        notifier.Watchdog();
    }
}
