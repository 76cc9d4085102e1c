using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;

namespace DmDelegation.Engine.Audit;

/// <summary>Writes the audit log, in the commit of the event it tells of (DEL-401), and says who may read what (DEL-402).</summary>
internal static class AuditLog
{
    /// <summary>Starts, transactions and suspensions: the ring that noise cannot flush.</summary>
    public static void Evidence(Work work, DelegationRecord record, string server, string happening, ReasonCode reason) =>
        work.State = work.State with { Evidence = work.State.Evidence.Add(Entry(work, record, server, happening, reason)) };

    /// <summary>Failed logins and proofs.</summary>
    public static void Noise(Work work, DelegationRecord record, string server, string happening, ReasonCode reason) =>
        work.State = work.State with { Noise = work.State.Noise.Add(Entry(work, record, server, happening, reason)) };

    /// <summary>Entries a server may read, by the names of their nodes: the home authority of the root all, others those of their own delegations.</summary>
    public static IEnumerable<(string Name, AuditEntry Entry)> VisibleTo(AgentState state, EngineOptions options, string server)
    {
        var all = state.IsHomeAuthorityOfRoot(options, server);
        return Named('e', state.Evidence).Concat(Named('n', state.Noise))
            .Where(named => all || named.Entry.By == server || named.Entry.To == server);
    }

    private static IEnumerable<(string Name, AuditEntry Entry)> Named(char ring, AuditRing entries) =>
        entries.Entries.Values.Select(entry => ($"{ring}{entry.Number}", entry));

    private static AuditEntry Entry(Work work, DelegationRecord record, string server, string happening, ReasonCode reason) => new(
        0,
        work.Time,
        work.Engine.Clock.Trust,
        work.Now.BootId,
        record.Id,
        record.By,
        record.Grant?.To ?? record.Text("Server/ServerID") ?? "",
        server,
        happening,
        reason.Code,
        default);
}
