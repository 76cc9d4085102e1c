using System.Buffers;

namespace DmDelegation.Protocol;

/// <summary>What XML 1.0 says about single characters, on UTF-8.</summary>
internal static class XmlCharacters
{
    private const byte FirstOfNoncharacters = 0xEF;

    private static readonly SearchValues<byte> Suspicious =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (byte)c).Except("\t\n\r"u8.ToArray()), FirstOfNoncharacters]);

    // '>' for the sake of ]]>, CR because a reader makes LF of it.
    private static readonly SearchValues<byte> Escaped = SearchValues.Create("<>&\r"u8);
    private static readonly SearchValues<byte> EscapedInAttribute = SearchValues.Create("<>&\r\n\t\""u8);

    /// <summary>
    /// Whether valid UTF-8 holds a character outside XML 1.0's Char production: a control character other than tab, line feed and
    /// carriage return, or U+FFFE or U+FFFF (EF BF BE, EF BF BF).
    /// </summary>
    public static bool HasForbidden(ReadOnlySpan<byte> utf8)
    {
        for (int at; (at = utf8.IndexOfAny(Suspicious)) >= 0; utf8 = utf8[(at + 1)..])
        {
            if (utf8[at] != FirstOfNoncharacters || (utf8[at + 1] == 0xBF && utf8[at + 2] >= 0xBE))
                return true;
        }
        return false;
    }

    /// <summary>Whether <see cref="AppendEscaped"/> would change character data.</summary>
    public static bool NeedsEscape(ReadOnlySpan<byte> utf8) => utf8.ContainsAny(Escaped);

    /// <summary>Appends UTF-8 as character data or as an attribute value.</summary>
    public static void AppendEscaped(OctetBuffer output, ReadOnlySpan<byte> utf8, bool inAttribute = false)
    {
        var escaped = inAttribute ? EscapedInAttribute : Escaped;
        for (int at; (at = utf8.IndexOfAny(escaped)) >= 0; utf8 = utf8[(at + 1)..])
        {
            output.Append(utf8[..at]);
            output.Append(utf8[at] switch
            {
                (byte)'<' => "&lt;"u8,
                (byte)'>' => "&gt;"u8,
                (byte)'&' => "&amp;"u8,
                (byte)'"' => "&quot;"u8,
                (byte)'\t' => "&#9;"u8,
                (byte)'\n' => "&#10;"u8,
                _ => "&#13;"u8,
            });
        }
        output.Append(utf8);
    }
}
