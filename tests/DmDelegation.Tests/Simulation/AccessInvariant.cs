using System.Collections.Immutable;
using DmDelegation.Engine;
using DmDelegation.Protocol;
using DmDelegation.Tests.Judge;

namespace DmDelegation.Tests.Simulation;

/// <summary>
/// No command is executed that 13.1 does not allow, and none refused for want of rights that it allows: judged over the state before the
/// command, which the engine itself shows when it is given the message without this command and those behind it.
/// </summary>
public sealed class AccessInvariant(SimulatedDevice device) : Invariant
{
    private const int Refused = StatusCode.PermissionDenied;

    /// <summary>How often which answer was judged, for a look at what a simulation covers.</summary>
    public SortedDictionary<string, int> Answers { get; } = new(StringComparer.Ordinal);

    public override void Stepped(StepSeen step)
    {
        if (step.Reply is null || step.Event is not MessageReceived)
        {
            return;
        }

        if (step.IsRepeated)
        {
            Require(
                ReferenceEquals(step.Before.Durable.Tree, step.Step.State.Durable.Tree) || step.Step.Effects.OfType<Persist>().Any(commit => commit.Point == CommitPoint.T3),
                "a repeated message executes nothing (PRO-030)", step.Server);
            return;
        }

        ImmutableArray<Command> before = [];
        foreach (var command in step.Reply.Commands)
        {
            if (command is Atomic atomic)
            {
                JudgeAtomic(step, before, atomic);
            }
            else if (command is not Sequence)
            {
                JudgeOne(step, before, command);
            }

            before = before.Add(command);
        }
    }

    private void JudgeAtomic(StepSeen step, ImmutableArray<Command> before, Atomic atomic)
    {
        var whole = step.StatusesOf(atomic);
        var parts = atomic.Commands.SelectMany(step.StatusesOf).ToList();
        Require(
            whole is not [StatusCode.Ok] || parts.All(StatusCode.IsSuccess), "an Atomic is carried out whole or not at all (REP-088)",
            $"{step.Server}: the Atomic answered 200, its commands {string.Join(' ', parts)}");
        if (whole is not [StatusCode.Ok])
        {
            Require(!parts.Contains(StatusCode.Ok), "an Atomic is carried out whole or not at all (REP-088)", $"{step.Server}: {string.Join(' ', whole)}, its commands {string.Join(' ', parts)}");
            return;
        }

        for (var i = 0; i < atomic.Commands.Length; i++)
        {
            var part = i == 0 ? before : before.Add(atomic with { Commands = atomic.Commands[..i] });
            JudgeOne(step, part, atomic.Commands[i]);
        }
    }

    private void JudgeOne(StepSeen step, ImmutableArray<Command> before, Command command)
    {
        if (step.StatusesOf(command) is not [var status] || Asked.Of(command, step.Before.Durable.Tree) is null)
        {
            return;
        }

        if (command is Exec { Items: [{ Target.LocURI: SimulatedSetup.Fetch }] } && status == Refused)
        {
            return; // it may be the place for the output that is refused
        }

        var executed = StatusCode.IsSuccess(status) || (command is Exec && status == StatusCode.OptionalFeatureNotSupported);
        if (!executed && status != Refused)
        {
            return;
        }

        var state = device.Judge(step, step.Reply!.With(before));
        if (Asked.Of(command, state.Durable.Tree) is not { } asked || (!executed && state.Sessions.GetValueOrDefault(step.Server) is not { AbortReason: 0 }))
        {
            return;
        }

        var verdict = asked.Put(new AccessJudge(state.Durable.Tree.Root, state.Durable.Records.Values, World.Protected), step.Server);
        var key = executed ? "executed" : verdict.Allowed ? "" : verdict.Rule;
        Answers[key] = Answers.GetValueOrDefault(key) + 1;
        Require(
            verdict.Allowed == executed,
            executed ? "no command is executed that 13.1 does not allow" : "no command is refused that 13.1 allows",
            $"{step.Server} {command.Name} {asked.Source} {asked.Uri} {asked.Ask} answered {status}, the judge says {(verdict.Allowed ? "allowed" : verdict.Rule)}");
    }
}
