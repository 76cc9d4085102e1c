using System.Collections.Immutable;

namespace DmDelegation.Tree;

/// <summary>Seals the value of a secret leaf before it enters the tree.</summary>
public interface IValueSealer
{
    /// <summary>The sealed octets; bound to the node's identity, so that they open nowhere else.</summary>
    byte[] Seal(NodeId node, ReadOnlySpan<byte> value);
}

/// <summary>What the device supports and how much it takes.</summary>
/// <param name="Limits">The URI limits (TND-014).</param>
/// <param name="ImplicitAdd">True if an Add creates missing interior ancestors (TND-052), else it is answered 404 (TND-055).</param>
/// <param name="Copy">True if Copy is supported, else it is answered 406 (TND-085).</param>
/// <param name="SupportedProperties">The supported properties; ACL, Format, Name and Type must be among them (TND-100, TND-102).</param>
/// <param name="MaxNodes">Most nodes of the tree, the root included (design 6); 420 above.</param>
/// <param name="MaxObjSize">Largest value in octets (design 6); 413 above.</param>
public sealed record TreeOptions(
    UriLimits Limits, bool ImplicitAdd, bool Copy, ImmutableHashSet<string> SupportedProperties, int MaxNodes = 200_000, long MaxObjSize = 64 * 1024 * 1024)
{
    /// <summary>Everything supported, no URI limits but the hard ones.</summary>
    public static TreeOptions Default { get; } = new(UriLimits.Unlimited, true, true, Properties.All);
}

/// <summary>The names of the node properties (tree.md 7.1).</summary>
public static class Properties
{
    /// <summary>The access control list.</summary>
    public const string Acl = "ACL";
    /// <summary>The format of the value.</summary>
    public const string Format = "Format";
    /// <summary>The name; replacing it renames the node.</summary>
    public const string Name = "Name";
    /// <summary>The size of the value in octets; leaves only (TND-101).</summary>
    public const string Size = "Size";
    /// <summary>A human readable title.</summary>
    public const string Title = "Title";
    /// <summary>The time of the last change.</summary>
    public const string TStamp = "TStamp";
    /// <summary>The MIME type or Management Object Identifier.</summary>
    public const string Type = "Type";
    /// <summary>The change counter.</summary>
    public const string VerNo = "VerNo";

    /// <summary>All eight.</summary>
    public static ImmutableHashSet<string> All { get; } =
        ImmutableHashSet.Create(StringComparer.Ordinal, Acl, Format, Name, Size, Title, TStamp, Type, VerNo);
}

/// <summary>What an Add or Replace carries.</summary>
/// <param name="Format">Meta Format as the node shall have it (<see cref="FormatRules"/>); null if absent, which means <c>chr</c> (R-10).</param>
/// <param name="Type">Meta Type; null if absent, which means <c>text/plain</c> on a leaf .</param>
/// <param name="Data">The octets of the value, transport encoding undone.</param>
/// <param name="HasData">True if there was a Data element, be it empty (TND-059).</param>
public sealed record ValueArgument(string? Format, string? Type, ReadOnlyMemory<byte> Data, bool HasData)
{
    /// <summary>The kind only: the value may be a secret.</summary>
    public override string ToString() => $"{Format} {Type}";
}

/// <summary>Everything a command needs but its own words.</summary>
/// <param name="Server">The Server Identifier of the session; null while not authenticated, and then nothing is executed (ACL-056).</param>
/// <param name="Transaction">The open transaction.</param>
/// <param name="Policy">The place that decides on access.</param>
/// <param name="Description">What is known about nodes that servers create.</param>
/// <param name="Options">What the device supports.</param>
/// <param name="Sealer">Seals the values of secret leaves.</param>
public sealed record CommandContext(
    string? Server, TreeTransaction Transaction, IAccessPolicy Policy, TreeDescription Description, TreeOptions Options, IValueSealer Sealer);

/// <summary>One Item of Results.</summary>
/// <param name="Uri">Source/LocURI in normal form (TND-046).</param>
/// <param name="Format">The Format; the codec turns <c>bin</c> into what the wire needs (TND-125).</param>
/// <param name="Type">The Type.</param>
/// <param name="Data">The octets.</param>
/// <param name="HasData">False if the Item has no Data element (TND-172).</param>
public sealed record ResultItem(string Uri, string Format, string Type, ReadOnlyMemory<byte> Data, bool HasData);

/// <summary>How a command ended.</summary>
/// <param name="Status">The status of the command.</param>
/// <param name="Rule">The ID of the requirement that decided.</param>
/// <param name="Reason">The reason code of a delegation rule, or 0.</param>
/// <param name="FailedUri">The implicit ancestor that could not be created (TND-054, REP-045); else null.</param>
/// <param name="Results">The Items of a successful Get.</param>
/// <param name="Target">The node that was read, made, changed or is to be executed; null after a failure.</param>
public sealed record CommandOutcome(
    int Status, string Rule, int Reason, string? FailedUri, ImmutableArray<ResultItem> Results, NodeId? Target)
{
    /// <summary>True if the command was carried out, or what it started is under way (202, TND-082).</summary>
    public bool Succeeded => Status is 200 or 202;

    /// <summary>A command that was carried out on a node.</summary>
    public static CommandOutcome Done(NodeId target, string rule) => new(200, rule, 0, null, [], target);

    /// <summary>A command that was refused; nothing changed.</summary>
    public static CommandOutcome Refused(int status, string rule, int reason = 0, string? failedUri = null) =>
        new(status, rule, reason, failedUri, [], null);
}
