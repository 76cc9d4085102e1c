using DmDelegation.Engine.State;

namespace DmDelegation.Engine.Delegation;

/// <summary>Chains of delegations (5.2): who lent what a record passes on, and what hangs on it.</summary>
internal static class Chain
{
    /// <summary>How many delegations stand above a record (DEL-061).</summary>
    public static int Depth(DelegationGrant grant) => grant.Lenders.Length;

    /// <summary>Live records, parents before their children: what the clock says of a parent decides on its descendants (DEL-063, DEL-221).</summary>
    public static IEnumerable<(DelegationRecord Record, DelegationGrant Grant)> ParentsFirst(AgentState state) =>
        state.Live().OrderBy(live => Depth(live.Grant));

    /// <summary>Live records that descend from a record, the deepest first, those of one depth by their ids: the order in which they end (DEL-066).</summary>
    public static IReadOnlyList<DelegationRecord> Descendants(AgentState state, string id) =>
        [.. Below(state, id).OrderByDescending(live => Depth(live.Grant)).Select(live => live.Record)];

    /// <summary>The records above one, nearest first. A live record has them all: they end with it at the latest.</summary>
    public static IEnumerable<DelegationRecord> Ancestors(AgentState state, DelegationGrant grant)
    {
        while (grant.Parent.Length > 0 && state.Records.TryGetValue(grant.Parent, out var parent))
        {
            yield return parent;
            grant = parent.Grant!;
        }
    }

    /// <summary>An ancestor is Suspended: the record gives B nothing, and a Pending one does not become Active (DEL-063).</summary>
    public static bool AncestorSuspended(AgentState state, DelegationGrant grant) =>
        Ancestors(state, grant).Any(ancestor => ancestor.State == DelegationState.Suspended);

    private static IEnumerable<(DelegationRecord Record, DelegationGrant Grant)> Below(AgentState state, string id) =>
        state.Live().Where(live => live.Grant.Parent == id).SelectMany(live => Below(state, live.Record.Id).Prepend(live));
}
