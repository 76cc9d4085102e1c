namespace DmDelegation.Tree;

/// <summary>Delete (tree.md 2 and 6).</summary>
internal static class DeleteCommand
{
    public static CommandOutcome Run(CommandContext context, string locUri)
    {
        if (CommandChecks.Address(context, locUri, out var uri) is { } unaddressed)
            return unaddressed;
        if (CommandChecks.NoQuery(context, uri) is { } query)
            return query;
        if (uri.Path.IsRoot)
            return CommandOutcome.Refused(405, "TND-027");
        if (CommandChecks.Resolve(context, uri.Path, out var chain) is { } missing)
            return missing;
        var node = chain.Target;
        var refused = (node.IsPermanent ? CommandOutcome.Refused(405, "TND-025") : null)
            ?? CommandChecks.Access(context, AccessOperation.Delete, chain)
            ?? CommandChecks.AccessType(node, AccessTypes.Delete, "TND-031")
            // What descendants' ACLs and AccessTypes say does not count (ACL-055, TND-032), that they are permanent does.
            ?? (node.SelfAndDescendants().Any(below => below.IsPermanent) ? CommandOutcome.Refused(405, "TND-034") : null);
        if (refused is not null)
            return refused;
        context.Transaction.Delete(node.Id);
        return CommandOutcome.Done(node.Id, "TND-076");
    }
}
