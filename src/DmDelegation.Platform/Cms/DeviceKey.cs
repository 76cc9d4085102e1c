using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DmDelegation.Engine.Ports;

namespace DmDelegation.Platform.Cms;

/// <summary>
/// The device's RSA identity key in a file. Envelopes are opened with the primitives, not with a CMS library: what is decrypted is only ever
/// in buffers of our own (DEL-188), and nothing is decrypted that was not compared before (DEL-158).
/// </summary>
public sealed class DeviceKey : IDeviceKey, IDisposable
{
    /// <summary>Longest <c>Key/Value</c> in octets (DEL-086).</summary>
    public const int MaxEnvelopeOctets = 4096;

    /// <summary>Shortest RSA key in bits (DEL-158).</summary>
    public const int MinKeyBits = 2048;

    private const int ContentKeyOctets = 32;

    private readonly X509Certificate2? _certificate;
    private readonly RSA? _key;

    private DeviceKey(X509Certificate2? certificate, RSA? key)
    {
        _certificate = certificate;
        _key = key;
    }

    /// <inheritdoc/>
    public bool CanUnwrap => _key is not null;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Certificate => _certificate is null ? default : _certificate.RawDataMemory;

    /// <inheritdoc/>
    public string KeyStore => "file";

    /// <summary>A device without a key that can decrypt: method <c>cms</c> is not offered (DEL-158).</summary>
    public static DeviceKey None() => new(null, null);

    /// <summary>Reads certificate and key in PEM. With a key that is not RSA, method <c>cms</c> is not offered.</summary>
    /// <exception cref="PlatformException">A file cannot be read, the two do not belong together, or the RSA key is too short.</exception>
    public static DeviceKey Load(string certificateFile, string keyFile)
    {
        var certificate = Certificates.LoadWithKey(certificateFile, keyFile);
        if (certificate.GetRSAPrivateKey() is not { } key)
        {
            certificate.Dispose();
            return None();
        }

        if (key.KeySize >= MinKeyBits)
            return new DeviceKey(certificate, key);
        var bits = key.KeySize;
        key.Dispose();
        certificate.Dispose();
        throw new PlatformException("identity-key", $"{keyFile} is an RSA key of {bits} bits, it must have at least {MinKeyBits}");
    }

    /// <inheritdoc/>
    public SecretBuffer? Unwrap(ReadOnlyMemory<byte> envelope)
    {
        if (_key is null || envelope.Length > MaxEnvelopeOctets)
            return null;
        try
        {
            var parsed = Envelope.Parse(envelope);
            return CertificateIdentifier.IsFor(parsed.Recipient, _certificate!) ? Decrypt(parsed) : null;
        }
        catch (Exception fault) when (fault is AsnContentException or CryptographicException)
        {
            // One answer for every fault: no oracle (DEL-159).
            return null;
        }
    }

    /// <summary>Lets go of the key.</summary>
    public void Dispose()
    {
        _key?.Dispose();
        _certificate?.Dispose();
    }

    private SecretBuffer? Decrypt(Envelope envelope)
    {
        // As large as the modulus: that is the room the primitive asks for.
        using var contentKey = new SecretBuffer(_key!.KeySize / 8);
        if (!_key.TryDecrypt(envelope.EncryptedKey.Span, contentKey.Octets, RSAEncryptionPadding.OaepSHA256, out var keyLength)
            || keyLength != ContentKeyOctets)
        {
            return null;
        }

        using var cipher = Aes.Create();
        using var exactKey = SecretBuffer.CopyOf(contentKey.Octets[..keyLength]);
        SetKey(cipher, exactKey);
        using var room = new SecretBuffer(envelope.Content.Length);
        return cipher.TryDecryptCbc(envelope.Content.Span, envelope.InitialVector.Span, room.Octets, out var length, PaddingMode.PKCS7)
            ? SecretBuffer.CopyOf(room.Octets[..length])
            : null;
    }

    private static void SetKey(Aes cipher, SecretBuffer key)
    {
        var octets = GC.AllocateUninitializedArray<byte>(key.Length, pinned: true);
        key.Octets.CopyTo(octets);
        cipher.Key = octets;
        CryptographicOperations.ZeroMemory(octets);
    }
}
