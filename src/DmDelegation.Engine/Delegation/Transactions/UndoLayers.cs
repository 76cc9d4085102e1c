using System.Collections.Immutable;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Transactions;

/// <summary>
/// The live delegations that treat one node beside the one that ends, in the order of their T1: each lies on top of those before it, a child
/// on top of its parent. When one ends, the undo entries of those on top are told what is under them now, so that they end in any order and
/// the home scheme is back byte for byte (DEL-051, DEL-053, DEL-066, DEL-135).
/// </summary>
internal sealed class UndoLayers
{
    private readonly Work _work;
    private readonly NodeChain _chain;
    private readonly List<(string Id, string To, long Order, UndoEntry Entry)> _layers;

    /// <summary>Those on the node that owns the value above: if this value is a copy, it is one of that.</summary>
    private readonly List<(string Id, string To, long Order, UndoEntry Entry)> _above;

    /// <summary>The delegation that ends found no value here, or the lowest of the others did: the value is a copy of the one above.</summary>
    private readonly bool _isCopy;

    /// <summary>The layers on a node without that of the record that ends, the lowest first.</summary>
    /// <param name="gone">Entry of the record that ends; null if it has none here.</param>
    public UndoLayers(Work work, string ending, NodeChain chain, UndoEntry? gone)
    {
        (_work, _chain) = (work, chain);
        _layers = On(work.State, ending, chain.Target.Id);
        _isCopy = gone is { Before: null } || _layers is [{ Entry.Before: null }, ..];
        _above = _isCopy && chain.Parent is { } parent ? On(work.State, ending, parent.EffectiveAclOwner().Id) : [];
    }

    public bool IsEmpty => _layers.Count == 0;

    /// <summary>The value before T1; false if the entry is damaged: its text is no ACL, or it says that the root had none (ACL-002).</summary>
    public static bool TryRead(UndoEntry entry, out Acl? before)
    {
        before = null;
        return entry.Before is null ? entry.Node != NodeId.Root : Acl.TryParse(entry.Before, out before);
    }

    /// <summary>Whether no other delegation lies on top of one.</summary>
    public bool NoneAbove(DelegationGrant grant) => _layers.All(layer => layer.Order < grant.Undo.Order);

    /// <summary>What a server holds at the node by others than the delegation that ends: by those here, and where the value is a copy by the one above.</summary>
    /// <param name="order">Only by delegations up to this one.</param>
    public AclCommands Kept(string server, long order = long.MaxValue)
    {
        var kept = Added(_layers, server, order);
        if (_isCopy && _chain.Parent is { } parent)
        {
            var later = Added(_above, server, long.MaxValue) & ~Added(_above, server, order);
            kept |= parent.EffectiveAcl().CommandsOf(server) & ~later;
        }

        return kept;
    }

    /// <summary>Those on top of an ended delegation come down by what it added.</summary>
    /// <param name="grant">What ends.</param>
    /// <param name="gone">Its entry for the node.</param>
    /// <param name="value">Value of the node now; the chain of these layers holds the one before.</param>
    public void ComeDown(DelegationGrant grant, UndoEntry gone, Acl? value)
    {
        var sound = TryRead(gone, out _); // a damaged text is not handed on (DEL-139)
        var hadNone = gone is { Before: null, LastWriter: "" };
        var (was, lowest) = (_chain.Target.Acl?.ToString(), true);
        foreach (var (id, _, order, entry) in _layers.Where(layer => layer.Order > grant.Undo.Order))
        {
            Retell(id, entry with
            {
                Before = sound && lowest && (hadNone || entry.Before == gone.Written) ? gone.Before : Out(entry.Before, grant.To, gone.Added & ~Kept(grant.To, order - 1)),
                Written = entry.Written == was ? value?.ToString() : Out(entry.Written, grant.To, gone.Added & ~Kept(grant.To, order)),
            });
            lowest = false;
        }
    }

    /// <summary>B of a delegation that has no entry here leaves a value that the others wrote with it in.</summary>
    public void Withdraw(string server)
    {
        foreach (var (id, _, order, entry) in _layers)
        {
            Retell(id, entry with
            {
                Before = Out(entry.Before, server, ~Kept(server, order - 1)),
                Written = Out(entry.Written, server, ~Kept(server, order)),
            });
        }
    }

    /// <summary>
    /// A protected root that the ended delegation wrote out stays so while another one changes what it would inherit; that one restores it then
    /// (DEL-122). True if there is one.
    /// </summary>
    public static bool HandOver(Work work, string ending, NodeChain chain, UndoEntry entry)
    {
        var (heir, grant) = work.State.Live().FirstOrDefault(live => live.Record.Id != ending && live.Grant.Undo.Entries.Any(other => chain.Contains(other.Node)));
        if (heir is not null)
        {
            Put(work, heir, grant, grant.Undo.Entries.Add(entry));
        }

        return heir is not null;
    }

    private static List<(string Id, string To, long Order, UndoEntry Entry)> On(AgentState state, string ending, NodeId node) =>
    [
        .. from live in state.Live()
           where live.Record.Id != ending
           let entry = live.Grant.Undo.Entries.FirstOrDefault(entry => entry.Node == node)
           where entry is not null
           orderby live.Grant.Undo.Order
           select (live.Record.Id, live.Grant.To, live.Grant.Undo.Order, entry),
    ];

    private static AclCommands Added(List<(string Id, string To, long Order, UndoEntry Entry)> layers, string server, long order) =>
        layers.Where(layer => layer.To == server && layer.Order <= order).Aggregate(AclCommands.None, (sum, layer) => sum | layer.Entry.Added);

    // A damaged text stays as it is: its own T3 finds out (DEL-139).
    private static string? Out(string? value, string server, AclCommands commands) =>
        value is not null && Acl.TryParse(value, out var acl) && acl is not null ? acl.Without(commands & AclCommands.All, server)?.ToString() : value;

    private void Retell(string id, UndoEntry told)
    {
        var record = _work.State.Records[id];
        Put(_work, record, record.Grant!, [.. record.Grant!.Undo.Entries.Select(entry => entry.Node == told.Node ? told : entry)]);
    }

    private static void Put(Work work, DelegationRecord record, DelegationGrant grant, ImmutableArray<UndoEntry> entries) => work.State = work.State with
    {
        Records = work.State.Records.SetItem(record.Id, record with { Grant = grant with { Undo = grant.Undo with { Entries = entries } } }),
    };
}
