using System.Collections.Immutable;
using System.Text;
using DmDelegation.Engine;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Simulation;

/// <summary>The faults that are planted, one at a time.</summary>
public static class PlantedFaults
{
    /// <summary>The guard is asked for the target of a Copy and not for its source (DEL-326).</summary>
    public sealed class SourceOfCopyNotAsked : PlantedFault
    {
        public override ServerReply Rewrite(ServerReply reply, AgentState state) => Commands(reply, command => command is Copy { Items: [{ Target: { } target, Source: { } source }] }
            && state.Tree.Find(NodePath.Parse(source.LocURI)) is { IsInterior: false, IsSecret: false } node
                ? Dm.Replace(target.LocURI, Encoding.UTF8.GetString(node.Value.Span)) with { CmdID = command.CmdID }
                : command);
    }

    /// <summary>An Atomic whose command fails keeps what it did before (REP-088).</summary>
    public sealed class AtomicNotRolledBack : PlantedFault
    {
        public override ServerReply Rewrite(ServerReply reply, AgentState state) =>
            Commands(reply, command => command is Atomic atomic ? new Sequence(atomic.CmdID, atomic.Meta, atomic.Commands) : command);
    }

    /// <summary>A message goes out before what it answers is durable (DEL-240).</summary>
    public sealed class SentBeforePersisted : PlantedFault
    {
        public override EngineStep Change(EngineState before, EngineStep step, ClockReading now)
        {
            var effects = step.Effects.ToList();
            var sent = effects.FindIndex(effect => effect is SendMessage);
            var persisted = sent < 0 ? -1 : effects.FindLastIndex(sent, effect => effect is Persist);
            if (persisted >= 0)
            {
                effects.Insert(persisted, effects[sent]);
                effects.RemoveAt(sent + 1);
            }

            return step with { Effects = [.. effects] };
        }
    }

    /// <summary>T3 leaves one node as the delegation made it (DEL-135).</summary>
    public sealed class NodeForgottenByT3 : PlantedFault
    {
        public override EngineStep Change(EngineState before, EngineStep step, ClockReading now)
        {
            var ended = before.Durable.Live().FirstOrDefault(live => step.State.Durable.Records.GetValueOrDefault(live.Record.Id)?.State.IsEnded() == true);
            return ended.Grant?.Undo.Entries.LastOrDefault(entry => entry.Added != AclCommands.None && before.Durable.Tree.Find(entry.Node) is not null) is not { } kept ? step
                : Trees(
                    before, step, now,
                    state => state.Records.GetValueOrDefault(ended.Record.Id)?.State.IsEnded() == true && state.Tree.Find(kept.Node) is not null,
                    tree => tree.SetAcl(kept.Node, before.Durable.Tree.Find(kept.Node)!.Acl));
        }
    }

    /// <summary>The account of a guest stays when the last delegation that uses it has ended (DEL-193).</summary>
    public sealed class AccountNotRemoved : PlantedFault
    {
        public override EngineStep Change(EngineState before, EngineStep step, ClockReading now)
        {
            var ended = before.Durable.Live().Where(live => live.Grant.AccountMade).Select(live => live.Grant).FirstOrDefault(grant => step.State.Durable.Tree.Find(grant.Account) is null);
            return ended is null || before.Durable.Tree.Find(ended.Account) is not { } account ? step
                : Trees(
                    before, step, now,
                    state => state.Tree.Find(ended.Account) is null && state.Tree.Find(NodePath.Parse("./DMAcc/" + account.Name)) is null,
                    tree => Keep(tree, account));
        }

        private static void Keep(TreeTransaction tree, Node account)
        {
            var again = tree.Add(tree.Current.Find(NodePath.Parse("./DMAcc"))!.Id, NodeSpec.InteriorNode(account.Name));
            tree.Add(again, NodeSpec.Leaf("ServerID", account.Children["ServerID"].Value));
        }
    }

    /// <summary>The random source begins again as in the boot before: nonces come back (SEC-050, DEL-100).</summary>
    public sealed class NonceReusedAfterReboot : PlantedFault
    {
        public override bool ForgetsRandomness => true;
    }

    /// <summary>Nobody serves the timer of an expiry (DEL-216).</summary>
    public sealed class TimerIgnored : PlantedFault
    {
        public override bool IgnoresTimers => true;
    }

    /// <summary>The used time is not written down: a start begins it anew (DEL-211).</summary>
    public sealed class UsedNotPersisted : PlantedFault
    {
        public override AgentState Loaded(AgentState state, ClockReading now, bool rebooted) =>
            Grants(state, grant => grant.Life is null ? grant : grant with { Life = ElapsedTime.Start(now, 300_000) });
    }

    /// <summary>The fail-safe window begins anew with the agent (DEL-133, DEL-222).</summary>
    public sealed class WindowBeginsAgain : PlantedFault
    {
        public override AgentState Loaded(AgentState state, ClockReading now, bool rebooted) =>
            Grants(state, grant => grant with { Window = ElapsedTime.Start(now, 300_000) });
    }

    /// <summary>Off-time is not charged when it is known (DEL-212).</summary>
    public sealed class OffTimeNotCharged : PlantedFault
    {
        public override AgentState Loaded(AgentState state, ClockReading now, bool rebooted) =>
            rebooted && now.WallTrusted && now.Wall.AddMilliseconds(-now.BootMs) is var poweredUp && poweredUp > state.Clock.HighWater
                ? state with { Clock = state.Clock with { HighWater = poweredUp } }
                : state;
    }

    /// <summary>A delegation that does not know the time goes on (DEL-213).</summary>
    public sealed class NotSuspended : PlantedFault
    {
        public override EngineStep Change(EngineState before, EngineStep step, ClockReading now) => States(before, step, state => state with
        {
            Records = state.Records.SetItems(state.Records.Where(record => record.Value.State == DelegationState.Suspended)
                .Select(record => KeyValuePair.Create(record.Key, record.Value with { State = DelegationState.Active }))),
        });
    }

    /// <summary>An acknowledgement counts as delivered when it is sent (DEL-237).</summary>
    public sealed class OutboxEmptiedWhenSent : PlantedFault
    {
        public override EngineStep Change(EngineState before, EngineStep step, ClockReading now)
        {
            var state = step.State.Durable;
            var sent = step.Effects.OfType<SendMessage>().SelectMany(message => state.Outbox.Values.Where(entry =>
                entry.Target == message.Server && Encoding.UTF8.GetString(message.Body.Span).Contains(entry.Key, StringComparison.Ordinal))).ToList();
            if (sent.Count == 0)
            {
                return step;
            }

            var without = state with { Outbox = state.Outbox.RemoveRange(sent.Select(entry => entry.Number)) };
            return new EngineStep(step.State with { Durable = without }, step.Effects.Add(new Persist(state, without, CommitPoint.Delivery)));
        }
    }

    /// <summary>An end is told to nobody (DEL-232).</summary>
    public sealed class EndNotTold : PlantedFault
    {
        public override EngineStep Change(EngineState before, EngineStep step, ClockReading now) => States(before, step, state => state with
        {
            Outbox = state.Outbox.RemoveRange(state.Outbox.Values.Where(entry => entry.Event == "End").Select(entry => entry.Number)),
        });
    }

    /// <summary>A restart loses the tombstones: an id can be used again (DEL-194).</summary>
    public sealed class TombstoneLost : PlantedFault
    {
        public override AgentState Loaded(AgentState state, ClockReading now, bool rebooted) => state with { Tombstones = state.Tombstones.Clear() };
    }

    /// <summary>A restart loses the highest sequence numbers: an old command can be replayed (DEL-101).</summary>
    public sealed class SequenceForgotten : PlantedFault
    {
        public override AgentState Loaded(AgentState state, ClockReading now, bool rebooted) =>
            state with { Servers = state.Servers.SetItems(state.Servers.Select(server => KeyValuePair.Create(server.Key, server.Value with { HighestSeq = 0 }))) };
    }

    /// <summary>What runs for B runs on when its right is gone (DEL-218).</summary>
    public sealed class OperationNotCancelled : PlantedFault
    {
        public override EngineStep Change(EngineState before, EngineStep step, ClockReading now)
        {
            var kept = States(before, step, state => state with
            {
                Operations = state.Operations.SetItems(state.Operations.Where(operation => operation.Value is { Phase: OperationPhase.Cancelling, Reason: > 0 })
                    .Select(operation => KeyValuePair.Create(operation.Key, operation.Value with { Phase = OperationPhase.Running, Reason = 0 }))),
            });
            return kept with { Effects = kept.Effects.RemoveAll(effect => effect is CancelOperation) };
        }
    }

    /// <summary>The old secret is not good beside the new one: break before make (DEL-182).</summary>
    public sealed class OldSecretNotAccepted : PlantedFault
    {
        public override EngineStep Change(EngineState before, EngineStep step, ClockReading now) => States(before, step, state => state with
        {
            Servers = state.Servers.SetItems(state.Servers.Where(server => server.Value.Rotation is not null)
                .Select(server => KeyValuePair.Create(server.Key, server.Value with { Rotation = WithoutEarlier(server.Value.Rotation!) }))),
        });

        private static RotationState WithoutEarlier(RotationState rotation) => rotation with
        {
            Client = rotation.Client with { Earlier = default, EarlierDerived = false },
            Server = rotation.Server with { Earlier = default, EarlierDerived = false },
        };
    }

    /// <summary>All of them, by name.</summary>
    public static ImmutableSortedDictionary<string, PlantedFault> All { get; } = new PlantedFault[]
    {
        new SourceOfCopyNotAsked(), new AtomicNotRolledBack(), new SentBeforePersisted(), new NodeForgottenByT3(), new AccountNotRemoved(), new NonceReusedAfterReboot(),
        new TimerIgnored(), new UsedNotPersisted(), new WindowBeginsAgain(), new OffTimeNotCharged(), new NotSuspended(), new OutboxEmptiedWhenSent(), new EndNotTold(),
        new TombstoneLost(), new SequenceForgotten(), new OperationNotCancelled(), new OldSecretNotAccepted(),
    }.ToImmutableSortedDictionary(fault => fault.GetType().Name, fault => fault, StringComparer.Ordinal);

    private static ServerReply Commands(ServerReply reply, Func<Command, Command> change)
    {
        var changed = reply.Commands.Select(One).ToList();
        return changed.SequenceEqual(reply.Commands, ReferenceEqualityComparer.Instance) ? reply : reply.With(changed);

        Command One(Command command) => change(command) is Atomic atomic && atomic.Commands.Select(One).ToImmutableArray() is var parts && !Enumerable.SequenceEqual(parts, atomic.Commands, ReferenceEqualityComparer.Instance)
            ? atomic with { Commands = parts }
            : change(command);
    }

    // The same change in everything that is committed and in what the loop goes on with; what the store holds already stays.
    private static EngineStep States(EngineState before, EngineStep step, Func<AgentState, AgentState> change)
    {
        var made = new Dictionary<AgentState, AgentState>(ReferenceEqualityComparer.Instance) { [before.Durable] = before.Durable };
        return new EngineStep(
            step.State with { Durable = Changed(step.State.Durable) },
            [.. step.Effects.Select(effect => effect is Persist commit ? commit with { Before = Changed(commit.Before), After = Changed(commit.After) } : effect)]);

        AgentState Changed(AgentState state) => made.TryGetValue(state, out var known) ? known : made[state] = change(state);
    }

    private static AgentState Grants(AgentState state, Func<DelegationGrant, DelegationGrant> change) => state with
    {
        Records = state.Records.SetItems(state.Live().ToList().Select(live => KeyValuePair.Create(live.Record.Id, live.Record with { Grant = change(live.Grant) }))),
    };

    private static EngineStep Trees(EngineState before, EngineStep step, ClockReading now, Func<AgentState, bool> when, Action<TreeTransaction> change)
    {
        var made = new Dictionary<ManagementTree, ManagementTree>(ReferenceEqualityComparer.Instance);
        return States(before, step, state => when(state) ? state with { Tree = made.TryGetValue(state.Tree, out var known) ? known : made[state.Tree] = Changed(state.Tree) } : state);

        ManagementTree Changed(ManagementTree tree)
        {
            var transaction = new TreeTransaction(tree, now.Wall);
            change(transaction);
            return transaction.Current;
        }
    }
}
