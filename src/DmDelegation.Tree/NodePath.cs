using System.Collections.Immutable;

namespace DmDelegation.Tree;

/// <summary>The address of a node: the decoded names from the root down; the root has none. Compared ordinally and case-sensitively
/// (TND-008, design 2), so there is one normal form before any check.</summary>
public sealed class NodePath : IEquatable<NodePath>
{
    private NodePath(ImmutableArray<string> segments) => Segments = segments;

    /// <summary>The root, written <c>.</c> (TND-002).</summary>
    public static NodePath Root { get; } = new([]);

    /// <summary>The names from the root down, decoded.</summary>
    public ImmutableArray<string> Segments { get; }

    /// <summary>Number of segments; 0 for the root.</summary>
    public int Depth => Segments.Length;

    /// <summary>True for the root.</summary>
    public bool IsRoot => Segments.IsEmpty;

    /// <summary>The last segment; empty for the root.</summary>
    public string Name => IsRoot ? "" : Segments[^1];

    /// <summary>The address one level up; the root is its own parent.</summary>
    public NodePath Parent => IsRoot ? this : new NodePath(Segments.RemoveAt(Segments.Length - 1));

    /// <summary>A path of the given decoded names; throws <see cref="FormatException"/> if one is not well-formed.</summary>
    public static NodePath Of(params ImmutableArray<string> segments)
    {
        foreach (var segment in segments)
            RequireName(segment);
        return segments.IsEmpty ? Root : new NodePath(segments);
    }

    /// <summary>The address of a child with this decoded name; throws <see cref="FormatException"/> if the name is not well-formed.</summary>
    public NodePath Child(string name)
    {
        RequireName(name);
        return new NodePath(Segments.Add(name));
    }

    /// <summary>The first <paramref name="depth"/> segments (0 … <see cref="Depth"/>).</summary>
    public NodePath Prefix(int depth) => depth == 0 ? Root : depth == Depth ? this : new NodePath(Segments[..depth]);

    /// <summary>True if this address is <paramref name="other"/> or lies below it; by whole segments, never by text.</summary>
    public bool IsAtOrBelow(NodePath other) =>
        Depth >= other.Depth && Segments.AsSpan()[..other.Depth].SequenceEqual(other.Segments.AsSpan());

    /// <summary>Reads a URI from a trusted source (configuration, code); throws <see cref="FormatException"/> on anything that
    /// <see cref="LocUri.TryParse"/> would refuse, and on a query.</summary>
    public static NodePath Parse(string trusted) =>
        LocUri.TryParse(trusted, UriLimits.Unlimited, out var uri, out _) && uri is { Property: null, List: null }
            ? uri.Path
            : throw new FormatException($"'{trusted}' is not the URI of a node");

    /// <summary>The normal form <c>.</c> or <c>./A/B</c>, escaped as <see cref="NodeName.Escape"/> says .</summary>
    public override string ToString() => IsRoot ? "." : "./" + string.Join('/', Segments.Select(NodeName.Escape));

    /// <inheritdoc/>
    public bool Equals(NodePath? other) => other is not null && Segments.AsSpan().SequenceEqual(other.Segments.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NodePath);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var segment in Segments)
            hash.Add(segment);
        return hash.ToHashCode();
    }

    internal static NodePath OfChecked(ImmutableArray<string> segments) => segments.IsEmpty ? Root : new NodePath(segments);

    private static void RequireName(string name)
    {
        if (!NodeName.IsWellFormed(name))
            throw new FormatException($"'{name}' is not a node name of 1 to {NodeName.MaxOctets} octets");
    }
}
