using System.Text;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.Tests.ServerStub;

/// <summary>Server side of the scenarios of delegation.md 17.10, in memory and in driven time, against a scripted device.</summary>
[TestClass]
public sealed class DelegationScenarioTests
{
    [TestMethod]
    [DataRow("tls", "auth")]
    [DataRow("tls", "exec")]
    [DataRow("cms", "auth")]
    [DataRow("cms", "exec")]
    public void A_initiates_and_both_end_Closed_S_240_DEL_360_DEL_364_DEL_365_DEL_367(string keyMethod, string confirm)
    {
        using var world = new TwoServers();
        var sid = world.Begin(keyMethod: keyMethod, confirm: confirm);
        Assert.AreEqual(ProcessState.Started, world.StateOf(world.A, sid));
        Assert.AreEqual(ProcessState.Waiting, world.StateOf(world.B, sid));
        Meet(world, world.A);
        Assert.AreEqual(ProcessState.Handed, world.StateOf(world.A, sid));
        Assert.AreEqual(ProcessState.Armed, world.StateOf(world.B, sid));
        Meet(world, world.B);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.B, sid));
        Assert.AreEqual(ProcessState.Reported, world.StateOf(world.A, sid));
        Meet(world, world.A);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.A, sid));
        Assert.AreEqual(2, world.Device.Records.Values.Single().State);
        CollectionAssert.AreEqual(
            new[] { "DelegationNotification", "MutualAuthentication1", "MutualAuthentication3", "DelegationStart", "DelegationResult" }, world.Received("b.example"));
        CollectionAssert.AreEqual(new[] { "NotificationReply", "MutualAuthentication2", "DelegationComplete" }, world.Received("a.example"));
    }

    [TestMethod]
    public void B_initiates_with_the_same_end_and_A_sends_step_3_S_241_DEL_360()
    {
        using var world = new TwoServers();
        var sid = world.Begin(by: world.B);
        Meet(world, world.A);
        Meet(world, world.B);
        Meet(world, world.A);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.A, sid));
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.B, sid));
        Assert.IsTrue(world.Received("b.example").Contains("DelegationStart"));
        Assert.AreEqual("DelegationNotification", world.Received("a.example")[0]);
    }

    [TestMethod]
    public void B_may_ask_for_a_DIGEST_account_DEL_171()
    {
        using var world = new TwoServers(options => options with { AccountAuthType = "DIGEST" });
        var sid = Closed(world);
        Assert.AreEqual("DIGEST", world.Device.AccountOf("b.example")!.Type);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.B, sid));
    }

    [TestMethod]
    public void A_wrong_proof_is_counted_on_the_device_and_a_later_right_one_still_succeeds_DEL_184()
    {
        using var world = new TwoServers();
        var sid = world.Begin(confirm: "exec");
        Meet(world, world.A);
        world.B.SetControls(new TestControls { WrongProof = true });
        Meet(world, world.B);
        Assert.AreEqual(1, world.Device.Records.Values.Single().State);
        Assert.AreEqual(ProcessState.InSession, world.StateOf(world.B, sid));
        world.B.SetControls(new TestControls());
        Meet(world, world.B);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.B, sid));
    }

    [TestMethod]
    [DataRow("cms", "partial", true)]
    [DataRow("tls", "partial", false)]
    public void A_voucher_goes_with_the_record_when_DEL_161_demands_it(string keyMethod, string scopeType, bool expected)
    {
        using var world = new TwoServers();
        world.Begin(keyMethod: keyMethod);
        Meet(world, world.A);
        var record = world.Device.Records.Values.Single();
        Assert.AreEqual(scopeType, record.Text("ScopeType"));
        Assert.AreEqual(expected, record.Leaves.ContainsKey("Voucher"));
    }

    [TestMethod]
    public void A_known_B_keeps_its_account_and_proves_the_key_with_Confirm_DEL_056_DEL_176()
    {
        using var world = new TwoServers();
        world.B.AddDevice(DeviceAccounts.Make(TwoServers.DeviceId, "client-" + TwoServers.DeviceId, "own client secret", "b.example", "own server secret", "DIGEST"));
        world.Device.AddAccount("b.example", "own client secret", "own server secret", "DIGEST");
        var sid = world.Begin(confirm: "exec");
        Meet(world, world.A);
        var record = world.Device.Records.Values.Single();
        Assert.AreEqual("", record.Text("Account/Ref"));
        Assert.IsNull(record.Text("Account/Addr"));
        Meet(world, world.B);
        Meet(world, world.A);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.A, sid));
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.B, sid));
    }

    [TestMethod]
    public void Refused_in_step_1_both_purge_and_the_device_is_never_contacted_S_242_DEL_369()
    {
        using var world = new TwoServers();
        world.B.SetControls(new TestControls { RefuseNotification = true });
        var sid = world.Begin();
        Assert.AreEqual(ProcessState.Failed, world.StateOf(world.A, sid));
        Assert.AreEqual(ProcessState.Failed, world.StateOf(world.B, sid));
        Meet(world, world.A);
        Assert.IsEmpty(world.Device.Records);
    }

    [TestMethod]
    public void Step_3_before_step_2_is_complete_is_answered_409_S_244_DEL_362()
    {
        using var world = new TwoServers();
        world.A.SetControls(new TestControls { StartBeforeAuthentication = true });
        var sid = world.Begin();
        Assert.IsTrue(world.Events.After(0).Any(entry => entry is { Event: "s2s-answered", Type: MessageType.Start, Status: 409 }));
        Assert.AreEqual(ProcessState.Failed, world.StateOf(world.A, sid));
        Assert.AreEqual(ProcessState.Failed, world.StateOf(world.B, sid));
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(6)]
    public void Terms_changed_in_step_3_or_6_end_in_Failure_S_244_DEL_363(int step)
    {
        using var world = new TwoServers();
        world.A.SetControls(new TestControls { WrongTermsIn = step });
        var sid = world.Begin();
        Meet(world, world.A);
        Assert.AreEqual(ReasonCode.VoucherMismatch, world.ReasonAt(world.A, sid));
        Assert.AreEqual(ReasonCode.VoucherMismatch, world.ReasonAt(world.B, sid));
        Meet(world, world.A);
        Assert.AreEqual(step == 6 ? 11 : null, world.Device.Records.Values.SingleOrDefault()?.State, "cancelled on the device if it was there");
    }

    [TestMethod]
    public void The_device_refuses_step_4_and_both_purge_with_its_reason_S_245_DEL_368()
    {
        using var world = new TwoServers();
        world.Device.RefuseStart = 124;
        var sid = world.Begin();
        Meet(world, world.A);
        Assert.AreEqual(124, world.ReasonAt(world.A, sid));
        Assert.AreEqual(124, world.ReasonAt(world.B, sid));
        Assert.IsNull(world.A.View().Tombstones.Single().CancelId, "nothing to cancel: the device has said that it failed");
    }

    [TestMethod]
    public void B_down_after_step_5_A_cancels_and_B_gets_the_Failure_later_S_246_DEL_370_DEL_371_DEL_373()
    {
        using var world = new TwoServers();
        var sid = world.Begin();
        world.Network.Disconnect("b.example");
        Meet(world, world.A);
        Assert.AreEqual(ProcessState.Acknowledged, world.StateOf(world.A, sid));
        world.Advance(3601);
        Assert.AreEqual(ReasonCode.Timeout, world.ReasonAt(world.A, sid));
        Assert.AreEqual(1, world.Device.Records.Values.Single().State);
        Meet(world, world.A);
        Assert.AreEqual(11, world.Device.Records.Values.Single().State);
        Assert.IsNull(world.A.View().Tombstones.Single().CancelId);
        world.Network.Connect(world.B);
        world.Advance(120);
        Assert.AreEqual(ReasonCode.Timeout, world.ReasonAt(world.B, sid));
        Assert.IsEmpty(world.A.View().Outgoing);
    }

    [TestMethod]
    public void A_wrong_key_in_step_6_is_seen_by_B_and_A_cancels_S_247_DEL_366_DEL_370()
    {
        using var world = new TwoServers();
        world.A.SetControls(new TestControls { WrongTdk = true });
        var sid = world.Begin();
        Meet(world, world.A);
        Assert.AreEqual(ReasonCode.KeyDecrypt, world.ReasonAt(world.B, sid));
        Assert.AreEqual(ReasonCode.KeyDecrypt, world.ReasonAt(world.A, sid));
        Meet(world, world.A);
        Assert.AreEqual(11, world.Device.Records.Values.Single().State);
    }

    [TestMethod]
    public void A_wrong_key_that_B_cannot_see_ends_in_KEY_LOCKOUT_on_the_device_S_247()
    {
        using var world = new TwoServers();
        world.A.SetControls(new TestControls { WrongTdk = true, WrongCheckToo = true });
        var sid = world.Begin();
        Meet(world, world.A);
        Assert.AreEqual(ProcessState.Armed, world.StateOf(world.B, sid));
        // The scripted device does not count; what the servers make of its verdict is the matter here.
        Assert.IsFalse(world.Device.RunSession(world.B));
        world.Device.End(world.Device.Records.Keys.Single(), 10, 171);
        Meet(world, world.A);
        Assert.AreEqual(171, world.ReasonAt(world.A, sid));
        Assert.AreEqual(171, world.ReasonAt(world.B, sid));
    }

    [TestMethod]
    public void Another_check_value_on_the_device_makes_A_cancel_DEL_156()
    {
        using var world = new TwoServers();
        world.Device.ShowWrongCheck = true;
        var sid = world.Begin();
        Meet(world, world.A);
        Assert.AreEqual(ReasonCode.KeyDecrypt, world.ReasonAt(world.A, sid));
        Assert.AreEqual(11, world.Device.Records.Values.Single().State, "cancelled in the same session");
    }

    [TestMethod]
    public void A_false_step_9_does_not_close_A_which_reads_State_and_fails_S_248_DEL_367_DEL_374()
    {
        using var world = new TwoServers();
        world.B.SetControls(new TestControls { FalseComplete = true });
        var sid = world.Begin();
        Meet(world, world.A);
        Assert.AreEqual(ProcessState.Reported, world.StateOf(world.A, sid));
        var record = world.Device.Records.Values.Single();
        (record.State, record.Reason) = (10, 170); // the window ran out on the device, its alert got lost
        Meet(world, world.A);
        Assert.AreEqual(170, world.ReasonAt(world.A, sid));
        Assert.AreEqual(ProcessState.Failed, world.StateOf(world.B, sid));
        Assert.IsFalse(world.B.HasDevice(TwoServers.DeviceId));
    }

    [TestMethod]
    public void With_step_9_lost_the_notice_of_the_device_closes_A_S_249_DEL_232()
    {
        using var world = new TwoServers();
        world.B.SetControls(new TestControls { Drop = [new MessageControl(MessageType.Complete, -1)] });
        var sid = world.Begin();
        Meet(world, world.A);
        Meet(world, world.B);
        Assert.AreEqual(ProcessState.Handed, world.StateOf(world.A, sid));
        Meet(world, world.A);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.A, sid));
    }

    [TestMethod]
    public void Without_the_notice_A_reads_State_in_its_next_session_DEL_367()
    {
        using var world = new TwoServers();
        world.Device.LoseNotice = true;
        var sid = world.Begin();
        Meet(world, world.A);
        Meet(world, world.B);
        Assert.AreEqual(ProcessState.Reported, world.StateOf(world.A, sid));
        Meet(world, world.A);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.A, sid));
    }

    [TestMethod]
    public void After_a_Failure_neither_state_file_holds_a_key_S_252_DEL_369_DEL_375()
    {
        using var world = new TwoServers();
        var sid = world.Begin(confirm: "exec");
        Meet(world, world.A);
        var record = world.Device.Records.Values.Single();
        var tdk = record.Leaves["Key/Value"];
        var account = world.Device.AccountOf("b.example")!;
        Assert.Contains(Convert.ToBase64String(account.ClientSecret), world.StateText("b.example"), "B holds its account before");
        Assert.IsTrue(world.A.End(world.Device.Records.Keys.Single()));
        world.Network.Run();
        Assert.AreEqual(ReasonCode.Cancelled, world.ReasonAt(world.B, sid));
        foreach (var server in new[] { "a.example", "b.example" })
            foreach (var secret in new[] { tdk, account.ClientSecret, account.ServerSecret, record.Proof })
            {
                Assert.DoesNotContain(Convert.ToBase64String(secret), world.StateText(server));
                Assert.DoesNotContain(Convert.ToBase64String(secret).TrimEnd('=').Replace('+', '-').Replace('/', '_'), world.StateText(server));
            }

        Assert.IsEmpty(world.A.View().Processes);
        Assert.IsEmpty(world.B.View().Processes);
    }

    [TestMethod]
    public void A_new_attempt_after_a_Failure_has_a_new_sid_and_id_and_succeeds_S_253_DEL_271_DEL_372()
    {
        using var world = new TwoServers();
        world.Device.RefuseStart = 160;
        var first = world.Begin();
        Meet(world, world.A);
        world.Device.RefuseStart = 0;
        var second = world.Begin();
        Assert.AreNotEqual(first, second);
        Meet(world, world.A);
        Meet(world, world.B);
        Meet(world, world.A);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.A, second));
        Assert.HasCount(2, world.Device.Records);
    }

    [TestMethod]
    public void After_expiry_A_hears_it_from_the_device_and_B_from_A_S_254_DEL_232_DEL_247()
    {
        using var world = new TwoServers();
        var sid = Closed(world);
        world.Device.End(world.Device.Records.Keys.Single(), 13, 181);
        Meet(world, world.A);
        Assert.AreEqual(181, world.A.View().Processes.Single(process => process.Sid == sid).EndReason);
        Assert.AreEqual(181, world.B.View().Processes.Single(process => process.Sid == sid).EndReason);
        Assert.IsFalse(world.B.HasDevice(TwoServers.DeviceId));
    }

    [TestMethod]
    public void A_revokes_on_demand_and_both_know_it_DEL_261()
    {
        using var world = new TwoServers();
        var sid = Closed(world);
        Assert.IsTrue(world.A.End(world.Device.Records.Keys.Single()));
        Meet(world, world.A);
        Assert.AreEqual(12, world.Device.Records.Values.Single().State);
        Assert.AreEqual(180, world.A.View().Processes.Single(process => process.Sid == sid).EndReason);
        Assert.AreEqual(180, world.B.View().Processes.Single(process => process.Sid == sid).EndReason);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Nothing_but_step_6_holds_a_secret_and_it_is_wrapped_if_B_gave_a_certificate_S_256_DEL_361_DEL_365(bool wrapped)
    {
        using var authority = new CertificateAuthority("keys", DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(150));
        using var certificate = authority.IssueDevice("b.example keys");
        using var world = new TwoServers(options => wrapped && options.ServerId == "b.example" ? options with { EncryptionCertificate = certificate } : options);
        var traffic = new List<(string Type, string Text)>();
        world.Network.Intercept = message =>
        {
            traffic.Add((message.Type, Encoding.UTF8.GetString(message.Body)));
            return null;
        };
        var sid = world.Begin(confirm: "exec");
        Meet(world, world.A);
        var account = world.Device.AccountOf("b.example")!;
        var tdk = world.Device.Records.Values.Single().Leaves["Key/Value"];
        Meet(world, world.B);
        Meet(world, world.A);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.A, sid));
        var secrets = new[] { tdk, world.Device.Records.Values.Single().Proof }.Select(octets => Convert.ToBase64String(octets).TrimEnd('=').Replace('+', '-').Replace('/', '_'))
            .Concat([Encoding.ASCII.GetString(account.ClientSecret), Encoding.ASCII.GetString(account.ServerSecret)]).ToList();
        foreach (var (type, text) in traffic)
            foreach (var secret in secrets.Where(secret => wrapped || type != MessageType.Result || secret != secrets[0]))
                Assert.DoesNotContain(secret, text, type);
        Assert.AreEqual(wrapped, !traffic.Single(entry => entry.Type == MessageType.Result).Text.Contains(secrets[0], StringComparison.Ordinal));
    }

    [TestMethod]
    public void A_wrong_signature_in_step_2_is_a_Failure_DEL_362()
    {
        foreach (var liar in new[] { "a.example", "b.example" })
        {
            using var world = new TwoServers();
            (liar == "a.example" ? world.A : world.B).SetControls(new TestControls { WrongSignature = true });
            var sid = world.Begin();
            Assert.AreEqual(ReasonCode.VoucherSignature, world.ReasonAt(world.A, sid), liar);
            Assert.AreEqual(ReasonCode.VoucherSignature, world.ReasonAt(world.B, sid), liar);
        }
    }

    private static string Closed(TwoServers world)
    {
        var sid = world.Begin();
        Meet(world, world.A);
        Meet(world, world.B);
        Meet(world, world.A);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.A, sid));
        return sid;
    }

    private static void Meet(TwoServers world, DmServer server)
    {
        Assert.IsTrue(world.Device.RunSession(server), world.Device.LastSessionError);
        world.Network.Run();
    }
}
