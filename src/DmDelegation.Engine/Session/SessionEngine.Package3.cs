using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Commands;
using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;

namespace DmDelegation.Engine.Session;

// A message of an authenticated server, from its commands to our answer (protocol.md 6 to 8).
internal static partial class SessionEngine
{
    private static void Proceed(Work work, SessionState before, ClientVerdict client, TransportFacts transport, SyncMLMessage message)
    {
        var session = ServerAuthentication.Accept(work, client.Session, transport);
        var answer = ServerAuthentication.Acceptance(before, message.Header);
        work.Put(Settle(work, session, message));
        if (message.Commands.Any(command => command is Alert { Code: AlertCode.SessionAbort }))
        {
            // At once, and without a word (PRO-053, PRO-113).
            SessionEnd.Close(work, work.Engine.Sessions[session.Server], SessionError.ServerAbort);
        }
        else if (client.Challenged)
        {
            RepeatPackage1(work, work.Engine.Sessions[session.Server], answer, message);
        }
        else
        {
            Manage(work, session.Server, answer, message);
        }
    }

    // The server is known but wants us to authenticate first: its commands wait (PRO-047).
    private static void RepeatPackage1(Work work, SessionState session, HeaderAnswer answer, SyncMLMessage message)
    {
        var runner = new CommandRunner(work, session, default);
        runner.RefuseAll(message.Commands, StatusCode.NotExecuted);
        session = session with { ServerPackageOpen = !message.Final, Owed = [.. runner.Replies, .. Package1.Commands(work)] };
        Advance(work, session, answer, alerts: !session.IsGuest);
    }

    private static void Manage(Work work, string server, HeaderAnswer answer, SyncMLMessage message)
    {
        var session = work.Engine.Sessions[server];
        if (!session.Introduced)
        {
            // Both sides are proved now, for the first time in this session (12.2, DEL-173).
            session = session with { Introduced = true };
            work.Put(session);
            SecretRotation.Proved(work, session);
            AccountReach.Reached(work, server);
            DelegationEvents.ServerAuthenticated(work, session);
        }

        if (work.Engine.Sessions.GetValueOrDefault(server) is not { } running)
        {
            return;
        }

        var runner = new CommandRunner(work, running, MessageSending.RoomOf(work, running, answer));
        runner.Run(message.Commands);
        if (work.Engine.Sessions.GetValueOrDefault(server) is { } after)
        {
            work.Put(WithPackage(after, message) with
            {
                // The answer to 1222 goes before what it asks for (protocol.md 8); other commands wait for their turn (PRO-080).
                Owed = AsksForNext(message) ? after.Owed.InsertRange(0, runner.Replies) : after.Owed.AddRange(runner.Replies),
                RefusedChunk = runner.RefusedChunk,
                FreshConnection = after.FreshConnection || runner.CarriedKey,
                Statuses = Counted(after.Statuses, runner.Replies),
            });
        }

        if (work.Engine.Sessions.GetValueOrDefault(server) is { } next)
        {
            Next(work, next, answer);
        }
    }

    private static ImmutableSortedDictionary<int, int> Counted(ImmutableSortedDictionary<int, int> before, IEnumerable<Command> replies)
    {
        var counts = before.ToBuilder();
        foreach (var status in replies.OfType<Status>())
            counts[status.Data] = counts.GetValueOrDefault(status.Data) + 1;
        return counts.ToImmutable();
    }

    // Statuses of what we sent (PRO-068). Only those of a server that is authenticated are believed.
    private static SessionState Settle(Work work, SessionState session, SyncMLMessage message)
    {
        foreach (var status in message.Commands.OfType<Status>())
        {
            if (!int.TryParse(status.MsgRef, out var msgId) || !session.SentAlerts.TryGetValue((msgId, status.CmdRef), out var entry)
                || status.Data == StatusCode.InProgress)
            {
                LogRefusal(work, session, status);
                continue;
            }

            session = session with { SentAlerts = session.SentAlerts.Remove((msgId, status.CmdRef)) };
            if (status.Data is not (StatusCode.Unauthorized or StatusCode.AuthenticationRequired))
            {
                Outbox.Settle(work, entry, status.Data);
            }
        }

        return session;
    }

    private static void LogRefusal(Work work, SessionState session, Status status)
    {
        if (status is { Data: >= 300, Cmd: nameof(Alert) or nameof(Replace) })
        {
            work.Log(
                LogCodes.CommandRefused,
                $"{session.Server} answered our {status.Cmd} {status.Data}",
                ("server", session.Server),
                ("command", status.Cmd),
                ("status", status.Data.ToString()));
        }
    }

    // Whether the server's package is open (PRO-072, AMB-003 to AMB-005). A "next message", with Alert 1222 or without, opens none.
    private static SessionState WithPackage(SessionState session, SyncMLMessage message)
    {
        var empty = !message.Commands.Any(CommandForm.IsAnswered);
        var opensNone = empty ? !session.Owed.IsEmpty : AsksForNext(message);
        return session with
        {
            ServerPackageOpen = !message.Final && (!opensNone || session.ServerPackageOpen),
            EmptyMessages = message.Final || !empty ? 0 : session.EmptyMessages + 1,
        };
    }

    private static bool AsksForNext(SyncMLMessage message) =>
        message.Commands.Where(CommandForm.IsAnswered).All(command => command is Alert { Code: AlertCode.NextMessage });

    private static void Next(Work work, SessionState session, HeaderAnswer answer)
    {
        // Before it is asked what may go out: a farewell takes with it what otherwise waits for another session (DEL-217, DEL-247).
        session = session.AbortReason == 0 ? session : session with { EndError = SessionError.Aborted };
        if (session is { Owed.IsEmpty: true, ServerPackageOpen: false } && !MessageSending.Unsent(work, session).Any())
        {
            // A Status of the SyncHdr alone is not sent (PRO-050, PRO-051).
            SessionEnd.Close(work, session, null);
        }
        else if (session.EmptyMessages >= MaxEmptyMessages)
        {
            SessionEnd.Close(work, session, SessionError.NoFinal);
        }
        else
        {
            Advance(work, session, answer, alerts: true);
        }
    }

    // The last message that a server may have from us says so (PRO-052).
    private static void Advance(Work work, SessionState session, HeaderAnswer answer, bool alerts)
    {
        var last = session.LastMsgId + session.Resent + 1 >= work.Options.Session.MaxRounds;
        MessageSending.Send(work, last ? session with { EndError = SessionError.Rounds } : session, answer, alerts);
    }
}
