namespace DmDelegation.Tree;

/// <summary>Thrown when stored rows do not make a tree; the message names the row and what is wrong with it.</summary>
public sealed class TreeCorruptException(NodeId row, string problem) : Exception($"stored node {row}: {problem}")
{
    /// <summary>The identity of the offending row.</summary>
    public NodeId Row { get; } = row;
}

/// <summary>One snapshot of the management tree (TND-001). Immutable with structural sharing: keeping a snapshot is keeping a reference.
/// Changes are made by a <see cref="TreeTransaction"/>.</summary>
public sealed class ManagementTree
{
    private readonly IdMap<NodeRow> _rows;

    internal ManagementTree(Node root, IdMap<NodeRow> rows, long nextNodeId, long octets)
    {
        Octets = octets;
        Root = root;
        _rows = rows;
        NextNodeId = nextNodeId;
    }

    /// <summary>The root; it always exists, is interior, permanent, and has an ACL value (TND-002, ACL-002).</summary>
    public Node Root { get; }

    /// <summary>Number of nodes, the root included.</summary>
    public int Count => _rows.Count;

    /// <summary>Octets of all nodes together (<see cref="NodeRow.Octets"/>).</summary>
    public long Octets { get; }

    /// <summary>The identity the next new node gets. It is part of what must be stored: an identity is never given twice.</summary>
    public long NextNodeId { get; }

    /// <summary>All rows in the order of their identities.</summary>
    public IEnumerable<NodeRow> Rows => _rows.Values;

    internal IdMap<NodeRow> RowMap => _rows;

    /// <summary>The tree that consists of the root.</summary>
    /// <param name="rootAcl">The root's ACL value (ACL-002, ACL-008).</param>
    /// <param name="now">The root's TStamp.</param>
    /// <param name="access">What the root's description allows; Delete of the root is refused in any case (TND-027).</param>
    public static ManagementTree Empty(Acl rootAcl, DateTimeOffset now, AccessTypes access = NodeDescription.DefaultAccess)
    {
        var row = new NodeRow(NodeId.Root, default, "", Formats.Node, "", default, rootAcl, "", TreeTransaction.WholeSeconds(now), 0, true, access, false);
        return new ManagementTree(new Node(row, Node.NoChildren), IdMap<NodeRow>.Empty.Set(row.Id.Value, row), NodeId.Root.Value + 1, row.Octets);
    }

    /// <summary>The node at the address, or null.</summary>
    public Node? Find(NodePath path)
    {
        var node = Root;
        foreach (var segment in path.Segments)
        {
            if (!node.Children.TryGetValue(segment, out node))
                return null;
        }
        return node;
    }

    /// <summary>The node with the identity, or null.</summary>
    public Node? Find(NodeId id) => Resolve(id)?.Target;

    /// <summary>The present address of the node with the identity, or null.</summary>
    public NodePath? PathOf(NodeId id)
    {
        if (_rows.Find(id.Value) is not { } row)
            return null;
        var segments = new List<string>();
        for (; row.Id != NodeId.Root; row = _rows.Find(row.ParentId.Value)!)
            segments.Add(row.Name);
        segments.Reverse();
        return NodePath.OfChecked([.. segments]);
    }

    /// <summary>The node at the address with its ancestors, or null.</summary>
    public NodeChain? Resolve(NodePath path)
    {
        var nearest = ResolveNearest(path);
        return nearest.Depth == path.Depth ? nearest : null;
    }

    /// <summary>The node with the identity with its ancestors, or null.</summary>
    public NodeChain? Resolve(NodeId id) => PathOf(id) is { } path ? Resolve(path) : null;

    /// <summary>The deepest existing node on the way to the address, with its ancestors: the address itself if it exists.</summary>
    public NodeChain ResolveNearest(NodePath path)
    {
        var nodes = new Node[path.Depth + 1];
        nodes[0] = Root;
        var length = 1;
        foreach (var segment in path.Segments)
        {
            if (!nodes[length - 1].Children.TryGetValue(segment, out var child))
                break;
            nodes[length++] = child;
        }
        return new NodeChain(nodes, length);
    }

    /// <summary>Loads a tree from its stored rows, in any order.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="nextNodeId">The stored <see cref="NextNodeId"/>; raised above the greatest identity if it is not.</param>
    /// <exception cref="TreeCorruptException">The rows do not make a tree.</exception>
    public static ManagementTree FromRows(IEnumerable<NodeRow> rows, long nextNodeId = 0)
    {
        var map = IdMap<NodeRow>.Empty;
        var children = new Dictionary<NodeId, List<NodeRow>>();
        foreach (var row in rows)
        {
            CheckRow(row);
            if (map.Find(row.Id.Value) is not null)
                throw new TreeCorruptException(row.Id, "the identity occurs twice");
            map = map.Set(row.Id.Value, row);
            nextNodeId = Math.Max(nextNodeId, row.Id.Value + 1);
            if (row.Id != NodeId.Root)
                (children.TryGetValue(row.ParentId, out var siblings) ? siblings : children[row.ParentId] = []).Add(row);
        }
        var root = map.Find(NodeId.Root.Value) ?? throw new TreeCorruptException(NodeId.Root, "the root is missing");
        var reached = 0;
        var tree = new ManagementTree(Build(root, 0, children, ref reached), map, nextNodeId, map.Values.Sum(row => row.Octets));
        return reached == map.Count ? tree : throw new TreeCorruptException(Unreached(tree).Id, "no way leads from it to the root");
    }

    private static Node Build(NodeRow row, int depth, Dictionary<NodeId, List<NodeRow>> children, ref int reached)
    {
        reached++;
        if (!children.TryGetValue(row.Id, out var below))
            return new Node(row, Node.NoChildren);
        if (!Formats.IsNode(row.Format))
            throw new TreeCorruptException(row.Id, "a leaf has children (TND-021)");
        if (depth == UriLimits.HardMaxDepth)
            throw new TreeCorruptException(row.Id, $"nodes lie deeper than {UriLimits.HardMaxDepth}");
        var nodes = Node.NoChildren.ToBuilder();
        foreach (var child in below)
        {
            if (nodes.ContainsKey(child.Name))
                throw new TreeCorruptException(child.Id, $"a sibling is also called '{child.Name}' (TND-013)");
            nodes.Add(child.Name, Build(child, depth + 1, children, ref reached));
        }
        return new Node(row, nodes.ToImmutable());
    }

    private static void CheckRow(NodeRow row)
    {
        var problem = row.Id.Value <= 0 || row.Id.Value == long.MaxValue ? "the identity is out of range"
            : !Formats.Known.Contains(row.Format) ? $"unknown Format '{row.Format}'"
            : Formats.IsNode(row.Format) && !row.Value.IsEmpty ? "an interior node has a value"
            : row.Id == NodeId.Root ? CheckRoot(row)
            : !NodeName.IsWellFormed(row.Name) ? "the Name is not well-formed"
            : null;
        if (problem is not null)
            throw new TreeCorruptException(row.Id, problem);
    }

    private static string? CheckRoot(NodeRow row) =>
        row.ParentId != default || row.Name.Length > 0 ? "the root has a parent or a name"
        : !Formats.IsNode(row.Format) ? "the root is a leaf (TND-002)"
        : row.Acl is null ? "the root has no ACL value (ACL-002)"
        : null;

    private static NodeRow Unreached(ManagementTree tree)
    {
        var reached = tree.Root.SelfAndDescendants().Select(node => node.Id).ToHashSet();
        return tree.Rows.First(row => !reached.Contains(row.Id));
    }
}
