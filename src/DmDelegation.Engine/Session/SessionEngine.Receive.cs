using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Commands;
using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;

namespace DmDelegation.Engine.Session;

// A server's message, from octets to verdict (DEL-216, PRO-054): nothing of it is acted upon before the server is known.
internal static partial class SessionEngine
{
    // A server of two messages in a row that neither close the package nor ask for anything has forgotten Final (AMB-005).
    private const int MaxEmptyMessages = 2;

    private static SyncMLMessage? Decode(Work work, SessionState session, MessageReceived received)
    {
        try
        {
            return SyncMLXml.Read(received.Body, work.Options.MessageLimits);
        }
        catch (MessageFormatException fault)
        {
            work.Log(
                LogCodes.MessageMalformed,
                $"message of {session.Server}: {fault.Message}",
                ("server", session.Server),
                ("fault", ((int)fault.Fault).ToString()),
                ("position", fault.Position));
            Abort(work, session, null, SessionError.Malformed);
            return null;
        }
    }

    private static void Handle(Work work, SessionState session, MessageReceived received, SyncMLMessage message)
    {
        var header = message.Header;
        if (header.SessionID != session.SessionId)
        {
            SessionEnd.Close(work, session, SessionError.SessionId);
            return;
        }

        if (header.MsgID <= session.LastServerMsgId)
        {
            Repeat(work, session);
            return;
        }

        session = Note(session, received, header);
        if (VersionRefusal(header) is { } status)
        {
            Abort(work, session, HeaderAnswer.To(header, status, Scheme.None), SessionError.Version);
            return;
        }

        if (!RespUri.TryFollow(session, header.RespURI, out var address))
        {
            SessionEnd.Close(work, session, SessionError.RespUri);
            return;
        }

        Authenticate(work, session with { Address = address }, received, message);
    }

    private static void Authenticate(Work work, SessionState session, MessageReceived received, SyncMLMessage message)
    {
        (var server, session) = ServerAuthentication.Verify(work, session, received, message.Header);
        var client = ClientAuthentication.Read(session, message);
        var error = client.Error ?? server switch
        {
            ServerVerdict.Downgrade => SessionError.Downgrade,
            ServerVerdict.MacLost => SessionError.Mac,
            ServerVerdict.Impossible => SessionError.ServerAuthentication,
            _ => null,
        };
        // A server that failed its further challenge has failed, whatever it says of us: a mix-up of keys fails both ways (DEL-184).
        var failedTwice = session.ServerChallenged && server is (ServerVerdict.WrongCredential or ServerVerdict.NoCredential);
        if (error is not null && !failedTwice)
        {
            LogAuthentication(work, session, error);
            if (client.Error is null)
            {
                AuditLog.LoginFailed(work, session.Server);
            }

            SessionEnd.Close(work, session, error, client.RetryAfterSeconds);
        }
        else if (server == ServerVerdict.Authenticated)
        {
            Proceed(work, session, client, received.Transport, message);
        }
        else
        {
            RefuseServer(work, client, server, message);
        }
    }

    // The same message again: nothing is executed twice (PRO-030). It counts, so that nobody is kept busy by it for ever.
    private static void Repeat(Work work, SessionState session)
    {
        if (session.LastSent is null || session.LastMsgId + session.Resent >= work.Options.Session.MaxRounds)
        {
            SessionEnd.Close(work, session, SessionError.Rounds);
            return;
        }

        work.Put(session with { Resent = session.Resent + 1 });
        work.Emit(session.LastSent);
    }

    private static SessionState Note(SessionState session, MessageReceived received, SyncHdr header) => session with
    {
        LastServerMsgId = header.MsgID,
        MaxMsgSize = header.Meta?.MaxMsgSize is > 0 and var octets ? octets : session.MaxMsgSize,
        MaxObjSize = header.Meta?.MaxObjSize is > 0 and var size ? size : session.MaxObjSize,
        PeerPin = received.Transport.PeerPin,
        ServerVerifiedByTls = received.Transport is { Tls: true, ServerVerified: true },
    };

    private static int? VersionRefusal(SyncHdr header) =>
        header.VerDTD != SyncHdr.SupportedVerDTD ? StatusCode.DtdVersionNotSupported
        : header.VerProto != SyncHdr.SupportedVerProto ? StatusCode.ProtocolVersionNotSupported
        : null;

    // SEC-042, SEC-044, SEC-045: nothing executed; one more challenge with a fresh nonce; then the end.
    private static void RefuseServer(Work work, ClientVerdict client, ServerVerdict verdict, SyncMLMessage message)
    {
        var wrong = verdict == ServerVerdict.WrongCredential;
        var session = client.Session with { WrongCredentialSeen = client.Session.WrongCredentialSeen || wrong };
        LogAuthentication(work, session, SessionError.ServerAuthentication);
        if (session.ServerChallenged)
        {
            FailServer(work, session);
            return;
        }

        if (!client.Challenged && !message.Commands.Any(CommandForm.IsAnswered))
        {
            SessionEnd.Close(work, session, SessionError.ServerAuthentication);
            return;
        }

        var code = wrong ? StatusCode.Unauthorized : StatusCode.AuthenticationRequired;
        var runner = new CommandRunner(work, session, default);
        runner.RefuseAll(message.Commands, code);
        session = session with
        {
            // A server that refuses us before it shows anything itself has not failed yet (security.md 4.1).
            ServerChallenged = wrong || !client.Challenged,
            ServerPackageOpen = !message.Final,
            Owed = client.Challenged ? [.. runner.Replies, .. Package1.Commands(work)] : [.. runner.Replies],
        };
        Advance(work, session, HeaderAnswer.To(message.Header, code, session.ServerScheme), alerts: client.Challenged && !session.IsGuest);
    }

    private static void FailServer(Work work, SessionState session)
    {
        work.Put(session);
        AuditLog.LoginFailed(work, session.Server);
        if (session.WrongCredentialSeen)
        {
            DelegationEvents.LoginFailed(work, session);
            work.Commit(CommitPoint.Record);
        }

        SessionEnd.Close(work, work.Engine.Sessions.GetValueOrDefault(session.Server) ?? session, SessionError.ServerAuthentication);
    }

    // Alert 1223 with Final; the session ends when it is answered or lost (PRO-110, PRO-111, PRO-114).
    private static void Abort(Work work, SessionState session, HeaderAnswer? answer, string error) =>
        MessageSending.Send(work, session with { Owed = [], EndError = error }, answer, alerts: false);

    private static void LogAuthentication(Work work, SessionState session, string error)
    {
        if (error == SessionError.Downgrade)
        {
            work.Log(LogCodes.Downgrade, $"weaker authentication of {session.Server} refused", ("server", session.Server));
        }
        else if (error is SessionError.ServerAuthentication or SessionError.Mac)
        {
            work.Log(LogCodes.ServerNotAuthenticated, $"{session.Server} is not authenticated", ("server", session.Server), ("error", error));
        }
    }
}
