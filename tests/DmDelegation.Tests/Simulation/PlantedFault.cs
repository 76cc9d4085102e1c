using DmDelegation.Engine;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Tests.Simulation;

/// <summary>
/// A fault put into the agent from outside, to see that the simulation finds it: messages, effects, stored states, timers and random octets
/// are changed on their way. This one changes nothing.
/// </summary>
public class PlantedFault
{
    public static PlantedFault None { get; } = new();

    /// <summary>The engine's wish to be woken is not heard.</summary>
    public virtual bool IgnoresTimers => false;

    /// <summary>Every boot has the random octets of the first.</summary>
    public virtual bool ForgetsRandomness => false;

    /// <summary>What reaches the engine of a server's message.</summary>
    public virtual ServerReply Rewrite(ServerReply reply, AgentState state) => reply;

    /// <summary>What becomes of the engine's answer.</summary>
    public virtual EngineStep Change(EngineState before, EngineStep step, ClockReading now) => step;

    /// <summary>What is found in the store at a start.</summary>
    public virtual AgentState Loaded(AgentState state, ClockReading now, bool rebooted) => state;
}
