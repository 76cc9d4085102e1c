namespace DmDelegation.Tree;

/// <summary>The commands on the tree, each with the checks of tree.md section 10 in that order. A command that fails leaves the transaction as it was.</summary>
public static class TreeCommands
{
    /// <summary>Get of a value, a child list, a property, or a <c>?list=</c> query (tree.md 3 and 9).</summary>
    public static CommandOutcome Get(CommandContext context, string locUri) => throw new NotSupportedException();

    /// <summary>Add of a node (tree.md 4); an interior node has Format <c>node</c> and needs no Data.</summary>
    public static CommandOutcome Add(CommandContext context, string locUri, ValueArgument argument) => throw new NotSupportedException();

    /// <summary>Replace of a value, or of the ACL, Name or Title property (tree.md 5 and 7).</summary>
    public static CommandOutcome Replace(CommandContext context, string locUri, ValueArgument argument) => throw new NotSupportedException();

    /// <summary>Delete of a node with everything below it (tree.md 6).</summary>
    public static CommandOutcome Delete(CommandContext context, string locUri) => throw new NotSupportedException();

    /// <summary>The checks of an Exec; 200 with the target means that the engine is to execute it (TND-083).</summary>
    public static CommandOutcome Exec(CommandContext context, string locUri) => throw new NotSupportedException();

    /// <summary>Copy of one leaf's value onto another's (TND-086).</summary>
    public static CommandOutcome Copy(CommandContext context, string sourceUri, string targetUri) => throw new NotSupportedException();
}
