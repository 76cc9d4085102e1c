using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>Server-to-server messages in and out (delegation.md 14.1): envelope, repetition, idempotence, timers.</summary>
internal sealed class S2sEndpoint(Processes processes, DelegatingServer delegating, DelegatedServer delegated, Recovery recovery, PeerDirectory peers)
{
    private const int MaxAnswers = 500; // own choice: repetitions come soon or not at all
    private const int MaxBody = 256 * 1024; // own choice: terms with 32 entries of 1 KiB and a key, many times over
    private static readonly TimeSpan ReorderHold = TimeSpan.FromSeconds(3);
    private readonly ServerContext _context = processes.Context;

    /// <summary>Takes a message of a peer that showed this certificate on its connection.</summary>
    public S2sReply Receive(X509Certificate2 certificate, byte[] octets)
    {
        if (octets.Length > MaxBody)
            return new S2sReply(400);
        S2sEnvelope message;
        try
        {
            message = JsonSerializer.Deserialize(octets, StubJson.Default.S2sEnvelope) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            return new S2sReply(400);
        }

        if (!message.IsWellFormed())
            return new S2sReply(400);
        if (message.To != _context.ServerId || !peers.Matches(message.From, certificate))
            return new S2sReply(403); // DEL-352
        Log("s2s-received", message);
        if (_context.State.Answers.Find(answer => answer.From == message.From && answer.Sid == message.Sid && answer.Mid == message.Mid) is { } given)
            return Lost(message, new S2sReply(given.Status, given.Body is null ? null : Encoding.UTF8.GetBytes(given.Body)));
        var reply = Dispatch(message, certificate);
        CryptographicOperations.ZeroMemory(message.Body.Tdk);
        return Lost(message, Remember(message, reply));
    }

    /// <summary>The messages that are due; each is to be sent and then given to <see cref="Answered"/>.</summary>
    public IReadOnlyList<OutgoingMessage> TakeDue()
    {
        var due = new List<OutgoingMessage>();
        foreach (var message in _context.State.Outgoing.Where(message => !message.InFlight && message.Due <= _context.Now).ToList())
        {
            var controls = _context.Controls;
            if (message.Attempts == 0 && Held(message, controls))
                continue;
            message.Attempts++;
            if (TestControls.Take(controls.Drop, message.Type, message.Phase))
            {
                Log("s2s-dropped", message);
                Postpone(message);
                continue;
            }

            message.InFlight = true;
            Log("s2s-sent", message);
            due.Add(message);
        }

        return due;
    }

    /// <summary>When the next message or timer is due; null when nothing is.</summary>
    public DateTimeOffset? NextDue()
    {
        var times = _context.State.Outgoing.Where(message => !message.InFlight).Select(message => message.Due)
            .Concat(_context.State.Processes.Select(process => process.Deadline).OfType<DateTimeOffset>()).ToList();
        return times.Count == 0 ? null : times.Min();
    }

    /// <summary>What came back for a message; status 0 means nothing did.</summary>
    public void Answered(OutgoingMessage message, S2sReply reply)
    {
        message.InFlight = false;
        if (!_context.State.Outgoing.Contains(message))
            return;
        if (reply.Status is 0 or 503)
        {
            Postpone(message);
            return;
        }

        Release(message.Peer);
        _context.Log(new StubEvent { Event = "s2s-answered", Sid = message.Sid, Peer = message.Peer, Type = message.Type, Status = reply.Status });
        var body = message.Body;
        _context.State.Outgoing.Remove(message);
        if (TestControls.Take(_context.Controls.Repeat, message.Type, message.Phase))
            _context.State.Outgoing.Add(new OutgoingMessage { Peer = message.Peer, Sid = message.Sid, Mid = message.Mid, Type = message.Type, Phase = message.Phase, Body = [.. body], Due = _context.Now, Echo = true });
        CryptographicOperations.ZeroMemory(body);
        if (!message.Echo && processes.Find(message.Sid) is { } process)
            Outcome(process, message, reply);
    }

    /// <summary>Whether <see cref="Tick"/> has something to do.</summary>
    public bool IsTimerDue() => _context.State.Processes.Exists(process => process.Deadline <= _context.Now);

    /// <summary>Carries out timers that have run out (DEL-373).</summary>
    public void Tick()
    {
        foreach (var process in _context.State.Processes.Where(process => process.Deadline <= _context.Now).ToList())
            if (processes.Find(process.Sid) is null)
                continue; // it has gone with the one before it
            else if (process.EndReason is null)
                processes.Fail(process, process.Step, ReasonCode.Timeout, $"no progress in {process.State}", tellPeer: true);
            else
                delegated.Forget(process);
    }

    private Reply Dispatch(S2sEnvelope message, X509Certificate2 certificate)
    {
        var process = processes.Find(message.Sid);
        if (process is null)
            return WithoutProcess(message);
        if (process.Peer != message.From || process.Device != message.Device)
            return new Reply(403);
        switch (message.Type)
        {
            case MessageType.Failure when process is { Role: ProcessRole.Delegating, State: ProcessState.Closed }:
                return delegating.FailedAfterClose(process);
            case MessageType.Failure:
                processes.Fail(process, message.Body.Step ?? process.Step, message.Body.Reason ?? ReasonCode.Internal, "the peer says Failure", tellPeer: false);
                return Reply.Accepted;
            case MessageType.StatusQuery:
                return new Reply(200, MessageType.StatusReply, new S2sBody { State = process.State.ToString() });
            default:
                return process.Role == ProcessRole.Delegating ? ToDelegating(process, message) : ToDelegated(process, message, certificate);
        }
    }

    private Reply ToDelegating(DelegationProcess process, S2sEnvelope message) => message.Type switch
    {
        MessageType.Complete => new Reply(delegating.Complete(process, message.Body)),
        MessageType.Ended => delegating.PeerEnded(process, message.Body),
        _ => Reply.Conflict,
    };

    private Reply ToDelegated(DelegationProcess process, S2sEnvelope message, X509Certificate2 certificate) => message.Type switch
    {
        MessageType.MutualAuthentication => delegated.Authenticate(process, message, certificate),
        MessageType.Start => delegated.Start(process, message.Body),
        MessageType.Result => delegated.Result(process, message.Body),
        MessageType.Ended => delegated.Ended(process, message.Body),
        _ => Reply.Conflict,
    };

    private Reply WithoutProcess(S2sEnvelope message)
    {
        if (processes.Tombstone(message.Sid) is { } tombstone && tombstone.Peer == message.From)
            return message.Type == MessageType.Failure
                ? Reply.Accepted
                : new Reply(200, MessageType.Failure, new S2sBody { Step = tombstone.Step, Reason = tombstone.Reason }); // DEL-371
        return message.Type == MessageType.Notification ? Notification(message) : new Reply(404);
    }

    // Step 1: either side may begin, A decides (DEL-360).
    private Reply Notification(S2sEnvelope message)
    {
        if (message.Body.Role is not (ProcessRole.Delegating or ProcessRole.Delegated) || message.Body.Terms is not { } raw || ReadTerms(raw) is not { } terms)
            return new Reply(400);
        if (message.Body.Device?.GetValueOrDefault("id") != message.Device)
            return new Reply(400);
        if (!terms.IsSpeltRight())
            return new Reply(422);
        if (processes.IsFull)
            return new Reply(503);
        var accept = _context.Options.Accept && !_context.Controls.RefuseNotification;
        if (message.Body.Role == ProcessRole.Delegating)
        {
            var process = delegated.Accept(message, terms);
            return accept
                ? new Reply(200, MessageType.NotificationReply, new S2sBody { Accept = true, Reason = ReasonCode.Ok, Account = delegated.OwnAccount(message.Device) })
                : Refuse(process);
        }

        var begun = delegating.Accept(message, terms);
        if (!accept || message.Body.Account is not { } account || !account.IsUsable())
            return Refuse(begun);
        delegating.Authenticate(begun, account);
        return new Reply(200, MessageType.NotificationReply, new S2sBody { Accept = true, Reason = ReasonCode.Ok });
    }

    private Reply Refuse(DelegationProcess process)
    {
        processes.Fail(process, 1, ReasonCode.ServerIllegal, "refused in step 1", tellPeer: false);
        return new Reply(200, MessageType.NotificationReply, new S2sBody { Accept = false, Reason = ReasonCode.ServerIllegal });
    }

    // What an answer to an own message means.
    private void Outcome(DelegationProcess process, OutgoingMessage message, S2sReply reply)
    {
        if (message.Type is MessageType.Ended)
            return;
        if (reply.Status is not (200 or 202))
        {
            if (process.State != ProcessState.Closed)
                processes.Fail(process, process.Step, ReasonCode.StateConflict, $"{message.Type} was answered with {reply.Status}", tellPeer: true);
            return;
        }

        var answer = reply.Body is { Length: > 0 } octets ? ReadReply(octets, process) : null;
        if (answer?.Type == MessageType.Failure)
        {
            if (process.State != ProcessState.Closed)
                processes.Fail(process, answer.Body.Step ?? process.Step, answer.Body.Reason ?? ReasonCode.Internal, answer.Body.Text ?? "the peer says Failure", tellPeer: false);
            return;
        }

        switch (message.Type, message.Phase)
        {
            case (MessageType.Notification, _):
                NotificationAnswered(process, answer);
                break;
            case (MessageType.MutualAuthentication, 1) when answer?.Type == MessageType.MutualAuthentication:
                delegating.PhaseTwo(process, answer.Body, reply.Certificate);
                break;
            case (MessageType.MutualAuthentication, 3):
                delegating.SendStart(process);
                break;
            case (MessageType.Start, _):
                delegating.StartAnswered(process);
                break;
            case (MessageType.Result, _):
                delegating.ResultAnswered(process);
                break;
            case (MessageType.Complete, _):
                delegated.CompleteAnswered(process);
                break;
            case (MessageType.StatusQuery, _):
                recovery.Answered(process, answer);
                break;
            default:
                processes.Fail(process, process.Step, ReasonCode.StateConflict, $"{message.Type} was answered with {answer?.Type ?? "nothing"}", tellPeer: true);
                break;
        }
    }

    private void NotificationAnswered(DelegationProcess process, S2sEnvelope? answer)
    {
        if (answer is not { Type: MessageType.NotificationReply, Body.Accept: true })
            processes.Fail(process, 1, answer?.Body.Reason ?? ReasonCode.ServerIllegal, "refused in step 1", tellPeer: false);
        else if (process.Role == ProcessRole.Delegated)
            delegated.AwaitNext(process);
        else if (answer.Body.Account is { } account && account.IsUsable())
            delegating.Authenticate(process, account);
        else
            processes.Fail(process, 1, ReasonCode.ServerIllegal, "no usable account in the answer to step 1", tellPeer: true);
    }

    private S2sEnvelope? ReadReply(byte[] octets, DelegationProcess process)
    {
        try
        {
            var reply = JsonSerializer.Deserialize(octets, StubJson.Default.S2sEnvelope);
            if (reply is null || reply.Sid != process.Sid || reply.From != process.Peer || reply.To != _context.ServerId)
                return null;
            Log("s2s-received", reply);
            return reply;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private S2sReply Remember(S2sEnvelope message, Reply reply)
    {
        string? body = null;
        if (reply is { Type: { } type, Body: { } content })
        {
            var envelope = processes.Envelope(message.Sid, message.From, message.Device, type, message.Mid, processes.NextN(message.Sid), content);
            body = JsonSerializer.Serialize(envelope, StubJson.Default.S2sEnvelope);
            Log("s2s-sent", envelope);
        }

        // Processed is what a process has seen: 404 and 503 were not, and a purged sid keeps nothing (DEL-369, DEL-371).
        if (reply.Status != 403 && processes.Find(message.Sid) is not null)
            _context.State.Answers.Add(new GivenAnswer(message.From, message.Sid, message.Mid, reply.Status, body));
        if (_context.State.Answers.Count > MaxAnswers)
            _context.State.Answers.RemoveAt(0);
        return new S2sReply(reply.Status, body is null ? null : Encoding.UTF8.GetBytes(body));
    }

    private S2sReply Lost(S2sEnvelope message, S2sReply reply)
    {
        var (name, phase) = ("answer:" + message.Type, message.Body.Phase ?? 0);
        if (TestControls.Take(_context.Controls.Drop, name, phase))
            return S2sReply.Nothing;
        return TestControls.TakeControl(_context.Controls.Delay, name, phase) is { } delay ? reply with { DelaySeconds = delay.Seconds } : reply;
    }

    private bool Held(OutgoingMessage message, TestControls controls)
    {
        if (TestControls.TakeControl(controls.Delay, message.Type, message.Phase) is { } delay)
        {
            message.Due = _context.Now.AddSeconds(delay.Seconds);
            return true;
        }

        if (!TestControls.Take(controls.Reorder, message.Type, message.Phase))
            return false;
        message.Due = _context.Now + ReorderHold;
        return true;
    }

    // What was held back by test control goes after the one that has just been answered.
    private void Release(string peer)
    {
        foreach (var held in _context.State.Outgoing.Where(message => message.Peer == peer && message is { InFlight: false, Attempts: 0 }))
            held.Due = _context.Now;
    }

    // DEL-354: 1 s, doubled, up to 60 s.
    private void Postpone(OutgoingMessage message) =>
        message.Due = _context.Now.AddSeconds(Math.Min(60, Math.Pow(2, Math.Min(message.Attempts, 7) - 1)));

    private static DelegationTerms? ReadTerms(RawJson raw)
    {
        try
        {
            return DelegationTerms.Parse(raw.Text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Log(string name, S2sEnvelope message) => _context.Log(new StubEvent
    {
        Event = name,
        Sid = message.Sid,
        Peer = message.From == _context.ServerId ? message.To : message.From,
        Device = message.Device,
        Delegation = message.Body.DelegationId,
        Type = message.Type,
        Step = MessageType.StepOf(message.Type),
        Phase = message.Body.Phase,
        Result = message.Body.Result ?? message.Body.Accept switch { true => "accept", false => "refuse", null => null },
        Reason = message.Body.Reason,
        Text = message.Body.Text,
    });

    private void Log(string name, OutgoingMessage message) => _context.Log(new StubEvent
    {
        Event = name,
        Sid = message.Sid,
        Peer = message.Peer,
        Type = message.Type,
        Step = MessageType.StepOf(message.Type),
        Phase = message.Phase == 0 ? null : message.Phase,
        Text = message.Attempts > 1 ? $"attempt {message.Attempts}" : null,
    });
}
