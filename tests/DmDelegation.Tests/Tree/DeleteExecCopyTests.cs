using DmDelegation.Tree;
using static DmDelegation.Tests.Tree.TreeTestKit;

namespace DmDelegation.Tests.Tree;

[TestClass]
public sealed class DeleteExecCopyTests
{
    private static ManagementTree Describe(ManagementTree tree, string uri, AccessTypes access, bool permanent = false)
    {
        var transaction = new TreeTransaction(tree, Now);
        transaction.SetDescription(tree.Find(Path(uri))!.Id, permanent, access);
        return transaction.Current;
    }

    [TestMethod]
    public void A_Delete_takes_everything_below_whatever_their_ACL_and_AccessType_TND_030_TND_032_ACL_055()
    {
        var tree = Describe(Empty().With("./A/", "./A/l"), "./A/l", AccessTypes.Get);
        var transaction = new TreeTransaction(tree, Now);
        transaction.SetAcl(tree.Find(Path("./A/l"))!.Id, Acl.Parse("Delete=other"));
        var context = Context(transaction.Current);
        Succeeds(TreeCommands.Delete(context, "./A"));
        Assert.AreEqual(1, context.Tree().Count);
        Refused(404, context, c => TreeCommands.Delete(c, "./A"));
    }

    [TestMethod]
    public void A_Delete_is_refused_by_AccessType_permanence_and_permanent_descendants_TND_025_TND_027_TND_031_TND_034()
    {
        var tree = Describe(Empty().With("./A/", "./A/B/", "./A/B/p", "./A/x"), "./A/B/p", AccessTypes.All, permanent: true);
        var context = Context(Describe(tree, "./A/x", AccessTypes.All & ~AccessTypes.Delete));
        foreach (var uri in new[] { "./A/B/p", "./A/B", "./A", "./A/x", "." })
            Refused(405, context, c => TreeCommands.Delete(c, uri));
    }

    [TestMethod]
    public void Exec_needs_the_AccessType_that_no_node_has_by_default_TND_081()
    {
        var tree = Empty().With("./A/", "./l");
        Refused(405, Context(tree), c => TreeCommands.Exec(c, "./l"));
        Refused(404, Context(tree), c => TreeCommands.Exec(c, "./none"));
        var executable = Context(Describe(tree, "./l", AccessTypes.Exec));
        Assert.AreEqual(executable.At("./l").Id, Succeeds(TreeCommands.Exec(executable, "./l")).Target);
        Refused(425, Context(Describe(Empty("Get=*").With("./l"), "./l", AccessTypes.Exec)), c => TreeCommands.Exec(c, "./l"));
    }

    [TestMethod]
    public void A_Copy_carries_value_format_and_type_and_nothing_else_TND_086_TND_087_TND_089()
    {
        var context = Context(Empty().With("./a", "./b"));
        Succeeds(TreeCommands.Replace(context, "./a", new ValueArgument(Formats.Int, "text/x", Octets("7"), true)));
        Succeeds(TreeCommands.Replace(context, "./a?prop=Title", Chr("title")));
        Succeeds(TreeCommands.Replace(context, "./a?prop=ACL", Chr("Get=*&Replace=*")));
        Succeeds(TreeCommands.Copy(context, "./a", "./b"));
        var b = context.At("./b");
        Assert.AreEqual(("7", "int", "text/x", "", "b"), (Text(b.Value), b.Format, b.Type, b.Title, b.Name));
        Assert.IsNull(b.Acl);
        Succeeds(TreeCommands.Replace(context, "./a", Chr("other")));
        Assert.AreEqual("7", Text(context.At("./b").Value));
    }

    [TestMethod]
    public void A_Copy_is_refused_for_interior_missing_unreadable_and_unfit_nodes_TND_088_TND_089_R_11()
    {
        var tree = Empty().With("./a", "./b", "./dark", "./fixed", "./kept", "./I/");
        tree = Describe(Describe(Describe(tree, "./dark", AccessTypes.Replace), "./fixed", AccessTypes.Get), "./kept", AccessTypes.All, permanent: true);
        var context = Context(tree);
        Succeeds(TreeCommands.Copy(context, "./a", "./kept"));
        Succeeds(TreeCommands.Replace(context, "./a", new ValueArgument(Formats.Int, null, Octets("7"), true)));
        Refused(404, context, c => TreeCommands.Copy(c, "./none", "./b"));
        Refused(404, context, c => TreeCommands.Copy(c, "./a", "./none"));
        Refused(403, context, c => TreeCommands.Copy(c, "./I", "./b"));
        Refused(403, context, c => TreeCommands.Copy(c, "./a", "./I"));
        Refused(405, context, c => TreeCommands.Copy(c, "./dark", "./b"));
        Refused(405, context, c => TreeCommands.Copy(c, "./a", "./fixed"));
        Refused(403, context, c => TreeCommands.Copy(c, "./a", "./kept"));
        Refused(404, context, c => TreeCommands.Copy(c, "/a", "./b"));
        Refused(406, Context(tree, options: TreeOptions.Default with { Copy = false }), c => TreeCommands.Copy(c, "./a", "./b"));
    }
}
