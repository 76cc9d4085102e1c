namespace DmDelegation.ServerStub.Hosting;

/// <summary>One thing that happened at a server; never with a secret in it.</summary>
public sealed record StubEvent
{
    /// <summary>Number, from 1, over all servers of the process.</summary>
    public long N { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>ServerID.</summary>
    public string Server { get; init; } = "";

    /// <summary>s2s-sent, s2s-received, s2s-answered, s2s-dropped, session-start, session-authenticated, session-end, command, alert, alert-repeated, state, recovered, error.</summary>
    public string Event { get; init; } = "";

    /// <summary>The other server.</summary>
    public string? Peer { get; init; }

    /// <summary>Device id.</summary>
    public string? Device { get; init; }

    /// <summary>Session id of the process between the servers.</summary>
    public string? Sid { get; init; }

    /// <summary>Delegation id.</summary>
    public string? Delegation { get; init; }

    /// <summary>Message type, command name, alert type or role.</summary>
    public string? Type { get; init; }

    /// <summary>Step of the process flow, 1 to 9.</summary>
    public int? Step { get; init; }

    /// <summary>Phase of MutualAuthentication.</summary>
    public int? Phase { get; init; }

    /// <summary>New state, or state of the record on the device.</summary>
    public string? State { get; init; }

    /// <summary>Status or HTTP status.</summary>
    public int? Status { get; init; }

    /// <summary>Reason code.</summary>
    public int? Reason { get; init; }

    /// <summary>Success or Failure.</summary>
    public string? Result { get; init; }

    /// <summary>LocURI of a command.</summary>
    public string? Uri { get; init; }

    /// <summary>For people.</summary>
    public string? Text { get; init; }
}

/// <summary>The events of all servers of a process, numbered; readers wait for new ones.</summary>
/// <param name="time">Clock of the time stamps.</param>
public sealed class EventLog(TimeProvider time)
{
    /// <summary>Own choice: the latest events that are kept.</summary>
    public const int MaxEvents = 20_000;

    private readonly Lock _lock = new();
    private readonly Queue<StubEvent> _events = [];
    private long _last;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Adds an event and gives it its number.</summary>
    public void Add(StubEvent entry)
    {
        lock (_lock)
        {
            _events.Enqueue(entry with { N = ++_last, Time = time.GetUtcNow() });
            if (_events.Count > MaxEvents)
                _events.Dequeue();
            _news.TrySetResult();
            _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>The events after a number.</summary>
    public IReadOnlyList<StubEvent> After(long n)
    {
        lock (_lock)
            return [.. _events.Where(entry => entry.N > n)];
    }

    /// <summary>The events after a number; waits for the first one at most the time given.</summary>
    public async Task<IReadOnlyList<StubEvent>> AfterAsync(long n, TimeSpan wait, CancellationToken cancel)
    {
        Task news;
        lock (_lock)
        {
            if (_last > n)
                return After(n);
            news = _news.Task;
        }

        await Task.WhenAny(news, Task.Delay(wait, time, cancel));
        return After(n);
    }
}
