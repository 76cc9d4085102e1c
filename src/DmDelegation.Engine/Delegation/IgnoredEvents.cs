namespace DmDelegation.Engine.Delegation;

/// <summary>
/// Events that have no row for the state of a record: they change nothing and are counted (DEL-291). A command without a row is refused
/// instead (<see cref="TransitionTable.Refusal"/>); what only a timer brings about does not arise where it does not apply.
/// </summary>
internal static class IgnoredEvents
{
    /// <summary>Counts an event for those of the records that it concerns and that have no row for it.</summary>
    public static void Count(Work work, DelegationEvent happening, IEnumerable<DelegationRecord> concerned)
    {
        foreach (var record in concerned.Where(record => !TransitionTable.Has(record.State, happening)).ToList())
        {
            var count = work.Engine.IgnoredEvents + 1;
            work.Engine = work.Engine with { IgnoredEvents = count };
            work.Log(
                LogCodes.EventIgnored,
                $"delegation {record.Id} is {record.State}: {happening} changes nothing",
                ("delegation", record.Id), ("event", happening.ToString()), ("state", record.State.ToString()), ("count", count.ToString()));
        }
    }
}
