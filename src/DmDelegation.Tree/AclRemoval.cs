using System.Collections.Immutable;

namespace DmDelegation.Tree;

/// <summary>What happens to the ACLs when a Server Identifier is removed from the device (ACL-047 to ACL-052).</summary>
public static class AclRemoval
{
    /// <summary>Removes every reference to <paramref name="server"/> from the tree.</summary>
    /// <param name="transaction">The transaction in which the server's last account goes (ACL-052).</param>
    /// <param name="server">The identifier.</param>
    /// <param name="factoryRootAcl">What the factory gave the root; it says what becomes of Replace, Delete and Exec there (ACL-051, R-30).</param>
    /// <returns>The nodes whose ACL changed.</returns>
    public static ImmutableArray<NodeId> RemoveServer(TreeTransaction transaction, string server, Acl factoryRootAcl)
    {
        var named = transaction.Current.Rows.Where(row => row.Acl is { } acl && acl.NamesAnywhere(server)).ToImmutableArray();
        foreach (var row in named)
            transaction.SetAcl(row.Id, row.Id == NodeId.Root ? WithoutAtRoot(row.Acl!, server, factoryRootAcl) : row.Acl!.WithoutServer(server));
        return [.. named.Select(row => row.Id)];
    }

    private static Acl WithoutAtRoot(Acl acl, string server, Acl factoryRootAcl)
    {
        var rest = acl.WithoutServer(server);
        foreach (var one in Acl.Commands)
        {
            if (acl.ServersOf(one).IsEmpty || rest is { } kept && !kept.ServersOf(one).IsEmpty)
                continue;
            // Add and Get open up, a right that matters for security never does (ACL-051).
            ImmutableArray<string> heirs = one is AclCommands.Add or AclCommands.Get
                ? [ServerIdentifier.Any]
                : factoryRootAcl.ServersOf(one).RemoveAll(name => name == server);
            foreach (var heir in heirs)
                rest = rest?.With(one, heir) ?? Acl.Of(one, heir);
        }
        // The root always has a value (ACL-002); the last resort is the specification's default (ACL-008).
        return rest ?? factoryRootAcl.WithoutServer(server) ?? Acl.Parse("Add=*&Get=*");
    }
}
