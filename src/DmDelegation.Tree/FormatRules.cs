using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using System.Xml;

namespace DmDelegation.Tree;

/// <summary>How the Format of a value follows from what a message says, and which values a Format takes (tree.md 7.2, DDF-029).</summary>
public static class FormatRules
{
    /// <summary>Deepest nesting of an <c>xml</c> value: the limit of messages (design 6).</summary>
    public const int MaxXmlDepth = 64;

    private static readonly SearchValues<byte> FloatCharacters = SearchValues.Create("0123456789+-.eE"u8);

    private const int LongestTime = 32;

    // ISO 8601, basic and extended, the date with its century.
    private static readonly string[] DateForms = ["yyyyMMdd", "yyyy-MM-dd"];
    private static readonly string[] TimeForms =
        [.. from form in new[] { "HHmmss", "HH:mm:ss", "HHmmss.FFFFFFF", "HH:mm:ss.FFFFFFF" } from zone in new[] { "", "'Z'", "zzz" } select form + zone];

    /// <summary>The Format a node gets from the Meta of a command (TND-121 to TND-124). <c>b64</c> says that the data is Base64 text: if the answer
    /// is <c>bin</c> that was only the transport, and the caller decodes; if it is <c>b64</c> the text itself is the value .</summary>
    /// <param name="metaFormat">Meta Format; null if absent (<c>chr</c>).</param>
    /// <param name="metaType">Meta Type; null if absent (<c>text/plain</c>).</param>
    /// <param name="describedFormat">What the node's description asks for; null if nothing.</param>
    public static string StoredFormat(string? metaFormat, string? metaType, string? describedFormat)
    {
        if (metaFormat is not Formats.B64)
            return metaFormat ?? Formats.Chr;
        if (describedFormat is Formats.B64 or Formats.Bin)
            return describedFormat;
        return IsText(metaType ?? Formats.TextPlain) ? Formats.B64 : Formats.Bin;
    }

    /// <summary>The Meta Format of a value that the device sends: octets travel as Base64 in XML (TND-125) and raw in WBXML (TND-123).</summary>
    public static string WireFormat(string nodeFormat, bool xml) => xml && nodeFormat is Formats.Bin ? Formats.B64 : nodeFormat;

    /// <summary>True if the octets are a value of the Format (DDF-029); false means 415, for an unknown Format too.</summary>
    public static bool IsValue(string format, ReadOnlySpan<byte> value) => format switch
    {
        Formats.Bin => true,
        Formats.Chr => Utf8.IsValid(value),
        Formats.Null => value.IsEmpty,
        Formats.B64 => Base64.IsValid(value),
        Formats.Bool => value.SequenceEqual("true"u8) || value.SequenceEqual("false"u8),
        Formats.Int => IsInt(value),
        Formats.Float => IsFloat(value),
        Formats.Date => IsDate(value),
        Formats.Time => IsTime(value),
        Formats.Xml => IsXml(value),
        _ => false,
    };

    private static bool IsText(string mimeType) =>
        mimeType.StartsWith("text/", StringComparison.OrdinalIgnoreCase);

    private static bool IsInt(ReadOnlySpan<byte> value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    private static bool IsFloat(ReadOnlySpan<byte> value)
    {
        if (value.SequenceEqual("INF"u8) || value.SequenceEqual("-INF"u8) || value.SequenceEqual("NaN"u8))
            return true;
        // The framework would also take its own words for infinity.
        return !value.ContainsAnyExcept(FloatCharacters)
            && float.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _);
    }

    private static bool IsDate(ReadOnlySpan<byte> value) =>
        value.Length <= "yyyy-MM-dd".Length
        && DateOnly.TryParseExact(Encoding.ASCII.GetString(value), DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsTime(ReadOnlySpan<byte> value) =>
        value.Length <= LongestTime
        && DateTimeOffset.TryParseExact(Encoding.ASCII.GetString(value), TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    private static bool IsXml(ReadOnlySpan<byte> value)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(value.ToArray(), writable: false), settings);
            while (reader.Read())
            {
                if (reader.Depth > MaxXmlDepth)
                    return false;
            }
            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }
}
