using DmDelegation.Engine.Delegation;
using E = DmDelegation.Engine.Delegation.DelegationEvent;
using S = DmDelegation.Engine.Delegation.DelegationState;

namespace DmDelegation.Tests.Scenarios.StateTable;

/// <summary>
/// Commands of a server that the row does not admit: no event, but 404 from a record that is hidden, otherwise 425, or 405 from a node that
/// is not for it to write (DEL-081, DEL-083, DEL-290).
/// </summary>
internal static class NoEvents
{
    private static readonly E[] OfA = [E.AShortens, E.ATellsTime, E.Start, E.Cancel, E.Revoke, E.Reduce, E.DeleteOfTheRecord];

    private static readonly E[] OfB = [E.ConfirmProofGood, E.ConfirmProofBad, E.Relinquish];

    public static IEnumerable<Case> All =>
    [
        .. OfA.Select(happening => By(happening, S.Staged, Given.Home, 404)),
        .. OfA.Concat(OfB).Select(happening => By(happening, S.Active, Given.D, 404)),
        .. OfA.Select(happening => By(happening, S.Active, Given.Home, IsWrite(happening) ? 405 : 425)),
        .. OfA.Select(happening => By(happening, S.Active, Given.B, IsWrite(happening) ? 405 : 425)),
        .. OfB.Select(happening => By(happening, S.Active, Given.A, 425)),
        .. OfB.Select(happening => By(happening, S.Pending, Given.Home, 425)),
        // DEL-070 comes later: until then the owner's final Start is refused, and row 51 is not reached.
        new Case(E.ScopeFinallyDelegatedOn, S.Finalised, Rows.None) { When = "not yet: refused with 125", Act = Cases.DelegateOnFinally, But = _ => new() { Status = 403, Refusal = 125 } },
    ];

    private static bool IsWrite(E happening) => happening is E.AShortens or E.ATellsTime;

    private static Case By(E happening, S state, string server, int status) => new(happening, state, Rows.None)
    {
        When = "by " + server,
        From = server,
        But = _ => new() { Status = status, Refusal = happening == E.Start && status == 425 ? ReasonCode.NotCreator.Code : 0 },
    };
}
