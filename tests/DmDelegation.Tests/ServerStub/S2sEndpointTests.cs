using System.Text;
using System.Text.Json;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.Tests.ServerStub;

/// <summary>Timers, ends and bad input of the server-to-server protocol (delegation.md 14).</summary>
[TestClass]
public sealed class S2sEndpointTests
{
    [TestMethod]
    public void No_answer_to_step_1_within_30_s_is_a_TIMEOUT_DEL_373()
    {
        using var world = new TwoServers();
        world.Network.Disconnect("b.example");
        var sid = world.Begin();
        world.Advance(29);
        Assert.AreEqual(ProcessState.Notified, world.StateOf(world.A, sid));
        world.Advance(1);
        Assert.AreEqual(ReasonCode.Timeout, world.ReasonAt(world.A, sid));
    }

    [TestMethod]
    public void A_message_is_repeated_after_1_s_doubled_up_to_60_s_DEL_354()
    {
        using var world = new TwoServers();
        var attempts = new List<DateTimeOffset>();
        world.Network.Intercept = message =>
        {
            if (message.Type == MessageType.Failure)
                attempts.Add(world.Time.Now);
            return S2sReply.Nothing;
        };
        world.Begin();
        world.Advance(30);
        for (var second = 0; second < 300; second++)
            world.Advance(1);
        var gaps = attempts.Zip(attempts.Skip(1), (one, other) => (other - one).TotalSeconds).ToArray();
        CollectionAssert.AreEqual(new double[] { 1, 2, 4, 8, 16, 32, 60, 60, 60 }, gaps);
    }

    [TestMethod]
    public void B_waits_for_step_6_no_longer_than_the_window_of_A_DEL_373()
    {
        using var world = new TwoServers();
        var sid = world.Begin();
        world.Network.Disconnect("a.example");
        world.Advance(3600);
        Assert.AreEqual(ProcessState.Waiting, world.StateOf(world.B, sid));
        world.Advance(30);
        Assert.AreEqual(ReasonCode.Timeout, world.ReasonAt(world.B, sid));
    }

    [TestMethod]
    public void Step_8_with_Failure_is_passed_on_in_step_9_and_both_purge_DEL_231_DEL_369()
    {
        using var world = new TwoServers();
        var sid = world.Begin(confirm: "exec");
        world.DeviceMeets(world.A);
        world.Device.Report("b.example", world.Device.Records.Keys.Single(), "Session", 10, 170);
        world.DeviceMeets(world.B);
        Assert.AreEqual(170, world.ReasonAt(world.A, sid));
        Assert.AreEqual(170, world.ReasonAt(world.B, sid));
        Assert.Contains("DelegationComplete", world.Received("a.example"));
        Assert.IsFalse(world.B.HasDevice(TwoServers.DeviceId));
    }

    [TestMethod]
    public void An_End_alert_in_a_session_of_B_is_answered_and_then_the_account_goes_S_254_DEL_247()
    {
        using var world = new TwoServers();
        var sid = world.Begin();
        world.DeviceMeets(world.A);
        world.DeviceMeets(world.B);
        world.DeviceMeets(world.A);
        world.Device.Report("b.example", world.Device.Records.Keys.Single(), "End", 13, 181);
        Assert.IsTrue(world.Device.RunSession(world.B), world.Device.LastSessionError);
        world.Advance(30);
        Assert.IsFalse(world.B.HasDevice(TwoServers.DeviceId));
        Assert.AreEqual(181, world.B.View().Processes.Single(process => process.Sid == sid).EndReason);
        world.Device.End(world.Device.Records.Keys.Single(), 13, 181);
        world.DeviceMeets(world.A);
        Assert.Contains("DelegationEnded", world.Received("b.example"));
        Assert.IsEmpty(world.A.View().Outgoing);
    }

    [TestMethod]
    public void A_message_for_a_purged_sid_is_answered_with_the_stored_reason_DEL_371()
    {
        using var world = new TwoServers();
        world.A.SetControls(new TestControls { WrongTermsIn = 3 });
        var sid = world.Begin();
        var reply = world.B.HandleS2s(world.A.Certificate, Envelope("DelegationStart", sid, "late"));
        Assert.AreEqual(200, reply.Status);
        using var json = JsonDocument.Parse(reply.Body!);
        Assert.AreEqual("DelegationFailure", json.RootElement.GetProperty("type").GetString());
        Assert.AreEqual("late", json.RootElement.GetProperty("re").GetString());
        Assert.AreEqual(ReasonCode.VoucherMismatch, json.RootElement.GetProperty("body").GetProperty("reason").GetInt32());
    }

    [TestMethod]
    public void A_closed_A_is_not_failed_any_more_by_B_DEL_368()
    {
        using var world = new TwoServers();
        var sid = world.Begin();
        world.DeviceMeets(world.A);
        world.DeviceMeets(world.B);
        world.DeviceMeets(world.A);
        var reply = world.A.HandleS2s(world.B.Certificate, Envelope("DelegationFailure", sid, "m1", from: "b.example", to: "a.example"));
        Assert.AreEqual(409, reply.Status);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.A, sid));
    }

    [TestMethod]
    public void A_status_query_is_answered_with_the_state_of_the_sid_DEL_374()
    {
        using var world = new TwoServers();
        var sid = world.Begin();
        using var json = JsonDocument.Parse(world.B.HandleS2s(world.A.Certificate, Envelope("StatusQuery", sid, "q")).Body!);
        Assert.AreEqual("Waiting", json.RootElement.GetProperty("body").GetProperty("state").GetString());
        Assert.AreEqual(404, world.B.HandleS2s(world.A.Certificate, Envelope("StatusQuery", "unknown", "q2")).Status);
    }

    [TestMethod]
    [DataRow("", 400)]
    [DataRow("[]", 400)]
    [DataRow("null", 400)]
    [DataRow("""{"v":1}""", 400)]
    [DataRow("""{"v":2,"type":"StatusQuery","sid":"s","mid":"m","n":1,"from":"a.example","to":"b.example","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":{}}""", 400)]
    [DataRow("""{"v":1,"type":"StatusQuery","sid":"s","mid":"m","n":1,"from":"a.example","to":"b.example","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":null}""", 400)]
    [DataRow("""{"v":1,"type":"DelegationNotification","sid":"s","mid":"m","n":1,"from":"a.example","to":"b.example","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":{"role":"king","terms":{}}}""", 400)]
    [DataRow("""{"v":1,"type":"DelegationNotification","sid":"s","mid":"m","n":1,"from":"a.example","to":"b.example","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":{"role":"delegating","terms":{}}}""", 400)]
    [DataRow("""{"v":1,"type":"DelegationNotification","sid":"s","mid":"m","n":1,"from":"a.example","to":"b.example","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":{"role":"delegating","terms":{"scopeType":"partial","scope":[null],"durationType":"final","confirmMode":"exec","window":60}}}""", 400)]
    [DataRow("""{"v":1,"type":"DelegationResult","sid":"s","mid":"m","n":1,"from":"a.example","to":"b.example","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":{"tdk":"***"}}""", 400)]
    [DataRow("""{"v":1,"type":"DelegationResult","sid":"s","mid":"m","n":1,"from":"a.example","to":"b.example","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":{}}""", 404)]
    [DataRow("""{"v":1,"type":"Nonsense","sid":"s","mid":"m","n":1,"from":"a.example","to":"b.example","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":{}}""", 400)]
    public void Bad_input_gets_the_HTTP_status_of_DEL_355_and_changes_nothing(string body, int status)
    {
        using var world = new TwoServers();
        Assert.AreEqual(status, world.B.HandleS2s(world.A.Certificate, Encoding.UTF8.GetBytes(body)).Status);
        Assert.IsEmpty(world.B.View().Processes);
    }

    [TestMethod]
    [DataRow("""{"addr":"http://b.example/dm"}""")]
    [DataRow("""{"addr":"https://b.example/dm","spki":"AAAA"}""")]
    [DataRow("""{"addr":"https://b.example/dm","encCert":"AAAA"}""")]
    [DataRow("""{"addr":"https://b.example/dm","known":true}""")]
    public void An_account_that_A_cannot_use_is_refused_in_step_1(string account)
    {
        using var world = new TwoServers();
        var message = $$$"""
            {"v":1,"type":"DelegationNotification","sid":"s","mid":"m","n":1,"from":"b.example","to":"a.example","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":{"role":"delegated","device":{"id":"dev-42"},"account":{{{account}}},
             "terms":{"type":"partial","scopeType":"partial","scope":[{"uri":"./SCM","rights":"Get"}],"durationType":"until-revoked","confirmMode":"auth","window":60} } }
            """;
        using var json = JsonDocument.Parse(world.A.HandleS2s(world.B.Certificate, Encoding.UTF8.GetBytes(message)).Body!);
        Assert.IsFalse(json.RootElement.GetProperty("body").GetProperty("accept").GetBoolean());
    }

    [TestMethod]
    public void A_state_file_of_another_identity_is_refused()
    {
        using var world = new TwoServers();
        File.Copy(world.StateFile("a.example"), world.StateFile("b.example"), overwrite: true);
        Assert.ThrowsExactly<ConfigurationException>(() => world.Restart("b.example"));
    }

    [TestMethod]
    public void Every_row_of_the_tables_leads_on_and_nothing_leads_out_of_Failed()
    {
        foreach (var role in new[] { ProcessRole.Delegating, ProcessRole.Delegated })
            foreach (var on in Enum.GetValues<ProcessEvent>())
            {
                Assert.IsNull(Transitions.Next(role, ProcessState.Failed, on));
                foreach (var from in Enum.GetValues<ProcessState>())
                    if (Transitions.Next(role, from, on) is { } next)
                        Assert.IsTrue(next >= from, $"{role}: {from} on {on} goes back to {next}");
            }
    }

    private static byte[] Envelope(string type, string sid, string mid, string from = "a.example", string to = "b.example") => Encoding.UTF8.GetBytes(
        $$$"""{"v":1,"type":"{{{type}}}","sid":"{{{sid}}}","mid":"{{{mid}}}","n":9,"from":"{{{from}}}","to":"{{{to}}}","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":{ } }""");
}
