using System.Text;
using System.Text.Json;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Protocol.Credentials;

[TestClass]
public sealed class OmaDigestTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(Samples.Fixture("crypto", "vectors.json")).RootElement;

    private static byte[] Utf8(JsonElement vector, string name) => Encoding.UTF8.GetBytes(vector.GetProperty(name).GetString()!);

    private static byte[] Hex(JsonElement vector, string name) => Convert.FromHexString(vector.GetProperty(name).GetString()!);

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    private static byte[] Inner(byte[] user, byte[] password)
    {
        var inner = new byte[OmaDigest.InnerLength];
        OmaDigest.UserPassword(user, password, inner);
        return inner;
    }

    private static byte[] Body(JsonElement vector) => Samples.Fixture("wbxml", Path.GetFileName(Text(vector, "bodyFile")));

    [TestMethod]
    public void Basic_credentials_match_the_vectors()
    {
        foreach (var vector in Vectors.GetProperty("basic").EnumerateArray())
        {
            var (user, password, data) = (Utf8(vector, "user"), Utf8(vector, "password"), Text(vector, "data"));
            Assert.AreEqual(data, OmaDigest.BasicCredential(user, password));
            Assert.IsTrue(OmaDigest.VerifyBasic(user, password, data));
            Assert.IsFalse(OmaDigest.VerifyBasic(user, [.. password, 0x20], data));
        }
    }

    [TestMethod]
    public void Md5_credentials_match_the_vectors_SEC_003_AMB_043()
    {
        foreach (var vector in Vectors.GetProperty("md5").EnumerateArray())
        {
            var (inner, nonce) = (Inner(Utf8(vector, "user"), Utf8(vector, "password")), Hex(vector, "nonceHex"));
            if (vector.TryGetProperty("innerB64", out var expected))
                Assert.AreEqual(expected.GetString(), Encoding.ASCII.GetString(inner));
            Assert.AreEqual(Text(vector, "data"), OmaDigest.Md5Credential(inner, nonce));
            Assert.IsTrue(OmaDigest.VerifyMd5(inner, nonce, Text(vector, "data")));
            // The nonce goes in decoded: its base64 text gives another value.
            Assert.IsFalse(nonce.Length > 0 && OmaDigest.VerifyMd5(inner, Utf8(vector, "nonceB64"), Text(vector, "data")));
        }
    }

    [TestMethod]
    public void Macs_match_the_vectors_SEC_063()
    {
        foreach (var vector in Vectors.GetProperty("mac").EnumerateArray())
        {
            var (inner, nonce, body) = (Inner(Utf8(vector, "user"), Utf8(vector, "password")), Hex(vector, "nonceHex"), Body(vector));
            Assert.AreEqual(vector.GetProperty("bodyLength").GetInt32(), body.Length);
            Assert.AreEqual(Text(vector, "mac"), OmaDigest.Mac(inner, nonce, body));
            Assert.IsTrue(OmaDigest.VerifyMac(inner, nonce, body, Text(vector, "mac")));
            Assert.IsFalse(OmaDigest.VerifyMac(inner, nonce, [.. body, 0x0A], Text(vector, "mac")));
            var header = Text(vector, "header")[(HmacHeader.HeaderName.Length + 2)..];
            Assert.AreEqual(header, new HmacHeader(Text(vector, "user"), Text(vector, "mac")).Format());
        }
    }

    [TestMethod]
    public void A_mac_of_hex_digits_is_accepted_too_AMB_041()
    {
        var vector = Vectors.GetProperty("mac")[0];
        var (inner, nonce, body) = (Inner(Utf8(vector, "user"), Utf8(vector, "password")), Hex(vector, "nonceHex"), Body(vector));
        var digest = Convert.FromBase64String(Text(vector, "mac"));
        foreach (var hex in new[] { Convert.ToHexString(digest), Convert.ToHexString(digest).ToLowerInvariant() })
            Assert.IsTrue(OmaDigest.VerifyMac(inner, nonce, body, Convert.ToBase64String(Encoding.ASCII.GetBytes(hex))));
        digest[3] ^= 1;
        Assert.IsFalse(OmaDigest.VerifyMac(inner, nonce, body, Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToHexString(digest)))));
    }

    [TestMethod]
    public void Digests_of_package_0_match_the_vectors()
    {
        foreach (var vector in Vectors.GetProperty("notification").EnumerateArray())
        {
            var (inner, nonce) = (Inner(Utf8(vector, "serverId"), Utf8(vector, "password")), Hex(vector, "nonceHex"));
            var digest = new byte[OmaDigest.DigestLength];
            OmaDigest.Package0(inner, nonce, Hex(vector, "triggerHex"), digest);
            CollectionAssert.AreEqual(Hex(vector, "digestHex"), digest);
            Assert.IsTrue(OmaDigest.VerifyPackage0(inner, nonce, Hex(vector, "triggerHex"), digest));
            Assert.IsFalse(OmaDigest.VerifyPackage0(inner, nonce, Hex(vector, "triggerHex"), digest.AsSpan(1)));
        }
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("!")]
    [DataRow("Zz6EivR3yeaaENcRN6lpAQ=")]
    [DataRow("Zz6EivR3yeaaENcRN6lpAg==")]
    [DataRow("Zz6EivR3yeaaENcRN6lp")]
    [DataRow("Zz6EivR3yeaaENcRN6lpAQAA")]
    [DataRow("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", DisplayName = "32 octets that are no hex digits")]
    [DataRow("Zz6EivR3yeaaENcRN6lpAQ==Zz6EivR3yeaaENcRN6lpAQ==")]
    public void Whatever_is_not_the_digest_fails_SEC_012(string data)
    {
        var inner = Inner("Bruce2"u8.ToArray(), "OhBehave"u8.ToArray());
        Assert.IsTrue(OmaDigest.VerifyMd5(inner, "Nonce"u8, "Zz6EivR3yeaaENcRN6lpAQ=="));
        Assert.IsFalse(OmaDigest.VerifyMd5(inner, "Nonce"u8, data));
        Assert.IsFalse(OmaDigest.VerifyMac(inner, "Nonce"u8, "body"u8, data));
        Assert.IsFalse(OmaDigest.VerifyBasic("Bruce2"u8, "OhBehave"u8, data));
    }

    [TestMethod]
    public void Endless_credentials_are_not_looked_at()
    {
        var inner = Inner([], []);
        var endless = new string('A', 1 << 20);
        Assert.IsFalse(OmaDigest.VerifyMd5(inner, [], endless));
        Assert.IsFalse(OmaDigest.VerifyMac(inner, [], [], endless));
        Assert.IsFalse(OmaDigest.VerifyBasic([], [], endless));
    }
}
