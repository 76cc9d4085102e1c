using DmDelegation.Tree;
using static DmDelegation.Tests.Tree.TreeTestKit;

namespace DmDelegation.Tests.Tree;

[TestClass]
public sealed class AclRemovalTests
{
    private static string RootAfter(string rootAcl, string factory)
    {
        var transaction = new TreeTransaction(Empty(rootAcl), Later);
        AclRemoval.RemoveServer(transaction, "s1", Acl.Parse(factory));
        return transaction.Current.Root.Acl!.ToString();
    }

    [TestMethod]
    public void A_right_that_matters_for_security_is_never_widened_at_the_root_ACL_051()
    {
        Assert.AreEqual("Add=*&Get=*&Replace=oem", RootAfter("Add=s1&Get=s1&Replace=s1", "Add=*&Get=*&Replace=oem"));
        Assert.AreEqual("Add=*&Get=*", RootAfter("Add=*&Get=*&Exec=s1&Delete=s1", "Add=*&Get=*&Replace=oem"));
        Assert.AreEqual("Add=*&Get=*&Replace=oem", RootAfter("Add=*&Get=*&Replace=s1", "Add=*&Get=*&Replace=s1+oem"), "the factory may have named it too");
    }

    [TestMethod]
    public void The_root_always_keeps_a_value_ACL_002()
    {
        Assert.AreEqual("Get=*", RootAfter("Replace=s1", "Get=*"));
        Assert.AreEqual("Add=*&Get=*", RootAfter("Replace=s1", "Exec=s1"));
    }

    [TestMethod]
    public void The_changed_nodes_are_told_and_move_their_VerNo_TND_112()
    {
        var transaction = new TreeTransaction(Empty("Get=*").With("./a", "./b"), Now);
        var (a, b) = (transaction.Current.Find(Path("./a"))!.Id, transaction.Current.Find(Path("./b"))!.Id);
        transaction.SetAcl(a, Acl.Parse("Get=s1"));
        transaction.SetAcl(b, Acl.Parse("Get=s11"));
        CollectionAssert.AreEqual(new[] { a }, AclRemoval.RemoveServer(transaction, "s1", Acl.Parse("Get=*")).ToArray());
        Assert.AreEqual(2, transaction.Current.Find(a)!.VerNo);
        Assert.AreEqual("Get=s11", transaction.Current.Find(b)!.Acl!.ToString());
    }
}
