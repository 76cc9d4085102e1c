namespace DmDelegation.Tree;

/// <summary>The checks of Exec (tree.md 6); what it does is the engine's.</summary>
internal static class ExecCommand
{
    public static CommandOutcome Run(CommandContext context, string locUri)
    {
        if (CommandChecks.Address(context, locUri, out var uri) is { } unaddressed)
            return unaddressed;
        if (CommandChecks.NoQuery(context, uri) is { } query)
            return query;
        return CommandChecks.Resolve(context, uri.Path, out var chain)
            ?? CommandChecks.Access(context, AccessOperation.Exec, chain)
            ?? CommandChecks.AccessType(chain.Target, AccessTypes.Exec, "TND-081")
            ?? CommandOutcome.Done(chain.Target.Id, "TND-083");
    }
}
