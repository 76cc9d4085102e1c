using DmDelegation.Tree;
using static DmDelegation.Tests.Tree.TreeTestKit;

namespace DmDelegation.Tests.Tree;

[TestClass]
public sealed class DescriptionTests
{
    private static readonly TreeDescription DMAcc = new(StandardDescriptions.DMAcc);

    [TestMethod]
    public void A_pattern_stands_for_whole_segments()
    {
        var row = new DescriptionRow("./A/*/C", new NodeDescription(AccessTypes.Get));
        Assert.IsTrue(row.Matches(Path("./A/b/C")));
        Assert.IsFalse(row.Matches(Path("./A/b")));
        Assert.IsFalse(row.Matches(Path("./A/b/C/d")));
        Assert.IsFalse(row.Matches(Path("./A/b/c")));
        Assert.IsFalse(row.Matches(Path("./A/C")));
    }

    [TestMethod]
    public void The_first_row_that_matches_counts_and_the_rest_is_dynamic_without_Exec_TND_029_TND_081()
    {
        var description = new TreeDescription([new("./A/x", new NodeDescription(AccessTypes.Get)), new("./A/*", new NodeDescription(AccessTypes.Exec))]);
        Assert.AreEqual(AccessTypes.Get, description.Describe(Path("./A/x")).Access);
        Assert.AreEqual(AccessTypes.Exec, description.Describe(Path("./A/y")).Access);
        Assert.AreEqual(new NodeDescription(AccessTypes.All & ~AccessTypes.Exec), description.Describe(Path("./B")));
    }

    [TestMethod]
    public void The_secrets_of_an_account_are_secret_and_have_no_Get()
    {
        foreach (var (name, format) in new[] { ("AAuthSecret", "chr"), ("AAuthData", "bin") })
        {
            var secret = DMAcc.Describe(Path($"./DMAcc/any/AppAuth/other/{name}"));
            Assert.IsTrue(secret.Secret);
            Assert.AreEqual(AccessTypes.None, secret.Access & AccessTypes.Get);
            Assert.AreEqual(format, secret.Format);
        }
        Assert.IsFalse(DMAcc.Describe(Path("./DMAcc/1/AppAuth/1/AAuthName")).Secret);
    }

    [TestMethod]
    public void The_ServerID_of_an_account_can_be_set_once_and_never_change_STD_022()
    {
        var context = Context(Empty().With("./DMAcc/", "./l"), description: DMAcc);
        Succeeds(TreeCommands.Add(context, "./DMAcc/1", InteriorArgument()));
        Succeeds(TreeCommands.Add(context, "./DMAcc/1/ServerID", Chr("s9")));
        const string uri = "./DMAcc/1/ServerID";
        Refused(405, context, c => TreeCommands.Replace(c, uri, Chr("s8")));
        Refused(405, context, c => TreeCommands.Delete(c, uri));
        Refused(405, context, c => TreeCommands.Copy(c, "./l", uri));
        Refused(405, context, c => TreeCommands.Replace(c, uri + "?prop=Name", Chr("x")));
        Succeeds(TreeCommands.Delete(context, "./DMAcc/1"));
    }

    [TestMethod]
    public void Each_row_of_the_DMAcc_object_is_described_with_its_format_STD_004()
    {
        foreach (var (uri, format) in new[]
        {
            ("1", "node"), ("1/AppID", "chr"), ("1/ServerID", "chr"), ("1/Name", "chr"), ("1/PrefConRef", "chr"), ("1/ToConRef", "node"),
            ("1/ToConRef/1", "node"), ("1/ToConRef/1/ConRef", "chr"), ("1/AppAddr", "node"), ("1/AppAddr/1", "node"), ("1/AppAddr/1/Addr", "chr"),
            ("1/AppAddr/1/AddrType", "chr"), ("1/AppAddr/1/Port", "node"), ("1/AppAddr/1/Port/1", "node"), ("1/AppAddr/1/Port/1/PortNbr", "chr"),
            ("1/AAuthPref", "chr"), ("1/AppAuth", "node"), ("1/AppAuth/1", "node"), ("1/AppAuth/1/AAuthLevel", "chr"),
            ("1/AppAuth/1/AAuthType", "chr"), ("1/AppAuth/1/AAuthName", "chr"), ("1/Ext", "node"),
        })
        {
            var description = DMAcc.Describe(Path("./DMAcc/" + uri));
            Assert.AreEqual(format, description.Format, uri);
            Assert.AreEqual(AccessTypes.Get, description.Access & AccessTypes.Get, uri);
        }
        Assert.IsNull(DMAcc.Describe(Path("./DMAcc/1/Ext/vendor")).Format, "nodes may be added freely below Ext (DDF-044)");
    }
}
