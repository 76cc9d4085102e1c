namespace DmDelegation.Engine.State;

/// <summary>Facts derived from the durable state, so that nothing has to be kept twice.</summary>
public static class AgentStateQueries
{
    /// <summary>
    /// The server uses an account that a delegation made and that has not become a home account (section 1, "Guest").
    /// </summary>
    public static bool IsGuest(this AgentState state, string server) => throw new InvalidOperationException();

    /// <summary>SPKI pins of the live records that use the server's account; empty if none (DEL-093).</summary>
    public static ReadOnlyMemory<byte> PinsOf(this AgentState state, string server) => throw new InvalidOperationException();
}
