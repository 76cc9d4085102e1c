using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DmDelegation.ServerStub.Dm;
using DmDelegation.ServerStub.Keys;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>The delegating server A towards B (steps 1, 2, 3, 6, 9) and what the device's alerts mean to it.</summary>
internal sealed class DelegatingServer(Processes processes)
{
    private readonly Hosting.ServerContext _context = processes.Context;

    public DelegationProcess Begin(DelegateRequest request, string sid)
    {
        var process = processes.Add(sid, ProcessRole.Delegating, request.Peer, request.Device, initiator: true);
        process.Request = request;
        process.DelegationId = NewDelegationId();
        processes.Send(process, MessageType.Notification, new S2sBody
        {
            Role = ProcessRole.Delegating,
            Device = DescribeDevice(request.Device),
            Terms = new RawJson(Labelled(request.Terms!).ToJson()),
        });
        process.Deadline = _context.Now + Processes.ReplyTimeout;
        return process;
    }

    // Step 1 from B: B has given its account with it.
    public DelegationProcess Accept(S2sEnvelope message, DelegationTerms terms)
    {
        var process = processes.Add(message.Sid, ProcessRole.Delegating, message.From, message.Device, initiator: false);
        process.Request = new DelegateRequest { Peer = message.From, Device = message.Device, Terms = terms, KeyMethod = _context.Options.KeyMethod };
        process.DelegationId = NewDelegationId();
        return process;
    }

    // Step 1 is accepted on both sides: A completes the terms and begins step 2.
    public void Authenticate(DelegationProcess process, AccountTerms account)
    {
        processes.Enter(process, ProcessEvent.Accepted);
        process.Terms = (Labelled(process.Request!.Terms!) with { Account = account with { ConRef = process.Request.ConRef } }).ToJson();
        process.NonceA = _context.Random(32);
        if (_context.Controls.StartBeforeAuthentication)
            SendStart(process);
        processes.Send(process, MessageType.MutualAuthentication, new S2sBody { NonceA = process.NonceA, Terms = new RawJson(process.Terms) }, phase: 1);
        process.Deadline = _context.Now + Processes.ReplyTimeout;
    }

    public void PhaseTwo(DelegationProcess process, S2sBody body, X509Certificate2? certificate)
    {
        var text = DelegationKeys.StepTwoString(process.Sid, process.Peer, _context.ServerId, process.NonceA, body.NonceB, process.Device, process.Terms!);
        if (body.NonceB is not { Length: 32 } || certificate is null || !StepTwoSignature.Verify(text, body.Sig ?? [], certificate))
        {
            processes.Fail(process, 2, ReasonCode.VoucherSignature, "signature of step 2, phase 2, does not verify", tellPeer: true);
            return;
        }

        process.NonceB = body.NonceB;
        var own = DelegationKeys.StepTwoString(process.Sid, _context.ServerId, process.Peer, process.NonceA, process.NonceB, process.Device, process.Terms!);
        var signature = StepTwoSignature.Sign(own, _context.Options.Certificate);
        if (_context.Controls.WrongSignature)
            signature = StepTwoSignature.Sign([.. own, 0], _context.Options.Certificate);
        processes.Send(process, MessageType.MutualAuthentication, new S2sBody { Sig = signature }, phase: 3);
        process.Deadline = _context.Now + Processes.ReplyTimeout;
    }

    public void SendStart(DelegationProcess process)
    {
        processes.Send(process, MessageType.Start, new S2sBody
        {
            DelegationId = process.DelegationId,
            Window = process.Request!.StepFourSeconds,
            Terms = TermsFor(process, step: 3),
        });
        process.Deadline = _context.Now + Processes.ReplyTimeout;
    }

    public void StartAnswered(DelegationProcess process)
    {
        processes.Enter(process, ProcessEvent.Start);
        process.Step = 4;
        process.Deadline = _context.Now.AddSeconds(process.Request!.StepFourSeconds);
    }

    // Step 6 only after step 5 arrived (DEL-364) and the device's check value is ours (DEL-156).
    public void SendResultWhenReady(DelegationProcess process)
    {
        if (process.State != ProcessState.Acknowledged || !process.CheckVerified || process.Tdk is null
            || _context.State.Outgoing.Exists(message => message.Sid == process.Sid && message.Type == MessageType.Result))
            return;
        var tdk = _context.Controls.WrongTdk ? _context.Random(32) : (byte[])process.Tdk.Clone();
        var check = _context.Controls is { WrongTdk: true, WrongCheckToo: true } ? DelegationKeys.CheckValue(tdk, process.Bind) : process.Check;
        var sealedTdk = process.ReadTerms().Account?.EncCert is { } certificate ? SealFor(process, tdk, certificate) : null;
        processes.Send(process, MessageType.Result, new S2sBody
        {
            Result = "Success",
            Reason = ReasonCode.Ok,
            DelegationId = process.DelegationId,
            Terms = TermsFor(process, step: 6),
            Tdk = sealedTdk is null ? tdk : null,
            TdkEnc = sealedTdk,
            Bind = process.Bind,
            Nonce = process.DeviceNonce,
            Seq = process.Seq,
            Check = check,
            Acl = new Dictionary<string, int> { ["changed"] = process.Changed, ["skipped"] = process.Skipped },
            AccountRef = process.AccountRef,
        });
        CryptographicOperations.ZeroMemory(tdk);
    }

    public void ResultAnswered(DelegationProcess process)
    {
        processes.Enter(process, ProcessEvent.Result);
        process.EraseKeys(); // DEL-375: step 6 is answered
        process.Step = 7;
        process.Deadline = _context.Now.AddSeconds(process.ReadTerms().Window);
        if (process.DeviceState is { } state)
            DeviceSays(process, state, process.DeviceReason);
    }

    /// <summary>Step 9: B's word moves A to Reported, nothing more (DEL-367). The HTTP status to answer.</summary>
    public int Complete(DelegationProcess process, S2sBody body)
    {
        if (process.State is not (ProcessState.Acknowledged or ProcessState.Handed or ProcessState.Reported or ProcessState.Closed))
            return 409;
        if (body.Result != "Success")
        {
            if (process.State == ProcessState.Closed)
                return 409;
            processes.Fail(process, 9, body.Reason ?? ReasonCode.Internal, "step 9 says Failure", tellPeer: false);
            return 202;
        }

        // B has step 6, although its answer got lost on the way.
        if (process.State == ProcessState.Acknowledged)
        {
            processes.Unsend(message => message.Sid == process.Sid && message.Type == MessageType.Result);
            ResultAnswered(process);
        }

        if (!processes.Enter(process, ProcessEvent.Complete))
            return 409; // step 6 has not even been sent
        process.Step = 9;
        process.Deadline = null; // DEL-373: Reported has no timer
        return 202;
    }

    /// <summary>B says that the delegation has ended: A reads State in its next session (DEL-367, DEL-374).</summary>
    public Reply PeerEnded(DelegationProcess process, S2sBody body)
    {
        if (process.State is not (ProcessState.Handed or ProcessState.Reported or ProcessState.Closed))
            return Reply.Conflict;
        process.PeerEndReason = body.Reason ?? ReasonCode.Internal;
        return Reply.Accepted;
    }

    /// <summary>Delegation Failure from B after A has closed: too late for it (DEL-368), but nobody is left to use the delegation, so A takes it back (DEL-273).</summary>
    public Reply FailedAfterClose(DelegationProcess process)
    {
        process.EndWanted = process.EndReason is null;
        return Reply.Conflict;
    }

    public void Alerted(ReceivedAlert alert)
    {
        if (alert.Event == "End" && ReceivedAlert.IsEnded(alert.State))
            Unmark(alert.Device, alert.Id);
        if (_context.State.Processes.Find(candidate => candidate.Role == ProcessRole.Delegating && candidate.DelegationId == alert.Id) is not { } process)
            return;
        if (alert.Event == "Ack")
            Acknowledged(process, alert);
        else if (alert.Event is "Session" or "End")
            DeviceSays(process, alert.State, alert.Reason);
    }

    /// <summary>What the device itself says about the record: by notice or by State (DEL-367, DEL-232).</summary>
    public void DeviceSays(DelegationProcess process, int state, int reason)
    {
        (process.DeviceState, process.DeviceReason) = (state, reason);
        if (ReceivedAlert.IsLive(state))
        {
            process.PeerEndReason = null;
            if (processes.Enter(process, ProcessEvent.DeviceLive))
                process.Deadline = null;
        }
        else if (ReceivedAlert.IsEnded(state))
        {
            if (process.State != ProcessState.Closed)
                processes.Fail(process, process.Step, reason, $"the device says state {state}", tellPeer: true);
            else if (process.EndReason is null)
                Ended(process, reason);
        }
    }

    public void Ended(DelegationProcess process, int reason)
    {
        (process.EndReason, process.EndWanted, process.PeerEndReason) = (reason, false, null);
        processes.Send(process, MessageType.Ended, new S2sBody { Reason = reason });
    }

    /// <summary>The device has confirmed that nothing of the delegation is left: the "to cancel" mark goes (DEL-370).</summary>
    public void Unmark(string device, string? id, int? reason = null)
    {
        var tombstones = _context.State.Tombstones;
        for (var index = 0; index < tombstones.Count; index++)
            if (tombstones[index].Device == device && tombstones[index].CancelId == id)
                tombstones[index] = tombstones[index] with { CancelId = null, Reason = reason ?? tombstones[index].Reason };
    }

    private void Acknowledged(DelegationProcess process, ReceivedAlert alert)
    {
        process.Step = 5;
        if (!alert.Success)
        {
            process.DeviceState = alert.State == 0 ? 10 : alert.State;
            processes.Fail(process, 5, alert.Reason, "step 5 says Failure", tellPeer: true);
            return;
        }

        (process.Changed, process.Skipped, process.AccountRef) = (alert.Changed, alert.Skipped, alert.Account);
        if (processes.Enter(process, ProcessEvent.Ack))
            SendResultWhenReady(process);
    }

    private static byte[] SealFor(DelegationProcess process, byte[] tdk, string certificate)
    {
        using var recipient = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(certificate));
        return KeyEnvelope.Seal(tdk, process.DelegationId!, process.Device, process.Peer, recipient);
    }

    private RawJson TermsFor(DelegationProcess process, int step) => new(
        _context.Controls.WrongTermsIn == step
            ? (process.ReadTerms() with { Window = process.ReadTerms().Window + 1 }).ToJson()
            : process.Terms!);

    private Dictionary<string, string> DescribeDevice(string device)
    {
        var devInfo = _context.State.Devices.GetValueOrDefault(device)?.DevInfo;
        return new() { ["id"] = device, ["man"] = devInfo?.GetValueOrDefault("./DevInfo/Man") ?? "", ["mod"] = devInfo?.GetValueOrDefault("./DevInfo/Mod") ?? "" };
    }

    private static DelegationTerms Labelled(DelegationTerms terms) => terms with { Type = terms.Label };

    // DEL-003: 128 random bits in base32 without padding.
    private string NewDelegationId()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        return string.Concat(_context.Random(26).Select(octet => Alphabet[octet & 31]));
    }
}
