using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;
using DmDelegation.Tests.AttackBook.Kit;
using DmDelegation.Tests.Judge;

namespace DmDelegation.Tests.Simulation;

/// <summary>
/// No operation outlives the right by which it was started, unless it has passed its point of no return; what it writes its server could have
/// written itself at that moment; and none ends without a report (DEL-218, DEL-329, REP-064).
/// </summary>
public sealed class OperationInvariant : Invariant
{
    public override void Stepped(StepSeen step)
    {
        var (before, after) = (step.Before.Durable, step.Step.State.Durable);
        if (step.Event is OperationEnded { Number: var number } && before.Operations.GetValueOrDefault(number) is { } operation && !ReferenceEquals(before.Tree, after.Tree)
            && after.Tree.Find(DmDelegation.Tree.NodePath.Parse(operation.Target.Length == 0 ? "." : operation.Target)) is { IsInterior: false } written && written.Value.Span.SequenceEqual("fetched"u8)
            && !(before.Tree.Find(written.Id)?.Value.Span.SequenceEqual("fetched"u8) ?? false))
        {
            var (node, uri) = Place.Of(operation.Target).Nearest(before.Tree.Root);
            var verdict = new AccessJudge(before.Tree.Root, before.Records.Values, World.Protected).Decide(operation.Principal, node is null ? Ask.Add : Ask.Replace, uri);
            Require(verdict.Allowed, "an operation writes what its server may write (DEL-329)", $"{operation.Principal} {operation.Target}: {verdict.Rule}");
        }
    }

    public override void Committed(StepSeen step, AgentState before, AgentState after)
    {
        foreach (var operation in before.Operations.Values.Where(operation => !after.Operations.ContainsKey(operation.Number)))
        {
            var told = after.Outbox.Values.Any(entry => entry.Number >= before.Device.NextOutboxEntry && entry.Event == "Operation" && entry.DelegationId == operation.Uri);
            Require(told || after.AccountOf(operation.Principal) is null, "an operation ends with a report (REP-064)", $"{operation.Uri} of {operation.Principal}");
            Require(
                told || operation.Above.All(server => after.AccountOf(server) is null), "A hears of what B leaves behind (DEL-218)", $"{operation.Uri} of {operation.Principal}");
        }
    }

    public override void Rested(EngineState state)
    {
        foreach (var operation in state.Durable.Operations.Values.Where(operation => operation is { Phase: OperationPhase.Running, PastPoint: false, Delegation.Length: > 0 }))
        {
            var record = state.Durable.Records.GetValueOrDefault(operation.Delegation);
            Require(
                record is { State: DelegationState.Active or DelegationState.Finalised }, "no operation outlives the right by which it was started (DEL-218)",
                $"{operation.Uri} of {operation.Principal} by {operation.Delegation} {record?.State}");
        }
    }
}
