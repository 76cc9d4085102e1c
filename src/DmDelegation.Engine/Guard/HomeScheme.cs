using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Guard;

/// <summary>
/// What an ACL value would grant a server without any non-final delegation to it: <c>home(S, c, N)</c> of 13.1. Derived from the value
/// and from what the undo records say was added or taken, so that nothing is kept twice.
/// </summary>
internal static class HomeScheme
{
    /// <summary>Whether the value on <paramref name="owner"/> grants a right by the home scheme.</summary>
    /// <param name="countTaken">Also what T2 of a live delegation took from the server: for the checks at Start (DEL-110) and for "home authority".</param>
    public static bool Grants(AgentState state, EngineOptions options, Node owner, AclCommands right, string server, bool countTaken = false)
    {
        if (owner.Acl is not { } acl)
        {
            return false;
        }

        if (WrittenOut(state, owner, server) is { } above)
        {
            // The value is only here because a delegation to this server wrote it out: without it the node would inherit (DEL-123, DEL-340).
            return Grants(state, options, above, right, server, countTaken);
        }

        if (state.IsGuest(server))
        {
            // A guest has the wildcard Get and nothing else: neither other wildcards nor entries that waited for its name (DEL-330).
            return right == AclCommands.Get && acl.GrantsToAll(AclCommands.Get);
        }

        return acl.GrantsToAll(right) || NamedAtHome(state, options, owner, right, server) || (countTaken && TakenAtHome(state, owner, right, server));
    }

    // To the server, or by it out of what it was lent: the copy names it by the parent as the value above does (DEL-060).
    private static Node? WrittenOut(AgentState state, Node owner, string server) =>
        WrittenOut(state, owner, (record, grant) => grant.To == server || (record.By == server && grant.Parent.Length > 0));

    private static Node? WrittenOut(AgentState state, Node owner, Func<DelegationRecord, DelegationGrant, bool> of)
    {
        var writtenOut = Entries(state, owner, of)
            .Any(pair => pair.Entry.Before is null && string.Equals(pair.Entry.Written, owner.Acl?.ToString(), StringComparison.Ordinal));
        return writtenOut ? state.Tree.Resolve(owner.Id)?.Parent?.EffectiveAclOwner() : null;
    }

    /// <summary>
    /// Whether the value names the server for a right and no live non-final delegation put it there: what a Finalised one gave is home (13.1,
    /// DEL-068).
    /// </summary>
    public static bool NamedAtHome(AgentState state, EngineOptions options, Node owner, AclCommands right, string server) =>
        owner.Acl is { } acl && acl.Names(right, server) && !state.LiveTo(server).Any(live => live.Record.State != DelegationState.Finalised && IsByDelegation(state, options, live.Grant, owner, right));

    // What T1 added; and what arose in the scope since, creator rights among it (DEL-136, DEL-328). What B itself wrote is its own: it
    // writes no ACL by right of a record (DEL-322, DEL-340).
    private static bool IsByDelegation(AgentState state, EngineOptions options, DelegationGrant grant, Node owner, AclCommands right) =>
        grant.Undo.Entries.FirstOrDefault(entry => entry.Node == owner.Id) is { } treated
            ? treated.Added.HasFlag(right) && treated.LastWriter != grant.To
            : !grant.Undo.NamedBefore.Contains(owner.Id) && state.Tree.Resolve(owner.Id) is { } chain && ScopeMembership.EntryFor(options, grant, chain) is not null;

    /// <summary>Whether T2 of a live delegation by the server took a right from the value, be it its own or lent (DEL-110).</summary>
    public static bool TakenFrom(AgentState state, Node owner, AclCommands right, string server) => Taken(state, owner, right, server, ofLoan: true);

    // What was lent to the server and taken by a child of that does not make it anybody's home (DEL-060).
    private static bool TakenAtHome(AgentState state, Node owner, AclCommands right, string server) => Taken(state, owner, right, server, ofLoan: false);

    private static bool Taken(AgentState state, Node owner, AclCommands right, string server, bool ofLoan) =>
        Entries(state, owner, (record, _) => record.By == server)
            .Any(pair => pair.Entry.Taken.HasFlag(right) && (ofLoan || !IsLoan(state, pair.Grant, owner, right)))
        // A value that a delegation wrote out lacks what T2 had taken above (DEL-123).
        || (WrittenOut(state, owner, (_, _) => true) is { } above && Taken(state, above, right, server, ofLoan));

    private static bool IsLoan(AgentState state, DelegationGrant grant, Node owner, AclCommands right) =>
        state.Records.GetValueOrDefault(grant.Parent)?.Grant is { } lender
        && (lender.Undo.Entries.FirstOrDefault(entry => entry.Node == owner.Id) is not { } treated || treated.Added.HasFlag(right));

    private static IEnumerable<(DelegationGrant Grant, UndoEntry Entry)> Entries(AgentState state, Node owner, Func<DelegationRecord, DelegationGrant, bool> of)
    {
        foreach (var (record, grant) in state.Live())
        {
            if (!of(record, grant))
            {
                continue;
            }

            foreach (var entry in grant.Undo.Entries)
            {
                if (entry.Node == owner.Id)
                {
                    yield return (grant, entry);
                }
            }
        }
    }
}
