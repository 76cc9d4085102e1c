using DmDelegation.Engine.Delegation;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Guard;

/// <summary>Which nodes a delegation covers, by identity and not by text (DEL-325).</summary>
internal static class ScopeMembership
{
    /// <summary>
    /// The entry of a grant that covers a node, null if none does: its root is the node or above it, no protected subtree lies between
    /// (DEL-321), and it is not in a subtree that T1 skipped because A holds nothing there (DEL-052, DEL-125).
    /// </summary>
    public static ScopeEntry? EntryFor(EngineOptions options, DelegationGrant grant, NodeChain chain)
    {
        foreach (var entry in grant.Scope)
        {
            if (chain.Contains(entry.Root))
            {
                return ProtectedSet.Covers(options, chain) || IsSkipped(grant, chain) ? null : entry;
            }
        }

        return null;
    }

    /// <summary>Whether a node carries the root of one of the grant's entries, or lies above it (DEL-141).</summary>
    public static bool IsPinned(ManagementTree tree, DelegationGrant grant, NodeId node)
    {
        foreach (var entry in grant.Scope)
        {
            if (tree.Resolve(entry.Root) is { } chain && chain.Contains(node))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The nearest node on the way up that T1 decided on says it: a value that somebody writes into a skipped subtree later does not bring it
    /// into the scope (DEL-052, DEL-125).
    /// </summary>
    private static bool IsSkipped(DelegationGrant grant, NodeChain chain)
    {
        for (var depth = grant.Undo.Skipped.IsEmpty ? -1 : chain.Depth; depth >= 0; depth--)
        {
            var node = chain[depth].Id;
            if (grant.Undo.Skipped.Contains(node))
            {
                return true;
            }

            if (grant.Undo.Entries.Any(entry => entry.Node == node))
            {
                return false;
            }
        }

        return false;
    }
}
