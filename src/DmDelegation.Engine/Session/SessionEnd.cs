using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;

namespace DmDelegation.Engine.Session;

/// <summary>The end of a session, for whatever reason.</summary>
internal static class SessionEnd
{
    /// <summary>Ends a session.</summary>
    /// <param name="work">The open transaction.</param>
    /// <param name="session">The session.</param>
    /// <param name="error">Stable code, null if it ended well.</param>
    /// <param name="retryAfterSeconds">What the server asked for, 0 if nothing.</param>
    public static void Close(Work work, SessionState session, string? error, int retryAfterSeconds = 0)
    {
        work.Engine = work.Engine with { Sessions = work.Engine.Sessions.Remove(session.Server) };
        AccountReach.SessionEnded(work, session, error);
        Outbox.SessionEnded(work, session);
        if (work.State.AccountOf(session.Server) is null)
        {
            NonceStore.Forget(work, session.Server);
        }

        // Whoever waits for the session learns of its end when what it did is durable.
        work.Commit(CommitPoint.Message);
        var (code, text) = error is null
            ? (LogCodes.SessionDone, $"session {session.SessionId} with {session.Server} done")
            : (LogCodes.SessionFailed, $"session {session.SessionId} with {session.Server} failed: {error}");
        work.Log(code, text, ("server", session.Server), ("session", session.SessionId), ("error", error ?? ""));
        work.Emit(new EndSession(session.Server, session.Serial, error, session.Statuses));
        ContactPlan.SessionEnded(work, session, error, retryAfterSeconds);
    }
}
