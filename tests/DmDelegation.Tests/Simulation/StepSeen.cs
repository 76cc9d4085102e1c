using DmDelegation.Engine;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Simulation;

/// <summary>One event and what the engine made of it, before anything of it is carried out.</summary>
/// <param name="Before">State of the loop before the event.</param>
/// <param name="Event">The event.</param>
/// <param name="Now">The clocks at that moment.</param>
/// <param name="Step">The answer of the engine.</param>
/// <param name="Reply">The message of the event as its server wrote it; null for any other event.</param>
public sealed record StepSeen(EngineState Before, AgentEvent Event, ClockReading Now, EngineStep Step, ServerReply? Reply)
{
    private readonly Dictionary<SendMessage, SyncMLMessage> _read = new(ReferenceEqualityComparer.Instance);

    /// <summary>Server whose message this is, empty for any other event.</summary>
    public string Server => Event is MessageReceived message ? message.Server : "";

    /// <summary>The session has processed the message before: nothing of it may happen again (PRO-030).</summary>
    public bool IsRepeated => Event is MessageReceived message
        && Before.Sessions.TryGetValue(message.Server, out var session) && session.Serial == message.SessionSerial
        && Reply!.Message.Header.MsgID <= session.LastServerMsgId;

    /// <summary>The message that answers the one received, null if there is none.</summary>
    public SendMessage? Answer => Event is MessageReceived message
        ? Step.Effects.OfType<SendMessage>().FirstOrDefault(sent => sent.Server == message.Server && sent.SessionSerial == message.SessionSerial)
        : null;

    /// <summary>Every command of the message, those inside others too.</summary>
    public IEnumerable<Command> Commands => Reply is null ? [] : Reply.Commands.SelectMany(Leaves);

    /// <summary>A message of the device, decoded once.</summary>
    public SyncMLMessage Read(SendMessage message)
    {
        if (!_read.TryGetValue(message, out var read))
        {
            _read[message] = read = SyncMLXml.Read(message.Body.ToArray(), MessageLimits.Default);
        }

        return read;
    }

    /// <summary>What the device answers to a command; empty if it does not, or not yet.</summary>
    public IReadOnlyList<int> StatusesOf(Command command) => Answer is not { } answer || IsRepeated ? []
        : [.. Read(answer).Commands.OfType<Status>()
            .Where(status => status.Cmd != Status.SyncHdrCmd && status.CmdRef == command.CmdID && status.MsgRef == Reply!.Message.Header.MsgID.ToString())
            .Select(status => status.Data)];

    private static IEnumerable<Command> Leaves(Command command) =>
        command is CommandContainer container ? container.Commands.SelectMany(Leaves) : [command];
}

/// <summary>Something that must hold whatever happens; each part is called at its moment.</summary>
public abstract class Invariant
{
    /// <summary>The engine has answered; nothing is carried out yet.</summary>
    public virtual void Stepped(StepSeen step)
    {
    }

    /// <summary>A commit has been made durable.</summary>
    public virtual void Committed(StepSeen step, AgentState before, AgentState after)
    {
    }

    /// <summary>A message leaves the device while the store holds a state.</summary>
    public virtual void Sent(StepSeen step, SendMessage message, AgentState held)
    {
    }

    /// <summary>The device is at rest in a state, just now.</summary>
    public virtual void Rested(EngineState state)
    {
    }

    /// <summary>Power came back.</summary>
    /// <param name="offMs">How long the device was off.</param>
    /// <param name="uncommittedMs">How long before that the last commit was made.</param>
    public virtual void Rebooted(long offMs, long uncommittedMs)
    {
    }

    protected static void Require(bool holds, string invariant, string seen)
    {
        if (!holds)
        {
            throw new InvariantException(invariant, seen);
        }
    }
}
