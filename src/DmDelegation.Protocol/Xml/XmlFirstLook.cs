using System.Text.Unicode;

namespace DmDelegation.Protocol;

/// <summary>
/// One pass over the octets before the XML parser sees them. It keeps the parser's memory in proportion (size, depth, length of tags),
/// refuses what must not even be tried (DTD, other encodings; DEL-337, S-211) and tells a document that was cut off from one that is wrong.
/// It does not check well-formedness: that is the parser's part.
/// A DOCTYPE is refused where REP-021 would let it be ignored: no DM server needs one, and every attack by entities does.
/// </summary>
internal static class XmlFirstLook
{
    private static ReadOnlySpan<byte> Utf8Bom => [0xEF, 0xBB, 0xBF];

    /// <summary>Checks the octets and returns them without BOM.</summary>
    public static ReadOnlyMemory<byte> Check(ReadOnlyMemory<byte> body, MessageLimits limits)
    {
        if (body.Length > limits.MaxMessageOctets)
            throw Fail(MessageFault.TooLarge, limits.MaxMessageOctets);
        var octets = body.Span;
        // UTF-16 and UTF-32 show in the first octets, with BOM or without.
        if (octets.StartsWith<byte>([0xFF, 0xFE]) || octets.StartsWith<byte>([0xFE, 0xFF]) || octets[..Math.Min(4, octets.Length)].Contains((byte)0))
            throw Fail(MessageFault.BadEncoding, 0);
        if (!Utf8.IsValid(octets))
            throw Fail(MessageFault.BadUtf8, 0);
        if (octets.StartsWith(Utf8Bom))
            body = body[Utf8Bom.Length..];
        CheckMarkup(body.Span, limits);
        return body;
    }

    private static void CheckMarkup(ReadOnlySpan<byte> octets, MessageLimits limits)
    {
        var (depth, at, tags) = (0, 0, 0);
        for (int skip; (skip = octets[at..].IndexOf((byte)'<')) >= 0;)
        {
            at += skip;
            var rest = octets[at..];
            var length = LengthOfOther(rest, at);
            if (length == 0)
            {
                tags++;
                length = LengthOfTag(rest, at, limits.MaxTagOctets);
                var deepest = rest[1] == '/' ? depth-- : ++depth;
                if (deepest > limits.MaxDepth)
                    throw Fail(MessageFault.TooDeep, at);
                if (rest[1] != '/' && rest[length - 2] == '/')
                    depth--;
            }
            at += length;
        }
        // Nothing at all, or a prolog without a root.
        var content = octets.Trim(" \t\r\n"u8);
        if (depth > 0 || content.IsEmpty || (tags == 0 && content[0] == '<'))
            throw Fail(MessageFault.Truncated, octets.Length);
    }

    /// <summary>Length of a comment, CDATA section or processing instruction; 0 for a tag.</summary>
    private static int LengthOfOther(ReadOnlySpan<byte> rest, int at)
    {
        if (rest.Length == 1)
            throw Fail(MessageFault.Truncated, at);
        if (rest[1] == '?')
            return LengthTo(rest, "<?"u8, "?>"u8, at);
        if (rest[1] != '!')
            return 0;
        if (rest.StartsWith("<!--"u8))
            return LengthTo(rest, "<!--"u8, "-->"u8, at);
        if (rest.StartsWith("<![CDATA["u8))
            return LengthTo(rest, "<![CDATA["u8, "]]>"u8, at);
        var cutOff = "<!--"u8.StartsWith(rest) || "<![CDATA["u8.StartsWith(rest);
        throw Fail(cutOff ? MessageFault.Truncated : MessageFault.DtdForbidden, at);
    }

    private static int LengthTo(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, int at)
    {
        var found = rest[start.Length..].IndexOf(end);
        return found < 0 ? throw Fail(MessageFault.Truncated, at) : start.Length + found + end.Length;
    }

    // Up to the '>' that is not within quotes.
    private static int LengthOfTag(ReadOnlySpan<byte> rest, int at, int maxOctets)
    {
        var window = rest[..Math.Min(rest.Length, maxOctets)];
        byte quote = 0;
        for (var i = 1; i < window.Length; i++)
        {
            var octet = window[i];
            if (quote != 0)
                quote = octet == quote ? (byte)0 : quote;
            else if (octet is (byte)'"' or (byte)'\'')
                quote = octet;
            else if (octet == '>')
                return i + 1;
        }
        throw Fail(window.Length < rest.Length ? MessageFault.TagTooLong : MessageFault.Truncated, at);
    }

    private static MessageFormatException Fail(MessageFault fault, int at) => new(fault, $"octet {at}");
}
