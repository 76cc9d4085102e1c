using DmDelegation.Engine.Execution;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Engine.Delegation;

/// <summary>
/// The persisted outbox (10.2): an acknowledgement is queued in the commit of the change it reports, and leaves only from here.
/// <para>It is bounded (design 6), and nothing is lost silently at the bound: a Start whose reports would not fit is refused (DEL-118). What
/// comes all the same (Failures of refused Starts, above all) takes the place of the oldest entry of the same target, or of the target that
/// has the most: that one is given up as after 30 days, logged, and readable as 3 in its record. So nobody can push out what waits for
/// another, and the newest report always has a place.</para>
/// </summary>
internal static class Outbox
{
    /// <summary>Entries in all (design 6).</summary>
    public const int MaxEntries = 1000;

    /// <summary>Entries for one target. Own choice: a tenth, above what 16 live delegations can have waiting.</summary>
    public const int MaxPerTarget = 100;

    /// <summary>Reports of one delegation for its A: Ack, Session, End (10.1).</summary>
    private const int ReportsToA = 3;

    /// <summary>Copies for each lender above a sub-delegation: Ack, End (DEL-069).</summary>
    private const int CopiesToLender = 2;

    /// <summary>Refusals by the same target after which an entry is given up (DEL-238).</summary>
    private const int MaxRefusals = 3;

    /// <summary>
    /// Sessions with a target that give no Status for an entry, neither a delivery nor a refusal, after which it holds up the later ones no
    /// more. Own choice: as refusals.
    /// </summary>
    private const int MaxUnanswered = 3;

    /// <summary>Entries for a server, in the order in which they must go out (DEL-239).</summary>
    public static IEnumerable<OutboxEntry> Due(AgentState state, string server) =>
        state.Outbox.Values.Where(entry => string.Equals(entry.Target, server, StringComparison.Ordinal));

    /// <summary>
    /// Whether the reports of one more delegation fit, for its A and for each server that lent what it passes on, beside what waits for them and
    /// what live ones may still report (DEL-118): nobody pushes out by sub-delegations what waits for the lender.
    /// </summary>
    public static bool HasRoomFor(AgentState state, string by, IEnumerable<string> lenders) =>
        HasRoomFor(state, by, ReportsToA) && lenders.Distinct(StringComparer.Ordinal).All(lender => HasRoomFor(state, lender, CopiesToLender));

    private static bool HasRoomFor(AgentState state, string server, int more) =>
        Due(state, server).Count() + more
        + state.Live().Sum(live => live.Record.By == server ? ReportsToA : live.Grant.Lenders.Contains(server, StringComparer.Ordinal) ? CopiesToLender : 0) <= MaxPerTarget;

    /// <summary>Puts an entry in, into the open transaction (DEL-235).</summary>
    public static void Queue(Work work, OutboxEntry entry)
    {
        MakeRoom(work, entry.Target);
        var number = TakeNumber(work);
        work.State = work.State with { Outbox = work.State.Outbox.SetItem(number, entry with { Number = number }) };
        SetAck(work, entry, AckState.Queued);
    }

    /// <summary>A number never used before, larger than all of them.</summary>
    public static long TakeNumber(Work work)
    {
        var number = work.State.Device.NextOutboxEntry;
        work.State = work.State with { Device = work.State.Device with { NextOutboxEntry = number + 1 } };
        return number;
    }

    /// <summary>
    /// Takes the target's Status for an entry: 200 and 202 deliver it (DEL-237), 401 and 407 mean it is sent again after authentication
    /// (PRO-141), anything else is a refusal; after the third it is given up (DEL-238).
    /// </summary>
    public static void Settle(Work work, long entryNumber, int status)
    {
        if (status is 401 or 407 || !work.State.Outbox.TryGetValue(entryNumber, out var entry))
        {
            return;
        }

        if (status is 200 or 202)
        {
            Delivered(work, entry);
        }
        else if (entry.Refusals + 1 < MaxRefusals)
        {
            work.State = work.State with { Outbox = work.State.Outbox.SetItem(entryNumber, entry with { Refusals = entry.Refusals + 1 }) };
            work.Log(LogCodes.AckRefused, $"{entry.Target} answered {status} to {entry.Event} of {entry.DelegationId}", Fields(entry));
        }
        else
        {
            GiveUp(work, entry, $"{entry.Target} refused it {MaxRefusals} times, last with {status}");
        }
    }

    /// <summary>A session with a server that was there and proved is over: what was sent in it and stays has been tried once more.</summary>
    public static void SessionEnded(Work work, SessionState session)
    {
        if (session.Proof != ServerProof.None)
        {
            var tries = work.Engine.OutboxTries;
            var stayed = session.TriedEntries.Except(session.OversizedEntries).Where(work.State.Outbox.ContainsKey);
            work.Engine = work.Engine with { OutboxTries = tries.SetItems(stayed.Select(number => KeyValuePair.Create(number, tries.GetValueOrDefault(number) + 1))) };
        }
    }

    /// <summary>Whether those behind an entry wait for it (DEL-239); it keeps its place and is sent again in any case.</summary>
    public static bool HoldsUp(EngineState engine, OutboxEntry entry) => engine.OutboxTries.GetValueOrDefault(entry.Number) - entry.Refusals < MaxUnanswered;

    /// <summary>What an entry stands in line with: the others about its delegation. The report of an operation has nothing before it.</summary>
    public static string LineOf(OutboxEntry entry) => entry.Event == OperationReport.Event ? $"/{entry.Number}" : entry.DelegationId; // no id holds a "/"

    /// <summary>Gives up what is older than the retention, counted in effective time (DEL-243).</summary>
    public static void DropOld(Work work)
    {
        foreach (var entry in work.State.Outbox.Values)
        {
            if (work.Time >= DueToDrop(work.Options, entry))
            {
                GiveUp(work, entry, $"not delivered in {work.Options.Delegation.OutboxDays} days");
            }
        }
    }

    /// <summary>Effective time at which an entry is given up.</summary>
    public static DateTimeOffset DueToDrop(EngineOptions options, OutboxEntry entry) => entry.CreatedAt.Later(TimeSpan.FromDays(options.Delegation.OutboxDays));

    /// <summary>Gives up everything for a target that cannot be reached any more (DEL-247).</summary>
    /// <param name="heldIn">Only what that state held; null: everything.</param>
    public static void GiveUpAll(Work work, string target, AgentState? heldIn = null)
    {
        foreach (var entry in Due(work.State, target).Where(entry => heldIn?.Outbox.ContainsKey(entry.Number) != false).ToList())
        {
            GiveUp(work, entry, $"{target} has no account any more");
        }
    }

    private static void MakeRoom(Work work, string target)
    {
        if (Due(work.State, target).Count() >= MaxPerTarget)
        {
            GiveUp(work, Due(work.State, target).First(), $"more than {MaxPerTarget} wait for it");
        }
        else if (work.State.Outbox.Count >= MaxEntries)
        {
            var most = work.State.Outbox.Values.GroupBy(entry => entry.Target, StringComparer.Ordinal).MaxBy(group => group.Count())!;
            GiveUp(work, most.First(), $"the outbox holds {MaxEntries}, the most of them for it");
        }
    }

    private static void Delivered(Work work, OutboxEntry entry)
    {
        Remove(work, entry, AckState.Delivered);
        if (entry.Event == Alerts.Ack && work.State.Records.TryGetValue(entry.DelegationId, out var record)
            && record is { State: DelegationState.Pending, Grant: { } grant } && record.By == entry.Target)
        {
            work.Put(record with { Grant = grant with { AckDeliveredBootMs = work.Now.BootMs } });
        }

        work.Mark(CrashPoint.C6BeforeDeliveryCommit);
        work.Log(LogCodes.AckDelivered, $"{entry.Event} of {entry.DelegationId} delivered to {entry.Target}", Fields(entry));
    }

    private static void GiveUp(Work work, OutboxEntry entry, string why)
    {
        Remove(work, entry, AckState.GivenUp);
        work.Log(LogCodes.AckGivenUp, $"{entry.Event} of {entry.DelegationId} for {entry.Target} given up: {why}", Fields(entry));
    }

    private static void Remove(Work work, OutboxEntry entry, AckState outcome)
    {
        work.State = work.State with { Outbox = work.State.Outbox.Remove(entry.Number) };
        work.Engine = work.Engine with { OutboxTries = work.Engine.OutboxTries.Remove(entry.Number) };
        var more = Due(work.State, entry.Target).Any(other => other.DelegationId == entry.DelegationId);
        SetAck(work, entry, more ? AckState.Queued : outcome);
    }

    /// <summary>Shows the state of delivery in the record, if there still is one (6.1, Ack).</summary>
    private static void SetAck(Work work, OutboxEntry entry, AckState ack)
    {
        if (!work.State.Records.TryGetValue(entry.DelegationId, out var record))
        {
            return;
        }

        if (record.By == entry.Target)
        {
            work.Put(record with { AckDelegating = ack });
        }
        else if (record.Grant?.To == entry.Target)
        {
            work.Put(record with { AckDelegated = ack });
        }
    }

    private static (string, string)[] Fields(OutboxEntry entry) =>
        [("delegation", entry.DelegationId), ("target", entry.Target), ("event", entry.Event), ("key", entry.Key)];
}
