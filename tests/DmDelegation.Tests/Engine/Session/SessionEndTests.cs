using System.Text;
using DmDelegation.Engine;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Engine.Session;

[TestClass]
public sealed class SessionEndTests
{
    private const string Write = "<Replace><CmdID>5</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target><Data>new</Data></Item></Replace>";

    [TestMethod]
    public void A_package_without_commands_ends_the_session_and_nothing_is_sent_PRO_050_PRO_051_STA_010()
    {
        var dialogue = new Dialogue().Begin("");
        Assert.IsNull(dialogue.Sending);
        Assert.IsNull(dialogue.Ended!.Error);
        Assert.IsEmpty(dialogue.State.Sessions);
    }

    [TestMethod]
    public void Every_package_with_commands_is_answered_and_closed_PRO_052_PRO_060_PRO_061_PRO_066()
    {
        var dialogue = new Dialogue().Begin(Write);
        Assert.IsTrue(dialogue.Sent.Final);
        Assert.AreEqual(2, dialogue.Sent.Header.MsgID);
        dialogue.Say(dialogue.HdrStatus(200) + Write);
        Assert.AreEqual(3, dialogue.Sent.Header.MsgID);
        Assert.AreEqual("2", dialogue.Statuses[0].MsgRef);
        dialogue.Say(dialogue.HdrStatus(200));
        Assert.IsNull(dialogue.Ended!.Error);
    }

    [TestMethod]
    public void The_end_says_how_often_commands_got_which_status()
    {
        var dialogue = new Dialogue().Begin(Write + "<Get><CmdID>6</CmdID><Item><Target><LocURI>./NO</LocURI></Target></Item></Get>");
        dialogue.Say(dialogue.HdrStatus(200) + Write).Say(dialogue.HdrStatus(200));
        Assert.AreEqual("200 x 2, 404 x 1", string.Join(", ", dialogue.Ended!.Statuses.Select(status => $"{status.Key} x {status.Value}")));
        Assert.IsEmpty(new Dialogue().Open().Lose("connect").Ended!.Statuses);
    }

    [TestMethod]
    public void One_plain_message_is_one_commit_made_before_its_answer_DEL_143()
    {
        var dialogue = new Dialogue("DIGEST").Open();
        dialogue.Say(
            dialogue.HdrStatus(212, Dialogue.Chal("syncml:auth-md5", "oaGhoaGhoaGhoaGhoaGhoQ==")) + string.Concat(Enumerable.Repeat(Write, 50)),
            cred: Dialogue.ServerCred(Dialogue.ServerNonce));
        Assert.AreEqual(1, dialogue.Persists);
        Assert.IsLessThan(dialogue.Effects.IndexOf(dialogue.Sending!), dialogue.Effects.IndexOf(dialogue.Effects.OfType<Persist>().Single()));
    }

    [TestMethod]
    public void Alert_1223_of_the_server_ends_it_at_once_without_a_word_PRO_053_PRO_113()
    {
        var dialogue = new Dialogue().Begin(Write + "<Alert><CmdID>6</CmdID><Data>1223</Data></Alert>");
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("server-abort", dialogue.Ended!.Error);
        Assert.AreEqual("one", dialogue.Leaf("./SCM/x"));
    }

    [TestMethod]
    public void A_lost_exchange_ends_it_and_keeps_what_was_executed_PRO_115_HTTP_008()
    {
        var dialogue = new Dialogue().Begin(Write).Lose("http-503");
        Assert.AreEqual("http-503", dialogue.Ended!.Error);
        Assert.AreEqual("new", dialogue.Leaf("./SCM/x"));
        Assert.IsEmpty(dialogue.State.Sessions);
    }

    [TestMethod]
    public void Answers_to_an_ended_session_are_ignored()
    {
        var dialogue = new Dialogue().Open();
        var late = dialogue.Message(dialogue.HdrStatus(200) + Write, true, "", "", "", 1);
        dialogue.Lose();
        dialogue.SayOctets(late);
        Assert.IsEmpty(dialogue.Effects);
        Assert.AreEqual("one", dialogue.Leaf("./SCM/x"));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("<SyncML")]
    [DataRow("<!DOCTYPE SyncML><SyncML/>")]
    [DataRow("{}")]
    public void A_message_that_cannot_be_read_is_answered_with_1223_and_stores_nothing_PRO_110_PRO_111(string body)
    {
        var dialogue = new Dialogue().Open().SayOctets(Encoding.UTF8.GetBytes(body));
        Assert.AreEqual(new Alert("1", 1223), dialogue.Sent.Commands.Single());
        Assert.IsTrue(dialogue.Sent.Final);
        Assert.AreEqual(0, dialogue.Persists);
        Assert.IsNull(dialogue.Ended);
        dialogue.Say(Write);
        Assert.AreEqual("malformed", dialogue.Ended!.Error);
        Assert.AreEqual("one", dialogue.Leaf("./SCM/x"), "what answers our 1223 is ignored (PRO-114)");
    }

    [TestMethod]
    public void A_message_of_another_session_is_not_executed_PRO_030()
    {
        var dialogue = new Dialogue { SessionId = "1B" }.Begin(Write);
        Assert.AreEqual("session-id", dialogue.Ended!.Error);
        Assert.AreEqual("one", dialogue.Leaf("./SCM/x"));
    }

    [TestMethod]
    public void A_message_that_comes_twice_is_executed_once_and_answered_with_the_same_octets_PRO_030()
    {
        const string Append = "<Add><CmdID>5</CmdID><Item><Target><LocURI>./SCM/a</LocURI></Target><Data>v</Data></Item></Add>";
        var dialogue = new Dialogue().Open();
        var message = dialogue.Message(dialogue.HdrStatus(200) + Append, true, "", "", "", 1);
        var first = dialogue.SayOctets(message).Sending!.Body.ToArray();
        dialogue.SayOctets(message);
        CollectionAssert.AreEqual(first, dialogue.Sending!.Body.ToArray());
        Assert.AreEqual(0, dialogue.Persists);
    }

    [TestMethod]
    public void A_server_that_only_repeats_itself_is_left_PRO_052()
    {
        var dialogue = new Dialogue(options: WithRounds(5)).Open();
        var message = dialogue.Message(dialogue.HdrStatus(200) + Write, true, "", "", "", 1);
        for (var i = 0; i < 10 && dialogue.Serial > 0; i++)
        {
            dialogue.SayOctets(message);
        }

        Assert.AreEqual("rounds", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void A_runaway_server_gets_its_Status_and_1223_PRO_052_PRO_112()
    {
        var dialogue = new Dialogue(options: WithRounds(3)).Begin(Write);
        dialogue.Say(dialogue.HdrStatus(200) + Write);
        Assert.AreEqual("Status Status Alert", string.Join(' ', dialogue.Sent.Commands.Select(command => command.Name)));
        Assert.AreEqual(1223, ((Alert)dialogue.Sent.Commands[^1]).Code);
        Assert.IsTrue(dialogue.Sent.Final);
        Assert.AreEqual("rounds", dialogue.Lose().Ended!.Error);
    }

    [TestMethod]
    [DataRow("<VerDTD>1.2<", "<VerDTD>1.1<", 505)]
    [DataRow("DM/1.2", "DM/1.3", 513)]
    public void An_unknown_version_is_told_and_ends_the_session_PRO_029(string ours, string theirs, int code)
    {
        var dialogue = new Dialogue().Open();
        var message = Encoding.UTF8.GetString(dialogue.Message(dialogue.HdrStatus(200) + Write, true, "", "", "", 1)).Replace(ours, theirs, StringComparison.Ordinal);
        dialogue.SayOctets(Encoding.UTF8.GetBytes(message));
        Assert.AreEqual(code, dialogue.Statuses.Single().Data);
        Assert.AreEqual("version", dialogue.Lose().Ended!.Error);
        Assert.AreEqual("one", dialogue.Leaf("./SCM/x"));
    }

    [TestMethod]
    [DataRow("https://other.example/dm", "https://other.example/dm")]
    [DataRow("/next?s=1", "https://s.example/next?s=1")]
    public void RespURI_is_where_all_later_messages_go_PRO_027(string respUri, string uri)
    {
        var dialogue = new Dialogue().Open();
        dialogue.Say(dialogue.HdrStatus(200) + Write, respUri: respUri);
        Assert.AreEqual(uri, dialogue.Sending!.Uri.ToString());
        Assert.AreEqual(uri, dialogue.Sent.Header.Target.LocURI);
        dialogue.Say(dialogue.HdrStatus(200) + Write);
        Assert.AreEqual(uri, dialogue.Sending!.Uri.ToString());
    }

    [TestMethod]
    [DataRow("http://s.example/dm")]
    [DataRow("ftp://s.example/dm")]
    [DataRow("https://xn--\u00fc.example/dm")]
    public void A_RespURI_that_leaves_https_ends_the_session_PRO_027(string respUri)
    {
        var dialogue = new Dialogue().Open();
        Assert.AreEqual("resp-uri", dialogue.Say(dialogue.HdrStatus(200) + Write, respUri: respUri).Ended!.Error);
    }

    private static Func<EngineOptions, EngineOptions> WithRounds(int rounds) => options => options with { Session = options.Session with { MaxRounds = rounds } };
}
