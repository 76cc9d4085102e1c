using DmDelegation.Tree;

namespace DmDelegation.Agent.Queries;

/// <summary>Finds what an address on the command line means.</summary>
internal static class Addresses
{
    /// <summary>The delegation object: computed from the records, not kept as nodes.</summary>
    private const string DelegationObject = "Delegation";

    /// <summary>The address of a node with an identity.</summary>
    public static string Of(QueryContext context, NodeId node) => context.Durable.Tree.PathOf(node)?.ToString() ?? "";

    /// <summary>Reads an address; a query as in <c>./SCM?prop=ACL</c> is kept.</summary>
    public static Answer<LocUri> Parse(QueryContext context, string text)
    {
        if (!LocUri.TryParse(text, context.Options.UriLimits, out var uri, out var status))
            return Answer<LocUri>.Failed(QueryCodes.BadArgument, $"'{text}' is not the URI of a node, such as ./SCM/x (status {status})");
        return uri!.Path.Segments is [DelegationObject, _, ..]
            ? Answer<LocUri>.Failed(QueryCodes.DelegationObject, $"{uri.Path} is part of a delegation record: see dmagent delegation show {uri.Path.Segments[1]}")
            : uri;
    }

    /// <summary>The node at an address without a query.</summary>
    public static Answer<NodeChain> Node(QueryContext context, string text)
    {
        var parsed = Parse(context, text);
        if (parsed.Data is not { } uri)
            return Answer<NodeChain>.Failed(parsed.Code!, parsed.Text!);
        if (uri is not { Property: null, List: null })
            return Answer<NodeChain>.Failed(QueryCodes.BadArgument, $"'{text}' has a query, a node is meant");
        return context.Durable.Tree.Resolve(uri.Path) is { } chain ? chain : Answer<NodeChain>.Failed(QueryCodes.NotFound, $"there is no node {uri.Path}");
    }
}
