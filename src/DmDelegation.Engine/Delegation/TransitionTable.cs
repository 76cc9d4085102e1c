using System.Collections.Frozen;
using System.Collections.Immutable;
using static DmDelegation.Engine.Delegation.DelegationEvent;
using static DmDelegation.Engine.Delegation.DelegationState;

namespace DmDelegation.Engine.Delegation;

/// <summary>One row of 12.2: from these states, on these events, to one of these states (none: the record goes).</summary>
/// <param name="Number">Number of the row.</param>
/// <param name="From">States it starts from.</param>
/// <param name="On">Events it answers.</param>
/// <param name="To">States it may lead to.</param>
public sealed record TransitionRow(int Number, ImmutableArray<DelegationState> From, ImmutableArray<DelegationEvent> On, ImmutableArray<DelegationState> To);

/// <summary>
/// The transition table of 12.2, whole. A pair of state and event without a row changes nothing (DEL-291). Rows 1 and 2 have no
/// record to start from and are decided at the Add. The diagram is in the README beside this file.
/// </summary>
public static class TransitionTable
{
    private static readonly ImmutableArray<DelegationState> Ended = [Failed, Cancelled, Revoked, Expired, Relinquished, Superseded];

    /// <summary>The rows, in the order of the specification.</summary>
    public static ImmutableArray<TransitionRow> Rows { get; } =
    [
        new(3, [Staged, Pending, Active, Suspended, Finalised, .. Ended], [AddOfTheId], [Staged, Pending, Active, Suspended, Finalised, .. Ended]),
        new(4, [Staged], [WriteByA, AShortens, ATellsTime], [Staged]),
        new(5, [Staged], [DelegationEvent.Start], [Pending]),
        new(6, [Staged], [DelegationEvent.Start], [Staged]),
        new(7, [Staged], [DelegationEvent.Start], [Failed]),
        new(8, [Staged], [Cancel, DelegationEvent.Revoke, DeleteOfTheRecord, DelegationEvent.LocalEnd, Age, Restart, RebootClockTrusted, RebootClockNotTrusted, AccountOfAGone, FactoryReset], []),
        new(9, [Pending, Active, Suspended, Finalised], [DelegationEvent.Start], [Pending, Active, Suspended, Finalised]),
        new(10, [Pending], [BAuthenticated], [Active]),
        new(11, [Pending], [BAuthenticated], [Pending]),
        new(12, [Pending], [BAuthenticated], [Pending]),
        new(13, [Pending], [ConfirmProofGood], [Active]),
        new(14, [Pending], [ConfirmProofGood], [Finalised]),
        new(15, [Pending], [ConfirmProofGood], [Pending]),
        new(16, [Pending], [ConfirmProofGood, ConfirmProofBad], [Pending]),
        new(17, [Pending], [ConfirmProofBad, LoginOfBFailed], [Pending]),
        new(18, [Pending], [ConfirmProofBad, LoginOfBFailed], [Failed]),
        new(19, [Pending], [WindowOver, ExpiryDue], [Failed]),
        new(20, [Pending], [Cancel, DelegationEvent.Revoke, DeleteOfTheRecord], [Cancelled]),
        new(21, [Pending], [ParentEnded, AccountOfAGone, AccountOfBGone, OwnerDeletesTheScope, DelegationEvent.LocalEnd], [Cancelled]),
        new(22, [Pending, Active, Suspended], [Relinquish], [Relinquished]),
        new(23, [Pending, Active, Suspended], [ATellsTime], [Pending, Active, Suspended]),
        new(24, [Active, Suspended], [AShortens], [Active, Suspended]),
        new(25, [Active, Finalised], [BReplacesPins], [Active, Finalised]),
        new(26, [Pending, Active, Finalised], [BRotates], [Pending, Active, Finalised]),
        new(27, [Active, Suspended], [RotationOverdue], [Active, Suspended]),
        new(28, [Active, Finalised], [BAuthenticated], [Active, Finalised]),
        new(29, [Suspended], [BAuthenticated], [Suspended]),
        new(30, [Active, Suspended, Finalised], [LoginOfBFailed], [Active, Suspended, Finalised]),
        new(31, [Active, Suspended, Finalised], [ConfirmProofGood, ConfirmProofBad], [Active, Suspended, Finalised]),
        new(32, [Active, Suspended], [DelegationEvent.Revoke, DeleteOfTheRecord], [Revoked]),
        new(33, [Active, Suspended], [Reduce], [Active, Suspended]),
        new(34, [Active, Suspended], [Reduce], [Revoked]),
        new(35, [Active, Suspended], [ExpiryDue], [Expired]),
        new(36, [Active, Suspended], [ParentEnded], [Expired, Revoked]),
        new(37, [Active, Suspended], [AccountOfAGone, AccountOfBGone, OwnerDeletesTheScope, DelegationEvent.LocalEnd], [Revoked]),
        new(38, [Active], [RebootClockNotTrusted], [Suspended]),
        new(39, [Active], [RebootClockNotTrusted], [Active]),
        new(40, [Active], [Restart, RebootClockTrusted], [Active]),
        new(41, [Active], [ParentSuspended], [Suspended]),
        new(42, [Pending], [Restart, RebootClockTrusted, RebootClockNotTrusted, ClockTrusted, ParentSuspended, ParentActiveAgain], [Pending]),
        new(43, [Suspended], [ClockTrusted, RebootClockTrusted, ParentActiveAgain], [Active]),
        new(44, [Suspended], [ClockTrusted, RebootClockTrusted, ParentActiveAgain], [Expired]),
        new(45, [Suspended], [ClockTrusted, RebootClockTrusted, ParentActiveAgain], [Suspended]),
        new(46, [Suspended], [Restart, RebootClockNotTrusted, ParentSuspended], [Suspended]),
        new(47, [Finalised], [Cancel, DelegationEvent.Revoke, Reduce, Relinquish, DeleteOfTheRecord, DelegationEvent.LocalEnd], [Finalised]),
        new(48, [Finalised], [AccountOfAGone], [Finalised]),
        new(49, [Finalised], [AccountOfBGone, OwnerDeletesTheScope], [Finalised]),
        new(50, [Finalised], [Restart, RebootClockTrusted, RebootClockNotTrusted], [Finalised]),
        new(51, [Finalised], [ScopeFinallyDelegatedOn], [Superseded]),
        new(52, Ended, [DeleteOfTheRecord, Age], []),
        new(53, [Pending, Active, Suspended, Finalised, .. Ended], [FactoryReset], []),
    ];

    private static readonly FrozenDictionary<(DelegationState, DelegationEvent), ImmutableArray<TransitionRow>> ByPair =
        (from row in Rows
         from state in row.From
         from happening in row.On
         group row by (state, happening)).ToFrozenDictionary(pair => pair.Key, pair => pair.ToImmutableArray());

    /// <summary>The rows for a pair; empty: no row, DEL-291.</summary>
    public static ImmutableArray<TransitionRow> For(DelegationState state, DelegationEvent happening) =>
        ByPair.TryGetValue((state, happening), out var rows) ? rows : [];

    /// <summary>Whether a row exists for a pair.</summary>
    public static bool Has(DelegationState state, DelegationEvent happening) => ByPair.ContainsKey((state, happening));

    /// <summary>
    /// Why a command that is this event is refused in this state, null if it is not: 405 with STATE_CONFLICT where there is no row
    /// (DEL-291), 405 with FINAL_IRREVOCABLE for what would end a Finalised delegation (row 47).
    /// </summary>
    public static ReasonCode? Refusal(DelegationState state, DelegationEvent happening) =>
        For(state, happening) is not { IsEmpty: false } rows ? ReasonCode.StateConflict
        : rows[0].Number == 47 ? ReasonCode.FinalIrrevocable
        : rows[0].Number == 49 ? ReasonCode.ScopePinned
        : null;

    /// <summary>Moves a record along a row. That the row exists is our own promise: nothing a server sends can break it.</summary>
    public static DelegationRecord Move(this DelegationRecord record, DelegationEvent happening, DelegationState to, int reason)
    {
        if (!For(record.State, happening).Any(row => row.To.Contains(to)))
        {
            throw new InvalidOperationException($"no row leads from {record.State} on {happening} to {to}");
        }

        return record with { State = to, Reason = reason };
    }
}
