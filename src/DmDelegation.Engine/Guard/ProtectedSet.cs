using System.Collections.Immutable;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Guard;

/// <summary>
/// The means of control over the device and over the delegation itself (DEL-321). No part of any scope, whatever the entry above it.
/// </summary>
internal static class ProtectedSet
{
    private static readonly ImmutableArray<NodePath> Always =
    [
        NodePath.Root.Child("Delegation"), NodePath.Root.Child("DMAcc"), NodePath.Root.Child("Inbox"), NodePath.Root.Child("DevInfo").Child("DevId"),
    ];

    /// <summary>The roots of all protected subtrees.</summary>
    public static IEnumerable<NodePath> Roots(EngineOptions options) => Always.Concat(options.Protected);

    /// <summary>Whether a node is a protected root or lies below one.</summary>
    public static bool Covers(EngineOptions options, NodeChain chain) => Roots(options).Any(root => IsAtOrBelow(chain, root));

    /// <summary>Whether a path is a protected root or lies below one.</summary>
    public static bool Covers(EngineOptions options, NodePath path) => Roots(options).Any(path.IsAtOrBelow);

    private static bool IsAtOrBelow(NodeChain chain, NodePath root)
    {
        if (chain.Depth < root.Depth)
        {
            return false;
        }

        for (var depth = 1; depth <= root.Depth; depth++)
        {
            if (!string.Equals(chain[depth].Name, root.Segments[depth - 1], StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
