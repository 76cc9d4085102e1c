using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Delegation.Keys;
using DmDelegation.ServerStub.Keys;
using DmDelegation.Tests.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tests.ServerStub;
using AgentKeys = DmDelegation.Engine.Delegation.Keys.DelegationKeys;
using StubBinding = DmDelegation.ServerStub.Keys.BindingHash;
using StubKeys = DmDelegation.ServerStub.Keys.DelegationKeys;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.3: how the key reaches the device, what it must be, and what the device does with it.</summary>
[TestClass]
public sealed class KeyScenarios
{
    private static readonly Lazy<X509Certificate2> OtherDevice = new(() => TestPki.Shared.TlsAuthority.IssueDevice("other-device"));

    [TestMethod]
    public void An_envelope_that_came_out_as_another_key_is_told_by_its_check_value_DEL_156_DEL_159()
    {
        using var device = new TestDevice();
        var delegation = new Delegating().Cms();
        var envelope = new EnvelopeForm().Seal(KeyEnvelope.Plaintext(delegation.Tdk, delegation.Id, TestDevice.DeviceId, delegation.B));
        // aes256-CBC (2.16.840.1.101.3.4.1.42) and the header of its IV; octet 8 of the IV is XORed onto an octet of the key. A signs what it sends.
        byte[] before = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2A, 0x04, 0x10];
        envelope[envelope.AsSpan().IndexOf(before) + before.Length + 8] ^= 1;
        delegation.KeyValue = envelope;
        device.StartAccepted(delegation);

        delegation.Tdk[8 - "TDK1".Length] ^= 1;
        var check = HMACSHA256.HashData(delegation.Tdk, (byte[])[.. "check"u8, .. delegation.BindingHash()])[..8];
        Assert.AreSequenceEqual(check, device.Record(delegation.Id).Grant!.Check.ToArray());
    }

    [TestMethod]
    [DataRow("16 octets")]
    [DataRow("33 octets")]
    [DataRow("zeros")]
    [DataRow("7 distinct octets")]
    [DataRow("printable")]
    public void S_060_A_weak_key_is_refused_DEL_117_DEL_151_DEL_152(string key)
    {
        byte[] tdk = key switch
        {
            "16 octets" => RandomNumberGenerator.GetBytes(16),
            "33 octets" => RandomNumberGenerator.GetBytes(33),
            "zeros" => new byte[32],
            "7 distinct octets" => [.. Enumerable.Range(0, 32).Select(i => (byte)(200 + (i % 7)))],
            _ => "correct horse battery staple 1234"u8[..32].ToArray(),
        };
        using var device = new TestDevice();
        device.StartFails(new Delegating { Tdk = tdk }, 403, 152);

        // Method cms: a length other than 32 is a fault of the envelope (DEL-160).
        device.StartFails(new Delegating("CMS") { Tdk = tdk, KeyValue = Sealed(new EnvelopeForm(), tdk, "CMS") }.Cms(), 403, tdk.Length == 32 ? 152 : 151);
    }

    [TestMethod]
    [DataRow(false, false)]
    [DataRow(true, false)]
    public void S_062_Method_tls_needs_a_session_over_TLS_with_the_right_server_DEL_157(bool tls, bool verified)
    {
        using var device = new TestDevice { Transport = new(tls, verified, false) };
        device.StartFails(new Delegating(), 403, 154);
        device.StartAccepted(new Delegating("CMS").Cms());
    }

    [TestMethod]
    public void S_063_Method_cms_brings_the_key_and_leaves_nothing_to_read_DEL_154_DEL_156_DEL_158()
    {
        using var device = new TestDevice();
        var delegation = new Delegating().Cms();
        var b = device.ActivateByItself(delegation);
        Assert.AreEqual("Success", b.Alerts.Single(alert => alert.Event == "Session").Element("Result"));

        var check = StubKeys.CheckValue(delegation.Tdk, delegation.BindingHash());
        var answers = device.Manage("a.example", Dm.Get(delegation.Uri + "/Key/Check"), Dm.Get(delegation.Uri + "/Key/Value"), Dm.Get(delegation.Uri + "/Voucher"));
        answers.Answers(200, 405, 200);
        CollectionAssert.AreEqual(check, answers[0].Octets);
        Assert.IsTrue(device.Record("7QK2").SealedKeyValue.IsEmpty && device.Record("7QK2").Leaves["Key/Value"].Octets.IsEmpty);

        var voucher = answers[2].Octets;
        var text = Encoding.Latin1.GetString(voucher);
        Assert.AreEqual(-1, voucher.AsSpan().IndexOf(delegation.Tdk), "the voucher holds no key");
        Assert.DoesNotContain(Convert.ToBase64String(delegation.Tdk), text);
        Assert.DoesNotContain(Convert.ToHexStringLower(delegation.Tdk), text);
    }

    [TestMethod]
    public void S_064_Whatever_is_wrong_with_an_envelope_gets_one_and_the_same_answer_DEL_158_DEL_159_DEL_160_DEL_391()
    {
        var tdk = Delegating.StrongKey();
        var good = Sealed(new EnvelopeForm(), tdk, "7QK2");
        var shared = TestPki.Shared.Device;
        (string Name, byte[] Value)[] cases =
        [
            ("another device", Sealed(new EnvelopeForm { Recipients = [OtherDevice.Value] }, tdk)),
            ("bit flip in the content", Flip(good, 1)),
            ("bit flip in the key", Flip(good, good.AsSpan().IndexOf("\x04\x82\x01\x00"u8) is var at ? good.Length - at - 100 : 0)),
            ("PKCS#1 v1.5", Sealed(new EnvelopeForm { Pkcs1 = true }, tdk)),
            ("OAEP with SHA-1", Sealed(new EnvelopeForm { Hash = HashAlgorithmName.SHA1, MaskHash = HashAlgorithmName.SHA1 }, tdk)),
            ("MGF1 with SHA-1", Sealed(new EnvelopeForm { MaskHash = HashAlgorithmName.SHA1 }, tdk)),
            ("AES-128", Sealed(new EnvelopeForm { ContentKey = 16 }, tdk)),
            ("two recipients", Sealed(new EnvelopeForm { Recipients = [shared, OtherDevice.Value] }, tdk)),
            ("trailing octets", Sealed(new EnvelopeForm { Trailing = [0, 1, 2, 3] }, tdk)),
            ("another delegation", Sealed(new EnvelopeForm(), tdk, "OTHER")),
            ("inner device of another", Sealed(new EnvelopeForm(), tdk, "7QK2", "urn:uuid:another")),
            ("inner server of another", Sealed(new EnvelopeForm(), tdk, "7QK2", TestDevice.DeviceId, "d.example")),
            ("no structure at all", RandomNumberGenerator.GetBytes(500)),
        ];
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in cases)
        {
            using var device = new TestDevice();
            var delegation = new Delegating { Tdk = tdk, KeyValue = value }.Cms();
            device.StartFails(delegation, 403, 151);
            var alert = device.Servers["a.example"].Alerts.Single(one => one.Event == "Ack");
            told.Add($"{alert.Mark} {alert.Element("Reason")} {alert.Element("Result")} {alert.Element("Check")} {LogOf(device)}");
            Assert.HasCount(1, told, name);
        }

        using var control = new TestDevice();
        control.StartAccepted(new Delegating { Tdk = tdk, KeyValue = good }.Cms());
    }

    [TestMethod]
    [DataRow("signature", 141)]
    [DataRow("key-digest", 143)]
    public void S_065_Nothing_is_decrypted_before_the_voucher_is_good_DEL_116_DEL_159(string fault, int reason)
    {
        var key = new CountingDeviceKey(TestPki.Shared.DeviceKey);
        using var device = new TestDevice(setup => setup.DeviceKey = key);
        var delegation = new Delegating().Cms();
        var invalid = Flip(Sealed(new EnvelopeForm(), delegation.Tdk), 1);
        delegation.KeyValue = invalid;
        device.Manage("a.example", delegation.Ask(), before =>
        {
            delegation.Learn(before);
            delegation.Voucher = fault == "signature" ? Flip(delegation.SignedVoucher(invalid), 1) : delegation.SignedVoucher([.. invalid, 0]);
            return [Dm.Atomic([.. delegation.Adds()]), delegation.Start()];
        });
        Assert.AreEqual((403, reason), (device.Servers["a.example"].Outcomes[^1].Status, device.LastReason()));
        Assert.AreEqual(0, key.Unwraps);

        var good = new Delegating("GOOD").Cms();
        device.StartAccepted(good);
        Assert.AreEqual(1, key.Unwraps, "and only then");
    }

    [TestMethod]
    public void S_087_Nobody_reads_a_key_DEL_082_DEL_087()
    {
        using var device = new TestDevice();
        var delegation = new Delegating().Exec();
        var uri = delegation.Uri + "/Key/Value";
        device.Manage("a.example", delegation.Ask(), delegation.Build(start: false), Starting.Say(Dm.Get(uri), Dm.Copy(uri, "./SCM/x"), Dm.Copy(uri, "./SCM/copy"), Dm.Copy("./SCM/x", uri)))
            .TakeLast(4).ToList().Answers(405, 405, 405, 405);
        device.Manage("a.example", delegation.Start()).Answers(200);
        device.Servers["b.example"] = delegation.MakeB();
        foreach (var server in new[] { "a.example", "b.example", "home.example" })
        {
            device.Manage(server, Dm.Get(uri), Dm.Copy(uri, "./SCM/x"), Dm.Copy("./Delegation/7QK2", "./SCM/copy")).Answers(405, 405, 405);
        }

        device.Manage("d.example", Dm.Get(uri), Dm.Copy(uri, "./Rogue/n")).Answers(404, 405);
        var listed = device.Manage("a.example", Dm.Get(delegation.Uri + "?list=StructData"))[0];
        Assert.AreEqual(200, listed.Status);
        Assert.DoesNotContain(uri, listed.Results.Select(item => item.Source?.LocURI ?? ""));
        Assert.AreEqual("1", device.ValueOf("./SCM/x"));
    }

    public static IEnumerable<object[]> Bindings =>
        BindingTests.Load("vectors.json").GetProperty("binding").EnumerateArray().Select(one => new object[] { one.GetProperty("name").GetString()! });

    [TestMethod]
    [DynamicData(nameof(Bindings))]
    public void S_089_Agent_and_stub_compute_what_the_vectors_say_DEL_156_DEL_162_DEL_170_DEL_180_DEL_236(string name)
    {
        var vectors = BindingTests.Load("vectors.json");
        var vector = vectors.GetProperty("binding").EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
        var inputs = vector.GetProperty("inputs");
        var tdk = Convert.FromHexString(Text(inputs, "tdkHex")!);
        var record = BindingTests.RecordOf(inputs);
        var agent = Binding.Hash(record, Text(inputs, "deviceId")!);
        var stub = StubBinding.Compute(BindingVector.Inputs(inputs));
        Both(Text(vector, "bhHex"), agent, stub);
        Both(Text(vector, "checkHex"), AgentKeys.Check(tdk, agent), StubKeys.CheckValue(tdk, stub));
        Both(
            Convert.ToHexStringLower(Convert.FromBase64String(Text(vector, "keyDigestTls")!)),
            AgentKeys.VoucherDigest(tdk),
            Voucher.KeyDigest("tls", tdk, tdk));

        using var keys = StubKeys.Derive(tdk, stub);
        using var prk = AgentKeys.Extract(tdk, agent);
        byte[][] outputs = [keys.ClientCredential.ToArray(), keys.ServerCredential.ToArray(), keys.ClientNonce.ToArray(), keys.ServerNonce.ToArray(), keys.Proof.ToArray()];
        string[] infos = ["client-cred", "server-cred", "client-nonce", "server-nonce", "proof"];
        foreach (var (info, output) in infos.Zip(outputs))
        {
            using var derived = AgentKeys.Expand(prk, info, output.Length);
            Both(Text(vector.GetProperty("outputsHex"), info), derived.Octets.ToArray(), output);
        }

        using var password = AgentKeys.Password(prk, "client-cred");
        Both(Convert.ToHexStringLower(Encoding.ASCII.GetBytes(Text(vector, "clientPassword")!)), password.Octets.ToArray(), StubKeys.Password(keys.ClientCredential));
        var challenge = Convert.FromHexString(Text(inputs, "challengeHex")!);
        var proof = StubKeys.ProofOf(keys.Proof, challenge, stub);
        Assert.AreEqual(Text(vector, "proofHex"), Convert.ToHexStringLower(proof));
        using var proofKey = AgentKeys.Expand(prk, "proof", 32);
        Assert.IsTrue(AgentKeys.IsProof(proofKey, challenge, agent, proof));

        foreach (var one in vectors.GetProperty("idempotence").EnumerateArray())
        {
            var (id, target, n) = (Text(one, "id")!, Text(one, "target")!, one.GetProperty("n").GetInt32());
            Assert.AreEqual(Text(one, "key"), AgentKeys.IdempotenceKey(id, target, n));
            Assert.AreEqual(Text(one, "key"), StubKeys.IdempotenceKey(id, target, n));
        }
    }

    [TestMethod]
    public void S_093_A_known_B_is_found_by_its_name_and_the_key_is_bound_to_what_A_wrote_DEL_056_DEL_156()
    {
        using var device = new TestDevice(setup => setup.Known.Add("b.example"));
        var home = device.Scheme();
        var delegation = new Delegating().KnownB();
        device.StartAccepted(delegation);
        var answers = device.Manage("b.example", [.. delegation.Confirming()]);
        Assert.AreEqual(200, answers[^1].Status, device.LogText());
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);

        answers = device.Manage("a.example", Dm.Get(delegation.Uri + "/Account/Ref"), Dm.Get(delegation.Uri + "/Key/Check"));
        Assert.AreEqual("./DMAcc/b", answers[0].Text);
        Assert.AreEqual("", delegation["Account/Ref"], "A computes with length 0");
        CollectionAssert.AreEqual(StubKeys.CheckValue(delegation.Tdk, delegation.BindingHash()), answers[1].Octets);

        device.Manage("a.example", delegation.Operation("Revoke")).Answers(200);
        Assert.AreEqual(home, device.Scheme());
    }

    private static byte[] Sealed(EnvelopeForm form, byte[] tdk, string id = "7QK2", string deviceId = TestDevice.DeviceId, string b = "b.example")
    {
        if (tdk.Length == 32)
        {
            return form.Seal(KeyEnvelope.Plaintext(tdk, id, deviceId, b));
        }

        var plaintext = KeyEnvelope.Plaintext(new byte[32], id, deviceId, b);
        return form.Seal([.. plaintext.AsSpan(0, 4), .. tdk, .. plaintext.AsSpan(36)]);
    }

    private static byte[] Flip(byte[] octets, int fromEnd)
    {
        var flipped = (byte[])octets.Clone();
        flipped[^fromEnd] ^= 1;
        return flipped;
    }

    private static string LogOf(TestDevice device) => string.Join('|', device.Log.Where(line => line.Text.Contains("7QK2", StringComparison.Ordinal)).Select(line => line.Text));

    private static void Both(string? expected, byte[] agent, byte[] stub)
    {
        Assert.AreEqual(expected, Convert.ToHexStringLower(agent));
        Assert.AreEqual(expected, Convert.ToHexStringLower(stub));
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
