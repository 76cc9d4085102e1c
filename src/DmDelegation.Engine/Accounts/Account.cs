using System.Collections.Immutable;
using System.Text;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Accounts;

/// <summary>A DM account as the tree holds it (std-objects 1); secrets stay sealed in their leaves.</summary>
/// <param name="Node">Identity of the instance; survives rename.</param>
/// <param name="Path">Where it is now, e.g. <c>./DMAcc/a</c>.</param>
/// <param name="ServerId">Server Identifier that ACLs see (STD-012).</param>
/// <param name="Address">First AppAddr (STD-021).</param>
/// <param name="AuthPref">AAuthPref, empty if absent.</param>
/// <param name="Client">Credential the device presents (CLCRED), null if none.</param>
/// <param name="Server">Credential the server must present (SRVCRED), null if TLS alone identifies it (SEC-040).</param>
public sealed record Account(NodeId Node, NodePath Path, string ServerId, string Address, string AuthPref, AppAuth? Client, AppAuth? Server);

/// <summary>One AppAuth entry.</summary>
/// <param name="Node">Identity of the entry.</param>
/// <param name="Type">AAuthType: <c>HMAC</c>, <c>DIGEST</c>, ….</param>
/// <param name="Name">AAuthName.</param>
/// <param name="Secret">The sealed AAuthSecret leaf, null if absent.</param>
/// <param name="Data">The sealed AAuthData leaf (the nonce), null if absent.</param>
public sealed record AppAuth(NodeId Node, string Type, string Name, Node? Secret, Node? Data)
{
    /// <summary>The value that counts in the place of the leaf's: an earlier one that is still accepted (DEL-182).</summary>
    internal SealedSecret? Instead { get; init; }
}

/// <summary>A sealed secret and the name it is sealed under.</summary>
internal sealed record SealedSecret(string Name, ReadOnlyMemory<byte> Octets);

/// <summary>Finds accounts in a tree.</summary>
public static class AccountList
{
    /// <summary>Where accounts live.</summary>
    public static NodePath Root { get; } = NodePath.Root.Child("DMAcc");

    /// <summary>All complete accounts, in the order of their names.</summary>
    public static IEnumerable<Account> All(ManagementTree tree)
    {
        if (tree.Find(Root) is not { } root)
        {
            yield break;
        }

        foreach (var (name, instance) in root.Children)
        {
            if (Read(Root.Child(name), instance) is { } account)
            {
                yield return account;
            }
        }
    }

    /// <summary>The account of a server, null if there is none; ServerIDs are unique (STD-022).</summary>
    public static Account? Find(ManagementTree tree, string serverId) =>
        All(tree).FirstOrDefault(account => string.Equals(account.ServerId, serverId, StringComparison.Ordinal));

    /// <summary>The account at a node, null if that is gone or no account.</summary>
    public static Account? At(ManagementTree tree, NodeId node) =>
        tree.Find(node) is { } instance && tree.PathOf(node) is { } path && path.IsAtOrBelow(Root) ? Read(path, instance) : null;

    /// <summary>Text of a leaf child, empty if absent.</summary>
    internal static string Text(Node parent, string name) =>
        parent.Children.TryGetValue(name, out var leaf) ? Encoding.UTF8.GetString(leaf.Value.Span) : "";

    /// <summary>The leaf that holds the address of an account, null if there is none.</summary>
    internal static Node? AddressLeaf(ManagementTree tree, Account account)
    {
        var leaves = tree.Find(account.Node)?.Children.GetValueOrDefault("AppAddr")?.Children.Values
            .Select(entry => entry.Children.GetValueOrDefault("Addr")).OfType<Node>().ToList() ?? [];
        return leaves.Find(leaf => !leaf.Value.IsEmpty) ?? leaves.FirstOrDefault();
    }

    private static Account? Read(NodePath path, Node instance)
    {
        var serverId = Text(instance, "ServerID");
        if (serverId.Length == 0)
        {
            return null;
        }

        var address = instance.Children.TryGetValue("AppAddr", out var addresses)
            ? addresses.Children.Values.Select(entry => Text(entry, "Addr")).FirstOrDefault(text => text.Length > 0) ?? ""
            : "";
        var auth = instance.Children.TryGetValue("AppAuth", out var entries) ? entries.Children.Values.ToImmutableArray() : [];
        return new Account(
            instance.Id, path, serverId, address, Text(instance, "AAuthPref"), Credential(auth, "CLCRED"), Credential(auth, "SRVCRED"));
    }

    private static AppAuth? Credential(ImmutableArray<Node> entries, string level)
    {
        var entry = entries.FirstOrDefault(candidate => string.Equals(Text(candidate, "AAuthLevel"), level, StringComparison.Ordinal));
        return entry is null
            ? null
            : new AppAuth(
                entry.Id,
                Text(entry, "AAuthType"),
                Text(entry, "AAuthName"),
                entry.Children.GetValueOrDefault("AAuthSecret"),
                entry.Children.GetValueOrDefault("AAuthData"));
    }
}
