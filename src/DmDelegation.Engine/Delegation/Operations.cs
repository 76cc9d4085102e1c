using System.Buffers.Text;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation.Keys;
using DmDelegation.Engine.Delegation.Start;
using DmDelegation.Engine.Delegation.Transactions;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.Session;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation;

/// <summary>
/// Exec of <c>Operations/*</c> (6.1, 11): who may, what the state table says, and the transaction it amounts to. Each is a commit of its
/// own (DEL-143).
/// </summary>
internal static class Operations
{
    private const int ProofOctets = 32;

    /// <summary>Runs one operation.</summary>
    public static CommandOutcome Run(
        Work work, SessionState session, DelegationRecord record, string operation, ReadOnlyMemory<byte> argument, string correlator)
    {
        if (record.State == DelegationState.Finalised && operation is not ("Start" or "Confirm"))
        {
            return RefusedByState(ReasonCode.FinalIrrevocable); // from anybody (DEL-262)
        }

        if (operation == "Start")
        {
            return Outcome(StartCommand.Run(work, session, record, correlator), "DEL-095");
        }

        if (!MayRun(record, operation, session.Server))
        {
            return CommandOutcome.Refused(425, "DEL-290");
        }

        return operation switch
        {
            "Confirm" => Confirm(work, session, record, argument),
            "Relinquish" => End(work, record, DelegationEvent.Relinquish, ReasonCode.Relinquished),
            "Cancel" => End(work, record, DelegationEvent.Cancel, ReasonCode.Cancelled, session.Server),
            "Revoke" => End(work, record, DelegationEvent.Revoke, record.State == DelegationState.Pending ? ReasonCode.Cancelled : ReasonCode.Revoked, session.Server),
            _ => Reduction.Run(work, record, argument),
        };
    }

    /// <summary>B confirms and relinquishes; A does the rest, and who lent A its authority may take away what it gave of it (DEL-067, DEL-260, DEL-261).</summary>
    private static bool MayRun(DelegationRecord record, string operation, string server) => operation switch
    {
        "Confirm" or "Relinquish" => record.B() == server,
        "Cancel" or "Revoke" => record.By == server || record.Grant?.Lenders.Contains(server) == true,
        _ => record.By == server,
    };

    /// <summary>Delete of a record by A: of a live one it is Revoke, of a terminal one purge; the tombstone stays (DEL-263).</summary>
    public static CommandOutcome DeleteRecord(Work work, DelegationRecord record)
    {
        if (record.State.IsEnded())
        {
            Remove(work, record);
            return Outcome(ReasonCode.Ok, "DEL-263");
        }

        return End(work, record, DelegationEvent.DeleteOfTheRecord, record.State == DelegationState.Pending ? ReasonCode.Cancelled : ReasonCode.Revoked);
    }

    /// <summary>
    /// Carries out what ends a delegation and is told to the agent: by A, by B or at the device (rows 8, 20 to 22, 32, 34, 37); the answer is
    /// the refusal if the state allows no end.
    /// </summary>
    public static CommandOutcome End(Work work, DelegationRecord record, DelegationEvent happening, ReasonCode reason, string? actor = null)
    {
        if (TransitionTable.Refusal(record.State, happening) is { } refused)
        {
            return RefusedByState(refused);
        }

        work.CommitBefore();
        if (record.State == DelegationState.Staged)
        {
            Remove(work, record); // row 8: record and key go
            AuditLocal(work, record, happening, reason);
        }
        else
        {
            var to = happening == DelegationEvent.Relinquish ? DelegationState.Relinquished
                : record.State == DelegationState.Pending ? DelegationState.Cancelled
                : DelegationState.Revoked;
            AuditLocal(work, record, happening, reason);
            T3End.Apply(work, record, happening, to, reason, actor);
            work.Mark(CrashPoint.C15BeforeT3CommitOfCommand);
        }

        work.CommitOwn(CommitPoint.T3);
        DelegationEvents.MarkAfterEnd(work);
        return work.State.Records.GetValueOrDefault(record.Id)?.Reason == ReasonCode.RollbackIncomplete.Code
            ? Outcome(ReasonCode.RollbackIncomplete, "DEL-139")
            : Outcome(ReasonCode.Ok, "DEL-261");
    }

    /// <summary>Exec Confirm: the proof over this session's challenge, one attempt each (8.7, DEL-180).</summary>
    private static CommandOutcome Confirm(Work work, SessionState session, DelegationRecord record, ReadOnlyMemory<byte> argument)
    {
        if (TransitionTable.Refusal(record.State, DelegationEvent.ConfirmProofGood) is { } refused)
        {
            return Outcome(refused, "DEL-291");
        }

        if (record.State != DelegationState.Pending)
        {
            return Outcome(ReasonCode.Ok, "DEL-290"); // row 31: the proof is not looked at
        }

        var grant = record.Grant!;
        if (Suspension.HoldsPending(work.State, grant))
        {
            return Outcome(ReasonCode.ClockUntrusted, "DEL-222"); // row 16
        }

        work.CommitBefore();
        var good = IsGoodProof(work, session, record, grant, argument.Span);
        UseChallenge(work, session.Server, record.Id);
        if (!good)
        {
            DelegationEvents.CountBadAttempt(work, record, session.Server, DelegationEvent.ConfirmProofBad);
            return Outcome(ReasonCode.ProofBad, "DEL-180");
        }

        if (grant.DurationType == DurationType.Final && session.OnDerivedSecret)
        {
            return Outcome(ReasonCode.RotationRequired, "DEL-183"); // row 15: A could be playing B
        }

        DelegationEvents.Activate(work, record, DelegationEvent.ConfirmProofGood);
        return Outcome(ReasonCode.Ok, "DEL-176");
    }

    /// <summary>The challenge of a session has had its one attempt for a delegation (DEL-180).</summary>
    public static void UseChallenge(Work work, string server, string delegation)
    {
        var session = work.Engine.Sessions[server];
        work.Put(session with { ChallengeUsedFor = session.ChallengeUsedFor.Add(delegation) });
    }

    private static bool IsGoodProof(Work work, SessionState session, DelegationRecord record, DelegationGrant grant, ReadOnlySpan<byte> argument)
    {
        var challenge = work.Engine.Sessions[session.Server].ChallengeFor(record.Id);
        using var key = grant.SealedProofKey.IsEmpty ? null : work.Ports.Vault.Open(SecretNames.OfProofKey(record.Id), grant.SealedProofKey.Span);
        Span<byte> proof = stackalloc byte[ProofOctets];
        return key is not null && !challenge.IsEmpty && Decode(argument, proof) && DelegationKeys.IsProof(key, challenge.Span, grant.BindingHash.Span, proof);
    }

    /// <summary>The proof comes as base64 text, or as its raw octets where the codec has decoded it already.</summary>
    private static bool Decode(ReadOnlySpan<byte> argument, Span<byte> proof)
    {
        if (argument.Length == ProofOctets)
        {
            argument.CopyTo(proof);
            return true;
        }

        Span<byte> decoded = stackalloc byte[ProofOctets + 2];
        if (argument.Length > 48 || Base64.DecodeFromUtf8(argument, decoded, out _, out var written) != System.Buffers.OperationStatus.Done || written != ProofOctets)
        {
            return false;
        }

        decoded[..ProofOctets].CopyTo(proof);
        return true;
    }

    // In the commit of what it brings about (DEL-401).
    private static void AuditLocal(Work work, DelegationRecord record, DelegationEvent happening, ReasonCode reason)
    {
        if (happening == DelegationEvent.LocalEnd)
        {
            AuditLog.Evidence(work, record, "", AuditEvents.LocalEnd, reason);
        }
    }

    private static void Remove(Work work, DelegationRecord record) => work.State = work.State with { Records = work.State.Records.Remove(record.Id) };

    /// <summary>The answer where the state table has no row, or one that only a factory reset leaves.</summary>
    public static CommandOutcome RefusedByState(ReasonCode refused) => Outcome(refused, refused == ReasonCode.StateConflict ? "DEL-291" : "DEL-262");

    /// <summary>The answer that a reason stands for (15).</summary>
    public static CommandOutcome Outcome(ReasonCode reason, string rule) =>
        reason == ReasonCode.Ok ? new CommandOutcome(200, rule, 0, null, [], null) : CommandOutcome.Refused(reason.Status, rule, reason.Code);
}
