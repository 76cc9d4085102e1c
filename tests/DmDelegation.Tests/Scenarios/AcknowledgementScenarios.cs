using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.5: acknowledgements.</summary>
[TestClass]
public sealed class AcknowledgementScenarios
{
    private static bool CarriesAlert(SyncMLMessage message) => message.Commands.OfType<Alert>().Any(alert => alert.Code == AlertCode.GenericAlert);

    [TestMethod]
    public void S_130_A_broken_connection_repeats_the_Ack_under_the_same_key_DEL_235_DEL_236_DEL_241()
    {
        using var device = new TestDevice();
        var a = device.Servers["a.example"];
        var delegation = new Delegating();
        a.BreaksAfter = CarriesAlert;
        device.Manage("a.example", delegation.Ask(), delegation.Build());
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
        Assert.HasCount(1, device.Durable.Outbox, "queued with T1, not delivered");
        Assert.AreEqual(AckState.Queued, device.Record("7QK2").AckDelegating);

        a.BreaksAfter = null;
        device.Advance(TimeSpan.FromMinutes(1));

        var acks = a.Of("Ack").ToList();
        Assert.HasCount(2, acks);
        Assert.AreEqual(acks[0].Attribute("key"), acks[1].Attribute("key"));
        Assert.AreEqual(acks[0].Payload, acks[1].Payload, "the discarded duplicate says the same");
        Assert.AreEqual(2, a.Sessions, "the agent opened one by itself");
        Assert.IsEmpty(device.Durable.Outbox);
        Assert.AreEqual(AckState.Delivered, device.Record("7QK2").AckDelegating);
    }

    [TestMethod]
    public void S_131_After_three_times_500_it_is_given_up_and_the_state_stays_readable_DEL_237_DEL_238()
    {
        using var device = new TestDevice();
        var a = device.Servers["a.example"];
        var delegation = new Delegating { ["Confirm/Window"] = "604800" };
        a.AlertStatus = 500;
        device.Manage("a.example", delegation.Ask(), delegation.Build());
        Assert.HasCount(1, a.Of("Ack").ToList());
        Assert.AreEqual(AckState.Queued, device.Record("7QK2").AckDelegating);

        device.Advance(TimeSpan.FromHours(24));

        Assert.HasCount(3, a.Of("Ack").ToList());
        Assert.HasCount(1, a.Of("Ack").Select(ack => ack.Attribute("key")).Distinct().ToList());
        Assert.IsEmpty(device.Durable.Outbox);
        Assert.AreEqual((AckState)3, device.Record("7QK2").AckDelegating);
        var answers = device.Manage("a.example", Dm.Get("./Delegation/7QK2/State"), Dm.Get("./Delegation/7QK2/Ack/Delegating"));
        Assert.AreEqual(("1", "3"), (answers[0].Text, answers[1].Text));
    }

    [TestMethod]
    public void S_133_After_thirty_days_it_is_given_up_and_logged_DEL_243()
    {
        using var device = new TestDevice();
        var a = device.Servers["a.example"];
        var delegation = new Delegating();
        a.BreaksAfter = message => CarriesAlert(message) && (a.Reachable = false) == false;
        device.Manage("a.example", delegation.Ask(), delegation.Build());
        device.Confirm(delegation);
        Assert.HasCount(2, device.Durable.Outbox, "Ack and the notice of T2");

        device.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        Assert.HasCount(2, device.Durable.Outbox);
        Assert.AreEqual(AckState.Queued, device.Record("7QK2").AckDelegating);
        device.Advance(TimeSpan.FromDays(1));

        Assert.IsEmpty(device.Durable.Outbox);
        Assert.AreEqual((DelegationState.Active, (AckState)3), (device.Record("7QK2").State, device.Record("7QK2").AckDelegating));
        Assert.AreEqual(2, device.Log.Count(line => line.Code == LogCodes.AckGivenUp));
        a.Reachable = true;
        a.BreaksAfter = null;
        var (acks, sessions) = (a.Of("Ack").Count(), a.Sessions);
        device.Advance(TimeSpan.FromDays(1));
        Assert.AreEqual((acks, sessions), (a.Of("Ack").Count(), a.Sessions));
    }

    [TestMethod]
    public void S_135_End_reaches_a_guest_only_in_its_open_session_and_a_known_B_like_A_DEL_247()
    {
        using (var device = new TestDevice())
        {
            var delegation = new Delegating();
            var b = device.Activate(delegation);
            device.Open("b.example", _ => [Dm.Get("./SCM/x")], _ => [Dm.Get("./SCM/x")]);
            device.Exchange("b.example");
            device.ManageAlone("a.example", _ => [delegation.Operation("Revoke")]);
            device.Pump();

            CollectionAssert.AreEqual(new[] { 200, 425 }, b.Outcomes.Select(outcome => outcome.Status).ToArray(), device.LogText());
            Assert.AreEqual("180", b.Of("End").Single().Element("Reason"));
            Assert.IsTrue(b.AbortedByDevice);
            var alerts = b.Received.SelectMany(message => message.Commands.OfType<Alert>()).ToList();
            var end = alerts.FindIndex(alert => alert.Code == AlertCode.GenericAlert && alert.Items[0].Meta!.Type!.EndsWith("/End", StringComparison.Ordinal));
            var abort = alerts.FindIndex(alert => alert.Code == AlertCode.SessionAbort);
            Assert.IsTrue(end >= 0 && end < abort, "End, then the abort");
            Assert.IsEmpty(device.Durable.Outbox);
        }

        using (var device = new TestDevice())
        {
            var delegation = new Delegating();
            var b = device.Activate(delegation);
            device.Manage("a.example", delegation.Operation("Revoke"));
            device.Advance(TimeSpan.FromDays(1));

            Assert.IsEmpty(b.Of("End").ToList());
            Assert.AreEqual((AckState.Delivered, (AckState)3), (device.Record("7QK2").AckDelegating, device.Record("7QK2").AckDelegated));
            Assert.IsEmpty(device.Durable.Outbox);
        }

        using (var device = new TestDevice(setup => setup.Known.Add("b.example")))
        {
            var delegation = new Delegating().KnownB();
            var b = device.Activate(delegation);
            b.Reachable = false;
            device.Manage("a.example", delegation.Operation("Revoke"));
            Assert.IsEmpty(b.Of("End").ToList());
            b.Reachable = true;
            device.Advance(TimeSpan.FromMinutes(1));

            Assert.AreEqual("180", b.Of("End").Single().Element("Reason"));
            Assert.AreEqual(AckState.Delivered, device.Record("7QK2").AckDelegated);
        }
    }

    [TestMethod]
    public void S_138_A_crash_right_after_the_commit_of_T2_loses_neither_Session_nor_notice_DEL_235_DEL_240()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        device.StartAccepted(delegation);
        var b = device.Arm(delegation);
        device.CrashAt = CrashPoint.C9AfterT2Commit;
        Assert.ThrowsExactly<PowerCutException>(() => device.Manage("b.example", Dm.Get("./SCM/x")));
        Assert.IsEmpty(b.Of("Session").Concat(device.Servers["a.example"].Of("Session")).ToList());

        device.Restart();
        device.Advance(TimeSpan.FromMinutes(1));

        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        Assert.AreEqual("Success", b.Of("Session").Single().Element("Result"));
        Assert.AreEqual("Success", device.Servers["a.example"].Of("Session").Single().Element("Result"));
        Assert.IsEmpty(device.Durable.Outbox);
    }

    [TestMethod]
    public void S_140_Without_room_behind_the_Status_the_Ack_comes_later_in_the_same_session_DEL_241()
    {
        var whole = StartAlone(null, out _);
        _ = StartAlone(whole - 1, out var a);

        Assert.AreEqual(1, a.Sessions - 1, "no further session was needed");
        var status = a.Received.Last(message => message.Commands.OfType<Status>().Any(one => one.Cmd == "Exec"));
        var ack = a.Of("Ack").Single();
        Assert.AreEqual(status.Header.MsgID + 1, ack.MessageNumber);
    }

    /// <summary>The record in one session, Exec Start alone in the next; octets of the message that carries its Status.</summary>
    private static int StartAlone(long? maxMsgSize, out ScriptedServer a)
    {
        using var device = new TestDevice();
        a = device.Servers["a.example"];
        var delegation = new Delegating();
        device.Manage("a.example", delegation.Ask(), delegation.Build(start: false));
        a.MaxMsgSize = maxMsgSize;
        Assert.AreEqual(200, device.Manage("a.example", delegation.Start())[0].Status);
        Assert.AreEqual(AckState.Delivered, device.Record("7QK2").AckDelegating);
        return device.Traffic.Last(message => message.Contains("<Cmd>Exec</Cmd>", StringComparison.Ordinal)).Length;
    }
}
