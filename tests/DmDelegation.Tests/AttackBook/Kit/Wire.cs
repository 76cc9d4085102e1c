using DmDelegation.Engine;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.AttackBook.Kit;

/// <summary>The naked connection of one account: every octet that comes back to the device is the attacker's.</summary>
internal sealed class Wire(TestDevice device, string server)
{
    /// <summary>What the device sent last; null: nothing, the session is over.</summary>
    public SendMessage? Sent { get; private set; }

    public SyncMLMessage? Message => Sent is null ? null : SyncMLXml.Read(Sent.Body, MessageLimits.Default);

    public SendMessage? Open() => Take(new SessionRequested(server));

    public SendMessage? Say(byte[] body, string? hmac) =>
        Sent is null ? null : Take(new MessageReceived(server, Sent.SessionSerial, body, hmac, device.Transport));

    /// <summary>What the true server would answer; it learns from the message.</summary>
    public (byte[] Body, string? Hmac)? True() => Sent is null ? null : device.Servers[server].Answer(Sent.Body, Sent.HmacHeader);

    /// <summary>The connection is gone, and whatever waits on it.</summary>
    public void Hang()
    {
        var peer = device.Servers[server];
        peer.Reachable = false;
        device.Pump();
        peer.Reachable = true;
        Sent = null;
    }

    private SendMessage? Take(AgentEvent happening)
    {
        var from = device.Effects.Count;
        device.Handle(happening);
        return Sent = device.Effects.Skip(from).OfType<SendMessage>().LastOrDefault(message => message.Server == server);
    }
}
