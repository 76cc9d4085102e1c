using System.Collections.Immutable;
using System.Text;
using DmDelegation.Tree;

namespace DmDelegation.Agent.Queries;

/// <summary><c>tree list</c>, <c>tree get</c> and <c>acl show</c>.</summary>
internal static class TreeQueries
{
    /// <summary>Nodes below an address.</summary>
    /// <param name="recursive">All of them instead of the next level.</param>
    public static Answer<NodeListReport> List(QueryContext context, string uri, bool recursive)
    {
        var found = Addresses.Node(context, uri);
        if (found.Data is not { } chain)
            return Answer<NodeListReport>.Failed(found.Code!, found.Text!);
        var lines = ImmutableArray.CreateBuilder<NodeLine>();
        Collect(chain.Target, chain.Path, recursive, lines);
        return new NodeListReport(chain.Path.ToString(), lines.ToImmutable());
    }

    /// <summary>One node. A secret's value is not shown, to nobody (TND-047).</summary>
    public static Answer<NodeReport> Get(QueryContext context, string uri)
    {
        var found = Addresses.Node(context, uri);
        if (found.Data is not { } chain)
            return Answer<NodeReport>.Failed(found.Code!, found.Text!);
        var node = chain.Target;
        var owner = chain.EffectiveAclOwner();
        var open = !node.IsInterior && !node.IsSecret;
        var binary = node.Format == Formats.Bin;
        return new NodeReport(
            chain.Path.ToString(),
            node.Format,
            node.Type,
            open && !binary ? Encoding.UTF8.GetString(node.Value.Span) : null,
            open && binary ? Convert.ToBase64String(node.Value.Span) : null,
            node.IsSecret,
            node.Acl?.ToString() ?? "",
            owner.Acl!.ToString(),
            Addresses.Of(context, owner.Id),
            node.IsPermanent);
    }

    /// <summary>The ACL of a node: its own and the effective one.</summary>
    public static Answer<AclReport> Acl(QueryContext context, string uri)
    {
        var found = Addresses.Node(context, uri);
        if (found.Data is not { } chain)
            return Answer<AclReport>.Failed(found.Code!, found.Text!);
        var owner = chain.EffectiveAclOwner();
        return new AclReport(chain.Path.ToString(), chain.Target.Acl?.ToString() ?? "", owner.Acl!.ToString(), Addresses.Of(context, owner.Id));
    }

    private static void Collect(Node parent, NodePath path, bool recursive, ImmutableArray<NodeLine>.Builder lines)
    {
        foreach (var (name, child) in parent.Children)
        {
            var address = path.Child(name);
            lines.Add(new NodeLine(address.ToString(), child.Format));
            if (recursive)
                Collect(child, address, recursive, lines);
        }
    }
}
