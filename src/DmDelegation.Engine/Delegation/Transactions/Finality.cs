using DmDelegation.Engine.Guard;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Transactions;

/// <summary>What T2 of a final delegation does beyond that of an exclusive one (DEL-130).</summary>
internal static class Finality
{
    /// <summary>What nobody owns: the object of the delegations, and the device's name.</summary>
    private static readonly NodePath[] Nobodys = [NodePath.Root.Child("Delegation"), NodePath.Root.Child("DevInfo").Child("DevId")];

    /// <summary>
    /// The undo record is destroyed; what the guard needs stays: the nodes that are no part of the scope. The lock itself is the state of the
    /// record (DEL-332).
    /// </summary>
    public static UndoRecord Forget(UndoRecord undo) => UndoRecord.Empty with { Skipped = undo.Skipped, Closed = true };

    /// <summary><c>full</c>: in the ACL of the root and in those of the protected set A is replaced by B, for somebody must be able to manage accounts and anchors.</summary>
    public static void HandOver(Work work, string a, string b)
    {
        var tree = work.OpenTree();
        foreach (var node in HandedOver(tree.Current, work.Options).ToList())
        {
            if (node.Acl is { } acl && acl.NamesAnywhere(a))
            {
                tree.SetAcl(node.Id, Replaced(acl, a, b));
            }
        }

        work.KeepTree(tree);
    }

    /// <summary>Whether every value of the protected set has room for B in the place of A (DEL-118).</summary>
    public static bool HasRoom(AgentState state, EngineOptions options, string a, string b) =>
        HandedOver(state.Tree, options).All(node => node.Acl is not { } acl || !acl.NamesAnywhere(a) || With(acl, a, b).Octets <= Acl.MaxOctets);

    private static IEnumerable<Node> HandedOver(ManagementTree tree, EngineOptions options) =>
        ProtectedSet.Roots(options).Where(root => !Nobodys.Contains(root))
            .SelectMany(root => tree.Find(root)?.SelfAndDescendants() ?? [])
            .Prepend(tree.Root)
            .DistinctBy(node => node.Id);

    // A value that has grown since Start and has no room for B any more still loses A: an owner has other ways, a former one must have none.
    private static Acl Replaced(Acl acl, string a, string b) =>
        With(acl, a, b) is var replaced && replaced.Octets > Acl.MaxOctets ? acl.WithoutServer(a) ?? replaced : replaced;

    private static Acl With(Acl acl, string a, string b) =>
        acl.WithoutServer(a) is { } rest ? rest.With(acl.CommandsOf(a), b) : Acl.Of(acl.CommandsOf(a), b);
}
