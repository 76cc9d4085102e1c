using System.Collections.Immutable;
using DmDelegation.Engine.Delegation.Transactions;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Start;

/// <summary>A record read into values: what A ordered, after its form has been checked (DEL-102).</summary>
internal sealed record DelegationTerms
{
    public required string To { get; init; }

    public required string ServerName { get; init; }

    public required ScopeType ScopeType { get; init; }

    public required DurationType DurationType { get; init; }

    public required bool Exclusive { get; init; }

    /// <summary>Entries as written; identities are filled in when the URIs have been found (DEL-108).</summary>
    public required ImmutableArray<ScopeEntry> Scope { get; init; }

    public required ReadOnlyMemory<byte> Pins { get; init; }

    /// <summary>Address of a new account, empty where <see cref="Ref"/> is given.</summary>
    public required string Address { get; init; }

    /// <summary>Reference to a known B's account, null where an address is given; may be empty (DEL-056).</summary>
    public required string? Ref { get; init; }

    public required string AuthType { get; init; }

    public required string ClientName { get; init; }

    public required string ConRef { get; init; }

    /// <summary>Method <c>cms</c> instead of <c>tls</c>.</summary>
    public required bool KeyByCms { get; init; }

    public required ReadOnlyMemory<byte> Nonce { get; init; }

    public required long Seq { get; init; }

    public required DateTimeOffset? NotAfter { get; init; }

    public required long? MaxSeconds { get; init; }

    /// <summary>A's own time when it wrote the leaf (DEL-207).</summary>
    public required DateTimeOffset? TimeOfA { get; init; }

    public required ConfirmMode ConfirmMode { get; init; }

    public required long WindowSeconds { get; init; }

    public required int SubDelegation { get; init; }

    public required long RotateWithinSeconds { get; init; }

    public required bool BudgetWhenTimeUnknown { get; init; }

    /// <summary>The parent of a sub-delegation (DEL-060), found by DEL-110; null: A gives what it holds at home.</summary>
    public DelegationRecord? Parent { get; init; }

    /// <summary>What T2 takes from A in the scope: nothing, what changes something (DEL-129), or all (DEL-130).</summary>
    public AclCommands Taken => !Exclusive ? AclCommands.None : DurationType == DurationType.Final ? AclCommands.All : Treatment.Changing;

    /// <summary>Account of a known B, found by DEL-114; null: T1 makes one.</summary>
    public NodeId? KnownAccount { get; init; }

    /// <summary>What T1 and T2 will do to ACLs, planned for the checks of DEL-112 and carried out by T1.</summary>
    public Treatment Treatment { get; init; } = new([], [], [], []);
}
