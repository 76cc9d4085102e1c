using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DmDelegation.Protocol;
using DmDelegation.ServerStub.Dm;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.Keys;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>What A does in a session with the device: step 4, Cancel, Revoke, reading State.</summary>
internal sealed class DelegatingDeviceWork(Processes processes, DelegatingServer delegating)
{
    private readonly ServerContext _context = processes.Context;

    // Certificate read in this session, by sid (Cap/DeviceCert).
    private readonly Dictionary<string, X509Certificate2> _deviceCertificates = [];

    public DmBatch? Next(DmSession session)
    {
        var device = session.Account.DeviceId;
        foreach (var tombstone in _context.State.Tombstones.Where(tombstone => tombstone.Device == device && tombstone.CancelId is not null))
            if (Undo(session, device, tombstone.CancelId!) is { } batch)
                return batch;
        foreach (var process in processes.On(device, ProcessRole.Delegating))
            if (Next(session, process) is { } batch)
                return batch;
        return null;
    }

    private DmBatch? Next(DmSession session, DelegationProcess process) => process.State switch
    {
        ProcessState.Started when session.Visited.Add("read " + process.Sid) => Prepare(process),
        ProcessState.Started when process.DeviceNonce is not null && session.Visited.Add("command " + process.Sid) => Command(process),
        ProcessState.Commanded or ProcessState.Acknowledged when !process.CheckVerified && session.Visited.Add("check " + process.Sid) => ReadCheck(process),
        ProcessState.Handed or ProcessState.Reported when session.Visited.Add("state " + process.Sid) => ReadState(process),
        ProcessState.Closed when process is { PeerEndReason: not null, EndReason: null } && session.Visited.Add("state " + process.Sid) => ReadState(process),
        ProcessState.Closed when process is { EndWanted: true, EndReason: null } && session.Visited.Add("revoke " + process.Sid) => Revoke(process),
        _ => null,
    };

    private DmBatch Prepare(DelegationProcess process)
    {
        var cms = process.Request!.KeyMethod == "cms";
        var commands = new List<DmCommand> { DmCommand.Get("./Delegation/Nonce"), DmCommand.Get("./Delegation/Seq"), DmCommand.Get("./Delegation/Cap/KeyMethods"), DmCommand.Get("./DevInfo/DevId") };
        if (cms)
            commands.Add(DmCommand.Get("./Delegation/Cap/DeviceCert"));
        process.DeviceNonce = null;
        return new DmBatch(commands, results =>
        {
            if (processes.Find(process.Sid) is null)
                return;
            var failed = results.FirstOrDefault(result => !StatusCode.IsSuccess(result.Status));
            if (failed is not null || results[3].Octets() is not { } deviceId || System.Text.Encoding.UTF8.GetString(deviceId) != process.Device)
            {
                processes.Fail(process, 4, ReasonCode.Internal, failed is null ? "the device has another DevId" : $"Get {failed.Uri} answered {failed.Status}", tellPeer: true);
                return;
            }

            if (cms && !TryTakeCertificate(process, results[4]))
            {
                processes.Fail(process, 4, ReasonCode.KeyDecrypt, "Cap/DeviceCert is no certificate with an RSA key", tellPeer: true);
                return;
            }

            process.DeviceNonce = results[0].Octets();
            var accepted = long.TryParse(System.Text.Encoding.UTF8.GetString(results[1].Octets() ?? []), out var seq) ? seq : 0;
            var account = _context.State.Devices[process.Device];
            account.LastSeq = process.Seq = Math.Max(accepted, account.LastSeq) + 1;
        });
    }

    private DmBatch Command(DelegationProcess process)
    {
        var terms = process.ReadTerms();
        process.Tdk = NewTdk();
        process.Bind = BindingHash.Compute(BindingInputs.From(terms, process.DelegationId!, _context.ServerId, process.Peer, process.Device, process.DeviceNonce!, process.Seq));
        process.Check = DelegationKeys.CheckValue(process.Tdk, process.Bind);
        var method = process.Request!.KeyMethod;
        var keyValue = method == "cms"
            ? KeyEnvelope.Seal(process.Tdk, process.DelegationId!, process.Device, process.Peer, _deviceCertificates[process.Sid])
            : (byte[])process.Tdk.Clone();
        var needed = process.Request.Voucher ?? (method == "cms" || terms.ScopeType == "full" || terms.DurationType == "final"); // DEL-161
        var voucher = needed && _context.Options.VoucherSigner is { } signer
            ? Voucher.Sign(Voucher.Content(terms, process.DelegationId!, _context.ServerId, process.Peer, process.Device, process.DeviceNonce!, process.Seq, Voucher.KeyDigest(method, keyValue, process.Tdk), _context.Now), signer)
            : null;
        var commands = RecordBuilder.Build(process, terms, method, keyValue, voucher, _context.Now);
        CryptographicOperations.ZeroMemory(keyValue);
        process.MayBeOnDevice = true; // saved before the command leaves (DEL-370)
        processes.Enter(process, ProcessEvent.Command);
        return new DmBatch(commands, static _ => { }, Secret: true);
    }

    // Check value, state and reason of the device: equal, and step 6 may go (DEL-156); else A must Cancel. Also for A in doubt about step 4 (DEL-374).
    private DmBatch ReadCheck(DelegationProcess process)
    {
        var root = $"./Delegation/{process.DelegationId}";
        return new DmBatch([DmCommand.Get($"{root}/Key/Check"), DmCommand.Get($"{root}/State"), DmCommand.Get($"{root}/Reason")], results =>
        {
            if (processes.Find(process.Sid) is null)
                return;
            var state = Number(results[1]);
            process.DeviceState = state ?? process.DeviceState;
            if (results[1].Status == StatusCode.NotFound)
                process.DeviceState = 10; // no record: nothing was started, nothing is to be cancelled
            if (state is 1 && CryptographicOperations.FixedTimeEquals(results[0].Octets(), process.Check))
            {
                process.CheckVerified = true;
                delegating.SendResultWhenReady(process);
            }
            else if (state is 1)
            {
                processes.Fail(process, 5, ReasonCode.KeyDecrypt, "the device has another check value (DEL-156)", tellPeer: true);
            }
            else
            {
                processes.Fail(process, 4, Number(results[2]) is > 0 and var reason ? reason : ReasonCode.Internal, "the Delegation Command was not carried out", tellPeer: true);
            }
        });
    }

    private DmBatch ReadState(DelegationProcess process)
    {
        var root = $"./Delegation/{process.DelegationId}";
        return new DmBatch([DmCommand.Get($"{root}/State"), DmCommand.Get($"{root}/Reason")], results =>
        {
            if (processes.Find(process.Sid) is null)
                return;
            if (Number(results[0]) is { } state)
                delegating.DeviceSays(process, state, Number(results[1]) ?? 0);
            else if (results[0].Status == StatusCode.NotFound)
                delegating.DeviceSays(process, 10, ReasonCode.Internal);
        });
    }

    // DEL-370. Cancel is for what is not confirmed; B may have confirmed before A failed, then only Revoke helps (DEL-261).
    private DmBatch? Undo(DmSession session, string device, string id) =>
        session.Visited.Add("cancel " + id) ? Cancel(session, device, id)
        : session.Visited.Remove("too late to cancel " + id) ? RevokeMarked(device, id)
        : null;

    // 200: cancelled. 404: no record. Then the mark goes; otherwise the next session tries again.
    private DmBatch Cancel(DmSession session, string device, string id) => new([DmCommand.Exec($"./Delegation/{id}/Operations/Cancel")], results =>
    {
        if (results[0].Status is StatusCode.Ok or StatusCode.NotFound)
            delegating.Unmark(device, id);
        else if (results[0].Status == StatusCode.CommandNotAllowed)
            session.Visited.Add("too late to cancel " + id);
    });

    private DmBatch RevokeMarked(string device, string id) => new([DmCommand.Get($"./Delegation/{id}/State"), DmCommand.Exec($"./Delegation/{id}/Operations/Revoke")], results =>
    {
        var state = Number(results[0]);
        if (state is 4)
            _context.Error($"delegation {id} has failed here but is final on the device: it cannot be taken back (DEL-262)");
        if (StatusCode.IsSuccess(results[1].Status) || state is 4 or >= 10)
            delegating.Unmark(device, id, state is 4 ? ReasonCode.FinalIrrevocable : null);
    });

    private DmBatch Revoke(DelegationProcess process) => new([DmCommand.Exec($"./Delegation/{process.DelegationId}/Operations/Revoke")], results =>
    {
        // The End alert tells the reason; without it the answer is enough to tell B.
        if (StatusCode.IsSuccess(results[0].Status) && process.EndReason is null)
            delegating.Ended(process, ReasonCode.Revoked);
        else if (results[0].Status == StatusCode.CommandNotAllowed)
            process.EndWanted = false; // final (DEL-262), or ended by itself: the End alert will say so
    });

    private bool TryTakeCertificate(DelegationProcess process, CommandResult result)
    {
        try
        {
            var certificate = X509CertificateLoader.LoadCertificate(result.Octets() ?? []);
            using var key = certificate.GetRSAPublicKey();
            _deviceCertificates[process.Sid] = certificate;
            return key is not null;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private byte[] NewTdk()
    {
        byte[] tdk;
        do
            tdk = _context.Random(32);
        while (!DelegationKeys.IsStrong(tdk));
        return tdk;
    }

    private static int? Number(CommandResult result) =>
        result.Octets() is { } octets && int.TryParse(System.Text.Encoding.UTF8.GetString(octets), out var number) ? number : null;
}
