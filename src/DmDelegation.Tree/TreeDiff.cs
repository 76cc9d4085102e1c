namespace DmDelegation.Tree;

/// <summary>What happened to a row.</summary>
public enum TreeChangeKind
{
    /// <summary>The row is new or different.</summary>
    Put,
    /// <summary>The row is gone.</summary>
    Remove,
}

/// <summary>One row to write or to remove.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Id">The identity of the row.</param>
/// <param name="Row">The row as it is now; null for <see cref="TreeChangeKind.Remove"/>.</param>
public readonly record struct TreeChange(TreeChangeKind Kind, NodeId Id, NodeRow? Row);

/// <summary>The difference of two snapshots of one tree.</summary>
public static class TreeDiff
{
    /// <summary>The changes that turn the rows of <paramref name="before"/> into those of <paramref name="after"/>, one per node, in the order of the
    /// identities. Compared by reference, so the cost follows the change and not the size of the tree.</summary>
    public static IEnumerable<TreeChange> Between(ManagementTree before, ManagementTree after)
    {
        foreach (var (old, row) in IdMap<NodeRow>.Differences(before.RowMap, after.RowMap))
        {
            yield return row is not null
                ? new TreeChange(TreeChangeKind.Put, row.Id, row)
                : new TreeChange(TreeChangeKind.Remove, old!.Id, null);
        }
    }
}
