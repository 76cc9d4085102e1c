using DmDelegation.Tree;
using static DmDelegation.Tests.Tree.TreeTestKit;

namespace DmDelegation.Tests.Tree;

[TestClass]
public sealed class AddCommandTests
{
    [TestMethod]
    public void The_new_node_has_what_the_command_says_TND_056_TND_057_TND_058()
    {
        var context = Context(Empty().With("./A/"));
        var outcome = Succeeds(TreeCommands.Add(context, "./A/n%3F", new ValueArgument(null, null, Octets("v"), true)));
        var leaf = context.At("./A/n%3F");
        Assert.AreEqual(outcome.Target, leaf.Id);
        Assert.AreEqual(("n?", "chr", "text/plain", "v", "", (ushort)0), (leaf.Name, leaf.Format, leaf.Type, Text(leaf.Value), leaf.Title, leaf.VerNo));
        Assert.IsFalse(leaf.IsPermanent);
        Assert.IsNull(leaf.Acl, "no ACL value (ACL-040)");
        Succeeds(TreeCommands.Add(context, "./A/i", InteriorArgument("urn:oma:mo:x:1.0")));
        Assert.IsTrue(context.At("./A/i").IsInterior);
        Assert.AreEqual("urn:oma:mo:x:1.0", context.At("./A/i").Type, "the Meta Type becomes the Type (TND-161)");
        Succeeds(TreeCommands.Add(context, "./A/j", new ValueArgument(Formats.Node, null, default, true)));
        Assert.AreEqual("", context.At("./A/j").Type);
        Succeeds(TreeCommands.Add(context, "./A/null", new ValueArgument(Formats.Null, null, default, false)));
    }

    [TestMethod]
    public void An_Add_below_a_leaf_is_refused_with_405_TND_021()
    {
        Refused(405, Context(Empty().With("./l")), c => TreeCommands.Add(c, "./l/x", Chr("v")));
        var outcome = Refused(405, Context(Empty().With("./l")), c => TreeCommands.Add(c, "./l/x/y", Chr("v")));
        Assert.AreEqual("./l/x", outcome.FailedUri);
    }

    [TestMethod]
    public void An_Add_onto_an_existing_node_is_refused_with_418_TND_050()
    {
        var context = Context(Empty().With("./l", "./A/"));
        foreach (var uri in new[] { "./l", "./A", "." })
            Refused(418, context, c => TreeCommands.Add(c, uri, Chr("v")));
    }

    [TestMethod]
    public void A_missing_parent_is_answered_404_without_implicit_creation_TND_055() =>
        Refused(404, Context(Empty(), options: TreeOptions.Default with { ImplicitAdd = false }), c => TreeCommands.Add(c, "./A/x", Chr("v")));

    [TestMethod]
    public void Missing_ancestors_are_created_and_the_first_gets_the_automatic_ACL_TND_052_ACL_042_ACL_044()
    {
        var context = Context(Empty("Add=*&Get=*"));
        Succeeds(TreeCommands.Add(context, "./A/B/C/x", Chr("v")));
        Assert.AreEqual("Add=s1&Delete=s1&Replace=s1", context.At("./A").Acl!.ToString());
        Assert.IsNull(context.At("./A/B").Acl);
        Assert.IsNull(context.At("./A/B/C").Acl);
        Assert.IsNull(context.At("./A/B/C/x").Acl);
        Assert.AreEqual("v", Text(context.At("./A/B/C/x").Value));
    }

    [TestMethod]
    public void The_ancestor_that_could_not_be_created_is_named_and_nothing_is_left_TND_054_TND_061_REP_045()
    {
        var unforeseen = new TreeDescription([new("./A/B", new NodeDescription(AccessTypes.Get)), new("./A", new NodeDescription(AccessTypes.Get))]);
        Assert.AreEqual("./A", Refused(425, Context(Empty("Get=*")), c => TreeCommands.Add(c, "./A/B/x", Chr("v"))).FailedUri);
        Assert.AreEqual("./A/B", Refused(405, Context(Empty(), description: unforeseen), c => TreeCommands.Add(c, "./A/B/x", Chr("v"))).FailedUri);
        Assert.IsNull(Refused(425, Context(Empty("Get=*")), c => TreeCommands.Add(c, "./x", Chr("v"))).FailedUri);
        Refused(415, Context(Empty()), c => TreeCommands.Add(c, "./A/B/x", new ValueArgument("chair", null, default, true)));
    }

    [TestMethod]
    public void A_leaf_gets_no_automatic_ACL_ACL_043()
    {
        var context = Context(Empty("Add=*&Get=*"));
        Succeeds(TreeCommands.Add(context, "./l", Chr("v")));
        Assert.IsNull(context.At("./l").Acl);
        Refused(425, context, c => TreeCommands.Replace(c, "./l", Chr("w")));
    }

    [TestMethod]
    public void Data_that_is_missing_is_answered_412_TND_059()
    {
        var context = Context(Empty());
        Refused(412, context, c => TreeCommands.Add(c, "./l", new ValueArgument(Formats.Chr, null, default, false)));
        Succeeds(TreeCommands.Add(context, "./l", new ValueArgument(Formats.Chr, null, default, true)));
        Refused(412, context, c => TreeCommands.Replace(c, "./l", new ValueArgument(Formats.Chr, null, default, false)));
        Refused(412, context, c => TreeCommands.Replace(c, "./l?prop=ACL", new ValueArgument(null, null, default, false)));
    }

    [TestMethod]
    [DataRow("chair", "x")]
    [DataRow("int", "x")]
    [DataRow("int", "2147483648")]
    [DataRow("bool", "yes")]
    [DataRow("null", "x")]
    [DataRow("node", "x")]
    public void A_value_that_is_not_of_its_format_is_answered_415_TND_067_DDF_029(string format, string value) =>
        Refused(415, Context(Empty()), c => TreeCommands.Add(c, "./l", new ValueArgument(format, null, Octets(value), true)));

    [TestMethod]
    public void A_TNDS_document_is_answered_415_TNDS_060()
    {
        var context = Context(Empty().With("./l"));
        var document = new ValueArgument(Formats.Xml, "application/vnd.syncml.dmtnds+xml", Octets("<MgmtTree/>"), true);
        Refused(415, context, c => TreeCommands.Add(c, "./n", document));
        Refused(415, context, c => TreeCommands.Replace(c, "./l", document));
    }

    [TestMethod]
    public void The_description_says_what_may_be_added_DDF_020_TND_025_TND_062()
    {
        var description = new TreeDescription(
        [
            new("./Fixed/no", new NodeDescription(AccessTypes.Get)),
            new("./Fixed/yes", new NodeDescription(AccessTypes.Get | AccessTypes.Add)),
            new("./Built", new NodeDescription(AccessTypes.All, Permanent: true)),
            new("./Number", new NodeDescription(AccessTypes.All, Format: Formats.Int)),
        ]);
        var transaction = new TreeTransaction(Empty().With("./Fixed/"), Now);
        transaction.SetDescription(transaction.Current.Find(Path("./Fixed"))!.Id, true, AccessTypes.Get);
        var context = Context(transaction.Current, description: description);
        Refused(405, context, c => TreeCommands.Add(c, "./Fixed/no", Chr("v")));
        Succeeds(TreeCommands.Add(context, "./Fixed/yes", Chr("v")));
        Assert.AreEqual(AccessTypes.Get | AccessTypes.Add, context.At("./Fixed/yes").Access);
        Refused(405, context, c => TreeCommands.Add(c, "./Built", InteriorArgument()));
        Refused(415, context, c => TreeCommands.Add(c, "./Number", Chr("v")));
        Refused(415, context, c => TreeCommands.Add(c, "./Number", InteriorArgument()));
        Succeeds(TreeCommands.Add(context, "./Number", new ValueArgument(Formats.Int, null, Octets("5"), true)));
    }

    [TestMethod]
    public void A_full_tree_is_answered_420_and_a_large_value_413()
    {
        var options = TreeOptions.Default with { MaxNodes = 4, MaxObjSize = 3 };
        var context = Context(Empty().With("./A/"), options: options);
        Refused(420, context, c => TreeCommands.Add(c, "./A/B/C/x", Chr("v")));
        Succeeds(TreeCommands.Add(context, "./A/B/x", Chr("abc")));
        Refused(413, context, c => TreeCommands.Replace(c, "./A/B/x", Chr("abcd")));
        Refused(420, context, c => TreeCommands.Add(c, "./A/y", Chr("v")));
        Refused(413, Context(Empty(), options: options), c => TreeCommands.Add(c, "./y", Chr("abcd")));
    }

    [TestMethod]
    public void A_name_at_the_limit_is_added_and_one_above_is_answered_414_TND_015()
    {
        var context = Context(Empty(), options: TreeOptions.Default with { Limits = new UriLimits(2, 9, 4) });
        Succeeds(TreeCommands.Add(context, "./abcd", InteriorArgument()));
        Refused(414, context, c => TreeCommands.Add(c, "./abcde", InteriorArgument()));
        Succeeds(TreeCommands.Add(context, "abcd/efgh", InteriorArgument()));
        Refused(414, context, c => TreeCommands.Add(c, "./abcd/efgh", InteriorArgument()));
        Refused(414, context, c => TreeCommands.Add(c, "a/b/c", InteriorArgument()));
    }

    [TestMethod]
    public void A_command_on_a_property_it_has_no_row_for_is_answered_405_TND_108_TND_176()
    {
        var context = Context(Empty().With("./l", "./m"));
        foreach (var query in new[] { "?prop=ACL", "?prop=Name", "?prop=Size", "?list=Struct" })
        {
            Refused(405, context, c => TreeCommands.Add(c, "./l" + query, Chr("v")));
            Refused(405, context, c => TreeCommands.Delete(c, "./l" + query));
            Refused(405, context, c => TreeCommands.Exec(c, "./l" + query));
            Refused(405, context, c => TreeCommands.Copy(c, "./l" + query, "./m"));
            Refused(405, context, c => TreeCommands.Copy(c, "./m", "./l" + query));
        }
        foreach (var query in new[] { "?prop=Format", "?prop=Size", "?prop=TStamp", "?prop=Type", "?prop=VerNo", "?list=Struct" })
            Refused(405, context, c => TreeCommands.Replace(c, "./l" + query, Chr("v")));
        Refused(406, context, c => TreeCommands.Delete(c, "./l?prop=Owner"));
    }

    [TestMethod]
    public void A_guards_refusal_carries_its_status_rule_and_reason()
    {
        var context = Context(Empty().With("./l"), policy: new Guard());
        var outcome = Refused(405, context, c => TreeCommands.Replace(c, "./l", Chr("v")));
        Assert.AreEqual(("DEL-339", 127), (outcome.Rule, outcome.Reason));
    }

    private sealed class Guard : IAccessPolicy
    {
        public AccessAnswer Decide(in AccessQuestion question) => new(false, 405, 127, "DEL-339", null);
    }
}
