using System.Collections.Immutable;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Session;

/// <summary>How the server of a session is authenticated (SEC-040).</summary>
public enum ServerProof
{
    /// <summary>Not yet.</summary>
    None,

    /// <summary>Only by its TLS certificate; the device showed none of its own.</summary>
    TlsServerOnly,

    /// <summary>By TLS with certificates on both sides (DEL-104).</summary>
    TlsMutual,

    /// <summary>By its credential or MAC at the application layer.</summary>
    ApplicationLayer,
}

/// <summary>A running DM session with one server.</summary>
public sealed partial record SessionState
{
    /// <summary>ServerID of the account the session was opened with; what ACLs see (SEC-049, DEL-002).</summary>
    public required string Server { get; init; }

    /// <summary>Distinguishes this session from earlier ones with the same server.</summary>
    public required long Serial { get; init; }

    /// <summary>The account.</summary>
    public required NodeId Account { get; init; }

    /// <summary>How the server is authenticated so far.</summary>
    public ServerProof Proof { get; init; }

    /// <summary>The session runs over TLS with the server's certificate verified for the account's address (DEL-157).</summary>
    public bool ServerVerifiedByTls { get; init; }

    /// <summary>32 random octets for Exec Confirm, made anew for each session of B; empty if there is nothing to confirm (DEL-180).</summary>
    public ReadOnlyMemory<byte> Challenge { get; init; }

    /// <summary>Delegations for which the challenge has had its one attempt (DEL-180).</summary>
    public ImmutableHashSet<string> ChallengeUsedFor { get; init; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Delegations for which a wrong proof or credential was already counted in this session (DEL-184).</summary>
    public ImmutableHashSet<string> BadAttemptCountedFor { get; init; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Reason code with which the session is aborted in its next message; 0 = it goes on (DEL-217).</summary>
    public int AbortReason { get; init; }

    /// <summary>How often the server's commands got which status so far, for the operator.</summary>
    public ImmutableSortedDictionary<int, int> Statuses { get; init; } = ImmutableSortedDictionary<int, int>.Empty;

    /// <summary>The challenge for a delegation; empty once it has had its attempt. BH in the proof tells delegations apart (8.7).</summary>
    public ReadOnlyMemory<byte> ChallengeFor(string delegation) => ChallengeUsedFor.Contains(delegation) ? default : Challenge;
}
