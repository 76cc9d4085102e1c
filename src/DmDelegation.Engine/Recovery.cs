using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Engine;

/// <summary>
/// What happens before anything else after a start (DEL-292): staged records go, the clock state is found, overdue ends are carried out,
/// what cannot know its time is suspended. Only then are sessions opened. It is idempotent: a crash in it leads to the same end (DEL-294).
/// </summary>
internal static class Recovery
{
    /// <summary>Runs recovery, in one commit before the overdue ends.</summary>
    public static void Run(Work work)
    {
        var rebooted = work.State.Clock.BootId != work.Now.BootId;
        StoreDamageReport.Queue(work);
        DeviceOperations.Interrupt(work);
        IgnoredEvents.Count(
            work,
            !rebooted ? DelegationEvent.Restart : work.Engine.Clock.TrustedThisBoot ? DelegationEvent.RebootClockTrusted : DelegationEvent.RebootClockNotTrusted,
            work.State.Records.Values);
        DeleteStaged(work);
        if (rebooted)
        {
            var off = OffTime(work);
            foreach (var (record, _) in work.State.Live().ToList())
            {
                work.Put(AfterReboot(work, record, off));
            }

            Suspension.AfterReboot(work, off is not null);
        }
        else if (work.Engine.Clock.TrustedThisBoot)
        {
            // Trusted since the last commit, while the agent was not running: the same jump as ClockTrusted sees at run time.
            var carried = work.State.Clock.HighWater.AddMilliseconds(work.Now.BootMs - work.State.Clock.BootMs);
            ClockTrusted(work, work.Time - carried);
        }

        work.Commit(CommitPoint.Recovery);
        DueByClock.Run(work);
        DropEntriesOfGoneGuests(work);
        DeviceOperations.ReportInterrupted(work);
        work.Commit(CommitPoint.Recovery);
        work.Log(LogCodes.Recovered, rebooted ? "started after a reboot" : "started", ("clock", work.Engine.Clock.Trust.ToString()));
    }

    /// <summary>The clock has become trusted for the first time in this boot: off-time is known now (rows 43 to 45).</summary>
    /// <param name="jump">How far effective time moved when it became trusted.</param>
    public static void ClockTrusted(Work work, TimeSpan jump)
    {
        IgnoredEvents.Count(work, DelegationEvent.ClockTrusted, work.State.Records.Values);
        foreach (var (record, grant) in work.State.Live().Where(live => live.Grant.OffTimeUnknown).ToList())
        {
            OffTimeKnown(work, record, grant, jump);
        }

        Suspension.Resume(work, DelegationEvent.ClockTrusted);
        DueByClock.Run(work);
        work.Commit(CommitPoint.Clock);
    }

    /// <summary>
    /// A has told the time (row 23). The marks of the record it wrote and of what descends from that are raised; for those of A's own
    /// delegations, and what descends from them, that do not know how long the device was off, it is trusted time: their marks are raised too,
    /// and the off-time is charged (DEL-212, DEL-213). Nobody else's delegation is touched (DEL-204).
    /// </summary>
    /// <param name="written">The record A wrote.</param>
    /// <param name="told">What A said.</param>
    public static void TimeTold(Work work, DelegationRecord written, DateTimeOffset told)
    {
        var reached = Chain.Descendants(work.State, written.Id).Select(record => record.Id).Append(written.Id).ToHashSet();
        bool IsTold(DelegationRecord record, DelegationGrant grant) =>
            reached.Contains(record.Id) || (grant.OffTimeUnknown && (record.By == written.By || grant.Lenders.Contains(written.By)));
        foreach (var (record, grant) in work.State.Live().Where(live => IsTold(live.Record, live.Grant)).ToList())
        {
            var raised = grant with { Mark = TimeMark.Raise(grant.Mark, told, work.Now) };
            if (!grant.OffTimeUnknown)
            {
                work.Put(record with { Grant = raised });
                continue;
            }

            // What A said before is as good a time before as T; where the clock was never trusted it is the only one.
            var before = grant.Mark?.Now(work.Now) is { } mark && mark > work.Time ? mark : work.Time;
            OffTimeKnown(work, record, raised, told - before);
        }

        Suspension.Resume(work, DelegationEvent.ClockTrusted);
    }

    private static void OffTimeKnown(Work work, DelegationRecord record, DelegationGrant grant, TimeSpan offTime) =>
        work.Put(record with { Grant = WithOffTime(grant, offTime) with { OffTimeUnknown = false } });

    /// <summary>Writes the clocks of live records ahead, at most every interval (DEL-206, DEL-211).</summary>
    public static void PersistClocks(Work work)
    {
        WriteAhead(work);
        work.Commit(CommitPoint.Clock);
    }

    /// <summary>
    /// Writes those clocks ahead that are due. Every commit does it: a commit moves the high-water mark, from which off-time counts, so
    /// no clock may be older than the interval at that moment (DEL-211).
    /// </summary>
    public static void WriteAhead(Work work)
    {
        var intervalMs = work.Options.Delegation.ClockPersistSeconds * 1000L;
        foreach (var (record, grant) in work.State.Live().ToList())
        {
            // The time B has to rotate is no limit of a life: it goes with the commits there are, and makes none of its own (DEL-181, DEL-206).
            var counts = Counts(record, grant) || grant.Rotation == RotationDuty.Due;
            if (counts && PersistInMs(grant, work.Now, intervalMs) <= 0)
            {
                work.Put(record with { Grant = Ahead(grant, work.Now, intervalMs) });
            }
        }
    }

    /// <summary>Milliseconds until the next persist, null if nothing counts.</summary>
    public static long? NextPersistMs(EngineState state, EngineOptions options, ClockReading now)
    {
        long? next = null;
        foreach (var (record, grant) in state.Durable.Live())
        {
            if (Counts(record, grant))
            {
                next = Math.Min(next ?? long.MaxValue, PersistInMs(grant, now, options.Delegation.ClockPersistSeconds * 1000L));
            }
        }

        return next;
    }

    private static long PersistInMs(DelegationGrant grant, in ClockReading now, long intervalMs)
    {
        var clock = grant.Life ?? grant.Window;
        return clock.SameBoot(now) ? clock.AtBootMs + intervalMs - now.BootMs : 0;
    }

    /// <summary>Whether a record has a clock that must survive: a window, or a temporary life.</summary>
    public static bool Counts(DelegationRecord record, DelegationGrant grant) =>
        record.State == DelegationState.Pending || (grant.DurationType == DurationType.Temporary && record.State is DelegationState.Active or DelegationState.Suspended);

    private static void DeleteStaged(Work work)
    {
        foreach (var record in work.State.Records.Values.Where(record => record.State == DelegationState.Staged).ToList())
        {
            work.State = work.State with { Records = work.State.Records.Remove(record.Id) };
            work.Log(LogCodes.StagedDropped, $"staged record {record.Id} of {record.By} deleted: the agent restarted", ("delegation", record.Id), ("by", record.By));
        }
    }

    /// <summary>Off-time, if the clock is trusted: T now less the time since boot, less T before (DEL-212); null while it is unknown.</summary>
    private static TimeSpan? OffTime(Work work) =>
        work.Engine.Clock.TrustedThisBoot
            ? work.Time.AddMilliseconds(-work.Now.BootMs) - work.State.Clock.HighWater
            : null;

    private static DelegationRecord AfterReboot(Work work, DelegationRecord record, TimeSpan? off)
    {
        var intervalMs = work.Options.Delegation.ClockPersistSeconds * 1000L;
        var grant = Ahead(record.Grant!, work.Now, intervalMs) with { AckDeliveredBootMs = -1 };
        grant = off is { } known ? WithOffTime(grant, known) with { OffTimeUnknown = false } : grant with { OffTimeUnknown = true };
        return record with { Grant = grant };
    }

    private static DelegationGrant Ahead(DelegationGrant grant, in ClockReading now, long intervalMs) =>
        grant with { Window = grant.Window.Ahead(now, intervalMs), Life = grant.Life?.Ahead(now, intervalMs), Mark = grant.Mark?.Carried(now) };

    private static DelegationGrant WithOffTime(DelegationGrant grant, TimeSpan off) =>
        grant with { Window = grant.Window.AddOffTime(off), Life = grant.Life?.AddOffTime(off) };

    /// <summary>No session survives a restart, so an entry for a guest that has no account left cannot be delivered (DEL-247, C18).</summary>
    private static void DropEntriesOfGoneGuests(Work work)
    {
        foreach (var entry in work.State.Outbox.Values.ToList())
        {
            var gone = work.State.AccountOf(entry.Target) is null;
            if (gone && work.State.Records.Values.Any(record => record.Grant is { AccountMade: true } grant && grant.To == entry.Target))
            {
                Outbox.GiveUpAll(work, entry.Target);
            }
        }
    }
}
