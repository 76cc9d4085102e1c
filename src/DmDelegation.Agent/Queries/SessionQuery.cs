using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Loop;
using DmDelegation.Engine.State;

namespace DmDelegation.Agent.Queries;

/// <summary><c>session last</c>: how the last session with each server ended.</summary>
internal static class SessionQuery
{
    /// <summary>The last sessions.</summary>
    /// <param name="context">The snapshot.</param>
    /// <param name="server">One server only; empty: all.</param>
    public static Answer<LastSessionsReport> Last(QueryContext context, string server)
    {
        var observed = context.Facts.Observed;
        var since = StatusQuery.TimeText(observed.Since ?? context.Time);
        if (server.Length > 0 && !observed.Sessions.ContainsKey(server))
        {
            var known = context.Durable.AccountOf(server) is null ? "; no account has this Server Identifier, see dmagent account list" : "";
            return Answer<LastSessionsReport>.Failed(QueryCodes.NotFound, $"there was no session with {server} since the agent started at {since}{known}");
        }

        return new LastSessionsReport(since, [.. observed.Sessions.Where(entry => server.Length == 0 || entry.Key == server).Select(entry => Report(entry.Key, entry.Value))]);
    }

    private static LastSessionReport Report(string server, ServerSessions sessions)
    {
        var last = sessions.Last;
        return new LastSessionReport(
            server,
            sessions.Running != 0,
            last is null ? null : StatusQuery.TimeText(last.Began),
            last is null ? null : last.DurationMs / 1000.0,
            last is null ? null : last.Error is null ? "done" : "failed",
            last?.Error,
            last?.Error is { } error ? SessionFailures.Words(error) : null,
            last?.Statuses.Values.Sum() ?? 0,
            last is null ? [] : [.. last.Statuses.Select(status => new StatusCountReport(status.Key, status.Value))],
            sessions.Done,
            sessions.Failed);
    }
}
