using DmDelegation.Engine.Delegation;
using DmDelegation.ServerStub.Keys;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.8, S-210: what was recorded of a complete delegation is sent again after its end, to the same device and to another one.</summary>
[TestClass]
public sealed class ReplayScenarios
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void S_210_Recorded_octets_bring_nothing_back_DEL_100_DEL_101_DEL_106(bool sameDevice)
    {
        using var first = new TestDevice();
        var (delegation, home) = (new Delegating().Cms(), first.Scheme());
        var (a, b) = Complete(first, delegation);
        Assert.AreEqual(home, first.Scheme());
        List<(byte[] Body, string? Hmac)> recorded = [.. a.Sent, .. b.Sent];
        Assert.IsGreaterThan(4, recorded.Count);

        using var second = new TestDevice();
        var device = sameDevice ? first : second;
        home = device.Scheme();
        var before = Outcome(device);
        // Each message alone, the whole of them in order, and that from each place on.
        for (var from = 0; from < recorded.Count; from++)
        {
            foreach (var server in new[] { "a.example", "home.example" })
            {
                Replay(device, server, recorded.Skip(from).Take(1));
                Replay(device, server, recorded.Skip(from));
            }
        }

        Assert.AreEqual(before, Outcome(device), device.LogText());
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_210_The_commands_of_A_said_again_are_refused_by_id_nonce_and_number_DEL_100_DEL_101_DEL_106()
    {
        using var device = new TestDevice();
        var delegation = new Delegating().Cms();
        Complete(device, delegation);
        var home = device.Scheme();

        // The very same record: its id has a tombstone, also when the record itself is gone.
        device.Manage("a.example", Dm.Delete(delegation.Uri));
        var again = device.Manage("a.example", [.. delegation.Adds(), delegation.Start()]);
        Assert.IsTrue(again.All(outcome => outcome.Status is 418 or 404), string.Join(' ', again.Select(outcome => outcome.Status)));

        // Under another id: the nonce is used; with a fresh nonce the number is; with both fresh, voucher and key are those of another delegation.
        Refused(device, new Delegating("SECOND") { GivenNonce = delegation.Nonce, KeyValue = KeyOf(delegation), Voucher = VoucherOf(delegation) }.Cms(), 110);
        Refused(device, new Delegating("THIRD") { GivenSeq = $"{delegation.Seq}", KeyValue = KeyOf(delegation), Voucher = VoucherOf(delegation) }.Cms(), 111);
        Refused(device, new Delegating("FOURTH") { KeyValue = KeyOf(delegation), Voucher = VoucherOf(delegation) }.Cms(), 143);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_210_On_another_device_nonce_voucher_and_key_do_not_fit_DEL_100_DEL_162_DEL_165()
    {
        using var first = new TestDevice();
        var delegation = new Delegating().Cms();
        Complete(first, delegation);

        using var other = new TestDevice();
        Refused(other, new Delegating { GivenNonce = delegation.Nonce, KeyValue = KeyOf(delegation), Voucher = VoucherOf(delegation) }.Cms(), 110);
        // A itself, with a fresh nonce, and what B has from the first device: B derived with another nonce, so with another BH.
        var same = new Delegating("SAME") { Tdk = delegation.Tdk };
        other.StartAccepted(same);
        other.Servers["b.example"] = delegation.MakeB();
        other.Manage("b.example", Dm.Get("./SCM/x"));
        Assert.AreEqual((DelegationState.Pending, 1), (other.Record("SAME").State, other.Record("SAME").Grant!.BadAttempts));
    }

    /// <summary>Start, first session with a change, another session, Revoke.</summary>
    private static (ScriptedServer A, ScriptedServer B) Complete(TestDevice device, Delegating delegation)
    {
        var b = device.Activate(delegation);
        device.Manage("b.example", Dm.Replace("./SCM/x", "of B"), Dm.Get("./SCM/x"));
        device.Manage("a.example", delegation.Operation("Revoke")).Answers(200);
        return (device.Servers["a.example"], b);
    }

    private static void Replay(TestDevice device, string server, IEnumerable<(byte[] Body, string? Hmac)> messages)
    {
        var scripted = device.Servers[server];
        scripted.Replayed.Clear();
        foreach (var message in messages)
        {
            scripted.Replayed.Enqueue(message);
        }

        device.Manage(server, _ => []);
        scripted.Replayed.Clear();
    }

    private static void Refused(TestDevice device, Delegating delegation, int reason)
    {
        device.Start(delegation);
        Assert.AreEqual(reason, device.LastReason(), device.LogText());
        Assert.IsTrue(device.Record(delegation.Id).State is DelegationState.Staged or DelegationState.Failed);
    }

    private static byte[] KeyOf(Delegating delegation) =>
        KeyEnvelope.Seal(delegation.Tdk, delegation.Id, TestDevice.DeviceId, delegation.B, TestPki.Shared.Device);

    private static byte[] VoucherOf(Delegating delegation) => delegation.SignedVoucher(KeyOf(delegation));

    /// <summary>Records by state, values and rights.</summary>
    private static string Outcome(TestDevice device) =>
        device.Values() + string.Join('\n', device.Durable.Records.Values.Select(record => $"{record.Id} {record.State} {record.Reason}")) + device.AccountsOf("b.example");
}
