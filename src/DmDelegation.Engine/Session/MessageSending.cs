using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Commands;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;

namespace DmDelegation.Engine.Session;

/// <summary>Builds the next message of a session out of what is owed and asks for it to be sent.</summary>
internal static class MessageSending
{
    /// <summary>
    /// Commits what the message before brought about, and the nonce this one gives (DEL-143, SEC-050); then sends the next message, or ends
    /// the session if that cannot be done.
    /// </summary>
    /// <param name="work">The open transaction.</param>
    /// <param name="session">The session.</param>
    /// <param name="answer">Status of the server's SyncHdr; null in the first message.</param>
    /// <param name="alerts">Whether alerts may go with it: not to a server that is not authenticated (STA-011).</param>
    public static void Send(Work work, SessionState session, HeaderAnswer? answer, bool alerts)
    {
        byte[] nonce = answer is { Challenge: not Scheme.None } ? work.Random(AccountCredentials.NonceOctets) : [];
        if (nonce.Length > 0)
        {
            NonceStore.Doubt(work, session.Server, nonce);
        }

        work.Commit(CommitPoint.Message);
        var entries = alerts ? [.. Unsent(work, session)] : ImmutableArray<OutboxEntry>.Empty;
        try
        {
            Send(work, session, answer?.ToStatus(nonce), nonce, entries, alerts);
        }
        catch (MessageFormatException)
        {
            // A value of the tree that XML cannot carry where no base64 can stand, e.g. in a name.
            SessionEnd.Close(work, session, SessionError.Unsendable);
        }
    }

    /// <summary>
    /// Outbox entries that may go out now, in their order (DEL-239). The server may refuse one alert of a package and take the next; so of
    /// those about one delegation each waits until the one before is delivered or given up, or does not hold it up any more. Not in the last
    /// message of a session: it is a farewell, and a guest has no other (DEL-247).
    /// </summary>
    public static IEnumerable<OutboxEntry> Unsent(Work work, SessionState session)
    {
        var before = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in Outbox.Due(work.State, session.Server))
        {
            var first = session.OversizedEntries.Contains(entry.Number) || !Outbox.HoldsUp(work.Engine, entry) || before.Add(Outbox.LineOf(entry));
            if ((first || session.EndError.Length > 0) && !session.TriedEntries.Contains(entry.Number))
            {
                yield return entry;
            }
        }
    }

    /// <summary>What one Results may hold so that some message can carry it (REP-083).</summary>
    public static ResultsForm.Room RoomOf(Work work, SessionState session, HeaderAnswer answer)
    {
        if (session.MaxMsgSize is not { } limit || Header(work, session with { LastMsgId = int.MaxValue - 1 }) is not { } widest)
        {
            return new ResultsForm.Room(null, session.MaxObjSize);
        }

        var status = (answer with { MsgRef = int.MaxValue }).ToStatus(new byte[AccountCredentials.NonceOctets]);
        return new ResultsForm.Room(limit - MessagePacking.Overhead(widest, [status]) - CmdIdSlack, session.MaxObjSize);
    }

    // Results are measured before they have a CmdID.
    private const int CmdIdSlack = 5;

    private static void Send(
        Work work, SessionState session, Status? headerStatus, byte[] nonce, ImmutableArray<OutboxEntry> entries, bool alerts)
    {
        if (Header(work, session) is not { } header)
        {
            SessionEnd.Close(work, session, SessionError.Credentials);
            return;
        }

        ImmutableArray<Command> first = headerStatus is null ? [] : [headerStatus];
        ImmutableArray<Command> offered = [.. session.Owed, .. entries.Select(OutboxAlert.Of)];
        var (whole, part) = Trailers(session, alerts);
        var packed = MessagePacking.Pack(header, first, offered, whole, part, session.MaxMsgSize);
        if (packed is { } tried && Unsendable(session, header, headerStatus, offered, tried.Taken) is { } index)
        {
            // An alert that no message can carry does not hold up the others (PRO-105); it is tried again in another session.
            var entry = entries[index];
            work.Log(LogCodes.AckRefused, "alert larger than MaxMsgSize", ("server", session.Server), ("delegation", entry.DelegationId));
            session = session with { TriedEntries = session.TriedEntries.Add(entry.Number), OversizedEntries = session.OversizedEntries.Add(entry.Number) };
            Send(work, session, headerStatus, nonce, entries.RemoveAt(index), alerts);
            return;
        }

        if (packed is not { } message || IsStuck(session, message.Taken, offered.Length, part))
        {
            SessionEnd.Close(work, session, SessionError.MaxMsgSize);
            return;
        }

        var alertsSent = Math.Max(0, message.Taken - session.Owed.Count);
        var trailer = message.Taken == offered.Length ? whole : part;
        Emit(work, Sent(session, header.MsgID, message.Taken, first.Length, [.. entries.Take(alertsSent)], nonce, trailer), message.Body);
    }

    // Which alert, if any, is the first that was left out and would not fit into a message of its own either: a later one of the session,
    // without the credentials of package 1 and the challenge of a first answer.
    private static int? Unsendable(SessionState session, SyncHdr header, Status? headerStatus, ImmutableArray<Command> offered, int taken)
    {
        if (taken == offered.Length || taken < session.Owed.Count)
        {
            return null;
        }

        var lean = session.Phase == SessionPhase.Package1 ? header with { Cred = null, Meta = null } : header;
        var status = session.ServerScheme == Scheme.Mac ? headerStatus : headerStatus! with { Chal = null };
        var room = session.MaxMsgSize - MessagePacking.Overhead(lean, [status!]) - CmdIdSlack;
        return SyncMLXml.Measure(offered[taken]) > room ? taken - session.Owed.Count : null;
    }

    // Nothing went out of what has to, or package 1 was to be split before its Replace (PRO-046).
    private static bool IsStuck(SessionState session, int taken, int offered, Trailer part) =>
        (taken == 0 && offered > 0 && !part.Final) || (session.Phase == SessionPhase.Package1 && taken < session.Owed.Count);

    // Final closes our package when all of it is out and the server's is closed (PRO-071, PRO-072); 1223 always has Final (PRO-111).
    private static (Trailer Whole, Trailer Part) Trailers(SessionState session, bool alerts)
    {
        var abort = new Trailer(AlertCode.SessionAbort, Final: true);
        var open = new Trailer(alerts && session.ServerPackageOpen ? AlertCode.NextMessage : null, Final: false);
        return session.EndError.Length > 0
            ? (abort, session.EndError == SessionError.Rounds ? abort : open)
            : (session.ServerPackageOpen ? open : new Trailer(null, Final: true), open);
    }

    private static SessionState Sent(
        SessionState session, int msgId, int taken, int first, ImmutableArray<OutboxEntry> entries, byte[] nonce, Trailer trailer)
    {
        var owedSent = Math.Min(taken, session.Owed.Count);
        return session with
        {
            Phase = trailer.Alert == AlertCode.SessionAbort ? SessionPhase.Ending : session.Phase,
            LastMsgId = msgId,
            Owed = session.Owed.RemoveRange(0, owedSent),
            SentAlerts = session.SentAlerts.AddRange(entries.Select((entry, index) =>
                KeyValuePair.Create((msgId, (first + owedSent + index + 1).ToString()), entry.Number))),
            TriedEntries = session.TriedEntries.Union(entries.Select(entry => entry.Number)),
            ServerNonces = nonce.Length > 0 ? session.ServerNonces.Add(nonce) : session.ServerNonces,
            ServerNonceIsOut = session.ServerNonceIsOut || nonce.Length > 0,
        };
    }

    private static void Emit(Work work, SessionState session, byte[] body)
    {
        string? mac = null;
        if (session.ClientScheme == Scheme.Mac)
        {
            mac = AccountCredentials.Mac(work.Ports.Vault, session.Credentials!.Client!, session.ClientNonce.Span, body);
        }

        var pins = work.State.PinsOf(session.Server);
        session = session with { Pins = pins.IsEmpty ? session.Pins : pins };
        var message = new SendMessage(
            session.Server,
            session.Serial,
            session.Address!,
            session.Pins,
            body,
            mac,
            session.FreshConnection,
            session.IsGuest ? session.AccountHost : null);
        work.Put(session with { FreshConnection = false, LastSent = message with { FreshConnection = false } });
        work.Emit(message);
    }

    // PRO-010 … PRO-025. Null if the secret does not open any more.
    private static SyncHdr? Header(Work work, SessionState session)
    {
        var client = session.ClientScheme == Scheme.None ? null : session.Credentials!.Client;
        var withCred = session is { ClientScheme: Scheme.Md5, ClientAccepted: false };
        var cred = withCred ? AccountCredentials.Md5(work.Ports.Vault, client!, session.ClientNonce.Span) : null;
        return withCred && cred is null
            ? null
            : new SyncHdr
            {
                SessionID = session.SessionId,
                MsgID = session.LastMsgId + 1,
                Target = new Location(session.Address!.OriginalString),
                Source = new Location(work.State.Device.DevId, client?.Name),
                Cred = cred,
                Meta = session.Phase == SessionPhase.Package1 ? new MetaInfo { MaxMsgSize = work.Options.Session.MaxMsgSize } : null,
            };
    }
}
