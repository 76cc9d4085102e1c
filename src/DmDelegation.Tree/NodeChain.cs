using System.Collections.Immutable;

namespace DmDelegation.Tree;

/// <summary>A node together with its ancestors: what an access decision looks at. Resolved once, then read without allocating.</summary>
public sealed class NodeChain
{
    private readonly Node[] _nodes;
    private readonly int _length;

    internal NodeChain(Node[] nodes, int length)
    {
        _nodes = nodes;
        _length = length;
    }

    /// <summary>The node itself.</summary>
    public Node Target => _nodes[_length - 1];

    /// <summary>The parent; null for the root, which has none (ACL-032).</summary>
    public Node? ParentNode => _length > 1 ? _nodes[_length - 2] : null;

    /// <summary>The chain of the parent; null for the root.</summary>
    public NodeChain? Parent => _length > 1 ? new NodeChain(_nodes, _length - 1) : null;

    /// <summary>Number of segments of the target's URI; 0 for the root.</summary>
    public int Depth => _length - 1;

    /// <summary>The node <paramref name="depth"/> segments below the root (0 … <see cref="Depth"/>).</summary>
    public Node this[int depth] => depth < _length ? _nodes[depth] : throw new ArgumentOutOfRangeException(nameof(depth), depth, $"0 to {Depth}");

    /// <summary>The address of the target.</summary>
    public NodePath Path
    {
        get
        {
            var segments = ImmutableArray.CreateBuilder<string>(Depth);
            for (var i = 1; i < _length; i++)
                segments.Add(_nodes[i].Name);
            return NodePath.OfChecked(segments.MoveToImmutable());
        }
    }

    /// <summary>True if the node with this identity is the target or one of its ancestors.</summary>
    public bool Contains(NodeId id)
    {
        for (var i = 0; i < _length; i++)
        {
            if (_nodes[i].Id == id)
                return true;
        }
        return false;
    }

    /// <summary>The effective ACL of the target: its own, else the nearest ancestor's; never merged (ACL-003, ACL-004).</summary>
    public Acl EffectiveAcl() => EffectiveAclOwner().Acl!;

    /// <summary>The node whose ACL value is the effective one of the target.</summary>
    public Node EffectiveAclOwner() => EffectiveAclOwner(Depth);

    /// <summary>The node whose ACL value is the effective one of the node at <paramref name="depth"/> (0 … <see cref="Depth"/>); the root always
    /// has a value (ACL-002).</summary>
    public Node EffectiveAclOwner(int depth)
    {
        while (this[depth].Acl is null)
            depth--;
        return this[depth];
    }

    /// <summary>The chain one level down; <paramref name="child"/> is a child of the target.</summary>
    public NodeChain Child(Node child)
    {
        var nodes = new Node[_length + 1];
        Array.Copy(_nodes, nodes, _length);
        nodes[_length] = child;
        return new NodeChain(nodes, _length + 1);
    }

    /// <inheritdoc/>
    public override string ToString() => Path.ToString();
}
