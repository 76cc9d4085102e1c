using DmDelegation.Engine;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Http;
using DmDelegation.Platform.Systemd;

namespace DmDelegation.Agent.Loop;

/// <summary>The world as the loop needs it.</summary>
/// <param name="Clock">Reads the clocks.</param>
/// <param name="Commit">Writes the difference of two states and is durable when it returns; throws if nothing was written (DEL-120).</param>
/// <param name="Exchange">Sends a message and waits for the answer.</param>
/// <param name="EndSession">Drops the connection of a session.</param>
/// <param name="Log">Writes a log line.</param>
/// <param name="Notifier">Tells the service manager.</param>
/// <param name="Factory">What a device of this kind begins with, by its DevId; throws if an account or its secret cannot be used.</param>
internal sealed record LoopPorts(
    Func<ClockReading> Clock,
    Action<AgentState, AgentState> Commit,
    Func<SendMessage, CancellationToken, Task<ExchangeResult>> Exchange,
    Action<string, long> EndSession,
    Action<LogLine> Log,
    Notifier Notifier,
    Func<string, AgentState> Factory);
