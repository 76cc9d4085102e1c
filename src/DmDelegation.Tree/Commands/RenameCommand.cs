namespace DmDelegation.Tree;

/// <summary>Replace of the Name property (tree.md 5, R-06).</summary>
internal static class RenameCommand
{
    public static CommandOutcome Run(CommandContext context, NodePath path, ValueArgument argument)
    {
        if (CommandChecks.Resolve(context, path, out var chain) is { } missing)
            return missing;
        if (chain.Target.IsPermanent || path.IsRoot)
            return CommandOutcome.Refused(405, "TND-026");

        // A guard may look at where the rename leads; whether it leads anywhere is said only to those who may rename.
        var unreadable = ValueChecks.PropertyText(argument, NodeName.MaxOctets, "TND-071", 414, out var name)
            ?? (NodeName.HasLegalCharacters(name) ? null : CommandOutcome.Refused(500, "TND-071"));
        var newPath = unreadable is null ? path.Parent.Child(name) : null;
        var refused = CommandChecks.Access(context, AccessOperation.Rename, chain, newPath, argument)
            ?? unreadable
            ?? Allowed(context, chain, path, newPath!);
        if (refused is not null)
            return refused;
        context.Transaction.Rename(chain.Target.Id, name);
        return CommandOutcome.Done(chain.Target.Id, "TND-072");
    }

    private static CommandOutcome? Allowed(CommandContext context, NodeChain chain, NodePath path, NodePath newPath) =>
        path.Equals(newPath) ? null
        : !context.Description.AllowsRename(path, newPath) ? CommandOutcome.Refused(405, "TND-062")
        : !FitsLimits(context.Options.Limits, chain.Target, newPath) ? CommandOutcome.Refused(414, "TND-071")
        : chain.ParentNode!.Children.ContainsKey(newPath.Name) ? CommandOutcome.Refused(418, "TND-070")
        : null;

    // The new name counts in the URI of every descendant (TND-071).
    private static bool FitsLimits(UriLimits limits, Node node, NodePath newPath) =>
        limits.Allows(newPath) && limits.AllowsTotal(NodeName.Characters(newPath.ToString()) - 2 + LongestBelow(node));

    private static int LongestBelow(Node node) => node.Children.Values
        .Select(child => 1 + NodeName.Characters(NodeName.Escape(child.Name)) + LongestBelow(child))
        .DefaultIfEmpty(0)
        .Max();
}
