using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Keys;

namespace DmDelegation.Tests.ServerStub;

/// <summary>The stub's own key code against vectors made by somebody else (Fixtures/delegation).</summary>
[TestClass]
public sealed class VectorTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "delegation");
    private static readonly JsonElement Vectors = Read("vectors.json");

    public static IEnumerable<object[]> BindingCases() => Vectors.GetProperty("binding").EnumerateArray().Select(item => new object[] { Text(item, "name")! });

    [TestMethod]
    [DynamicData(nameof(BindingCases))]
    public void The_binding_hash_check_value_and_derived_keys_are_those_of_the_vectors_DEL_156_DEL_162(string name)
    {
        var item = Case(name);
        var inputs = BindingVector.Inputs(item.GetProperty("inputs"));
        var tdk = Hex(item.GetProperty("inputs"), "tdkHex");
        Assert.AreEqual(Text(item, "hashInputHex"), Convert.ToHexStringLower(BindingHash.HashInput(inputs)));
        var bindingHash = BindingHash.Compute(inputs);
        Assert.AreEqual(Text(item, "bhHex"), Convert.ToHexStringLower(bindingHash));

        using var keys = DelegationKeys.Derive(tdk, bindingHash);
        var outputs = item.GetProperty("outputsHex");
        Assert.AreEqual(Text(item, "checkHex"), Convert.ToHexStringLower(keys.Check.Span));
        Assert.AreEqual(Text(outputs, "client-cred"), Convert.ToHexStringLower(keys.ClientCredential));
        Assert.AreEqual(Text(outputs, "server-cred"), Convert.ToHexStringLower(keys.ServerCredential));
        Assert.AreEqual(Text(outputs, "client-nonce"), Convert.ToHexStringLower(keys.ClientNonce));
        Assert.AreEqual(Text(outputs, "server-nonce"), Convert.ToHexStringLower(keys.ServerNonce));
        Assert.AreEqual(Text(outputs, "proof"), Convert.ToHexStringLower(keys.Proof));
        Assert.AreEqual(Text(item, "clientPassword"), Encoding.ASCII.GetString(DelegationKeys.Password(keys.ClientCredential)));
        Assert.AreEqual(Text(item, "serverPassword"), Encoding.ASCII.GetString(DelegationKeys.Password(keys.ServerCredential)));
        var proof = DelegationKeys.ProofOf(keys.Proof, Hex(item.GetProperty("inputs"), "challengeHex"), bindingHash);
        Assert.AreEqual(Text(item, "proofHex"), Convert.ToHexStringLower(proof));
    }

    [TestMethod]
    [DynamicData(nameof(BindingCases))]
    public void The_envelope_plaintext_and_both_key_digests_are_those_of_the_vectors_DEL_160(string name)
    {
        var item = Case(name);
        var inputs = BindingVector.Inputs(item.GetProperty("inputs"));
        var tdk = Hex(item.GetProperty("inputs"), "tdkHex");
        var envelope = File.ReadAllBytes(Path.Combine(Folder, Text(item, "envelopeFile")!));
        Assert.AreEqual(Text(item, "cmsPlaintextHex"), Convert.ToHexStringLower(KeyEnvelope.Plaintext(tdk, inputs.Id, inputs.DeviceId, inputs.B)));
        Assert.AreEqual(Text(item, "keyDigestTls"), Convert.ToBase64String(Voucher.KeyDigest("tls", tdk, tdk)));
        Assert.AreEqual(Text(item, "keyDigestCms"), Convert.ToBase64String(Voucher.KeyDigest("cms", envelope, tdk)));

        using var device = Certificate("TEST-ONLY-device");
        CollectionAssert.AreEqual(tdk, KeyEnvelope.Open(envelope, inputs.Id, inputs.DeviceId, inputs.B, device));
    }

    [TestMethod]
    public void What_this_server_seals_has_the_expected_plaintext_DEL_158()
    {
        var item = Case("all-fields");
        var inputs = BindingVector.Inputs(item.GetProperty("inputs"));
        var tdk = Hex(item.GetProperty("inputs"), "tdkHex");
        using var device = Certificate("TEST-ONLY-device");
        var plaintext = KeyEnvelope.Decrypt(KeyEnvelope.Seal(tdk, inputs.Id, inputs.DeviceId, inputs.B, device), device);
        Assert.AreEqual(Text(item, "cmsPlaintextHex"), Convert.ToHexStringLower(plaintext));
    }

    [TestMethod]
    public void Changes_without_meaning_leave_the_binding_hash_as_it_is()
    {
        var group = Vectors.GetProperty("equivalent");
        foreach (var item in group.GetProperty("cases").EnumerateArray())
            Assert.AreEqual(Text(Case(Text(group, "base")!), "bhHex"), Convert.ToHexStringLower(BindingHash.Compute(Changed(group, item))), Text(item, "name"));
    }

    [TestMethod]
    public void Every_altered_leaf_gives_the_binding_hash_check_value_and_password_of_the_vectors_DEL_162()
    {
        var group = Vectors.GetProperty("altered");
        var tdk = Hex(Case(Text(group, "base")!).GetProperty("inputs"), "tdkHex");
        foreach (var item in group.GetProperty("cases").EnumerateArray())
        {
            var bindingHash = BindingHash.Compute(Changed(group, item));
            using var keys = DelegationKeys.Derive(tdk, bindingHash);
            Assert.AreEqual(Text(item, "bhHex"), Convert.ToHexStringLower(bindingHash), Text(item, "name"));
            Assert.AreEqual(Text(item, "checkHex"), Convert.ToHexStringLower(keys.Check.Span), Text(item, "name"));
            Assert.AreEqual(Text(item, "clientPassword"), Encoding.ASCII.GetString(DelegationKeys.Password(keys.ClientCredential)), Text(item, "name"));
        }
    }

    [TestMethod]
    public void The_idempotence_keys_are_those_of_the_vectors_DEL_236()
    {
        foreach (var item in Vectors.GetProperty("idempotence").EnumerateArray())
            Assert.AreEqual(Text(item, "key"), DelegationKeys.IdempotenceKey(Text(item, "id")!, Text(item, "target")!, item.GetProperty("n").GetInt64()));
    }

    [TestMethod]
    public void The_string_of_step_2_is_that_of_the_vectors_and_their_signatures_verify_DEL_362()
    {
        foreach (var item in Vectors.GetProperty("step2").EnumerateArray())
        {
            var inputs = item.GetProperty("inputs");
            var text = DelegationKeys.StepTwoString(
                Text(inputs, "sid")!, Text(inputs, "from")!, Text(inputs, "to")!, Hex(inputs, "nonceAHex"), Hex(inputs, "nonceBHex"), Text(inputs, "device")!, Text(inputs, "terms")!);
            Assert.AreEqual(Text(item, "stringHex"), Convert.ToHexStringLower(text), Text(item, "name"));
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(Folder, Text(item, "certificate")!)));
            var signature = File.ReadAllBytes(Path.Combine(Folder, Text(item, "signatureFile")!));
            Assert.AreEqual(item.GetProperty("verifies").GetBoolean(), StepTwoSignature.Verify(text, signature, certificate), Text(item, "name"));
        }
    }

    [TestMethod]
    public void Weak_keys_are_told_from_strong_ones_DEL_152()
    {
        foreach (var item in Vectors.GetProperty("keyRules").EnumerateArray())
            Assert.AreEqual(item.GetProperty("code").GetInt32() == 0, DelegationKeys.IsStrong(Hex(item, "tdkHex")), Text(item, "note"));
    }

    [TestMethod]
    public void The_voucher_content_is_that_of_the_vectors_octet_for_octet()
    {
        var item = Case("all-fields");
        var inputs = item.GetProperty("inputs");
        var terms = new DelegationTerms
        {
            ScopeType = Text(inputs, "ScopeType")!,
            DurationType = Text(inputs, "DurationType")!,
            Control = Text(inputs, "Control"),
            Scope = BindingVector.Scope(inputs),
            NotAfter = Text(inputs, "NotAfter"),
            MaxSeconds = 86400,
            SubDelegation = 1,
            ConfirmMode = Text(inputs, "Mode")!,
            Window = 7200,
            RotateWithin = 86400,
            OnTimeUnknown = Text(inputs, "OnTimeUnknown"),
            Account = new AccountTerms
            {
                Addr = Text(inputs, "Addr"),
                AuthType = Text(inputs, "AuthType"),
                ClientName = Text(inputs, "ClientName"),
                ConRef = Text(inputs, "ConRef"),
                Spki = Convert.ToBase64String(Hex(inputs, "CertPinHex")),
            },
        };
        var expected = File.ReadAllText(Path.Combine(Folder, "vouchers", "good.json"));
        using var good = JsonDocument.Parse(expected);
        var digest = good.RootElement.GetProperty("key-digest").GetBytesFromBase64();
        var content = Voucher.Content(terms, Text(inputs, "id")!, "a.example", "b.example", "dev-42", Hex(inputs, "NonceHex"), 18, digest, new DateTimeOffset(2030, 1, 1, 3, 4, 5, TimeSpan.Zero));
        Assert.AreEqual(expected, Encoding.UTF8.GetString(content));
    }

    [TestMethod]
    public void A_voucher_has_one_signer_with_signed_attributes_and_its_content_inside_DEL_164()
    {
        using var signer = Certificate("TEST-ONLY-a-voucher-signer");
        var der = Voucher.Sign("{}"u8.ToArray(), signer);
        var cms = new SignedCms();
        cms.Decode(der);
        cms.CheckSignature(verifySignatureOnly: true);
        Assert.AreEqual("1.2.840.113549.1.7.1", cms.ContentInfo.ContentType.Value);
        CollectionAssert.AreEqual("{}"u8.ToArray(), cms.ContentInfo.Content);
        var info = cms.SignerInfos.Cast<SignerInfo>().Single();
        Assert.AreEqual("2.16.840.1.101.3.4.2.1", info.DigestAlgorithm.Value);
        Assert.IsTrue(info.SignedAttributes.Count > 0);
        Assert.AreEqual(signer.Thumbprint, info.Certificate!.Thumbprint);
    }

    private static JsonElement Case(string name) => Vectors.GetProperty("binding").EnumerateArray().Single(item => Text(item, "name") == name);

    private static BindingInputs Changed(JsonElement group, JsonElement item)
    {
        var merged = Case(Text(group, "base")!).GetProperty("inputs").EnumerateObject().ToDictionary(member => member.Name, member => member.Value);
        foreach (var member in item.GetProperty("change").EnumerateObject())
            merged[member.Name] = member.Value;
        return BindingVector.Inputs(JsonSerializer.SerializeToElement(merged));
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(Text(element, name) ?? "");

    private static X509Certificate2 Certificate(string name) => X509Certificate2.CreateFromPemFile(
        Path.Combine(Folder, "keys", name + ".cert.pem"), Path.Combine(Folder, "keys", name + ".key.pem"));

    private static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        return document.RootElement.Clone();
    }
}
