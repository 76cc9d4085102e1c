using System.Security.Cryptography;
using DmDelegation.Protocol;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Dm;

/// <summary>What stands behind the sessions: it gives commands and takes alerts.</summary>
internal interface IDeviceWork
{
    /// <summary>The device has proved itself; called once a session.</summary>
    void Authenticated(DmSession session);

    /// <summary>The next batch for this session; null ends it.</summary>
    DmBatch? Next(DmSession session);

    /// <summary>An alert that is no duplicate.</summary>
    void Alerted(DmSession session, ReceivedAlert alert);
}

/// <summary>The server side of DM sessions (protocol.md 1 to 8, security.md 2 to 6): one message in, one message out.</summary>
internal sealed class DmEndpoint(ServerContext context, IDeviceWork work)
{
    private const int MaxAlerts = 1000; // own choice: the latest are what a test looks at
    private const int MaxDevInfo = 64; // own choice: the object has five leaves and a few extensions
    private const int MaxAttempts = 2; // SEC-031, SEC-044: one challenge, then the end
    private readonly Dictionary<string, DmSession> _sessions = [];

    public DmReply Handle(DmRequest request)
    {
        if (context.Controls.HttpStatus is var forced and not 0)
            return new DmReply(forced, []);
        if (context.Controls.Redirect is { } elsewhere)
            return new DmReply(307, [], Location: elsewhere);
        if (context.Controls.MalformedBody)
            return new DmReply(200, "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>"u8.ToArray());
        if (request.ContentType is { } type && !type.Contains("+xml", StringComparison.OrdinalIgnoreCase))
            return new DmReply(415, []);
        SyncMLMessage message;
        try
        {
            message = SyncMLXml.Read(request.Body, MessageLimits.Default);
        }
        catch (MessageFormatException fault)
        {
            context.Error($"DM message: {fault.Message}");
            return new DmReply(400, []);
        }

        var account = context.Controls.UnknownDevice ? null : context.State.Devices.GetValueOrDefault(message.Header.Source.LocURI);
        return account is null ? Unknown(message) : InSession(account, message, request);
    }

    private DmReply Unknown(SyncMLMessage message)
    {
        // 401 without Chal: refused for good (security.md 4); the device tries again later (DEL-178).
        context.Log(new StubEvent { Event = "session-end", Device = message.Header.Source.LocURI, Status = StatusCode.Unauthorized, Text = "device not known" });
        var answer = new Answer(context, message, sessionMsgId: 1);
        answer.Header(StatusCode.Unauthorized, challenge: null);
        return new DmReply(200, SyncMLXml.Write(answer.Build([], final: true, cred: null)));
    }

    private DmReply InSession(DeviceAccount account, SyncMLMessage message, DmRequest request)
    {
        var hash = SHA256.HashData(request.Body.Span);
        var session = _sessions.GetValueOrDefault(account.DeviceId);
        if (session?.LastReply is { } last && CryptographicOperations.FixedTimeEquals(hash, session.LastRequestHash))
            return last;
        if (session is null || session.Account != account || session.SessionId != message.Header.SessionID || message.Header.MsgID == 1)
            session = Begin(account, message);
        var reply = Answer(session, message, request);
        if (session.LastReplySecret)
            CryptographicOperations.ZeroMemory(session.LastReply?.Body); // it carried Key/Value (DEL-375)
        (session.LastRequestHash, session.LastReply, session.LastReplySecret) = (hash, reply, session.Sent?.Batch.Secret == true);
        context.Save();
        return reply;
    }

    private DmSession Begin(DeviceAccount account, SyncMLMessage message)
    {
        context.State.Sessions++;
        context.Log(new StubEvent { Event = "session-start", Device = account.DeviceId, Text = $"SessionID {message.Header.SessionID}" });
        return _sessions[account.DeviceId] = new DmSession(account, message.Header.SessionID);
    }

    private DmReply Answer(DmSession session, SyncMLMessage message, DmRequest request)
    {
        var answer = new Answer(context, message, ++session.ServerMsgId);
        var code = CredentialCheck.Client(session, message, request);
        var serverStatus = message.Commands.OfType<Status>().FirstOrDefault(status => status.CmdRef == "0" && status.MsgRef == (session.ServerMsgId - 1).ToString());
        if (serverStatus is not null)
            HeaderStatus(session, serverStatus);
        if (!StatusCode.IsSuccess(code))
            return Challenge(session, message, answer, code);
        session.ClientAuthenticated = true;
        session.ClientFailures = 0;
        answer.Header(code, NewClientNonce(session.Account));
        if (!session.AuthenticatedReported)
        {
            session.AuthenticatedReported = true;
            context.Log(new StubEvent { Event = "session-authenticated", Device = session.Account.DeviceId });
            work.Authenticated(session);
        }

        return Conversation(session, message, answer);
    }

    // Client not authenticated: every command gets the same code, none is executed (SEC-042 seen from the other side, security.md 4.1).
    private DmReply Challenge(DmSession session, SyncMLMessage message, Answer answer, int code)
    {
        session.ClientAuthenticated = false;
        var refused = ++session.ClientFailures > MaxAttempts;
        answer.Header(code, refused ? null : NewClientNonce(session.Account));
        foreach (var command in message.Commands.Where(command => command is not (Status or Results)))
            answer.Status(command, code);
        context.Log(new StubEvent { Event = "session-challenge", Device = session.Account.DeviceId, Status = code });
        if (refused)
            End(session, "device not authenticated");
        return Reply(session, answer, [], final: true);
    }

    private DmReply Conversation(DmSession session, SyncMLMessage message, Answer answer)
    {
        var moreResults = false;
        var next = false;
        foreach (var command in message.Commands)
        {
            switch (command)
            {
                case Status status:
                    CommandStatus(session, status);
                    break;
                case Results results when session.Sent?.OnResults(results) == true:
                    moreResults = true;
                    answer.Status(results, StatusCode.ChunkedItemAccepted);
                    break;
                case Results:
                    break; // no Status for Results (PRO-078)
                case Alert { Code: AlertCode.SessionAbort }:
                    answer.Status(command, StatusCode.Ok);
                    session.Sent = null;
                    End(session, "aborted by the device");
                    return Reply(session, answer, [], final: true);
                case Alert { Code: AlertCode.NextMessage }:
                    next = true;
                    answer.Status(command, StatusCode.Ok);
                    break;
                case Alert { Code: AlertCode.GenericAlert } alert:
                    answer.Status(alert, GenericAlert(session, alert));
                    break;
                case Replace replace:
                    DevInfo(session.Account, replace);
                    answer.Status(replace, StatusCode.Ok);
                    break;
                case Alert { Code: AlertCode.ClientInitiatedMgmt or AlertCode.ServerInitiatedMgmt or AlertCode.ClientEvent or AlertCode.NoEndOfData }:
                    answer.Status(command, StatusCode.Ok);
                    break;
                case Alert:
                    answer.Status(command, StatusCode.OptionalFeatureNotSupported);
                    break;
                default:
                    answer.Status(command, StatusCode.CommandNotImplemented);
                    break;
            }
        }

        // The device's package is not complete: ask for the rest, send no command (PRO-075).
        if (moreResults || (!message.Final && !next))
            return Reply(session, answer, [answer.NextMessage()], final: false);
        return Continue(session, answer, message.Final);
    }

    private DmReply Continue(DmSession session, Answer answer, bool packageComplete)
    {
        if (session.Sent is { } sent && packageComplete && session.ServerFailures > 0 && !session.ServerAccepted)
        {
            if (session.ServerFailures > MaxAttempts)
            {
                session.Sent = null;
                End(session, "not accepted by the device");
                return Reply(session, answer, [], final: true);
            }

            return Reply(session, answer, sent.Elements(session.ServerMsgId, answer.NextCmdId), sent.Batch.Final);
        }

        if (session.Sent is { } answered)
        {
            session.Sent = null;
            answered.Batch.Done(answered.Finish());
            answered.Zero();
        }

        var batch = work.Next(session);
        if (batch is null)
        {
            if (session.ServerAccepted || session.ServerFailures == 0)
                End(session, null);
            return Reply(session, answer, [], final: true);
        }

        session.Ended = false;
        session.Sent = new SentBatch(batch);
        return Reply(session, answer, session.Sent.Elements(session.ServerMsgId, answer.NextCmdId), batch.Final);
    }

    private DmReply Reply(DmSession session, Answer answer, IReadOnlyList<Command> commands, bool final)
    {
        var account = session.Account;
        var controls = context.Controls;
        var mac = session.ServerAuthType == AuthType.Mac;
        // §4.1: no Cred goes to a device that has not proved itself; a MAC goes with every message (SEC-061).
        var cred = mac || session.ServerAccepted || !session.ClientAuthenticated || controls.SendNoCredential
            ? null : CredentialCheck.Server(account, session.ServerAuthType, controls.SendWrongCredential);
        var message = answer.Build(commands, final, cred, account.ServerName);
        var body = SyncMLXml.Write(message);
        return new DmReply(200, body, mac && !controls.SendNoCredential ? CredentialCheck.ServerMac(account, body, controls.SendWrongCredential) : null);
    }

    // What the device says about the message this server sent last.
    private void HeaderStatus(DmSession session, Status status)
    {
        var accepted = StatusCode.IsSuccess(status.Data);
        if (status.Chal?.Meta.NextNonce is { } nonce && TryBase64(nonce) is { } octets)
        {
            session.Account.ServerNonce = octets;
            if (!accepted && AuthType.ToAAuthType(status.Chal.Meta.Type) is not null)
                session.ServerAuthType = status.Chal.Meta.Type!;
        }

        session.ServerAccepted = accepted;
        session.ServerFailures = accepted ? 0 : session.ServerFailures + 1;
        if (!accepted)
            context.Log(new StubEvent { Event = "session-challenged", Device = session.Account.DeviceId, Status = status.Data });
    }

    private void CommandStatus(DmSession session, Status status)
    {
        if (session.Sent?.OnStatus(status) is not { } command)
            return;
        context.Log(new StubEvent { Event = "command", Device = session.Account.DeviceId, Type = command.Name, Uri = command.Uri, Status = status.Data });
    }

    private int GenericAlert(DmSession session, Alert alert)
    {
        if (context.Controls.AlertStatus is var forced and not 0)
            return forced;
        foreach (var item in alert.Items)
        {
            var received = ReceivedAlert.Read(session.Account.DeviceId, alert.Correlator, item);
            if (received.Key is { } key && context.State.Alerts.Any(known => known.Key == key))
            {
                // DEL-236: receivers discard duplicates.
                context.Log(new StubEvent { Event = "alert-repeated", Device = received.Device, Delegation = received.Id, Type = received.Event, Text = $"key {key}" });
                continue;
            }

            context.State.Alerts.Add(received);
            if (context.State.Alerts.Count > MaxAlerts)
                context.State.Alerts.RemoveAt(0);
            context.Log(new StubEvent
            {
                Event = "alert",
                Device = received.Device,
                Delegation = received.Id,
                Type = received.Event ?? received.Type,
                Result = received.Result,
                Reason = received.Result is null ? null : received.Reason,
                State = received.Result is null ? null : received.State.ToString(),
                Step = received.Event switch { "Ack" => 5, "Session" => 8, _ => null },
            });
            work.Alerted(session, received);
        }

        return StatusCode.Ok;
    }

    private static void DevInfo(DeviceAccount account, Replace replace)
    {
        foreach (var item in replace.Items)
            if (item.Source is { } source && item.Data is { } data && (account.DevInfo.Count < MaxDevInfo || account.DevInfo.ContainsKey(source.LocURI)))
                account.DevInfo[source.LocURI] = data.AsText();
    }

    private byte[] NewClientNonce(DeviceAccount account)
    {
        account.PreviousClientNonce = account.ClientNonce;
        return account.ClientNonce = context.Random(16); // SEC-048
    }

    private void End(DmSession session, string? text)
    {
        if (session.Ended)
            return;
        session.Ended = true;
        context.Log(new StubEvent { Event = "session-end", Device = session.Account.DeviceId, Text = text });
    }

    private static byte[]? TryBase64(string text)
    {
        var octets = new byte[text.Length];
        return Convert.TryFromBase64String(text, octets, out var length) ? octets[..length] : null;
    }
}

/// <summary>One message of this server as it grows: Status first, then commands.</summary>
internal sealed class Answer(ServerContext context, SyncMLMessage request, int sessionMsgId)
{
    private readonly List<Command> _statuses = [];
    private int _cmdId;

    public string NextCmdId() => (++_cmdId).ToString();

    public void Header(int code, byte[]? challenge)
    {
        var chal = challenge is null ? null : new Chal(new MetaInfo
        {
            Type = context.Controls.ChallengeType ?? ChallengeType(),
            Format = "b64",
            NextNonce = Convert.ToBase64String(challenge),
        });
        _statuses.Add(new Status(
            NextCmdId(), request.Header.MsgID.ToString(), "0", Protocol.Status.SyncHdrCmd,
            [request.Header.Target.LocURI], [request.Header.Source.LocURI], null, chal, code, []));
    }

    public void Status(Command command, int code) =>
        _statuses.Add(new Status(NextCmdId(), request.Header.MsgID.ToString(), command.CmdID, command.Name, code));

    public Command NextMessage() => new Alert(NextCmdId(), AlertCode.NextMessage);

    public SyncMLMessage Build(IReadOnlyList<Command> commands, bool final, Cred? cred, string? serverName = null) => new(
        new SyncHdr
        {
            SessionID = request.Header.SessionID,
            MsgID = sessionMsgId,
            Target = new Location(request.Header.Source.LocURI, request.Header.Source.LocName),
            Source = new Location(request.Header.Target.LocURI, serverName),
            RespURI = context.Controls.RespUri,
            Cred = cred,
            Meta = context.Options.MaxMsgSize is { } size ? new MetaInfo { MaxMsgSize = size } : null,
        },
        [.. _statuses, .. commands],
        final);

    private string ChallengeType() =>
        AuthType.FromAAuthType(context.State.Devices.GetValueOrDefault(request.Header.Source.LocURI)?.AuthType) ?? AuthType.Mac;
}
