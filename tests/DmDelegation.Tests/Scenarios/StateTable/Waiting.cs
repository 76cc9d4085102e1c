using DmDelegation.Engine.Delegation;
using E = DmDelegation.Engine.Delegation.DelegationEvent;
using S = DmDelegation.Engine.Delegation.DelegationState;

namespace DmDelegation.Tests.Scenarios.StateTable;

/// <summary>Rows that no case executes yet, and what they wait for.</summary>
internal static class Waiting
{
    private const string Final = "final delegations and rotation";
    private const string Chains = "chains";
    private const string Reset = "factory reset (DEL-277)";
    private const string Later = "DEL-070: later, by the specification";

    public static IEnumerable<(E On, S Column, int Row, string For)> All =>
    [
        .. Enum.GetValues<E>().Except([E.ScopeFinallyDelegatedOn, E.FactoryReset]).SelectMany(happening => Of(happening, S.Finalised, Final)),
        .. Of(E.BReplacesPins, S.Pending, Final), .. Of(E.BReplacesPins, S.Active, Final), .. Of(E.BReplacesPins, S.Suspended, Final), .. Of(E.BReplacesPins, S.Revoked, Final),
        .. Of(E.BRotates, S.Pending, Final), .. Of(E.BRotates, S.Active, Final),
        .. Of(E.RotationOverdue, S.Active, Final), .. Of(E.RotationOverdue, S.Suspended, Final),
        (E.ConfirmProofGood, S.Pending, 14, Final), (E.ConfirmProofGood, S.Pending, 15, Final),
        .. Columns.Except([S.Finalised]).SelectMany(column => Of(E.ParentEnded, column, Chains).Concat(Of(E.ParentSuspended, column, Chains)).Concat(Of(E.ParentActiveAgain, column, Chains))),
        (E.RebootClockTrusted, S.Suspended, 45, Chains), (E.ClockTrusted, S.Suspended, 45, Chains),
        .. Columns.SelectMany(column => Of(E.FactoryReset, column, Reset)),
        .. Columns.Except([S.Finalised]).SelectMany(column => Of(E.ScopeFinallyDelegatedOn, column, Final)),
        (E.ScopeFinallyDelegatedOn, S.Finalised, 51, Later),
    ];

    private static S[] Columns => [S.Staged, S.Pending, S.Active, S.Suspended, S.Finalised, S.Revoked];

    private static IEnumerable<(E On, S Column, int Row, string For)> Of(E happening, S column, string what) =>
        TransitionTable.For(column, happening).Select(row => row.Number).DefaultIfEmpty(Rows.None).Select(row => (happening, column, row, what));
}
