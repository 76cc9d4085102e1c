using DmDelegation.Engine.State;

namespace DmDelegation.Engine.Delegation;

/// <summary>The persisted outbox (10.2).</summary>
internal static class Outbox
{
    /// <summary>Entries for a server, in the order in which they must go out (DEL-239).</summary>
    public static IEnumerable<OutboxEntry> Due(AgentState state, string server) => throw new InvalidOperationException();

    /// <summary>Takes the target's Status for an entry: delivered, refused, or given up (DEL-237, DEL-238).</summary>
    public static void Settle(Work work, long entryNumber, int status) => throw new InvalidOperationException();
}
