using System.Collections.Immutable;

namespace DmDelegation.Tree;

/// <summary>The limits published below <c>./DevDetail/URI</c>; 0 means unlimited (TND-014, TND-017). The hard limits of
/// <see cref="HardMaxDepth"/>, <see cref="HardMaxCharacters"/> and <see cref="NodeName.MaxOctets"/> hold in addition.</summary>
/// <param name="MaxDepth">Most segments of a URI.</param>
/// <param name="MaxTotLen">Most characters of a URI as sent, the <c>?prop=…</c> part included (TND-016).</param>
/// <param name="MaxSegLen">Most characters of one decoded name (TND-130).</param>
public sealed record UriLimits(int MaxDepth, int MaxTotLen, int MaxSegLen)
{
    /// <summary>Most segments of any node's URI: the nesting limit of design 6, so that walking a tree is bounded in depth.</summary>
    public const int HardMaxDepth = 64;

    /// <summary>Most characters of a URI, above what any legal node of the hard limits can need when fully escaped.</summary>
    public const int HardMaxCharacters = 65_536;

    /// <summary>No limits but the hard ones.</summary>
    public static UriLimits Unlimited { get; } = new(0, 0, 0);

    /// <summary>True if a node at this address can be addressed within the limits; its shortest form, without <c>./</c>, is what counts.</summary>
    public bool Allows(NodePath path) =>
        path.IsRoot || (AllowsDepth(path.Depth) && path.Segments.All(AllowsName) && AllowsTotal(NodeName.Characters(path.ToString()) - 2));

    /// <summary>True if a URI of so many segments is within the limits.</summary>
    public bool AllowsDepth(int segments) => segments <= HardMaxDepth && (MaxDepth == 0 || segments <= MaxDepth);

    /// <summary>True if the decoded name is within the limits (TND-130, design 6).</summary>
    public bool AllowsName(string name) => !NodeName.IsTooLong(name) && (MaxSegLen == 0 || NodeName.Characters(name) <= MaxSegLen);

    /// <summary>True if a URI of so many characters is within the limits.</summary>
    public bool AllowsTotal(int characters) => characters <= HardMaxCharacters && (MaxTotLen == 0 || characters <= MaxTotLen);
}

/// <summary>A LocURI of a command: the address of a node, and what of the node is meant.</summary>
/// <param name="Path">The node.</param>
/// <param name="Property">What stands after <c>?prop=</c> (<c>ACL</c>, <c>Name</c> …), known or not; null if there is none (TND-104).</param>
/// <param name="List">What stands after <c>?list=</c> (<c>Struct</c>, <c>TNDS+ACL</c> …), known or not; null if there is none.</param>
public sealed record LocUri(NodePath Path, string? Property, string? List)
{
    /// <summary>The normal form, with the query.</summary>
    public override string ToString() =>
        Path + (Property is not null ? "?prop=" + Property : List is not null ? "?list=" + List : "");

    /// <summary>Reads the LocURI of a peer by the table of tree.md section 1.</summary>
    /// <param name="text">The text of the LocURI element.</param>
    /// <param name="limits">The limits of the device.</param>
    /// <param name="uri">The address, if the answer is true.</param>
    /// <param name="status">200, or 414 over a limit (TND-015), 404 for bad syntax (TND-018, R-03), 406 for a query that is neither
    /// <c>prop</c> nor <c>list</c> (TND-105).</param>
    public static bool TryParse(string text, UriLimits limits, out LocUri? uri, out int status)
    {
        uri = null;
        status = 414;
        // One test before anything is counted or copied: the text is a peer's.
        if (text.Length > UriLimits.HardMaxCharacters || !limits.AllowsTotal(NodeName.Characters(text)))
            return false;

        var queryAt = text.IndexOf('?');
        var address = queryAt < 0 ? text.AsSpan() : text.AsSpan(0, queryAt);
        status = ReadPath(address, limits, out var path);
        if (status != 200)
            return false;
        if (queryAt < 0)
        {
            uri = new LocUri(path, null, null);
            return true;
        }

        var query = text[(queryAt + 1)..];
        if (query.StartsWith("prop=", StringComparison.Ordinal))
            uri = new LocUri(path, query["prop=".Length..], null);
        else if (query.StartsWith("list=", StringComparison.Ordinal))
            uri = new LocUri(path, null, query["list=".Length..]);
        else
            status = 406;
        return uri is not null;
    }

    private static int ReadPath(ReadOnlySpan<char> address, UriLimits limits, out NodePath path)
    {
        path = NodePath.Root;
        if (address is ".")
            return 200;
        if (address.StartsWith("./"))
            address = address[2..];
        // Literally "./ anywhere but at the beginning" (TND-006), which also covers "../"; a fragment addresses nothing here.
        if (address.IsEmpty || address.Contains("./", StringComparison.Ordinal) || address.Contains('#'))
            return 404;

        var depth = address.Count('/') + 1;
        if (!limits.AllowsDepth(depth))
            return 414;
        var segments = ImmutableArray.CreateBuilder<string>(depth);
        foreach (var range in address.Split('/'))
        {
            if (!NodeName.TryUnescape(address[range], out var name))
                return 404;
            if (!limits.AllowsName(name))
                return 414;
            segments.Add(name);
        }
        path = NodePath.OfChecked(segments.MoveToImmutable());
        return 200;
    }
}
