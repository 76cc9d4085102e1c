using DmDelegation.Tree;
using static DmDelegation.Tests.Engine.Commands.CommandTestKit;

namespace DmDelegation.Tests.Engine.Commands;

[TestClass]
public sealed class ValueTests
{
    [TestMethod]
    public void An_Add_of_an_interior_node_needs_no_Data_TND_057()
    {
        var dialogue = Run(Add("1", "./SCM/new", null, "node"));
        CollectionAssert.AreEqual(new[] { 200 }, dialogue.Codes);
        Assert.IsTrue(dialogue.State.Durable.Tree.Find(NodePath.Parse("./SCM/new"))!.IsInterior);
    }

    [TestMethod]
    public void Octets_come_as_base64_and_are_stored_as_bin_and_go_back_the_same_way_TND_122_TND_124_TND_125()
    {
        var dialogue = Run(Command("Add", "1", Item("./SCM/b", "AAEC\n /w==", "b64", "application/octet-stream")) + Get("2", "./SCM/b"));
        var node = dialogue.State.Durable.Tree.Find(NodePath.Parse("./SCM/b"))!;
        Assert.AreEqual("bin", node.Format);
        CollectionAssert.AreEqual(new byte[] { 0, 1, 2, 255 }, node.Value.ToArray());
        var item = ResultsOf(dialogue).Single().Items[0];
        Assert.AreEqual(("b64", "application/octet-stream", "AAEC/w=="), (item.Meta!.Format, item.Meta.Type, item.Data!.AsText()));
    }

    [TestMethod]
    public void Text_that_is_base64_by_nature_stays_as_it_is_TND_124()
    {
        var dialogue = Run(Add("1", "./SCM/b", "QUJD", "b64") + Get("2", "./SCM/b"));
        Assert.AreEqual("QUJD", dialogue.Leaf("./SCM/b"));
        Assert.AreEqual(("b64", "QUJD"), (ResultsOf(dialogue).Single().Items[0].Meta!.Format, ResultsOf(dialogue).Single().Items[0].Data!.AsText()));
    }

    [TestMethod]
    public void What_claims_to_be_base64_and_is_not_is_answered_415_TND_122() =>
        CollectionAssert.AreEqual(new[] { 415 }, Run(Command("Add", "1", Item("./SCM/b", "%%%", "b64", "image/png"))).Codes);

    [TestMethod]
    public void Meta_of_the_command_holds_for_Items_that_say_nothing_and_not_for_those_that_do_PRO_055_TND_121()
    {
        const string Meta = "<Meta><Format xmlns=\"syncml:metinf\">int</Format></Meta>";
        var dialogue = Run(Command("Add", "1", Meta, Item("./SCM/i", "7"), Item("./SCM/b", "true", "bool")));
        CollectionAssert.AreEqual(new[] { 200, 200 }, dialogue.Codes);
        Assert.AreEqual("int", dialogue.State.Durable.Tree.Find(NodePath.Parse("./SCM/i"))!.Format);
        Assert.AreEqual("bool", dialogue.State.Durable.Tree.Find(NodePath.Parse("./SCM/b"))!.Format);
    }

    [TestMethod]
    public void MoreData_is_never_stored_as_the_value_nor_is_what_follows_it_PRO_091_PRO_107()
    {
        var dialogue = Run(Command("Replace", "1", Item("./SCM/x", "first half", more: "<MoreData/>")));
        CollectionAssert.AreEqual(new[] { 406 }, dialogue.Codes);
        dialogue.Say(dialogue.HdrStatus(200) + Replace("1", "./SCM/x", "second half") + Replace("2", "./SCM/y", "new"));
        CollectionAssert.AreEqual(new[] { 406, 200 }, dialogue.Codes);
        Assert.AreEqual("one", dialogue.Leaf("./SCM/x"));
        dialogue.Say(dialogue.HdrStatus(200) + Replace("1", "./SCM/x", "whole"));
        Assert.AreEqual("whole", dialogue.Leaf("./SCM/x"));
    }

    [TestMethod]
    public void A_password_that_a_server_writes_is_sealed_under_its_node_with_its_form_DEL_190_DEL_189()
    {
        var dialogue = new Session.Dialogue("DIGEST").Open();
        dialogue.Say(
            dialogue.HdrStatus(212) + Replace("1", "./DMAcc/s/AppAuth/s/AAuthSecret", "rotated") + Command("Replace", "2", Item("./DMAcc/s/AppAuth/s/AAuthData", "AQID", "b64")),
            cred: Session.Dialogue.ServerCred(Session.Dialogue.ServerNonce));
        CollectionAssert.AreEqual(new[] { 200, 200 }, dialogue.Codes);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, dialogue.StoredNonce("s"));
        var leaf = dialogue.State.Durable.Tree.Find(NodePath.Parse("./DMAcc/s/AppAuth/s/AAuthSecret"))!;
        using var opened = dialogue.Vault.Open($"node:{leaf.Id.Value}", leaf.Value.Span);
        CollectionAssert.AreEqual((byte[])[0, .. "rotated"u8], opened!.Octets.ToArray());
    }

    [TestMethod]
    public void The_key_of_a_record_costs_the_connection_DEL_188()
    {
        var dialogue = Run(Replace("1", "./Delegation/7QK2/Key/Value", "AAAA", "b64"));
        Assert.IsTrue(dialogue.Sending!.FreshConnection);
        dialogue.Say(dialogue.HdrStatus(200) + Replace("1", "./SCM/x", "v"));
        Assert.IsFalse(dialogue.Sending!.FreshConnection);
    }
}
