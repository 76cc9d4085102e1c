using DmDelegation.Engine.Ports;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Accounts;

/// <summary>Writes nonces into the AAuthData leaves of an account, as part of the open transaction.</summary>
internal static class NonceStore
{
    private const string Leaf = "AAuthData";
    // Own bound: messages in a row without an answer after which the oldest nonce is no longer accepted.
    private const int MaxNoncesInDoubt = 4;

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

    /// <summary>Remembers a nonce that is about to be handed to a server: from now on it may use it, and the last one as well (SEC-050).</summary>
    public static void Doubt(Work work, string server, ReadOnlySpan<byte> nonce)
    {
        var state = work.State.ServerOf(server);
        ReadOnlyMemory<byte> sealedNonce = work.Ports.Vault.Seal(SecretNames.OfNonce(server), nonce);
        Put(work, server, state with { NoncesInDoubt = [.. state.NoncesInDoubt.Add(sealedNonce).TakeLast(MaxNoncesInDoubt)] });
    }

    /// <summary>Nonces a server may hold beside the one it last proved.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> InDoubt(Work work, string server)
    {
        foreach (var sealedNonce in work.State.ServerOf(server).NoncesInDoubt)
        {
            using var nonce = work.Ports.Vault.Open(SecretNames.OfNonce(server), sealedNonce.Span);
            if (nonce is not null)
            {
                yield return nonce.Octets.ToArray();
            }
        }
    }

    /// <summary>One of them is proved, or the account is gone (DEL-193): then nothing is kept of a server that never started a delegation.</summary>
    public static void Forget(Work work, string server)
    {
        if (!work.State.Servers.TryGetValue(server, out var state))
        {
            return;
        }

        if (state is { HighestSeq: 0, StartsInWindow: 0 } && work.State.AccountOf(server) is null)
        {
            work.State = work.State with { Servers = work.State.Servers.Remove(server) };
        }
        else if (!state.NoncesInDoubt.IsEmpty)
        {
            Put(work, server, state with { NoncesInDoubt = [] });
        }
    }

    private static void Put(Work work, string server, ServerState state) =>
        work.State = work.State with { Servers = work.State.Servers.SetItem(server, state) };

    private static byte[] Seal(Work work, NodeId node, ReadOnlyMemory<byte> nonce) => work.Ports.Vault.Seal(SecretNames.OfNode(node), nonce.Span);
}
