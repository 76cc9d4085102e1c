using System.Buffers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using DmDelegation.ServerStub.Delegation;

namespace DmDelegation.ServerStub.Keys;

/// <summary>The voucher of delegation.md 8.4: CMS SignedData over a JSON object that repeats the record.</summary>
public static class Voucher
{
    private const string Sha256Oid = "2.16.840.1.101.3.4.2.1";

    /// <summary>The JSON octets; a leaf that is absent in the record is absent here, numbers are JSON numbers, binary values base64.</summary>
    public static byte[] Content(DelegationTerms terms, string id, string a, string b, string deviceId, byte[] nonce, long seq, byte[] keyDigest, DateTimeOffset createdOn)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("version", "1");
            json.WriteString("created-on", createdOn.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
            json.WriteString("assertion", "delegated");
            json.WriteString("serial-number", deviceId);
            json.WriteString("delegation-id", id);
            json.WriteString("delegating-server", a);
            json.WriteString("delegated-server", b);
            WriteTerms(json, terms);
            json.WriteBase64String("nonce", nonce);
            json.WriteNumber("seq", seq);
            json.WriteBase64String("key-digest", keyDigest);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Signs the content: one signer with signed attributes, content inside, id-data (DEL-164).</summary>
    public static byte[] Sign(byte[] content, X509Certificate2 signer)
    {
        var cms = new SignedCms(new ContentInfo(content), detached: false);
        cms.ComputeSignature(new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, signer)
        {
            DigestAlgorithm = new Oid(Sha256Oid),
            IncludeOption = X509IncludeOption.EndCertOnly,
            SignedAttributes = { new Pkcs9SigningTime() },
        });
        return cms.Encode();
    }

    /// <summary>key-digest for method <c>cms</c>: SHA-256 of the octets of Key/Value; for <c>tls</c>: HMAC-SHA-256(TDK, "voucher").</summary>
    public static byte[] KeyDigest(string method, ReadOnlySpan<byte> keyValue, ReadOnlySpan<byte> tdk) =>
        method == "cms" ? SHA256.HashData(keyValue) : HMACSHA256.HashData(tdk, "voucher"u8);

    private static void WriteTerms(Utf8JsonWriter json, DelegationTerms terms)
    {
        json.WriteString("scope-type", terms.ScopeType);
        json.WriteString("duration-type", terms.DurationType);
        Optional(json, "control", terms.Control);
        json.WriteStartArray("scope");
        foreach (var entry in terms.Scope)
        {
            json.WriteStartObject();
            json.WriteString("uri", entry.Uri);
            json.WriteString("rights", entry.Rights);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Optional(json, "not-after", terms.NotAfter);
        Optional(json, "max-seconds", terms.MaxSeconds);
        Optional(json, "sub-delegation", terms.SubDelegation);
        json.WriteStartObject("account");
        Optional(json, "addr", terms.Account?.Addr);
        Optional(json, "ref", terms.Account?.Addr is null ? terms.Account?.Ref : null);
        Optional(json, "auth-type", terms.Account?.AuthType);
        Optional(json, "client-name", terms.Account?.ClientName);
        Optional(json, "con-ref", terms.Account?.ConRef);
        json.WriteEndObject();
        Optional(json, "pinned-spki", terms.Account?.Spki);
        json.WriteString("confirm-mode", terms.ConfirmMode);
        json.WriteNumber("window", terms.Window);
        Optional(json, "rotate-within", terms.RotateWithin);
        Optional(json, "on-time-unknown", terms.OnTimeUnknown);
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static void Optional(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
    }
}
