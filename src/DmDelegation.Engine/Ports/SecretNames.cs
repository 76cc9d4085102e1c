using DmDelegation.Tree;

namespace DmDelegation.Engine.Ports;

/// <summary>Associated data of sealed secrets: what each belongs to (DEL-190).</summary>
public static class SecretNames
{
    /// <summary>A secret leaf of the tree, by identity, so that a rename does not orphan it.</summary>
    public static string OfNode(NodeId node) => $"node:{node.Value}";

    /// <summary>A nonce handed to a server whose use has not been seen yet (SEC-050).</summary>
    public static string OfNonce(string server) => $"nonce:{server}";

    /// <summary>An AAuthSecret that is accepted beside its successor (DEL-182).</summary>
    public static string OfEarlierSecret(string server, NodeId entry) => $"earlier:{server}:{entry.Value}";

    /// <summary>Fingerprints of the secrets that may not come again (DEL-181).</summary>
    public static string OfUsedUpSecrets(string server) => $"used-up:{server}";

    /// <summary><c>Key/Value</c> of a staged record (DEL-191).</summary>
    public static string OfKeyValue(string delegationId) => $"record:{delegationId}:key-value";

    /// <summary>The key of the confirmation proof (8.7).</summary>
    public static string OfProofKey(string delegationId) => $"record:{delegationId}:proof";
}
