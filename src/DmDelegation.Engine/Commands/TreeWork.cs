using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Guard;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Commands;

/// <summary>A command on the tree in the name of a server, over the state as it is: of a message, or of an operation that runs for it.</summary>
internal static class TreeWork
{
    /// <summary>Runs it and keeps what it made; nothing of one that fails.</summary>
    public static CommandOutcome Run(Work work, string server, string target, RememberingPolicy policy, Func<CommandContext, CommandOutcome> command)
    {
        var (outcome, after) = Try(work, server, target, policy, command);
        if (!outcome.Succeeded || ReferenceEquals(after.Current, work.State.Tree))
        {
            return outcome;
        }

        if (RoomRule.Refusal(work, server, work.State.Tree, after.Current) is { } full)
        {
            return full;
        }

        work.KeepTree(after);
        return outcome;
    }

    /// <summary>What would come of it; the state stays as it is.</summary>
    public static (CommandOutcome Outcome, TreeTransaction After) Try(
        Work work, string server, string target, RememberingPolicy policy, Func<CommandContext, CommandOutcome> command)
    {
        var transaction = work.OpenTree();
        var name = LocUri.TryParse(target, work.Options.UriLimits, out var uri, out _) ? uri!.Path.Name : "";
        var options = TreeOptions.Default with { Limits = work.Options.UriLimits, MaxNodes = work.Options.TreeSize.MaxNodes };
        var outcome = command(new CommandContext(
            server, transaction, policy, work.Options.Description, options, new LeafSealer(work.Ports.Vault, name)));
        return (outcome, transaction);
    }
}
