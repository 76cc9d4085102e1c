using DmDelegation.Engine.Ports;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Accounts;

/// <summary>Seals what a server writes into a secret leaf; an AAuthSecret is a password, and its stored form says so (DEL-189).</summary>
/// <param name="vault">The vault.</param>
/// <param name="leafName">Name of the leaf that is written.</param>
internal sealed class LeafSealer(IVault vault, string leafName) : IValueSealer
{
    /// <inheritdoc/>
    public byte[] Seal(NodeId node, ReadOnlySpan<byte> value)
    {
        if (leafName != "AAuthSecret")
        {
            return vault.Seal(SecretNames.OfNode(node), value);
        }

        using var stored = new SecretBuffer(1 + value.Length);
        stored.Octets[0] = AccountSecret.PasswordForm;
        value.CopyTo(stored.Octets[1..]);
        return vault.Seal(SecretNames.OfNode(node), stored.Octets);
    }
}
