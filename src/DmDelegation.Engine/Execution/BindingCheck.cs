using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Execution;

/// <summary>Bindings that nobody can reach: the tree of a device is made at its first start, a profile may have changed since.</summary>
public static class BindingCheck
{
    /// <summary>The bound nodes that no Exec can reach, each with what is wrong with it.</summary>
    public static IEnumerable<(NodePath Node, string Why)> Unreachable(AgentState state, EngineOptions options)
    {
        foreach (var path in options.Operations.Keys.OrderBy(path => path.ToString(), StringComparer.Ordinal))
        {
            var node = state.Tree.Find(path);
            var why = node is null ? "the tree has no such node"
                : !node.Access.HasFlag(AccessTypes.Exec) ? "the node in the tree does not allow Exec"
                : !node.IsPermanent ? "the node in the tree is not permanent"
                : null;
            if (why is not null)
            {
                yield return (path, why);
            }
        }
    }
}
