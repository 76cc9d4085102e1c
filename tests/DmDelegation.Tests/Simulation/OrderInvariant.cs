using DmDelegation.Engine;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Simulation;

/// <summary>Nothing leaves the device that the store does not hold yet (DEL-120, DEL-143, DEL-240), and nothing leaves the outbox unheard (DEL-235).</summary>
public sealed class OrderInvariant(IVault vault, IReadOnlyDictionary<string, SimulatedServer> servers, int outboxDays) : Invariant
{
    private const string Persisted = "nothing is sent that was not persisted before";

    public override void Sent(StepSeen step, SendMessage message, AgentState held)
    {
        var read = step.Read(message);
        var isAgain = step.IsRepeated && step.Server == message.Server;
        if (isAgain)
        {
            return;
        }

        var session = Convert.ToInt32(read.Header.SessionID, 16);
        Require(read.Header.MsgID != 1 || session < held.Device.NextSessionId, Persisted, $"session {session} of {message.Server}");
        foreach (var alert in read.Commands.OfType<Alert>().Where(alert => alert.Code == AlertCode.GenericAlert))
        {
            var payload = alert.Items[0].Data!.AsText();
            Require(held.Outbox.Values.Any(entry => entry.Target == message.Server && payload.Contains(entry.Key, StringComparison.Ordinal)), Persisted, payload);
        }

        var nonce = read.Commands.OfType<Status>().Select(status => status.Chal?.Meta.NextNonce).FirstOrDefault(next => next is not null);
        Require(nonce is null || IsHeld(held.ServerOf(message.Server), message.Server, Convert.FromBase64String(nonce)), Persisted, $"a nonce for {message.Server}");
        // What is due by the clock may come behind the answer: that is no work of the message.
        var behind = step.Step.Effects.SkipWhile(effect => !ReferenceEquals(effect, message)).OfType<Persist>();
        if (step.Server == message.Server && behind.All(commit => commit.Point != CommitPoint.T3))
        {
            var end = step.Step.State.Durable;
            Require(ReferenceEquals(held.Tree, end.Tree) && States(held) == States(end), Persisted, $"what the message of {message.Server} brought about");
        }
    }

    public override void Committed(StepSeen step, AgentState before, AgentState after)
    {
        if (ReferenceEquals(before.Outbox, after.Outbox))
        {
            return;
        }

        foreach (var entry in before.Outbox.Values.Where(entry => !after.Outbox.ContainsKey(entry.Number)))
        {
            var heard = servers[entry.Target].Arrived.Contains(entry.Key);
            var gone = after.AccountOf(entry.Target) is null;
            var old = after.Clock.HighWater >= entry.CreatedAt.AddDays(outboxDays);
            Require(heard || gone || old, "an entry leaves the outbox only when it has arrived or is given up (DEL-235)", $"{entry.Event} of {entry.DelegationId} for {entry.Target}");
        }
    }

    private bool IsHeld(ServerState state, string server, byte[] nonce)
    {
        foreach (var sealedNonce in state.NoncesInDoubt.Reverse())
        {
            using var open = vault.Open(SecretNames.OfNonce(server), sealedNonce.Span);
            if (open is not null && open.Octets.SequenceEqual(nonce))
            {
                return true;
            }
        }

        return false;
    }

    private static string States(AgentState state) => string.Join(' ', state.Records.Values.Select(record => $"{record.Id}={record.State}"));
}
