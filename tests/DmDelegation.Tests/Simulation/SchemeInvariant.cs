using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Simulation;

/// <summary>
/// What delegations leave behind: outside every live scope the ACL values are those from before (DEL-135, DEL-138), a guest is named nowhere
/// and has no account unless a live record uses it (DEL-127, DEL-136, DEL-193). A value that somebody wrote during a delegation is no longer
/// compared: what T3 makes of it has its own scenarios.
/// </summary>
public sealed class SchemeInvariant(SimulatedSetup setup) : Invariant
{
    private readonly Dictionary<NodeId, Acl?> _home = [];
    private readonly HashSet<NodeId> _written = [];
    private HashSet<NodeId> _covered = [];
    private AgentState? _seen;
    private bool _serverGone;

    public override void Stepped(StepSeen step)
    {
        foreach (var command in step.Commands.OfType<Replace>())
        {
            if (command.Items[0].Target!.LocURI.Split('?') is [var uri, "prop=ACL"])
            {
                // Renames in the same message may have moved it: both trees are asked.
                Write(step.Before.Durable.Tree, uri);
                Write(step.Step.State.Durable.Tree, uri);
            }
        }

        // ACL-052: with its account a server goes from every value.
        _serverGone |= step.Commands.Any(command => command is Delete delete && delete.Items[0].Target!.LocURI.StartsWith("./DMAcc/", StringComparison.Ordinal));
    }

    public override void Rested(EngineState state)
    {
        var now = state.Durable;
        if (_seen is not null && ReferenceEquals(_seen.Tree, now.Tree) && ReferenceEquals(_seen.Records, now.Records))
        {
            return;
        }

        var covered = now.Live().SelectMany(live => live.Grant.Scope).Select(entry => now.Tree.Find(entry.Root)).OfType<Node>()
            .SelectMany(root => root.SelfAndDescendants()).Select(node => node.Id).ToHashSet();
        Compare(now, covered);
        Accounts(now);
        (_seen, _covered, _serverGone) = (now, covered, false);
        _written.IntersectWith(covered);
    }

    private void Write(ManagementTree tree, string uri)
    {
        if (LocUri.TryParse(uri, UriLimits.Unlimited, out var parsed, out _) && tree.Find(parsed!.Path) is { } node)
        {
            _written.Add(node.Id);
        }
    }

    private void Compare(AgentState now, HashSet<NodeId> covered)
    {
        var isFinal = now.LiveTo("b.example").Any(live => live.Record.State == DelegationState.Finalised); // its own server from then on
        foreach (var node in now.Tree.Root.SelfAndDescendants())
        {
            var acl = node.Acl;
            if (covered.Contains(node.Id))
            {
                continue;
            }

            var comparable = _home.TryGetValue(node.Id, out var home) && !_written.Contains(node.Id) && !_serverGone;
            Require(
                !comparable || Equals(home, acl),
                _covered.Contains(node.Id) ? "an end puts back what was before (DEL-135)" : "a delegation changes nothing outside its scope (DEL-138)",
                $"{now.Tree.PathOf(node.Id)}: was '{home}', is '{acl}'");
            _home[node.Id] = acl;
            if (!setup.GuestsAreNamed && !setup.BIsKnown && !isFinal && node.Acl is { } value)
            {
                var ownAccount = now.LiveTo("b.example").Any(live => now.Tree.PathOf(node.Id)!.IsAtOrBelow(now.Tree.PathOf(live.Grant.Account) ?? NodePath.Root.Child("-")));
                Require(ownAccount || !value.NamesAnywhere("b.example"), "a guest is named only where it works (DEL-136)", $"{now.Tree.PathOf(node.Id)}: '{acl}'");
            }
        }
    }

    private void Accounts(AgentState now)
    {
        foreach (var account in AccountList.All(now.Tree))
        {
            Require(
                setup.Known.Contains(account.ServerId) || now.LiveTo(account.ServerId).Any(live => live.Grant.Account == account.Node),
                "an account that a delegation made goes with it (DEL-193)", account.Path.ToString());
        }

        foreach (var (record, grant) in now.Live())
        {
            Require(now.Tree.Find(grant.Account) is not null, "a live delegation has its account (DEL-057)", record.Id);
        }
    }
}
