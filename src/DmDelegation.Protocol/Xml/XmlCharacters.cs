namespace DmDelegation.Protocol;

internal static class XmlCharacters
{
    /// <summary>
    /// Whether UTF-8 octets hold a character outside XML 1.0's Char production: a control character other than tab, line feed and
    /// carriage return, or U+FFFE or U+FFFF (EF BF BE, EF BF BF). Surrogates are no valid UTF-8 in the first place.
    /// </summary>
    public static bool HasForbidden(ReadOnlySpan<byte> utf8)
    {
        for (var i = 0; i < utf8.Length; i++)
        {
            var octet = utf8[i];
            if (octet < 0x20 && octet is not (0x09 or 0x0A or 0x0D))
                return true;
            if (octet == 0xEF && i + 2 < utf8.Length && utf8[i + 1] == 0xBF && utf8[i + 2] >= 0xBE)
                return true;
        }
        return false;
    }
}
