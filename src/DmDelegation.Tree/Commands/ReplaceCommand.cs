namespace DmDelegation.Tree;

/// <summary>Replace of a value (tree.md 5), and the way to the properties that can be replaced (tree.md 7).</summary>
internal static class ReplaceCommand
{
    public static CommandOutcome Run(CommandContext context, string locUri, ValueArgument argument)
    {
        if (CommandChecks.Address(context, locUri, out var uri) is { } unaddressed)
            return unaddressed;
        if (uri.List is not null)
            return CommandOutcome.Refused(405, "TND-176");
        if (uri.Property is not { } property)
            return ReplaceValue(context, uri.Path, argument);
        if (CommandChecks.SupportedProperty(context, property) is { } unsupported)
            return unsupported;
        return property switch
        {
            Properties.Acl => ReplacePropertyCommand.ReplaceAcl(context, uri.Path, argument),
            Properties.Name => RenameCommand.Run(context, uri.Path, argument),
            Properties.Title => ReplacePropertyCommand.ReplaceTitle(context, uri.Path, argument),
            _ => CommandOutcome.Refused(405, "TND-108"),
        };
    }

    private static CommandOutcome ReplaceValue(CommandContext context, NodePath path, ValueArgument argument)
    {
        var refused = CommandChecks.Resolve(context, path, out var chain)
            ?? CommandChecks.Access(context, AccessOperation.Replace, chain, null, argument)
            ?? Replaceable(chain.Target, argument)
            ?? ValueChecks.LeafValue(context, context.Description.Describe(path), argument);
        if (refused is not null)
            return refused;
        var node = chain.Target;
        var value = node.IsSecret ? context.Sealer.Seal(node.Id, argument.Data.Span) : argument.Data;
        context.Transaction.SetValue(node.Id, ValueChecks.FormatOf(argument), ValueChecks.LeafTypeOf(argument), value);
        return CommandOutcome.Done(node.Id, "TND-066");
    }

    private static CommandOutcome? Replaceable(Node node, ValueArgument argument) =>
        node.IsInterior ? CommandOutcome.Refused(405, "TND-068")
        : CommandChecks.AccessType(node, AccessTypes.Replace, "TND-033") is { } refused ? refused
        : node.IsPermanent && (node.Format != ValueChecks.FormatOf(argument) || node.Type != ValueChecks.LeafTypeOf(argument))
            ? CommandOutcome.Refused(405, "TND-028")
        : null;
}
