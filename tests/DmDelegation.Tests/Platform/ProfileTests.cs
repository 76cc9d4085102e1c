using System.Text;
using System.Text.Json;
using DmDelegation.Engine.Execution;
using DmDelegation.Platform.Profile;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Platform;

[TestClass]
public sealed class ProfileTests
{
    private static readonly DateTimeOffset Time = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal const string Good = """
        {
          "name": "test", "rootAcl": "Add=*&Get=*&Replace=a.example",
          "devInfo": { "devId": "urn:x:1", "man": "M", "mod": "N", "dmV": "1" },
          "devDetail": { "devTyp": "t", "oem": "o", "fwV": "1", "swV": "2", "hwV": "3", "maxDepth": 8 },
          "tree": [
            { "uri": "./SCM", "acl": "Get=*&Replace=a.example" },
            { "uri": "./SCM/x", "format": "chr", "value": "1", "permanent": false, "access": ["Get", "Replace"] },
            { "uri": "./SCM/b", "format": "bin", "value": "AAE=", "type": "application/octet-stream" },
            { "uri": "./DevInfo/Ext", "type": "urn:x" }
          ],
          "protected": ["./SCM/b"]
        }
        """;

    internal static DeviceProfile Read(string json)
    {
        using var folder = new TemporaryFolder();
        return DeviceProfileReader.Read(folder.Write("profile.json", json)).Profile;
    }

    private static string Text(ManagementTree tree, string uri) => Encoding.UTF8.GetString(tree.Find(NodePath.Parse(uri))!.Value.Span);

    [TestMethod]
    public void The_factory_tree_has_the_standard_objects_and_those_of_the_profile_STD_001_STD_003_STD_040_STD_050()
    {
        var tree = FactoryTree.Build(Read(Good), "urn:x:9", Time);
        Assert.AreEqual("urn:x:9", Text(tree, "./DevInfo/DevId"));
        Assert.AreEqual("M N 1 en", string.Join(' ', new[] { "Man", "Mod", "DmV", "Lang" }.Select(name => Text(tree, "./DevInfo/" + name))));
        Assert.AreEqual("t o 1 2 3", string.Join(' ', new[] { "DevTyp", "OEM", "FwV", "SwV", "HwV" }.Select(name => Text(tree, "./DevDetail/" + name))));
        Assert.AreEqual("false", Text(tree, "./DevDetail/LrgObj"));
        Assert.AreEqual("8 512 64", string.Join(' ', new[] { "MaxDepth", "MaxTotLen", "MaxSegLen" }.Select(name => Text(tree, "./DevDetail/URI/" + name))));
        Assert.AreEqual("urn:oma:mo:oma-dm-devinfo:1.0", tree.Find(NodePath.Parse("./DevInfo"))!.Type);
        Assert.AreEqual("urn:oma:mo:oma-dm-devdetail:1.0", tree.Find(NodePath.Parse("./DevDetail"))!.Type);
        Assert.AreEqual("Add=*&Get=*", tree.Find(NodePath.Parse("./Delegation"))!.Acl!.ToString());
        foreach (var uri in new[] { "./DevInfo", "./DevInfo/DevId", "./DevDetail/URI/MaxDepth", "./DMAcc", "./Delegation", "./SCM" })
            Assert.IsTrue(tree.Find(NodePath.Parse(uri))!.IsPermanent, uri);

        var leaf = tree.Find(NodePath.Parse("./SCM/x"))!;
        Assert.IsFalse(leaf.IsPermanent);
        Assert.AreEqual(AccessTypes.Get | AccessTypes.Replace, leaf.Access);
        CollectionAssert.AreEqual(new byte[] { 0, 1 }, tree.Find(NodePath.Parse("./SCM/b"))!.Value.ToArray());
    }

    [TestMethod]
    [DataRow("Add=*&Get=*", "Get=*")]
    [DataRow("Add=*&Get=*&Replace=a.example", "Get=*&Add=a.example&Replace=a.example")]
    [DataRow("Add=*&Get=*&Replace=*", "Get=*")]
    [DataRow("Add=*&Delete=b.example&Get=*&Replace=a.example+b.example", "Get=*&Add=a.example+b.example&Replace=a.example+b.example&Delete=b.example")]
    public void The_accounts_have_an_ACL_without_wildcard_Add_STD_022(string root, string accounts)
    {
        var tree = FactoryTree.Build(Read(Good.Replace("Add=*&Get=*&Replace=a.example", root)), "d", Time);
        Assert.AreEqual(Acl.Parse(accounts), tree.Find(NodePath.Parse("./DMAcc"))!.Acl);
    }

    [TestMethod]
    [DataRow("\"name\": \"test\"", "\"name\": \"\"", "profile.json: name: is missing or empty, must be a text")]
    [DataRow("\"man\": \"M\"", "\"man\": 5", "profile.json: devInfo.man: 5, must be a text")]
    [DataRow("\"maxDepth\": 8", "\"maxDepth\": 65", "profile.json: devDetail.maxDepth: 65, must be a whole number from 8 to 64")]
    [DataRow("\"maxDepth\": 8", "\"maxDepth\": 8, \"maxDepth\": 9", "profile.json: devDetail.maxDepth: occurs twice")]
    [DataRow("Add=*&Get=*&Replace=a.example\",\n", "Get=*\",\n", "profile.json: rootAcl: \"Get=*\", must grant Add to * (DEL-126)")]
    [DataRow("Get=*&Replace=a.example\" }", "Get=\" }", "profile.json: tree[0].acl: \"Get=\" is not an ACL value of at most 4096 octets")]
    [DataRow("./SCM/x", "./Other/x", "profile.json: tree[1].uri: \"./Other/x\" its parent ./Other must stand before it")]
    [DataRow("./SCM/b\", \"format", "./SCM/x/b\", \"format", "profile.json: tree[2].uri: \"./SCM/x/b\" its parent ./SCM/x is a leaf (TND-021)")]
    [DataRow("./SCM/x", "./SCM", "profile.json: tree[1].uri: \"./SCM\" is there already")]
    [DataRow("./DevInfo/Ext", "./DevInfo/Man", "profile.json: tree[3].uri: \"./DevInfo/Man\" belongs to an object that the agent fills; vendors have Ext (STD-044, STD-051)")]
    [DataRow("./DevInfo/Ext", "./DMAcc/x", "profile.json: tree[3].uri: \"./DMAcc/x\" belongs to an object that the agent fills; vendors have Ext (STD-044, STD-051)")]
    [DataRow("./DevInfo/Ext", "./a//b", "profile.json: tree[3].uri: \"./a//b\", must be the URI of a node below the root, e.g. ./Vendor/x")]
    [DataRow("\"chr\"", "\"int\"", null)]
    [DataRow("\"chr\", \"value\": \"1\"", "\"int\", \"value\": \"x\"", "profile.json: tree[1].value: is no value of the format int (DDF-029)")]
    [DataRow("\"AAE=\"", "\"?\"", "profile.json: tree[2].value: must be base64 for the format bin")]
    [DataRow("\"chr\"", "\"text\"", "profile.json: tree[1].format: \"text\", must be one of b64, bin, bool, chr, date, float, int, node, null, time, xml")]
    [DataRow("\"Get\", \"Replace\"]", "\"get\"]", "profile.json: tree[1].access: \"get\", must be one of Add, Copy, Delete, Exec, Get, Replace")]
    [DataRow("[\"./SCM/b\"]", "[\".\"]", "profile.json: protected: \".\", must be the URI of a node below the root, e.g. ./Vendor/x")]
    public void A_mistake_is_told_with_file_key_value_and_range(string from, string to, string? error)
    {
        var json = Good.Replace(from, to);
        Assert.AreNotEqual(Good, json);
        if (error is null)
            Assert.IsNotNull(Read(json));
        else
            CollectionAssert.AreEqual(new[] { error }, Assert.ThrowsExactly<ProfileException>(() => Read(json)).Errors.ToArray());
    }

    [TestMethod]
    public void A_node_is_bound_to_a_program_and_may_then_be_executed_TND_081_TND_083()
    {
        using var folder = new TemporaryFolder();
        var program = folder.Write("program", "", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var node = Read(Bound($$"""{ "program": "{{program}}", "arguments": ["-q", "--"], "timeoutSeconds": 5, "argument": "uri" }""")).Tree[^1];
        Assert.AreEqual((program, "-q --", 5, OperationArgument.Uri), (node.Exec!.Program, string.Join(' ', node.Exec.Arguments), node.Exec.TimeoutSeconds, node.Exec.Argument));
        Assert.AreEqual(AccessTypes.All, node.Access);
        node = Read(Bound($$"""{ "program": "{{program}}" }""")).Tree[^1];
        Assert.AreEqual((OperationBinding.DefaultTimeoutSeconds, OperationArgument.None), (node.Exec!.TimeoutSeconds, node.Exec.Argument));
        Assert.IsNull(Read(Good).Tree[0].Exec);
    }

    [TestMethod]
    [DataRow("{ }", "", "profile.json: tree[4].exec.program: is missing or empty, must be a text")]
    [DataRow("{ \"program\": \"ls\" }", "", "profile.json: tree[4].exec.program: \"ls\", must be an absolute path of at most 1024 characters without . and ..")]
    [DataRow("{ \"program\": \"/usr/../bin/ls\" }", "", "profile.json: tree[4].exec.program: \"/usr/../bin/ls\", must be an absolute path of at most 1024 characters without . and ..")]
    [DataRow("{ \"program\": \"PROGRAM\", \"timeoutSeconds\": 0 }", "", "profile.json: tree[4].exec.timeoutSeconds: 0, must be a whole number from 1 to 86400")]
    [DataRow("{ \"program\": \"PROGRAM\", \"argument\": \"file\" }", "", "profile.json: tree[4].exec.argument: \"file\", must be one of none, text, uri")]
    [DataRow("{ \"program\": \"PROGRAM\", \"arguments\": \"-q\" }", "", "profile.json: tree[4].exec.arguments: String, must be a list")]
    [DataRow("{ \"program\": \"PROGRAM\" }", ", \"permanent\": false", "profile.json: tree[4].exec.program: a node that is bound to a program must be permanent: no rename may lead another node there")]
    [DataRow("{ \"program\": \"PROGRAM\" }", ", \"access\": [\"Get\"]", "profile.json: tree[4].access: must contain Exec, or be absent, where exec names a program")]
    public void A_mistake_in_a_binding_is_told(string exec, string more, string error)
    {
        using var folder = new TemporaryFolder();
        var program = folder.Write("program", "", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        CollectionAssert.AreEqual(new[] { error }, Assert.ThrowsExactly<ProfileException>(() => Read(Bound(exec.Replace("PROGRAM", program), more))).Errors.ToArray());
    }

    [TestMethod]
    [DataRow(UnixFileMode.UserExecute | UnixFileMode.OtherWrite, UnixFileMode.None, "can be written by its group or by everybody (mode 102); chmod go-w it")]
    [DataRow(UnixFileMode.UserExecute | UnixFileMode.GroupWrite, UnixFileMode.None, "can be written by its group or by everybody (mode 120); chmod go-w it")]
    [DataRow(UnixFileMode.UserRead, UnixFileMode.None, "is not executable (mode 400)")]
    [DataRow(UnixFileMode.UserExecute, UnixFileMode.OtherWrite, "can be written by everybody; chmod o-w it")]
    public void A_program_that_others_could_put_another_in_place_of_is_refused(UnixFileMode file, UnixFileMode above, string error)
    {
        using var folder = new TemporaryFolder();
        var program = folder.Write("program", "", file);
        File.SetUnixFileMode(folder.Path, File.GetUnixFileMode(folder.Path) | above);
        StringAssert.EndsWith(Assert.ThrowsExactly<ProfileException>(() => Read(Bound($$"""{ "program": "{{program}}" }"""))).Errors.Single(), error, StringComparison.Ordinal);
        var link = folder.File("link");
        File.CreateSymbolicLink(link, program);
        StringAssert.EndsWith(Assert.ThrowsExactly<ProfileException>(() => Read(Bound($$"""{ "program": "{{link}}" }"""))).Errors.Single(), error, StringComparison.Ordinal);
    }

    [TestMethod]
    public void A_program_that_is_not_there_yet_is_warned_about_and_a_movable_ancestor_refused()
    {
        using var folder = new TemporaryFolder();
        var (_, warnings) = DeviceProfileReader.Read(folder.Write("p.json", Bound("""{ "program": "/nowhere/program" }""")));
        CollectionAssert.AreEqual(new[] { "p.json: tree[4].exec.program: /nowhere/program is not there; until it is, the operation ends as failed" }, warnings.ToArray());
        var movable = Bound("""{ "program": "/nowhere/program" }""").Replace("\"./SCM\", \"acl\"", "\"./SCM\", \"permanent\": false, \"acl\"");
        StringAssert.Contains(Assert.ThrowsExactly<ProfileException>(() => Read(movable)).Errors.Single(), "./SCM above it must be permanent", StringComparison.Ordinal);
    }

    private static string Bound(string exec, string more = "") => Good.Replace(
        "{ \"uri\": \"./DevInfo/Ext\", \"type\": \"urn:x\" }",
        $$"""{ "uri": "./DevInfo/Ext", "type": "urn:x" }, { "uri": "./SCM/run", "exec": {{exec}}{{more}} }""");

    [TestMethod]
    public void All_mistakes_are_told_at_once_and_unknown_keys_are_warned_about()
    {
        var fault = Assert.ThrowsExactly<ProfileException>(() => Read("{}"));
        Assert.AreEqual(9, fault.Errors.Count);
        using var folder = new TemporaryFolder();
        var (_, warnings) = DeviceProfileReader.Read(folder.Write("p.json", Good.Replace("\"name\":", "\"nmae\": 1, \"name\":").Replace("urn:x:1", "plain")));
        CollectionAssert.AreEqual(
            new[] { "p.json: devInfo.devId: \"plain\" is not a URN (STD-041)", "p.json: nmae: is not known and ignored" }, warnings.ToArray());
    }

    [TestMethod]
    [DataRow("{")]
    [DataRow("[]")]
    [DataRow("")]
    public void A_file_that_is_no_profile_is_a_typed_error(string json) =>
        Assert.AreEqual("profile-invalid", Assert.Throws<DmDelegation.Platform.PlatformException>(() => Read(json)).Code);

    [TestMethod]
    public void DevId_is_fixed_at_the_first_start_DEL_169_S_094()
    {
        var profile = Read(Good);
        var without = profile with { DevInfo = profile.DevInfo with { DevId = null } };
        Assert.AreEqual("urn:x:1", DeviceIdentity.Decide(profile, null));
        Assert.AreEqual("urn:x:1", DeviceIdentity.Decide(profile, "urn:x:1"));
        Assert.AreEqual("urn:x:2", DeviceIdentity.Decide(without, "urn:x:2"));
        Assert.ThrowsExactly<ProfileException>(() => DeviceIdentity.Decide(profile, "urn:x:2"));
        var made = DeviceIdentity.Decide(without, null);
        StringAssert.StartsWith(made, "urn:uuid:");
        Assert.AreNotEqual(made, DeviceIdentity.Decide(without, null));
    }

    [TestMethod]
    public void The_shipped_profiles_are_valid_and_the_schema_names_the_same_keys()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "device-profiles");
        foreach (var file in Directory.GetFiles(folder, "*.json").Where(file => !file.EndsWith(".schema.json", StringComparison.Ordinal)))
            Assert.IsEmpty(DeviceProfileReader.Read(file).Warnings, file);

        var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "profile.schema.json"))).RootElement.GetProperty("properties");
        CollectionAssert.AreEquivalent(
            new[] { "$schema", "name", "rootAcl", "devInfo", "devDetail", "tree", "protected" }, schema.EnumerateObject().Select(field => field.Name).ToArray());
        var limits = schema.GetProperty("devDetail").GetProperty("properties");
        Assert.AreEqual(UriLimits.HardMaxDepth, limits.GetProperty("maxDepth").GetProperty("maximum").GetInt32());
        var exec = schema.GetProperty("tree").GetProperty("items").GetProperty("properties").GetProperty("exec").GetProperty("properties");
        CollectionAssert.AreEquivalent(new[] { "program", "arguments", "timeoutSeconds", "argument" }, exec.EnumerateObject().Select(field => field.Name).ToArray());
        Assert.AreEqual(
            (OperationBinding.MaxTimeoutSeconds, OperationBinding.DefaultTimeoutSeconds),
            (exec.GetProperty("timeoutSeconds").GetProperty("maximum").GetInt32(), exec.GetProperty("timeoutSeconds").GetProperty("default").GetInt32()));
        Assert.AreEqual(NodeName.MaxOctets, limits.GetProperty("maxSegLen").GetProperty("maximum").GetInt32());
    }
}
