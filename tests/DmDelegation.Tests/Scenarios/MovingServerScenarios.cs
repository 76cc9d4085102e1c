using System.Security.Cryptography;
using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.3: B renews its TLS key, or moves to another address, and does not lock itself out.</summary>
[TestClass]
public sealed class MovingServerScenarios
{
    private const string Account = "./DMAcc/d-7QK2";
    private static readonly byte[] Old = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] New = RandomNumberGenerator.GetBytes(32);

    private static Delegating Pinned(bool final = false)
    {
        var delegation = new Delegating();
        delegation = final ? delegation.Final() : delegation;
        delegation.CertPin = Old;
        return delegation;
    }

    [TestMethod]
    public void B_renews_its_key_S_091_DEL_342()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, Pinned());
        var b = device.Servers[Given.B];
        b.TlsPin = Old;
        var pins = delegation.Uri + "/Server/CertPin";
        device.Manage(Given.B, Dm.ReplaceOctets(pins, [.. Old, .. New]), Dm.Get(pins + "?prop=ACL")).Answers(200, 200);
        var binding = device.Record("7QK2").Grant!.BindingHash;

        device.Manage(Given.B, Dm.ReplaceOctets(pins, New), Dm.ReplaceOctets(pins, [.. Old, 0]), Dm.ReplaceOctets(pins, []), Dm.ReplaceOctets(pins, [.. Old, .. New, .. New, .. New, .. New]))
            .Answers(405, 405, 405, 405);
        device.Manage(Given.A, Dm.ReplaceOctets(pins, Old)).Answers(405);

        b.TlsPin = New;
        device.Manage(Given.B, Dm.ReplaceOctets(pins, New), Dm.Replace("./SCM/x", "renewed")).Answers(200, 200);
        device.Manage(Given.B, Dm.Get(pins)).Answers(200);
        Assert.IsTrue(b.Outcomes[0].Octets.SequenceEqual(New) && device.Durable.PinsOf(Given.B).Span.SequenceEqual(New));
        Assert.IsTrue(device.Record("7QK2").Grant!.BindingHash.Span.SequenceEqual(binding.Span), "BH keeps what A wrote");
        Assert.IsNull(device.Durable.ServerOf(Given.B).Reach, "the new key has worked");
        b.TlsPin = Old;
        device.Manage(Given.B, Dm.Replace("./SCM/x", "the old key"));
        Assert.AreEqual("renewed", device.ValueOf("./SCM/x"));
    }

    [TestMethod]
    public void Before_confirmation_and_without_a_known_key_the_pins_stay_DEL_342()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, Pinned().Exec());
        device.Servers[Given.B].TlsPin = Old;
        device.Manage(Given.B, Dm.ReplaceOctets(delegation.Uri + "/Server/CertPin", [.. Old, .. New])).Answers(425);
        device.Manage(Given.B, delegation.Confirming()).Answers(200, 200);
        device.Servers[Given.B].TlsPin = null; // the transport does not tell
        device.Manage(Given.B, Dm.ReplaceOctets(delegation.Uri + "/Server/CertPin", Old)).Answers(405);
    }

    [TestMethod]
    public void Pins_under_which_B_does_not_answer_fall_back_S_092_DEL_342()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, Pinned());
        var b = device.Servers[Given.B];
        b.TlsPin = Old;
        var pins = delegation.Uri + "/Server/CertPin";
        device.Manage(Given.B, Dm.ReplaceOctets(pins, [.. Old, .. New])).Answers(200);
        b.TlsPin = New;
        device.Manage(Given.B, Dm.ReplaceOctets(pins, New)).Answers(200);
        b.TlsPin = Old; // the new key is lost
        for (var attempt = 1; attempt < 5; attempt++)
        {
            device.Manage(Given.B, (Batch[])[]);
        }

        Assert.IsTrue(device.Durable.PinsOf(Given.B).Span.SequenceEqual(New));
        device.Manage(Given.B, (Batch[])[]);
        Assert.IsTrue(device.Durable.PinsOf(Given.B).Span.SequenceEqual((byte[])[.. Old, .. New]), "what worked last");
        device.Manage(Given.B, Dm.Get(pins)).Answers(200);
        Assert.IsTrue(b.Outcomes[0].Octets.SequenceEqual((byte[])[.. Old, .. New]));
    }

    [TestMethod]
    public void What_a_busy_agent_did_not_try_does_not_count_DEL_342()
    {
        using var device = new TestDevice(setup => setup.Session = setup.Session with { MaxSessions = 1 });
        var delegation = Given.Pending(device, Pinned());
        device.Servers[Given.B].TlsPin = Old;
        device.Manage(Given.B, Dm.ReplaceOctets(delegation.Uri + "/Server/CertPin", [.. Old, .. New])).Answers(200);
        device.Open(Given.A, _ => [Dm.Get("./DevInfo/Man")]);
        for (var asked = 0; asked < 5; asked++)
        {
            device.Handle(new SessionRequested(Given.B));
        }

        device.Pump();
        Assert.IsTrue(device.Durable.PinsOf(Given.B).Span.SequenceEqual((byte[])[.. Old, .. New]));
        Assert.AreEqual(0, device.Durable.ServerOf(Given.B).Reach?.FailedContacts ?? 0);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void An_address_that_does_not_answer_falls_back_S_092_DEL_324_DEL_342(bool restart)
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, Pinned(final: true));
        var b = device.Servers[Given.B];
        (b.TlsPin, b.AnswersAt) = (Old, new Uri("https://b.example/dm"));
        device.Finalise(delegation);
        var record = device.Record("7QK2");
        device.Manage(Given.B, Dm.Replace(Account + "/AppAddr/1/Addr", "https://nowhere.example/dm")).Answers(200);
        for (var attempt = 1; attempt < 5; attempt++)
        {
            device.Manage(Given.B, (Batch[])[]);
            if (restart)
            {
                device.Restart(); // the count is durable
            }
        }

        Assert.AreEqual("https://nowhere.example/dm", device.ValueOf(Account + "/AppAddr/1/Addr"));
        device.Manage(Given.B, (Batch[])[]);
        Assert.AreEqual("https://b.example/dm", device.ValueOf(Account + "/AppAddr/1/Addr"));
        Assert.IsNotEmpty(device.Log.Where(line => line.Code == LogCodes.ReachFellBack).ToList());
        device.Manage(Given.B, Dm.Replace("./SCM/x", "back")).Answers(200);
        Assert.AreEqual(Shown(record), Shown(device.Record("7QK2")));

        static string Shown(DelegationRecord record) =>
            string.Join(' ', record.Leaves.Select(leaf => $"{leaf.Key}={Convert.ToHexString(leaf.Value.Octets.Span)}").Append(Convert.ToHexString(record.Grant!.BindingHash.Span)).Append(record.State.ToString()));
    }

    [TestMethod]
    public void One_success_starts_the_count_anew_and_makes_the_new_address_the_one_that_worked_DEL_342()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, Pinned(final: true));
        var b = device.Servers[Given.B];
        b.TlsPin = Old;
        device.Finalise(delegation);
        device.Manage(Given.B, Dm.Replace(Account + "/AppAddr/1/Addr", "https://new.example/dm")).Answers(200);
        b.Reachable = false;
        for (var attempt = 0; attempt < 4; attempt++)
        {
            device.Manage(Given.B, (Batch[])[]);
        }

        b.Reachable = true;
        device.Manage(Given.B, Dm.Replace("./SCM/x", "at the new address")).Answers(200);
        b.Reachable = false;
        for (var attempt = 0; attempt < 6; attempt++)
        {
            device.Manage(Given.B, (Batch[])[]);
        }

        Assert.AreEqual("https://new.example/dm", device.ValueOf(Account + "/AppAddr/1/Addr"));
    }

    [TestMethod]
    public void B_that_was_only_away_when_it_had_moved_is_found_again_DEL_342()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, Pinned(final: true));
        var b = device.Servers[Given.B];
        (b.TlsPin, b.AnswersAt) = (Old, new Uri("https://b.example/dm"));
        device.Finalise(delegation);
        device.Manage(Given.B, Dm.Replace(Account + "/AppAddr/1/Addr", "https://new.example/dm")).Answers(200);
        b.Reachable = false;
        var seen = new List<string>();
        for (var attempt = 0; attempt < 20; attempt++)
        {
            seen.Add(device.ValueOf(Account + "/AppAddr/1/Addr"));
            device.Manage(Given.B, (Batch[])[]);
        }

        Assert.AreEqual("5 new, 5 b, 5 new, 5 b", string.Join(", ", seen.Chunk(5).Select(five => $"{five.Length} {five.Distinct().Single()["https://".Length..].Split('.')[0]}")));
        (b.Reachable, b.AnswersAt) = (true, new Uri("https://new.example/dm"));
        device.Manage(Given.B, Dm.Replace("./SCM/x", "at the new address")).Answers(200);
        Assert.IsNull(device.Durable.ServerOf(Given.B).Reach);
    }

    [TestMethod]
    [DataRow("http-405")]
    [DataRow("http-502")]
    [DataRow("http-503")]
    [DataRow("empty")]
    [DataRow("", DisplayName = "malformed")]
    [DataRow("http-404")]
    [DataRow("timeout")]
    [DataRow("tls")]
    public void Who_answers_without_proof_need_not_be_B_DEL_342(string code)
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, Pinned(final: true));
        device.Servers[Given.B].TlsPin = Old;
        device.Finalise(delegation);
        device.Manage(Given.B, Dm.Replace(Account + "/AppAddr/1/Addr", "https://new.example/dm")).Answers(200);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            device.Open(Given.B);
            var serial = device.State.Sessions[Given.B].Serial;
            device.Handle(code.Length == 0
                ? new MessageReceived(Given.B, serial, "<no message>"u8.ToArray(), null, device.Transport)
                : new ExchangeFailed(Given.B, serial, code, 0));
            device.Handle(new ExchangeFailed(Given.B, serial, "connect", 0)); // of the farewell, where one was sent
        }

        Assert.AreEqual("https://b.example/dm", device.ValueOf(Account + "/AppAddr/1/Addr"));
    }

    [TestMethod]
    public void Another_DM_server_at_the_new_address_is_not_B_DEL_342()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, Pinned(final: true));
        var b = device.Servers[Given.B];
        b.TlsPin = Old;
        device.Finalise(delegation);
        device.Manage(Given.B, Dm.Replace(Account + "/AppAddr/1/Addr", "https://other.example/dm")).Answers(200);
        b.WrongCredential = true;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            device.Manage(Given.B, (Batch[])[]);
        }

        Assert.AreEqual("https://b.example/dm", device.ValueOf(Account + "/AppAddr/1/Addr"));
    }

    [TestMethod]
    public void In_an_Atomic_that_fails_nothing_has_moved_DEL_342()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, Pinned(final: true));
        device.Servers[Given.B].TlsPin = Old;
        device.Finalise(delegation);
        device.Manage(Given.B, Dm.Atomic(Dm.Replace(Account + "/AppAddr/1/Addr", "https://new.example/dm"), Dm.Replace("./Net/eth0", "not mine"))).Answers(507, 216, 425);
        Assert.IsNull(device.Durable.ServerOf(Given.B).Reach);
    }
}
