using System.Security.Cryptography;

namespace DmDelegation.Protocol;

/// <summary>
/// The digest formulas of OMA DM (security.md 2) and their checks; the only place with MD5 (DEL-174).
/// "inner" is B64(H(user:password)) as <see cref="UserPassword"/> makes it; "nonce" is always the decoded octets, and none at all
/// before the first one is known (AMB-043).
/// </summary>
public static class OmaDigest
{
    /// <summary>Octets of B64 of an MD5 value.</summary>
    public const int InnerLength = 24;

    /// <summary>Octets of an MD5 value.</summary>
    public const int DigestLength = 16;

    // AMB-041: the other form of a mac is base64 of this many ASCII hex digits.
    private const int HexLength = 2 * DigestLength;

    // Own choice: longest Cred/Data of auth-basic that is looked at; user name and password of 255 octets are 684 characters.
    private const int MaxBasicChars = 1024;

    /// <summary>B64(H(user ":" password)) as ASCII; a secret.</summary>
    /// <param name="user">UTF-8 of the user name (ServerID for package 0).</param>
    /// <param name="password">UTF-8 of the password.</param>
    /// <param name="inner">Receives <see cref="InnerLength"/> octets.</param>
    public static void UserPassword(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password, Span<byte> inner)
    {
        Span<byte> digest = stackalloc byte[DigestLength];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(user);
        hash.AppendData(":"u8);
        hash.AppendData(password);
        hash.GetHashAndReset(digest);
        EncodeDigest(digest, inner);
        CryptographicOperations.ZeroMemory(digest);
    }

    /// <summary>Cred/Data of auth-basic, B64(user ":" password). Sent over TLS only (SEC-011).</summary>
    public static string BasicCredential(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        var plain = BasicPlain(user, password);
        var data = Convert.ToBase64String(plain);
        CryptographicOperations.ZeroMemory(plain);
        return data;
    }

    /// <summary>Cred/Data of auth-md5, B64(H(inner ":" nonce)).</summary>
    public static string Md5Credential(ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce)
    {
        Span<byte> digest = stackalloc byte[DigestLength];
        Md5Digest(inner, nonce, digest);
        return Convert.ToBase64String(digest);
    }

    /// <summary>The mac of auth-MAC, B64(H(inner ":" nonce ":" B64(H(body)))), not an RFC 2104 HMAC (AMB-040).</summary>
    /// <param name="inner">From <see cref="UserPassword"/>.</param>
    /// <param name="nonce">Decoded octets.</param>
    /// <param name="body">The octets of the HTTP entity as on the wire (AMB-042).</param>
    public static string Mac(ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> body)
    {
        Span<byte> digest = stackalloc byte[DigestLength];
        Package0(inner, nonce, body, digest);
        return Convert.ToBase64String(digest);
    }

    /// <summary>The digest of package 0, H(inner ":" nonce ":" B64(H(trigger))).</summary>
    public static void Package0(ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> trigger, Span<byte> digest)
    {
        Span<byte> trailing = stackalloc byte[InnerLength];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(trigger);
        hash.GetHashAndReset(digest);
        EncodeDigest(digest, trailing);
        hash.AppendData(inner);
        hash.AppendData(":"u8);
        hash.AppendData(nonce);
        hash.AppendData(":"u8);
        hash.AppendData(trailing);
        hash.GetHashAndReset(digest);
    }

    /// <summary>Checks Cred/Data of auth-basic in constant time.</summary>
    public static bool VerifyBasic(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password, string data)
    {
        if (data.Length > MaxBasicChars)
            return false;
        var expected = BasicPlain(user, password);
        var received = GC.AllocateArray<byte>(data.Length, pinned: true);
        var equal = Convert.TryFromBase64String(data, received, out var length)
            && CryptographicOperations.FixedTimeEquals(expected, received.AsSpan(0, length));
        CryptographicOperations.ZeroMemory(expected);
        CryptographicOperations.ZeroMemory(received);
        return equal;
    }

    /// <summary>Checks Cred/Data of auth-md5 in constant time (SEC-012).</summary>
    public static bool VerifyMd5(ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce, string data)
    {
        Span<byte> expected = stackalloc byte[DigestLength];
        Span<byte> received = stackalloc byte[DigestLength];
        Md5Digest(inner, nonce, expected);
        return Convert.TryFromBase64String(data, received, out var length)
            && CryptographicOperations.FixedTimeEquals(expected, received[..length]);
    }

    /// <summary>Checks a mac in constant time, base64 of the octets or of their hex digits (AMB-041).</summary>
    public static bool VerifyMac(ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> body, string mac)
    {
        Span<byte> received = stackalloc byte[HexLength];
        if (!Convert.TryFromBase64String(mac, received, out var length))
            return false;
        if (length != HexLength)
            return VerifyPackage0(inner, nonce, body, received[..length]);
        Span<byte> digest = stackalloc byte[DigestLength];
        return Convert.FromHexString(System.Text.Encoding.Latin1.GetString(received), digest, out _, out _) == System.Buffers.OperationStatus.Done
            && VerifyPackage0(inner, nonce, body, digest);
    }

    /// <summary>Checks the digest of package 0 in constant time.</summary>
    public static bool VerifyPackage0(
        ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> trigger, ReadOnlySpan<byte> digest)
    {
        Span<byte> expected = stackalloc byte[DigestLength];
        Package0(inner, nonce, trigger, expected);
        return CryptographicOperations.FixedTimeEquals(expected, digest);
    }

    private static void Md5Digest(ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce, Span<byte> digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(inner);
        hash.AppendData(":"u8);
        hash.AppendData(nonce);
        hash.GetHashAndReset(digest);
    }

    private static byte[] BasicPlain(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        var plain = GC.AllocateUninitializedArray<byte>(user.Length + 1 + password.Length, pinned: true);
        user.CopyTo(plain);
        plain[user.Length] = (byte)':';
        password.CopyTo(plain.AsSpan(user.Length + 1));
        return plain;
    }

    private static void EncodeDigest(ReadOnlySpan<byte> digest, Span<byte> base64) =>
        System.Buffers.Text.Base64.EncodeToUtf8(digest, base64, out _, out _);
}
