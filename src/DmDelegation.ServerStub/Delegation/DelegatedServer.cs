using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using DmDelegation.ServerStub.Dm;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.Keys;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>What B answers: an HTTP status, and the body of a reply message with 200.</summary>
internal readonly record struct Reply(int Status, string? Type = null, S2sBody? Body = null)
{
    public static Reply Accepted { get; } = new(202);

    public static Reply Conflict { get; } = new(409);
}

/// <summary>The delegated server B towards A, and what the device's sessions and alerts mean to it.</summary>
internal sealed class DelegatedServer(Processes processes)
{
    private readonly ServerContext _context = processes.Context;

    public DelegationProcess Begin(DelegateRequest request, string sid)
    {
        var process = processes.Add(sid, ProcessRole.Delegated, request.Peer, request.Device, initiator: true);
        process.Request = request;
        processes.Send(process, MessageType.Notification, new S2sBody
        {
            Role = ProcessRole.Delegated,
            Device = new() { ["id"] = request.Device },
            Terms = new RawJson((request.Terms! with { Type = request.Terms.Label }).ToJson()),
            Account = OwnAccount(request.Device),
        });
        process.Deadline = _context.Now + Processes.ReplyTimeout;
        return process;
    }

    public DelegationProcess Accept(S2sEnvelope message, DelegationTerms terms)
    {
        var process = processes.Add(message.Sid, ProcessRole.Delegated, message.From, message.Device, initiator: false);
        process.Request = new DelegateRequest { Role = ProcessRole.Delegated, Peer = message.From, Device = message.Device, Terms = terms };
        AwaitNext(process);
        return process;
    }

    // B already has an account: then the device is to use that (DEL-056). One that a failed process has left behind is none: see Processes.MayBeFinal.
    public AccountTerms OwnAccount(string device) =>
        _context.State.Devices.GetValueOrDefault(device) is { } account && (account.MadeBySid is null || processes.Find(account.MadeBySid) is not null)
            ? new AccountTerms { Ref = "", Known = true, EncCert = EncCert() }
            : new AccountTerms
            {
                Addr = _context.DmAddress,
                AuthType = _context.Options.AccountAuthType,
                ClientName = device,
                Spki = Convert.ToBase64String(CertificateAuthority.Pin(_context.Options.Certificate)),
                EncCert = EncCert(),
            };

    public void AwaitNext(DelegationProcess process) => process.Deadline = _context.Now + Processes.ReplyTimeout;

    public Reply Authenticate(DelegationProcess process, S2sEnvelope message, X509Certificate2 certificate) => message.Body.Phase switch
    {
        1 when process is { State: ProcessState.Notified, NonceB: null } => PhaseOne(process, message.Body),
        3 when process is { State: ProcessState.Notified, NonceB: not null } => PhaseThree(process, message.Body, certificate),
        _ => Reply.Conflict,
    };

    public Reply Start(DelegationProcess process, S2sBody body)
    {
        if (process.State != ProcessState.Authenticated)
            return Reply.Conflict;
        if (body.Terms?.Text != process.Terms || body.DelegationId is null)
            return Failure(process, 3, ReasonCode.VoucherMismatch, "terms in step 3 are not those signed in step 2");
        process.DelegationId = body.DelegationId;
        process.Step = 3;
        processes.Enter(process, ProcessEvent.Start);
        process.Deadline = _context.Now.AddSeconds(Math.Clamp(body.Window ?? 0, 30, 604_800)) + Processes.ReplyTimeout;
        return Reply.Accepted;
    }

    public Reply Result(DelegationProcess process, S2sBody body)
    {
        if (process.State != ProcessState.Waiting)
            return Reply.Conflict;
        if (body.Result != "Success")
        {
            processes.Fail(process, 6, body.Reason ?? ReasonCode.Internal, "step 6 says Failure", tellPeer: false);
            return Reply.Accepted;
        }

        if (body.Terms?.Text != process.Terms || body.DelegationId != process.DelegationId)
            return Failure(process, 6, ReasonCode.VoucherMismatch, "terms in step 6 are not those signed in step 2");
        if (body.Nonce is null || body.Seq is not { } seq || TakeTdk(process, body) is not { } tdk)
            return Failure(process, 6, ReasonCode.KeyMissing, "step 6 has no key that can be used");
        var terms = process.ReadTerms();
        process.Bind = BindingHash.Compute(BindingInputs.From(terms, process.DelegationId!, process.Peer, _context.ServerId, process.Device, body.Nonce, seq));
        using var keys = DelegationKeys.Derive(tdk, process.Bind);
        CryptographicOperations.ZeroMemory(tdk); // DEL-375: after derivation, before the answer
        if (!CryptographicOperations.FixedTimeEquals(process.Bind, body.Bind) || !CryptographicOperations.FixedTimeEquals(keys.Check.Span, body.Check))
            return Failure(process, 6, ReasonCode.KeyDecrypt, "BH or check value differs (DEL-366)");
        process.Check = keys.Check.ToArray();
        process.ProofKey = keys.Proof.ToArray();
        process.AccountRef = body.AccountRef;
        if (terms.Account?.Known != true)
            _context.State.Devices[process.Device] = NewAccount(process, terms, keys);
        process.Step = 7;
        processes.Enter(process, ProcessEvent.Result);
        process.Deadline = _context.Now.AddSeconds(terms.Window);
        if (_context.Controls.FalseComplete)
            Report(process, reason: 0, state: 2, n: 0);
        return Reply.Accepted;
    }

    public void DeviceAuthenticated(string device)
    {
        foreach (var process in processes.On(device, ProcessRole.Delegated))
            if (process.State == ProcessState.Armed)
                processes.Enter(process, ProcessEvent.DeviceSession);
    }

    public void Alerted(ReceivedAlert alert)
    {
        if (_context.State.Processes.Find(candidate => candidate.Role == ProcessRole.Delegated && candidate.DelegationId == alert.Id) is not { } process)
            return;
        (process.DeviceState, process.DeviceReason) = (alert.State, alert.Reason);
        if (alert.Event == "End" && ReceivedAlert.IsEnded(alert.State)) // else only a reduction (DEL-264)
        {
            if (process.State is not (ProcessState.Reporting or ProcessState.Closed))
                processes.Fail(process, 8, alert.Reason, "the device has ended the delegation", tellPeer: true);
            else
                EndedHere(process, alert.Reason);
        }
        else if (alert.Event == "Session" && !IsAnotherAttemptOpen(alert))
        {
            process.Step = 8;
            Report(process, alert.Success ? 0 : alert.Reason, alert.State, alert.N);
        }
    }

    public void CompleteAnswered(DelegationProcess process)
    {
        if (process.SessionReason is { } reason and not 0)
            processes.Fail(process, 8, reason, "step 8 said Failure", tellPeer: false);
        else
            processes.Enter(process, ProcessEvent.Complete);
    }

    /// <summary>A says that the delegation has ended on the device (DEL-247).</summary>
    public Reply Ended(DelegationProcess process, S2sBody body)
    {
        var reason = body.Reason ?? ReasonCode.Revoked;
        switch (process.State)
        {
            case ProcessState.Closed when process.ReadTerms().DurationType == "final": // nothing ends it, and A cannot say so (DEL-025)
                return Reply.Conflict;
            case ProcessState.Reporting or ProcessState.Closed:
                process.EndReason ??= reason;
                Forget(process);
                return Reply.Accepted;
            case ProcessState.Armed or ProcessState.InSession: // A has closed by the device's notice while B has not heard step 8
                processes.Fail(process, process.Step, reason, "the delegation has ended", tellPeer: false);
                return Reply.Accepted;
            default:
                return Reply.Conflict;
        }
    }

    /// <summary>The device has told B itself; the account is needed until this session is over (DEL-247). A hears it from both.</summary>
    public void EndedHere(DelegationProcess process, int reason)
    {
        if (process.EndReason is not null)
            return;
        (process.EndReason, process.EndWanted) = (reason, false);
        processes.Send(process, MessageType.Ended, new S2sBody { Reason = reason });
        AwaitNext(process);
    }

    /// <summary>A has closed, so the device has told it that B is confirmed: as good as step 8, which B has lost (DEL-374).</summary>
    public void PeerClosed(DelegationProcess process) => Report(process, reason: 0, state: 2, n: 0);

    /// <summary>The delegation has ended: nothing of its account and keys stays.</summary>
    public void Forget(DelegationProcess process)
    {
        process.Deadline = null;
        process.EraseKeys();
        processes.RemoveAccount(process.Sid, process.Device);
    }

    // PROOF_BAD is repeatable and counted (delegation.md 15): while the record is Pending, the next session may bring the proof.
    private static bool IsAnotherAttemptOpen(ReceivedAlert alert) => !alert.Success && alert.State == 1;

    private void Report(DelegationProcess process, int reason, int state, long n)
    {
        processes.Enter(process, ProcessEvent.DeviceSession);
        if (!processes.Enter(process, ProcessEvent.SessionAlert))
            return;
        process.EraseKeys();
        (process.SessionReason, process.SessionAlertN) = (reason, n);
        if (reason == 0)
            Confirmed(process);
        process.Deadline = null; // the device has spoken: the message is repeated until A answers (DEL-354)
        processes.Send(process, MessageType.Complete, new S2sBody
        {
            Result = reason == 0 ? "Success" : "Failure",
            Reason = reason,
            State = state.ToString(),
            Event = "Session",
            N = n,
        });
    }

    // DEL-130: the account of a final delegation is B's home account from now on; no message of A takes it away.
    private void Confirmed(DelegationProcess process)
    {
        process.ConfirmedAt = _context.Now;
        if (process.ReadTerms().DurationType == "final" && _context.State.Devices.GetValueOrDefault(process.Device) is { Derived: false } account && account.MadeBySid == process.Sid)
            account.MadeBySid = null;
    }

    private Reply PhaseOne(DelegationProcess process, S2sBody body)
    {
        if (body.NonceA is not { Length: 32 } || body.Terms is not { } terms || !IsAcceptable(process, terms.Text))
            return new Reply(422);
        process.Terms = terms.Text;
        process.NonceA = body.NonceA;
        process.NonceB = _context.Random(32);
        process.Step = 2;
        AwaitNext(process);
        var text = DelegationKeys.StepTwoString(process.Sid, _context.ServerId, process.Peer, process.NonceA, process.NonceB, process.Device, process.Terms);
        if (_context.Controls.WrongSignature)
            text = [.. text, 0];
        return new Reply(200, MessageType.MutualAuthentication, new S2sBody { Phase = 2, NonceB = process.NonceB, Sig = StepTwoSignature.Sign(text, _context.Options.Certificate) });
    }

    private Reply PhaseThree(DelegationProcess process, S2sBody body, X509Certificate2 certificate)
    {
        var text = DelegationKeys.StepTwoString(process.Sid, process.Peer, _context.ServerId, process.NonceA, process.NonceB, process.Device, process.Terms!);
        if (!StepTwoSignature.Verify(text, body.Sig ?? [], certificate))
            return Failure(process, 2, ReasonCode.VoucherSignature, "signature of step 2, phase 3, does not verify");
        processes.Enter(process, ProcessEvent.PeerAuthenticated);
        AwaitNext(process);
        return Reply.Accepted;
    }

    // The complete terms must be those of step 1 plus B's own account and A's conRef.
    private bool IsAcceptable(DelegationProcess process, string json)
    {
        try
        {
            var terms = DelegationTerms.Parse(json);
            if (!terms.IsSpeltRight())
                return false;
            var expected = process.Request!.Terms! with
            {
                Type = terms.Type,
                Account = OwnAccount(process.Device) with { ConRef = terms.Account?.ConRef },
            };
            return expected.ToJson() == terms.ToJson();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private byte[]? TakeTdk(DelegationProcess process, S2sBody body)
    {
        if (body.TdkEnc is not { } envelope)
            return body.Tdk is { } tdk && DelegationKeys.IsStrong(tdk) ? tdk : null;
        try
        {
            return _context.Options.EncryptionCertificate is { } own
                ? KeyEnvelope.Open(envelope, process.DelegationId!, process.Device, _context.ServerId, own) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private DeviceAccount NewAccount(DelegationProcess process, DelegationTerms terms, DelegationKeys keys) => new()
    {
        DeviceId = process.Device,
        ClientName = terms.Account?.ClientName ?? process.Device, // DEL-170
        ClientSecret = DelegationKeys.Password(keys.ClientCredential),
        ServerName = _context.ServerId,
        ServerSecret = DelegationKeys.Password(keys.ServerCredential),
        AuthType = terms.Account?.AuthType ?? "HMAC",
        ClientNonce = keys.ClientNonce.ToArray(),
        ServerNonce = keys.ServerNonce.ToArray(),
        MadeBySid = process.Sid,
        Derived = true,
    };

    private string? EncCert() => _context.Options.EncryptionCertificate is { } certificate ? Convert.ToBase64String(certificate.RawData) : null;

    private Reply Failure(DelegationProcess process, int step, int reason, string text)
    {
        processes.Fail(process, step, reason, text, tellPeer: false);
        return new Reply(200, MessageType.Failure, new S2sBody { Step = step, Reason = reason, Text = text });
    }
}
