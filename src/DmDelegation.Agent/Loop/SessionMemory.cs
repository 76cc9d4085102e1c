using System.Collections.Immutable;
using DmDelegation.Engine;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Session;
using DmDelegation.Tree;

namespace DmDelegation.Agent.Loop;

/// <summary>Keeps count of sessions for metrics and <c>session last</c>.</summary>
internal static class SessionMemory
{
    // Own choice: servers without an account whose last session is kept; those that were tried by mistake, or whose delegation is over.
    private const int MaxStrangers = 16;

    /// <summary>Sessions began.</summary>
    /// <param name="known">What is known.</param>
    /// <param name="running">The sessions that run now.</param>
    /// <param name="now">The moment.</param>
    public static ImmutableSortedDictionary<string, ServerSessions> Began(
        ImmutableSortedDictionary<string, ServerSessions> known, ImmutableSortedDictionary<string, SessionState> running, SessionMoment now)
    {
        foreach (var (server, session) in running)
        {
            var before = known.GetValueOrDefault(server) ?? new ServerSessions();
            if (before.Running != session.Serial)
                known = known.SetItem(server, before with { Running = session.Serial, Began = now });
        }

        return known;
    }

    /// <summary>A session ended.</summary>
    /// <param name="known">What is known.</param>
    /// <param name="end">Its end.</param>
    /// <param name="tree">The tree, for the accounts there are.</param>
    /// <param name="now">The moment.</param>
    public static ImmutableSortedDictionary<string, ServerSessions> Ended(
        ImmutableSortedDictionary<string, ServerSessions> known, EndSession end, ManagementTree tree, SessionMoment now)
    {
        var before = known.GetValueOrDefault(end.Server) ?? new ServerSessions();
        var began = before.Running == end.SessionSerial && end.SessionSerial != 0 ? before.Began : now;
        var after = before with
        {
            Running = 0,
            Done = before.Done + (end.Error is null ? 1 : 0),
            Failed = before.Failed + (end.Error is null ? 0 : 1),
            Statuses = before.Statuses.SetItems(end.Statuses.Select(status => KeyValuePair.Create(status.Key, before.Statuses.GetValueOrDefault(status.Key) + status.Value))),
            Last = new EndedSession(began.Time, now.BootMs - began.BootMs, end.Error, end.Statuses),
        };
        return WithoutOldStrangers(known.SetItem(end.Server, after), tree);
    }

    private static ImmutableSortedDictionary<string, ServerSessions> WithoutOldStrangers(ImmutableSortedDictionary<string, ServerSessions> known, ManagementTree tree)
    {
        if (known.Count <= MaxStrangers)
            return known;
        var accounts = AccountList.All(tree).Select(account => account.ServerId).ToHashSet(StringComparer.Ordinal);
        var strangers = known.Where(entry => !accounts.Contains(entry.Key) && entry.Value.Running == 0).OrderByDescending(entry => entry.Value.Last?.Began).Skip(MaxStrangers);
        return known.RemoveRange(strangers.Select(entry => entry.Key));
    }
}
