namespace DmDelegation.Tree;

/// <summary>Copy (tree.md 6).</summary>
internal static class CopyCommand
{
    public static CommandOutcome Run(CommandContext context, string sourceUri, string targetUri)
    {
        if (CommandChecks.Address(context, targetUri, out var to) is { } badTarget)
            return badTarget;
        if (CommandChecks.Address(context, sourceUri, out var from) is { } badSource)
            return badSource;
        if (!context.Options.Copy)
            return CommandOutcome.Refused(406, "TND-085");
        if ((CommandChecks.NoQuery(context, to) ?? CommandChecks.NoQuery(context, from)) is { } query)
            return query;
        if (CommandChecks.Resolve(context, from.Path, out var source) is { } noSource)
            return noSource;
        if (CommandChecks.Resolve(context, to.Path, out var target) is { } noTarget)
            return noTarget;

        // A guard may look at what is written, but a secret is nobody's to look at.
        var carried = new ValueArgument(source.Target.Format, source.Target.Type, source.Target.IsSecret ? default : source.Target.Value, true);
        var refused = CommandChecks.Access(context, AccessOperation.CopyFrom, source)
            ?? CommandChecks.Access(context, AccessOperation.CopyTo, target, null, carried)
            ?? (source.Target.IsInterior || target.Target.IsInterior ? CommandOutcome.Refused(403, "TND-089") : null)
            ?? CommandChecks.Readable(source.Target)
            ?? CommandChecks.AccessType(target.Target, AccessTypes.Copy | AccessTypes.Replace, "TND-033")
            ?? (Takes(context, target.Target, to.Path, source.Target) ? null : CommandOutcome.Refused(403, "TND-088"));
        if (refused is not null)
            return refused;
        var (node, value) = (target.Target, source.Target.Value);
        // Value, Format and Type go over, and nothing else (TND-089).
        context.Transaction.SetValue(node.Id, source.Target.Format, source.Target.Type, node.IsSecret ? context.Sealer.Seal(node.Id, value.Span) : value);
        return CommandOutcome.Done(node.Id, "TND-086");
    }

    private static bool Takes(CommandContext context, Node target, NodePath path, Node source) =>
        (context.Description.Describe(path).Format ?? source.Format) == source.Format
        && (!target.IsPermanent || (target.Format == source.Format && target.Type == source.Type));
}
