using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Simulation;

/// <summary>Nothing that must be new is ever old: nonces given out, nonces and sequence numbers of a Start, ids of delegations.</summary>
public sealed class FreshnessInvariant : Invariant
{
    private readonly Dictionary<(string Server, string Nonce), ReadOnlyMemory<byte>> _given = [];
    private readonly HashSet<(string Server, string Nonce)> _started = [];
    private readonly Dictionary<string, long> _highest = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lived = new(StringComparer.Ordinal);

    // The same message sent again says the same nonce (PRO-030); any other says another (SEC-050).
    public override void Sent(StepSeen step, SendMessage message, AgentState held)
    {
        foreach (var status in step.Read(message).Commands.OfType<Status>())
        {
            if (status.Chal?.Meta.NextNonce is { } nonce && !_given.TryAdd((message.Server, nonce), message.Body))
            {
                Require(
                    _given[(message.Server, nonce)].Span.SequenceEqual(message.Body.Span), "no nonce is given out twice (SEC-050)", $"{message.Server}, {nonce}");
            }
        }
    }

    public override void Committed(StepSeen step, AgentState before, AgentState after)
    {
        if (ReferenceEquals(before.Records, after.Records))
        {
            return;
        }

        foreach (var record in after.Records.Values)
        {
            if (record.State == DelegationState.Pending && (before.Records.GetValueOrDefault(record.Id)?.State ?? DelegationState.Staged) == DelegationState.Staged)
            {
                Started(record);
            }
        }
    }

    private void Started(DelegationRecord record)
    {
        var nonce = Convert.ToHexString(record.Leaves["Nonce"].Octets.Span);
        var seq = long.Parse(record.Text("Seq")!);
        Require(_started.Add((record.By, nonce)), "no nonce starts two delegations (DEL-100)", $"{record.Id} of {record.By}");
        Require(seq > _highest.GetValueOrDefault(record.By), "sequence numbers only grow (DEL-101)", $"{record.Id} of {record.By}: {seq} after {_highest.GetValueOrDefault(record.By)}");
        Require(_lived.Add(record.Id), "an id is never used again (DEL-194)", record.Id);
        _highest[record.By] = seq;
    }
}
