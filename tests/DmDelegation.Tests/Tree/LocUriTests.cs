using DmDelegation.Tree;

namespace DmDelegation.Tests.Tree;

[TestClass]
public sealed class LocUriTests
{
    private static int StatusOf(string text, UriLimits? limits = null)
    {
        var read = LocUri.TryParse(text, limits ?? UriLimits.Unlimited, out var uri, out var status);
        Assert.AreEqual(read, uri is not null);
        Assert.AreEqual(read, status == 200);
        return status;
    }

    private static LocUri Read(string text)
    {
        Assert.IsTrue(LocUri.TryParse(text, UriLimits.Unlimited, out var uri, out var status), $"status {status}");
        return uri!;
    }

    [TestMethod]
    public void The_root_is_a_dot_TND_002()
    {
        Assert.AreSame(NodePath.Root, Read(".").Path);
        Assert.AreEqual(".", NodePath.Root.ToString());
    }

    [TestMethod]
    public void The_leading_dot_makes_no_difference_TND_004()
    {
        Assert.AreEqual(Read("./A/B").Path, Read("A/B").Path);
        Assert.AreEqual("./A/B", Read("A/B").Path.ToString());
    }

    [TestMethod]
    [DataRow("./", DisplayName = "root with a trailing slash")]
    [DataRow("./A/")]
    [DataRow("A/")]
    [DataRow("A/../B")]
    [DataRow("../A")]
    [DataRow("..")]
    [DataRow("A/..")]
    [DataRow("A/.")]
    [DataRow("A/./B")]
    [DataRow("././A")]
    [DataRow("A./B", DisplayName = "./ inside the URI, literally")]
    [DataRow("/A/B")]
    [DataRow("/")]
    [DataRow("A//B")]
    [DataRow("")]
    [DataRow("?prop=ACL")]
    [DataRow("./?prop=ACL")]
    [DataRow("A#B")]
    [DataRow("A\u0001")]
    [DataRow("A\ud800")]
    public void A_malformed_URI_is_answered_404_TND_005_TND_006_TND_018(string text) => Assert.AreEqual(404, StatusOf(text));

    [TestMethod]
    [DataRow("A%2FB", DisplayName = "a smuggled slash")]
    [DataRow("A%2fB")]
    [DataRow("A%2")]
    [DataRow("A%")]
    [DataRow("A%G0")]
    [DataRow("%2E")]
    [DataRow("%2e%2E")]
    [DataRow("A/%2e%2e/B")]
    [DataRow("A%00")]
    [DataRow("A%FF", DisplayName = "not UTF-8")]
    [DataRow("A%C0%AF", DisplayName = "an overlong slash")]
    public void A_bad_escape_is_answered_404_TND_019(string text) => Assert.AreEqual(404, StatusOf(text));

    [TestMethod]
    [DataRow("A%42", "./AB")]
    [DataRow("caf%C3%A9", "./café")]
    [DataRow("a%3Fb", "./a%3Fb")]
    [DataRow("a%3fb%23c%25d%20e", "./a%3Fb%23c%25d%20e")]
    [DataRow("a b", "./a%20b")]
    [DataRow("B.", "./B%2E")]
    [DataRow("B%2E/C", "./B%2E/C")]
    [DataRow("...", "./..%2E")]
    [DataRow("a+b&c=d*", "./a+b&c=d*")]
    public void Escapes_are_decoded_for_comparison_and_made_anew_R_02(string text, string normal)
    {
        var path = Read(text).Path;
        Assert.AreEqual(normal, path.ToString());
        Assert.AreEqual(path, Read(normal).Path);
    }

    [TestMethod]
    public void A_property_follows_the_question_mark_TND_104()
    {
        Assert.AreEqual(new LocUri(NodePath.Parse("./A"), "ACL", null), Read("A?prop=ACL"));
        Assert.AreEqual(new LocUri(NodePath.Root, "ACL", null), Read(".?prop=ACL"));
        Assert.AreEqual(new LocUri(NodePath.Parse("./A"), null, "TNDS+ACL+Value"), Read("A?list=TNDS+ACL+Value"));
        Assert.AreEqual("./A?prop=ACL", Read("A?prop=ACL").ToString());
    }

    [TestMethod]
    [DataRow("A?")]
    [DataRow("A?Prop=ACL")]
    [DataRow("A?x=1")]
    public void An_unknown_query_is_answered_406_TND_105(string text) => Assert.AreEqual(406, StatusOf(text));

    [TestMethod]
    public void A_URI_at_a_limit_is_read_and_one_above_is_answered_414_TND_015()
    {
        var limits = new UriLimits(MaxDepth: 3, MaxTotLen: 14, MaxSegLen: 5);
        Assert.AreEqual(200, StatusOf("./A/B/C", limits));
        Assert.AreEqual(414, StatusOf("./A/B/C/D", limits));
        Assert.AreEqual(200, StatusOf("ABCDE", limits));
        Assert.AreEqual(414, StatusOf("ABCDEF", limits));
        Assert.AreEqual(200, StatusOf("ABCD?prop=Name", limits));
        Assert.AreEqual(414, StatusOf("ABCDE?prop=Name", limits), "the property counts (TND-016)");
    }

    [TestMethod]
    public void Lengths_are_counted_in_characters_TND_016()
    {
        var limits = new UriLimits(0, 0, 2);
        Assert.AreEqual(200, StatusOf("éé", limits));
        Assert.AreEqual(200, StatusOf("😀😀", limits));
        Assert.AreEqual(414, StatusOf("😀😀😀", limits));
        Assert.AreEqual(200, StatusOf("%41%41", limits), "an escape is one character of the name");
        Assert.AreEqual(200, StatusOf("😀😀", new UriLimits(0, 2, 0)));
    }

    [TestMethod]
    public void Zero_means_unlimited_but_for_the_hard_limits_TND_017()
    {
        Assert.AreEqual(200, StatusOf(new string('n', NodeName.MaxOctets)));
        Assert.AreEqual(414, StatusOf(new string('n', NodeName.MaxOctets + 1)));
        Assert.AreEqual(414, StatusOf(new string('é', 128)), "256 octets");
        Assert.AreEqual(200, StatusOf(string.Join('/', Enumerable.Repeat("n", UriLimits.HardMaxDepth))));
        Assert.AreEqual(414, StatusOf(string.Join('/', Enumerable.Repeat("n", UriLimits.HardMaxDepth + 1))));
        Assert.AreEqual(414, StatusOf(new string('n', UriLimits.HardMaxCharacters + 1)));
        Assert.AreEqual(414, StatusOf(new string('/', UriLimits.HardMaxCharacters)));
    }

    [TestMethod]
    public void Names_are_case_sensitive_TND_008() => Assert.AreNotEqual(Read("./a").Path, Read("./A").Path);

    [TestMethod]
    public void At_or_below_goes_by_whole_segments()
    {
        var scope = NodePath.Parse("./A/B");
        Assert.IsTrue(NodePath.Parse("./A/B").IsAtOrBelow(scope));
        Assert.IsTrue(NodePath.Parse("./A/B/C").IsAtOrBelow(scope));
        Assert.IsFalse(NodePath.Parse("./A/BC").IsAtOrBelow(scope));
        Assert.IsFalse(NodePath.Parse("./A").IsAtOrBelow(scope));
        Assert.IsTrue(scope.IsAtOrBelow(NodePath.Root));
        Assert.AreEqual(scope.GetHashCode(), NodePath.Root.Child("A").Child("B").GetHashCode());
        Assert.AreEqual(NodePath.Root, NodePath.Root.Parent);
        Assert.AreEqual("B", scope.Name);
    }

    [TestMethod]
    public void A_trusted_path_that_is_wrong_throws()
    {
        Assert.ThrowsExactly<FormatException>(() => NodePath.Parse("./A?prop=ACL"));
        Assert.ThrowsExactly<FormatException>(() => NodePath.Parse("/A"));
        Assert.ThrowsExactly<FormatException>(() => NodePath.Root.Child("a/b"));
    }
}
