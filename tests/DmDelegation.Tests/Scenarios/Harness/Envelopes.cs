using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>
/// EnvelopedData made octet by octet (RFC 5652, RFC 8017), so that a test can leave the one form that is allowed, and so that nothing but
/// the test's own buffers ever holds the plaintext.
/// </summary>
public sealed record EnvelopeForm
{
    /// <summary>RSA PKCS#1 v1.5 key transport instead of OAEP.</summary>
    public bool Pkcs1 { get; init; }

    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;

    public HashAlgorithmName MaskHash { get; init; } = HashAlgorithmName.SHA256;

    /// <summary>Octets of the AES key.</summary>
    public int ContentKey { get; init; } = 32;

    public IReadOnlyList<X509Certificate2> Recipients { get; init; } = [TestPki.Shared.Device];

    public byte[] Trailing { get; init; } = [];

    /// <summary>Encrypts a plaintext; the caller overwrites it.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plaintext)
    {
        var key = RandomNumberGenerator.GetBytes(ContentKey);
        using var aes = Aes.Create();
        aes.Key = key;
        var iv = RandomNumberGenerator.GetBytes(16);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.2.840.113549.1.7.3");
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
            {
                writer.WriteInteger(0);
                using (writer.PushSetOf())
                {
                    foreach (var recipient in Recipients)
                    {
                        WriteRecipient(writer, recipient, key);
                    }
                }

                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("1.2.840.113549.1.7.1");
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(ContentKey == 32 ? "2.16.840.1.101.3.4.1.42" : "2.16.840.1.101.3.4.1.2");
                        writer.WriteOctetString(iv);
                    }

                    writer.WriteOctetString(aes.EncryptCbc(plaintext, iv), new Asn1Tag(TagClass.ContextSpecific, 0));
                }
            }
        }

        return [.. writer.Encode(), .. Trailing];
    }

    private void WriteRecipient(AsnWriter writer, X509Certificate2 recipient, byte[] key)
    {
        using var rsa = recipient.GetRSAPublicKey()!;
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(recipient.IssuerName.RawData);
                writer.WriteInteger(recipient.SerialNumberBytes.Span);
            }

            using (writer.PushSequence())
            {
                if (Pkcs1)
                {
                    writer.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                    writer.WriteNull();
                }
                else
                {
                    writer.WriteObjectIdentifier("1.2.840.113549.1.1.7");
                    WriteOaepParameters(writer);
                }
            }

            writer.WriteOctetString(Pkcs1 ? rsa.Encrypt(key, RSAEncryptionPadding.Pkcs1) : Oaep(rsa.ExportParameters(false), key));
        }
    }

    private void WriteOaepParameters(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                WriteHash(writer, Hash);
            }

            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.1.8");
                WriteHash(writer, MaskHash);
            }
        }
    }

    private static void WriteHash(AsnWriter writer, HashAlgorithmName hash)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(hash == HashAlgorithmName.SHA1 ? "1.3.14.3.2.26" : "2.16.840.1.101.3.4.2.1");
            writer.WriteNull();
        }
    }

    /// <summary>RSAES-OAEP (RFC 8017, 7.1.1) with an empty label; the platform has no way to choose the hash of MGF1 apart.</summary>
    private byte[] Oaep(RSAParameters rsa, byte[] message)
    {
        var labelHash = CryptographicOperations.HashData(Hash, []);
        var k = rsa.Modulus!.Length;
        byte[] padding = new byte[k - message.Length - (2 * labelHash.Length) - 2];
        byte[] block = [.. labelHash, .. padding, 1, .. message];
        var seed = RandomNumberGenerator.GetBytes(labelHash.Length);
        var maskedBlock = Xor(block, Mask(seed, block.Length));
        byte[] encoded = [0, .. Xor(seed, Mask(maskedBlock, seed.Length)), .. maskedBlock];
        var number = BigInteger.ModPow(Number(encoded), Number(rsa.Exponent!), Number(rsa.Modulus));
        var octets = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[k - octets.Length], .. octets];
    }

    private byte[] Mask(byte[] seed, int length)
    {
        var mask = new List<byte>();
        for (byte counter = 0; mask.Count < length; counter++)
        {
            mask.AddRange(CryptographicOperations.HashData(MaskHash, [.. seed, 0, 0, 0, counter]));
        }

        return [.. mask.Take(length)];
    }

    private static byte[] Xor(byte[] one, byte[] other) => [.. one.Zip(other, (x, y) => (byte)(x ^ y))];

    private static BigInteger Number(byte[] octets) => new(octets, isUnsigned: true, isBigEndian: true);
}

/// <summary>A device key that counts how often it is asked to decrypt.</summary>
public sealed class CountingDeviceKey(DmDelegation.Engine.Ports.IDeviceKey inner) : DmDelegation.Engine.Ports.IDeviceKey
{
    public int Unwraps { get; private set; }

    public bool CanUnwrap => inner.CanUnwrap;

    public ReadOnlyMemory<byte> Certificate => inner.Certificate;

    public string KeyStore => inner.KeyStore;

    public DmDelegation.Engine.Ports.SecretBuffer? Unwrap(ReadOnlyMemory<byte> envelope)
    {
        Unwraps++;
        return inner.Unwrap(envelope);
    }
}
