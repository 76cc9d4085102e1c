namespace DmDelegation.Tree;

/// <summary>Replace of the ACL and Title properties (tree.md 7 and 8).</summary>
internal static class ReplacePropertyCommand
{
    public static CommandOutcome ReplaceAcl(CommandContext context, NodePath path, ValueArgument argument)
    {
        // Rights before the parser: who may not replace the ACL learns nothing about it (tree.md 12).
        var refused = CommandChecks.Resolve(context, path, out var chain)
            ?? CommandChecks.Access(context, AccessOperation.ReplaceAcl, chain, null, argument);
        if (refused is not null)
            return refused;
        if (ValueChecks.PropertyText(argument, Acl.MaxOctets, "ACL-037", 413, out var text) is { } unreadable)
            return unreadable;
        if (!Acl.TryParse(text, out var acl))
            return CommandOutcome.Refused(500, "ACL-015");
        if (path.IsRoot && RootAcl(chain.Target.Acl!, acl) is { } root)
            return root;
        context.Transaction.SetAcl(chain.Target.Id, acl);
        return CommandOutcome.Done(chain.Target.Id, "ACL-036");
    }

    public static CommandOutcome ReplaceTitle(CommandContext context, NodePath path, ValueArgument argument)
    {
        var title = "";
        var refused = CommandChecks.Resolve(context, path, out var chain)
            ?? CommandChecks.Access(context, AccessOperation.SetTitle, chain, null, argument)
            ?? ValueChecks.PropertyText(argument, TreeTransaction.MaxTitleOctets, "TND-145", 413, out title);
        if (refused is not null)
            return refused;
        context.Transaction.SetTitle(chain.Target.Id, title);
        return CommandOutcome.Done(chain.Target.Id, "TND-111");
    }

    // The root keeps a value (ACL-045), and its Add entry stays * (ACL-009).
    private static CommandOutcome? RootAcl(Acl present, Acl? wanted) =>
        wanted is null ? CommandOutcome.Refused(405, "ACL-045")
        : present.GrantsToAll(AclCommands.Add) && !wanted.GrantsToAll(AclCommands.Add) ? CommandOutcome.Refused(405, "ACL-009")
        : null;
}
