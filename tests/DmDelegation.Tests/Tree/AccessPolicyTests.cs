using DmDelegation.Tree;
using static DmDelegation.Tests.Tree.TreeTestKit;

namespace DmDelegation.Tests.Tree;

[TestClass]
public sealed class AccessPolicyTests
{
    private readonly record struct WildcardOnly : IAclGrant
    {
        public bool Grants(Node owner, Acl acl, AclCommands right) => acl.GrantsToAll(right);
    }

    private readonly record struct NotAt(NodeId Owner, string Server) : IAclGrant
    {
        public bool Grants(Node owner, Acl acl, AclCommands right) => owner.Id != Owner && acl.Grants(right, Server);
    }

    private static ManagementTree Tree(string a, string ai, string al)
    {
        var transaction = new TreeTransaction(Empty("Add=*&Get=*").With("./A/", "./A/i/", "./A/l"), Now);
        foreach (var (uri, acl) in new[] { ("./A", a), ("./A/i", ai), ("./A/l", al) })
            transaction.SetAcl(transaction.Current.Find(Path(uri))!.Id, acl.Length == 0 ? null : Acl.Parse(acl));
        return transaction.Current;
    }

    private static AccessAnswer Decide(ManagementTree tree, string server, AccessOperation operation, string uri) =>
        AclPolicy.Instance.Decide(new AccessQuestion(server, operation, tree.Resolve(Path(uri))!));

    // Each row of tree.md 8.3: operation, right needed on the own ACL of an interior node, of a leaf; empty = the parent decides.
    [TestMethod]
    [DataRow(AccessOperation.Get, "Get", "Get")]
    [DataRow(AccessOperation.GetAcl, "Get", "")]
    [DataRow(AccessOperation.Replace, "Replace", "Replace")]
    [DataRow(AccessOperation.Rename, "Replace", "Replace")]
    [DataRow(AccessOperation.SetTitle, "Replace", "Replace")]
    [DataRow(AccessOperation.Add, "Add", "Add")]
    [DataRow(AccessOperation.Delete, "Delete", "Delete")]
    [DataRow(AccessOperation.Exec, "Exec", "Exec")]
    [DataRow(AccessOperation.CopyFrom, "Get", "Get")]
    [DataRow(AccessOperation.CopyTo, "Replace", "Replace")]
    [DataRow(AccessOperation.ReplaceAcl, "Replace", "")]
    public void Each_operation_needs_the_right_of_table_8_3_on_the_node_it_says(AccessOperation operation, string onInterior, string onLeaf)
    {
        foreach (var (uri, onSelf) in new[] { ("./A/i", onInterior), ("./A/l", onLeaf) })
        {
            foreach (var right in new[] { "Add", "Delete", "Exec", "Get", "Replace" })
            {
                var self = Decide(Tree("Add=nobody", $"{right}=s", $"{right}=s"), "s", operation, uri);
                Assert.AreEqual(right == onSelf, self.Allowed, $"{right} on {uri} itself");
                Assert.AreEqual(self.Allowed ? 200 : 425, self.Status);
            }
        }
    }

    [TestMethod]
    public void The_parents_word_counts_for_the_ACL_property_only_ACL_027_ACL_034()
    {
        foreach (var operation in Enum.GetValues<AccessOperation>())
        {
            var tree = Tree("Add=s&Delete=s&Exec=s&Get=s&Replace=s", "Get=x", "Get=x");
            Assert.AreEqual(operation is AccessOperation.ReplaceAcl, Decide(tree, "s", operation, "./A/i").Allowed, $"{operation} interior");
            Assert.AreEqual(operation is AccessOperation.ReplaceAcl or AccessOperation.GetAcl, Decide(tree, "s", operation, "./A/l").Allowed, $"{operation} leaf");
        }
    }

    [TestMethod]
    public void The_answer_names_the_rule_and_the_node_whose_ACL_decided()
    {
        var tree = Tree("Get=s&Replace=s", "Get=s", "");
        var (a, i) = (tree.Find(Path("./A"))!.Id, tree.Find(Path("./A/i"))!.Id);
        Assert.AreEqual(new AccessAnswer(true, 200, 0, "ACL-027", a), Decide(tree, "s", AccessOperation.ReplaceAcl, "./A/i"));
        Assert.AreEqual(new AccessAnswer(true, 200, 0, "ACL-020", i), Decide(tree, "s", AccessOperation.Get, "./A/i"));
        Assert.AreEqual(new AccessAnswer(true, 200, 0, "ACL-020", a), Decide(tree, "s", AccessOperation.Get, "./A/l"));
        Assert.AreEqual(new AccessAnswer(false, 425, 0, "ACL-032", NodeId.Root), Decide(tree, "s", AccessOperation.ReplaceAcl, "."));
    }

    [TestMethod]
    public void The_table_can_be_asked_with_another_notion_of_granted()
    {
        var tree = Tree("Get=*&Replace=s", "", "");
        var chain = tree.Resolve(Path("./A/l"))!;
        Assert.IsTrue(AclPolicy.Evaluate(AccessOperation.Get, chain, new WildcardOnly()).Allowed);
        Assert.IsFalse(AclPolicy.Evaluate(AccessOperation.Replace, chain, new WildcardOnly()).Allowed);
        Assert.IsTrue(AclPolicy.Evaluate(AccessOperation.Replace, chain, new NotAt(NodeId.Root, "s")).Allowed);
        Assert.IsFalse(AclPolicy.Evaluate(AccessOperation.Replace, chain, new NotAt(tree.Find(Path("./A"))!.Id, "s")).Allowed);
        Assert.AreEqual(AclCommands.Replace, AclPolicy.RightFor(AccessOperation.Rename));
    }

    [TestMethod]
    public void A_decision_does_not_allocate()
    {
        var tree = Empty("Get=a+b+c").With("./1/", "./1/2/", "./1/2/3/", "./1/2/3/4/", "./1/2/3/4/5/", "./1/2/3/4/5/6/", "./1/2/3/4/5/6/7/", "./1/2/3/4/5/6/7/8");
        var question = new AccessQuestion("c", AccessOperation.Get, tree.Resolve(Path("./1/2/3/4/5/6/7/8"))!);
        var allowed = AclPolicy.Instance.Decide(question).Allowed;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            allowed &= AclPolicy.Instance.Decide(question).Allowed;
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.IsTrue(allowed);
    }
}
