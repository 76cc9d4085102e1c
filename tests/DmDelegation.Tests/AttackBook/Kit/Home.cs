using DmDelegation.Engine.State;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.AttackBook.Kit;

/// <summary>The home scheme (17): every ACL value, by node, and every account, octet for octet; and how it must be back when all is over.</summary>
internal sealed class Home(AgentState state)
{
    private readonly Dictionary<NodeId, string> _acls = state.Tree.Root.SelfAndDescendants().ToDictionary(node => node.Id, node => node.Acl?.ToString() ?? "");
    private readonly Dictionary<NodeId, string> _values = state.Tree.Root.SelfAndDescendants().ToDictionary(node => node.Id, node => node.Name + "=" + Convert.ToHexString(node.Value.Span));
    private readonly Dictionary<NodeId, Node> _outside = [];
    private readonly HashSet<NodeId> _accounts = [.. AccountNodes(state)];

    public static Home Of(TestDevice device) => new(device.Durable);

    /// <summary>Nodes that must stay as they are, octet for octet: everything but the subtrees named.</summary>
    public Home Except(params string[] subtrees)
    {
        _outside.Clear();
        foreach (var node in state.Tree.Root.SelfAndDescendants())
        {
            var path = state.Tree.PathOf(node.Id)!;
            if (!subtrees.Any(subtree => path.IsAtOrBelow(NodePath.Parse(subtree))) && path.Segments is not ["DMAcc", .., "AAuthData"])
            {
                _outside.Add(node.Id, node);
            }
        }

        return this;
    }

    /// <summary>Nothing outside has changed: neither values nor ACLs nor children.</summary>
    public void OutsideIsUntouched(TestDevice device, params string[] subtrees)
    {
        foreach (var (id, node) in _outside)
        {
            var now = device.Durable.Tree.Resolve(id)?.Target;
            Assert.IsNotNull(now, $"{node.Name} outside the scope is gone");
            Assert.IsTrue(
                now.Name == node.Name && now.Value.Span.SequenceEqual(node.Value.Span) && now.Acl?.ToString() == node.Acl?.ToString(),
                $"{node.Name} outside the scope has changed: '{node.Acl}' to '{now.Acl}'");
            var names = now.Children.Keys.Where(name => !IsIn(device.Durable.Tree.PathOf(id)!.Child(name), subtrees));
            var before = node.Children.Keys.Where(name => !IsIn(state.Tree.PathOf(id)!.Child(name), subtrees));
            Assert.AreEqual(string.Join(' ', before), string.Join(' ', names.Where(name => !name.StartsWith("d-", StringComparison.Ordinal))), $"children of {node.Name}");
        }
    }

    /// <summary>A ends the delegation; then its effect on ACLs and accounts is gone to the last octet (DEL-135, DEL-136, DEL-193).</summary>
    public void ComesBackWithRevoke(TestDevice device, Delegating delegation)
    {
        Assert.AreEqual(200, device.Manage(delegation.A, delegation.Operation("Revoke"))[^1].Status, "A cannot revoke\n" + Given.Log(device));
        IsBack(device);
    }

    public void IsBack(TestDevice device)
    {
        // What a known B adds by its home rights may carry creator rights (ACL-040); all else that is new has no value.
        var knownB = device.AccountsOf(Given.B) > 0;
        foreach (var node in device.Durable.Tree.Root.SelfAndDescendants().Where(node => !knownB || _acls.ContainsKey(node.Id)))
        {
            Assert.AreEqual(_acls.GetValueOrDefault(node.Id, ""), node.Acl?.ToString() ?? "", $"ACL of {device.Durable.Tree.PathOf(node.Id)}");
        }

        var accounts = AccountNodes(device.Durable).ToHashSet();
        Assert.IsTrue(accounts.SetEquals(_accounts), "the accounts are not those of before");
        foreach (var id in accounts)
        {
            var node = device.Durable.Tree.Resolve(id)!.Target;
            Assert.IsTrue(node.Name == "AAuthData" || _values[id] == node.Name + "=" + Convert.ToHexString(node.Value.Span), $"{node.Name} of an account has changed");
        }
    }

    private static bool IsIn(NodePath path, string[] subtrees) => subtrees.Any(subtree => path.IsAtOrBelow(NodePath.Parse(subtree)));

    private static IEnumerable<NodeId> AccountNodes(AgentState state) => state.Tree.Root.Children["DMAcc"].SelfAndDescendants().Select(node => node.Id);
}
