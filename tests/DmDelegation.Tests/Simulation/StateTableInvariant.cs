using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;
using static DmDelegation.Engine.Delegation.DelegationState;

namespace DmDelegation.Tests.Simulation;

/// <summary>
/// Records change only along the rows of 12.2, for a cause the row names, and each change that somebody must be told of is told in its own
/// commit (DEL-235). Typed from the specification, apart from the agent's table.
/// </summary>
public sealed class StateTableInvariant : Invariant
{
    private const DelegationState None = (DelegationState)(-1);

    /// <summary>Who or what can bring a change about.</summary>
    [Flags]
    private enum Cause
    {
        None = 0,

        /// <summary>Time, a restart, the clock: looked at in every event.</summary>
        Device = 1,

        /// <summary>A message of A, the creator.</summary>
        A = 2,

        /// <summary>A message of B.</summary>
        B = 4,

        /// <summary>A Delete in a message of anybody, or the operator.</summary>
        Owner = 8,

        /// <summary>Only a start of the agent.</summary>
        Start = 16,

        /// <summary>Something that happened to the delegation above this one.</summary>
        Chain = 32,
    }

    private static readonly Dictionary<(DelegationState From, DelegationState To), Cause> Allowed = new()
    {
        [(None, Staged)] = Cause.A, // 1
        [(None, Pending)] = Cause.A, // 1 and 5 in one Atomic
        [(None, Failed)] = Cause.A, // 1 and 7 in one Atomic
        [(Staged, Pending)] = Cause.A, // 5
        [(Staged, Failed)] = Cause.A, // 7
        [(Staged, None)] = Cause.Device | Cause.A | Cause.Owner, // 8
        [(Pending, Active)] = Cause.B, // 10, 13
        [(Pending, Finalised)] = Cause.B, // 14
        [(Pending, Failed)] = Cause.B | Cause.Device, // 18, 19
        [(Pending, Cancelled)] = Cause.A | Cause.Owner | Cause.Chain, // 20, 21
        [(Pending, Relinquished)] = Cause.B, // 22
        [(Active, Relinquished)] = Cause.B, // 22
        [(Suspended, Relinquished)] = Cause.B, // 22
        [(Active, Revoked)] = Cause.A | Cause.Owner | Cause.Chain, // 32, 34, 36, 37
        [(Suspended, Revoked)] = Cause.A | Cause.Owner | Cause.Chain, // 32, 34, 36, 37
        [(Active, Expired)] = Cause.Device, // 35
        [(Suspended, Expired)] = Cause.Device, // 35, 44
        [(Active, Suspended)] = Cause.Start | Cause.Chain, // 38, 41
        [(Suspended, Active)] = Cause.Device, // 43
        [(Failed, None)] = Cause.Device | Cause.A, // 52
        [(Cancelled, None)] = Cause.Device | Cause.A,
        [(Revoked, None)] = Cause.Device | Cause.A,
        [(Expired, None)] = Cause.Device | Cause.A,
        [(Relinquished, None)] = Cause.Device | Cause.A,
    };

    /// <summary>How often each change was seen.</summary>
    public SortedDictionary<string, int> Seen { get; } = new(StringComparer.Ordinal);

    public override void Committed(StepSeen step, AgentState before, AgentState after)
    {
        if (ReferenceEquals(before.Records, after.Records))
        {
            return;
        }

        foreach (var id in before.Records.Keys.Union(after.Records.Keys, StringComparer.Ordinal))
        {
            var (old, now) = (before.Records.GetValueOrDefault(id), after.Records.GetValueOrDefault(id));
            if (old?.State != now?.State)
            {
                Changed(step, old, now, after, before.Device.NextOutboxEntry);
            }
        }
    }

    private void Changed(StepSeen step, DelegationRecord? old, DelegationRecord? now, AgentState after, long firstEntry)
    {
        var record = now ?? old!;
        var (from, to) = (old?.State ?? None, now?.State ?? None);
        var change = $"{(from == None ? "-" : from)} to {(to == None ? "-" : to)}";
        Seen[change] = Seen.GetValueOrDefault(change) + 1;
        Require(
            Allowed.TryGetValue((from, to), out var causes) && (causes & CauseOf(step, record)) != Cause.None,
            "a record changes only along the rows of 12.2", $"{record.Id} of {record.By} went from {change} in {step.Event.GetType().Name} {step.Server}");
        if (to is not (None or Staged or Suspended) && from != Suspended)
        {
            Require(
                after.AccountOf(record.By) is null || after.Outbox.Any(entry => entry.Key >= firstEntry && entry.Value.DelegationId == record.Id && entry.Value.Target == record.By),
                "a change is told to A in its own commit (DEL-230, DEL-232, DEL-235)", $"{record.Id} went from {change}");
        }

        Require(!to.IsEnded() || after.Tombstones.ContainsKey(record.Id) || record.Grant is null, "an end leaves a tombstone (DEL-193)", record.Id);
    }

    private static Cause CauseOf(StepSeen step, DelegationRecord record)
    {
        var cause = Cause.Device;
        cause |= step.Server == record.By ? Cause.A : Cause.None;
        cause |= step.Server == (record.Grant?.To ?? record.Text("Server/ServerID")) ? Cause.B : Cause.None;
        cause |= step.Event is LocalEnd || step.Commands.Any(command => command is Delete) ? Cause.Owner : Cause.None;
        cause |= record.Grant is { Parent.Length: > 0 } ? Cause.Chain : Cause.None;
        return cause | (step.Event is Started ? Cause.Start : Cause.None);
    }
}
