using System.Text;
using System.Text.Json;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.Tests.ServerStub;

/// <summary>The rules of delegation.md 14 one by one: envelope, answers, what is kept, what each side makes of an end.</summary>
[TestClass]
public sealed class S2sRulesTests
{
    private const string Terms = """{"type":"partial","scopeType":"partial","scope":[{"uri":"./SCM","rights":"Get"}],"durationType":"until-revoked","confirmMode":"auth","window":60}""";

    [TestMethod]
    [DataRow("\"n\":9,", "")]
    [DataRow("\"n\":9", "\"n\":0")]
    [DataRow(",\"ts\":\"2030-01-01T00:00:00Z\"", "")]
    [DataRow("\"device\":\"dev-42\"", "\"device\":\"\"")]
    [DataRow("{\"id\":\"dev-42\"}", "{\"id\":\"dev-43\"}")]
    [DataRow("\"device\":{\"id\":\"dev-42\"},", "")]
    [DataRow("DelegationNotification", "NotificationReply")]
    public void A_message_that_lacks_something_is_malformed_DEL_353_DEL_355(string part, string instead)
    {
        using var world = new TwoServers();
        var good = Notification("sid", Terms);
        Assert.Contains(part, good);
        Assert.AreEqual(400, Post(world, good.Replace(part, instead, StringComparison.Ordinal)));
        Assert.AreEqual(200, Post(world, good));
    }

    [TestMethod]
    [DataRow("\"durationType\":\"until-revoked\"", "\"durationType\":\"for-ever\"")]
    [DataRow("\"confirmMode\":\"auth\"", "\"confirmMode\":\"none\"")]
    [DataRow("\"type\":\"partial\"", "\"type\":\"final\"")]
    public void Terms_with_an_unknown_value_or_another_label_are_answered_422_DEL_032_DEL_355(string part, string instead)
    {
        using var world = new TwoServers();
        Assert.AreEqual(422, Post(world, Notification("sid", Terms.Replace(part, instead, StringComparison.Ordinal))));
        Assert.IsEmpty(world.B.View().Processes);
    }

    [TestMethod]
    public void A_server_with_its_hands_full_says_503_and_the_message_comes_again_DEL_354_DEL_355()
    {
        using var world = new TwoServers();
        for (var count = 0; count < 64; count++)
            Assert.AreEqual(200, Post(world, Notification($"sid-{count}", Terms, $"m{count}")));
        Assert.AreEqual(503, Post(world, Notification("one-more", Terms, "one-more")));
        var sid = world.Begin();
        Assert.AreEqual(ProcessState.Notified, world.StateOf(world.A, sid));
        world.Time.Now = world.Time.Now.AddSeconds(29);
        world.B.Tick();
        world.Advance(1); // the other 64 have run out; A's own timer too
        Assert.AreEqual(ReasonCode.Timeout, world.ReasonAt(world.A, sid));
        Assert.AreEqual(ProcessState.Started, world.StateOf(world.A, world.Begin()));
    }

    [TestMethod]
    public void The_counter_rises_by_one_for_each_sender_and_sid_also_after_the_purge_DEL_353()
    {
        using var world = new TwoServers();
        var sent = new List<(string From, long N)>();
        world.Network.Intercept = message =>
        {
            sent.Add(Read(message.Body));
            return null;
        };
        world.B.SetControls(new TestControls());
        world.A.SetControls(new TestControls { WrongTdk = true });
        var sid = world.Begin();
        world.DeviceMeets(world.A);
        CollectionAssert.AreEqual(new long[] { 1, 2, 3, 4, 5 }, sent.Where(message => message.From == "a.example").Select(message => message.N).ToList());
        var answers = new[] { "q1", "q2" }.Select(mid => Read(world.B.HandleS2s(world.A.Certificate, Envelope("StatusQuery", sid, mid)).Body!).N).ToList();
        Assert.AreEqual(answers[0] + 1, answers[1]);
        Assert.IsGreaterThan(2, answers[0], "it goes on after the answers to steps 1, 2 and 6");
    }

    [TestMethod]
    public void The_same_mid_gets_the_same_answer_even_if_it_would_be_another_by_now_DEL_354()
    {
        using var world = new TwoServers();
        byte[]? start = null;
        world.Network.Intercept = message => message.Type == MessageType.MutualAuthentication && start is null ? S2sReply.Nothing : null;
        var sid = world.Begin();
        start = Envelope(MessageType.Start, sid, "early");
        Assert.AreEqual(409, world.B.HandleS2s(world.A.Certificate, start).Status);
        world.Advance(1);
        world.Advance(1);
        Assert.AreEqual(ProcessState.Waiting, world.StateOf(world.B, sid));
        Assert.AreEqual(409, world.B.HandleS2s(world.A.Certificate, start).Status);
    }

    [TestMethod]
    public void An_answer_is_for_the_peer_that_asked_and_for_no_other_DEL_352_DEL_354()
    {
        using var authority = new CertificateAuthority("other", DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(150));
        using var other = authority.IssueServer("c.example");
        using var world = new TwoServers();
        world.B.Peers.Set("c.example", new PeerConfiguration { Pin = Convert.ToBase64String(CertificateAuthority.Pin(other)) });
        var sid = world.Begin();
        var query = Encoding.UTF8.GetString(Envelope("StatusQuery", sid, "q"));
        Assert.AreEqual(200, world.B.HandleS2s(world.A.Certificate, Encoding.UTF8.GetBytes(query)).Status);
        Assert.AreEqual(403, world.B.HandleS2s(other, Encoding.UTF8.GetBytes(query.Replace("a.example", "c.example", StringComparison.Ordinal))).Status);
    }

    [TestMethod]
    public void A_purged_process_leaves_no_answers_and_a_repetition_gets_the_Failure_DEL_369_DEL_371()
    {
        using var world = new TwoServers();
        byte[] start = [];
        world.Network.Intercept = message =>
        {
            if (message.Type == MessageType.Start)
                start = [.. message.Body];
            return null;
        };
        world.Begin();
        Assert.AreEqual(202, world.B.HandleS2s(world.A.Certificate, [.. start]).Status);
        Assert.IsTrue(world.A.End(world.A.View().Processes.Single().DelegationId!));
        world.Network.Run();
        using var json = JsonDocument.Parse(world.B.HandleS2s(world.A.Certificate, [.. start]).Body!);
        Assert.AreEqual("DelegationFailure", json.RootElement.GetProperty("type").GetString());
        Assert.AreEqual(ReasonCode.Cancelled, json.RootElement.GetProperty("body").GetProperty("reason").GetInt32());
        using var state = JsonDocument.Parse(world.StateText("b.example"));
        Assert.AreEqual(0, state.RootElement.GetProperty("answers").GetArrayLength());
    }

    [TestMethod]
    public void An_unknown_sid_is_answered_404_whatever_the_type_DEL_355()
    {
        using var world = new TwoServers();
        foreach (var type in MessageType.Sent.Where(type => type != MessageType.Notification))
            Assert.AreEqual(404, world.B.HandleS2s(world.A.Certificate, Envelope(type, "unknown", type)).Status, type);
    }

    [TestMethod]
    public void Step_9_before_step_6_is_answered_409_also_with_Failure_DEL_355_DEL_364()
    {
        using var world = new TwoServers();
        var sid = world.Begin();
        Assert.AreEqual(409, world.A.HandleS2s(world.B.Certificate, Envelope(MessageType.Complete, sid, "m", "b.example", "a.example")).Status);
        Assert.AreEqual(ProcessState.Started, world.StateOf(world.A, sid));
    }

    [TestMethod]
    public void A_that_fails_after_B_has_confirmed_revokes_since_it_is_too_late_to_cancel_S_251_DEL_261_DEL_370()
    {
        using var world = new TwoServers();
        world.Device.LoseNotice = true;
        var sid = world.Begin();
        world.DeviceMeets(world.A);
        world.DeviceMeets(world.B);
        Assert.AreEqual(ProcessState.Reported, world.StateOf(world.A, sid));
        Assert.IsTrue(world.A.End(world.Device.Records.Keys.Single()));
        world.DeviceMeets(world.A);
        Assert.AreEqual(12, world.Device.Records.Values.Single().State);
        Assert.IsNull(world.A.View().Tombstones.Single().CancelId);
    }

    [TestMethod]
    public void B_gives_back_and_A_believes_the_device_only_DEL_265_DEL_367()
    {
        using var world = new TwoServers();
        var sid = Closed(world);
        Assert.IsTrue(world.B.End(world.Device.Records.Keys.Single()));
        world.DeviceMeets(world.B);
        Assert.AreEqual(14, world.Device.Records.Values.Single().State);
        Assert.Contains("DelegationEnded", world.Received("a.example"));
        Assert.IsNull(world.A.View().Processes.Single().EndReason, "A has only B's word so far");
        world.DeviceMeets(world.A);
        Assert.AreEqual(182, world.A.View().Processes.Single(process => process.Sid == sid).EndReason);
        world.Advance(30);
        Assert.IsFalse(world.B.HasDevice(TwoServers.DeviceId));
    }

    [TestMethod]
    public void An_End_that_B_only_claims_ends_nothing_DEL_367_DEL_374()
    {
        using var world = new TwoServers();
        var sid = Closed(world);
        var claim = Encoding.UTF8.GetString(Envelope(MessageType.Ended, sid, "m", "b.example", "a.example")).Replace("\"body\":{ }", "\"body\":{\"reason\":182}", StringComparison.Ordinal);
        Assert.AreEqual(202, world.A.HandleS2s(world.B.Certificate, Encoding.UTF8.GetBytes(claim)).Status);
        world.DeviceMeets(world.A);
        Assert.IsNull(world.A.View().Processes.Single().EndReason);
        var claimed = world.Events.After(0).Last(entry => entry.Type == MessageType.Ended).N;
        Assert.IsTrue(world.Events.After(claimed).Any(entry => entry is { Server: "a.example", Event: "command", Status: 200 } && entry.Uri!.EndsWith("/State", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void A_server_back_on_an_older_state_finds_out_and_fails_DEL_374()
    {
        using var world = new TwoServers();
        var sid = world.Begin();
        var older = world.StateText("b.example");
        world.DeviceMeets(world.A);
        Assert.AreEqual(ProcessState.Handed, world.StateOf(world.A, sid));
        File.WriteAllText(world.StateFile("b.example"), older);
        world.Restart("b.example");
        world.Network.Run();
        Assert.AreEqual(ReasonCode.StateConflict, world.ReasonAt(world.B, sid));
        Assert.AreEqual(ReasonCode.StateConflict, world.ReasonAt(world.A, sid));
        world.DeviceMeets(world.A);
        Assert.AreEqual(11, world.Device.Records.Values.Single().State);
    }

    [TestMethod]
    public void B_that_has_lost_step_8_learns_after_a_restart_from_a_closed_A_that_it_is_confirmed_DEL_374()
    {
        using var world = new TwoServers();
        var sid = world.Begin();
        world.DeviceMeets(world.A);
        world.B.SetControls(new TestControls { AlertStatus = 500 }); // step 8 gets lost at B
        world.DeviceMeets(world.B);
        Assert.AreEqual(ProcessState.InSession, world.StateOf(world.B, sid));
        world.DeviceMeets(world.A);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.A, sid));
        world.Restart("b.example");
        world.Network.Run();
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.B, sid));
    }

    [TestMethod]
    public void A_mark_to_cancel_outlives_any_number_of_later_failures_DEL_370()
    {
        using var world = new TwoServers();
        var marked = world.Begin();
        world.DeviceMeets(world.A);
        Assert.IsTrue(world.A.End(world.Device.Records.Keys.Single()));
        world.B.SetControls(new TestControls { RefuseNotification = true });
        for (var count = 0; count < 70; count++)
            world.Begin();
        Assert.HasCount(64, world.A.View().Tombstones);
        Assert.AreEqual(marked, world.A.View().Tombstones.Single(tombstone => tombstone.CancelId is not null).Sid);
        world.DeviceMeets(world.A);
        Assert.AreEqual(11, world.Device.Records.Values.Single().State);
    }

    private static string Closed(TwoServers world)
    {
        var sid = world.Begin();
        world.DeviceMeets(world.A);
        world.DeviceMeets(world.B);
        world.DeviceMeets(world.A);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.A, sid));
        return sid;
    }

    private static (string From, long N) Read(byte[] message)
    {
        using var json = JsonDocument.Parse(message);
        return (json.RootElement.GetProperty("from").GetString()!, json.RootElement.GetProperty("n").GetInt64());
    }

    private static int Post(TwoServers world, string message) => world.B.HandleS2s(world.A.Certificate, Encoding.UTF8.GetBytes(message)).Status;

    private static string Notification(string sid, string terms, string mid = "m") =>
        $$$"""{"v":1,"type":"DelegationNotification","sid":"{{{sid}}}","mid":"{{{mid}}}","n":9,"from":"a.example","to":"b.example","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":{"role":"delegating","device":{"id":"dev-42"},"terms":{{{terms}}}} }""";

    private static byte[] Envelope(string type, string sid, string mid, string from = "a.example", string to = "b.example") => Encoding.UTF8.GetBytes(
        $$$"""{"v":1,"type":"{{{type}}}","sid":"{{{sid}}}","mid":"{{{mid}}}","n":9,"from":"{{{from}}}","to":"{{{to}}}","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":{ } }""");
}
