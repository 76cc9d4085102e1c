using System.Collections.Immutable;
using DmDelegation.Engine.Guard;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Transactions;

/// <summary>
/// How T3 puts ACLs back (DEL-135, DEL-136): exactly where nothing else happened, and otherwise B out, A in only where nobody entitled
/// has put it out.
/// </summary>
internal static class AclRestoration
{
    /// <summary>Restores what T1 and T2 of a record changed; returns the number of nodes whose later value was kept.</summary>
    public static int Restore(Work work, DelegationRecord record, DelegationGrant grant)
    {
        var tree = work.OpenTree();
        var kept = 0;
        // Protected roots last: what they would inherit is home again by then.
        foreach (var entry in grant.Undo.Entries.OrderBy(entry => entry.Protected))
        {
            if (tree.Current.Find(entry.Node) is { } node)
            {
                kept += RestoreEntry(work.State, tree, node, record, grant, entry) ? 0 : 1;
                if (TreatedByOthers(work.State, record.Id, node.Id))
                {
                    Rebase(work, tree, node, record, grant, entry);
                }
            }
        }

        RemoveFromNewValues(work, tree, record, grant);
        RemoveFromWrittenOut(work, tree, record, grant);
        work.KeepTree(tree);
        return kept;
    }

    /// <summary>True if the node is as before; false if a later value was kept, without B.</summary>
    private static bool RestoreEntry(AgentState state, TreeTransaction tree, Node node, DelegationRecord record, DelegationGrant grant, UndoEntry entry)
    {
        var before = entry.Before is { } text ? Acl.Parse(text) : null;
        var shared = StillAdded(state, record.Id, grant.To, node.Id);
        var asWritten = string.Equals(node.Acl?.ToString(), entry.Written ?? entry.Before, StringComparison.Ordinal);
        if (asWritten && shared == AclCommands.None && !TreatedByOthers(state, record.Id, node.Id))
        {
            SetIfOther(tree, node, before);
            return true;
        }

        if (node.Acl is not { } present)
        {
            return asWritten;
        }

        if (entry.Protected)
        {
            // This delegation added nobody here; a value that says no more than what is inherited again goes (DEL-135).
            var same = present.Equals(tree.Current.Resolve(node.Id)?.Parent?.EffectiveAcl());
            SetIfOther(tree, node, same ? null : present);
            return same || asWritten;
        }

        // A comes back only if what this delegation wrote is still in the value, or A wrote it itself (DEL-135).
        var traceLeft = entry.Added == AclCommands.None
            ? string.Equals(entry.LastWriter, "", StringComparison.Ordinal)
            : (present.CommandsOf(grant.To) & entry.Added) == entry.Added;
        var putBack = traceLeft || entry.LastWriter == record.By ? entry.Taken : AclCommands.None;
        // A value that B itself wrote, it wrote by a right of its own (DEL-322, DEL-340).
        var value = entry.LastWriter == grant.To ? present : present.Without(entry.Added & ~shared, grant.To);
        value = putBack == AclCommands.None ? value : value?.With(putBack, record.By) ?? Acl.Of(putBack, record.By);
        if (before is null && value is not null && tree.Current.Resolve(node.Id)?.Parent is { } parent && value.Equals(parent.EffectiveAcl()))
        {
            value = null;
        }

        SetIfOther(tree, node, value);
        return putBack == entry.Taken;
    }

    /// <summary>
    /// What lies on top of the ended delegation is told what is under it now: B leaves the values that later delegations would restore, and
    /// a node that had no value before has none again (DEL-053, DEL-135).
    /// </summary>
    private static void Rebase(Work work, TreeTransaction tree, Node before, DelegationRecord ended, DelegationGrant grant, UndoEntry entry)
    {
        var value = tree.Current.Find(entry.Node)!.Acl;
        var inherited = tree.Current.Resolve(entry.Node)!.Parent?.EffectiveAcl();
        foreach (var (other, otherGrant) in work.State.Live().Where(live => live.Record.Id != ended.Id).ToList())
        {
            var entries = otherGrant.Undo.Entries.Select(later => later.Node == entry.Node ? Under(later) : later).ToImmutableArray();
            var undo = otherGrant.Undo with { Entries = entries };
            work.State = work.State with { Records = work.State.Records.SetItem(other.Id, other with { Grant = otherGrant with { Undo = undo } }) };
        }

        UndoEntry Under(UndoEntry later)
        {
            var restored = later.Before is { } text ? Acl.Parse(text).Without(entry.Added, grant.To) : null;
            return later with
            {
                Before = entry.Before is null && restored is not null && restored.Equals(inherited) ? null : restored?.ToString(),
                Written = later.Written == before.Acl?.ToString() ? value?.ToString() : later.Written,
            };
        }
    }

    /// <summary>Rights of B at a node that another live delegation to it added as well: they stay (DEL-053).</summary>
    private static AclCommands StillAdded(AgentState state, string id, string b, NodeId node)
    {
        var added = AclCommands.None;
        foreach (var (record, grant) in state.LiveTo(b))
        {
            if (record.Id != id)
            {
                added = grant.Undo.Entries.Where(entry => entry.Node == node).Aggregate(added, (sum, entry) => sum | entry.Added);
            }
        }

        return added;
    }

    private static bool TreatedByOthers(AgentState state, string id, NodeId node) =>
        state.Live().Any(live => live.Record.Id != id && live.Grant.Undo.Entries.Any(entry => entry.Node == node));

    /// <summary>B goes from every value that arose in the scope during the delegation; an empty one becomes "no value" (DEL-136, DEL-328).</summary>
    private static void RemoveFromNewValues(Work work, TreeTransaction tree, DelegationRecord record, DelegationGrant grant)
    {
        var handled = grant.Undo.Entries.Select(entry => entry.Node).Concat(grant.Undo.NamedBefore).ToHashSet();
        handled.UnionWith(work.State.Live().Where(live => live.Record.Id != record.Id).SelectMany(live => live.Grant.Undo.Entries).Select(entry => entry.Node));
        foreach (var entry in grant.Scope)
        {
            if (tree.Current.Find(entry.Root) is not { } root)
            {
                continue;
            }

            foreach (var node in root.SelfAndDescendants().ToList())
            {
                // Protected subtrees below are no part of the scope (DEL-321).
                if (node.Acl is { } acl && !handled.Contains(node.Id) && acl.NamesAnywhere(grant.To)
                    && ScopeMembership.EntryFor(work.Options, grant, tree.Current.Resolve(node.Id)!) is not null)
                {
                    SetIfOther(tree, node, acl.WithoutServer(grant.To));
                }
            }
        }
    }

    /// <summary>
    /// A later delegation that had to write out an inherited value (DEL-123) wrote B into it, by the rights that end now: B goes from it, but
    /// for what it inherits at home and what other delegations to it added here; what those would restore is told (DEL-053, DEL-136).
    /// </summary>
    private static void RemoveFromWrittenOut(Work work, TreeTransaction tree, DelegationRecord record, DelegationGrant grant)
    {
        var own = grant.Undo.Entries.Select(entry => entry.Node).Concat(grant.Undo.NamedBefore).ToHashSet();
        var others = work.State.Live().Where(live => live.Record.Id != record.Id).ToList();
        foreach (var id in others.SelectMany(live => live.Grant.Undo.Entries).Where(entry => entry is { Before: null, Protected: false, LastWriter: "" } && !own.Contains(entry.Node)).Select(entry => entry.Node).Distinct())
        {
            if (tree.Current.Resolve(id) is not { Parent: { } parent, Target.Acl: { } present } chain || ScopeMembership.EntryFor(work.Options, grant, chain) is null)
            {
                continue;
            }

            var gone = present.CommandsOf(grant.To) & ~parent.EffectiveAcl().CommandsOf(grant.To) & ~StillAdded(work.State, record.Id, grant.To, id);
            if (gone != AclCommands.None)
            {
                TellOthers(work, record.Id, id, present.ToString(), gone, grant.To);
                SetIfOther(tree, chain.Target, present.Without(gone, grant.To));
            }
        }
    }

    private static void TellOthers(Work work, string ended, NodeId node, string present, AclCommands gone, string b)
    {
        foreach (var (other, grant) in work.State.Live().Where(live => live.Record.Id != ended).ToList())
        {
            var entries = grant.Undo.Entries.Select(entry => entry.Node != node ? entry : entry with
            {
                Before = Without(entry.Before),
                Written = entry.Written == present ? Without(present) : entry.Written,
            }).ToImmutableArray();
            var undo = grant.Undo with { Entries = entries };
            work.State = work.State with { Records = work.State.Records.SetItem(other.Id, other with { Grant = grant with { Undo = undo } }) };
        }

        string? Without(string? text) => text is null ? null : Acl.Parse(text).Without(gone, b)?.ToString();
    }

    private static void SetIfOther(TreeTransaction tree, Node node, Acl? value)
    {
        // The root always has a value (ACL-002); T1 never gave it one it had not.
        if ((node.Acl is null) != (value is null) || (value is not null && value.ToString() != node.Acl!.ToString()))
        {
            tree.SetAcl(node.Id, node.Id == NodeId.Root ? value ?? node.Acl : value);
        }
    }
}
