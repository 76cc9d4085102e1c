namespace DmDelegation.Tree;

/// <summary>The commands on the tree, each with the checks of tree.md section 10 in that order. Every check stands before the first change,
/// so a command that fails leaves the transaction as it was (TND-061, R-08).</summary>
public static class TreeCommands
{
    /// <summary>Get of a value, a child list, a property, or a <c>?list=</c> query (tree.md 3 and 9).</summary>
    public static CommandOutcome Get(CommandContext context, string locUri) => GetCommand.Run(context, locUri);

    /// <summary>Add of a node (tree.md 4); an interior node has Format <c>node</c> and needs no Data.</summary>
    public static CommandOutcome Add(CommandContext context, string locUri, ValueArgument argument) => AddCommand.Run(context, locUri, argument);

    /// <summary>Replace of a value, or of the ACL, Name or Title property (tree.md 5 and 7).</summary>
    public static CommandOutcome Replace(CommandContext context, string locUri, ValueArgument argument) => ReplaceCommand.Run(context, locUri, argument);

    /// <summary>Delete of a node with everything below it (tree.md 6).</summary>
    public static CommandOutcome Delete(CommandContext context, string locUri) => DeleteCommand.Run(context, locUri);

    /// <summary>The checks of an Exec; 200 with the target means that the engine is to execute it (TND-083).</summary>
    public static CommandOutcome Exec(CommandContext context, string locUri) => ExecCommand.Run(context, locUri);

    /// <summary>Copy of one leaf's value onto another's (TND-086).</summary>
    public static CommandOutcome Copy(CommandContext context, string sourceUri, string targetUri) => CopyCommand.Run(context, sourceUri, targetUri);
}
