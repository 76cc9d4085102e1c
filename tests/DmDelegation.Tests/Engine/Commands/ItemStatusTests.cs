using static DmDelegation.Tests.Engine.Commands.CommandTestKit;

namespace DmDelegation.Tests.Engine.Commands;

[TestClass]
public sealed class ItemStatusTests
{
    [TestMethod]
    public void Each_Item_has_its_own_Status_with_TargetRef_as_received_STA_005_STA_006_REP_035()
    {
        var dialogue = Run(Command("Replace", "1", Item("SCM/x", "a"), Item("./SCM/none", "b"), Item("./SCM/y", "c")));
        Assert.AreEqual("1 Replace 200, 1 Replace 404, 1 Replace 200", Answers(dialogue));
        CollectionAssert.AreEqual(
            new[] { "SCM/x", "./SCM/none", "./SCM/y" }, dialogue.Statuses.Skip(1).SelectMany(status => status.TargetRefs).ToArray());
        Assert.AreEqual("c", dialogue.Leaf("./SCM/y"));
    }

    [TestMethod]
    public void The_Status_of_the_header_is_first_and_repeats_Target_and_Source_STA_002_STA_006_REP_002()
    {
        var status = Run(Get("1", "./SCM/x")).Statuses[0];
        Assert.AreEqual(("0", "SyncHdr", "1"), (status.CmdRef, status.Cmd, status.MsgRef));
        CollectionAssert.AreEqual(new[] { Session.Dialogue.DevId }, status.TargetRefs.ToArray());
        CollectionAssert.AreEqual(new[] { Session.Dialogue.Address }, status.SourceRefs.ToArray());
    }

    [TestMethod]
    public void Status_come_in_the_order_of_the_commands_and_Results_behind_the_Status_of_their_Get_STA_003_STA_013_REP_073()
    {
        var dialogue = Run(Get("1", "./SCM/x") + Replace("2", "./SCM/x", "new") + Get("3", "./SCM/x"));
        Assert.AreEqual("Status Status Results Status Status Results", string.Join(' ', dialogue.Sent.Commands.Select(command => command.Name)));
        Assert.AreEqual("1 Get 200, 2 Replace 200, 3 Get 200", Answers(dialogue));
        CollectionAssert.AreEqual(new[] { "one", "new" }, ResultsOf(dialogue).Select(results => results.Items[0].Data!.AsText()).ToArray());
        CollectionAssert.AreEqual(
            Enumerable.Range(1, 6).Select(id => id.ToString()).ToArray(), dialogue.Sent.Commands.Select(command => command.CmdID).ToArray());
    }

    [TestMethod]
    public void Results_name_the_Get_and_the_URI_as_it_was_asked_PRO_062_PRO_064_REP_082()
    {
        var results = ResultsOf(Run(Get("7", "SCM/x?prop=Format"))).Single();
        Assert.AreEqual(("1", "7"), (results.MsgRef, results.CmdRef));
        Assert.AreEqual("SCM/x?prop=Format", results.Items[0].Source!.LocURI);
        Assert.AreEqual("chr", results.Items[0].Data!.AsText());
    }

    [TestMethod]
    public void Results_describe_data_that_is_not_plain_text_PRO_063_REP_074()
    {
        var item = ResultsOf(Run(Get("1", "./SCM"))).Single().Items[0];
        Assert.AreEqual("node", item.Meta!.Format);
        Assert.AreEqual("x/y", item.Data!.AsText());
        Assert.IsNull(ResultsOf(Run(Get("1", "./SCM/x"))).Single().Items[0].Meta);
    }

    [TestMethod]
    public void An_implicit_node_that_cannot_be_created_is_named_in_an_Item_REP_044_REP_045_STA_014()
    {
        var dialogue = new Session.Dialogue(state: state => state with
        {
            Tree = Restrict(state.Tree, "./SCM"),
        }).Begin(Add("1", "./SCM/p/q", "1"));
        Assert.AreEqual("1 Add 425", Answers(dialogue));
        Assert.AreEqual("./SCM/p", dialogue.Statuses[1].Items.Single().Target!.LocURI);
    }

    [TestMethod]
    [DataRow("<Replace><CmdID>1</CmdID></Replace>")]
    [DataRow("<Replace><CmdID>1</CmdID><Item><Data>v</Data></Item></Replace>")]
    [DataRow("<Replace><CmdID>1</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target></Item></Replace>")]
    [DataRow("<Copy><CmdID>1</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target></Item></Copy>")]
    public void A_command_without_Item_Target_Source_or_Data_is_answered_412_REP_017_REP_035(string command)
    {
        CollectionAssert.AreEqual(new[] { 412 }, Run(command).Codes);
        Assert.AreEqual("one", Run(command).Leaf("./SCM/x"));
    }

    [TestMethod]
    public void A_URI_over_the_limits_or_malformed_does_not_stop_the_commands_behind_it()
    {
        var dialogue = Run(Get("1", "./" + new string('a', 600)) + Get("2", "./a/../b") + Replace("3", "./SCM/x", "new"));
        Assert.AreEqual("1 Get 414, 2 Get 404, 3 Replace 200", Answers(dialogue));
    }

    [TestMethod]
    public void Refused_commands_are_logged_without_their_data()
    {
        var line = Run(Replace("1", "./SCM/none", "TOPSECRET")).Effects.OfType<DmDelegation.Engine.Report>().Single(report =>
            report.Line.Code == DmDelegation.Engine.LogCodes.CommandRefused).Line;
        var fields = line.Fields.ToDictionary(field => field.Key, field => field.Value);
        Assert.AreEqual(("Replace", "./SCM/none", "404"), (fields["command"], fields["uri"], fields["status"]));
        Assert.AreEqual("TND-044", fields["rule"]);
        Assert.IsFalse((line.Text + string.Concat(fields.Values)).Contains("TOPSECRET", StringComparison.Ordinal));
    }

    private static DmDelegation.Tree.ManagementTree Restrict(DmDelegation.Tree.ManagementTree tree, string uri)
    {
        var transaction = new DmDelegation.Tree.TreeTransaction(tree, DateTimeOffset.UnixEpoch);
        transaction.SetAcl(tree.Find(DmDelegation.Tree.NodePath.Parse(uri))!.Id, DmDelegation.Tree.Acl.Parse("Get=*"));
        return transaction.Current;
    }
}
