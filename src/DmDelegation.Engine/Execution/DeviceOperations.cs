using System.Collections.Immutable;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Guard;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Execution;

/// <summary>
/// Operations of the device: what an Exec of a bound node starts, and how that ends.
/// <para>Every one is answered with 202 (TND-082, REP-063): the loop waits for no program (design 3), so at the time of the Status the
/// outcome is never known, not even of a short one. The outcome follows as a Generic Alert with the Correlator, through the outbox.</para>
/// <para>An operation lives as long as the right by which it was started (DEL-218), and that is looked at where every change of the
/// right passes, at the commit: <see cref="CancelFallen"/>. A time-out, or an end of the right, does not touch it once it has passed its
/// point of no return.</para>
/// </summary>
internal static class DeviceOperations
{
    private const string BoundTo = "TND-083";

    /// <summary>Starts the operation of a node: 202, or why not.</summary>
    public static CommandOutcome Start(Work work, OperationRequest request, RememberingPolicy policy)
    {
        var path = work.State.Tree.PathOf(request.Node)!;
        if (!work.Options.Operations.TryGetValue(path, out var binding))
        {
            return CommandOutcome.Refused(StatusCode.OptionalFeatureNotSupported, "REP-033"); // executable by its AccessType alone
        }

        if (Busy(work.State, request) is { } busy)
        {
            return busy;
        }

        var (argument, refusal) = request.Argument(binding);
        if (refusal is not null)
        {
            return refusal;
        }

        var target = binding.Argument is OperationArgument.Uri ? argument! : "";
        if (binding.Argument is OperationArgument.Uri && OperationTarget.Try(work, request.Principal, target, policy) is { Succeeded: false } unwritable)
        {
            return unwritable; // DEL-329, before use
        }

        var operation = Of(work, request, path, binding, target);
        Put(work, operation);
        work.EmitAfterCommit(new StartOperation(operation.Number, binding, argument));
        work.Log(
            LogCodes.OperationStarted, $"operation {operation.Number}: {operation.Uri} runs for {operation.Principal}{By(operation)}",
            [.. Fields(operation), ("program", binding.Program)]);
        return new CommandOutcome(StatusCode.AcceptedForProcessing, BoundTo, 0, null, [], request.Node);
    }

    /// <summary>A program is at its point of no return, and the operation has not ended before it: it may pass (DEL-218).</summary>
    public static void AtPoint(Work work, long number)
    {
        if (work.State.Operations.GetValueOrDefault(number) is { } operation && operation.CanBeCancelled())
        {
            Put(work, operation with { PastPoint = true });
            work.EmitAfterCommit(new PassPoint(number));
            work.Log(LogCodes.OperationPastPoint, $"operation {number}: {operation.Uri} is past its point of no return", Fields(operation));
        }
    }

    /// <summary>A program has ended: its output is written where it belongs, and the outcome reported.</summary>
    public static void Ended(Work work, OperationEnded ended)
    {
        if (work.State.Operations.GetValueOrDefault(ended.Number) is not { } operation)
        {
            return;
        }

        OperationReport.Finish(work, operation, Outcome(work, operation, ended), ended.Message);
    }

    /// <summary>
    /// Cancels what runs by a right that is gone with the open transaction: its record has ended or is Suspended, the node is out of the
    /// scope, or B may not execute it any more for another reason (DEL-218). Called with every commit.
    /// </summary>
    public static void CancelFallen(Work work)
    {
        foreach (var operation in work.State.Operations.Values)
        {
            if (operation.CanBeCancelled() && operation.Delegation.Length > 0 && Fallen(work, operation) is { } reason)
            {
                Cancel(work, operation, reason);
            }
        }
    }

    /// <summary>Cancels what has run too long, unless it has passed its point of no return.</summary>
    public static void TimeOut(Work work)
    {
        foreach (var operation in work.State.Operations.Values)
        {
            if (LeftMs(operation, work.Now.BootMs) == 0)
            {
                Cancel(work, operation, ReasonCode.Ok);
            }
        }
    }

    /// <summary>Milliseconds until an operation has run too long, not below zero; null if that does not matter any more.</summary>
    public static long? LeftMs(DeviceOperation operation, long bootMs) =>
        operation.CanBeCancelled() ? Math.Max(0, operation.StartedBootMs + (operation.TimeoutSeconds * 1000L) - bootMs) : null;

    /// <summary>Cancels everything that can be, for a reason that is not that of a record (DEL-277).</summary>
    public static void CancelAll(Work work, ReasonCode reason)
    {
        foreach (var operation in work.State.Operations.Values.Where(operation => operation.CanBeCancelled()))
        {
            Cancel(work, operation, reason);
        }
    }

    /// <summary>
    /// What goes on into another scheme (DEL-277): a program past its point of no return, by no right of that scheme even where the same
    /// server is in it.
    /// </summary>
    public static ImmutableSortedDictionary<long, DeviceOperation> WithoutRight(ImmutableSortedDictionary<long, DeviceOperation> operations, ReasonCode reason) =>
        operations.SetItems(operations.Where(entry => entry.Value.PastPoint).Select(entry => KeyValuePair.Create(entry.Key, entry.Value with { Reason = reason.Code })));

    /// <summary>At a start: what was under way is not any more, whatever became of it. It is not started again.</summary>
    public static void Interrupt(Work work)
    {
        foreach (var operation in work.State.Operations.Values)
        {
            Put(work, operation with { Phase = OperationPhase.Interrupted });
        }
    }

    /// <summary>Reports what was interrupted, once it is known which records are left.</summary>
    public static void ReportInterrupted(Work work)
    {
        foreach (var operation in work.State.Operations.Values.Where(operation => operation.Phase == OperationPhase.Interrupted))
        {
            // Past its point of no return it may be done or half done; before, a program is to leave nothing behind when it is killed.
            var outcome = operation.PastPoint
                ? new OperationOutcome(OperationOutcome.Unknown, StatusCode.ServerFailure)
                : new OperationOutcome(OperationOutcome.Failure, StatusCode.CommandFailed);
            OperationReport.Finish(work, operation, outcome, "the agent or the device stopped while it ran");
        }
    }

    /// <summary>The record that gave the right still gives it.</summary>
    public static bool Stands(AgentState state, DeviceOperation operation) =>
        operation.Delegation.Length == 0
        || (state.Records.GetValueOrDefault(operation.Delegation) is { Grant: { } grant } record && (record, grant).GivesRights());

    /// <summary>Fields of log lines about an operation.</summary>
    public static (string, string)[] Fields(DeviceOperation operation) =>
        [("operation", operation.Number.ToString()), ("uri", operation.Uri), ("server", operation.Principal), ("delegation", operation.Delegation)];

    private static string By(DeviceOperation operation) => operation.Delegation.Length == 0 ? "" : $" by delegation {operation.Delegation}";

    // 403: the node is in use, or the device is (status-codes.md).
    private static CommandOutcome? Busy(AgentState state, OperationRequest request)
    {
        var running = state.Operations.Values;
        var busy = running.Count() >= DeviceOperation.MaxAtOnce
            || running.Count(operation => operation.Principal == request.Principal) >= DeviceOperation.MaxPerServer
            || (request.Delegation is not null && running.Count(operation => operation.Delegation.Length > 0) >= DeviceOperation.MaxDelegated)
            || running.Any(operation => operation.Node == request.Node);
        return busy ? CommandOutcome.Refused(StatusCode.Forbidden, BoundTo) : null;
    }

    private static DeviceOperation Of(Work work, OperationRequest request, NodePath path, OperationBinding binding, string target)
    {
        var record = request.Delegation is { } id ? work.State.Records[id] : null;
        return new DeviceOperation(
            Outbox.TakeNumber(work),
            request.Node,
            path.ToString(),
            request.Principal,
            record?.Id ?? "",
            record is null ? [] : [record.By, .. record.Grant!.Lenders],
            request.Exec.Correlator ?? "",
            target,
            work.Now.BootMs,
            binding.TimeoutSeconds,
            OperationPhase.Running,
            PastPoint: false,
            Reason: 0);
    }

    private static ReasonCode? Fallen(Work work, DeviceOperation operation)
    {
        if (!Stands(work.State, operation))
        {
            return work.State.Records.GetValueOrDefault(operation.Delegation) switch
            {
                null => ReasonCode.Revoked,
                { State: DelegationState.Suspended } => ReasonCode.ClockUntrusted,
                { Reason: 0 } => ReasonCode.NotConfirmed, // held until it rotates (DEL-181)
                var ended => ReasonCode.Of(ended.Reason),
            };
        }

        var may = work.State.Tree.Resolve(operation.Node) is { } chain
            && work.Policy.Decide(new AccessQuestion(operation.Principal, AccessOperation.Exec, chain)).Allowed;
        return may ? null : ReasonCode.Revoked;
    }

    private static void Cancel(Work work, DeviceOperation operation, ReasonCode reason)
    {
        Put(work, operation with { Phase = OperationPhase.Cancelling, Reason = reason.Code });
        work.EmitAfterCommit(new CancelOperation(operation.Number));
        var why = reason == ReasonCode.Ok ? $"it has run for {operation.TimeoutSeconds} s" : reason.Name;
        work.Log(LogCodes.OperationCancelled, $"operation {operation.Number}: {operation.Uri} for {operation.Principal} cancelled, {why}", Fields(operation));
    }

    private static OperationOutcome Outcome(Work work, DeviceOperation operation, OperationEnded ended)
    {
        var writes = operation.Target.Length > 0;
        if (operation.Phase == OperationPhase.Cancelling)
        {
            // It may have been done before it could be killed, and then says so (S-114); what it was to write is written no more.
            return ended.Exit == 0 && !writes
                ? new OperationOutcome(OperationOutcome.Success, StatusCode.Ok) { Exit = ended.Exit }
                : new OperationOutcome(OperationOutcome.Cancelled, operation.Reason == 0 ? StatusCode.RequestTimeout : StatusCode.OperationCancelled) { Exit = ended.Exit };
        }

        var outcome = new OperationOutcome(ended.Exit == 0 ? OperationOutcome.Success : OperationOutcome.Failure, ended.Exit == 0 ? StatusCode.Ok : StatusCode.CommandFailed)
        {
            Exit = ended.Exit,
            Output = writes ? default : ended.Output,
        };
        return ended.Exit == 0 && writes ? Written(work, operation, ended, outcome) : outcome;
    }

    /// <summary>The output goes to its target in the name of the principal, by the rights it has at this moment (DEL-329).</summary>
    private static OperationOutcome Written(Work work, DeviceOperation operation, OperationEnded ended, OperationOutcome outcome)
    {
        var policy = new RememberingPolicy(work.Policy);
        var may = MayWrite(work.State, operation);
        var written = !may ? CommandOutcome.Refused(StatusCode.PermissionDenied, "DEL-329")
            : ended.Overflow ? CommandOutcome.Refused(StatusCode.RequestEntityTooLarge, "REP-066")
            : OperationTarget.Write(work, operation.Principal, operation.Target, ended.Output, policy);
        if (written.Succeeded)
        {
            return outcome;
        }

        if (!may || policy.Refused is not null)
        {
            var record = work.State.Records.GetValueOrDefault(policy.Refused?.Delegation ?? operation.Delegation);
            Audit.AuditLog.Refused(work, record, operation.Principal, written.Reason);
        }

        return outcome with { Result = OperationOutcome.Failure, Status = written.Status };
    }

    // Past its point of no return a program outlives the right by which it was started. Nothing is written any more in the name of a server
    // that is not there, whatever an ACL still grants to its name or to everybody, nor by a right that it has from elsewhere.
    private static bool MayWrite(AgentState state, DeviceOperation operation) =>
        operation.Reason == 0 && Stands(state, operation) && state.AccountOf(operation.Principal) is not null;

    private static void Put(Work work, DeviceOperation operation) =>
        work.State = work.State with { Operations = work.State.Operations.SetItem(operation.Number, operation) };
}
