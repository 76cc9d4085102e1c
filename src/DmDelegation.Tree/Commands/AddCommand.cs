namespace DmDelegation.Tree;

/// <summary>Add (tree.md 4).</summary>
internal static class AddCommand
{
    public static CommandOutcome Run(CommandContext context, string locUri, ValueArgument argument)
    {
        if (CommandChecks.Address(context, locUri, out var uri) is { } unaddressed)
            return unaddressed;
        if (CommandChecks.NoQuery(context, uri) is { } query)
            return query;
        var path = uri.Path;
        if (path.IsRoot)
            return CommandOutcome.Refused(418, "TND-050");

        var nearest = context.Transaction.Current.ResolveNearest(path);
        var exists = nearest.Depth == path.Depth;
        var ancestor = exists ? nearest.Parent! : nearest;
        // A hidden node on the way looks absent, but nothing can be created in its place.
        if (CommandChecks.VisibleDepth(context, ancestor) < ancestor.Depth)
            return CommandOutcome.Refused(404, "TND-055");

        if (path.Depth - ancestor.Depth > 1 && !context.Options.ImplicitAdd)
            return CommandOutcome.Refused(404, "TND-055");
        var misplaced = (ancestor.Target.IsInterior ? null : CommandOutcome.Refused(405, "TND-021"))
            ?? CommandChecks.Access(context, AccessOperation.Add, ancestor, path, argument)
            ?? (exists ? CommandOutcome.Refused(418, "TND-050") : null);
        if (misplaced is not null)
            return Named(misplaced, path, ancestor);
        return Described(context, path, ancestor)
            ?? ValueChecks.NewNode(context, context.Description.Describe(path), argument)
            ?? Room(context, path, ancestor)
            ?? Create(context, path, ancestor, argument);
    }

    // Every node to be created must be foreseen: by its own description or by its parent's (DDF-020), and never as a permanent one (TND-025).
    private static CommandOutcome? Described(CommandContext context, NodePath path, NodeChain ancestor)
    {
        var parentAccess = ancestor.Target.Access;
        for (var depth = ancestor.Depth + 1; depth <= path.Depth; depth++)
        {
            var description = context.Description.Describe(path.Prefix(depth));
            var failedUri = depth < path.Depth ? path.Prefix(depth).ToString() : null;
            if (description.Permanent)
                return CommandOutcome.Refused(405, "TND-025", 0, failedUri);
            if (((description.Access | parentAccess) & AccessTypes.Add) == AccessTypes.None)
                return CommandOutcome.Refused(405, "DDF-020", 0, failedUri);
            if (failedUri is not null && description.Format is { } format && !Formats.IsNode(format))
                return CommandOutcome.Refused(405, "TND-062", 0, failedUri);
            parentAccess = description.Access;
        }
        return null;
    }

    private static CommandOutcome? Room(CommandContext context, NodePath path, NodeChain ancestor) =>
        context.Transaction.Current.Count + (path.Depth - ancestor.Depth) <= context.Options.MaxNodes ? null
        : context.Transaction.Current.Count >= context.Options.MaxNodes ? Named(CommandOutcome.Refused(420, "TND-060"), path, ancestor)
        : CommandOutcome.Refused(420, "TND-060");

    private static CommandOutcome Create(CommandContext context, NodePath path, NodeChain ancestor, ValueArgument argument)
    {
        var transaction = context.Transaction;
        var interior = Formats.IsNode(ValueChecks.FormatOf(argument));
        var description = context.Description.Describe(path);
        // Sealed before the first change, since it may fail; the identity is known beforehand.
        var id = new NodeId(transaction.Current.NextNodeId + (path.Depth - ancestor.Depth - 1));
        var value = !interior && description.Secret ? context.Sealer.Seal(id, argument.Data.Span) : argument.Data;

        var parent = ancestor.Target.Id;
        var effective = ancestor.EffectiveAcl();
        for (var depth = ancestor.Depth + 1; depth < path.Depth; depth++)
        {
            var (at, acl) = (path.Prefix(depth), AutomaticAcl(context, effective));
            var access = context.Description.Describe(at).Access;
            parent = transaction.Add(parent, new NodeSpec(at.Name, true, Formats.Node, "", default, acl, false, access, false));
            effective = acl ?? effective;
        }
        var (format, type) = (ValueChecks.FormatOf(argument), interior ? argument.Type ?? "" : ValueChecks.LeafTypeOf(argument));
        var ownAcl = interior ? AutomaticAcl(context, effective) : null;
        id = transaction.Add(parent, new NodeSpec(
            path.Name, interior, format, type, value, ownAcl, false, description.Access, !interior && description.Secret));
        return CommandOutcome.Done(id, "TND-050");
    }

    // A creator without Replace on the parent gets exactly these three on an interior node, and no Get (ACL-041, ACL-042).
    private static Acl? AutomaticAcl(CommandContext context, Acl parentAcl) =>
        parentAcl.Grants(AclCommands.Replace, context.Server!)
            ? null
            : Acl.Of(AclCommands.Add | AclCommands.Delete | AclCommands.Replace, context.Server!);

    // If an ancestor is what could not be created, the Status names it (TND-054).
    private static CommandOutcome Named(CommandOutcome refused, NodePath path, NodeChain ancestor) =>
        path.Depth - ancestor.Depth > 1 ? refused with { FailedUri = path.Prefix(ancestor.Depth + 1).ToString() } : refused;
}
