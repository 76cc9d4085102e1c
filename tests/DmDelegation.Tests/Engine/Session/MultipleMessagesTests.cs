using System.Text;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Engine.Session;

[TestClass]
public sealed class MultipleMessagesTests
{
    private const int Limit = 2000;
    private const string MaxMsgSize = "<MaxMsgSize xmlns=\"syncml:metinf\">2000</MaxMsgSize>";
    private const string NextMessage = "<Alert><CmdID>2</CmdID><Data>1222</Data></Alert>";

    [TestMethod]
    public void The_flow_of_messages_C1_to_S5_PRO_071_PRO_072_PRO_073_PRO_075_PRO_079()
    {
        var dialogue = new Dialogue(state: WithBig("a", "b")).Begin(Get("3", "./SCM/a") + Get("4", "./SCM/b"), meta: MaxMsgSize);
        Assert.AreEqual("Status 0 200, Status 3 200, Results 3, Status 4 200", Shape(dialogue));
        dialogue.Say(dialogue.HdrStatus(200) + NextMessage, final: false);
        Assert.AreEqual("Status 0 200, Status 2 200, Results 4, Final", Shape(dialogue));
        dialogue.Say(dialogue.HdrStatus(200) + Replace("3", "first"), final: false);
        Assert.AreEqual("Status 0 200, Status 3 200, Alert 1222", Shape(dialogue));
        dialogue.Say(dialogue.HdrStatus(200) + Dialogue.StatusOf(4, "3", "Alert", 200) + Replace("3", "second"));
        Assert.AreEqual("Status 0 200, Status 3 200, Final", Shape(dialogue));
        Assert.AreEqual("second", dialogue.Leaf("./SCM/x"));
        dialogue.Say(dialogue.HdrStatus(200));
        Assert.IsNull(dialogue.Ended!.Error);
    }

    [TestMethod]
    public void No_message_is_larger_than_MaxMsgSize_and_nothing_is_lost_PRO_024_HTTP_012()
    {
        var commands = string.Concat(Enumerable.Range(3, 60).Select(id => Get(id.ToString(), id % 2 == 0 ? "./SCM/a" : "./SCM/x")));
        var dialogue = new Dialogue(state: WithBig("a")).Begin(commands, meta: MaxMsgSize);
        var received = new List<Command>();
        for (var message = 0; message < 200; message++)
        {
            Assert.IsLessThanOrEqualTo(Limit, dialogue.Sending!.Body.Length);
            Assert.AreEqual("0", dialogue.Statuses[0].CmdRef);
            received.AddRange(dialogue.Sent.Commands.Skip(1));
            if (dialogue.Sent.Final)
            {
                break;
            }

            dialogue.Say(dialogue.HdrStatus(200) + "<Alert><CmdID>222</CmdID><Data>1222</Data></Alert>", final: false);
        }

        var statuses = received.OfType<Status>().Where(status => status.CmdRef != "222").Select(status => status.CmdRef).ToArray();
        CollectionAssert.AreEqual(Enumerable.Range(3, 60).Select(id => id.ToString()).ToArray(), statuses);
        Assert.HasCount(60, received.OfType<Results>().ToArray());
    }

    [TestMethod]
    public void Results_that_no_message_can_carry_are_answered_413_REP_083()
    {
        var dialogue = new Dialogue(state: WithBig(3000, "a")).Begin(Get("3", "./SCM/a") + Get("4", "./SCM/x"), meta: MaxMsgSize);
        Assert.AreEqual("Status 0 200, Status 3 413, Status 4 200, Results 4, Final", Shape(dialogue));
    }

    [TestMethod]
    public void Results_larger_than_MaxObjSize_are_answered_413_PRO_026_REP_083()
    {
        const string MaxObjSize = "<MaxObjSize xmlns=\"syncml:metinf\">5</MaxObjSize>";
        var dialogue = new Dialogue(state: WithBig(6, "a")).Begin(Get("3", "./SCM/a") + Get("4", "./SCM/x"), meta: MaxObjSize);
        Assert.AreEqual("Status 0 200, Status 3 413, Status 4 200, Results 4, Final", Shape(dialogue));
    }

    [TestMethod]
    public void The_Results_of_one_Get_may_be_split_between_messages_by_Items_REP_082()
    {
        var dialogue = new Dialogue(state: WithBig("a", "b")).Begin(Get("3", "./SCM?list=StructData"), meta: MaxMsgSize);
        Assert.AreEqual(200, dialogue.Codes[0]);
        var uris = dialogue.Sent.Commands.OfType<Results>().SelectMany(results => results.Items).ToList();
        Assert.IsFalse(dialogue.Sent.Final);
        dialogue.Say(dialogue.HdrStatus(200) + NextMessage, final: false);
        uris.AddRange(dialogue.Sent.Commands.OfType<Results>().SelectMany(results => results.Items));
        CollectionAssert.AreEquivalent(
            new[] { "./SCM", "./SCM/a", "./SCM/b", "./SCM/x", "./SCM/y" }, uris.Select(item => item.Source!.LocURI).ToArray());
    }

    [TestMethod]
    public void A_next_message_when_nothing_is_left_is_answered_and_closed_PRO_077()
    {
        var dialogue = new Dialogue().Begin(Replace("3", "v"));
        dialogue.Say(dialogue.HdrStatus(200) + NextMessage, final: false);
        Assert.AreEqual("Status 0 200, Status 2 200, Final", Shape(dialogue));
    }

    [TestMethod]
    public void A_server_that_forgets_Final_is_asked_once_and_then_left()
    {
        var dialogue = new Dialogue().Begin("", final: false);
        Assert.AreEqual("Status 0 200, Alert 1222", Shape(dialogue));
        dialogue.Say(dialogue.HdrStatus(200), final: false);
        Assert.AreEqual("no-final", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void Alert_1223_in_place_of_1222_drops_the_rest_PRO_076()
    {
        var dialogue = new Dialogue(state: WithBig("a", "b")).Begin(Get("3", "./SCM/a") + Get("4", "./SCM/b"), meta: MaxMsgSize);
        dialogue.Say(dialogue.HdrStatus(200) + "<Alert><CmdID>2</CmdID><Data>1223</Data></Alert>");
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("server-abort", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void New_commands_while_something_is_owed_are_executed_and_answered_behind_it_PRO_080()
    {
        var dialogue = new Dialogue(state: WithBig("a", "b")).Begin(Get("3", "./SCM/a") + Get("4", "./SCM/b"), meta: MaxMsgSize);
        dialogue.Say(dialogue.HdrStatus(200) + Replace("5", "new"));
        Assert.AreEqual("Status 0 200, Results 4, Status 5 200, Final", Shape(dialogue));
        Assert.AreEqual("new", dialogue.Leaf("./SCM/x"));
    }

    [TestMethod]
    public void A_MaxMsgSize_below_any_message_ends_the_session_PRO_024()
    {
        var dialogue = new Dialogue().Begin(Get("3", "./SCM/x"), meta: "<MaxMsgSize xmlns=\"syncml:metinf\">100</MaxMsgSize>");
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("max-msg-size", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void Package_1_is_not_split_before_its_Replace_PRO_046()
    {
        var dialogue = new Dialogue("DIGEST").Open();
        dialogue.Say(
            dialogue.HdrStatus(401, Dialogue.Chal("syncml:auth-md5", "oaGhoaGhoaGhoaGhoaGhoQ==")), meta: "<MaxMsgSize xmlns=\"syncml:metinf\">1300</MaxMsgSize>");
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("max-msg-size", dialogue.Ended!.Error);
    }

    private static string Get(string cmdId, string uri) => $"<Get><CmdID>{cmdId}</CmdID><Item><Target><LocURI>{uri}</LocURI></Target></Item></Get>";

    private static string Replace(string cmdId, string value) =>
        $"<Replace><CmdID>{cmdId}</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target><Data>{value}</Data></Item></Replace>";

    private static Func<DmDelegation.Engine.State.AgentState, DmDelegation.Engine.State.AgentState> WithBig(params string[] names) => WithBig(700, names);

    private static Func<DmDelegation.Engine.State.AgentState, DmDelegation.Engine.State.AgentState> WithBig(int octets, params string[] names) => state =>
    {
        var tree = new TreeTransaction(state.Tree, state.Clock.HighWater);
        foreach (var name in names)
        {
            tree.Add(state.Tree.Find(NodePath.Parse("./SCM"))!.Id, NodeSpec.Leaf(name, Encoding.UTF8.GetBytes(new string('v', octets))));
        }

        return state with { Tree = tree.Current };
    };

    private static string Shape(Dialogue dialogue) => string.Join(", ", dialogue.Sent.Commands.Select(command => command switch
    {
        Status status => $"Status {status.CmdRef} {status.Data}",
        Results results => $"Results {results.CmdRef}",
        Alert alert => $"Alert {alert.Code}",
        _ => command.Name,
    }).Concat(dialogue.Sent.Final ? ["Final"] : []));
}
