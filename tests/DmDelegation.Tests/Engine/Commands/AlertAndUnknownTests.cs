using static DmDelegation.Tests.Engine.Commands.CommandTestKit;

namespace DmDelegation.Tests.Engine.Commands;

[TestClass]
public sealed class AlertAndUnknownTests
{
    [TestMethod]
    [DataRow("1100", 406)]
    [DataRow("1104", 406)]
    [DataRow("1150", 406)]
    [DataRow("1221", 406)]
    [DataRow("1299", 406)]
    [DataRow("200", 406)]
    [DataRow("x", 406)]
    [DataRow("1200", 405)]
    [DataRow("1201", 405)]
    [DataRow("1224", 405)]
    [DataRow("1226", 405)]
    [DataRow("1222", 200)]
    [DataRow("1225", 200)]
    [DataRow("", 412)]
    public void Alert_codes_of_the_server_have_their_answers_PRO_077_PRO_124_PRO_125_PRO_126_UI_001(string code, int status)
    {
        var dialogue = Run(Alert("1", code) + Replace("2", "./SCM/x", "new"));
        Assert.AreEqual($"1 Alert {status}, 2 Replace 200", Answers(dialogue));
    }

    [TestMethod]
    [DataRow("Put", 501)]
    [DataRow("Search", 501)]
    [DataRow("Map", 501)]
    [DataRow("Sync", 501)]
    [DataRow("Move", 501)]
    [DataRow("Nonsense", 400)]
    public void Commands_that_DM_does_not_use_do_not_stop_the_others_REP_018(string name, int status)
    {
        var dialogue = Run(Command(name, "1") + Replace("2", "./SCM/x", "new"));
        Assert.AreEqual($"1 {name} {status}, 2 Replace 200", Answers(dialogue));
    }

    [TestMethod]
    public void A_command_without_CmdID_is_answered_400_with_an_empty_CmdRef_REP_001()
    {
        var dialogue = Run("<Replace><Item><Target><LocURI>./SCM/x</LocURI></Target><Data>v</Data></Item></Replace>" + Get("2", "./SCM/x"));
        Assert.AreEqual(" Replace 400, 2 Get 200", Answers(dialogue));
        Assert.AreEqual("one", dialogue.Leaf("./SCM/x"));
    }

    [TestMethod]
    public void Status_and_Results_are_not_answered_STA_008_STA_009_PRO_067()
    {
        const string Results = "<Results><CmdID>8</CmdID><MsgRef>1</MsgRef><CmdRef>1</CmdRef><Item><Data>v</Data></Item></Results>";
        Assert.AreEqual("2 Get 200", Answers(Run(Results + Get("2", "./SCM/x") + Session.Dialogue.StatusOf(1, "2", "Replace", 200))));
    }

    [TestMethod]
    public void NoResp_suppresses_nothing_PRO_028_STA_012()
    {
        var dialogue = Run("<Replace><CmdID>1</CmdID><NoResp/><Item><Target><LocURI>./SCM/x</LocURI></Target><Data>v</Data></Item></Replace>");
        Assert.AreEqual("1 Replace 200", Answers(dialogue));
    }

    [TestMethod]
    public void Nothing_in_the_tree_can_be_executed_REP_033_TND_081() => Assert.AreEqual("1 Exec 405", Answers(Run(Command("Exec", "1", Item("./SCM/x")))));

    [TestMethod]
    public void Copy_to_or_from_the_delegation_object_is_refused_DEL_087()
    {
        const string Copy = "<Copy><CmdID>1</CmdID><Item><Target><LocURI>{0}</LocURI></Target><Source><LocURI>{1}</LocURI></Source></Item></Copy>";
        CollectionAssert.AreEqual(new[] { 405 }, Run(string.Format(Copy, "./SCM/x", "./Delegation/Nonce")).Codes);
        CollectionAssert.AreEqual(new[] { 405 }, Run(string.Format(Copy, "./Delegation/r/By", "./SCM/x")).Codes);
        var dialogue = Run(string.Format(Copy, "./SCM/x", "./SCM/y"));
        CollectionAssert.AreEqual(new[] { 200 }, dialogue.Codes);
        Assert.AreEqual("two", dialogue.Leaf("./SCM/x"));
        CollectionAssert.AreEqual(new[] { "./SCM/y" }, dialogue.Statuses[1].SourceRefs.ToArray());
    }
}
