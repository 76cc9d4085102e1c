using DmDelegation.Engine.Guard;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Transactions;

/// <summary>
/// How T3 puts ACLs back (DEL-135, DEL-136): exactly where nothing else happened, and otherwise B out, A in only where nobody entitled
/// has put it out. What other live delegations know of the nodes is kept true in <see cref="UndoLayers"/>.
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
        // From the top down, protected roots last: what a node inherits is as it will be by then.
        foreach (var node in ToRestore(work, tree.Current, grant))
        {
            var entry = grant.Undo.Entries.FirstOrDefault(entry => entry.Node == node);
            var chain = tree.Current.Resolve(node)!;
            if (entry is { Protected: true } && UndoLayers.HandOver(work, record.Id, chain, entry))
            {
                continue;
            }

            var layers = new UndoLayers(work, record.Id, chain, entry);
            if (entry is null)
            {
                // It arose since: B goes, but for what others gave it there (DEL-053, DEL-136); an empty value becomes "no value" (DEL-328).
                SetIfOther(tree, chain.Target, chain.Target.Acl?.Without(AclCommands.All & ~layers.Kept(grant.To), grant.To));
                layers.Withdraw(grant.To);
                continue;
            }

            var outcome = RestoreEntry(tree, chain, record, grant, entry, layers);
            kept += outcome == EntryOutcome.Kept ? 1 : 0;
            complete &= outcome != EntryOutcome.Damaged;
            layers.ComeDown(grant, entry, tree.Current.Find(node)!.Acl);
        }

        work.KeepTree(tree);
        if (!complete)
        {
            work.Log(
                LogCodes.RollbackIncomplete, $"delegation {record.Id}: {grant.To} is out, but the undo record is damaged: the home scheme is not completely restored",
                ("delegation", record.Id), ("by", record.By), ("to", grant.To));
        }

        return (kept, complete);
    }

    /// <summary>Nodes with an entry that are still there, and those in the scope whose value names B and arose since (DEL-136).</summary>
    private static IEnumerable<NodeId> ToRestore(Work work, ManagementTree tree, DelegationGrant grant)
    {
        var entries = grant.Undo.Entries.ToLookup(entry => entry.Node);
        // Protected subtrees below are no part of the scope (DEL-321).
        var arose = from entry in grant.Scope
                    let root = tree.Find(entry.Root)
                    where root is not null
                    from node in root.SelfAndDescendants()
                    where node.Acl?.NamesAnywhere(grant.To) == true && !entries.Contains(node.Id) && !grant.Undo.NamedBefore.Contains(node.Id)
                    where ScopeMembership.EntryFor(work.Options, grant, tree.Resolve(node.Id)!) is not null
                    select node.Id;
        return entries.Select(entry => entry.Key).Where(node => tree.Find(node) is not null).Concat(arose)
            .OrderBy(node => entries[node].Any(entry => entry.Protected)).ThenBy(node => tree.Resolve(node)!.Depth).ToList();
    }

    /// <summary>The node is as before; or a later value was kept, without B; or the entry is damaged, and B went out of what is there.</summary>
    private static EntryOutcome RestoreEntry(
        TreeTransaction tree, NodeChain chain, DelegationRecord record, DelegationGrant grant, UndoEntry entry, UndoLayers layers)
    {
        var node = chain.Target;
        if (!UndoLayers.TryRead(entry, out var before))
        {
            Withdraw(tree, node, record, grant, entry, layers);
            return EntryOutcome.Damaged;
        }

        var asWritten = string.Equals(node.Acl?.ToString(), entry.Written ?? entry.Before, StringComparison.Ordinal);
        if (asWritten && layers.NoneAbove(grant))
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
            var same = present.Equals(chain.Parent?.EffectiveAcl());
            SetIfOther(tree, node, same ? null : present);
            return RestoredIf(same || asWritten);
        }

        // A comes back only if what this delegation wrote is still in the value, or A wrote it itself (DEL-135).
        var traceLeft = entry.Added == AclCommands.None
            ? string.Equals(entry.LastWriter, "", StringComparison.Ordinal)
            : (present.CommandsOf(grant.To) & entry.Added) == entry.Added;
        var putBack = traceLeft || entry.LastWriter == record.By ? entry.Taken : AclCommands.None;
        // A value that B itself wrote, it wrote by a right of its own (DEL-322, DEL-340).
        var value = entry.LastWriter == grant.To ? present : present.Without(entry.Added & ~layers.Kept(grant.To), grant.To);
        value = putBack == AclCommands.None ? value : value?.With(putBack, record.By) ?? Acl.Of(putBack, record.By);
        var saysNothing = before is null && layers.IsEmpty && value is not null && value.Equals(chain.Parent?.EffectiveAcl());
        SetIfOther(tree, node, saysNothing ? null : value);
        return RestoredIf(putBack == entry.Taken);
    }

    private static EntryOutcome RestoredIf(bool restored) => restored ? EntryOutcome.Restored : EntryOutcome.Kept;

    /// <summary>Closing access has priority over neat ACLs (DEL-139): B goes, a known B as far as this delegation added it, and A has again what T2 took.</summary>
    private static void Withdraw(TreeTransaction tree, Node node, DelegationRecord record, DelegationGrant grant, UndoEntry entry, UndoLayers layers)
    {
        if (node.Acl is { } present)
        {
            var added = grant.AccountMade ? AclCommands.All : entry.Added;
            var value = present.Without(added & ~layers.Kept(grant.To), grant.To);
            SetIfOther(tree, node, entry.Taken == AclCommands.None ? value : value?.With(entry.Taken, record.By) ?? Acl.Of(entry.Taken, record.By));
        }
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
