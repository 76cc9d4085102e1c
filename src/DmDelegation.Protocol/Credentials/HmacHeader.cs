namespace DmDelegation.Protocol;

/// <summary>The value of the transport header x-syncml-hmac (SEC-064, security.md 6).</summary>
/// <param name="Username">LocName of Source in the SyncHdr of the same message (SEC-065), not empty.</param>
/// <param name="Mac">The MAC as base64 text (AMB-041).</param>
public sealed record HmacHeader(string Username, string Mac)
{
    /// <summary>Name of the header; compare without case (HTTP-007).</summary>
    public const string HeaderName = "x-syncml-hmac";

    /// <summary>Own choice: user name of 255 octets, all escaped, plus the rest, rounded up.</summary>
    public const int MaxHeaderChars = 1024;

    /// <summary>
    /// Reads the value. False, and so an authentication failure (SEC-066), when it is missing, malformed, too long, has no username or mac,
    /// names one of the parameters twice, or an algorithm other than MD5.
    /// </summary>
    public static bool TryParse(string? value, out HmacHeader? header) => throw new NotSupportedException();

    /// <summary>The value to send: <c>algorithm=MD5, username="...", mac=...</c>.</summary>
    public string Format() => throw new NotSupportedException();
}
