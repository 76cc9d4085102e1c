using System.Text.Json;
using DmDelegation.Protocol;
using DmDelegation.ServerStub.Dm;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.Keys;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>Everything a server has to do in a session: delegations first, then the commands of its operator.</summary>
internal sealed class DeviceWork(Processes processes, DelegatingServer delegating, DelegatedServer delegated) : IDeviceWork
{
    private readonly ServerContext _context = processes.Context;
    private readonly DelegatingDeviceWork _delegating = new(processes, delegating);
    private readonly Rotation _rotation = new(processes.Context);

    // Challenge read in this session, by sid; valid for one attempt (DEL-180).
    private readonly Dictionary<string, byte[]> _challenges = [];

    public void Authenticated(DmSession session) => delegated.DeviceAuthenticated(session.Account.DeviceId);

    public void Alerted(DmSession session, ReceivedAlert alert)
    {
        delegating.Alerted(alert);
        delegated.Alerted(alert);
    }

    public DmBatch? Next(DmSession session) => _delegating.Next(session) ?? Confirm(session) ?? Ticket(session.Account.DeviceId);

    // B, step 7: prove the key in mode exec; in mode auth the credential was the proof, a Get keeps the session open for step 8.
    private DmBatch? Confirm(DmSession session)
    {
        foreach (var process in processes.On(session.Account.DeviceId, ProcessRole.Delegated))
        {
            if (process is { State: ProcessState.Closed, EndWanted: true, EndReason: null } && session.Visited.Add("relinquish " + process.Sid))
                return Relinquish(process);
            if (_rotation.IsDue(process) && session.Visited.Add("rotate " + process.Sid))
                return _rotation.Commands(process);
            if (process.State != ProcessState.InSession)
                continue;
            var root = $"./Delegation/{process.DelegationId}";
            if (process.ReadTerms().ConfirmMode != "exec")
            {
                if (session.Visited.Add("state " + process.Sid))
                    return new DmBatch([DmCommand.Get($"{root}/State")], static _ => { });
            }
            else if (process.ReadTerms().DurationType == "final" && _rotation.IsPending(process))
            {
                continue; // DEL-183: Confirm only in a session on secrets that A does not know, the next one
            }
            else if (session.Visited.Add("challenge " + process.Sid))
            {
                _challenges.Remove(process.Sid);
                return new DmBatch([DmCommand.Get($"{root}/Confirm/Challenge")], results =>
                {
                    if (results[0].Octets() is { Length: 32 } challenge)
                        _challenges[process.Sid] = challenge;
                    else
                        _context.Error($"Get {root}/Confirm/Challenge answered {results[0].Status}");
                });
            }
            else if (_challenges.Remove(process.Sid, out var challenge) && process.ProofKey is { } key)
            {
                var proof = DelegationKeys.ProofOf(key, challenge, process.Bind);
                proof[0] ^= _context.Controls.WrongProof ? (byte)1 : (byte)0;
                return new DmBatch([DmCommand.Exec($"{root}/Operations/Confirm", data: DmCommand.Base64Data(proof), format: "b64")], static _ => { });
            }
        }

        return null;
    }

    // DEL-265. 405: final, or ended already; then it is as it is.
    private DmBatch Relinquish(DelegationProcess process) => new([DmCommand.Exec($"./Delegation/{process.DelegationId}/Operations/Relinquish")], results =>
    {
        if (StatusCode.IsSuccess(results[0].Status))
            delegated.EndedHere(process, ReasonCode.Relinquished);
        else if (results[0].Status == StatusCode.CommandNotAllowed)
            process.EndWanted = false;
    });

    private DmBatch? Ticket(string device)
    {
        if (_context.State.Tickets.Find(ticket => ticket.Device == device && ticket.Waiting.Count > 0) is not { } ticket)
            return null;
        using var json = JsonDocument.Parse(ticket.Waiting[0]);
        ticket.Waiting.RemoveAt(0);
        var (commands, final) = CommandJson.ReadBatch(json.RootElement);
        return new DmBatch(commands, results =>
        {
            ticket.Results.Add(results);
            ticket.Done = ticket.Waiting.Count == 0;
        }, final);
    }
}
