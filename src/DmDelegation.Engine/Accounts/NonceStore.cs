using DmDelegation.Engine.Ports;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Accounts;

/// <summary>Writes nonces into the AAuthData leaves of an account, as part of the open transaction.</summary>
internal static class NonceStore
{
    private const string Leaf = "AAuthData";
    private const string MediaType = "application/octet-stream";

    /// <summary>Seals a nonce and keeps it for the next session (SEC-020, SEC-050). An account that is gone by now has no next one.</summary>
    public static void Keep(Work work, NodeId entry, ReadOnlyMemory<byte> nonce)
    {
        if (work.State.Tree.Find(entry) is not { IsInterior: true } auth)
        {
            return;
        }

        var tree = work.OpenTree();
        if (auth.Children.TryGetValue(Leaf, out var leaf))
        {
            tree.SetValue(leaf.Id, Formats.Bin, MediaType, Seal(work, leaf.Id, nonce));
        }
        else
        {
            // Sealed under the identity it is about to get.
            var sealedNonce = Seal(work, new NodeId(tree.Current.NextNodeId), nonce);
            var access = work.Options.Description.Describe(tree.Current.PathOf(entry)!.Child(Leaf)).Access;
            tree.Add(entry, new NodeSpec(Leaf, false, Formats.Bin, MediaType, sealedNonce, null, false, access, true));
        }

        work.KeepTree(tree);
    }

    private static byte[] Seal(Work work, NodeId node, ReadOnlyMemory<byte> nonce) => work.Ports.Vault.Seal(SecretNames.OfNode(node), nonce.Span);
}
