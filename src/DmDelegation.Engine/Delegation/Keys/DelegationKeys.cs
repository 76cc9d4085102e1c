using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using DmDelegation.Engine.Ports;

namespace DmDelegation.Engine.Delegation.Keys;

/// <summary>
/// What is derived from the TDK (8.1, 8.5, 8.7). Every result that is a secret is in a <see cref="SecretBuffer"/>; the caller disposes
/// of it.
/// </summary>
public static class DelegationKeys
{
    /// <summary>Length of a TDK in octets (DEL-151).</summary>
    public const int TdkOctets = 32;

    /// <summary>Length of a password derived from 32 octets in base64url without padding (DEL-170).</summary>
    public const int PasswordCharacters = 43;

    private const int PrkOctets = 32;
    private const int CheckOctets = 8;
    private const int MinDistinctOctets = 8;

    /// <summary>Whether a TDK is of the wrong length, has fewer than 8 distinct octets, or is printable throughout (DEL-152).</summary>
    public static bool IsWeak(ReadOnlySpan<byte> tdk)
    {
        var printable = true;
        foreach (var octet in tdk)
        {
            printable &= octet is >= 0x20 and <= 0x7E;
        }

        return tdk.Length != TdkOctets || printable || IsUniform(tdk);
    }

    /// <summary>Whether a secret has fewer than 8 distinct octets: a row of like ones, a counter's start (DEL-152, DEL-181).</summary>
    public static bool IsUniform(ReadOnlySpan<byte> secret)
    {
        Span<bool> seen = stackalloc bool[256];
        seen.Clear();
        var distinct = 0;
        foreach (var octet in secret)
        {
            distinct += seen[octet] ? 0 : 1;
            seen[octet] = true;
        }

        seen.Clear();
        return distinct < MinDistinctOctets;
    }

    /// <summary>Key check value: the first 8 octets of HMAC-SHA-256(TDK, "check" ‖ BH) (DEL-156).</summary>
    public static byte[] Check(ReadOnlySpan<byte> tdk, ReadOnlySpan<byte> bindingHash)
    {
        Span<byte> mac = stackalloc byte[32];
        Mac(tdk, "check"u8, default, bindingHash, mac);
        return mac[..CheckOctets].ToArray();
    }

    /// <summary>Voucher key-digest of method <c>tls</c>: HMAC-SHA-256(TDK, "voucher") (8.4).</summary>
    public static byte[] VoucherDigest(ReadOnlySpan<byte> tdk)
    {
        Span<byte> mac = stackalloc byte[32];
        Mac(tdk, "voucher"u8, default, default, mac);
        return mac.ToArray();
    }

    /// <summary>PRK = HKDF-Extract(SHA-256, salt = BH, IKM = TDK) (DEL-162).</summary>
    public static SecretBuffer Extract(ReadOnlySpan<byte> tdk, ReadOnlySpan<byte> bindingHash)
    {
        var prk = new SecretBuffer(PrkOctets);
        HKDF.Extract(HashAlgorithmName.SHA256, tdk, bindingHash, prk.Octets);
        return prk;
    }

    /// <summary>HKDF-Expand(PRK, info, length) (8.5).</summary>
    public static SecretBuffer Expand(SecretBuffer prk, string info, int octets)
    {
        var output = new SecretBuffer(octets);
        HKDF.Expand(HashAlgorithmName.SHA256, prk.Octets, output.Octets, Encoding.ASCII.GetBytes(info));
        return output;
    }

    /// <summary>A password: base64url text of the 32 octets of <paramref name="info"/>, as ASCII octets (DEL-170).</summary>
    public static SecretBuffer Password(SecretBuffer prk, string info)
    {
        using var octets = Expand(prk, info, 32);
        var password = new SecretBuffer(PasswordCharacters);
        Base64Url.EncodeToUtf8(octets.Octets, password.Octets, out _, out _);
        return password;
    }

    /// <summary>Whether a proof is HMAC-SHA-256(K_proof, "confirm" ‖ challenge ‖ BH), in constant time (8.7, DEL-187).</summary>
    public static bool IsProof(SecretBuffer proofKey, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> bindingHash, ReadOnlySpan<byte> proof)
    {
        Span<byte> expected = stackalloc byte[32];
        Mac(proofKey.Octets, "confirm"u8, challenge, bindingHash, expected);
        var equal = CryptographicOperations.FixedTimeEquals(expected, proof);
        CryptographicOperations.ZeroMemory(expected);
        return equal;
    }

    /// <summary>Idempotence key of an alert: hex of the first 16 octets of SHA-256(L(id) ‖ L(target) ‖ L(n)) (DEL-236).</summary>
    public static string IdempotenceKey(string delegationId, string target, long n)
    {
        var input = new LengthPrefixed().Part(delegationId).Part(target).Part(n.ToString());
        return Convert.ToHexStringLower(SHA256.HashData(input.Octets).AsSpan(0, 16));
    }

    /// <summary>
    /// The TDK inside the plaintext of an EnvelopedData: "TDK1" ‖ key ‖ SHA-256(L(id) ‖ L(device id) ‖ L(B)), 68 octets; null if it
    /// is anything else (DEL-160).
    /// </summary>
    public static SecretBuffer? FromEnvelope(SecretBuffer plaintext, string delegationId, string deviceId, string delegatedServer)
    {
        const int headerOctets = 4;
        var octets = plaintext.Octets;
        if (octets.Length != headerOctets + TdkOctets + 32 || !octets[..headerOctets].SequenceEqual("TDK1"u8))
        {
            return null;
        }

        var context = new LengthPrefixed().Part(delegationId).Part(deviceId).Part(delegatedServer);
        return CryptographicOperations.FixedTimeEquals(octets[(headerOctets + TdkOctets)..], SHA256.HashData(context.Octets))
            ? SecretBuffer.CopyOf(octets.Slice(headerOctets, TdkOctets))
            : null;
    }

    private static void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> mac)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(label);
        hash.AppendData(first);
        hash.AppendData(second);
        hash.GetHashAndReset(mac);
    }
}
