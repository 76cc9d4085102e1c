using System.Collections.Immutable;

namespace DmDelegation.Engine.Session;

/// <summary>Where a session stands (protocol.md 1).</summary>
internal enum SessionPhase
{
    /// <summary>The server has not accepted package 1 yet.</summary>
    Package1,

    /// <summary>Packages 3 and 4.</summary>
    Management,

    /// <summary>The last message is out; whatever answers it is ignored (PRO-114).</summary>
    Ending,
}

// The exchange of messages: numbers, addresses, sizes.
public sealed partial record SessionState
{
    internal SessionPhase Phase { get; init; }

    /// <summary>In <see cref="SessionPhase.Ending"/>: the code with which the session ends.</summary>
    internal string EndError { get; init; } = "";

    /// <summary>SessionID, the same in every message (PRO-012).</summary>
    internal string SessionId { get; init; } = "";

    /// <summary>Where the next message goes: the account's address, or the newest RespURI (AMB-001).</summary>
    internal Uri? Address { get; init; }

    /// <summary>The account was made by a delegation when the session began; DEL-171 to DEL-173 and DEL-336 hold to its end.</summary>
    internal bool IsGuest { get; init; }

    /// <summary>Host of the account's address, from which a guest's session does not move (DEL-336).</summary>
    internal string AccountHost { get; init; } = "";

    /// <summary>Pins of the connection. Kept here so that the farewell to a guest whose record has ended is still pinned (DEL-093).</summary>
    internal ReadOnlyMemory<byte> Pins { get; init; }

    /// <summary>Pin of the key that the server showed with its last message; empty if unknown (DEL-342).</summary>
    internal ReadOnlyMemory<byte> PeerPin { get; init; }

    /// <summary>MsgID of our last message; each direction counts on its own (PRO-017).</summary>
    internal int LastMsgId { get; init; }

    /// <summary>Highest MsgID of the server that was processed (PRO-030).</summary>
    internal int LastServerMsgId { get; init; }

    /// <summary>Our last message, to be sent again when the server repeats its own (PRO-030).</summary>
    internal SendMessage? LastSent { get; init; }

    /// <summary>Messages sent again; they count as rounds (PRO-052).</summary>
    internal int Resent { get; init; }

    /// <summary>The server's MaxMsgSize, octets; null = no limit (PRO-024).</summary>
    internal long? MaxMsgSize { get; init; }

    /// <summary>The server's MaxObjSize, octets; null = no limit (PRO-026).</summary>
    internal long? MaxObjSize { get; init; }

    /// <summary>The server has begun a package and not closed it: no Final from us (PRO-072).</summary>
    internal bool ServerPackageOpen { get; init; }

    /// <summary>Server messages in a row without Final and without a command (AMB-005).</summary>
    internal int EmptyMessages { get; init; }

    /// <summary>The server's last message carried <c>Key/Value</c>: the next one goes over a new connection (DEL-188).</summary>
    internal bool FreshConnection { get; init; }

    /// <summary>What is still to be sent, in order; CmdIDs are given when it is packed.</summary>
    internal ImmutableList<Protocol.Command> Owed { get; init; } = [];

    /// <summary>Outbox entries on the wire, by the MsgID and CmdID of their Alert.</summary>
    internal ImmutableDictionary<(int MsgId, string CmdId), long> SentAlerts { get; init; } = ImmutableDictionary<(int, string), long>.Empty;

    /// <summary>Outbox entries that this session has tried: each goes out at most once in it.</summary>
    internal ImmutableHashSet<long> TriedEntries { get; init; } = [];

    /// <summary>Those of them that no message of this session can carry; they hold up no others (PRO-105).</summary>
    internal ImmutableHashSet<long> OversizedEntries { get; init; } = [];

    /// <summary>Command and LocURI of a chunk that was refused: its later chunks are no values of their own (PRO-107).</summary>
    internal (string Command, string LocUri)? RefusedChunk { get; init; }
}
