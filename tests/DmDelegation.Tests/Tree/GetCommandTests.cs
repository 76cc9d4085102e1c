using DmDelegation.Tree;
using static DmDelegation.Tests.Tree.TreeTestKit;

namespace DmDelegation.Tests.Tree;

[TestClass]
public sealed class GetCommandTests
{
    private sealed class Hides(string name) : IAccessPolicy
    {
        public AccessAnswer Decide(in AccessQuestion question) => AclPolicy.Instance.Decide(question);

        public bool IsVisible(string server, Node parent, Node child) => child.Name != name;
    }

    private static ManagementTree SetAcl(ManagementTree tree, string uri, string acl)
    {
        var transaction = new TreeTransaction(tree, Now);
        transaction.SetAcl(tree.Find(Path(uri))!.Id, Acl.Parse(acl));
        return transaction.Current;
    }

    [TestMethod]
    public void A_leaf_answers_with_value_format_and_type_TND_041_TND_046()
    {
        var context = Context(Empty());
        Succeeds(TreeCommands.Add(context, "./l", new ValueArgument(Formats.Int, "text/x", Octets("42"), true)));
        Assert.AreEqual(new ResultItem("./l", "int", "text/x", context.At("./l").Value, true), Succeeds(TreeCommands.Get(context, "l")).Results.Single());
    }

    [TestMethod]
    public void An_interior_node_answers_with_its_children_TND_042_TND_043()
    {
        var context = Context(Empty().With("./R/", "./R/Band", "./R/Power", "./R/a%3Fb", "./E/"));
        var item = TreeCommands.Get(context, "./R").Results.Single();
        Assert.AreEqual(("node", "text/plain"), (item.Format, item.Type));
        CollectionAssert.AreEquivalent(new[] { "Band", "Power", "a%3Fb" }, Text(item.Data).Split('/'));
        var empty = TreeCommands.Get(context, "./E").Results.Single();
        Assert.IsTrue(empty.HasData);
        Assert.AreEqual(0, empty.Data.Length);
    }

    [TestMethod]
    public void The_childrens_ACLs_do_not_filter_a_child_list_but_a_guard_does_TND_049()
    {
        var tree = SetAcl(Empty().With("./R/", "./R/a", "./R/b"), "./R/b", "Get=other");
        Assert.AreEqual("a/b", DataOf(TreeCommands.Get(Context(tree), "./R")));
        Assert.AreEqual("a", DataOf(TreeCommands.Get(Context(tree, policy: new Hides("b")), "./R")));
    }

    [TestMethod]
    public void A_hidden_node_looks_absent_to_every_command_DEL_081()
    {
        var context = Context(Empty().With("./R/", "./R/h/", "./R/h/x", "./R/a"), policy: new Hides("h"));
        foreach (var uri in new[] { "./R/h", "./R/h/x" })
        {
            Refused(404, context, c => TreeCommands.Get(c, uri));
            Refused(404, context, c => TreeCommands.Get(c, uri + "?prop=Name"));
            Refused(404, context, c => TreeCommands.Get(c, uri + "?list=Struct"));
            Refused(404, context, c => TreeCommands.Replace(c, uri, Chr("v")));
            Refused(404, context, c => TreeCommands.Replace(c, uri + "?prop=ACL", Chr("Get=*")));
            Refused(404, context, c => TreeCommands.Replace(c, uri + "?prop=Name", Chr("n")));
            Refused(404, context, c => TreeCommands.Delete(c, uri));
            Refused(404, context, c => TreeCommands.Exec(c, uri));
            Refused(404, context, c => TreeCommands.Copy(c, uri, "./R/a"));
            Refused(404, context, c => TreeCommands.Copy(c, "./R/a", uri));
        }
        Refused(418, context, c => TreeCommands.Add(c, "./R/h", InteriorArgument()));
        Refused(404, context, c => TreeCommands.Add(c, "./R/h/new", InteriorArgument()));
        CollectionAssert.AreEqual(new[] { "./R", "./R/a" }, TreeCommands.Get(context, "./R?list=Struct").Results.Select(item => item.Uri).ToArray());
    }

    [TestMethod]
    public void Every_property_is_answered_as_text_TND_106()
    {
        var context = Context(SetAcl(Empty().With("./A/", "./A/l"), "./A/l", "Get=*&Replace=*"));
        Succeeds(TreeCommands.Replace(context, "./A/l", new ValueArgument(Formats.Int, "text/x", Octets("-17"), true)));
        Succeeds(TreeCommands.Replace(context, "./A/l?prop=Title", Chr("The title")));
        foreach (var (property, expected) in new[]
        {
            ("ACL", "Get=*&Replace=*"), ("Format", "int"), ("Name", "l"), ("Size", "3"), ("Title", "The title"),
            ("TStamp", "20240229T091500Z"), ("Type", "text/x"), ("VerNo", "3"),
        })
        {
            var item = Succeeds(TreeCommands.Get(context, "A/l?prop=" + property)).Results.Single();
            Assert.AreEqual((expected, $"./A/l?prop={property}", "chr", "text/plain"), (Text(item.Data), item.Uri, item.Format, item.Type));
        }
        Assert.AreEqual("", DataOf(TreeCommands.Get(context, "./A?prop=ACL")), "never the inherited value (ACL-006, ACL-007)");
        Assert.AreEqual("", DataOf(TreeCommands.Get(context, "./A?prop=Type")));
        Assert.AreEqual("node", DataOf(TreeCommands.Get(context, ".?prop=Format")));
    }

    [TestMethod]
    public void What_a_node_does_not_have_is_answered_406_TND_101_TND_105()
    {
        var options = TreeOptions.Default with { SupportedProperties = ["ACL", "Format", "Name", "Type"] };
        Refused(406, Context(Empty().With("./A/")), c => TreeCommands.Get(c, "./A?prop=Size"));
        Refused(406, Context(Empty().With("./l"), options: options), c => TreeCommands.Get(c, "./l?prop=Title"));
        Refused(406, Context(Empty().With("./l"), options: options), c => TreeCommands.Replace(c, "./l?prop=Title", Chr("t")));
        Refused(406, Context(Empty().With("./l")), c => TreeCommands.Get(c, "./l?prop=acl"));
        Refused(406, Context(Empty().With("./l")), c => TreeCommands.Get(c, "./l?list=TNDS"));
        Refused(406, Context(Empty().With("./l")), c => TreeCommands.Get(c, "./l?list=struct"));
    }

    [TestMethod]
    public void Struct_has_every_readable_node_parents_first_and_StructData_the_values_TND_171_TND_172_TND_173_TND_175()
    {
        var tree = Empty().With("./A/", "./A/dark/", "./A/dark/lit", "./A/l", "./A/secret/");
        tree = SetAcl(SetAcl(tree, "./A/dark", "Get=other"), "./A/dark/lit", "Get=*");
        var transaction = new TreeTransaction(tree, Now);
        transaction.Add(tree.Find(Path("./A/secret"))!.Id, new NodeSpec("s", false, Formats.Chr, Formats.TextPlain, Octets("sealed"), null, false, AccessTypes.All, true));
        transaction.SetDescription(tree.Find(Path("./A/secret"))!.Id, false, AccessTypes.Add);
        var context = Context(transaction.Current);

        var items = Succeeds(TreeCommands.Get(context, "./A?list=Struct")).Results;
        CollectionAssert.AreEqual(new[] { "./A", "./A/dark/lit", "./A/l" }, items.Select(item => item.Uri).ToArray());
        Assert.IsTrue(items.All(item => !item.HasData && item.Data.IsEmpty));
        Assert.AreEqual(("node", ""), (items[0].Format, items[0].Type));
        var data = Succeeds(TreeCommands.Get(context, "./A?list=StructData")).Results;
        CollectionAssert.AreEqual(new[] { false, true, true }, data.Select(item => item.HasData).ToArray());
        Assert.AreEqual("v", Text(data[1].Data));
        Refused(425, context, c => TreeCommands.Get(c, "./A/dark?list=Struct"));
        Refused(405, context, c => TreeCommands.Get(c, "./A/secret?list=Struct"));
    }

    [TestMethod]
    public void A_secret_is_sealed_and_neither_it_nor_its_size_is_told_TND_047()
    {
        var context = Context(Empty().With("./DMAcc/", "./DMAcc/1/", "./DMAcc/1/AppAuth/", "./DMAcc/1/AppAuth/1/", "./l"));
        const string uri = "./DMAcc/1/AppAuth/1/AAuthSecret";
        Succeeds(TreeCommands.Add(context, uri, Chr("hunter2")));
        Assert.IsTrue(context.At(uri).IsSecret);
        Assert.AreEqual($"sealed for {context.At(uri).Id}: 7", Text(context.At(uri).Value));
        Succeeds(TreeCommands.Replace(context, uri, Chr("longer than before")));
        Assert.AreEqual($"sealed for {context.At(uri).Id}: 18", Text(context.At(uri).Value));
        Succeeds(TreeCommands.Copy(context, "./l", uri));
        Assert.AreEqual($"sealed for {context.At(uri).Id}: 1", Text(context.At(uri).Value));
        Refused(405, context, c => TreeCommands.Get(c, uri));
        Refused(405, context, c => TreeCommands.Get(c, uri + "?prop=Size"));
        Refused(405, context, c => TreeCommands.Get(c, uri + "?list=StructData"));
        Refused(405, context, c => TreeCommands.Copy(c, uri, "./l"));
        Assert.DoesNotContain("AAuthSecret", string.Join(' ', TreeCommands.Get(context, ".?list=StructData").Results.Select(item => item.Uri)));
    }

    [TestMethod]
    public void Nobody_unauthenticated_executes_anything_ACL_056()
    {
        foreach (var server in new[] { null, "", "*", "a+b" })
        {
            var context = Context(Empty().With("./l", "./m"), server);
            Refused(401, context, c => TreeCommands.Get(c, "./l"));
            Refused(401, context, c => TreeCommands.Add(c, "./n", Chr("v")));
            Refused(401, context, c => TreeCommands.Replace(c, "./l", Chr("v")));
            Refused(401, context, c => TreeCommands.Delete(c, "./l"));
            Refused(401, context, c => TreeCommands.Exec(c, "./l"));
            Refused(401, context, c => TreeCommands.Copy(c, "./l", "./m"));
        }
    }
}
