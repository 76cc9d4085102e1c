using System.Collections.Immutable;

namespace DmDelegation.Tree;

/// <summary>What a description says about the nodes at one address (ddf.md 3).</summary>
/// <param name="Access">The commands allowed.</param>
/// <param name="Permanent">True if servers can neither create, delete nor rename such nodes (TND-025).</param>
/// <param name="Secret">True if the value is sealed and never leaves the device (TND-047).</param>
/// <param name="Format">The only Format allowed (DDF-028); null for any.</param>
public sealed record NodeDescription(AccessTypes Access, bool Permanent = false, bool Secret = false, string? Format = null)
{
    /// <summary>What nodes that no row describes allow: everything but Exec, which is never given by default (TND-081).</summary>
    public const AccessTypes DefaultAccess = AccessTypes.All & ~AccessTypes.Exec;

    /// <summary>The description of nodes that no row describes: dynamic (TND-029), any Format.</summary>
    public static NodeDescription Default { get; } = new(DefaultAccess);
}

/// <summary>One row: the nodes whose addresses match a pattern.</summary>
/// <param name="Pattern">A URI such as <c>./DMAcc/*/AppAuth/*/AAuthSecret</c>; <c>*</c> stands for one whole segment.</param>
/// <param name="Description">What is said about them.</param>
public sealed record DescriptionRow(string Pattern, NodeDescription Description)
{
    private readonly ImmutableArray<string> _segments = NodePath.Parse(Pattern).Segments;

    /// <summary>True if the address matches, segment by segment.</summary>
    public bool Matches(NodePath path) => path.Depth == _segments.Length && MatchesUpTo(path);

    /// <summary>True if this row describes nodes at the one address, or below it, and not in the same way at or below the other.</summary>
    internal bool Separates(NodePath one, NodePath other) =>
        one.Depth <= _segments.Length && MatchesUpTo(one) != MatchesUpTo(other);

    private bool MatchesUpTo(NodePath path)
    {
        for (var i = 0; i < path.Depth; i++)
        {
            if (_segments[i] != "*" && _segments[i] != path.Segments[i])
                return false;
        }
        return true;
    }
}

/// <summary>What the device knows about the nodes servers may create: a list of rows of which the first match counts. Existing nodes carry
/// the outcome themselves.</summary>
public sealed class TreeDescription
{
    private readonly ImmutableArray<DescriptionRow> _rows;
    private readonly NodeDescription _default;

    /// <summary>A description of the given rows, the first match counting, with <paramref name="fallback"/>
    /// (else <see cref="NodeDescription.Default"/>) for the rest.</summary>
    public TreeDescription(IEnumerable<DescriptionRow> rows, NodeDescription? fallback = null)
    {
        _rows = [.. rows];
        _default = fallback ?? NodeDescription.Default;
    }

    /// <summary>What is said about a node at this address.</summary>
    public NodeDescription Describe(NodePath path)
    {
        foreach (var row in _rows)
        {
            if (row.Matches(path))
                return row.Description;
        }
        return _default;
    }

    /// <summary>True if a node, with all below it, is described in the same way at both addresses, which differ in the last segment only;
    /// else a rename would leave the description or slip into one (ddf.md 3).</summary>
    public bool AllowsRename(NodePath from, NodePath to) => !_rows.Any(row => row.Separates(from, to));
}
