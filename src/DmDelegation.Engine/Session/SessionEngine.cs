using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;

namespace DmDelegation.Engine.Session;

/// <summary>
/// The client's side of DM sessions: what is done when one is opened, when a server's message arrives, and when none does. All that
/// lasts is in the open transaction; a message is one commit, made before its answer is sent (DEL-143).
/// </summary>
internal static partial class SessionEngine
{
    /// <summary>Starts a client-initiated session with a server, unless one is running (DEL-245).</summary>
    public static void Open(Work work, string server)
    {
        if (work.Engine.Sessions.ContainsKey(server))
        {
            return;
        }

        DelegationEvents.CheckDue(work);
        if (Prepare(work, server, out var session) is { } error)
        {
            work.Log(LogCodes.SessionFailed, $"no session with {server}: {error}", ("server", server), ("error", error));
            work.Emit(new EndSession(server, 0, error, ImmutableSortedDictionary<int, int>.Empty));
            AccountReach.Failed(work, server, error); // a busy agent has not tried, which does not count (DEL-342)
            ContactPlan.Failed(work, server, error);
            return;
        }

        work.Engine = work.Engine with { NextSessionSerial = session!.Serial + 1 };
        work.State = work.State with { Device = work.State.Device with { NextSessionId = FollowingSessionId(work.State.Device.NextSessionId) } };
        work.Commit(CommitPoint.Message);
        work.Log(LogCodes.SessionOpened, $"session {session.SessionId} with {server}", ("server", server), ("session", session.SessionId));
        Package1.Begin(work, session);
    }

    /// <summary>Takes the server's answer.</summary>
    public static void Receive(Work work, MessageReceived received)
    {
        if (Running(work, received.Server, received.SessionSerial) is null)
        {
            return;
        }

        DelegationEvents.CheckDue(work);
        work.Commit(CommitPoint.Record);
        if (Running(work, received.Server, received.SessionSerial) is not { } session)
        {
            return;
        }

        if (session.Phase == SessionPhase.Ending)
        {
            SessionEnd.Close(work, session, session.EndError);
            return;
        }

        if (session.AbortReason == 0 && work.State.AccountOf(session.Server)?.Node != session.Account)
        {
            // Its account went before it had proved itself: the secrets went with it, and a later account has others (DEL-193, DEL-320, C16).
            SessionEnd.Close(work, session, SessionError.NoAccount);
            return;
        }

        if (Decode(work, session, received) is not { } message)
        {
            return;
        }

        try
        {
            Handle(work, session, received, message);
        }
        finally
        {
            // It may have carried a key or a password (DEL-188).
            message.Zero();
        }
    }

    /// <summary>An exchange failed: what was executed stays, nothing else was acknowledged (PRO-115, HTTP-008).</summary>
    public static void Failed(Work work, ExchangeFailed failure)
    {
        if (Running(work, failure.Server, failure.SessionSerial) is not { } session)
        {
            return;
        }

        var error = session.Phase == SessionPhase.Ending ? session.EndError : failure.Code;
        SessionEnd.Close(work, session, error, failure.RetryAfterSeconds);
    }

    private static SessionState? Running(Work work, string server, long serial) =>
        work.Engine.Sessions.TryGetValue(server, out var session) && session.Serial == serial ? session : null;

    // What must be so before anything is sent; the answer is the code of what is not.
    private static string? Prepare(Work work, string server, out SessionState? session)
    {
        session = null;
        if (work.Engine.Sessions.Count >= work.Options.Session.MaxSessions)
        {
            return SessionError.TooManySessions;
        }

        if (AccountList.Find(work.State.Tree, server) is not { } account)
        {
            return SessionError.NoAccount;
        }

        var guest = work.State.IsGuest(server);
        if (!Uri.TryCreate(account.Address, UriKind.Absolute, out var address) || HostName.Of(address) is not { } host || !IsAllowed(address, guest))
        {
            return SessionError.Address;
        }

        if (!IsUsable(work, account.Client, guest, out var clientScheme) || !IsUsable(work, account.Server, guest, out var serverScheme))
        {
            return SessionError.Credentials;
        }

        session = new SessionState
        {
            Server = server,
            Serial = work.Engine.NextSessionSerial,
            Account = account.Node,
            SessionId = work.State.Device.NextSessionId.ToString("X"),
            Address = address,
            IsGuest = guest,
            AccountHost = host,
            Pins = work.Options.AccountOf(server).Pins,
            Credentials = account,
            Rotation = work.State.ServerOf(server).Rotation,
            ClientScheme = clientScheme,
            ClientNonce = clientScheme == Scheme.None ? default : AccountCredentials.Nonce(work.Ports.Vault, account.Client!),
            ServerScheme = serverScheme,
            ServerNonces = serverScheme == Scheme.None
                ? []
                : [AccountCredentials.Nonce(work.Ports.Vault, account.Server!), .. NonceStore.InDoubt(work, server)],
        };
        return null;
    }

    private static bool IsAllowed(Uri address, bool guest) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && !guest);

    // A guest and its device prove themselves at the application layer, whatever TLS has proved (DEL-173).
    private static bool IsUsable(Work work, AppAuth? auth, bool guest, out Scheme scheme)
    {
        if (!AccountCredentials.TryScheme(auth, out scheme) || (guest && scheme == Scheme.None))
        {
            return false;
        }

        if (scheme == Scheme.None)
        {
            return true;
        }

        using var inner = AccountCredentials.Inner(work.Ports.Vault, auth!);
        return inner is not null && auth!.Name.Length is > 0 and <= MaxNameChars;
    }

    // Longest AAuthName: with every character escaped it still fits into the header that carries it (SEC-064).
    private const int MaxNameChars = 255;

    // 1 … 65535, 0 is skipped (PRO-014).
    private static int FollowingSessionId(int id) => id >= ushort.MaxValue ? 1 : id + 1;
}
