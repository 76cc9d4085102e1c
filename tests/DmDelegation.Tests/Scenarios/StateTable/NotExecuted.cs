using E = DmDelegation.Engine.Delegation.DelegationEvent;
using S = DmDelegation.Engine.Delegation.DelegationState;

namespace DmDelegation.Tests.Scenarios.StateTable;

/// <summary>Rows that no case executes, and why.</summary>
internal static class NotExecuted
{
    public static readonly (E On, S Column, int Row, string Why)[] All =
    [
        (E.ScopeFinallyDelegatedOn, S.Finalised, 51, "DEL-070: later, by the specification"),
        (E.RebootClockTrusted, S.Suspended, 45, "with a trusted clock the time of every ancestor is known too: each is Active again or ended"),
        (E.ParentActiveAgain, S.Suspended, 45, "what tells the time of a parent tells that of its descendants (DEL-213), and a parent is Active only below Active ones (DEL-063)"),
    ];
}
