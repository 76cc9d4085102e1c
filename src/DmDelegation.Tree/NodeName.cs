using System.Text;

namespace DmDelegation.Tree;

/// <summary>What a node may be called, and how a name travels in a URI (TND-012, TND-019, R-02).</summary>
public static class NodeName
{
    /// <summary>Longest name in octets of UTF-8, whatever <c>DevDetail/URI/MaxSegLen</c> says (design 6).</summary>
    public const int MaxOctets = 255;

    /// <summary>True if <paramref name="name"/> can be the name of a node: 1 to 255 octets of well-formed text without <c>/</c> (TND-012) and
    /// without control characters, and not a dot segment (TND-006), which no URI could address.</summary>
    public static bool IsWellFormed(string name) => HasLegalCharacters(name) && !IsTooLong(name);

    /// <summary>True if the name is longer than <see cref="MaxOctets"/>; commands answer 414 then .</summary>
    public static bool IsTooLong(string name) => name.Length > MaxOctets || Encoding.UTF8.GetByteCount(name) > MaxOctets;

    /// <summary><see cref="IsWellFormed"/> without the length; commands answer 404 in a URI and 500 in a rename .</summary>
    public static bool HasLegalCharacters(string name)
    {
        if (name is "" or "." or "..")
            return false;
        foreach (var rune in name.EnumerateRunes())
        {
            // A lone surrogate shows up as the replacement character, which is also what a broken decoder leaves behind.
            if (rune.Value == '/' || rune == Rune.ReplacementChar || Rune.IsControl(rune))
                return false;
        }
        return true;
    }

    /// <summary>Length in characters, which is what <c>MaxSegLen</c> and <c>MaxTotLen</c> count (TND-016).</summary>
    public static int Characters(string text)
    {
        var count = 0;
        foreach (var c in text)
            count += char.IsLowSurrogate(c) ? 0 : 1;
        return count;
    }

    /// <summary>The name as it stands in a URI or child list: <c>%</c>, <c>?</c>, <c>#</c> and space are escaped, and a final dot too,
    /// because <c>./</c> is illegal inside a URI (TND-006).</summary>
    public static string Escape(string name)
    {
        if (name.AsSpan().IndexOfAny("%?# ") < 0 && !name.EndsWith('.'))
            return name;
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (c is '%' or '?' or '#' or ' ' || (c == '.' && i == name.Length - 1))
                text.Append('%').Append(((int)c).ToString("X2"));
            else
                text.Append(c);
        }
        return text.ToString();
    }

    /// <summary>Undoes the percent-escapes of a segment of a URI. False if an escape is cut short, not hexadecimal or not UTF-8,
    /// or if the result is no legal name: <c>%2F</c> must not smuggle a <c>/</c> in (TND-019).</summary>
    public static bool TryUnescape(ReadOnlySpan<char> segment, out string name)
    {
        name = segment.ToString();
        return (!segment.Contains('%') || TryDecode(segment, out name)) && HasLegalCharacters(name);
    }

    private static bool TryDecode(ReadOnlySpan<char> segment, out string name)
    {
        name = "";
        var octets = new byte[Encoding.UTF8.GetMaxByteCount(segment.Length)];
        var length = 0;
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] != '%')
            {
                var run = segment[i..].IndexOf('%');
                var plain = run < 0 ? segment[i..] : segment.Slice(i, run);
                length += Encoding.UTF8.GetBytes(plain, octets.AsSpan(length));
                i += plain.Length - 1;
            }
            else if (i + 2 < segment.Length && char.IsAsciiHexDigit(segment[i + 1]) && char.IsAsciiHexDigit(segment[i + 2]))
            {
                octets[length++] = Convert.FromHexString(segment.Slice(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                return false;
            }
        }
        if (!System.Text.Unicode.Utf8.IsValid(octets.AsSpan(0, length)))
            return false;
        name = Encoding.UTF8.GetString(octets, 0, length);
        return true;
    }
}
