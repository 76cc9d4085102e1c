using DmDelegation.Engine.Guard;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Transactions;

/// <summary>
/// How T3 puts ACLs back (DEL-135, DEL-136): exactly where nothing else happened, and otherwise B out, A in only where nobody entitled
/// has put it out. What other live delegations know of the nodes is kept true in <see cref="UndoLayers"/>.
/// </summary>
internal static class AclRestoration
{
    /// <summary>Restores what T1 and T2 of a record changed; returns the number of nodes whose later value was kept.</summary>
    public static int Restore(Work work, DelegationRecord record, DelegationGrant grant)
    {
        var tree = work.OpenTree();
        var kept = 0;
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

            kept += RestoreEntry(tree, chain, record, grant, entry, layers) ? 0 : 1;
            layers.ComeDown(grant, entry, tree.Current.Find(node)!.Acl);
        }

        work.KeepTree(tree);
        return kept;
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

    /// <summary>True if the node is as before; false if a later value was kept, without B.</summary>
    private static bool RestoreEntry(
        TreeTransaction tree, NodeChain chain, DelegationRecord record, DelegationGrant grant, UndoEntry entry, UndoLayers layers)
    {
        var node = chain.Target;
        var asWritten = string.Equals(node.Acl?.ToString(), entry.Written ?? entry.Before, StringComparison.Ordinal);
        if (asWritten && layers.NoneAbove(grant))
        {
            SetIfOther(tree, node, entry.Before is { } text ? Acl.Parse(text) : null);
            return true;
        }

        if (node.Acl is not { } present)
        {
            return asWritten;
        }

        if (entry.Protected)
        {
            // This delegation added nobody here; a value that says no more than what is inherited again goes (DEL-135).
            var same = present.Equals(chain.Parent?.EffectiveAcl());
            SetIfOther(tree, node, same ? null : present);
            return same || asWritten;
        }

        // A comes back only if what this delegation wrote is still in the value, or A wrote it itself (DEL-135).
        var traceLeft = entry.Added == AclCommands.None
            ? string.Equals(entry.LastWriter, "", StringComparison.Ordinal)
            : (present.CommandsOf(grant.To) & entry.Added) == entry.Added;
        var putBack = traceLeft || entry.LastWriter == record.By ? entry.Taken : AclCommands.None;
        // A value that B itself wrote, it wrote by a right of its own (DEL-322, DEL-340).
        var value = entry.LastWriter == grant.To ? present : present.Without(entry.Added & ~layers.Kept(grant.To), grant.To);
        value = putBack == AclCommands.None ? value : value?.With(putBack, record.By) ?? Acl.Of(putBack, record.By);
        var saysNothing = entry.Before is null && layers.IsEmpty && value is not null && value.Equals(chain.Parent?.EffectiveAcl());
        SetIfOther(tree, node, saysNothing ? null : value);
        return putBack == entry.Taken;
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
