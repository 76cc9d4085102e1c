using DmDelegation.Tree;
using static DmDelegation.Tests.Tree.TreeTestKit;

namespace DmDelegation.Tests.Tree;

[TestClass]
public sealed class TreeTransactionTests
{
    private static (TreeTransaction Transaction, NodeId Leaf) OneLeaf()
    {
        var tree = Empty().With("./A/", "./A/l");
        return (new TreeTransaction(tree, Later.AddMilliseconds(789)), tree.Find(Path("./A/l"))!.Id);
    }

    [TestMethod]
    public void A_new_node_has_version_0_and_leaves_its_parent_untouched_TND_166()
    {
        var (transaction, _) = OneLeaf();
        var parent = transaction.Current.Find(Path("./A"))!;
        var id = transaction.Add(parent.Id, NodeSpec.Leaf("new", Octets("v")));
        Assert.AreEqual(0, transaction.Current.Find(id)!.VerNo);
        Assert.AreEqual(Later, transaction.Current.Find(id)!.TStamp, "whole seconds");
        Assert.AreSame(parent.Row, transaction.Current.Find(parent.Id)!.Row);
        transaction.Delete(id);
        Assert.AreSame(parent.Row, transaction.Current.Find(parent.Id)!.Row);
    }

    [TestMethod]
    public void Value_ACL_Title_Type_and_Name_each_move_TStamp_and_VerNo_TND_150_TND_165_TND_166()
    {
        var (transaction, leaf) = OneLeaf();
        ushort expected = 0;
        foreach (var change in new Action[]
        {
            () => transaction.SetValue(leaf, Formats.Chr, Formats.TextPlain, Octets("v")),
            () => transaction.SetAcl(leaf, Acl.Parse("Get=a")),
            () => transaction.SetTitle(leaf, "t"),
            () => transaction.SetType(leaf, "text/x"),
            () => transaction.Rename(leaf, "m"),
        })
        {
            change();
            Assert.AreEqual(++expected, transaction.Current.Find(leaf)!.VerNo);
            Assert.AreEqual(Later, transaction.Current.Find(leaf)!.TStamp);
        }
        Assert.AreEqual(0, transaction.Current.Find(Path("./A"))!.VerNo);
    }

    [TestMethod]
    public void After_65535_comes_0_TND_165()
    {
        var rows = Empty().With("./l").Rows.Select(row => row.Name == "l" ? row with { VerNo = ushort.MaxValue } : row);
        var transaction = new TreeTransaction(ManagementTree.FromRows(rows), Later);
        var leaf = transaction.Current.Find(Path("./l"))!.Id;
        transaction.SetTitle(leaf, "t");
        Assert.AreEqual(0, transaction.Current.Find(leaf)!.VerNo);
    }

    [TestMethod]
    public void A_rename_keeps_identity_value_ACL_and_descendants_TND_072()
    {
        var tree = Empty().With("./A/", "./A/B/", "./A/B/l", "./A/Z");
        var transaction = new TreeTransaction(tree, Later);
        var (a, leaf) = (tree.Find(Path("./A"))!, tree.Find(Path("./A/B/l"))!);
        transaction.SetAcl(a.Id, Acl.Parse("Get=a"));
        transaction.Rename(a.Id, "X");
        Assert.IsNull(transaction.Current.Find(Path("./A")));
        Assert.AreEqual("./X/B/l", transaction.Current.PathOf(leaf.Id)!.ToString());
        Assert.AreSame(leaf.Row, transaction.Current.Find(leaf.Id)!.Row);
        Assert.AreEqual("Get=a", transaction.Current.Find(a.Id)!.Acl!.ToString());
        Assert.AreEqual("./A/B/l", tree.PathOf(leaf.Id)!.ToString(), "the snapshot stays");
    }

    [TestMethod]
    public void Rolling_back_restores_everything_TND_096()
    {
        var (transaction, leaf) = OneLeaf();
        var savepoint = transaction.Current;
        transaction.SetValue(leaf, Formats.Int, "x/y", Octets("1"));
        transaction.SetAcl(leaf, Acl.Parse("Get=a"));
        transaction.Rename(leaf, "m");
        transaction.Add(NodeId.Root, NodeSpec.InteriorNode("N"));
        transaction.Delete(leaf);
        transaction.RollbackTo(savepoint);
        Assert.AreSame(savepoint, transaction.Current);
        Assert.AreEqual("v", Text(transaction.Current.Find(Path("./A/l"))!.Value));
    }

    [TestMethod]
    public void An_identity_is_never_given_twice()
    {
        var (transaction, leaf) = OneLeaf();
        transaction.Delete(leaf);
        var next = transaction.Add(NodeId.Root, NodeSpec.Leaf("l", default));
        Assert.AreNotEqual(leaf, next);
        transaction.Delete(next);
        var loaded = ManagementTree.FromRows(transaction.Current.Rows, transaction.Current.NextNodeId);
        Assert.AreEqual(transaction.Current.NextNodeId, loaded.NextNodeId);
    }

    [TestMethod]
    public void A_value_is_copied_so_the_caller_may_reuse_its_buffer()
    {
        var (transaction, leaf) = OneLeaf();
        var buffer = Octets("abc");
        transaction.SetValue(leaf, Formats.Chr, Formats.TextPlain, buffer);
        buffer[0] = (byte)'x';
        Assert.AreEqual("abc", Text(transaction.Current.Find(leaf)!.Value));
    }

    [TestMethod]
    public void A_call_that_would_break_the_tree_throws_and_changes_nothing()
    {
        var (transaction, leaf) = OneLeaf();
        var before = transaction.Current;
        var a = before.Find(Path("./A"))!.Id;
        foreach (var wrong in new Action[]
        {
            () => transaction.Add(leaf, NodeSpec.Leaf("x", default)),
            () => transaction.Add(a, NodeSpec.Leaf("l", default)),
            () => transaction.Add(a, NodeSpec.Leaf("a/b", default)),
            () => transaction.Add(a, NodeSpec.Leaf(new string('n', 256), default)),
            () => transaction.Add(a, NodeSpec.Leaf("x", default, "chair")),
            () => transaction.Add(a, NodeSpec.Leaf("x", default, Formats.Node)),
            () => transaction.Add(new NodeId(99), NodeSpec.Leaf("x", default)),
            () => transaction.SetValue(a, Formats.Chr, Formats.TextPlain, default),
            () => transaction.SetValue(leaf, Formats.Node, "", default),
            () => transaction.SetAcl(NodeId.Root, null),
            () => transaction.SetTitle(leaf, new string('t', 256)),
            () => transaction.Rename(NodeId.Root, "r"),
            () => transaction.Rename(leaf, ".."),
            () => transaction.Delete(NodeId.Root),
            () => transaction.Delete(new NodeId(99)),
        })
        {
            Assert.ThrowsExactly<InvalidOperationException>(wrong);
            Assert.AreSame(before, transaction.Current);
        }
    }

    [TestMethod]
    public void Nodes_lie_at_most_64_deep()
    {
        var transaction = new TreeTransaction(Empty(), Now);
        var at = NodeId.Root;
        for (var depth = 1; depth <= UriLimits.HardMaxDepth; depth++)
            at = transaction.Add(at, NodeSpec.InteriorNode("n"));
        Assert.ThrowsExactly<InvalidOperationException>(() => transaction.Add(at, NodeSpec.InteriorNode("n")));
        Assert.AreEqual(65, ManagementTree.FromRows(transaction.Current.Rows).Count);
    }
}
