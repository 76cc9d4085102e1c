using System.Collections.Immutable;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.Time;

namespace DmDelegation.Engine.State;

/// <summary>The state of the agent's loop: what is durable, and what a restart may forget.</summary>
public sealed record EngineState
{
    /// <summary>What the store holds once the Persist effects handed out so far are carried out.</summary>
    public required AgentState Durable { get; init; }

    /// <summary>The running clock (9.2).</summary>
    public required EffectiveClock Clock { get; init; }

    /// <summary>Running sessions by ServerID: at most one per server (DEL-245).</summary>
    public ImmutableSortedDictionary<string, SessionState> Sessions { get; init; } = ImmutableSortedDictionary.Create<string, SessionState>(StringComparer.Ordinal);

    /// <summary>Nonces issued in this boot, by server; a restart voids them (DEL-100).</summary>
    public ImmutableSortedDictionary<string, IssuedNonce> Nonces { get; init; } = ImmutableSortedDictionary.Create<string, IssuedNonce>(StringComparer.Ordinal);

    /// <summary>When each server may be contacted next, by ServerID (DEL-178, DEL-242).</summary>
    public ImmutableSortedDictionary<string, ContactState> Contacts { get; init; } = ImmutableSortedDictionary.Create<string, ContactState>(StringComparer.Ordinal);

    /// <summary>
    /// Sessions of this boot in which an entry of the outbox was sent to its target and stayed, by its number; volatile: a restart counts anew.
    /// </summary>
    public ImmutableSortedDictionary<long, int> OutboxTries { get; init; } = ImmutableSortedDictionary<long, int>.Empty;

    /// <summary>Refusals that are not in the audit log yet, null if there are none; a crash loses them (DEL-401).</summary>
    public RefusalMinute? Refusals { get; init; }

    /// <summary>Counts sessions, to tell late answers of an ended one from those of its successor.</summary>
    public long NextSessionSerial { get; init; } = 1;

    /// <summary>Events since the agent started that had no row for the state of a record (DEL-291).</summary>
    public long IgnoredEvents { get; init; }
}

/// <summary>A nonce handed to a server (DEL-100).</summary>
/// <param name="Octets">32 random octets.</param>
/// <param name="IssuedBootMs">CLOCK_BOOTTIME in ms.</param>
/// <param name="Used">Used up by a Start that got past the check.</param>
public sealed record IssuedNonce(ReadOnlyMemory<byte> Octets, long IssuedBootMs, bool Used);

/// <summary>Backoff towards one server (DEL-242). Volatile: a restart tries again at once, with jitter.</summary>
/// <param name="FailedAttempts">Failures in a row.</param>
/// <param name="NotBeforeBootMs">CLOCK_BOOTTIME in ms before which the agent does not connect by itself.</param>
/// <param name="LastSessionBootMs">CLOCK_BOOTTIME in ms at which the last session ended well; -1 if none in this boot.</param>
/// <param name="LastError">Stable code of the last failure, empty if none.</param>
public sealed record ContactState(int FailedAttempts, long NotBeforeBootMs, long LastSessionBootMs, string LastError)
{
    /// <summary>Never contacted.</summary>
    public static ContactState None { get; } = new(0, 0, -1, "");
}
