using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.Time;
using DmDelegation.Tree;

namespace DmDelegation.Engine.State;

/// <summary>
/// All that is durable, as one value: what the store holds after a commit. Nothing else is needed for recovery (DEL-121, DEL-293).
/// A commit is the difference between two of these.
/// </summary>
public sealed record AgentState
{
    /// <summary>The management tree, accounts included; secrets in it are sealed.</summary>
    public required ManagementTree Tree { get; init; }

    /// <summary>DevId and the identifiers that are fixed at first start.</summary>
    public required DeviceState Device { get; init; }

    /// <summary>The clock as last persisted (12.3).</summary>
    public required ClockMarks Clock { get; init; }

    /// <summary>Delegation records with their undo records, by delegation id.</summary>
    public ImmutableSortedDictionary<string, DelegationRecord> Records { get; init; } = Empty<DelegationRecord>();

    /// <summary>Tombstones by delegation id (DEL-193, DEL-194).</summary>
    public ImmutableSortedDictionary<string, Tombstone> Tombstones { get; init; } = Empty<Tombstone>();

    /// <summary>The outbox by entry number, in the order of queueing (DEL-235).</summary>
    public ImmutableSortedDictionary<long, OutboxEntry> Outbox { get; init; } = ImmutableSortedDictionary<long, OutboxEntry>.Empty;

    /// <summary>Operations of the device under way, by number (DEL-218).</summary>
    public ImmutableSortedDictionary<long, DeviceOperation> Operations { get; init; } = ImmutableSortedDictionary<long, DeviceOperation>.Empty;

    /// <summary>What is kept per server: sequence number, Start rate (DEL-101, DEL-105).</summary>
    public ImmutableSortedDictionary<string, ServerState> Servers { get; init; } = Empty<ServerState>();

    /// <summary>Audit entries for Start, T1, T2, T3 and suspensions (DEL-402).</summary>
    public AuditRing Evidence { get; init; } = AuditRing.Empty;

    /// <summary>Audit entries for failed logins and proofs (DEL-402).</summary>
    public AuditRing Noise { get; init; } = AuditRing.Empty;

    /// <summary>What is kept for <paramref name="server"/>, or a fresh one.</summary>
    public ServerState ServerOf(string server) => Servers.GetValueOrDefault(server) ?? ServerState.None;

    private static ImmutableSortedDictionary<string, T> Empty<T>() => ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);
}

/// <summary>What is fixed or counted for the device as a whole.</summary>
/// <param name="DevId">Value of <c>./DevInfo/DevId</c>, fixed at first start (DEL-169).</param>
/// <param name="NextOutboxEntry">Number of the next outbox entry or operation.</param>
/// <param name="NextSessionId">Counter behind client-made SessionIDs, 1 … 65535 (PRO-014).</param>
/// <param name="ProvisionedAccounts">Names of configured accounts that were provisioned, with the hash of what they said (design 3).</param>
public sealed record DeviceState(
    string DevId,
    long NextOutboxEntry,
    int NextSessionId,
    ImmutableSortedDictionary<string, string> ProvisionedAccounts)
{
    /// <summary>The store before this one was damaged or of a newer agent (DEL-297, DEL-298); null if not, or if the operator has seen to it.</summary>
    public StoreDamage? Damage { get; init; }
}

/// <summary>A store that had to be set aside: all that was in it is lost to this one.</summary>
/// <param name="Code"><c>store-corrupt</c> or <c>store-newer</c>.</param>
/// <param name="File">Where it lies, for repair.</param>
/// <param name="Reported">The reports of it are in the outbox, or have been.</param>
public sealed record StoreDamage(string Code, string File, bool Reported);

/// <summary>What is kept per server.</summary>
/// <param name="HighestSeq">Highest sequence number accepted, 0 at first (DEL-101).</param>
/// <param name="StartWindowBootId">Boot in which the present hour of Starts began.</param>
/// <param name="StartWindowBootMs">CLOCK_BOOTTIME in ms at which it began.</param>
/// <param name="StartsInWindow">Starts since then (DEL-105).</param>
/// <param name="NoncesInDoubt">
/// Sealed nonces handed to the server whose use has not been seen yet, oldest first: it may hold any of them (SEC-050). They are here so
/// that a stop between sending and hearing the answer does not leave the two without a common nonce.
/// </param>
public sealed record ServerState(
    long HighestSeq, string StartWindowBootId, long StartWindowBootMs, int StartsInWindow, ImmutableArray<ReadOnlyMemory<byte>> NoncesInDoubt)
{
    /// <summary>A server never heard of.</summary>
    public static ServerState None { get; } = new(0, "", 0, 0, []);

    /// <summary>What is kept when all accounts that delegations made go at once: nothing of their secrets and addresses (DEL-193, DEL-277).</summary>
    public ServerState WithoutGuest() => this with { Rotation = null, Reach = null };

    /// <summary>The rotation of the secrets of an account that a delegation made for the server; null for any other (DEL-182).</summary>
    public RotationState? Rotation { get; init; }

    /// <summary>How the server was reached before it changed its address or pins; null if the present pair has worked (DEL-342).</summary>
    public EarlierReach? Reach { get; init; }
}

/// <summary>What is left of an ended delegation as long as replay must be recognised; no key (DEL-193).</summary>
/// <param name="Id">Delegation id.</param>
/// <param name="BindingHash">BH, empty if the record never got that far.</param>
/// <param name="By">A.</param>
/// <param name="To">B, empty if unknown.</param>
/// <param name="State">Terminal state.</param>
/// <param name="Reason">Reason code of the end (15).</param>
/// <param name="StartedAt">Effective time of Start.</param>
/// <param name="ActivatedAt">Effective time of T2, if any.</param>
/// <param name="EndedAt">Effective time of the end.</param>
/// <param name="Voucher">The voucher as evidence, empty if none (DEL-168).</param>
/// <param name="Order">Grows with every tombstone; the lowest go first when there are too many.</param>
public sealed record Tombstone(
    string Id,
    ReadOnlyMemory<byte> BindingHash,
    string By,
    string To,
    DelegationState State,
    int Reason,
    DateTimeOffset StartedAt,
    DateTimeOffset? ActivatedAt,
    DateTimeOffset EndedAt,
    ReadOnlyMemory<byte> Voucher,
    long Order);

/// <summary>One acknowledgement waiting for its target (DEL-235). It is removed when delivered or given up.</summary>
/// <param name="Number">Order of queueing; per target entries go out in this order (DEL-239).</param>
/// <param name="Key">Idempotence key, the same in every repetition (DEL-236).</param>
/// <param name="Target">Server Identifier of the receiver.</param>
/// <param name="DelegationId">The delegation reported on; empty: all of them; for the report of an operation the node that was executed.</param>
/// <param name="Event"><c>Ack</c>, <c>Session</c>, <c>End</c> or <c>Operation</c>.</param>
/// <param name="Mark">Importance (PRO-138).</param>
/// <param name="Correlator">Correlator of the Exec, or empty.</param>
/// <param name="Payload">The XML of 10.1.</param>
/// <param name="Refusals">Status 415, 406 or 500 received for it (DEL-238).</param>
/// <param name="CreatedAt">Effective time of queueing (DEL-243).</param>
public sealed record OutboxEntry(
    long Number,
    string Key,
    string Target,
    string DelegationId,
    string Event,
    string Mark,
    string Correlator,
    string Payload,
    int Refusals,
    DateTimeOffset CreatedAt);
