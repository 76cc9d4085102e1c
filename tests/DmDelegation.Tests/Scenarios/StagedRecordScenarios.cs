using System.Globalization;
using DmDelegation.Engine.Delegation;
using DmDelegation.ServerStub.Keys;
using DmDelegation.Tests.Scenarios.Harness;
using static DmDelegation.Tests.Scenarios.Harness.Starting;
using ScopeEntry = DmDelegation.ServerStub.Delegation.ScopeEntry;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.2: who may start a record, what makes it fresh, and how long it may lie there.</summary>
[TestClass]
public sealed class StagedRecordScenarios
{
    private const string Sequence = "./Delegation/Seq";
    private const string FreshNonce = "./Delegation/Nonce";

    [TestMethod]
    public void S_034_A_record_is_started_by_its_creator_and_by_nobody_else_DEL_081_DEL_097_DEL_104_DEL_290()
    {
        using var device = new TestDevice(setup =>
        {
            setup.AuthType = "TRANSPORT";
            setup.Known.Add("b.example");
        });
        device.Transport = new(true, true, true);
        var delegation = new Delegating(a: "d.example").KnownB();
        delegation.Scope[0] = new ScopeEntry("./Rogue", "Add+Delete+Get+Replace");
        device.Manage("d.example", delegation.Ask(), delegation.Build(start: false));
        var home = device.Scheme();
        var staged = device.Record("7QK2");

        foreach (var server in new[] { "a.example", "b.example", "home.example" })
        {
            device.Manage(server, delegation.Start(), Dm.Get(delegation.Uri), Dm.Get(delegation.Uri + "/State")).Answers(404, 404, 404);
            Assert.DoesNotContain("7QK2", device.Manage(server, Dm.Get("./Delegation"))[0].Text);
        }

        // In one session first by the certificate of its server alone, then by certificates on both sides.
        device.Transport = new(true, true, false);
        DelegationRecord? refused = null;
        var reason = 0;
        device.Manage("d.example", Say(delegation.Start()), _ =>
        {
            (refused, reason) = (device.Record("7QK2"), device.LastReason());
            device.Transport = new(true, true, true);
            return [delegation.Start()];
        }).Answers(425, 200);
        Assert.AreEqual(103, reason);
        Assert.AreEqual(DelegationState.Staged, refused!.State);
        Assert.IsTrue(refused.SealedKeyValue.Span.SequenceEqual(staged.SealedKeyValue.Span) && !staged.SealedKeyValue.IsEmpty, "the key is still there");

        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
        var (pending, scheme) = (device.Record("7QK2"), device.Scheme());
        device.Manage("b.example", delegation.Start()).Answers(425);
        Assert.AreEqual(103, device.LastReason());
        Assert.AreEqual((pending.State, pending.Reason, pending.Grant), (device.Record("7QK2").State, device.Record("7QK2").Reason, device.Record("7QK2").Grant));
        Assert.AreEqual(scheme, device.Scheme());
        Assert.AreNotEqual(home, scheme);
    }

    [TestMethod]
    public void S_036_An_id_is_used_once_DEL_003_DEL_081_DEL_106_DEL_194()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        device.ActivateByItself(delegation);
        device.Manage("a.example", delegation.Operation("Revoke"), Dm.Delete(delegation.Uri)).Answers(200, 200);
        Assert.IsFalse(device.Durable.Records.ContainsKey("7QK2"));
        device.Manage("a.example", Dm.AddNode(delegation.Uri), Dm.Add(delegation.Uri + "/ScopeType", "partial")).Answers(418, 418);
        Assert.AreEqual(105, device.LastReason());
        Assert.IsFalse(device.Durable.Records.ContainsKey("7QK2"));

        device.Manage("d.example", Dm.Add("./Delegation/OF-D/ScopeType", "partial")).Answers(200);
        device.Manage("a.example", Dm.AddNode("./Delegation/OF-D"), Dm.Add("./Delegation/OF-D/DurationType", "final")).Answers(418, 418);
        Assert.AreEqual(105, device.LastReason());
        var hidden = device.Record("OF-D");
        Assert.AreEqual(("d.example", 1), (hidden.By, hidden.Leaves.Count));
    }

    [TestMethod]
    [DataRow("used")]
    [DataRow("of another server")]
    [DataRow("of another boot")]
    [DataRow("a day old")]
    [DataRow("not the last one")]
    public void S_044_A_nonce_is_fresh_and_a_stale_one_can_be_replaced_DEL_097_DEL_100(string nonce)
    {
        using var device = new TestDevice();
        var delegation = new Delegating("SECOND") { GivenNonce = Stale(device, nonce) };
        var alerts = device.Servers["a.example"].Alerts.Count;
        var (state, reason) = (DelegationState.Failed, 0);
        device.Manage("a.example", Say(Dm.Get(Sequence)), delegation.Build(), _ =>
        {
            (state, reason) = (device.Record("SECOND").State, device.LastReason());
            return [Dm.Get(FreshNonce)];
        }, before => [Dm.ReplaceOctets(delegation.Uri + "/Nonce", before[^1].Octets), delegation.Start()]);
        var starts = device.Servers["a.example"].Outcomes.Where(outcome => outcome.Uri == delegation.Uri + "/Operations/Start").ToList();
        starts.Answers(403, 200);
        Assert.AreEqual((DelegationState.Staged, 110), (state, reason));
        Assert.AreEqual(DelegationState.Pending, device.Record("SECOND").State);
        Assert.AreEqual("Success", device.Servers["a.example"].Alerts.Skip(alerts).Single(alert => alert.Event == "Ack").Element("Result"));
    }

    private static byte[] Stale(TestDevice device, string nonce)
    {
        switch (nonce)
        {
            case "used":
                var first = new Delegating("FIRST", b: "c.example");
                first.Scope[0] = new ScopeEntry("./Net", "Get");
                device.StartAccepted(first);
                return first.Nonce;
            case "of another server":
                return device.Manage("d.example", Dm.Get(FreshNonce))[0].Octets;
            case "of another boot":
                var before = device.Manage("a.example", Dm.Get(FreshNonce))[0].Octets;
                device.Reboot(TimeSpan.FromMinutes(1));
                return before;
            case "a day old":
                var old = device.Manage("a.example", Dm.Get(FreshNonce))[0].Octets;
                device.Advance(TimeSpan.FromSeconds(86_401));
                return old;
            default:
                return device.Manage("a.example", Dm.Get(FreshNonce), Dm.Get(FreshNonce))[0].Octets;
        }
    }

    [TestMethod]
    public void S_045_Sequence_numbers_grow_and_do_not_leap_DEL_101_DEL_102()
    {
        using var device = new TestDevice(setup => setup.Delegation = setup.Delegation with { StartsPerHour = 100 });
        var first = new Delegating("FIRST") { GivenSeq = "5" };
        device.StartAccepted(first);
        device.Manage("a.example", first.Operation("Cancel")).Answers(200);
        Assert.AreEqual("5", device.Manage("a.example", Dm.Get(Sequence))[0].Text);

        device.StartFails(new Delegating("EQUAL") { GivenSeq = "5" }, 403, 111);
        device.StartFails(new Delegating("BELOW") { GivenSeq = "4" }, 403, 111);
        device.StartFails(new Delegating("LEAP") { GivenSeq = (5 + (1 << 20) + 1).ToString(CultureInfo.InvariantCulture) }, 403, 111);
        foreach (var (id, malformed) in new[] { ("ZEROS", "007"), ("LARGE", "9223372036854775808"), ("ZERO", "0"), ("SIGN", "+6"), ("MINUS", "-6"), ("SPACE", " 6") })
        {
            device.StartFails(new Delegating(id) { GivenSeq = malformed }, 412, 101);
        }

        Assert.AreEqual("5", device.Manage("a.example", Dm.Get(Sequence))[0].Text, "what was refused counts for nothing");
        device.StartAccepted(new Delegating("LAST") { GivenSeq = (5 + (1 << 20)).ToString(CultureInfo.InvariantCulture) });
    }

    [TestMethod]
    public void S_046_A_good_voucher_uses_its_number_up_whatever_fails_later_DEL_101_DEL_117()
    {
        using var device = new TestDevice();
        var delegation = new Delegating("FIRST").Cms();
        var sealedKey = KeyEnvelope.Seal(delegation.Tdk, "FIRST", TestDevice.DeviceId, "b.example", TestPki.Shared.Device);
        sealedKey[^1] ^= 1;
        delegation.KeyValue = sealedKey;
        device.StartFails(delegation, 403, 151);
        var again = new Delegating("AGAIN") { GivenSeq = delegation.Seq.ToString(CultureInfo.InvariantCulture) };
        device.StartFails(again, 403, 111);
    }

    [TestMethod]
    [DataRow("Voucher", 17 * 1024, true)]
    [DataRow("Key/Value", (4 * 1024) + 1, true)]
    [DataRow("Server/Name", 1025, false)]
    public void S_050_A_record_that_grows_too_large_is_deleted_DEL_086(string leaf, int octets, bool binary)
    {
        using var device = new TestDevice();
        var uri = "./Delegation/7QK2/" + leaf;
        device.Manage("a.example", Dm.Add("./Delegation/7QK2/ScopeType", "partial"), Dm.AddOctets("./Delegation/7QK2/Key/Value", new byte[32])).Answers(200, 200);
        var tooLarge = binary ? Dm.ReplaceOctets(uri, new byte[octets]) : Dm.Replace(uri, new string('x', octets));
        var added = binary ? Dm.AddOctets(uri, new byte[octets]) : Dm.Add(uri, new string('x', octets));
        device.Manage("a.example", leaf == "Key/Value" ? tooLarge : added).Answers(413);
        Assert.IsFalse(device.Durable.Records.ContainsKey("7QK2"));

        device.Manage("a.example", Dm.Atomic(Dm.AddNode("./Delegation/7QK2"), added)).Answers(507, 216, 413);
        Assert.IsFalse(device.Durable.Records.ContainsKey("7QK2"));

        var entries = Enumerable.Range(1, 33).Select(i => Dm.Add($"./Delegation/MANY/Scope/{i}/URI", "./SCM")).ToArray();
        device.Manage("a.example", entries).Answers([.. Enumerable.Repeat(200, 32), 420]);
        Assert.IsFalse(device.Durable.Records.ContainsKey("MANY"));
    }

    [TestMethod]
    public void S_051_A_staged_record_does_not_lie_about_DEL_085()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        device.Manage("a.example", delegation.Ask(), delegation.Build(start: false));
        device.Advance(TimeSpan.FromSeconds(899));
        Assert.IsFalse(device.Record("7QK2").SealedKeyValue.IsEmpty);
        device.Advance(TimeSpan.FromSeconds(1));
        Assert.IsFalse(device.Durable.Records.ContainsKey("7QK2"));

        var other = new Delegating("OTHER");
        device.Manage("a.example", other.Ask(), other.Build(start: false));
        device.Manage("d.example", Dm.Get("./DevInfo/Lang"));
        device.Manage("a.example", Dm.Get("./DevInfo/Lang"));
        Assert.AreEqual(DelegationState.Staged, device.Record("OTHER").State);
        device.Manage("a.example", other.Start()).Answers(404);
        Assert.IsFalse(device.Durable.Records.ContainsKey("OTHER"));
        device.Restart();
        Assert.IsEmpty(device.Durable.Records);
    }

    [TestMethod]
    public void S_053_A_failing_Start_at_the_end_of_an_Atomic_takes_everything_back_DEL_092()
    {
        using var device = new TestDevice();
        var (home, values) = (device.Scheme(), device.Values());
        var delegation = new Delegating();
        delegation.Scope[0] = new ScopeEntry("./SCM/missing", "Get");
        device.Manage("a.example", delegation.Ask(), InOneAtomic(delegation));
        var answers = device.Servers["a.example"].Outcomes.Skip(2).ToList();
        answers.Answers([507, .. Enumerable.Repeat(216, answers.Count - 2), 404]);
        Assert.IsFalse(device.Durable.Records.ContainsKey("7QK2"));
        Assert.IsEmpty(device.Durable.Outbox);
        Assert.AreEqual((home, values), (device.Scheme(), device.Values()));

        // The nonce is used up "whatever the outcome" (DEL-100), and the Start counts for the rate (DEL-105): no roll back undoes that.
        var again = new Delegating("AGAIN") { GivenNonce = delegation.Nonce };
        device.Manage("a.example", Say(Dm.Get(Sequence)), InOneAtomic(again));
        answers = [.. device.Servers["a.example"].Outcomes.Skip(1)];
        answers.Answers([507, .. Enumerable.Repeat(216, answers.Count - 2), 403]);
        Assert.AreEqual(110, device.LastReason());
        Assert.AreEqual(2, device.Durable.Servers["a.example"].StartsInWindow);

        var good = new Delegating("GOOD");
        device.Manage("a.example", good.Ask(), InOneAtomic(good));
        answers = [.. device.Servers["a.example"].Outcomes.Skip(2)];
        answers.Answers([.. Enumerable.Repeat(200, answers.Count)]);
        Assert.AreEqual(DelegationState.Pending, device.Record("GOOD").State);
    }

    private static Batch InOneAtomic(Delegating delegation) => before =>
    {
        delegation.Learn(before);
        return [Dm.Atomic([.. delegation.Adds(), delegation.Start()])];
    };

    [TestMethod]
    public void S_054_No_other_Exec_and_no_other_place_in_an_Atomic_DEL_092()
    {
        using var device = new TestDevice();
        var (home, values) = (device.Scheme(), device.Values());
        device.Manage("a.example", Dm.Atomic(Dm.Replace("./SCM/x", "changed"), Dm.Exec("./SCM/dir")));
        var answers = device.Servers["a.example"].Outcomes;
        Assert.AreEqual((507, 500), (answers[0].Status, answers[2].Status));
        Assert.IsTrue(answers[1].Status is 215 or 216, "not executed or rolled back");

        var delegation = new Delegating();
        device.Manage("a.example", delegation.Ask(), before =>
        {
            delegation.Learn(before);
            return [Dm.Atomic([.. delegation.Adds(), delegation.Start(), Dm.Replace("./SCM/x", "changed")])];
        });
        answers = device.Servers["a.example"].Outcomes;
        Assert.AreEqual((507, 500), (answers[2].Status, answers[^2].Status));
        Assert.IsFalse(device.Durable.Records.ContainsKey("7QK2"));
        Assert.AreEqual((home, values), (device.Scheme(), device.Values()));
    }

    [TestMethod]
    public void S_056_A_repairs_a_stale_record_of_method_cms_DEL_083_DEL_097_DEL_100()
    {
        using var device = new TestDevice();
        var stale = device.Manage("a.example", Dm.Get(FreshNonce))[0].Octets;
        var delegation = new Delegating { GivenNonce = stale }.Cms();
        var (state, reason) = (DelegationState.Failed, 0);
        device.Manage("a.example", delegation.Ask(), delegation.Build(), _ =>
        {
            (state, reason) = (device.Record("7QK2").State, device.LastReason());
            return [Dm.Get(FreshNonce), Dm.Get(Sequence)];
        }, before =>
        {
            delegation.GivenNonce = null;
            delegation.Learn(before);
            delegation.Tdk = Delegating.StrongKey();
            var key = KeyEnvelope.Seal(delegation.Tdk, "7QK2", TestDevice.DeviceId, "b.example", TestPki.Shared.Device);
            return
            [
                Dm.ReplaceOctets(delegation.Uri + "/Nonce", delegation.Nonce),
                Dm.ReplaceOctets(delegation.Uri + "/Voucher", delegation.SignedVoucher(key)),
                Dm.ReplaceOctets(delegation.Uri + "/Key/Value", key),
                delegation.Start(),
            ];
        });
        Assert.AreEqual((DelegationState.Staged, 110), (state, reason));
        device.Servers["a.example"].Outcomes.TakeLast(4).ToList().Answers(200, 200, 200, 200);
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
        using var keys = delegation.Keys();
        Assert.IsTrue(keys.Check.Span.SequenceEqual(device.Record("7QK2").Grant!.Check.Span), "the key is the one A sent last");
    }
}
