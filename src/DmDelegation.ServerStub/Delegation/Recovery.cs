using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>After a crash: everything on its way goes out again, and where nothing is on its way the peer is asked where it stands (DEL-374).</summary>
internal sealed class Recovery(Processes processes, DelegatedServer delegated)
{
    private readonly ServerContext _context = processes.Context;

    // Own state and what the peer may be in beside it; any other pair means that one of the two has lost something for good.
    private static readonly (string Role, ProcessState Own, ProcessState[] Peer)[] InStep =
    [
        (ProcessRole.Delegating, ProcessState.Started,       [ProcessState.Waiting]),
        (ProcessRole.Delegating, ProcessState.Commanded,     [ProcessState.Waiting]),
        (ProcessRole.Delegating, ProcessState.Acknowledged,  [ProcessState.Waiting, ProcessState.Armed, ProcessState.InSession, ProcessState.Reporting]),
        (ProcessRole.Delegating, ProcessState.Handed,        [ProcessState.Armed, ProcessState.InSession, ProcessState.Reporting]),
        (ProcessRole.Delegating, ProcessState.Reported,      [ProcessState.Reporting, ProcessState.Closed]),
        (ProcessRole.Delegated,  ProcessState.Notified,      [ProcessState.Notified, ProcessState.Authenticating]),
        (ProcessRole.Delegated,  ProcessState.Authenticated, [ProcessState.Authenticating]),
        (ProcessRole.Delegated,  ProcessState.Waiting,       [ProcessState.Authenticating, ProcessState.Started, ProcessState.Commanded, ProcessState.Acknowledged]),
        (ProcessRole.Delegated,  ProcessState.Armed,         [ProcessState.Acknowledged, ProcessState.Handed, ProcessState.Reported, ProcessState.Closed]),
        (ProcessRole.Delegated,  ProcessState.InSession,     [ProcessState.Acknowledged, ProcessState.Handed, ProcessState.Reported, ProcessState.Closed]),
    ];

    /// <summary>Called once, when a server starts on a state file.</summary>
    public void Begin()
    {
        foreach (var message in _context.State.Outgoing)
            message.Due = _context.Now;
        foreach (var process in _context.State.Processes.Where(process => process.State != ProcessState.Closed).ToList())
            if (!_context.State.Outgoing.Exists(message => message.Sid == process.Sid))
                Ask(process);
    }

    /// <summary>The answer to a StatusQuery; a Failure in its place has been dealt with before.</summary>
    public void Answered(DelegationProcess process, S2sEnvelope? answer)
    {
        if (process.AskedIn != process.State)
            return; // things went on meanwhile: they tell more than the answer
        process.AskedIn = null;
        var known = Enum.TryParse<ProcessState>(answer?.Body.State, out var peer);
        _context.Log(new StubEvent { Event = "recovered", Sid = process.Sid, Peer = process.Peer, State = answer?.Body.State, Text = $"here {process.State}" });
        if (!known || !InStep.Any(row => row.Role == process.Role && row.Own == process.State && row.Peer.Contains(peer)))
            processes.Fail(process, process.Step, ReasonCode.StateConflict, $"here {process.State}, the peer is {answer?.Body.State ?? "silent"}", tellPeer: true);
        else if (process.Role == ProcessRole.Delegated && peer == ProcessState.Closed)
            delegated.PeerClosed(process);
    }

    private void Ask(DelegationProcess process)
    {
        var step = process.Step;
        process.AskedIn = process.State;
        processes.Send(process, MessageType.StatusQuery, new S2sBody());
        process.Step = step;
    }
}
