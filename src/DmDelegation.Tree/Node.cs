using System.Collections.Immutable;

namespace DmDelegation.Tree;

/// <summary>The commands a node's description allows (DDF AccessType); independent of the ACL (TND-033).</summary>
[Flags]
public enum AccessTypes
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Children may be added below the node, or the node itself may be added (DDF-020).</summary>
    Add = 1,
    /// <summary>The node may be the target of a Copy.</summary>
    Copy = 2,
    /// <summary>The node may be deleted (TND-031).</summary>
    Delete = 4,
    /// <summary>The node may be executed; by default it may not (TND-081).</summary>
    Exec = 8,
    /// <summary>Value or child list may be read (TND-047).</summary>
    Get = 16,
    /// <summary>The value may be replaced.</summary>
    Replace = 32,
    /// <summary>All six.</summary>
    All = 63,
}

/// <summary>One row of the stored tree: everything a node is but its children. The tree keeps these very objects, so what
/// <see cref="TreeDiff"/> yields is what is written.</summary>
/// <param name="Id">The identity.</param>
/// <param name="ParentId">The parent's identity; 0 for the root.</param>
/// <param name="Name">The decoded name; empty for the root.</param>
/// <param name="Format">The Format property; <c>node</c> makes the node interior (TND-020).</param>
/// <param name="Type">The Type property: a MIME type, or a Management Object Identifier or nothing on an interior node (TND-155, TND-157).</param>
/// <param name="Value">The octets of a leaf's value, sealed if <paramref name="IsSecret"/>; empty on interior nodes.</param>
/// <param name="Acl">The node's own ACL value; null for none.</param>
/// <param name="Title">The Title property, at most 255 octets (TND-145).</param>
/// <param name="TStamp">UTC time of the last change (TND-150), whole seconds.</param>
/// <param name="VerNo">The change counter (TND-165).</param>
/// <param name="IsPermanent">True if servers can neither delete nor rename the node (TND-025, TND-026).</param>
/// <param name="Access">The commands the node's description allows.</param>
/// <param name="IsSecret">True if the value is sealed and never leaves the device.</param>
public sealed record NodeRow(
    NodeId Id, NodeId ParentId, string Name, string Format, string Type, ReadOnlyMemory<byte> Value, Acl? Acl, string Title,
    DateTimeOffset TStamp, ushort VerNo, bool IsPermanent, AccessTypes Access, bool IsSecret)
{
    /// <summary>What the node takes: value, names and types, one octet a character. For limits; the store needs a little more.</summary>
    public long Octets => Value.Length + Name.Length + Type.Length + Title.Length;

    /// <summary>Names and identities only: the value of a secret never reaches a log through this.</summary>
    public override string ToString() => $"{Id} '{Name}' below {ParentId}";
}

/// <summary>What is needed to create a node; the device supplies the rest (TND-058).</summary>
/// <param name="Name">The decoded name.</param>
/// <param name="Interior">True for an interior node; <paramref name="Format"/> is <c>node</c> then.</param>
/// <param name="Format">The Format property.</param>
/// <param name="Type">The Type property.</param>
/// <param name="Value">The value of a leaf, already sealed if <paramref name="Secret"/>.</param>
/// <param name="Acl">The ACL value to start with; null for none (ACL-040).</param>
/// <param name="Permanent">True for nodes that servers cannot delete or rename.</param>
/// <param name="Access">The commands the description allows.</param>
/// <param name="Secret">True if the value is sealed.</param>
public sealed record NodeSpec(
    string Name, bool Interior, string Format, string Type, ReadOnlyMemory<byte> Value, Acl? Acl, bool Permanent, AccessTypes Access, bool Secret)
{
    /// <summary>An interior node with nothing special about it: dynamic, no ACL value, the default access types.</summary>
    public static NodeSpec InteriorNode(string name, string type = "", Acl? acl = null) =>
        new(name, true, Formats.Node, type, default, acl, false, NodeDescription.DefaultAccess, false);

    /// <summary>A leaf with nothing special about it: dynamic, no ACL value, the default access types.</summary>
    public static NodeSpec Leaf(string name, ReadOnlyMemory<byte> value, string format = Formats.Chr, string type = Formats.TextPlain, Acl? acl = null) =>
        new(name, false, format, type, value, acl, false, NodeDescription.DefaultAccess, false);

    /// <summary>The name only: the value of a secret never reaches a log through this.</summary>
    public override string ToString() => Name;
}

/// <summary>A node of one snapshot. Immutable; a change makes new nodes from here to the root and shares the rest.</summary>
public sealed class Node
{
    internal static readonly ImmutableSortedDictionary<string, Node> NoChildren = ImmutableSortedDictionary.Create<string, Node>(StringComparer.Ordinal);

    internal Node(NodeRow row, ImmutableSortedDictionary<string, Node> children)
    {
        Row = row;
        Children = children;
    }

    /// <summary>Everything about the node but its children.</summary>
    public NodeRow Row { get; }

    /// <summary>The children by name, ordinal order; empty for a leaf (TND-021).</summary>
    public ImmutableSortedDictionary<string, Node> Children { get; }

    /// <inheritdoc cref="NodeRow.Id"/>
    public NodeId Id => Row.Id;

    /// <inheritdoc cref="NodeRow.Name"/>
    public string Name => Row.Name;

    /// <summary>True exactly when the Format is <c>node</c> (TND-020).</summary>
    public bool IsInterior => Formats.IsNode(Row.Format);

    /// <inheritdoc cref="NodeRow.Format"/>
    public string Format => Row.Format;

    /// <inheritdoc cref="NodeRow.Type"/>
    public string Type => Row.Type;

    /// <inheritdoc cref="NodeRow.Value"/>
    public ReadOnlyMemory<byte> Value => Row.Value;

    /// <inheritdoc cref="NodeRow.Acl"/>
    public Acl? Acl => Row.Acl;

    /// <inheritdoc cref="NodeRow.Title"/>
    public string Title => Row.Title;

    /// <inheritdoc cref="NodeRow.TStamp"/>
    public DateTimeOffset TStamp => Row.TStamp;

    /// <inheritdoc cref="NodeRow.VerNo"/>
    public ushort VerNo => Row.VerNo;

    /// <inheritdoc cref="NodeRow.IsPermanent"/>
    public bool IsPermanent => Row.IsPermanent;

    /// <inheritdoc cref="NodeRow.Access"/>
    public AccessTypes Access => Row.Access;

    /// <inheritdoc cref="NodeRow.IsSecret"/>
    public bool IsSecret => Row.IsSecret;

    /// <summary>The node and everything below it, parents first.</summary>
    public IEnumerable<Node> SelfAndDescendants()
    {
        var open = new Stack<Node>([this]);
        while (open.TryPop(out var node))
        {
            yield return node;
            foreach (var child in node.Children.Values)
                open.Push(child);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Row.ToString();
}
