using System.Collections.Immutable;

namespace DmDelegation.Tree;

/// <summary>The names the Format property can have (tree.md 7.2) and the defaults of Meta .</summary>
public static class Formats
{
    /// <summary>Natively Base64 text.</summary>
    public const string B64 = "b64";
    /// <summary>Octets.</summary>
    public const string Bin = "bin";
    /// <summary><c>true</c> or <c>false</c>.</summary>
    public const string Bool = "bool";
    /// <summary>Text; the default.</summary>
    public const string Chr = "chr";
    /// <summary>A 32-bit signed integer in decimal.</summary>
    public const string Int = "int";
    /// <summary>An interior node (TND-020).</summary>
    public const string Node = "node";
    /// <summary>No value.</summary>
    public const string Null = "null";
    /// <summary>XML data.</summary>
    public const string Xml = "xml";
    /// <summary>An ISO 8601 date with century.</summary>
    public const string Date = "date";
    /// <summary>An ISO 8601 time.</summary>
    public const string Time = "time";
    /// <summary>An XML Schema single-precision number.</summary>
    public const string Float = "float";

    /// <summary>The default MIME type of a leaf (TND-156).</summary>
    public const string TextPlain = "text/plain";

    /// <summary>All names; another one is refused with 415.</summary>
    public static ImmutableHashSet<string> Known { get; } =
        ImmutableHashSet.Create(StringComparer.Ordinal, B64, Bin, Bool, Chr, Int, Node, Null, Xml, Date, Time, Float);

    /// <summary>True if the format makes a node interior.</summary>
    public static bool IsNode(string format) => string.Equals(format, Node, StringComparison.Ordinal);
}
