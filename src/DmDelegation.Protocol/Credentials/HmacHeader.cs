using System.Diagnostics.CodeAnalysis;
using System.Text;

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

    private const string Algorithm = "MD5";

    /// <summary>
    /// Reads the value. False, and so an authentication failure (SEC-066), when it is missing, malformed, too long, has no username or mac,
    /// names one of the parameters twice, or an algorithm other than MD5. Unknown parameters are ignored.
    /// </summary>
    public static bool TryParse(string? value, [NotNullWhen(true)] out HmacHeader? header)
    {
        header = null;
        if (value is null || value.Length > MaxHeaderChars)
            return false;

        string? algorithm = null, username = null, mac = null;
        var rest = value.AsSpan();
        while (!(rest = rest.TrimStart(" \t,")).IsEmpty)
        {
            if (!TryReadParameter(ref rest, out var name, out var text))
                return false;
            var known = name.ToLowerInvariant() switch
            {
                "algorithm" => TrySetOnce(ref algorithm, text),
                "username" => TrySetOnce(ref username, text),
                "mac" => TrySetOnce(ref mac, text),
                _ => true,
            };
            if (!known)
                return false;
        }

        if (string.IsNullOrEmpty(username) || string.IsNullOrEmpty(mac))
            return false;
        if (!Algorithm.Equals(algorithm ?? Algorithm, StringComparison.OrdinalIgnoreCase))
            return false;
        header = new HmacHeader(username, mac);
        return true;
    }

    /// <summary>The value to send: <c>algorithm=MD5, username="...", mac=...</c>.</summary>
    public string Format() =>
        $"algorithm={Algorithm}, username=\"{Username.Replace(@"\", @"\\").Replace("\"", "\\\"")}\", mac={Mac}";

    private static bool TrySetOnce(ref string? parameter, string text)
    {
        var first = parameter is null;
        parameter = text;
        return first;
    }

    // name OWS "=" OWS ( quoted-string | text up to the next comma ); the first "=" only, as base64 ends in some.
    private static bool TryReadParameter(ref ReadOnlySpan<char> rest, out string name, out string text)
    {
        (name, text) = ("", "");
        var equals = rest.IndexOf('=');
        if (equals <= 0)
            return false;
        name = rest[..equals].Trim(" \t").ToString();
        rest = rest[(equals + 1)..].TrimStart(" \t");
        if (name.AsSpan().ContainsAny(",\""))
            return false;
        if (rest.StartsWith("\""))
            return TryReadQuoted(ref rest, out text);

        var comma = rest.IndexOf(',');
        var end = comma < 0 ? rest.Length : comma;
        text = rest[..end].Trim(" \t").ToString();
        rest = rest[end..];
        return !HasControl(text) && !text.Contains('"');
    }

    private static bool TryReadQuoted(ref ReadOnlySpan<char> rest, out string text)
    {
        var unescaped = new StringBuilder();
        text = "";
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                text = unescaped.ToString();
                rest = rest[(i + 1)..].TrimStart(" \t");
                return !HasControl(text) && (rest.IsEmpty || rest[0] == ',');
            }
            if (rest[i] == '\\' && ++i == rest.Length)
                return false;
            unescaped.Append(rest[i]);
        }
        return false;
    }

    private static bool HasControl(string text) => text.Any(char.IsControl);
}
