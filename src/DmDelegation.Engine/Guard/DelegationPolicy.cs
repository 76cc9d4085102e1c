using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Guard;

/// <summary>An access decision and the delegation that granted or denied, if one did.</summary>
/// <param name="Answer">Allowed, or why not.</param>
/// <param name="Delegation">Delegation id, or null.</param>
public readonly record struct AccessVerdict(AccessAnswer Answer, string? Delegation);

/// <summary>
/// The access decision of 13.1, the one place where it is made (DEL-320):
/// <c>allowed = guard does not deny ∧ ( home(S, c, N) ∨ some Active or Finalised record r to S has c ∈ rights(r, N) ∧ ACL(N) grants c to S )</c>.
/// Evaluated anew for every command, over the state left by the one before it (DEL-334).
/// </summary>
/// <param name="state">The state at this moment.</param>
/// <param name="options">Protected set and limits.</param>
public sealed class DelegationPolicy(AgentState state, EngineOptions options) : IAccessPolicy
{
    /// <summary>Without a live delegation there is nobody to guard against: home is what the ACL says.</summary>
    private readonly bool _delegated = state.Live().Any();

    /// <inheritdoc/>
    public AccessAnswer Decide(in AccessQuestion question) => Explain(question).Answer;

    /// <summary>
    /// The decision, with the delegation behind it: what <c>acl explain</c> prints. A guest is there by its delegation alone, so that is
    /// behind whatever it may not do.
    /// </summary>
    public AccessVerdict Explain(in AccessQuestion question)
    {
        var verdict = Evaluate(question);
        return verdict is { Answer.Allowed: false, Delegation: null } && state.IsGuest(question.Server)
            ? verdict with { Delegation = state.LiveTo(question.Server).First().Record.Id }
            : verdict;
    }

    private AccessVerdict Evaluate(in AccessQuestion question)
    {
        if ((_delegated || GuardRules.SpeakAlways(question.Operation)) && GuardRules.Denial(state, options, question) is { } denial)
        {
            return denial;
        }

        var home = _delegated
            ? AclPolicy.Evaluate(question.Operation, question.Target, new HomeGrant(state, options, question))
            : AclPolicy.Instance.Decide(question);
        var verdict = home.Allowed || !_delegated ? new AccessVerdict(home, null) : ByRecord(question) ?? Refusal(question, home);
        return verdict.Answer.Allowed && ServerIdRule.Denial(state, options, question) is { } illegal ? new AccessVerdict(illegal, null) : verdict;
    }

    /// <summary>What a record of its own grants the server, null if none does.</summary>
    private AccessVerdict? ByRecord(in AccessQuestion question)
    {
        if (question.Operation == AccessOperation.ReplaceAcl)
        {
            return null; // DEL-322: never by right of a non-final record; an owner by a Finalised one is at home
        }

        foreach (var live in state.LiveTo(question.Server))
        {
            var (record, grant) = live;
            if (!live.GivesRights() || EndsWith(record, grant, question) || EntryFor(grant, question) is not { } entry)
            {
                continue;
            }

            var answer = AclPolicy.Evaluate(question.Operation, question.Target, new RecordGrant(question.Server, entry.Rights));
            if (answer.Allowed)
            {
                return new AccessVerdict(answer with { Rule = "DEL-320" }, record.Id);
            }
        }

        return OwnAccount.Grants(state, question) ? new AccessVerdict(new AccessAnswer(true, 200, 0, "DEL-324", question.Target.Target.Id), null) : null;
    }

    /// <summary>Who may delete a scope root ends the delegation by it first (DEL-141), and what that gave is gone before the Delete runs.</summary>
    private static bool EndsWith(DelegationRecord record, DelegationGrant grant, in AccessQuestion question)
    {
        var target = question.Target.Target.Id;
        return question.Operation == AccessOperation.Delete && record.State != DelegationState.Finalised && grant.Scope.Any(entry => entry.Root == target);
    }

    /// <summary>The entry that covers every node the command touches: the ACL of a leaf is its parent's affair (ACL-034).</summary>
    private ScopeEntry? EntryFor(DelegationGrant grant, in AccessQuestion question)
    {
        if (question.NewPath is { } path && LeadsIntoProtected(path, question.Operation))
        {
            return null;
        }

        var target = question.Target;
        var decisive = question.Operation == AccessOperation.GetAcl && !target.Target.IsInterior && target.Parent is { } parent ? parent : target;
        return question.Operation == AccessOperation.Delete && !IsWhole(grant, target) ? null : ScopeMembership.EntryFor(options, grant, decisive);
    }

    /// <summary>The protected set is a set of paths, whether their nodes exist or not (DEL-321): B does not make one, nor give a node a name above one.</summary>
    private bool LeadsIntoProtected(NodePath path, AccessOperation operation) =>
        ProtectedSet.Covers(options, path) || (operation == AccessOperation.Rename && ProtectedSet.Roots(options).Any(root => root.IsAtOrBelow(path)));

    /// <summary>Whether everything below a node belongs to the scope: a Delete takes it along (DEL-325).</summary>
    private bool IsWhole(DelegationGrant grant, NodeChain chain) =>
        ScopeMembership.EntryFor(options, grant, chain) is not null && chain.Target.Children.Values.All(child => IsWhole(grant, chain.Child(child)));

    private AccessVerdict Refusal(in AccessQuestion question, AccessAnswer home) =>
        new(state.IsGuest(question.Server) ? home with { Rule = "DEL-330" } : home, null);

    private readonly record struct HomeGrant(AgentState State, EngineOptions Options, AccessQuestion Question) : IAclGrant
    {
        public bool Grants(Node owner, Acl acl, AclCommands right) =>
            HomeScheme.Grants(State, Options, owner, right, Question.Server)
            && (HomeScheme.NamedAtHome(State, Options, owner, right, Question.Server) || !GaveAwayForGood(PlaceOf(owner)));

        // What A gave away for good it does not get back by a wildcard either (DEL-129, DEL-130).
        private bool GaveAwayForGood(NodeChain place)
        {
            foreach (var (record, grant) in State.Live())
            {
                if (record.State == DelegationState.Finalised && record.By == Question.Server && ScopeMembership.EntryFor(Options, grant, place) is not null)
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>The node that was asked: the target, or its parent where the parent's word counts (ACL-027, ACL-034).</summary>
        private NodeChain PlaceOf(Node owner)
        {
            var target = Question.Target;
            var byParent = Question.Operation is AccessOperation.GetAcl or AccessOperation.ReplaceAcl
                && (!target.Target.IsInterior || target.EffectiveAclOwner().Id != owner.Id);
            return byParent && target.Parent is { } parent ? parent : target;
        }
    }

    private readonly record struct RecordGrant(string Server, AclCommands Rights) : IAclGrant
    {
        public bool Grants(Node owner, Acl acl, AclCommands right) => Rights.HasFlag(right) && acl.Grants(right, Server);
    }
}
