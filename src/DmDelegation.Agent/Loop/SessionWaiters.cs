using DmDelegation.Agent.Queries;

namespace DmDelegation.Agent.Loop;

/// <summary>Those who wait for the end of a session.</summary>
internal sealed class SessionWaiters
{
    private readonly List<(string Server, TaskCompletionSource<SessionReport> Ended)> _waiting = [];

    /// <summary>One more waits for the session with a server.</summary>
    public void Add(string server, TaskCompletionSource<SessionReport> ended) => _waiting.Add((server, ended));

    /// <summary>The session with a server ended.</summary>
    /// <param name="server">ServerID.</param>
    /// <param name="error">Stable code of the failure, null if it ended well.</param>
    public void End(string server, string? error)
    {
        foreach (var (_, ended) in _waiting.Where(waiter => waiter.Server == server))
            ended.TrySetResult(new SessionReport(server, error is null ? "done" : "failed", error));
        _waiting.RemoveAll(waiter => waiter.Server == server);
    }

    /// <summary>No session goes on.</summary>
    public void EndAll(string error)
    {
        foreach (var server in _waiting.Select(waiter => waiter.Server).ToHashSet(StringComparer.Ordinal))
            End(server, error);
    }
}
