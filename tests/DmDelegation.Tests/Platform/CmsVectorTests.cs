using System.Collections.Immutable;
using System.Text.Json;
using DmDelegation.Platform.Cms;

namespace DmDelegation.Tests.Platform;

/// <summary>The files of the delegation vectors, as far as these two ports decide: 141, 142, 144 and the form of the envelope.</summary>
[TestClass]
public sealed class CmsVectorTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "delegation");
    private static readonly JsonElement Expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json"))).RootElement;
    private static readonly DateTimeOffset Time = new(2030, 1, 1, 3, 4, 5, TimeSpan.Zero);

    // What is decrypted although the inner comparison of DEL-160, the engine's, then refuses it.
    private static readonly string[] RefusedInside =
        ["wrong-inner-id", "wrong-inner-device", "wrong-inner-server", "inner-magic", "inner-short", "inner-long", "bitflip-content-first"];

    private static DeviceKey Device => DeviceKey.Load(Key("TEST-ONLY-device.cert.pem"), Key("TEST-ONLY-device.key.pem"));

    private static IEnumerable<object[]> Envelopes => Files("envelopes");

    private static IEnumerable<object[]> Vouchers => Files("vouchers");

    private static string Key(string name) => Path.Combine(Folder, "keys", name);

    private static IEnumerable<object[]> Files(string kind) => Expected.GetProperty(kind).EnumerateArray()
        .Select(entry => new object[]
        {
            entry.GetProperty("file").GetString()!,
            entry.GetProperty("code").GetInt32(),
            entry.TryGetProperty("plaintextHex", out var plaintext) ? plaintext.GetString()! : "",
        });

    private static byte[] Octets(string file) => File.ReadAllBytes(Path.Combine(Folder, file));

    private static VoucherVerifier Verifier(string anchor = "TEST-ONLY-voucher-ca.cert.pem") =>
        new(new VoucherAnchors(Certificates.LoadAnchors(Key(anchor)), ImmutableDictionary<string, System.Security.Cryptography.X509Certificates.X509Certificate2Collection>.Empty));

    [TestMethod]
    [DynamicData(nameof(Envelopes))]
    public void An_envelope_is_opened_or_refused_as_the_vectors_say_DEL_158_DEL_159(string file, int code, string plaintext)
    {
        using var device = Device;
        using var opened = device.Unwrap(Octets(file));
        if (code == 0)
            Assert.AreEqual(plaintext, Convert.ToHexStringLower(opened!.Octets), file);
        else if (!RefusedInside.Contains(Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal))
            Assert.IsNull(opened, file);
    }

    [TestMethod]
    [DynamicData(nameof(Vouchers))]
    public void A_voucher_is_read_or_refused_as_the_vectors_say_DEL_163_DEL_164(string file, int code, string plaintext)
    {
        Assert.AreEqual("", plaintext);
        var reading = Verifier().Read(Octets(file), "a.example", Time, timeTrusted: true);
        // 143 and 151 are found behind this port.
        Assert.AreEqual(code is 143 or 151 ? 0 : code, reading.Reason, file);
        Assert.AreEqual(reading.Reason == 0, reading.SignatureGood);
        Assert.AreEqual(reading.Reason == 0, !reading.Content.IsEmpty);
    }

    [TestMethod]
    public void The_content_is_what_was_signed()
    {
        var reading = Verifier().Read(Octets("vouchers/good.der"), "a.example", Time, timeTrusted: true);
        CollectionAssert.AreEqual(Octets("vouchers/good.json"), reading.Content.ToArray());
    }

    [TestMethod]
    public void A_voucher_for_another_server_or_under_another_anchor_is_untrusted_DEL_163()
    {
        Assert.AreEqual(142, Verifier().Read(Octets("vouchers/good.der"), "A.example", Time, true).Reason);
        Assert.AreEqual(142, Verifier("TEST-ONLY-tls-ca.cert.pem").Read(Octets("vouchers/good.der"), "a.example", Time, true).Reason);
    }

    [TestMethod]
    public void Anchors_of_the_server_take_the_place_of_the_common_ones_DEL_163()
    {
        var foreign = Certificates.LoadAnchors(Key("TEST-ONLY-foreign-ca.cert.pem"));
        var own = Certificates.LoadAnchors(Key("TEST-ONLY-voucher-ca.cert.pem"));
        var perServer = ImmutableDictionary<string, System.Security.Cryptography.X509Certificates.X509Certificate2Collection>.Empty.Add("a.example", foreign);
        var verifier = new VoucherVerifier(new VoucherAnchors(own, perServer));
        Assert.AreEqual(142, verifier.Read(Octets("vouchers/good.der"), "a.example", Time, true).Reason);
        Assert.AreEqual(0, verifier.Read(Octets("vouchers/foreign-signer.der"), "a.example", Time, true).Reason);
    }

    [TestMethod]
    [DataRow("vouchers/expired-signer.der", "2020-06-01T00:00:00Z", false, 0)]
    [DataRow("vouchers/expired-signer.der", "2030-01-01T00:00:00Z", false, 142)]
    [DataRow("vouchers/good.der", "1970-01-01T00:00:00Z", false, 0)]
    [DataRow("vouchers/good.der", "1970-01-01T00:00:00Z", true, 142)]
    public void Without_a_trusted_clock_only_an_end_that_has_passed_counts_DEL_166(string file, string time, bool trusted, int reason) =>
        Assert.AreEqual(reason, Verifier().Read(Octets(file), "a.example", DateTimeOffset.Parse(time), trusted).Reason);

    [TestMethod]
    [DataRow("envelopes/good.der")]
    [DataRow("vouchers/good.der")]
    [DataRow("vouchers/good-rsa2048.der")]
    public void Every_cut_and_every_changed_octet_is_answered_and_not_thrown_DEL_337(string file)
    {
        using var device = Device;
        var verifier = Verifier();
        var good = Octets(file);
        for (var i = 0; i < good.Length; i++)
        {
            var changed = (byte[])good.Clone();
            changed[i] ^= 0x81;
            foreach (var octets in new[] { good[..i], changed })
            {
                using var opened = device.Unwrap(octets);
                var reading = verifier.Read(octets, "a.example", Time, timeTrusted: true);
                // The certificate's own unused bits aside, nothing changed may pass as the same content.
                Assert.IsTrue(reading.Reason != 0 || reading.Content.Span.SequenceEqual(verifier.Read(good, "a.example", Time, true).Content.Span), $"octet {i}");
            }
        }
    }

    [TestMethod]
    public void Sizes_are_bounded_DEL_086()
    {
        using var device = Device;
        Assert.IsNull(device.Unwrap(new byte[DeviceKey.MaxEnvelopeOctets + 1]));
        Assert.AreEqual(144, Verifier().Read(new byte[VoucherVerifier.MaxVoucherOctets + 1], "a.example", Time, true).Reason);
    }

    [TestMethod]
    public void A_key_that_is_not_RSA_offers_no_cms_and_a_wrong_pair_is_refused_DEL_158()
    {
        using var none = DeviceKey.Load(Key("TEST-ONLY-a-tls.cert.pem"), Key("TEST-ONLY-a-tls.key.pem"));
        Assert.IsFalse(none.CanUnwrap);
        Assert.IsTrue(none.Certificate.IsEmpty);
        Assert.IsNull(none.Unwrap(Octets("envelopes/good.der")));
        using var device = Device;
        Assert.IsTrue(device.CanUnwrap);
        Assert.IsFalse(device.Certificate.IsEmpty);
        Assert.AreEqual("certificate-file", Assert.ThrowsExactly<DmDelegation.Platform.PlatformException>(
            () => DeviceKey.Load(Key("TEST-ONLY-device.cert.pem"), Key("TEST-ONLY-other-device.key.pem"))).Code);
    }
}
