using System.Collections.Immutable;
using System.Text;

namespace DmDelegation.Tree;

/// <summary>Get (tree.md 3, 7 and 9).</summary>
internal static class GetCommand
{
    public static CommandOutcome Run(CommandContext context, string locUri)
    {
        if (CommandChecks.Address(context, locUri, out var uri) is { } refused)
            return refused;
        return uri switch
        {
            { Property: { } property } => GetProperty(context, uri, property),
            { List: { } list } => GetList(context, uri, list),
            _ => GetValue(context, uri),
        };
    }

    private static CommandOutcome GetValue(CommandContext context, LocUri uri)
    {
        var refused = CommandChecks.Resolve(context, uri.Path, out var chain)
            ?? CommandChecks.Access(context, AccessOperation.Get, chain)
            ?? CommandChecks.Readable(chain.Target);
        if (refused is not null)
            return refused;
        var node = chain.Target;
        return Done(chain, "TND-040", node.IsInterior
            ? new ResultItem(uri.Path.ToString(), Formats.Node, Formats.TextPlain, ChildList(context, node), true)
            : new ResultItem(uri.Path.ToString(), node.Format, node.Type, node.Value, true));
    }

    // The children's own ACLs do not filter the list, a guard may (TND-049).
    private static byte[] ChildList(CommandContext context, Node node) =>
        Encoding.UTF8.GetBytes(string.Join('/', node.Children.Values
            .Where(child => context.Policy.IsVisible(context.Server!, node, child))
            .Select(child => NodeName.Escape(child.Name))));

    private static CommandOutcome GetProperty(CommandContext context, LocUri uri, string property)
    {
        if (CommandChecks.SupportedProperty(context, property) is { } unsupported)
            return unsupported;
        if (CommandChecks.Resolve(context, uri.Path, out var chain) is { } missing)
            return missing;
        var node = chain.Target;
        if (property is Properties.Size && node.IsInterior)
            return CommandOutcome.Refused(406, "TND-101");
        var operation = property is Properties.Acl ? AccessOperation.GetAcl : AccessOperation.Get;
        if (CommandChecks.Access(context, operation, chain) is { } denied)
            return denied;
        // The size of a sealed value would tell of the secret; AccessType does not govern the other properties (D-04).
        if (property is Properties.Size && node.IsSecret)
            return CommandOutcome.Refused(405, "TND-047");
        var text = Encoding.UTF8.GetBytes(PropertyText(node, property));
        return Done(chain, "TND-104", new ResultItem(uri.ToString(), Formats.Chr, Formats.TextPlain, text, true));
    }

    private static string PropertyText(Node node, string property) => property switch
    {
        // Only the node's own value, never the inherited one (ACL-006, ACL-007).
        Properties.Acl => node.Acl?.ToString() ?? "",
        Properties.Format => node.Format,
        Properties.Name => node.Name,
        Properties.Size => node.Value.Length.ToString(),
        Properties.Title => node.Title,
        Properties.TStamp => node.TStamp.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'"),
        Properties.Type => node.Type,
        Properties.VerNo => node.VerNo.ToString(),
        _ => "",
    };

    private static CommandOutcome GetList(CommandContext context, LocUri uri, string list)
    {
        if (list is not ("Struct" or "StructData"))
            return CommandOutcome.Refused(406, list.StartsWith("TNDS", StringComparison.Ordinal) ? "TNDS-030" : "TND-176");
        var refused = CommandChecks.Resolve(context, uri.Path, out var chain)
            ?? CommandChecks.Access(context, AccessOperation.Get, chain)
            ?? CommandChecks.Readable(chain.Target);
        if (refused is not null)
            return refused;
        var items = ImmutableArray.CreateBuilder<ResultItem>();
        var open = new Stack<NodeChain>([chain]);
        while (open.TryPop(out var next))
        {
            // A readable node below an omitted one is still listed (TND-175); the addressed one has been decided.
            if (ReferenceEquals(next, chain) || IsListed(context, next))
                items.Add(StructItem(next, withData: list is "StructData"));
            foreach (var child in next.Target.Children.Values.Reverse())
            {
                if (context.Policy.IsVisible(context.Server!, next.Target, child))
                    open.Push(next.Child(child));
            }
        }
        return new CommandOutcome(200, "TND-171", 0, null, items.ToImmutable(), chain.Target.Id);
    }

    private static bool IsListed(CommandContext context, NodeChain chain) =>
        CommandChecks.IsReadable(chain.Target) && CommandChecks.Access(context, AccessOperation.Get, chain) is null;

    private static ResultItem StructItem(NodeChain chain, bool withData)
    {
        var node = chain.Target;
        var hasData = withData && !node.IsInterior;
        return new ResultItem(chain.ToString(), node.Format, node.Type, hasData ? node.Value : default, hasData);
    }

    private static CommandOutcome Done(NodeChain chain, string rule, ResultItem item) => new(200, rule, 0, null, [item], chain.Target.Id);
}
