using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;

namespace DmDelegation.Engine.Audit;

/// <summary>Writes the audit log, in the commit of the event it tells of (DEL-401), and says who may read what (DEL-402).</summary>
internal static class AuditLog
{
    /// <summary>
    /// The ring that noise cannot flush: Starts, transactions, rotation, local commands, suspensions, the clock (DEL-402).
    /// </summary>
    /// <param name="record">The delegation, null if it is about none.</param>
    /// <param name="server">Who brought it about, empty for the device itself.</param>
    /// <param name="happening">One of <see cref="AuditEvents"/>.</param>
    public static void Evidence(Work work, DelegationRecord? record, string server, string happening, ReasonCode reason) =>
        work.State = work.State with { Evidence = work.State.Evidence.Add(Entry(work, KindOf(record, server, reason.Code), happening, 1)) };

    /// <summary>The ring of failed logins, failed proofs and refusals.</summary>
    public static void Noise(Work work, DelegationRecord? record, string server, string happening, ReasonCode reason) =>
        Noise(work, KindOf(record, server, reason.Code), happening, 1);

    /// <summary>A login failed: an entry for each delegation to the server, so that its A can read it, or one that is about none.</summary>
    public static void LoginFailed(Work work, string server)
    {
        var records = work.State.LiveTo(server).Select(live => live.Record).ToList();
        foreach (var record in records.Count > 0 ? records : [null!])
        {
            Noise(work, record, server, AuditEvents.Login, ReasonCode.NotCreator);
        }
    }

    /// <summary>Counts a refusal; it is written with the others of its minute.</summary>
    public static void Refused(Work work, DelegationRecord? record, string server, int reason)
    {
        var minute = work.Engine.Refusals ?? RefusalMinute.Begin(work.Now.BootMs);
        work.Engine = work.Engine with { Refusals = minute.Count(KindOf(record, server, reason)) };
    }

    /// <summary>Writes the refusals of a minute that is over.</summary>
    /// <param name="stopping">The agent stops: the minute is over now.</param>
    public static void CloseMinute(Work work, bool stopping)
    {
        if (work.Engine.Refusals is not { } minute || (!stopping && minute.LeftMs(work.Now.BootMs) > 0))
        {
            return;
        }

        foreach (var (kind, count) in minute.Counts.OrderBy(counted => counted.Key.Server, StringComparer.Ordinal)
            .ThenBy(counted => counted.Key.DelegationId, StringComparer.Ordinal).ThenBy(counted => counted.Key.Reason))
        {
            Noise(work, kind, AuditEvents.Refused, count);
        }

        work.Engine = work.Engine with { Refusals = null };
    }

    /// <summary>Entries a server may read, by the names of their nodes: the home authority of the root all, others those of their own delegations.</summary>
    public static IEnumerable<(string Name, AuditEntry Entry)> VisibleTo(AgentState state, EngineOptions options, string server)
    {
        var all = state.IsHomeAuthorityOfRoot(options, server);
        return Named('e', state.Evidence).Concat(Named('n', state.Noise))
            .Where(named => all || named.Entry.By == server || named.Entry.To == server);
    }

    private static IEnumerable<(string Name, AuditEntry Entry)> Named(char ring, AuditRing entries) =>
        entries.Entries.Values.Select(entry => ($"{ring}{entry.Number}", entry));

    private static void Noise(Work work, RefusalKind kind, string happening, int count) =>
        work.State = work.State with { Noise = work.State.Noise.Add(Entry(work, kind, happening, count)) };

    private static RefusalKind KindOf(DelegationRecord? record, string server, int reason) =>
        new(server, record?.Id ?? "", record?.By ?? "", record?.B() ?? "", reason);

    private static AuditEntry Entry(Work work, RefusalKind kind, string happening, int count) => new(
        0, work.Time, work.Engine.Clock.Trust, work.Now.BootId, kind.DelegationId, kind.By, kind.To, kind.Server, happening, kind.Reason, default, count);
}
