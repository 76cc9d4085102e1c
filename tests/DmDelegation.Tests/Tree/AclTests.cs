using DmDelegation.Tree;
using FsCheck;
using FsCheck.Fluent;

namespace DmDelegation.Tests.Tree;

[TestClass]
public sealed class AclTests
{
    [TestMethod]
    public void A_value_comes_back_exactly_as_set_ACL_063()
    {
        foreach (var text in new[] { "Replace=a&Get=b&Add=c", "Get=*+a", "Get=a+a", "Get=équipe&Exec=Exec", "Add=opco.example+fleet.example&Get=*&Replace=fleet.example" })
            Assert.AreEqual(text, Acl.Parse(text).ToString());
    }

    [TestMethod]
    public void Repeated_commands_are_united_where_they_first_occur_ACL_018() =>
        Assert.AreEqual("Get=a+b&Add=c", Acl.Parse("Get=a&Add=c&Get=b+a").ToString());

    [TestMethod]
    public void The_empty_text_is_no_value()
    {
        Assert.IsTrue(Acl.TryParse("", out var acl));
        Assert.IsNull(acl);
    }

    [TestMethod]
    public void A_text_of_4_KiB_is_read_and_one_octet_more_is_not()
    {
        Assert.IsTrue(Acl.TryParse("Get=" + new string('a', Acl.MaxOctets - 4), out var acl));
        Assert.AreEqual(Acl.MaxOctets, acl!.Octets);
        Assert.IsFalse(Acl.TryParse("Get=" + new string('a', Acl.MaxOctets - 3), out _));
        Assert.IsFalse(Acl.TryParse("Get=" + new string('é', Acl.MaxOctets / 2), out _), "octets count, not characters");
    }

    [TestMethod]
    [DataRow("a\u00a0b", DisplayName = "no-break space")]
    [DataRow("a\u0085b", DisplayName = "next line")]
    [DataRow("a\u200eb", DisplayName = "direction mark")]
    [DataRow("a\u0000")]
    [DataRow("\ud800")]
    [DataRow("a b")]
    [DataRow("a*")]
    [DataRow("*")]
    [DataRow("a+b")]
    [DataRow("a&b")]
    [DataRow("a=b")]
    [DataRow("")]
    public void What_is_not_printable_or_means_something_in_an_ACL_is_no_identifier_DEL_107(string text) =>
        Assert.IsFalse(ServerIdentifier.IsWellFormed(text));

    [TestMethod]
    public void Identifiers_and_commands_compare_exactly_ACL_017()
    {
        var acl = Acl.Parse("Get=Server");
        Assert.IsTrue(acl.Grants(AclCommands.Get, "Server"));
        Assert.IsFalse(acl.Grants(AclCommands.Get, "server"));
        Assert.IsFalse(acl.Grants(AclCommands.Get, "Serve"));
        Assert.IsFalse(acl.Grants(AclCommands.Get, "Server1"));
        Assert.IsFalse(acl.Grants(AclCommands.Replace, "Server"), "no right implies another (ACL-019)");
    }

    [TestMethod]
    public void A_wildcard_grants_and_does_not_name_ACL_012()
    {
        var acl = Acl.Parse("Get=*&Replace=a");
        Assert.IsTrue(acl.Grants(AclCommands.Get, "a"));
        Assert.IsTrue(acl.GrantsToAll(AclCommands.Get));
        Assert.IsFalse(acl.Names(AclCommands.Get, "a"));
        Assert.IsFalse(acl.GrantsToAll(AclCommands.Replace));
        Assert.AreEqual(AclCommands.Replace, acl.CommandsOf("a"));
        Assert.IsTrue(acl.NamesAnywhere("a"));
        Assert.IsFalse(acl.NamesAnywhere("b"));
    }

    [TestMethod]
    public void Adding_and_taking_away_a_server_keeps_the_rest()
    {
        var acl = Acl.Parse("Replace=a&Get=*");
        var both = acl.With(AclCommands.Get | AclCommands.Replace | AclCommands.Add, "b");
        Assert.AreEqual("Replace=a+b&Get=*+b&Add=b", both.ToString());
        Assert.AreEqual(acl.ToString(), both.WithoutServer("b")!.ToString());
        Assert.AreEqual("Replace=a&Get=*+b&Add=b", both.Without(AclCommands.Replace, "b")!.ToString());
        Assert.IsNull(Acl.Parse("Get=b").WithoutServer("b"), "nothing left is no value (ACL-049)");
        Assert.AreEqual("Add=S&Delete=S&Replace=S", Acl.Of(AclCommands.Add | AclCommands.Delete | AclCommands.Replace, "S").ToString());
        Assert.ThrowsExactly<FormatException>(() => acl.With(AclCommands.Get, "x+y"));
    }

    [TestMethod]
    public void Equality_is_by_identifiers_per_command()
    {
        Assert.AreEqual(Acl.Parse("Get=a+b&Add=c"), Acl.Parse("Add=c&Get=b+a"));
        Assert.AreEqual(Acl.Parse("Get=a+b&Add=c").GetHashCode(), Acl.Parse("Add=c&Get=b+a").GetHashCode());
        Assert.AreNotEqual(Acl.Parse("Get=a"), Acl.Parse("Get=a+b"));
        Assert.AreNotEqual(Acl.Parse("Get=a"), Acl.Parse("Add=a"));
    }

    [TestMethod]
    public void Whatever_is_read_is_written_and_read_again_alike()
    {
        var entry = from command in Gen.Elements("Add", "Delete", "Exec", "Get", "Replace", "get", "Copy")
                    from servers in Gen.NonEmptyListOf(Gen.Elements("*", "a", "b", "www.example.com:8080/dm", "é", "", "a b"))
                    select $"{command}={string.Join('+', servers)}";
        var text = from entries in Gen.ListOf(entry) select string.Join('&', entries);
        Prop.ForAll(text.ToArbitrary(), one =>
        {
            if (!Acl.TryParse(one, out var acl) || acl is null)
                return true;
            return Acl.TryParse(acl.ToString(), out var again) && acl.Equals(again) && again!.ToString() == acl.ToString()
                && Grants(one).SetEquals(Grants(acl.ToString()));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [TestMethod]
    public void No_text_breaks_the_reader() =>
        Prop.ForAll<string>(text =>
        {
            var acl = Acl.TryParse(text ?? "", out var value);
            var uri = LocUri.TryParse(text ?? "", UriLimits.Unlimited, out var address, out var status);
            return (acl || value is null) && uri == (status == 200) && uri == address is not null;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static HashSet<string> Grants(string acl) =>
        [.. acl.Split('&').Select(entry => entry.Split('=')).SelectMany(pair => pair[1].Split('+').Select(server => $"{pair[0]}={server}"))];
}
