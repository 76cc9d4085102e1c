using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.6: two servers want different things of one record at the same time.</summary>
[TestClass]
public sealed class RaceScenarios
{
    private const int Repetitions = 1000;

    [TestMethod]
    public void S_153_of_Confirm_and_Cancel_exactly_one_wins_in_either_order_DEL_098_DEL_267()
    {
        using var device = Given.WithKnownB();
        var home = device.Scheme();
        var delegation = Given.Pending(device, new Delegating().KnownB());
        var messages = new Dictionary<string, MessageReceived>();
        Prepare(device, messages, Given.B, _ => [Dm.Get(delegation.Uri + "/Confirm/Challenge")], before => [delegation.Operation("Confirm", delegation.Proof(before[^1].Octets))]);
        Prepare(device, messages, Given.A, _ => [Dm.Get(delegation.Uri + "/State")], _ => [delegation.Operation("Cancel")]);
        var pending = device.State;
        for (var i = 0; i < Repetitions; i++)
        {
            var (confirm, cancel, active) = Run(device, pending, messages[Given.B], messages[Given.A]);
            Assert.AreEqual((200, 405, DelegationState.Active, 0), (confirm, cancel, active.Records[delegation.Id].State, active.Records[delegation.Id].Reason));
            (cancel, confirm, var cancelled) = Run(device, pending, messages[Given.A], messages[Given.B]);
            Assert.AreEqual((200, 405, DelegationState.Cancelled, 175), (cancel, confirm, cancelled.Records[delegation.Id].State, cancelled.Records[delegation.Id].Reason));
            Assert.AreEqual(Acls(cancelled), Acls(pending.Durable, home), "no mixture");
        }
    }

    // The session is led to the point where the decisive message of the server is on its way.
    private static void Prepare(TestDevice device, Dictionary<string, MessageReceived> messages, string server, params Batch[] batches)
    {
        device.Open(server, batches);
        device.Exchange(server);
        var waiting = device.Effects.OfType<SendMessage>().Last(message => message.Server == server);
        var (body, hmac) = device.Servers[server].Answer(waiting.Body, waiting.HmacHeader)!.Value;
        messages[server] = new MessageReceived(server, waiting.SessionSerial, body, hmac, device.Transport);
    }

    private static (int First, int Second, AgentState State) Run(TestDevice device, EngineState state, MessageReceived first, MessageReceived second)
    {
        var one = device.Engine.Handle(state, first, device.Now);
        var two = device.Engine.Handle(one.State, second, device.Now);
        var loser = two.Effects.OfType<Report>().Single(report => report.Line.Code == LogCodes.CommandRefused);
        Assert.AreEqual("191", loser.Line.Fields.First(field => field.Key == "reason").Value);
        return (StatusOf(one, first.Server), StatusOf(two, second.Server), two.State.Durable);
    }

    private static int StatusOf(EngineStep step, string server)
    {
        var sent = step.Effects.OfType<SendMessage>().Single(message => message.Server == server);
        return SyncMLXml.Read(sent.Body, MessageLimits.Default).Commands.OfType<Status>().Single(status => status.Cmd == "Exec").Data;
    }

    private static string Acls(AgentState state) => string.Join('\n', state.Tree.Root.SelfAndDescendants()
        .Where(node => node.Acl is not null)
        .Select(node => $"{state.Tree.PathOf(node.Id)} {node.Acl}"));

    // The lines of the home scheme that are ACL values.
    private static string Acls(AgentState pending, string home)
    {
        Assert.AreNotEqual(Acls(pending), home);
        return string.Join('\n', home.Split(Environment.NewLine).Where(line => line.Contains(' ', StringComparison.Ordinal)));
    }
}
