using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DmDelegation.Engine;
using DmDelegation.Platform.Cms;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.Tests.Scenarios.Harness;
using StubVoucher = DmDelegation.ServerStub.Keys.Voucher;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.3: who signs a voucher, how, and when one is needed. That every field counts stands in VoucherFieldScenarios.</summary>
[TestClass]
public sealed class VoucherScenarios
{
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string Sha384 = "2.16.840.1.101.3.4.2.2";

    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly CertificateAuthority Other = new("another authority", From, From.AddYears(50));

    [TestMethod]
    [DataRow("under another anchor", 142)]
    [DataRow("names D", 142)]
    [DataRow("names A in another case", 142)]
    [DataRow("as it should be", 0)]
    public void S_066_The_signer_stands_under_an_anchor_for_A_and_names_A_DEL_163(string signer, int reason)
    {
        using var certificate = signer switch
        {
            "under another anchor" => Other.IssueVoucherSigner("a.example"),
            "names D" => TestPki.Shared.VoucherAuthority.IssueVoucherSigner("d.example"),
            "names A in another case" => TestPki.Shared.VoucherAuthority.IssueVoucherSigner("A.example"),
            _ => TestPki.Shared.VoucherAuthority.IssueVoucherSigner("a.example"),
        };
        using var device = new TestDevice();
        Judged(device, SignedBy(certificate), reason);
    }

    [TestMethod]
    [DataRow("a.example", 142)]
    [DataRow("d.example", 0)]
    public void S_066_An_anchor_of_one_account_serves_that_account_alone_DEL_163(string server, int reason)
    {
        using var device = new TestDevice(setup => Trusting(setup, new VoucherAnchors(
            [TestPki.Shared.VoucherAuthority.Certificate],
            ImmutableDictionary<string, X509Certificate2Collection>.Empty.Add("d.example", [Other.Certificate]))));
        using var certificate = Other.IssueVoucherSigner(server);
        var delegation = new Delegating(a: server);
        delegation.Scope[0] = new(server == "d.example" ? "./Rogue" : "./SCM", "Get+Replace");
        Judged(device, SignedBy(certificate, delegation), reason);
    }

    [TestMethod]
    [DataRow("vouchers.operator.example", 0)]
    [DataRow("a.example", 142)]
    public void S_066_A_configured_name_takes_the_place_of_the_ServerID_DEL_163(string signer, int reason)
    {
        using var device = new TestDevice(setup => Trusting(setup, new VoucherAnchors(
            [TestPki.Shared.VoucherAuthority.Certificate], ImmutableDictionary<string, X509Certificate2Collection>.Empty)
        {
            SignerNames = ImmutableDictionary<string, string>.Empty.Add("a.example", "vouchers.operator.example"),
        }));
        using var certificate = TestPki.Shared.VoucherAuthority.IssueVoucherSigner(signer);
        Judged(device, SignedBy(certificate), reason);
    }

    [TestMethod]
    [DataRow("SHA-1", 144)]
    [DataRow("two signers", 144)]
    [DataRow("detached", 144)]
    [DataRow("trailing octets", 144)]
    [DataRow("an unknown field", 143)]
    [DataRow("a name twice", 144)]
    [DataRow("no signed attributes", 144)]
    [DataRow("another content type", 144)]
    [DataRow("changed after signing", 141)]
    public void S_067_There_is_one_form_of_a_voucher_DEL_164_DEL_165(string form, int reason)
    {
        using var device = new TestDevice();
        var delegation = new Delegating { Signed = true, Sign = content => InForm(form, content) };
        Judged(device, delegation, reason);
    }

    [TestMethod]
    [DataRow("full", 140)]
    [DataRow("the account says so", 140)]
    [DataRow("cms", 140)]
    [DataRow("partial", 0)]
    public void S_069_A_voucher_is_required_for_full_for_cms_and_where_the_account_says_so_DEL_161(string why, int reason)
    {
        using var device = new TestDevice(setup =>
        {
            setup.AIsHomeAuthority();
            if (why == "the account says so")
            {
                setup.Accounts["a.example"] = new AccountOptions { VoucherRequired = true };
            }
        });
        var delegation = why switch
        {
            "full" => new Delegating().Full(signed: false),
            "cms" => new Delegating().Cms(),
            _ => new Delegating(),
        };
        delegation.Signed = false;
        Judged(device, delegation, reason);
    }

    [TestMethod]
    public void S_070_Without_a_clock_the_nonce_makes_it_fresh_and_an_end_that_has_passed_counts_DEL_166_DEL_167()
    {
        // Two days of validity left by the high-water mark, which elapsed time carries on (DEL-203).
        using var authority = new CertificateAuthority("short", From, new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
        using var certificate = authority.IssueVoucherSigner("a.example");
        using var device = new TestDevice(setup =>
        {
            setup.ClockTrusted = false;
            Trusting(setup, new VoucherAnchors([authority.Certificate], ImmutableDictionary<string, X509Certificate2Collection>.Empty));
        });
        Judged(device, SignedBy(certificate, new Delegating("FRESH", b: "c.example")), 0);
        device.Manage("a.example", Dm.Exec("./Delegation/FRESH/Operations/Cancel"));
        device.Advance(TimeSpan.FromDays(3));
        Judged(device, SignedBy(certificate, new Delegating("LATE", b: "c.example")), 142);
    }

    /// <summary>Every key of the vectors signs afresh, so that none of them is there for nothing.</summary>
    [TestMethod]
    [DataRow("a-voucher-signer", 0)]
    [DataRow("a-voucher-signer-uri", 0)]
    [DataRow("a-voucher-signer-rsa2048", 0)]
    [DataRow("a-voucher-signer-rsa1024", 144)]
    [DataRow("a-voucher-signer-expired", 142)]
    [DataRow("a-voucher-signer-usage", 142)]
    [DataRow("d-voucher-signer", 142)]
    [DataRow("foreign-signer", 142)]
    [DataRow("a-tls", 142)]
    [DataRow("b-tls", 142)]
    public void The_signers_of_the_vectors_are_judged_by_what_their_certificates_say_DEL_163_DEL_164(string signer, int reason)
    {
        var keys = Path.Combine(AppContext.BaseDirectory, "Fixtures", "delegation", "keys", "TEST-ONLY-");
        using var device = new TestDevice(setup => Trusting(setup, new VoucherAnchors(
            Certificates.LoadAnchors(keys + "voucher-ca.cert.pem"), ImmutableDictionary<string, X509Certificate2Collection>.Empty)));
        using var certificate = X509Certificate2.CreateFromPemFile(keys + signer + ".cert.pem", keys + signer + ".key.pem");
        using var curve = certificate.GetECDsaPublicKey();
        var delegation = new Delegating { Signed = true };
        delegation.Sign = content => Signed(content, curve?.KeySize == 384 ? Sha384 : Sha256, certificate: certificate);
        Judged(device, delegation, reason);
    }

    private static void Judged(TestDevice device, Delegating delegation, int reason)
    {
        if (reason == 0)
        {
            device.StartAccepted(delegation);
            Assert.AreEqual(delegation.Signed, !device.Record(delegation.Id).Leaves.GetValueOrDefault("Voucher")?.Octets.IsEmpty ?? false, "kept as evidence");
        }
        else
        {
            device.StartFails(delegation, 403, reason);
        }
    }

    private static Delegating SignedBy(X509Certificate2 certificate, Delegating? delegation = null)
    {
        delegation ??= new Delegating();
        delegation.Signed = true;
        delegation.Sign = content => StubVoucher.Sign(content, certificate);
        return delegation;
    }

    private static void Trusting(TestDeviceSetup setup, VoucherAnchors anchors) =>
        setup.ChangePorts = ports => ports with { Vouchers = new VoucherVerifier(anchors) };

    private static byte[] InForm(string form, byte[] content)
    {
        var text = Encoding.UTF8.GetString(content);
        return form switch
        {
            "an unknown field" => Signed(Encoding.UTF8.GetBytes(text.Replace("\"assertion\"", "\"x\":\"1\",\"assertion\"", StringComparison.Ordinal))),
            "a name twice" => Signed(Encoding.UTF8.GetBytes(text.Replace("\"assertion\"", "\"version\":\"1\",\"assertion\"", StringComparison.Ordinal))),
            "SHA-1" => Signed(content, digest: "1.3.14.3.2.26"),
            "two signers" => Signed(content, signers: 2),
            "detached" => Signed(content, detached: true),
            "no signed attributes" => Signed(content, attributes: false),
            "another content type" => Signed(content, type: "1.2.840.113549.1.7.5"),
            "trailing octets" => [.. Signed(content), 0],
            "changed after signing" => Changed(Signed(content)),
            _ => throw new ArgumentOutOfRangeException(nameof(form), form, null),
        };
    }

    private static byte[] Signed(
        byte[] content, string digest = Sha256, int signers = 1, bool detached = false, bool attributes = true, string type = "1.2.840.113549.1.7.1",
        X509Certificate2? certificate = null)
    {
        var cms = new SignedCms(new ContentInfo(new Oid(type), content), detached);
        for (var i = 0; i < signers; i++)
        {
            var own = certificate ?? TestPki.Shared.VoucherAuthority.IssueVoucherSigner("a.example");
            var signer = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, own) { DigestAlgorithm = new Oid(digest), IncludeOption = X509IncludeOption.EndCertOnly };
            if (attributes)
            {
                signer.SignedAttributes.Add(new Pkcs9SigningTime());
            }

            cms.ComputeSignature(signer);
        }

        return cms.Encode();
    }

    /// <summary>One digit of the window is another; the lengths stay.</summary>
    private static byte[] Changed(byte[] voucher)
    {
        var at = voucher.AsSpan().IndexOf("\"window\":3600"u8) + "\"window\":".Length;
        voucher[at] = (byte)'9';
        return voucher;
    }
}
