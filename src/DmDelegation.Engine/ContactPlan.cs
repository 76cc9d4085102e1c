using DmDelegation.Engine.Session;

namespace DmDelegation.Engine;

/// <summary>When the agent connects to which server by itself (DEL-178, DEL-242).</summary>
internal static class ContactPlan
{
    /// <summary>A session ended; sets the backoff or clears it.</summary>
    /// <param name="error">Stable code of the failure, null if the session ended well.</param>
    /// <param name="retryAfterSeconds">What the server asked for, 0 if nothing.</param>
    public static void SessionEnded(Work work, SessionState session, string? error, int retryAfterSeconds) => throw new InvalidOperationException();
}
