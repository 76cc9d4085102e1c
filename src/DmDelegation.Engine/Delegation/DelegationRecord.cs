using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Time;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation;

/// <summary>A leaf of a record as A wrote it (6.1).</summary>
/// <param name="Format">Format of the leaf.</param>
/// <param name="Octets">The value; empty for <c>Key/Value</c>, which is sealed beside the tree (DEL-191).</param>
public sealed record RecordLeaf(string Format, ReadOnlyMemory<byte> Octets);

/// <summary>
/// One delegation: the node <c>./Delegation/&lt;id&gt;</c> and the private data beside it (12.3). An immutable value; every transition
/// makes a new one.
/// </summary>
public sealed record DelegationRecord
{
    /// <summary>Delegation id, also the node's name (DEL-003).</summary>
    public required string Id { get; init; }

    /// <summary>A, the server that created the record.</summary>
    public required string By { get; init; }

    /// <summary>State of 12.1.</summary>
    public DelegationState State { get; init; }

    /// <summary>Reason code of section 15; 0 while all is well.</summary>
    public int Reason { get; init; }

    /// <summary>Leaves as A wrote them, by path below the record, e.g. <c>Scope/1/URI</c>.</summary>
    public ImmutableSortedDictionary<string, RecordLeaf> Leaves { get; init; } = ImmutableSortedDictionary.Create<string, RecordLeaf>(StringComparer.Ordinal);

    /// <summary>Interior nodes that exist, by path below the record.</summary>
    public ImmutableSortedSet<string> Interiors { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Sealed <c>Key/Value</c> of a staged record (DEL-191); empty after T1 or failure (DEL-155).</summary>
    public ReadOnlyMemory<byte> SealedKeyValue { get; init; }

    /// <summary>CLOCK_BOOTTIME in ms at the Add; a staged record does not outlive its boot (DEL-085, DEL-292).</summary>
    public long StagedBootMs { get; init; }

    /// <summary>Sessions of the creator since then, the present one counted once (DEL-085).</summary>
    public int CreatorSessions { get; init; }

    /// <summary>What was granted: there from T1 on; kept, without keys, in ended records that got that far.</summary>
    public DelegationGrant? Grant { get; init; }

    /// <summary>Delivery to A (<c>Ack/Delegating</c>).</summary>
    public AckState AckDelegating { get; init; }

    /// <summary>Delivery to B (<c>Ack/Delegated</c>).</summary>
    public AckState AckDelegated { get; init; }

    /// <summary>Counts the alerts of this delegation; part of their idempotence keys (DEL-236).</summary>
    public int AlertsQueued { get; init; }

    /// <summary>Correlator of the Exec Start, or empty.</summary>
    public string Correlator { get; init; } = "";

    /// <summary>Effective time of Start.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Effective time of T2.</summary>
    public DateTimeOffset? ActivatedAt { get; init; }

    /// <summary>Effective time of the end.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>B: as granted, or as named in a record that never got that far; null if it names nobody.</summary>
    public string? B() => Grant?.To ?? Text("Server/ServerID");

    /// <summary>The text of a chr leaf, null if absent.</summary>
    public string? Text(string path) => Leaves.TryGetValue(path, out var leaf) ? System.Text.Encoding.UTF8.GetString(leaf.Octets.Span) : null;
}

/// <summary>One entry of the scope, tied to the node and not to its name (DEL-325).</summary>
/// <param name="Name">Name of the entry below <c>Scope</c>.</param>
/// <param name="Uri">URI as written.</param>
/// <param name="Root">Identity of the subtree root.</param>
/// <param name="Rights">Rights granted.</param>
public sealed record ScopeEntry(string Name, string Uri, NodeId Root, AclCommands Rights);

/// <summary>What T1 laid down, and how far it has come since.</summary>
public sealed record DelegationGrant
{
    /// <summary>B.</summary>
    public required string To { get; init; }

    /// <summary>Scope axis.</summary>
    public required ScopeType ScopeType { get; init; }

    /// <summary>Duration axis.</summary>
    public required DurationType DurationType { get; init; }

    /// <summary>Exclusive (default) or shared (DEL-028).</summary>
    public required bool Exclusive { get; init; }

    /// <summary>The scope.</summary>
    public required ImmutableArray<ScopeEntry> Scope { get; init; }

    /// <summary>Confirmation mode.</summary>
    public required ConfirmMode ConfirmMode { get; init; }

    /// <summary>Fail-safe window, seconds (DEL-134).</summary>
    public required long WindowSeconds { get; init; }

    /// <summary>Latest end, if any (DEL-210).</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Life after T2 in seconds, if any (DEL-210).</summary>
    public long? MaxSeconds { get; init; }

    /// <summary>Policy <c>budget</c> instead of <c>suspend</c> (DEL-214).</summary>
    public bool BudgetWhenTimeUnknown { get; init; }

    /// <summary>Seconds until B must have rotated its secrets; 0 = never (DEL-181).</summary>
    public long RotateWithinSeconds { get; init; }

    /// <summary>What B still has to do about that.</summary>
    public RotationDuty Rotation { get; init; }

    /// <summary>Further depth allowed (DEL-061).</summary>
    public int SubDelegation { get; init; }

    /// <summary>Id of the parent record of a sub-delegation, empty if none (DEL-060).</summary>
    public string Parent { get; init; } = "";

    /// <summary>
    /// Delegating servers of the ancestors, nearest first (DEL-124); empty if there is no parent. Kept here, because it is needed as long as
    /// this record, and an ended parent may be purged before (DEL-081).
    /// </summary>
    public ImmutableArray<string> Lenders { get; init; } = [];

    /// <summary>BH (8.3).</summary>
    public required ReadOnlyMemory<byte> BindingHash { get; init; }

    /// <summary>Key check value, 8 octets (DEL-156).</summary>
    public required ReadOnlyMemory<byte> Check { get; init; }

    /// <summary>B's account.</summary>
    public required NodeId Account { get; init; }

    /// <summary>A delegation made the account, this one or one before it that is named by <c>Ref</c>: B is a guest, and the account goes with the last of them (DEL-057, DEL-127).</summary>
    public required bool AccountMade { get; init; }

    /// <summary>SPKI pins at Start, 32 octets each, concatenated.</summary>
    public ReadOnlyMemory<byte> Pins { get; init; }

    /// <summary>Sealed key of the confirmation proof (8.7); empty after the end and where mode is <c>auth</c>.</summary>
    public ReadOnlyMemory<byte> SealedProofKey { get; init; }

    /// <summary>Sessions of B with a wrong credential or proof (DEL-184).</summary>
    public int BadAttempts { get; init; }

    /// <summary>Elapsed time of the fail-safe window.</summary>
    public required ElapsedTime Window { get; init; }

    /// <summary>Elapsed life since T2 (DEL-210); null before.</summary>
    public ElapsedTime? Life { get; init; }

    /// <summary>The device was off for an unknown time since these clocks last ran, and the clock is not trusted yet (DEL-213, DEL-222).</summary>
    public bool OffTimeUnknown { get; init; }

    /// <summary>Latest time A itself has stated, for this delegation only (DEL-203, DEL-204); null if never.</summary>
    public TimeMark? Mark { get; init; }

    /// <summary>CLOCK_BOOTTIME in ms at which step 5 was delivered, for the first contact (DEL-178); -1 if not yet in this boot.</summary>
    public long AckDeliveredBootMs { get; init; } = -1;

    /// <summary>What T3 puts back (DEL-124); emptied when the delegation has ended.</summary>
    public UndoRecord Undo { get; init; } = UndoRecord.Empty;

    /// <summary>Number of nodes skipped, as reported (DEL-125); stays when the undo record is gone.</summary>
    public int SkippedCount { get; init; }

    /// <summary>ACL values T1 changed or T2 will (alert field <c>changed</c>).</summary>
    public int ChangedCount { get; init; }

    /// <summary>Nodes whose later value T3 kept, without B (DEL-135).</summary>
    public int KeptCount { get; init; }
}

/// <summary>The private data from which the home scheme is restored (DEL-124).</summary>
/// <param name="Entries">One per node treated or written out.</param>
/// <param name="Skipped">Nodes with an ACL of their own on which A holds none of the rights; no part of the scope (DEL-052, DEL-125).</param>
/// <param name="NamedBefore">Nodes in the scope without an entry that name B by its home rights: before T1, or by a value B itself wrote since. T3 leaves them (DEL-058, DEL-136).</param>
/// <param name="Closed">T2 is committed: a later failure of anything else does not replay this (DEL-131).</param>
public sealed record UndoRecord(ImmutableArray<UndoEntry> Entries, ImmutableArray<NodeId> Skipped, ImmutableArray<NodeId> NamedBefore, bool Closed)
{
    /// <summary>Grows with every T1 among the live records: where two treat one node, the later lies on top of the earlier (DEL-053, DEL-066).</summary>
    public long Order { get; init; }

    /// <summary>Nothing to undo.</summary>
    public static UndoRecord Empty { get; } = new([], [], [], false);

    /// <summary>Nodes treated, by identity alone: with the skipped ones all that is left when the delegation is Finalised (DEL-130).</summary>
    public ImmutableArray<NodeId> Treated { get; init; } = [];
}

/// <summary>How one node was before, and what this delegation made of it.</summary>
/// <param name="Node">Identity; a node that is gone is skipped.</param>
/// <param name="Uri">Where it was at T1, for people.</param>
/// <param name="Before">Its ACL text before T1; null = it had no value.</param>
/// <param name="Written">The ACL text this delegation last wrote; null if it has not written yet (a node only T2 changes).</param>
/// <param name="Added">Commands B was added to (T1).</param>
/// <param name="Taken">Commands A was taken from (T2).</param>
/// <param name="Protected">Root of a protected subtree that was only written out (DEL-122).</param>
/// <param name="LastWriter">Server that replaced the ACL since; empty if nobody (DEL-135).</param>
public sealed record UndoEntry(
    NodeId Node,
    string Uri,
    string? Before,
    string? Written,
    AclCommands Added,
    AclCommands Taken,
    bool Protected,
    string LastWriter);
