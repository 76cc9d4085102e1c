using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace DmDelegation.ServerStub.Keys;

/// <summary>Carries the TDK in a CMS EnvelopedData with one recipient (delegation.md 8.2, DEL-158, DEL-160).</summary>
public static class KeyEnvelope
{
    private const string Aes256Cbc = "2.16.840.1.101.3.4.1.42";

    /// <summary>Length of the plaintext: "TDK1", the key, the context hash (DEL-160).</summary>
    public const int PlaintextLength = 68;

    /// <summary>The 68 octets of DEL-160; the caller erases them.</summary>
    public static byte[] Plaintext(ReadOnlySpan<byte> tdk, string id, string deviceId, string delegatedServer)
    {
        var plaintext = GC.AllocateArray<byte>(PlaintextLength, pinned: true);
        "TDK1"u8.CopyTo(plaintext);
        tdk.CopyTo(plaintext.AsSpan(4, 32));
        Context(id, deviceId, delegatedServer).CopyTo(plaintext.AsSpan(36));
        return plaintext;
    }

    /// <summary>Encrypts the TDK to a certificate: RSAES-OAEP with SHA-256, AES-256-CBC (DEL-158).</summary>
    public static byte[] Seal(ReadOnlySpan<byte> tdk, string id, string deviceId, string delegatedServer, X509Certificate2 recipient)
    {
        var plaintext = Plaintext(tdk, id, deviceId, delegatedServer);
        var cms = new EnvelopedCms(new ContentInfo(plaintext), new AlgorithmIdentifier(new Oid(Aes256Cbc)));
        cms.Encrypt(new CmsRecipient(SubjectIdentifierType.IssuerAndSerialNumber, recipient, RSAEncryptionPadding.OaepSHA256));
        CryptographicOperations.ZeroMemory(plaintext);
        return cms.Encode();
    }

    /// <summary>Opens what <see cref="Seal"/> made with B's own key (DEL-365); throws <see cref="CryptographicException"/> for every fault alike.</summary>
    public static byte[] Open(ReadOnlySpan<byte> envelope, string id, string deviceId, string delegatedServer, X509Certificate2 own)
    {
        var plaintext = Decrypt(envelope, own);
        try
        {
            if (plaintext.Length != PlaintextLength || !plaintext.AsSpan(0, 4).SequenceEqual("TDK1"u8)
                || !CryptographicOperations.FixedTimeEquals(plaintext.AsSpan(36), Context(id, deviceId, delegatedServer)))
                throw new CryptographicException("the wrapped key is not for this delegation");
            var tdk = GC.AllocateArray<byte>(32, pinned: true);
            plaintext.AsSpan(4, 32).CopyTo(tdk);
            return tdk;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <summary>The plaintext of an envelope with one recipient.</summary>
    public static byte[] Decrypt(ReadOnlySpan<byte> envelope, X509Certificate2 own)
    {
        var cms = new EnvelopedCms();
        cms.Decode(envelope);
        if (cms.RecipientInfos.Count != 1 || cms.ContentEncryptionAlgorithm.Oid.Value != Aes256Cbc)
            throw new CryptographicException("the wrapped key has another form than DEL-158 says");
        cms.Decrypt(cms.RecipientInfos[0], [own]);
        return cms.ContentInfo.Content;
    }

    private static byte[] Context(string id, string deviceId, string delegatedServer)
    {
        using var stream = new MemoryStream();
        stream.L(id).L(deviceId).L(delegatedServer);
        return SHA256.HashData(stream.ToArray());
    }
}
