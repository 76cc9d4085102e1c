using System.Collections.Immutable;
using System.Text.Json;
using DmDelegation.Tree;
using static DmDelegation.Tests.Tree.TreeTestKit;

namespace DmDelegation.Tests.Tree;

/// <summary>All of the ACL decision vectors (Fixtures/acl/README.md).</summary>
[TestClass]
public sealed class AclVectorTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(
        File.ReadAllBytes(System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", "acl", "cases.json"))).RootElement;

    public static IEnumerable<object[]> Cases => Ids("cases");

    public static IEnumerable<object[]> SequenceCases => Ids("sequenceCases");

    public static IEnumerable<object[]> RemovalCases => Ids("removalCases");

    public static IEnumerable<object[]> SyntaxCases => Vectors.GetProperty("syntaxCases").EnumerateArray().Select(vector => new object[] { vector.GetProperty("value").GetString()! });

    [TestMethod]
    public void All_the_vectors_are_there()
    {
        Assert.AreEqual(200, Cases.Count());
        Assert.AreEqual(8, SequenceCases.Count());
        Assert.AreEqual(26, SyntaxCases.Count());
        Assert.AreEqual(10, RemovalCases.Count());
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void A_decision_is_that_of_the_vector(string id)
    {
        var vector = Vector("cases", id);
        Step(vector, vector, BuildTree(vector));
    }

    [TestMethod]
    [DynamicData(nameof(SequenceCases))]
    public void A_sequence_ends_as_the_vector_says_ACL_054(string id)
    {
        var vector = Vector("sequenceCases", id);
        var tree = BuildTree(vector);
        foreach (var step in vector.GetProperty("steps").EnumerateArray())
            tree = Step(vector, step, tree);
    }

    [TestMethod]
    [DynamicData(nameof(SyntaxCases))]
    public void An_ACL_text_is_read_as_the_vector_says_ACL_014(string value)
    {
        var vector = Vectors.GetProperty("syntaxCases").EnumerateArray().Single(one => one.GetProperty("value").GetString() == value);
        var valid = Acl.TryParse(value, out var acl);
        Assert.AreEqual(vector.GetProperty("valid").GetBoolean(), valid, vector.GetProperty("why").GetString());
        if (valid)
            Assert.AreEqual(Canonical(vector.GetProperty("model")), Canonical(acl));
    }

    [TestMethod]
    [DynamicData(nameof(RemovalCases))]
    public void A_removed_server_identifier_leaves_the_ACLs_of_the_vector_ACL_047(string id)
    {
        var vector = Vector("removalCases", id);
        var transaction = new TreeTransaction(BuildTree(vector), Later);
        var factory = Acl.Parse(vector.GetProperty("factoryRootAcl").GetString()!);
        AclRemoval.RemoveServer(transaction, vector.GetProperty("removed").GetString()!, factory);
        foreach (var after in vector.GetProperty("after").EnumerateObject())
            AssertAcl(after.Value.GetString()!, transaction.Current, after.Name);
    }

    private static IEnumerable<object[]> Ids(string list) =>
        Vectors.GetProperty(list).EnumerateArray().Select(vector => new object[] { vector.GetProperty("id").GetString()! });

    private static JsonElement Vector(string list, string id) =>
        Vectors.GetProperty(list).EnumerateArray().Single(vector => vector.GetProperty("id").GetString() == id);

    private static ManagementTree Step(JsonElement vector, JsonElement step, ManagementTree tree)
    {
        var context = Context(tree, step.GetProperty("server").GetString(), Options(vector), new TreeDescription([], new NodeDescription(AccessTypes.All)));
        var outcome = Run(context, step);

        var expect = step.GetProperty("expect");
        int[] statuses = expect.TryGetProperty("statusOneOf", out var some)
            ? [.. some.EnumerateArray().Select(status => status.GetInt32())]
            : [expect.GetProperty("status").GetInt32()];
        Assert.Contains(outcome.Status, statuses, $"{outcome.Rule} decided");
        var allowed = expect.GetProperty("decision").GetString() == "allow";
        Assert.AreEqual(allowed, outcome.Succeeded);
        if (!allowed)
            Assert.AreSame(tree, context.Tree(), "a refused command left a trace");
        if (expect.TryGetProperty("result", out var result))
            AssertResult(result, step, outcome);
        if (expect.TryGetProperty("post", out var post))
            AssertPost(post, context.Tree());
        return context.Tree();
    }

    private static CommandOutcome Run(CommandContext context, JsonElement step)
    {
        string? Argument(string name) => step.TryGetProperty("args", out var args) && args.TryGetProperty(name, out var value) ? value.GetString() : null;
        var target = step.GetProperty("target").GetString()!;
        if (Argument("prop") is { } property)
            target += "?prop=" + property;
        return step.GetProperty("command").GetString() switch
        {
            "Get" => TreeCommands.Get(context, target),
            "Add" => TreeCommands.Add(context, target, Argument("format") == Formats.Node ? InteriorArgument() : Chr("new")),
            "Replace" => TreeCommands.Replace(context, target, Chr("new")),
            "ReplaceAcl" => TreeCommands.Replace(context, target + "?prop=ACL", Chr(Argument("acl")!)),
            "Rename" => TreeCommands.Replace(context, target + "?prop=Name", Chr(Argument("newName")!)),
            "Delete" => TreeCommands.Delete(context, target),
            "Exec" => TreeCommands.Exec(context, target),
            "Copy" => TreeCommands.Copy(context, Argument("source")!, target),
            var other => throw new AssertFailedException($"unknown command {other}"),
        };
    }

    private static void AssertResult(JsonElement result, JsonElement step, CommandOutcome outcome)
    {
        var data = DataOf(outcome);
        if (result.ValueKind == JsonValueKind.Array)
        {
            var names = data.Split('/', StringSplitOptions.RemoveEmptyEntries);
            CollectionAssert.AreEquivalent(result.EnumerateArray().Select(name => name.GetString()).ToArray(), names);
        }
        else if (step.GetProperty("args").GetProperty("prop").GetString() == Properties.Acl && result.GetString()!.Length > 0)
        {
            Assert.AreEqual(Canonical(result.GetString()!), Canonical(data));
        }
        else
        {
            Assert.AreEqual(result.GetString(), data);
        }
    }

    private static void AssertPost(JsonElement post, ManagementTree tree)
    {
        if (post.TryGetProperty("acl", out var acls))
        {
            foreach (var acl in acls.EnumerateObject())
                AssertAcl(acl.Value.GetString()!, tree, acl.Name);
        }
        if (post.TryGetProperty("aclSemantic", out var models))
        {
            foreach (var model in models.EnumerateObject())
                Assert.AreEqual(Canonical(model.Value), Canonical(tree.Find(Path(model.Name))!.Acl), model.Name);
        }
        if (post.TryGetProperty("absent", out var absent))
        {
            foreach (var uri in absent.EnumerateArray())
                Assert.IsNull(tree.Find(Path(uri.GetString()!)), uri.GetString());
        }
        if (post.TryGetProperty("present", out var present))
        {
            foreach (var uri in present.EnumerateArray())
                Assert.IsNotNull(tree.Find(Path(uri.GetString()!)), uri.GetString());
        }
    }

    private static void AssertAcl(string expected, ManagementTree tree, string uri)
    {
        var node = tree.Find(Path(uri));
        Assert.IsNotNull(node, uri);
        Assert.AreEqual(Canonical(expected), Canonical(node.Acl), uri);
    }

    private static ManagementTree BuildTree(JsonElement vector)
    {
        ManagementTree? tree = null;
        foreach (var node in vector.GetProperty("tree").EnumerateArray())
        {
            var path = Path(node.GetProperty("uri").GetString()!);
            var text = node.GetProperty("acl").GetString()!;
            var acl = text.Length == 0 ? null : Acl.Parse(text);
            var access = node.TryGetProperty("accessType", out var types)
                ? types.EnumerateArray().Aggregate(AccessTypes.None, (all, one) => all | Enum.Parse<AccessTypes>(one.GetString()!))
                : AccessTypes.All;
            if (path.IsRoot)
            {
                tree = ManagementTree.Empty(acl!, Now, access);
                continue;
            }
            var interior = node.GetProperty("kind").GetString() == "interior";
            var permanent = node.GetProperty("scope").GetString() == "permanent";
            var transaction = new TreeTransaction(tree!, Now);
            transaction.Add(tree!.Find(path.Parent)!.Id, new NodeSpec(
                path.Name, interior, interior ? Formats.Node : Formats.Chr, interior ? "" : Formats.TextPlain, interior ? default : Octets("value"), acl, permanent, access, false));
            tree = transaction.Current;
        }
        return tree!;
    }

    private static TreeOptions Options(JsonElement vector)
    {
        var defaults = Vectors.GetProperty("defaults").GetProperty("clientOptions");
        bool Option(string name) => vector.TryGetProperty("clientOptions", out var own) && own.TryGetProperty(name, out var value)
            ? value.GetBoolean()
            : defaults.GetProperty(name).GetBoolean();
        var properties = defaults.GetProperty("supportedProperties").EnumerateArray().Select(name => name.GetString()!);
        return new TreeOptions(UriLimits.Unlimited, Option("implicitAdd"), Option("copy"), properties.ToImmutableHashSet());
    }

    // The semantic form of the vectors: command -> set of identifiers, reduced to * if that is among them. Written apart from the product's own.
    private static string Canonical(Acl? acl) => Canonical(acl?.ToString() ?? "");

    private static string Canonical(string acl) => Canonical(acl.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(entry => entry.Split('=')).Select(pair => (pair[0], (IEnumerable<string>)pair[1].Split('+'))));

    private static string Canonical(JsonElement model) => Canonical(model.EnumerateObject()
        .Select(entry => (entry.Name, entry.Value.EnumerateArray().Select(name => name.GetString()!))));

    private static string Canonical(IEnumerable<(string Command, IEnumerable<string> Servers)> entries)
    {
        var sets = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var (command, servers) in entries)
        {
            var set = sets.TryGetValue(command, out var known) ? known : sets[command] = new SortedSet<string>(StringComparer.Ordinal);
            set.UnionWith(servers);
        }
        return string.Join('&', sets.Select(entry => $"{entry.Key}={(entry.Value.Contains("*") ? "*" : string.Join('+', entry.Value))}"));
    }
}
