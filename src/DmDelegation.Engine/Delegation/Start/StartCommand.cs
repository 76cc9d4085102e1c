using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation.Transactions;
using DmDelegation.Engine.Session;

namespace DmDelegation.Engine.Delegation.Start;

/// <summary>Exec Start, step 4 of the change request: validation, then T1 (6.3, 7.1).</summary>
internal static class StartCommand
{
    /// <summary>Runs Start for the server of a session; the reason says how it went.</summary>
    public static ReasonCode Run(Work work, SessionState session, DelegationRecord record, string correlator)
    {
        if (record.By != session.Server)
        {
            return ReasonCode.NotCreator;
        }

        if (TransitionTable.Refusal(record.State, DelegationEvent.Start) is { } refused)
        {
            return refused;
        }

        if (record.State != DelegationState.Staged)
        {
            return ReasonCode.Ok; // DEL-096: A may not have seen the first answer
        }

        work.CommitBefore();
        work.Mark(CrashPoint.C3DuringValidation);
        return Validate(work, session, record with { Correlator = correlator });
    }

    private static ReasonCode Validate(Work work, SessionState session, DelegationRecord record)
    {
        var checks = new StartChecks(work, session, record);
        var (terms, fault) = checks.Run();
        if (terms is null)
        {
            return Refuse(work, record, fault!);
        }

        using var key = new KeyCheck(work, session, record, terms);
        (terms, fault) = ExpiryCheck.Run(terms, work.Engine.Clock, work.Time, key.VoucherTime);
        if (fault is not null)
        {
            return Refuse(work, record, fault);
        }

        terms = ChainCheck.Cut(work, terms);
        var (tdk, keyFault) = key.Run();
        using (tdk)
        {
            if (key.VoucherSigned || tdk is not null)
            {
                checks.KeepSeq(terms.Seq);
            }

            if ((keyFault ?? StorageCheck.Run(work, terms, record.By)) is { } late)
            {
                return Refuse(work, record, late);
            }

            // Both are statements of A; the later is where the mark of this delegation begins (DEL-203).
            return Prepare(work, record, terms with { TimeOfA = ExpiryCheck.Later(terms.TimeOfA, key.VoucherTime()) }, tdk!);
        }
    }

    private static ReasonCode Prepare(Work work, DelegationRecord record, DelegationTerms terms, Ports.SecretBuffer tdk)
    {
        var pending = T1Prepare.Apply(work, record, terms, tdk);
        work.Put(pending);
        AuditLog.Evidence(work, pending, record.By, AuditEvents.Start, ReasonCode.Ok);
        AuditLog.Evidence(work, pending, record.By, AuditEvents.T1, ReasonCode.Ok);
        Alerts.QueueAck(work, pending);
        work.Log(
            LogCodes.DelegationPending,
            $"delegation {record.Id}: {record.By} delegates to {terms.To}; waiting for {terms.To} to confirm",
            ("delegation", record.Id), ("by", record.By), ("to", terms.To));
        work.Mark(CrashPoint.C4BeforeT1Commit);
        work.CommitOwn(CommitPoint.T1);
        work.Mark(CrashPoint.C5AfterT1Commit);
        return ReasonCode.Ok;
    }

    /// <summary>
    /// DEL-097: the three transient faults leave the record Staged; NOT_CREATOR changes nothing; every other moves it to Failed, wipes its
    /// key and tells A.
    /// </summary>
    private static ReasonCode Refuse(Work work, DelegationRecord record, ReasonCode reason)
    {
        work.Log(
            LogCodes.StartRefused,
            $"delegation {record.Id} of {record.By} refused: {reason.Name}",
            ("delegation", record.Id), ("by", record.By), ("reason", reason.Name), ("code", reason.Code.ToString()));
        if (reason == ReasonCode.NotCreator)
        {
            return reason;
        }

        if (reason.LeavesStaged || work.InsideAtomic)
        {
            // It leaves nothing behind, may be sent again as often as A likes, and what an Atomic does is undone with it (DEL-097).
            AuditLog.Refused(work, record, record.By, reason.Code);
        }
        else
        {
            AuditLog.Evidence(work, record, record.By, AuditEvents.Start, reason);
        }

        if (!reason.LeavesStaged)
        {
            var failed = record.Move(DelegationEvent.Start, DelegationState.Failed, reason.Code) with
            {
                SealedKeyValue = default,
                StartedAt = work.Time,
                EndedAt = work.Time,
            };
            work.Put(failed);
            Tombstones.Add(work, failed);
            Alerts.QueueAck(work, failed);
        }

        work.CommitOwn(CommitPoint.StartRefused);
        return reason;
    }
}
