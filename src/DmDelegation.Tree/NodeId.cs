namespace DmDelegation.Tree;

/// <summary>The identity of a node: given once when the node is created, never reused, and kept through every rename.
/// Delegation scopes are checked by it and not by text (DEL-325).</summary>
/// <param name="Value">Positive; 1 is the root.</param>
public readonly record struct NodeId(long Value)
{
    /// <summary>The root, which always exists (TND-002).</summary>
    public static readonly NodeId Root = new(1);

    /// <inheritdoc/>
    public override string ToString() => $"#{Value}";
}
