using DmDelegation.Engine.Session;

namespace DmDelegation.Engine.Delegation;

/// <summary>Events of a delegation that are no commands.</summary>
internal static class DelegationEvents
{
    /// <summary>Carries out what is due by the clock: expiry, windows, age. Called by timer, before each session, message and command (DEL-216).</summary>
    public static void CheckDue(Work work) => throw new InvalidOperationException();

    /// <summary>The first valid credential of a server in a session (12.2): T2 in mode auth, a new challenge in mode exec, refusal while suspended.</summary>
    public static void ServerAuthenticated(Work work, SessionState session) => throw new InvalidOperationException();

    /// <summary>A server presented a wrong credential and the one further challenge failed too (DEL-184).</summary>
    public static void LoginFailed(Work work, SessionState session) => throw new InvalidOperationException();
}
