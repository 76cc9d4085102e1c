using DmDelegation.Engine.Audit;
using DmDelegation.Engine.State;

namespace DmDelegation.Engine.Delegation;

/// <summary>
/// Who is held for want of time (9.3, 12.2): by its own clock after a reboot, or with an ancestor, because authority has one source
/// (DEL-063). Parents are looked at before their children.
/// </summary>
internal static class Suspension
{
    /// <summary>B of the record is refused: Suspended, or Pending and held. Active under policy <c>budget</c> goes on (DEL-214, row 39).</summary>
    public static bool Holds(AgentState state, DelegationRecord record, DelegationGrant grant) =>
        record.State == DelegationState.Suspended || (record.State == DelegationState.Pending && HoldsPending(state, grant));

    /// <summary>A Pending record does not become Active: the off-time is not known, or an ancestor is Suspended (rows 12 and 16).</summary>
    public static bool HoldsPending(AgentState state, DelegationGrant grant) => grant.OffTimeUnknown || Chain.AncestorSuspended(state, grant);

    /// <summary>After a reboot: what cannot know its time is Suspended, and with it what descends from it (rows 38 and 41); the rest goes on.</summary>
    /// <param name="off">The off-time is known.</param>
    public static void AfterReboot(Work work, bool off)
    {
        foreach (var (record, grant) in Chain.ParentsFirst(work.State).Where(live => live.Record.State == DelegationState.Active).ToList())
        {
            var own = !off && grant is { DurationType: DurationType.Temporary, BudgetWhenTimeUnknown: false };
            if (own || Chain.AncestorSuspended(work.State, grant))
            {
                Suspend(work, record, own ? DelegationEvent.RebootClockNotTrusted : DelegationEvent.ParentSuspended);
            }
        }

        if (off)
        {
            Resume(work, DelegationEvent.RebootClockTrusted);
        }
    }

    /// <summary>
    /// Brings back what nothing holds any more: no limit reached, own time known (or not needed), no ancestor Suspended (rows 43 to 45). What has
    /// reached a limit is left to the check of what is due.
    /// </summary>
    /// <param name="happening">What made the difference for the first of a chain; for those below it is that the parent is Active again.</param>
    public static void Resume(Work work, DelegationEvent happening)
    {
        var back = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (record, grant) in Chain.ParentsFirst(work.State).Where(live => live.Record.State == DelegationState.Suspended).ToList())
        {
            var timeKnown = !grant.OffTimeUnknown || grant.BudgetWhenTimeUnknown;
            if (!timeKnown || Limits.Expired(grant, work.Now, work.Time) || Chain.AncestorSuspended(work.State, grant))
            {
                continue;
            }

            var resumed = record.Move(back.Contains(grant.Parent) ? DelegationEvent.ParentActiveAgain : happening, DelegationState.Active, ReasonCode.Ok.Code);
            back.Add(record.Id);
            work.Put(resumed);
            AuditLog.Evidence(work, resumed, "", AuditEvents.Resumed, ReasonCode.Ok);
            work.Log(LogCodes.DelegationSuspended, $"delegation {record.Id} resumed: the time since the reboot is known", ("delegation", record.Id));
        }
    }

    private static void Suspend(Work work, DelegationRecord record, DelegationEvent happening)
    {
        AuditLog.Evidence(work, record, "", AuditEvents.Suspended, ReasonCode.ClockUntrusted);
        var why = happening == DelegationEvent.ParentSuspended ? "its parent is suspended" : "the time since the reboot is unknown";
        work.Log(LogCodes.DelegationSuspended, $"delegation {record.Id} suspended: {why}", ("delegation", record.Id));
        work.Put(record.Move(happening, DelegationState.Suspended, ReasonCode.Ok.Code));
    }
}
