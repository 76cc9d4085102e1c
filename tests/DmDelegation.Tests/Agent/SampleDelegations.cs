using System.Collections.Immutable;
using System.Text;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Agent;

/// <summary>Records as an operator may find them, over the factory tree of <see cref="Samples"/>.</summary>
internal static class SampleDelegations
{
    /// <summary>The state with a record more.</summary>
    public static AgentState With(this AgentState state, DelegationRecord record) => state with { Records = state.Records.SetItem(record.Id, record) };

    /// <summary>A record that got as far as a grant.</summary>
    public static DelegationRecord Record(
        AgentState state, string id, DelegationState at, string uri, string by = "a.example", string to = "b.example", long? seconds = null, string parent = "", int reason = 0)
    {
        var final = at == DelegationState.Finalised;
        var elapsed = ElapsedTime.Start(Samples.Now, 60_000);
        var duration = final ? DurationType.Final : seconds is null ? DurationType.UntilRevoked : DurationType.Temporary;
        return Staged(id, by, to, uri, final ? "final" : seconds is null ? "until-revoked" : "temporary") with
        {
            State = at,
            Reason = reason,
            AckDelegating = AckState.Delivered,
            AckDelegated = AckState.Queued,
            Grant = new DelegationGrant
            {
                To = to,
                ScopeType = ScopeType.Partial,
                DurationType = duration,
                Exclusive = true,
                Scope = [new ScopeEntry("1", uri, state.Tree.Find(NodePath.Parse(uri))!.Id, AclCommands.Get | AclCommands.Replace)],
                ConfirmMode = ConfirmMode.Auth,
                WindowSeconds = 3600,
                MaxSeconds = seconds,
                Parent = parent,
                BindingHash = default,
                Check = default,
                Account = state.Tree.Find(NodePath.Parse("./DMAcc/a"))!.Id,
                AccountMade = false,
                Window = elapsed,
                Life = at == DelegationState.Pending ? null : elapsed,
                OffTimeUnknown = at == DelegationState.Suspended && parent.Length == 0,
            },
        };
    }

    /// <summary>A record without a grant.</summary>
    public static DelegationRecord Staged(string id, string by, string to, string uri, string duration) => new()
    {
        Id = id,
        By = by,
        Leaves = new (string Path, string Text)[]
        {
            ("ScopeType", "partial"), ("DurationType", duration), ("Control", "exclusive"), ("Server/ServerID", to), ("Scope/1/URI", uri), ("Scope/1/Rights", "Get+Replace"),
        }.ToImmutableSortedDictionary(leaf => leaf.Path, leaf => new RecordLeaf(Formats.Chr, Encoding.UTF8.GetBytes(leaf.Text)), StringComparer.Ordinal),
    };

    /// <summary>A chain, an owner for ever, one that is suspended and one that waits.</summary>
    public static AgentState Several(AgentState state) => state
        .With(Record(state, "7QK2", DelegationState.Active, "./SCM", seconds: 86_399))
        .With(Record(state, "8XK3", DelegationState.Active, "./SCM/x", "b.example", "c.example", 3_540, "7QK2"))
        .With(Record(state, "9FIN", DelegationState.Finalised, "./DevDetail", to: "d.example"))
        .With(Record(state, "A001", DelegationState.Suspended, "./DevInfo", to: "e.example", seconds: 600))
        .With(Record(state, "A002", DelegationState.Suspended, "./DevInfo/Man", "e.example", "f.example", 60, "A001"))
        .With(Record(state, "B007", DelegationState.Pending, "./SCM/r", to: "g.example"));
}
