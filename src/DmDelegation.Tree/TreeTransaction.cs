using System.Text;

namespace DmDelegation.Tree;

/// <summary>A series of changes over a snapshot: plain primitives without any access control, for the command layer and for the device itself (TND-024).
/// A savepoint is the value of <see cref="Current"/>; rolling back is going back to it. A call that would break the tree throws
/// <see cref="InvalidOperationException"/> or <see cref="ArgumentException"/> and changes nothing: whoever acts for a peer checks before.</summary>
/// <param name="snapshot">The tree to start from.</param>
/// <param name="now">The time that TStamp gets (TND-150).</param>
public sealed class TreeTransaction(ManagementTree snapshot, DateTimeOffset now)
{
    /// <summary>Longest Title in octets of UTF-8 (TND-145).</summary>
    public const int MaxTitleOctets = 255;

    private readonly DateTimeOffset _now = WholeSeconds(now);

    /// <summary>The tree with all changes so far.</summary>
    public ManagementTree Current { get; private set; } = snapshot;

    /// <summary>Goes back to an earlier value of <see cref="Current"/>, everything included (TND-096).</summary>
    public void RollbackTo(ManagementTree savepoint) => Current = savepoint;

    /// <summary>Creates a node below an interior node, with VerNo 0 (TND-166); the parent's TStamp and VerNo stay.</summary>
    public NodeId Add(NodeId parent, NodeSpec spec)
    {
        var chain = Chain(parent);
        Require(chain.Target.IsInterior, parent, "a leaf has no children (TND-021)");
        Require(!chain.Target.Children.ContainsKey(spec.Name), parent, $"there is a child '{spec.Name}' (TND-013)");
        Require(NodeName.IsWellFormed(spec.Name), parent, "the name of the child is not well-formed");
        Require(chain.Depth < UriLimits.HardMaxDepth, parent, $"nodes lie at most {UriLimits.HardMaxDepth} deep");
        Require(Formats.Known.Contains(spec.Format) && spec.Interior == Formats.IsNode(spec.Format), parent, "the Format of the child is wrong (TND-020)");
        Require(!spec.Interior || (spec.Value.IsEmpty && !spec.Secret), parent, "an interior node has no value");

        var id = new NodeId(Current.NextNodeId);
        var row = new NodeRow(
            id, parent, spec.Name, spec.Format, spec.Type, spec.Value.ToArray(), spec.Acl, "", _now, 0, spec.Permanent, spec.Access, spec.Secret);
        var changed = new Node(chain.Target.Row, chain.Target.Children.Add(spec.Name, new Node(row, Node.NoChildren)));
        Current = new ManagementTree(Rebuild(chain, changed), Current.RowMap.Set(id.Value, row), id.Value + 1, Current.Octets + row.Octets);
        return id;
    }

    /// <summary>Overwrites the value of a leaf with its Format and Type (TND-066); an identical value counts as a change too (TND-166).</summary>
    public void SetValue(NodeId leaf, string format, string type, ReadOnlyMemory<byte> value)
    {
        var chain = Chain(leaf);
        Require(!chain.Target.IsInterior, leaf, "an interior node has no value (TND-068)");
        Require(Formats.Known.Contains(format) && !Formats.IsNode(format), leaf, "the Format is not one of a leaf (TND-020)");
        Put(chain, chain.Target.Row with { Format = format, Type = type, Value = value.ToArray() });
    }

    /// <summary>Sets the Type property (TND-155, TND-157).</summary>
    public void SetType(NodeId node, string type)
    {
        var chain = Chain(node);
        Put(chain, chain.Target.Row with { Type = type });
    }

    /// <summary>Sets or clears the node's own ACL value; the root keeps one (ACL-002). TStamp and VerNo move (TND-112, DEL-140).</summary>
    public void SetAcl(NodeId node, Acl? acl)
    {
        Require(acl is not null || node != NodeId.Root, node, "the root always has an ACL value (ACL-002)");
        var chain = Chain(node);
        Put(chain, chain.Target.Row with { Acl = acl });
    }

    /// <summary>Sets the Title (TND-145).</summary>
    public void SetTitle(NodeId node, string title)
    {
        Require(Encoding.UTF8.GetByteCount(title) <= MaxTitleOctets, node, $"a Title has at most {MaxTitleOctets} octets (TND-145)");
        var chain = Chain(node);
        Put(chain, chain.Target.Row with { Title = title });
    }

    /// <summary>Sets what the node's description allows; no change of the node itself, so TStamp and VerNo stay (DDF-016).</summary>
    public void SetDescription(NodeId node, bool permanent, AccessTypes access)
    {
        Require(permanent || node != NodeId.Root, node, "the root is permanent (TND-002)");
        var chain = Chain(node);
        Replace(chain, chain.Target.Row with { IsPermanent = permanent, Access = access });
    }

    /// <summary>Renames a node in place: identity, value, properties, ACL and descendants stay (TND-070, TND-072).</summary>
    public void Rename(NodeId node, string newName)
    {
        var chain = Chain(node);
        Require(chain.ParentNode is not null, node, "the root has no name");
        Require(NodeName.IsWellFormed(newName), node, "the new name is not well-formed");
        Require(newName == chain.Target.Name || !chain.ParentNode!.Children.ContainsKey(newName), node, $"a sibling is called '{newName}' (TND-013)");
        Put(chain, chain.Target.Row with { Name = newName });
    }

    /// <summary>Removes the node and everything below it (TND-030).</summary>
    public void Delete(NodeId node)
    {
        var chain = Chain(node);
        Require(chain.ParentNode is not null, node, "the root always exists (TND-002)");
        var (rows, octets) = (Current.RowMap, Current.Octets);
        foreach (var gone in chain.Target.SelfAndDescendants())
            (rows, octets) = (rows.Remove(gone.Id.Value), octets - gone.Row.Octets);
        var parent = chain.Parent!;
        var changed = new Node(parent.Target.Row, parent.Target.Children.Remove(chain.Target.Name));
        Current = new ManagementTree(Rebuild(parent, changed), rows, Current.NextNodeId, octets);
    }

    internal static DateTimeOffset WholeSeconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    private static void Require(bool condition, NodeId node, string problem)
    {
        if (!condition)
            throw new InvalidOperationException($"node {node}: {problem}");
    }

    private NodeChain Chain(NodeId id) => Current.Resolve(id) ?? throw new InvalidOperationException($"node {id} is not in the tree");

    private void Put(NodeChain chain, NodeRow row) => Replace(chain, row with { TStamp = _now, VerNo = unchecked((ushort)(chain.Target.VerNo + 1)) });

    private void Replace(NodeChain chain, NodeRow row) =>
        Current = new ManagementTree(Rebuild(chain, new Node(row, chain.Target.Children)), Current.RowMap.Set(row.Id.Value, row), Current.NextNodeId, Current.Octets - chain.Target.Row.Octets + row.Octets);

    private static Node Rebuild(NodeChain chain, Node changed)
    {
        for (var depth = chain.Depth; depth > 0; depth--)
        {
            var parent = chain[depth - 1];
            var oldName = chain[depth].Name;
            var siblings = oldName == changed.Name ? parent.Children : parent.Children.Remove(oldName);
            changed = new Node(parent.Row, siblings.SetItem(changed.Name, changed));
        }
        return changed;
    }
}
