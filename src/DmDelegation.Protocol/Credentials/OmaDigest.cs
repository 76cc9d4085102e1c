namespace DmDelegation.Protocol;

/// <summary>
/// The digest formulas of OMA DM (security.md 2) and their checks; the only place with MD5 (DEL-174).
/// "inner" is B64(H(user:password)) as <see cref="UserPassword"/> makes it; "nonce" is always the decoded octets.
/// </summary>
public static class OmaDigest
{
    /// <summary>Octets of B64 of an MD5 value.</summary>
    public const int InnerLength = 24;

    /// <summary>Octets of an MD5 value.</summary>
    public const int DigestLength = 16;

    /// <summary>B64(H(user ":" password)) as ASCII; a secret.</summary>
    /// <param name="user">UTF-8 of the user name (ServerID for package 0).</param>
    /// <param name="password">UTF-8 of the password.</param>
    /// <param name="inner">Receives <see cref="InnerLength"/> octets.</param>
    public static void UserPassword(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password, Span<byte> inner) => throw new NotSupportedException();

    /// <summary>Cred/Data of auth-basic, B64(user ":" password). Sent over TLS only (SEC-011).</summary>
    public static string BasicCredential(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password) => throw new NotSupportedException();

    /// <summary>Cred/Data of auth-md5, B64(H(inner ":" nonce)).</summary>
    public static string Md5Credential(ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce) => throw new NotSupportedException();

    /// <summary>The mac of auth-MAC, B64(H(inner ":" nonce ":" B64(H(body)))), not an RFC 2104 HMAC (AMB-040).</summary>
    public static string Mac(ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> body) => throw new NotSupportedException();

    /// <summary>The digest of package 0, H(inner ":" nonce ":" B64(H(trigger))).</summary>
    public static void Package0(ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> trigger, Span<byte> digest) =>
        throw new NotSupportedException();

    /// <summary>Checks Cred/Data of auth-basic in constant time.</summary>
    public static bool VerifyBasic(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password, string data) => throw new NotSupportedException();

    /// <summary>Checks Cred/Data of auth-md5 in constant time (SEC-012).</summary>
    public static bool VerifyMd5(ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce, string data) => throw new NotSupportedException();

    /// <summary>Checks a mac in constant time, base64 of the octets or of their hex digits (AMB-041).</summary>
    public static bool VerifyMac(ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> body, string mac) =>
        throw new NotSupportedException();

    /// <summary>Checks the digest of package 0 in constant time.</summary>
    public static bool VerifyPackage0(
        ReadOnlySpan<byte> inner, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> trigger, ReadOnlySpan<byte> digest) =>
        throw new NotSupportedException();
}
