using System.Collections.Immutable;
using DmDelegation.Engine.Guard;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Transactions;

/// <summary>One node whose ACL value T1 or T2 changes (section 1, "Treated node").</summary>
/// <param name="Chain">The node.</param>
/// <param name="Effective">Its own value, or the inherited one written out in full (DEL-123).</param>
/// <param name="Added">Commands T1 adds B to; none where only T2 changes the node.</param>
internal sealed record TreatedNode(NodeChain Chain, Acl Effective, AclCommands Added);

/// <summary>What a delegation does to the ACLs of its scope; made once, for the checks at Start and for T1 alike.</summary>
/// <param name="Treated">Nodes that change.</param>
/// <param name="WrittenOut">Roots of protected subtrees that get the inherited value first (DEL-122).</param>
/// <param name="Skipped">Nodes with a value of their own on which A holds none of the rights (DEL-125).</param>
/// <param name="NamedBefore">Nodes that name B already and stay as they are (DEL-136).</param>
internal sealed record Treatment(
    ImmutableArray<TreatedNode> Treated,
    ImmutableArray<NodeChain> WrittenOut,
    ImmutableArray<NodeId> Skipped,
    ImmutableArray<NodeId> NamedBefore)
{
    /// <summary>Commands that change something; what T2 of an exclusive delegation takes from A (DEL-129).</summary>
    public const AclCommands Changing = AclCommands.Add | AclCommands.Delete | AclCommands.Exec | AclCommands.Replace;

    /// <summary>The treatment of a scope.</summary>
    /// <param name="taken">Commands that T2 will take from A.</param>
    /// <param name="lender">The parent of a sub-delegation: what A passes on is what it holds by that; null: what A holds at home.</param>
    public static Treatment Plan(
        AgentState state, EngineOptions options, string a, string b, IEnumerable<ScopeEntry> scope, AclCommands taken, DelegationGrant? lender)
    {
        var planner = new Planner(state, options, a, b, taken, lender);
        foreach (var entry in scope)
        {
            planner.Walk(state.Tree.Resolve(entry.Root)!, entry.Rights, isRoot: true);
        }

        return planner.Finish();
    }

    /// <summary>
    /// Rights of <paramref name="rights"/> that A effectively holds at the value of a node, T2 of live delegations not counted (DEL-110): by
    /// the home scheme, or in a sub-delegation by the entry of the parent and the value (DEL-062, DEL-110).
    /// </summary>
    public static AclCommands Held(AgentState state, EngineOptions options, NodeChain chain, string a, AclCommands rights, DelegationGrant? lender)
    {
        var owner = chain.EffectiveAclOwner();
        var lent = lender is null ? rights : rights & (ScopeMembership.EntryFor(options, lender, chain)?.Rights ?? AclCommands.None);
        var held = AclCommands.None;
        foreach (var one in Acl.Commands)
        {
            if (lent.HasFlag(one) && (lender is null
                ? HomeScheme.Grants(state, options, owner, one, a, countTaken: true)
                : owner.Acl!.Grants(one, a) || HomeScheme.TakenFrom(state, owner, one, a)))
            {
                held |= one;
            }
        }

        return held;
    }

    private sealed class Planner(AgentState state, EngineOptions options, string a, string b, AclCommands taken, DelegationGrant? lender)
    {
        private readonly ImmutableArray<TreatedNode>.Builder _treated = ImmutableArray.CreateBuilder<TreatedNode>();
        private readonly ImmutableArray<NodeChain>.Builder _protected = ImmutableArray.CreateBuilder<NodeChain>();
        private readonly ImmutableArray<NodeId>.Builder _skipped = ImmutableArray.CreateBuilder<NodeId>();
        private readonly ImmutableArray<NodeId>.Builder _namedBefore = ImmutableArray.CreateBuilder<NodeId>();

        public void Walk(NodeChain chain, AclCommands rights, bool isRoot)
        {
            if (ProtectedSet.Covers(options, chain))
            {
                if (chain.Target.Acl is null)
                {
                    _protected.Add(chain);
                }

                return;
            }

            if (isRoot || chain.Target.Acl is not null)
            {
                Visit(chain, rights);
            }

            foreach (var child in chain.Target.Children.Values)
            {
                Walk(chain.Child(child), rights, isRoot: false);
            }
        }

        public Treatment Finish()
        {
            var changed = _treated.Select(node => node.Chain.Target.Id).ToHashSet();
            var writtenOut = _protected.Where(chain => InheritsFrom(chain, changed)).ToImmutableArray();
            return new(_treated.ToImmutable(), writtenOut, _skipped.ToImmutable(), _namedBefore.ToImmutable());
        }

        private void Visit(NodeChain chain, AclCommands rights)
        {
            var owner = chain.EffectiveAclOwner();
            var acl = owner.Acl!;
            var held = Held(state, options, chain, a, rights, lender);
            if (held == AclCommands.None)
            {
                Skip(chain);
                return;
            }

            var added = AclCommands.None;
            foreach (var one in Acl.Commands)
            {
                if (held.HasFlag(one) && !acl.GrantsToAll(one) && !HomeScheme.NamedAtHome(state, options, owner, one, b))
                {
                    added |= one;
                }
            }

            if (added != AclCommands.None || (acl.CommandsOf(a) & taken) != AclCommands.None)
            {
                _treated.Add(new TreatedNode(chain, acl, added));
            }
            else
            {
                NoteName(chain);
            }
        }

        private void Skip(NodeChain chain)
        {
            if (chain.Target.Acl is not null)
            {
                _skipped.Add(chain.Target.Id);
                NoteName(chain);
            }
        }

        // Whatever names B and is not changed is B's own, and T3 leaves it (DEL-058, DEL-136).
        private void NoteName(NodeChain chain)
        {
            if (chain.Target.Acl?.NamesAnywhere(b) == true || IsTakenFrom(b, chain.Target.Id))
            {
                _namedBefore.Add(chain.Target.Id);
            }
        }

        // Another delegation, by B itself, holds B's name back and puts it into the value again (DEL-129, DEL-135).
        private bool IsTakenFrom(string server, NodeId node) =>
            state.Live().Any(live => live.Record.By == server && live.Grant.Undo.Entries.Any(entry => entry.Node == node && entry.Taken != AclCommands.None));

        /// <summary>Whether the value a protected root inherits will change: its owner, or a scope root between, is treated.</summary>
        private static bool InheritsFrom(NodeChain chain, HashSet<NodeId> changed)
        {
            var owner = chain.EffectiveAclOwner();
            for (var depth = chain.Depth; depth >= 0; depth--)
            {
                if (changed.Contains(chain[depth].Id))
                {
                    return true;
                }

                if (chain[depth].Id == owner.Id)
                {
                    return false;
                }
            }

            return false;
        }
    }
}
