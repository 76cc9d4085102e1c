using DmDelegation.Tree;
using FsCheck;
using FsCheck.Fluent;
using static DmDelegation.Tests.Tree.TreeTestKit;

namespace DmDelegation.Tests.Tree;

/// <summary>Random changes against a model that is obviously right: a dictionary from address text to what stands there. FsCheck prints the seed of a failure.</summary>
[TestClass]
public sealed class TreeModelTests
{
    private sealed record Entry(long Id, bool Interior, string Value, string? Acl, string Title, int VerNo);

    private sealed record Operation(int Kind, int Target, string Name, string Text)
    {
        public override string ToString() => $"{Kind}/{Target}/{Name}/{Text}";
    }

    /// <summary>Addresses to entries; an address is the names joined by <c>/</c>, the root is empty.</summary>
    private sealed class NaiveTree
    {
        public Dictionary<string, Entry> Nodes { get; private set; } = new(StringComparer.Ordinal) { [""] = new(1, true, "", "Get=*", "", 0) };

        public long Next { get; private set; } = 2;

        public NaiveTree Copy() => new() { Nodes = new(Nodes, StringComparer.Ordinal), Next = Next };

        public bool Apply(string at, Operation operation)
        {
            var entry = Nodes[at];
            var sibling = at.Contains('/') ? at[..at.LastIndexOf('/')] : "";
            switch (operation.Kind)
            {
                case 0 or 1 or 2 or 3:
                    if (!entry.Interior || !Nodes.TryAdd(Join(at, operation.Name), new(Next, operation.Kind < 2, operation.Kind < 2 ? "" : operation.Text, null, "", 0)))
                        return false;
                    Next++;
                    return true;
                case 4:
                    if (entry.Interior)
                        return false;
                    Nodes[at] = entry with { Value = operation.Text, VerNo = entry.VerNo + 1 };
                    return true;
                case 5:
                    if (at.Length == 0 && operation.Text.Length == 0)
                        return false;
                    Nodes[at] = entry with { Acl = operation.Text.Length == 0 ? null : $"Get={operation.Text}", VerNo = entry.VerNo + 1 };
                    return true;
                case 6:
                    Nodes[at] = entry with { Title = operation.Text, VerNo = entry.VerNo + 1 };
                    return true;
                case 7:
                    var to = Join(sibling, operation.Name);
                    if (at.Length == 0 || (to != at && Nodes.ContainsKey(to)))
                        return false;
                    Nodes[at] = entry with { VerNo = entry.VerNo + 1 };
                    Nodes = Nodes.ToDictionary(one => Below(one.Key, at) ? to + one.Key[at.Length..] : one.Key, one => one.Value, StringComparer.Ordinal);
                    return true;
                default:
                    if (at.Length == 0)
                        return false;
                    foreach (var gone in Nodes.Keys.Where(one => Below(one, at)).ToArray())
                        Nodes.Remove(gone);
                    return true;
            }
        }

        private static string Join(string at, string name) => at.Length == 0 ? name : at + "/" + name;

        private static bool Below(string one, string at) => one == at || one.StartsWith(at + "/", StringComparison.Ordinal);
    }

    private static readonly Gen<Operation> AnyOperation =
        from kind in Gen.Choose(0, 9)
        from target in Gen.Choose(0, 1000)
        from name in Gen.Elements("a", "b", "c", "B", "é")
        from text in Gen.Elements("", "x", "y")
        select new Operation(kind, target, name, text);

    [TestMethod]
    public void The_tree_does_what_a_dictionary_would_do() => Prop.ForAll(Gen.ListOf(AnyOperation).Resize(120).ToArbitrary(), operations =>
    {
        var model = new NaiveTree();
        var transaction = new TreeTransaction(Empty("Get=*"), Later);
        var start = transaction.Current;
        foreach (var operation in operations)
        {
            var addresses = model.Nodes.Keys.Order(StringComparer.Ordinal).ToArray();
            var at = addresses[operation.Target % addresses.Length];
            var before = transaction.Current;
            var should = model.Copy().Apply(at, operation);
            Assert.AreEqual(should, Apply(transaction, new NodeId(model.Nodes[at].Id), operation));
            if (!should)
            {
                Assert.AreSame(before, transaction.Current);
                continue;
            }
            Assert.IsTrue(model.Apply(at, operation));
            AssertSame(model, transaction.Current);
            AssertDiff(before, transaction.Current, model.Nodes.Count);
        }
        AssertDiff(start, transaction.Current, int.MaxValue);
        AssertDiff(transaction.Current, start, int.MaxValue);
        AssertSame(model, ManagementTree.FromRows(transaction.Current.Rows, transaction.Current.NextNodeId));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [TestMethod]
    public void A_difference_costs_what_changed_and_not_what_is_there()
    {
        var transaction = new TreeTransaction(Empty(), Now);
        var wide = transaction.Add(NodeId.Root, NodeSpec.InteriorNode("wide"));
        var leaves = Enumerable.Range(0, 5000).Select(i => transaction.Add(wide, NodeSpec.Leaf($"n{i}", default))).ToArray();
        var before = transaction.Current;
        transaction.SetValue(leaves[2500], Formats.Chr, Formats.TextPlain, Octets("x"));
        transaction.Rename(wide, "wider");
        var after = transaction.Current;
        CollectionAssert.AreEqual(new[] { wide, leaves[2500] }, TreeDiff.Between(before, after).Select(change => change.Id).ToArray());

        // No clock: what it allocates is what it looks at.
        var allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        var changes = TreeDiff.Between(before, after).Count();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        Assert.AreEqual(2, changes);
        Assert.IsLessThan(20_000, allocated);
    }

    private static bool Apply(TreeTransaction transaction, NodeId at, Operation operation)
    {
        try
        {
            switch (operation.Kind)
            {
                case 0 or 1: transaction.Add(at, NodeSpec.InteriorNode(operation.Name)); break;
                case 2 or 3: transaction.Add(at, NodeSpec.Leaf(operation.Name, Octets(operation.Text))); break;
                case 4: transaction.SetValue(at, Formats.Chr, Formats.TextPlain, Octets(operation.Text)); break;
                case 5: transaction.SetAcl(at, operation.Text.Length == 0 ? null : Acl.Parse($"Get={operation.Text}")); break;
                case 6: transaction.SetTitle(at, operation.Text); break;
                case 7: transaction.Rename(at, operation.Name); break;
                default: transaction.Delete(at); break;
            }
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static void AssertSame(NaiveTree model, ManagementTree tree)
    {
        Assert.AreEqual(model.Nodes.Count, tree.Count);
        Assert.AreEqual(model.Next, tree.NextNodeId);
        Assert.AreEqual(model.Nodes.Count, tree.Root.SelfAndDescendants().Count());
        foreach (var (address, expected) in model.Nodes)
        {
            var path = NodePath.Of([.. address.Split('/', StringSplitOptions.RemoveEmptyEntries)]);
            var node = tree.Find(path) ?? throw new AssertFailedException($"'{address}' is missing");
            Assert.AreEqual(expected, new Entry(node.Id.Value, node.IsInterior, Text(node.Value), node.Acl?.ToString(), node.Title, node.VerNo), address);
            Assert.AreEqual(path, tree.PathOf(node.Id));
            Assert.AreSame(node, tree.Find(node.Id));
            Assert.AreSame(node, tree.Resolve(node.Id)!.Target);
        }
    }

    private static void AssertDiff(ManagementTree before, ManagementTree after, int mostChanges)
    {
        var rows = before.Rows.ToDictionary(row => row.Id);
        var changes = TreeDiff.Between(before, after).ToArray();
        foreach (var change in changes)
        {
            if (change.Kind == TreeChangeKind.Put)
                rows[change.Id] = change.Row!;
            else
                Assert.IsTrue(rows.Remove(change.Id));
        }
        Assert.IsLessThanOrEqualTo(mostChanges + (long)before.Count, changes.Length);
        CollectionAssert.AreEqual(after.Rows.ToArray(), rows.Values.OrderBy(row => row.Id.Value).ToArray());
    }
}
