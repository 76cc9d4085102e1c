using DmDelegation.Engine.Delegation.Transactions;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Start;

/// <summary>
/// DEL-118: enough storage for T1, its undo, T2, T3 and the acknowledgements. What live delegations may still need is kept for them: a new
/// one has to fit beside it, so that none of them fails for lack of space because another one was started.
/// </summary>
internal static class StorageCheck
{
    /// <summary>Nodes of the layout in 7.2, rounded up.</summary>
    private const int NodesOfAccount = 32;

    /// <summary>Page of the store: a node that changes costs at most one in each of T1, T2 and T3, and as much again in the write-ahead log.</summary>
    private const long PageOctets = 4096;

    private const int WritesOfNode = 6;

    /// <summary>Account, clocks, audit entries, five acknowledgements, tombstone and voucher of one delegation; own estimate, rounded up.</summary>
    private const long FixedOctets = 512 * 1024;

    /// <summary>The reason why it does not fit; null if it does.</summary>
    public static ReasonCode? Run(Work work, DelegationTerms terms, string by)
    {
        var state = work.State;
        var tooLong = terms.Treatment.Treated.Any(node => node.Effective.With(node.Added, terms.To).Octets > Acl.MaxOctets);
        var full = tooLong
            || state.Tree.Count + NodesOfAccount > TreeOptions.Default.MaxNodes
            || !Outbox.HasRoomFor(state, by, terms.Parent is { } parent ? parent.Grant!.Lenders.Append(parent.By) : [])
            || (terms is { DurationType: DurationType.Final, ScopeType: ScopeType.Full } && !Finality.HasRoom(state, work.Options, by, terms.To))
            || Octets(terms.Treatment.Treated.Length) + state.Live().Sum(live => Octets(live.Grant.Undo.Entries.Length)) > FreeOctets(work);
        return full ? ReasonCode.DeviceFull : null;
    }

    // A storage of which nobody can tell how full it is has no room: unknown fails closed.
    private static long FreeOctets(Work work) => work.Ports.Storage is { } storage ? storage.Room()?.FreeOctets ?? 0 : long.MaxValue;

    /// <summary>What a delegation that treats so many nodes needs over its life, undo record included.</summary>
    public static long Octets(int treated) => FixedOctets + (treated * (WritesOfNode * PageOctets));
}
