using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>What both roles do with a process: move it, send for it, fail it.</summary>
internal sealed class Processes(ServerContext context)
{
    private const int MaxTombstones = 64; // own choice, as the device's (DEL-194)
    private const int MaxOpen = 64; // own choice: processes under way; each ends by its timer

    // DEL-373: reply to 1, 2 and 3.
    public static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(30);

    public ServerContext Context => context;

    public DelegationProcess? Find(string sid) => context.State.Processes.Find(process => process.Sid == sid);

    public ProcessTombstone? Tombstone(string sid) => context.State.Tombstones.FindLast(tombstone => tombstone.Sid == sid);

    /// <summary>Whether another process may begin: a peer cannot fill this server up (503, DEL-355).</summary>
    public bool IsFull => context.State.Processes.Count(process => process.State != ProcessState.Closed) >= MaxOpen;

    public IEnumerable<DelegationProcess> On(string device, string role) =>
        context.State.Processes.Where(process => process.Device == device && process.Role == role).ToList();

    public DelegationProcess Add(string sid, string role, string peer, string device, bool initiator)
    {
        var process = new DelegationProcess { Sid = sid, Role = role, Peer = peer, Device = device, Initiator = initiator, Step = 1 };
        context.State.Processes.Add(process);
        Enter(process, ProcessEvent.Notification);
        return process;
    }

    /// <summary>Moves a process along its table; false if the event has no row in this state.</summary>
    public bool Enter(DelegationProcess process, ProcessEvent on)
    {
        if (Transitions.Next(process.Role, process.State, on) is not { } next)
            return false;
        if (next == process.State)
            return true;
        process.State = next;
        LogState(process, next, reason: null);
        context.Entered(next.ToString());
        return true;
    }

    /// <summary>Ends a process before it is closed: purge (DEL-369), mark what is to be cancelled (DEL-370), tell the peer.</summary>
    public void Fail(DelegationProcess process, int step, int reason, string text, bool tellPeer)
    {
        var cancel = process.Role == ProcessRole.Delegating && process.MayBeOnDevice && process.DeviceState is not >= 10 ? process.DelegationId : null;
        Purge(process);
        process.State = ProcessState.Failed;
        LogState(process, ProcessState.Failed, reason, text);
        context.Entered(nameof(ProcessState.Failed));
        if (tellPeer)
            Send(process, MessageType.Failure, new S2sBody { Step = step, Reason = reason, Text = text });
        Bury(new ProcessTombstone(
            process.Sid, process.Role, process.Peer, process.Device,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(process.Terms ?? ""))), step, reason, context.Now, cancel, process.SentN));
    }

    /// <summary>Next envelope counter of this server for a sid (DEL-353).</summary>
    public long NextN(string sid)
    {
        if (Find(sid) is { } process)
            return ++process.SentN;
        var index = context.State.Tombstones.FindLastIndex(tombstone => tombstone.Sid == sid);
        if (index < 0)
            return 1;
        var next = context.State.Tombstones[index] with { SentN = context.State.Tombstones[index].SentN + 1 };
        return (context.State.Tombstones[index] = next).SentN;
    }

    public OutgoingMessage Send(DelegationProcess process, string type, S2sBody body, int phase = 0)
    {
        var envelope = Envelope(process.Sid, process.Peer, process.Device, type, re: null, ++process.SentN, body with { Phase = phase == 0 ? null : phase });
        var message = new OutgoingMessage
        {
            Peer = process.Peer,
            Sid = process.Sid,
            Mid = envelope.Mid,
            Type = type,
            Phase = phase,
            Body = JsonSerializer.SerializeToUtf8Bytes(envelope, StubJson.Default.S2sEnvelope),
            Due = context.Now,
        };
        process.Step = MessageType.StepOf(type) ?? process.Step;
        context.State.Outgoing.Add(message);
        return message;
    }

    public S2sEnvelope Envelope(string sid, string to, string device, string type, string? re, long n, S2sBody body) => new()
    {
        Type = type,
        Sid = sid,
        Mid = Convert.ToHexStringLower(context.Random(16)),
        Re = re,
        N = n,
        From = context.ServerId,
        To = to,
        Device = device,
        Ts = context.Now,
        Body = body,
    };

    /// <summary>Takes messages off the outbox and overwrites them: step 6 holds the TDK.</summary>
    public void Unsend(Predicate<OutgoingMessage> which)
    {
        foreach (var message in context.State.Outgoing.Where(message => which(message)))
            CryptographicOperations.ZeroMemory(message.Body);
        context.State.Outgoing.RemoveAll(which);
    }

    /// <summary>Removes the account that a process made on this server, with its secrets, and ends what this server has delegated by it.</summary>
    public void RemoveAccount(string sid, string device)
    {
        if (context.State.Devices.GetValueOrDefault(device) is not { } account || account.MadeBySid != sid)
            return;
        account.Erase();
        context.State.Devices.Remove(device);
        EndChildren(device);
    }

    // DEL-066: the device has ended them with their parent, and has no account left to tell this server of it (DEL-247).
    private void EndChildren(string device)
    {
        foreach (var child in On(device, ProcessRole.Delegating).Where(child => child.EndReason is null))
            if (child.State == ProcessState.Closed)
            {
                (child.EndReason, child.EndWanted, child.PeerEndReason) = (ReasonCode.ParentEnded, false, null);
                Send(child, MessageType.Ended, new S2sBody { Reason = ReasonCode.ParentEnded });
            }
            else
            {
                child.MayBeOnDevice = false;
                Fail(child, child.Step, ReasonCode.ParentEnded, "the delegation above has ended", tellPeer: true);
            }

        var tombstones = context.State.Tombstones;
        for (var index = 0; index < tombstones.Count; index++)
            if (tombstones[index].Device == device)
                tombstones[index] = tombstones[index] with { CancelId = null };
    }

    // B on secrets of its own has sent Confirm of a final delegation, or was about to. If the device has taken it, nobody else can ever manage it, so
    // these secrets stay; they come from no TDK (DEL-369). If not, the next delegation of this device takes the account's place.
    private bool MayBeFinal(DelegationProcess process) =>
        process.Role == ProcessRole.Delegated && process.State == ProcessState.InSession && process.ReadTerms().DurationType == "final"
        && context.State.Devices.GetValueOrDefault(process.Device) is { Derived: false } account && account.MadeBySid == process.Sid;

    private void Purge(DelegationProcess process)
    {
        process.EraseKeys();
        if (!MayBeFinal(process))
            RemoveAccount(process.Sid, process.Device);
        Unsend(message => message.Sid == process.Sid);
        context.State.Answers.RemoveAll(answer => answer.Sid == process.Sid); // from now on DEL-371 answers
        context.State.Processes.Remove(process);
    }

    // A "to cancel" mark is kept until the device has confirmed (DEL-370), so the oldest tombstone without one makes room.
    private void Bury(ProcessTombstone tombstone)
    {
        var tombstones = context.State.Tombstones;
        tombstones.Add(tombstone);
        if (tombstones.Count > MaxTombstones && tombstones.FindIndex(old => old.CancelId is null) is >= 0 and var oldest)
            tombstones.RemoveAt(oldest);
    }

    private void LogState(DelegationProcess process, ProcessState state, int? reason, string? text = null) => context.Log(new StubEvent
    {
        Event = "state",
        Sid = process.Sid,
        Peer = process.Peer,
        Device = process.Device,
        Delegation = process.DelegationId,
        Type = process.Role,
        State = state.ToString(),
        Reason = reason,
        Text = text,
    });
}
