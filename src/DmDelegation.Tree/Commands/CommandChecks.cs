namespace DmDelegation.Tree;

/// <summary>The checks that the commands share. Each answers null to go on, or the refusal.</summary>
internal static class CommandChecks
{
    /// <summary>Who asks, and where: 401, 404, 414, 406.</summary>
    public static CommandOutcome? Address(CommandContext context, string locUri, out LocUri uri)
    {
        uri = Nowhere;
        // An identifier that no ACL could name is nobody's: it would read as something else once written into one (DEL-107).
        if (context.Server is null || !ServerIdentifier.IsWellFormed(context.Server))
            return CommandOutcome.Refused(401, "ACL-056");
        if (!LocUri.TryParse(locUri, context.Options.Limits, out var parsed, out var status))
            return CommandOutcome.Refused(status, status switch { 414 => "TND-015", 406 => "TND-105", _ => "TND-018" });
        uri = parsed!;
        return null;
    }

    /// <summary>A query where the command takes none: 405, and 406 for a property that the device does not have.</summary>
    public static CommandOutcome? NoQuery(CommandContext context, LocUri uri) =>
        uri.List is not null ? CommandOutcome.Refused(405, "TND-176")
        : uri.Property is null ? null
        : SupportedProperty(context, uri.Property) ?? CommandOutcome.Refused(405, "TND-108");

    /// <summary>A property that the device does not have: 406.</summary>
    public static CommandOutcome? SupportedProperty(CommandContext context, string property) =>
        context.Options.SupportedProperties.Contains(property) ? null : CommandOutcome.Refused(406, "TND-105");

    /// <summary>Whether the node is there, as far as this server may know: 404.</summary>
    public static CommandOutcome? Resolve(CommandContext context, NodePath path, out NodeChain chain)
    {
        chain = context.Transaction.Current.ResolveNearest(path);
        return chain.Depth < path.Depth || VisibleDepth(context, chain) < path.Depth
            ? CommandOutcome.Refused(404, "TND-044")
            : null;
    }

    /// <summary>How far down the chain the server may see (DEL-081); the depth of the chain if nothing is hidden.</summary>
    public static int VisibleDepth(CommandContext context, NodeChain chain)
    {
        for (var depth = 1; depth <= chain.Depth; depth++)
        {
            if (!context.Policy.IsVisible(context.Server!, chain[depth - 1], chain[depth]))
                return depth - 1;
        }
        return chain.Depth;
    }

    /// <summary>The policy's word: 425, or what a guard says.</summary>
    public static CommandOutcome? Access(
        CommandContext context, AccessOperation operation, NodeChain target, NodePath? newPath = null, ValueArgument? argument = null)
    {
        var answer = context.Policy.Decide(new AccessQuestion(context.Server!, operation, target, newPath, argument));
        return answer.Allowed ? null : CommandOutcome.Refused(answer.Status, answer.Rule, answer.Reason);
    }

    /// <summary>AccessType of the description: 405 unless one of <paramref name="any"/> is there (TND-033).</summary>
    public static CommandOutcome? AccessType(Node node, AccessTypes any, string rule) =>
        (node.Access & any) != AccessTypes.None ? null : CommandOutcome.Refused(405, rule);

    /// <summary>Whether a value may leave the device: a secret never does (TND-047).</summary>
    public static CommandOutcome? Readable(Node node) =>
        IsReadable(node) ? null : CommandOutcome.Refused(405, "TND-047");

    /// <inheritdoc cref="Readable"/>
    public static bool IsReadable(Node node) => !node.IsSecret && (node.Access & AccessTypes.Get) != AccessTypes.None;

    private static readonly LocUri Nowhere = new(NodePath.Root, null, null);
}
