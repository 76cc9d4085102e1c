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
    private enum EntryOutcome
    {
        Restored,
        Kept,
        Damaged,
    }

    /// <summary>Restores what T1 and T2 of a record changed.</summary>
    /// <returns>Nodes whose later value was kept; and whether every entry could be restored, else B is out all the same (DEL-139).</returns>
    public static (int Kept, bool Complete) Restore(Work work, DelegationRecord record, DelegationGrant grant)
    {
        var tree = work.OpenTree();
        var (kept, complete) = (0, true);
        // Protected roots last: what they would inherit is home again by then.
        foreach (var entry in grant.Undo.Entries.OrderBy(entry => entry.Protected))
        {
            if (tree.Current.Find(entry.Node) is { } node)
            {
                var outcome = RestoreEntry(work.State, tree, node, record, grant, entry);
                kept += outcome == EntryOutcome.Kept ? 1 : 0;
                complete &= outcome != EntryOutcome.Damaged;
                if (TreatedAbove(work.State, record, node.Id))
                {
                    Rebase(work, tree, node, record, grant, entry);
                }
            }
        }

        RemoveFromNewValues(work, tree, record, grant);
        work.KeepTree(tree);
        if (!complete)
        {
            work.Log(
                LogCodes.RollbackIncomplete, $"delegation {record.Id}: {grant.To} is out, but the undo record is damaged: the home scheme is not completely restored",
                ("delegation", record.Id), ("by", record.By), ("to", grant.To));
        }

        return (kept, complete);
    }

    /// <summary>The node is as before; or a later value was kept, without B; or the entry is damaged, and B went out of what is there.</summary>
    private static EntryOutcome RestoreEntry(AgentState state, TreeTransaction tree, Node node, DelegationRecord record, DelegationGrant grant, UndoEntry entry)
    {
        if (!TryRead(entry, out var before))
        {
            Withdraw(state, tree, node, record, grant, entry);
            return EntryOutcome.Damaged;
        }

        var shared = StillAdded(state, record.Id, grant.To, node.Id);
        var asWritten = string.Equals(node.Acl?.ToString(), entry.Written ?? entry.Before, StringComparison.Ordinal);
        if (asWritten && shared == AclCommands.None && !TreatedAbove(state, record, node.Id))
        {
            SetIfOther(tree, node, before);
            return EntryOutcome.Restored;
        }

        if (node.Acl is not { } present)
        {
            return RestoredIf(asWritten);
        }

        if (entry.Protected)
        {
            // This delegation added nobody here; a value that says no more than what is inherited again goes (DEL-135).
            var same = present.Equals(tree.Current.Resolve(node.Id)?.Parent?.EffectiveAcl());
            SetIfOther(tree, node, same ? null : present);
            return RestoredIf(same || asWritten);
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
        return RestoredIf(putBack == entry.Taken);
    }

    private static EntryOutcome RestoredIf(bool restored) => restored ? EntryOutcome.Restored : EntryOutcome.Kept;

    /// <summary>The value before T1; false if the entry is damaged: its text is no ACL, or it says that the root had none (ACL-002).</summary>
    private static bool TryRead(UndoEntry entry, out Acl? before)
    {
        before = null;
        return entry.Before is null ? entry.Node != NodeId.Root : Acl.TryParse(entry.Before, out before);
    }

    /// <summary>Closing access has priority over neat ACLs (DEL-139): B goes, a known B as far as this delegation added it, and A has again what T2 took.</summary>
    private static void Withdraw(AgentState state, TreeTransaction tree, Node node, DelegationRecord record, DelegationGrant grant, UndoEntry entry)
    {
        if (node.Acl is { } present)
        {
            var added = grant.AccountMade ? AclCommands.All : entry.Added;
            var value = present.Without(added & ~StillAdded(state, record.Id, grant.To, node.Id), grant.To);
            SetIfOther(tree, node, entry.Taken == AclCommands.None ? value : value?.With(entry.Taken, record.By) ?? Acl.Of(entry.Taken, record.By));
        }
    }

    /// <summary>
    /// What lies on top of the ended delegation is told what is under it now: B leaves the values that later delegations would restore, and
    /// a node that had no value before has none again (DEL-053, DEL-135).
    /// </summary>
    private static void Rebase(Work work, TreeTransaction tree, Node before, DelegationRecord ended, DelegationGrant grant, UndoEntry entry)
    {
        var value = tree.Current.Find(entry.Node)!.Acl;
        var inherited = tree.Current.Resolve(entry.Node)!.Parent?.EffectiveAcl();
        Retell(work, ended, entry.Node, Under);

        UndoEntry Under(UndoEntry later)
        {
            if (!TryRead(later, out var laterBefore))
            {
                return later; // damaged: its own T3 finds out (DEL-139)
            }

            if (value is null)
            {
                return later with { Before = null, Written = null }; // what they added is in the inherited value
            }

            var restored = laterBefore?.Without(entry.Added, grant.To);
            return later with
            {
                Before = entry.Before is null && restored is not null && restored.Equals(inherited) ? null : restored?.ToString(),
                Written = later.Written == before.Acl?.ToString() ? value.ToString() : later.Written,
            };
        }
    }

    /// <summary>Changes what other live delegations know of a node. Those above the ended one in its chain lie under it: their values never held it.</summary>
    private static void Retell(Work work, DelegationRecord ended, NodeId node, Func<UndoEntry, UndoEntry> told)
    {
        foreach (var (other, otherGrant) in Beside(work.State, ended).ToList())
        {
            var entries = otherGrant.Undo.Entries.Select(entry => entry.Node == node ? told(entry) : entry).ToImmutableArray();
            var undo = otherGrant.Undo with { Entries = entries };
            work.State = work.State with { Records = work.State.Records.SetItem(other.Id, other with { Grant = otherGrant with { Undo = undo } }) };
        }
    }

    /// <summary>Other live delegations without those it descends from. What descends from it has ended (DEL-066).</summary>
    private static IEnumerable<(DelegationRecord Record, DelegationGrant Grant)> Beside(AgentState state, DelegationRecord ended)
    {
        var above = Chain.Ancestors(state, ended.Grant!).Select(ancestor => ancestor.Id).ToHashSet(StringComparer.Ordinal);
        return state.Live().Where(live => live.Record.Id != ended.Id && !above.Contains(live.Record.Id));
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

    /// <summary>Another delegation, none of those it descends from, treats the node too: it may lie on top (DEL-053).</summary>
    private static bool TreatedAbove(AgentState state, DelegationRecord record, NodeId node) =>
        Beside(state, record).Any(live => live.Grant.Undo.Entries.Any(entry => entry.Node == node));

    /// <summary>B goes from every value that arose in the scope during the delegation; an empty one becomes "no value" (DEL-136, DEL-328).</summary>
    private static void RemoveFromNewValues(Work work, TreeTransaction tree, DelegationRecord record, DelegationGrant grant)
    {
        var handled = grant.Undo.Entries.Select(entry => entry.Node).Concat(grant.Undo.NamedBefore).ToHashSet();
        foreach (var root in grant.Scope.Select(entry => tree.Current.Find(entry.Root)).OfType<Node>())
        {
            foreach (var node in root.SelfAndDescendants().ToList())
            {
                // Protected subtrees below are no part of the scope (DEL-321).
                if (node.Acl is { } acl && !handled.Contains(node.Id) && acl.NamesAnywhere(grant.To)
                    && ScopeMembership.EntryFor(work.Options, grant, tree.Current.Resolve(node.Id)!) is not null)
                {
                    Withdraw(work, tree, record, grant, node, acl);
                }
            }
        }
    }

    /// <summary>
    /// B leaves a value that arose since. One that a later delegation wrote out is a copy of the value above, with B in it: there B keeps what
    /// the value above gives it still, and the later delegation is told (DEL-053).
    /// </summary>
    private static void Withdraw(Work work, TreeTransaction tree, DelegationRecord record, DelegationGrant grant, Node node, Acl acl)
    {
        if (!work.State.Live().Any(live => live.Record.Id != record.Id && live.Grant.Undo.Entries.Any(entry => entry.Node == node.Id)))
        {
            SetIfOther(tree, node, acl.WithoutServer(grant.To));
            return;
        }

        var kept = StillAdded(work.State, record.Id, grant.To, node.Id) | (tree.Current.Resolve(node.Id)!.Parent?.EffectiveAcl().CommandsOf(grant.To) ?? AclCommands.None);
        Acl? Out(Acl? value) => value?.Without(AclCommands.All & ~kept, grant.To);
        SetIfOther(tree, node, Out(acl));
        Retell(work, record, node.Id, entry => entry with { Before = Out(Parsed(entry.Before))?.ToString(), Written = Out(Parsed(entry.Written))?.ToString() });
    }

    private static Acl? Parsed(string? text) => text is null ? null : Acl.Parse(text);

    private static void SetIfOther(TreeTransaction tree, Node node, Acl? value)
    {
        // The root always has a value (ACL-002); T1 never gave it one it had not.
        if ((node.Acl is null) != (value is null) || (value is not null && value.ToString() != node.Acl!.ToString()))
        {
            tree.SetAcl(node.Id, node.Id == NodeId.Root ? value ?? node.Acl : value);
        }
    }
}
