using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Guard;

/// <summary>
/// What the guard denies before the ACL is asked (13.1): rules in order, the first that speaks decides. Each is one paragraph of the
/// specification.
/// </summary>
internal static class GuardRules
{
    private delegate AccessVerdict? Rule(AgentState state, EngineOptions options, in AccessQuestion question);

    private static readonly ImmutableArray<Rule> Rules = [Suspended, NotConfirmed, AccountInUse, Pinned, ProtectedRename, FinalLock, Exclusive, GuestAcl, GuestAccounts, CopyOfProtected];

    /// <summary>The denial, null if the guard does not deny.</summary>
    public static AccessVerdict? Denial(AgentState state, EngineOptions options, in AccessQuestion question)
    {
        foreach (var rule in Rules)
        {
            if (rule(state, options, question) is { } denial)
            {
                return denial;
            }
        }

        return null;
    }

    /// <summary>Operations on which a rule speaks that needs no live delegation: the protected set is there always (DEL-321, DEL-326).</summary>
    public static bool SpeakAlways(AccessOperation operation) =>
        operation is AccessOperation.Rename or AccessOperation.CopyFrom or AccessOperation.CopyTo;

    /// <summary>Whether an operation changes something.</summary>
    public static bool Changes(AccessOperation operation) =>
        operation is not (AccessOperation.Get or AccessOperation.GetAcl or AccessOperation.CopyFrom);

    /// <summary>A guest whose records are all Suspended gets nothing (DEL-213).</summary>
    private static AccessVerdict? Suspended(AgentState state, EngineOptions options, in AccessQuestion question)
    {
        var server = question.Server;
        return state.IsGuest(server) && state.LiveTo(server).All(live => live.Record.State == DelegationState.Suspended)
            ? Deny(425, ReasonCode.ClockUntrusted, "DEL-213", question, state.LiveTo(server).First().Record.Id)
            : null;
    }

    /// <summary>
    /// Why a guest is held to the pre-confirmation list; null if it is not: none of its records is confirmed (DEL-128, DEL-175), or it has
    /// not replaced its secrets in time (DEL-181).
    /// </summary>
    public static (string Rule, ReasonCode Reason, string Delegation)? HeldToTheList(AgentState state, string server)
    {
        if (!state.IsGuest(server) || state.LiveTo(server).Any(live => live.GivesRights()))
        {
            return null;
        }

        var overdue = state.LiveTo(server).FirstOrDefault(live => live.Record.State.GivesRights()).Record;
        return overdue is not null
            ? ("DEL-181", ReasonCode.RotationRequired, overdue.Id)
            : ("DEL-175", ReasonCode.NotConfirmed, state.LiveTo(server).First().Record.Id);
    }

    /// <summary>The pre-confirmation list: DevInfo, and the guest's own secrets, whatever the ACL says (DEL-128, DEL-175).</summary>
    private static AccessVerdict? NotConfirmed(AgentState state, EngineOptions options, in AccessQuestion question)
    {
        if (HeldToTheList(state, question.Server) is not { } held)
        {
            return null;
        }

        var listed = (question.Operation == AccessOperation.Get && IsBelow(question.Target, "DevInfo"))
            || (question.Operation == AccessOperation.Replace && OwnAccount.IsSecretOf(state, question));
        return listed ? null : Deny(425, held.Reason, held.Rule, question, held.Delegation);
    }

    /// <summary>The account a live record uses is changed by nobody but B and the agent; a known B's home rights and everybody's stay (DEL-339).</summary>
    private static AccessVerdict? AccountInUse(AgentState state, EngineOptions options, in AccessQuestion question)
    {
        if (!Changes(question.Operation) || !IsBelow(question.Target, "DMAcc"))
        {
            return null;
        }

        foreach (var (record, grant) in state.Live())
        {
            var locked = grant.AccountMade || record.State == DelegationState.Finalised;
            if (locked && Touches(state, question, grant.Account) && (grant.To != question.Server || RemovesFinal(record, question)))
            {
                return Deny(405, ReasonCode.ScopePinned, "DEL-339", question, record.Id);
            }
        }

        return null;
    }

    /// <summary>The node is part of the account, or takes the account along.</summary>
    private static bool Touches(AgentState state, in AccessQuestion question, NodeId account) =>
        question.Target.Contains(account)
        || (question.Operation is AccessOperation.Delete or AccessOperation.Rename && state.Tree.Resolve(account)?.Contains(question.Target.Target.Id) == true);

    private static bool RemovesFinal(DelegationRecord record, in AccessQuestion question) =>
        record.State == DelegationState.Finalised && question.Operation == AccessOperation.Delete;

    /// <summary>Scope roots and their ancestors are not deleted or renamed by anybody; the home authority of the root has a way out (DEL-141).</summary>
    private static AccessVerdict? Pinned(AgentState state, EngineOptions options, in AccessQuestion question)
    {
        if (question.Operation is not (AccessOperation.Delete or AccessOperation.Rename))
        {
            return null;
        }

        foreach (var (record, grant) in state.Live())
        {
            if (ScopeMembership.IsPinned(state.Tree, grant, question.Target.Target.Id) && !MayDelete(state, options, record, grant, question))
            {
                return Deny(405, ReasonCode.ScopePinned, "DEL-141", question, record.Id);
            }
        }

        return null;
    }

    private static bool MayDelete(AgentState state, EngineOptions options, DelegationRecord record, DelegationGrant grant, in AccessQuestion question)
    {
        if (question.Operation != AccessOperation.Delete)
        {
            return false;
        }

        var target = question.Target.Target.Id;
        return record.State == DelegationState.Finalised
            ? grant.To == question.Server && grant.Scope.Any(entry => entry.Root == target)
            : record.By != question.Server && state.IsHomeAuthorityOfRoot(options, question.Server);
    }

    /// <summary>A node above a configured protected subtree keeps its name: the protected set is a set of paths (DEL-321).</summary>
    private static AccessVerdict? ProtectedRename(AgentState state, EngineOptions options, in AccessQuestion question) =>
        question.Operation == AccessOperation.Rename && question.Target.Path is var path && options.Protected.Any(root => root.IsAtOrBelow(path))
            ? Deny(405, ReasonCode.ScopeProtected, "DEL-321", question, null)
            : null;

    /// <summary>Nobody but its owner and the owner's delegates changes an ACL in what was finally delegated, or at its root, for ever (DEL-332).</summary>
    private static AccessVerdict? FinalLock(AgentState state, EngineOptions options, in AccessQuestion question)
    {
        if (question.Operation != AccessOperation.ReplaceAcl)
        {
            return null;
        }

        var (target, server) = (question.Target, question.Server);
        foreach (var (record, grant) in state.Live())
        {
            var covered = record.State == DelegationState.Finalised
                && (ScopeMembership.EntryFor(options, grant, target) is not null || grant.Scope.Any(entry => entry.Root == target.Target.Id));
            // A never, not even as a delegate of B (DEL-262).
            if (covered && grant.To != server && (record.By == server || !state.IsDelegateOf(options, grant.To, server, target)))
            {
                return Deny(405, ReasonCode.FinalIrrevocable, "DEL-332", question, record.Id);
            }
        }

        return null;
    }

    /// <summary>While an exclusive delegation is Active or Suspended its A keeps only Get in the scope, by whatever way (DEL-331).</summary>
    private static AccessVerdict? Exclusive(AgentState state, EngineOptions options, in AccessQuestion question)
    {
        if (!Changes(question.Operation))
        {
            return null;
        }

        foreach (var (record, grant) in state.Live())
        {
            var holds = grant.Exclusive && record.By == question.Server && record.State is DelegationState.Active or DelegationState.Suspended;
            if (holds && (ScopeMembership.EntryFor(options, grant, question.Target) is not null || TouchesAclFromScope(state, options, grant, question)))
            {
                return Deny(425, ReasonCode.Ok, "DEL-331", question, record.Id);
            }
        }

        return null;
    }

    /// <summary>
    /// The ACL of a scope root that was skipped; and of a node that is no part of the scope by a right on its parent that is: it comes from
    /// <c>*</c>, and the guard refuses it to A as T2 takes it from a value that names A (DEL-129, DEL-331).
    /// </summary>
    private static bool TouchesAclFromScope(AgentState state, EngineOptions options, DelegationGrant grant, in AccessQuestion question)
    {
        var (target, server) = (question.Target, question.Server);
        if (question.Operation != AccessOperation.ReplaceAcl)
        {
            return false;
        }

        var byItself = target.Target.IsInterior && HomeScheme.Grants(state, options, target.EffectiveAclOwner(), AclCommands.Replace, server);
        return grant.Scope.Any(entry => entry.Root == target.Target.Id)
            || (!byItself && target.Parent is { } parent && ScopeMembership.EntryFor(options, grant, parent) is not null);
    }

    /// <summary>A guest replaces no ACL property (DEL-322).</summary>
    private static AccessVerdict? GuestAcl(AgentState state, EngineOptions options, in AccessQuestion question) =>
        question.Operation == AccessOperation.ReplaceAcl && state.IsGuest(question.Server)
            ? Deny(425, ReasonCode.Ok, "DEL-322", question, null)
            : null;

    /// <summary>Below ./DMAcc a guest changes nothing but what DEL-324 lists in its own account; A's account is not for it to delete (DEL-275, DEL-323).</summary>
    private static AccessVerdict? GuestAccounts(AgentState state, EngineOptions options, in AccessQuestion question)
    {
        if (!Changes(question.Operation) || !IsBelow(question.Target, "DMAcc") || !state.IsGuest(question.Server) || OwnAccount.MayChange(state, question))
        {
            return null;
        }

        var deletesA = question.Operation == AccessOperation.Delete
            && AccountList.At(state.Tree, question.Target.Target.Id) is { } account
            && state.LiveTo(question.Server).Any(live => live.Record.By == account.ServerId);
        return deletesA
            ? Deny(405, ReasonCode.Ok, "DEL-275", question, null)
            : Deny(425, ReasonCode.Ok, OwnAccount.Covers(state, question) ? "DEL-324" : "DEL-323", question, null);
    }

    /// <summary>Nothing is copied out of or into the protected set (DEL-326).</summary>
    private static AccessVerdict? CopyOfProtected(AgentState state, EngineOptions options, in AccessQuestion question) =>
        question.Operation is AccessOperation.CopyFrom or AccessOperation.CopyTo && ProtectedSet.Covers(options, question.Target)
            ? Deny(425, ReasonCode.Ok, "DEL-326", question, null)
            : null;

    private static bool IsBelow(NodeChain chain, string name) => chain.Depth >= 1 && string.Equals(chain[1].Name, name, StringComparison.Ordinal);

    private static AccessVerdict Deny(int status, ReasonCode reason, string rule, in AccessQuestion question, string? delegation) =>
        new(new AccessAnswer(false, status, reason.Code, rule, question.Target.Target.Id), delegation);
}
