using DmDelegation.Tree;
using static DmDelegation.Tests.Tree.TreeTestKit;

namespace DmDelegation.Tests.Tree;

[TestClass]
public sealed class ReplaceCommandTests
{
    private static CommandContext WithPermanent(string format = Formats.Chr)
    {
        var transaction = new TreeTransaction(Empty().With("./A/"), Now);
        transaction.Add(transaction.Current.Find(Path("./A"))!.Id, new NodeSpec("p", false, format, Formats.TextPlain, Octets("1"), null, true, AccessTypes.All, false));
        transaction.Add(NodeId.Root, NodeSpec.Leaf("l", Octets("2")));
        return Context(transaction.Current);
    }

    [TestMethod]
    public void A_Replace_overwrites_value_format_and_type_and_keeps_the_ACL_TND_066_ACL_061()
    {
        var context = Context(Empty().With("./l"));
        Succeeds(TreeCommands.Replace(context, "./l?prop=ACL", Chr("Get=*&Replace=*")));
        Succeeds(TreeCommands.Replace(context, "./l", new ValueArgument(Formats.Bool, "text/x", Octets("true"), true)));
        Assert.AreEqual(("bool", "text/x", "true", "Get=*&Replace=*"), (context.At("./l").Format, context.At("./l").Type, Text(context.At("./l").Value), context.At("./l").Acl!.ToString()));
        Succeeds(TreeCommands.Replace(context, "./l", new ValueArgument(null, null, Octets("t"), true)));
        Assert.AreEqual(("chr", "text/plain", (ushort)3), (context.At("./l").Format, context.At("./l").Type, context.At("./l").VerNo), "absent Meta (R-10)");
    }

    [TestMethod]
    public void Replace_never_creates_and_never_gives_an_interior_node_a_value_TND_065_TND_068()
    {
        var context = Context(Empty().With("./A/", "./l"));
        Refused(404, context, c => TreeCommands.Replace(c, "./A/none", Chr("v")));
        Refused(405, context, c => TreeCommands.Replace(c, "./A", Chr("v")));
        Refused(405, context, c => TreeCommands.Replace(c, ".", Chr("v")));
        Refused(415, context, c => TreeCommands.Replace(c, "./l", InteriorArgument()));
    }

    [TestMethod]
    public void Format_Type_and_Name_of_a_permanent_node_never_change_TND_026_TND_028()
    {
        var context = WithPermanent();
        Refused(405, context, c => TreeCommands.Replace(c, "./A/p", new ValueArgument(Formats.Int, null, Octets("2"), true)));
        Refused(405, context, c => TreeCommands.Replace(c, "./A/p", new ValueArgument(null, "text/x", Octets("2"), true)));
        Refused(405, context, c => TreeCommands.Replace(c, "./A/p?prop=Name", Chr("q")));
        Refused(405, context, c => TreeCommands.Replace(c, ".?prop=Name", Chr("q")));
        Succeeds(TreeCommands.Replace(context, "./A/p", Chr("2")));
        Succeeds(TreeCommands.Replace(context, "./A/p?prop=Title", Chr("t")));
        Succeeds(TreeCommands.Replace(context, "./A/p?prop=ACL", Chr("Get=*")));
        Assert.IsTrue(context.At("./A/p").IsPermanent);
    }

    [TestMethod]
    public void A_Title_has_at_most_255_octets_TND_145()
    {
        var context = Context(Empty().With("./l"));
        Succeeds(TreeCommands.Replace(context, "./l?prop=Title", Chr(new string('t', 255))));
        Refused(413, context, c => TreeCommands.Replace(c, "./l?prop=Title", Chr(new string('t', 256))));
        Refused(413, context, c => TreeCommands.Replace(c, "./l?prop=Title", Chr(new string('é', 128))));
        Refused(500, context, c => TreeCommands.Replace(c, "./l?prop=Title", new ValueArgument(null, null, new byte[] { 0xC3 }, true)));
    }

    [TestMethod]
    public void A_rename_moves_the_subtree_and_keeps_identities_TND_070_TND_072()
    {
        var context = Context(Empty().With("./A/", "./A/B/", "./A/B/l"));
        var leaf = context.At("./A/B/l").Id;
        Succeeds(TreeCommands.Replace(context, "./A?prop=Name", Chr("new name")));
        Assert.AreEqual("./new%20name/B/l", context.Tree().PathOf(leaf)!.ToString());
        Succeeds(TreeCommands.Replace(context, "./new%20name?prop=Name", Chr("new name")));
    }

    [TestMethod]
    public void A_rename_is_refused_by_clash_bad_name_and_limits_TND_070_TND_071_R_06()
    {
        var context = Context(Empty().With("./A/", "./A/long/", "./A/long/leaf", "./Z"), options: TreeOptions.Default with { Limits = new UriLimits(0, 20, 12) });
        Refused(418, context, c => TreeCommands.Replace(c, "./A?prop=Name", Chr("Z")));
        foreach (var bad in new[] { "", "a/b", ".", "..", "a\u0001" })
            Refused(500, context, c => TreeCommands.Replace(c, "./A?prop=Name", Chr(bad)));
        Refused(500, context, c => TreeCommands.Replace(c, "./A?prop=Name", new ValueArgument(null, null, new byte[] { 0xFF }, true)));
        Refused(414, context, c => TreeCommands.Replace(c, "./A?prop=Name", Chr(new string('n', 13))));
        Refused(414, Context(Empty().With("./A/")), c => TreeCommands.Replace(c, "./A?prop=Name", Chr(new string('n', 256))));
        Refused(414, context, c => TreeCommands.Replace(c, "./A?prop=Name", Chr(new string('n', 11))));
        Succeeds(TreeCommands.Replace(context, "./A?prop=Name", Chr(new string('n', 10))));
    }

    [TestMethod]
    public void A_bad_name_is_told_only_to_who_may_rename_ACL_022() =>
        Refused(425, Context(Empty("Get=*").With("./A/")), c => TreeCommands.Replace(c, "./A?prop=Name", Chr("a/b")));

    [TestMethod]
    public void A_rename_neither_leaves_nor_enters_a_description()
    {
        var context = Context(Empty().With("./DMAcc/", "./DMAcc/1/", "./DMAcc/1/ServerID", "./DMAcc/1/AppAuth/", "./DMAcc/1/AppAuth/1/", "./DMAcc/1/x", "./Else/", "./Else/AppAuth/"));
        Refused(405, context, c => TreeCommands.Replace(c, "./DMAcc/1/ServerID?prop=Name", Chr("OldID")));
        Refused(405, context, c => TreeCommands.Replace(c, "./DMAcc/1/AppAuth?prop=Name", Chr("Hidden")));
        Refused(405, context, c => TreeCommands.Replace(c, "./DMAcc/1/x?prop=Name", Chr("AppID")));
        Refused(405, context, c => TreeCommands.Replace(c, "./DMAcc?prop=Name", Chr("Accounts")));
        Succeeds(TreeCommands.Replace(context, "./DMAcc/1?prop=Name", Chr("2")));
        Succeeds(TreeCommands.Replace(context, "./DMAcc/2/x?prop=Name", Chr("y")));
        Succeeds(TreeCommands.Replace(context, "./Else?prop=Name", Chr("Other")));
    }

    [TestMethod]
    public void An_ACL_is_replaced_whole_or_cleared_ACL_035_ACL_045()
    {
        var context = Context(Empty().With("./A/"));
        Succeeds(TreeCommands.Replace(context, "./A?prop=ACL", Chr("Get=a&Replace=s1")));
        Succeeds(TreeCommands.Replace(context, "./A?prop=ACL", Chr("Add=b&Replace=s1")));
        Assert.AreEqual("Add=b&Replace=s1", context.At("./A").Acl!.ToString());
        Succeeds(TreeCommands.Replace(context, "./A?prop=ACL", Chr("")));
        Assert.IsNull(context.At("./A").Acl);
    }

    [TestMethod]
    public void The_root_keeps_its_ACL_and_Add_for_all_ACL_009_ACL_045()
    {
        var context = Context(Empty());
        Refused(405, context, c => TreeCommands.Replace(c, ".?prop=ACL", Chr("")));
        Refused(405, context, c => TreeCommands.Replace(c, ".?prop=ACL", Chr("Add=a&Get=*&Replace=*")));
        Succeeds(TreeCommands.Replace(context, ".?prop=ACL", Chr("Add=*&Get=*")));
    }

    [TestMethod]
    public void A_malformed_or_long_ACL_is_refused_after_the_rights_ACL_015()
    {
        var tooLong = "Get=" + new string('a', Acl.MaxOctets);
        var context = Context(Empty().With("./A/"));
        Refused(500, context, c => TreeCommands.Replace(c, "./A?prop=ACL", Chr("Get=")));
        Refused(413, context, c => TreeCommands.Replace(c, "./A?prop=ACL", Chr(tooLong)));
        Refused(425, Context(Empty("Get=*").With("./A/")), c => TreeCommands.Replace(c, "./A?prop=ACL", Chr("Get=")));
        Refused(425, Context(Empty("Get=*").With("./A/")), c => TreeCommands.Replace(c, "./A?prop=ACL", Chr(tooLong)));
    }
}
