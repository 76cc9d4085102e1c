using DmDelegation.Tree;
using static DmDelegation.Tests.Tree.TreeTestKit;

namespace DmDelegation.Tests.Tree;

[TestClass]
public sealed class ManagementTreeTests
{
    private static NodeRow Row(long id, long parent, string name, string format = Formats.Node) =>
        new(new NodeId(id), new NodeId(parent), name, format, "", default, parent == 0 ? Acl.Parse("Get=*") : null, "", Now, 0, parent == 0, AccessTypes.All, false);

    [TestMethod]
    public void Rows_make_the_same_tree_again_in_any_order()
    {
        var tree = Empty().With("./A/", "./A/l", "./B/", "./B/C/", "./B/C/x");
        var loaded = ManagementTree.FromRows(tree.Rows.Reverse(), tree.NextNodeId);
        Assert.AreSequenceEqual(tree.Rows.ToArray(), loaded.Rows.ToArray());
        Assert.AreEqual(tree.Count, loaded.Count);
        Assert.AreSame(tree.Find(Path("./B/C/x"))!.Row, loaded.Find(Path("./B/C/x"))!.Row);
    }

    [TestMethod]
    public void Rows_that_make_no_tree_are_refused_and_named()
    {
        NodeRow root = Row(1, 0, "");
        foreach (var (wrong, rows) in new (long, NodeRow[])[]
        {
            (1, []),
            (1, [root with { Acl = null }]),
            (1, [root with { Format = Formats.Chr }]),
            (1, [root with { Name = "r" }]),
            (2, [root, Row(2, 9, "orphan")]),
            (2, [root, Row(2, 3, "cycle"), Row(3, 2, "cycle")]),
            (2, [root, Row(2, 2, "itself")]),
            (2, [root, Row(2, 1, "a"), Row(2, 1, "b")]),
            (3, [root, Row(2, 1, "a"), Row(3, 1, "a")]),
            (2, [root, Row(2, 1, "leaf", Formats.Chr), Row(3, 2, "x")]),
            (2, [root, Row(2, 1, "a/b")]),
            (2, [root, Row(2, 1, "")]),
            (2, [root, Row(2, 1, "a", "chair")]),
            (2, [root, Row(2, 1, "a") with { Value = Octets("v") }]),
            (0, [root, Row(0, 1, "a")]),
            (-5, [root, Row(-5, 1, "a")]),
            (65, [root, .. Enumerable.Range(2, 70).Select(id => Row(id, id - 1, "deep"))]),
        })
        {
            var corrupt = Assert.ThrowsExactly<TreeCorruptException>(() => ManagementTree.FromRows(rows));
            Assert.AreEqual(new NodeId(wrong), corrupt.Row, corrupt.Message);
        }
    }

    [TestMethod]
    public void Identities_may_be_far_apart()
    {
        long[] ids = [2, 31, 32, 33, 1023, 1024, 1 << 20, 1L << 40, (1L << 40) + 1, long.MaxValue - 1];
        var small = ManagementTree.FromRows([Row(1, 0, "")]);
        var large = ManagementTree.FromRows([Row(1, 0, ""), .. ids.Select(id => Row(id, 1, $"n{id}"))]);
        CollectionAssert.AreEqual(ids, large.Rows.Skip(1).Select(row => row.Id.Value).ToArray());
        foreach (var id in ids)
            Assert.AreEqual($"./n{id}", large.PathOf(new NodeId(id))!.ToString());
        Assert.IsNull(large.Find(new NodeId(1L << 50)));
        Assert.IsNull(large.Find(new NodeId(-1)));
        CollectionAssert.AreEqual(ids, TreeDiff.Between(small, large).Where(change => change.Id != NodeId.Root).Select(change => change.Id.Value).ToArray());
        var transaction = new TreeTransaction(large, Now);
        foreach (var id in ids.Reverse())
            transaction.Delete(new NodeId(id));
        Assert.AreEqual(1, transaction.Current.Count);
        Assert.IsEmpty(TreeDiff.Between(large, transaction.Current).Where(change => change.Kind != TreeChangeKind.Remove));
    }

    [TestMethod]
    public void A_chain_knows_the_effective_ACL_and_whose_it_is_ACL_003_ACL_004()
    {
        var transaction = new TreeTransaction(Empty("Add=*&Get=*").With("./A/", "./A/B/", "./A/B/l"), Now);
        var b = transaction.Current.Find(Path("./A/B"))!.Id;
        transaction.SetAcl(b, Acl.Parse("Get=x"));
        var chain = transaction.Current.Resolve(Path("./A/B/l"))!;
        Assert.AreEqual(b, chain.EffectiveAclOwner().Id);
        Assert.AreEqual("Get=x", chain.EffectiveAcl().ToString());
        Assert.AreEqual(NodeId.Root, chain.Parent!.Parent!.EffectiveAclOwner().Id);
        Assert.AreEqual("./A/B/l", chain.ToString());
        Assert.AreEqual(3, chain.Depth);
        Assert.IsTrue(chain.Contains(b));
        Assert.IsFalse(chain.Contains(new NodeId(99)));
        Assert.IsNull(transaction.Current.Resolve(NodeId.Root)!.Parent);
        Assert.IsNull(transaction.Current.Resolve(Path("./A/none")));
        Assert.IsNull(transaction.Current.Resolve(new NodeId(99)));
        Assert.AreEqual("./A", transaction.Current.ResolveNearest(Path("./A/x/y")).ToString());
    }

    [TestMethod]
    public void No_text_form_shows_a_value()
    {
        var row = Empty().With("./l").Find(Path("./l"))!.Row with { Value = Octets("hunter2") };
        Assert.DoesNotContain("hunter2", row.ToString());
        Assert.DoesNotContain("hunter2", NodeSpec.Leaf("l", Octets("hunter2")).ToString());
        Assert.DoesNotContain("hunter2", Chr("hunter2").ToString());
    }
}
