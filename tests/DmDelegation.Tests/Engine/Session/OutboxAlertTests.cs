using DmDelegation.Engine.State;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Engine.Session;

[TestClass]
public sealed class OutboxAlertTests
{
    private const string Get = "<Get><CmdID>5</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target></Item></Get>";

    [TestMethod]
    public void What_waits_goes_behind_DevInfo_in_order_with_all_its_parts_DEL_234_DEL_239_DEL_241_PRO_044_PRO_131()
    {
        var dialogue = new Dialogue(state: WithEntries(1, 2)).Open();
        var sent = dialogue.Sent;
        Assert.AreEqual("Alert Replace Alert", string.Join(' ', sent.Commands.Select(command => command.Name)));
        var alert = (Alert)sent.Commands[2];
        Assert.AreEqual((1226, "c-7QK2"), (alert.Code, alert.Correlator));
        var item = alert.Items.Single();
        Assert.AreEqual("./Delegation/7QK2", item.Source!.LocURI);
        Assert.AreEqual(
            ("xml", "Reversed-Domain-Name: org.example.dmagent.delegation/Ack", "informational"), (item.Meta!.Format, item.Meta.Type, item.Meta.Mark));
        Assert.AreEqual("<Delegation n=\"1\"/>", item.Data!.AsText());

        // The one behind it is about the same delegation: it waits for the Status.
        dialogue.Say(dialogue.HdrStatus(200) + Dialogue.StatusOf(1, "3", "Alert", 200));
        Assert.AreEqual("<Delegation n=\"2\"/>", ((Alert)dialogue.Sent.Commands[1]).Items.Single().Data!.AsText());
    }

    [TestMethod]
    [DataRow(200)]
    [DataRow(202)]
    public void It_is_delivered_by_the_Status_for_its_Alert_in_the_commit_of_that_message_DEL_237_PRO_141(int code)
    {
        var dialogue = new Dialogue(state: WithEntries(1)).Open();
        dialogue.Say(dialogue.HdrStatus(200) + Dialogue.StatusOf(1, "3", "Alert", code));
        Assert.IsEmpty(dialogue.State.Durable.Outbox);
        Assert.AreEqual(1, dialogue.Persists);
        Assert.IsNull(dialogue.Ended!.Error);
    }

    [TestMethod]
    public void A_refused_one_stays_and_is_not_sent_twice_in_one_session_DEL_238()
    {
        var dialogue = new Dialogue(state: WithEntries(1)).Open();
        dialogue.Say(dialogue.HdrStatus(200) + Dialogue.StatusOf(1, "3", "Alert", 500) + Get);
        Assert.IsFalse(dialogue.Sent.Commands.OfType<Alert>().Any());
        Assert.AreEqual(1, dialogue.State.Durable.Outbox[1].Refusals);
    }

    [TestMethod]
    public void A_Status_of_a_server_that_is_not_authenticated_delivers_nothing_PRO_054()
    {
        var dialogue = new Dialogue("DIGEST", state: WithEntries(1)).Open();
        dialogue.Say(dialogue.HdrStatus(212) + Dialogue.StatusOf(1, "3", "Alert", 200) + Get);
        Assert.HasCount(1, dialogue.State.Durable.Outbox);
        Assert.IsFalse(dialogue.Sent.Commands.OfType<Alert>().Any(), "the answer holds only Status (STA-011)");
    }

    [TestMethod]
    public void A_repeated_package_1_carries_it_again_PRO_047_PRO_141()
    {
        var dialogue = new Dialogue("DIGEST", state: WithEntries(1)).Open();
        dialogue.Say(dialogue.HdrStatus(401, Dialogue.Chal("syncml:auth-md5", "oaGhoaGhoaGhoaGhoaGhoQ==")) + Dialogue.StatusOf(1, "3", "Alert", 401));
        Assert.AreEqual("Status Alert Replace Alert", string.Join(' ', dialogue.Sent.Commands.Select(command => command.Name)));
        Assert.AreEqual(0, dialogue.State.Durable.Outbox[1].Refusals);
        dialogue.Say(
            dialogue.HdrStatus(212) + Dialogue.StatusOf(2, "4", "Alert", 200), cred: Dialogue.ServerCred(dialogue.GivenNonce));
        Assert.IsEmpty(dialogue.State.Durable.Outbox);
    }

    [TestMethod]
    public void Without_room_behind_the_Status_it_goes_in_the_next_message_DEL_241_PRO_105()
    {
        var dialogue = new Dialogue("DIGEST", state: WithEntries(new string('p', 600), 1)).Open();
        Refuse(dialogue, "<MaxMsgSize xmlns=\"syncml:metinf\">1900</MaxMsgSize>");
        Assert.AreEqual("Status Alert Replace", string.Join(' ', dialogue.Sent.Commands.Select(command => command.Name)));
        Assert.IsFalse(dialogue.Sent.Final);
        dialogue.Say(
            dialogue.HdrStatus(212) + "<Alert><CmdID>2</CmdID><Data>1222</Data></Alert>", final: false, cred: Dialogue.ServerCred(dialogue.GivenNonce));
        Assert.AreEqual("Status Status Alert", string.Join(' ', dialogue.Sent.Commands.Select(command => command.Name)));
        Assert.IsTrue(dialogue.Sent.Final);
    }

    [TestMethod]
    public void One_that_no_message_can_carry_does_not_hold_up_the_session_PRO_105()
    {
        var dialogue = new Dialogue("DIGEST", state: WithEntries(new string('p', 5000), 1)).Open();
        Refuse(dialogue, "<MaxMsgSize xmlns=\"syncml:metinf\">1900</MaxMsgSize>");
        Assert.AreEqual("Status Alert Replace", string.Join(' ', dialogue.Sent.Commands.Select(command => command.Name)));
        Assert.IsTrue(dialogue.Sent.Final);
        dialogue.Say(dialogue.HdrStatus(212), cred: Dialogue.ServerCred(dialogue.GivenNonce));
        Assert.IsNull(dialogue.Ended!.Error);
        Assert.HasCount(1, dialogue.State.Durable.Outbox);
    }

    private static void Refuse(Dialogue dialogue, string meta) =>
        dialogue.Say(dialogue.HdrStatus(401, Dialogue.Chal("syncml:auth-md5", "oaGhoaGhoaGhoaGhoaGhoQ==")), meta: meta);

    private static Func<AgentState, AgentState> WithEntries(params long[] numbers) => WithEntries("", numbers);

    private static Func<AgentState, AgentState> WithEntries(string padding, params long[] numbers) => state => state with
    {
        Outbox = state.Outbox.AddRange(numbers.Select(number => KeyValuePair.Create(number, new OutboxEntry(
            number, $"key{number}", Dialogue.Server, "7QK2", "Ack", "informational", "c-7QK2",
            $"<Delegation n=\"{number}\"/>{padding}", 0, new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))))),
    };
}
