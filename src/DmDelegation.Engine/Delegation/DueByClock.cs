using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation.Transactions;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Engine.Delegation;

/// <summary>What the clock alone brings about (9.3, 12.2): windows, expiry, age. It needs no network, no server and no user (DEL-220).</summary>
internal static class DueByClock
{
    /// <summary>Carries out everything that is due. What the open transaction holds is committed first (DEL-143).</summary>
    public static void Run(Work work)
    {
        foreach (var record in work.State.Records.Values)
        {
            if (record.State == DelegationState.Staged)
            {
                DropIfOld(work, record);
            }
            else if (record.State.IsEnded())
            {
                RemoveIfOld(work, record);
            }
        }

        EndDue(work);
        DeviceOperations.TimeOut(work);
        Outbox.DropOld(work);
    }

    /// <summary>A parent before its children: what is due together ends in the one commit of the parent (DEL-066, DEL-221).</summary>
    private static void EndDue(Work work)
    {
        foreach (var (due, _) in Chain.ParentsFirst(work.State).ToList())
        {
            var record = work.State.Records[due.Id]; // it may have ended with its parent
            if (record.State.IsLive() && EndOf(work, record) is { } end)
            {
                EndNow(work, record, end.Happening, end.To, end.Reason);
            }
            else if (Limits.RotationLeftMs(record, work.Now) == 0)
            {
                HoldUntilRotated(work, record);
            }
        }
    }

    /// <summary>Milliseconds until something is due, null if nothing ever is.</summary>
    public static long? NextDueMs(EngineState state, EngineOptions options, in Time.ClockReading now)
    {
        long? next = null;
        var time = state.Clock.Now(now);
        foreach (var record in state.Durable.Records.Values)
        {
            next = Earlier(Earlier(next, DueMs(record, options, now, time)), Limits.RotationLeftMs(record, now));
        }

        foreach (var operation in state.Durable.Operations.Values)
        {
            next = Earlier(next, DeviceOperations.LeftMs(operation, now.BootMs));
        }

        foreach (var entry in state.Durable.Outbox.Values)
        {
            next = Earlier(next, Math.Max(0, (long)(Outbox.DueToDrop(options, entry) - time).TotalMilliseconds));
        }

        return next;
    }

    private static long? DueMs(DelegationRecord record, EngineOptions options, in Time.ClockReading now, DateTimeOffset time) => record switch
    {
        { State: DelegationState.Staged } => Math.Max(0, record.StagedBootMs + (options.Delegation.StagedLifeSeconds * 1000L) - now.BootMs),
        { State: DelegationState.Pending, Grant: { } grant } => Earlier(
            Limits.WindowLeftMs(grant, now),
            grant.NotAfter is not null ? Limits.LifeLeftMs(grant, now, time) : null),
        { State: DelegationState.Active or DelegationState.Suspended, Grant: { DurationType: DurationType.Temporary } grant } => Limits.LifeLeftMs(grant, now, time),
        { EndedAt: { } ended } => Math.Max(0, (long)(ended.Later(TimeSpan.FromDays(options.Delegation.EndedDays)) - time).TotalMilliseconds),
        _ => null,
    };

    private static long? Earlier(long? one, long? other) => one is null ? other : other is null ? one : Math.Min(one.Value, other.Value);

    private static (DelegationEvent Happening, DelegationState To, ReasonCode Reason)? EndOf(Work work, DelegationRecord record)
    {
        var grant = record.Grant!;
        return record.State switch
        {
            DelegationState.Pending when Limits.WindowOver(grant, work.Now) => (DelegationEvent.WindowOver, DelegationState.Failed, ReasonCode.ConfirmTimeout),
            DelegationState.Pending when Limits.Expired(grant, work.Now, work.Time) => (DelegationEvent.ExpiryDue, DelegationState.Failed, ReasonCode.Expired),
            DelegationState.Active or DelegationState.Suspended when Limits.Expired(grant, work.Now, work.Time) =>
                (DelegationEvent.ExpiryDue, DelegationState.Expired, ReasonCode.Expired),
            _ => null,
        };
    }

    private static void EndNow(Work work, DelegationRecord record, DelegationEvent happening, DelegationState to, ReasonCode reason)
    {
        work.CommitBefore();
        T3End.Apply(work, work.State.Records[record.Id], happening, to, reason);
        work.Mark(CrashPoint.C14BeforeT3CommitOfDevice);
        work.CommitOwn(CommitPoint.T3);
        DelegationEvents.MarkAfterEnd(work);
    }

    /// <summary>Row 27: from now on the record gives B the pre-confirmation list only, until it has replaced both secrets (DEL-181).</summary>
    private static void HoldUntilRotated(Work work, DelegationRecord record)
    {
        var held = record.Move(DelegationEvent.RotationOverdue, record.State, record.Reason);
        work.Put(held with { Grant = held.Grant! with { Rotation = RotationDuty.Overdue } });
        work.Log(
            LogCodes.RotationOverdue,
            $"delegation {record.Id}: {record.Grant!.To} still uses secrets that {record.By} knows; it gets nothing more until it has replaced them",
            ("delegation", record.Id), ("to", record.Grant.To));
    }

    /// <summary>Not started in time, counted in boot time (DEL-085).</summary>
    private static void DropIfOld(Work work, DelegationRecord record)
    {
        if (work.Now.BootMs - record.StagedBootMs >= work.Options.Delegation.StagedLifeSeconds * 1000L)
        {
            work.State = work.State with { Records = work.State.Records.Remove(record.Id) };
            work.Log(LogCodes.StagedDropped, $"staged record {record.Id} of {record.By} deleted: not started in time", ("delegation", record.Id), ("by", record.By));
        }
    }

    /// <summary>An ended record goes after some days; its tombstone stays (row 52).</summary>
    private static void RemoveIfOld(Work work, DelegationRecord record)
    {
        if (record.EndedAt is { } ended && work.Time >= ended.Later(TimeSpan.FromDays(work.Options.Delegation.EndedDays)))
        {
            work.State = work.State with { Records = work.State.Records.Remove(record.Id) };
        }
    }
}
