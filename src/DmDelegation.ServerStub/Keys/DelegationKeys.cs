using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace DmDelegation.ServerStub.Keys;

/// <summary>
/// What both ends derive from the TDK with BH as salt (delegation.md 8.5). The buffers are pinned, so that the runtime leaves no copy, and
/// are overwritten at <see cref="Dispose"/> (DEL-375).
/// </summary>
public sealed class DelegationKeys : IDisposable
{
    private readonly byte[] _all = GC.AllocateArray<byte>(128, pinned: true);

    private DelegationKeys(byte[] check) => Check = check;

    /// <summary>Key check value: first 8 octets of HMAC-SHA-256(TDK, "check" ‖ BH) (DEL-156); no secret.</summary>
    public ReadOnlyMemory<byte> Check { get; }

    /// <summary>32 octets; the password is their base64url text (DEL-170).</summary>
    public Span<byte> ClientCredential => _all.AsSpan(0, 32);

    /// <summary>32 octets; the password is their base64url text (DEL-170).</summary>
    public Span<byte> ServerCredential => _all.AsSpan(32, 32);

    /// <summary>16 octets: the first nonce the agent uses towards B.</summary>
    public Span<byte> ClientNonce => _all.AsSpan(64, 16);

    /// <summary>16 octets: the first nonce B uses towards the agent.</summary>
    public Span<byte> ServerNonce => _all.AsSpan(80, 16);

    /// <summary>32 octets: key of the confirmation proof (8.7).</summary>
    public Span<byte> Proof => _all.AsSpan(96, 32);

    /// <summary>Derives everything; the TDK stays with the caller, who erases it.</summary>
    public static DelegationKeys Derive(ReadOnlySpan<byte> tdk, ReadOnlySpan<byte> bindingHash)
    {
        var keys = new DelegationKeys(CheckValue(tdk, bindingHash));
        Span<byte> prk = stackalloc byte[32];
        HMACSHA256.HashData(bindingHash, tdk, prk); // HKDF-Extract is HMAC with the salt as key
        Expand(prk, "client-cred"u8, keys.ClientCredential);
        Expand(prk, "server-cred"u8, keys.ServerCredential);
        Expand(prk, "client-nonce"u8, keys.ClientNonce);
        Expand(prk, "server-nonce"u8, keys.ServerNonce);
        Expand(prk, "proof"u8, keys.Proof);
        CryptographicOperations.ZeroMemory(prk);
        return keys;
    }

    /// <summary>The key check value for a TDK (DEL-156).</summary>
    public static byte[] CheckValue(ReadOnlySpan<byte> tdk, ReadOnlySpan<byte> bindingHash) =>
        HMACSHA256.HashData(tdk, [.. "check"u8, .. bindingHash])[..8];

    /// <summary>The proof of Exec Confirm: HMAC-SHA-256(K_proof, "confirm" ‖ challenge ‖ BH) (8.7).</summary>
    public static byte[] ProofOf(ReadOnlySpan<byte> proofKey, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> bindingHash) =>
        HMACSHA256.HashData(proofKey, [.. "confirm"u8, .. challenge, .. bindingHash]);

    /// <summary>The password octets: base64url without padding, ASCII, 43 octets for 32 (DEL-170).</summary>
    public static byte[] Password(ReadOnlySpan<byte> credential)
    {
        var password = GC.AllocateArray<byte>(Base64Url.GetEncodedLength(credential.Length), pinned: true);
        Base64Url.EncodeToUtf8(credential, password);
        return password;
    }

    /// <summary>Idempotence key of an alert: hex of the first 16 octets of SHA-256( L(id) ‖ L(target) ‖ L(n) ) (DEL-236).</summary>
    public static string IdempotenceKey(string id, string target, long n)
    {
        using var stream = new MemoryStream();
        stream.L(id).L(target).L(LengthPrefix.Decimal(n));
        return Convert.ToHexStringLower(SHA256.HashData(stream.ToArray()).AsSpan(0, 16));
    }

    /// <summary>A TDK that the device will accept: 32 octets, at least 8 distinct, not printable throughout (DEL-151, DEL-152).</summary>
    public static bool IsStrong(ReadOnlySpan<byte> tdk)
    {
        if (tdk.Length != 32)
            return false;
        Span<bool> seen = stackalloc bool[256];
        var distinct = 0;
        var printable = 0;
        foreach (var octet in tdk)
        {
            distinct += seen[octet] ? 0 : 1;
            seen[octet] = true;
            printable += octet is >= 0x20 and < 0x7F ? 1 : 0;
        }

        return distinct >= 8 && printable < tdk.Length;
    }

    /// <summary>The octets signed in step 2 (delegation.md 14.2).</summary>
    public static byte[] StepTwoString(string sid, string from, string to, ReadOnlySpan<byte> nonceA, ReadOnlySpan<byte> nonceB, string device, string terms)
    {
        using var stream = new MemoryStream();
        stream.Raw("S2S-AUTH-1"u8).L(sid).L(from).L(to).L(nonceA).L(nonceB).L(device).Raw(SHA256.HashData(Encoding.UTF8.GetBytes(terms)));
        return stream.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_all);

    // HKDF-Expand with at most one block: T(1) = HMAC(PRK, info ‖ 01), cut to the length (RFC 5869 2.3).
    private static void Expand(ReadOnlySpan<byte> prk, ReadOnlySpan<byte> info, Span<byte> output)
    {
        Span<byte> block = stackalloc byte[32];
        HMACSHA256.HashData(prk, [.. info, 1], block);
        block[..output.Length].CopyTo(output);
        CryptographicOperations.ZeroMemory(block);
    }
}
