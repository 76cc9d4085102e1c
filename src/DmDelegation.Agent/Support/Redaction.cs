using System.Buffers;
using System.Text;

namespace DmDelegation.Agent.Support;

/// <summary>
/// Takes out of a text what may be a secret though nobody meant to write it there: users, passwords and queries of addresses. Everything else
/// that is secret never comes near a bundle: keys, passwords and the store are not read for it.
/// </summary>
internal static class Redaction
{
    private const string Mark = "***";
    private const string Colon = "://";

    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n\"'<>\\");
    private static readonly SearchValues<char> BehindHost = SearchValues.Create("/?#");

    /// <summary>The text without them.</summary>
    public static string Of(string text)
    {
        var redacted = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        for (int at; (at = rest.IndexOf(Colon, StringComparison.Ordinal)) >= 0;)
        {
            redacted.Append(rest[..(at + Colon.Length)]);
            rest = rest[(at + Colon.Length)..];
            var end = rest.IndexOfAny(Ends);
            AppendAddress(redacted, end < 0 ? rest : rest[..end]);
            rest = end < 0 ? default : rest[end..];
        }

        return redacted.Append(rest).ToString();
    }

    /// <summary>An address from its host on.</summary>
    private static void AppendAddress(StringBuilder redacted, ReadOnlySpan<char> address)
    {
        var host = address.IndexOfAny(BehindHost);
        var user = (host < 0 ? address : address[..host]).LastIndexOf('@');
        if (user >= 0)
        {
            redacted.Append(Mark);
            address = address[user..];
        }

        var query = address.IndexOf('?');
        if (query < 0)
            redacted.Append(address);
        else
            redacted.Append(address[..(query + 1)]).Append(Mark);
    }
}
