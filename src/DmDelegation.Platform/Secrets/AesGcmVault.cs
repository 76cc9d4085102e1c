using System.Security.Cryptography;
using System.Text;
using DmDelegation.Engine.Ports;

namespace DmDelegation.Platform.Secrets;

/// <summary>
/// Seals secrets with AES-256-GCM under the device key, the name as associated data (DEL-190).
/// Layout: version octet 1, nonce of 12 random octets, tag of 16 octets, ciphertext.
/// </summary>
public sealed class AesGcmVault : IVault, IDisposable
{
    /// <summary>Octets that sealing adds: version, nonce, tag.</summary>
    public const int Overhead = 1 + NonceOctets + TagOctets;

    private const byte Version = 1;

    // 96 bits, drawn at random: NIST SP 800-38D allows 2^32 of these under one key; a device seals a few per delegation.
    private const int NonceOctets = 12;
    private const int TagOctets = 16;

    private readonly AesGcm _cipher;

    /// <summary>A vault under the given device key of <see cref="DeviceKeyFile.KeyOctets"/> octets; the caller still owns the key.</summary>
    public AesGcmVault(SecretBuffer deviceKey)
    {
        if (deviceKey.Length != DeviceKeyFile.KeyOctets)
            throw new PlatformException("device-key-length", $"the device key has {deviceKey.Length} octets, it must have {DeviceKeyFile.KeyOctets}");
        _cipher = new AesGcm(deviceKey.Octets, TagOctets);
    }

    /// <inheritdoc/>
    public byte[] Seal(string name, ReadOnlySpan<byte> secret)
    {
        var octets = new byte[Overhead + secret.Length];
        octets[0] = Version;
        var nonce = octets.AsSpan(1, NonceOctets);
        RandomNumberGenerator.Fill(nonce);
        _cipher.Encrypt(nonce, secret, octets.AsSpan(Overhead), octets.AsSpan(1 + NonceOctets, TagOctets), Encoding.UTF8.GetBytes(name));
        return octets;
    }

    /// <inheritdoc/>
    public SecretBuffer? Open(string name, ReadOnlySpan<byte> sealedOctets)
    {
        if (sealedOctets.Length < Overhead || sealedOctets[0] != Version)
            return null;

        var secret = new SecretBuffer(sealedOctets.Length - Overhead);
        try
        {
            _cipher.Decrypt(
                sealedOctets.Slice(1, NonceOctets),
                sealedOctets[Overhead..],
                sealedOctets.Slice(1 + NonceOctets, TagOctets),
                secret.Octets,
                Encoding.UTF8.GetBytes(name));
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            secret.Dispose();
            return null;
        }
    }

    /// <summary>Lets go of the key.</summary>
    public void Dispose() => _cipher.Dispose();
}
