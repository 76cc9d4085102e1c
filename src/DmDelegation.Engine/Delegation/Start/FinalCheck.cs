using DmDelegation.Engine.Guard;
using DmDelegation.Engine.State;

namespace DmDelegation.Engine.Delegation.Start;

/// <summary>Who may give something away for ever (DEL-065, DEL-070).</summary>
internal static class FinalCheck
{
    /// <summary>Whether A may delegate finally on these terms. A is home authority for the scope; that is the caller's to find out.</summary>
    public static bool IsLegal(Work work, string a, DelegationTerms terms) =>
        IsAllowed(work, a)
        && !IsOwnedAlready(work, terms)
        && (!WaitsForAName(work, terms) || work.State.IsHomeAuthorityOfRoot(work.Options, a));

    private static bool IsAllowed(Work work, string a)
    {
        var allowed = work.Options.Delegation.FinalAllowed;
        return allowed.IsEmpty ? work.State.IsHomeAuthorityOfRoot(work.Options, a) : allowed.Contains(a, StringComparer.Ordinal);
    }

    /// <summary>Part of it was finally delegated before: not in this version (DEL-070).</summary>
    private static bool IsOwnedAlready(Work work, DelegationTerms terms) => work.State.Live().Any(live =>
        live.Record.State == DelegationState.Finalised
        && terms.Treatment.Treated.Any(node => ScopeMembership.EntryFor(work.Options, live.Grant, node.Chain) is not null));

    /// <summary>
    /// A B without an account of its own, whose name ACLs, records or tombstones hold already: with the account it would wake up what waits
    /// for that name (STD-022). A guest by another record is such a B.
    /// </summary>
    private static bool WaitsForAName(Work work, DelegationTerms terms) =>
        (terms.Ref is null || work.State.IsGuest(terms.To)) && ServerIdRule.IsAwaited(work.State, terms.To);
}
