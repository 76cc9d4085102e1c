using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Session;

/// <summary>How one side of a session authenticates at the application layer (security.md 2). Basic is not among them (DEL-171, SEC-011).</summary>
internal enum Scheme
{
    /// <summary>Not at all: TLS does it.</summary>
    None,

    /// <summary>syncml:auth-md5.</summary>
    Md5,

    /// <summary>syncml:auth-MAC.</summary>
    Mac,
}

// Who has proved what to whom. Nonces are kept here; secrets stay sealed in the snapshot of the account.
public sealed partial record SessionState
{
    /// <summary>
    /// The account as it was when the session was opened: a name or secret changed meanwhile is for later sessions (SEC-010, STD-019).
    /// </summary>
    internal Account? Credentials { get; init; }

    /// <summary>The rotation of the account's secrets at that moment; null if no delegation made the account (DEL-182).</summary>
    internal RotationState? Rotation { get; init; }

    /// <summary>The device has gone back to the earlier secret: the server does not know the present one yet (DEL-182).</summary>
    internal bool ClientOnEarlierSecret { get; init; }

    /// <summary>The server showed the earlier secret (DEL-182).</summary>
    internal bool ServerOnEarlierSecret { get; init; }

    /// <summary>Secret leaves that the server has replaced in this session, with the MsgID of the last message that did it (DEL-182).</summary>
    internal ImmutableDictionary<NodeId, int> ReplacedSecrets { get; init; } = ImmutableDictionary<NodeId, int>.Empty;

    /// <summary>The server has the Status of the last replacement of a secret: it has answered a message of ours that owed it nothing more.</summary>
    internal bool KnowsReplaced(NodeId leaf) => ReplacedSecrets.TryGetValue(leaf, out var msgId) && msgId < LastServerMsgId && Owed.IsEmpty;

    /// <summary>The server has said that it accepts the device.</summary>
    internal bool ClientConfirmed { get; init; }

    /// <summary>Neither side went back to an earlier secret (DEL-182).</summary>
    internal bool ShowedPresentSecrets => !ClientOnEarlierSecret && !ServerOnEarlierSecret;

    /// <summary>A secret that this session was authenticated with comes from a TDK, so A knows it too (DEL-183).</summary>
    internal bool OnDerivedSecret => Rotation is { } rotation
        && ((ClientOnEarlierSecret ? rotation.Client.EarlierDerived : rotation.Client.Derived)
            || (ServerOnEarlierSecret ? rotation.Server.EarlierDerived : rotation.Server.Derived));

    /// <summary>The client credential with the earlier secret, null if there is none to go back to.</summary>
    internal AppAuth? EarlierClient => ClientOnEarlierSecret ? null : SecretRotation.Earlier(Server, Credentials?.Client, Rotation?.Client);

    /// <summary>The server credential with the earlier secret, null if it is not accepted, any more or at all.</summary>
    internal AppAuth? EarlierServer =>
        ServerOnEarlierSecret || Proof == ServerProof.ApplicationLayer ? null : SecretRotation.Earlier(Server, Credentials?.Server, Rotation?.Server);

    /// <summary>How the device authenticates.</summary>
    internal Scheme ClientScheme { get; init; }

    /// <summary>Nonce of our next Cred or MAC: the stored one, later the newest candidate (security.md 4.1).</summary>
    internal ReadOnlyMemory<byte> ClientNonce { get; init; }

    /// <summary><see cref="ClientNonce"/> is a candidate that is not stored yet (SEC-029).</summary>
    internal bool ClientNonceIsCandidate { get; init; }

    /// <summary>Status 212 was received: no Cred any more (SEC-020).</summary>
    internal bool ClientAccepted { get; init; }

    /// <summary>Packages 1 that were answered with a challenge (SEC-031).</summary>
    internal int ClientRefusals { get; init; }

    /// <summary>How the server has to authenticate.</summary>
    internal Scheme ServerScheme { get; init; }

    /// <summary>Nonces that a credential of the server may be built on, the newest last (SEC-050).</summary>
    internal ImmutableList<ReadOnlyMemory<byte>> ServerNonces { get; init; } = [];

    /// <summary>Our last message gave the server the last of <see cref="ServerNonces"/>; stored when that message is answered (SEC-050).</summary>
    internal bool ServerNonceIsOut { get; init; }

    /// <summary>Server and device were both authenticated, and the delegation machine has been told (12.2).</summary>
    internal bool Introduced { get; init; }

    /// <summary>The server has had its one further challenge (SEC-044).</summary>
    internal bool ServerChallenged { get; init; }

    /// <summary>The server has presented a wrong credential; without one nothing is counted (DEL-184).</summary>
    internal bool WrongCredentialSeen { get; init; }
}
