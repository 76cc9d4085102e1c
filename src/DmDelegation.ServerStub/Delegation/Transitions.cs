namespace DmDelegation.ServerStub.Delegation;

/// <summary>States of A and B (delegation.md 14.3).</summary>
public enum ProcessState
{
    /// <summary>Nothing sent or received.</summary>
    Idle,

    /// <summary>Step 1 under way.</summary>
    Notified,

    /// <summary>A: step 2 under way.</summary>
    Authenticating,

    /// <summary>B: step 2 complete.</summary>
    Authenticated,

    /// <summary>A: step 3 answered.</summary>
    Started,

    /// <summary>B: step 3 received.</summary>
    Waiting,

    /// <summary>A: step 4 sent.</summary>
    Commanded,

    /// <summary>A: step 5 says Success.</summary>
    Acknowledged,

    /// <summary>A: step 6 answered.</summary>
    Handed,

    /// <summary>B: step 6 received, keys derived.</summary>
    Armed,

    /// <summary>B: the device has authenticated itself.</summary>
    InSession,

    /// <summary>A: B says that it is done; B: step 9 under way.</summary>
    Reporting,

    /// <summary>A: step 9 received, the device not heard yet.</summary>
    Reported,

    /// <summary>Done.</summary>
    Closed,

    /// <summary>Purged.</summary>
    Failed,
}

/// <summary>What can happen to a process (delegation.md 14.3, column "on").</summary>
public enum ProcessEvent
{
    /// <summary>Own decision to begin, or step 1 of the peer.</summary>
    Notification,

    /// <summary>Step 1 is accepted, by B or, when B began, by A.</summary>
    Accepted,

    /// <summary>Step 2 is complete, as seen by B.</summary>
    PeerAuthenticated,

    /// <summary>Step 3: A has the answer, B the message.</summary>
    Start,

    /// <summary>Step 4 is about to be sent.</summary>
    Command,

    /// <summary>Step 5, Success.</summary>
    Ack,

    /// <summary>Step 6: A has the answer, B the message with Success.</summary>
    Result,

    /// <summary>Step 7: the device has authenticated itself.</summary>
    DeviceSession,

    /// <summary>Step 8.</summary>
    SessionAlert,

    /// <summary>Step 9: A has the message with Success, B the answer.</summary>
    Complete,

    /// <summary>The device itself says Active or Finalised.</summary>
    DeviceLive,
}

/// <summary>The two tables of delegation.md 14.3. A failure or a timer is not in them: it leads from every state before Closed to Failed.</summary>
public static class Transitions
{
    // Delegating server, A.
    private static readonly (ProcessState From, ProcessEvent On, ProcessState To)[] Delegating =
    [
        (ProcessState.Idle,           ProcessEvent.Notification, ProcessState.Notified),
        (ProcessState.Notified,       ProcessEvent.Accepted,     ProcessState.Authenticating),
        (ProcessState.Authenticating, ProcessEvent.Start,        ProcessState.Started),
        (ProcessState.Started,        ProcessEvent.Command,      ProcessState.Commanded),
        (ProcessState.Commanded,      ProcessEvent.Ack,          ProcessState.Acknowledged),
        (ProcessState.Acknowledged,   ProcessEvent.Result,       ProcessState.Handed),
        (ProcessState.Handed,         ProcessEvent.Complete,     ProcessState.Reported),
        (ProcessState.Handed,         ProcessEvent.DeviceLive,   ProcessState.Closed),
        (ProcessState.Reported,       ProcessEvent.Complete,     ProcessState.Reported),
        (ProcessState.Reported,       ProcessEvent.DeviceLive,   ProcessState.Closed),
        (ProcessState.Closed,         ProcessEvent.Complete,     ProcessState.Closed),
        (ProcessState.Closed,         ProcessEvent.DeviceLive,   ProcessState.Closed),
    ];

    // Delegated server, B.
    private static readonly (ProcessState From, ProcessEvent On, ProcessState To)[] Delegated =
    [
        (ProcessState.Idle,          ProcessEvent.Notification,      ProcessState.Notified),
        (ProcessState.Notified,      ProcessEvent.PeerAuthenticated, ProcessState.Authenticated),
        (ProcessState.Authenticated, ProcessEvent.Start,             ProcessState.Waiting),
        (ProcessState.Waiting,       ProcessEvent.Result,            ProcessState.Armed),
        (ProcessState.Armed,         ProcessEvent.DeviceSession,     ProcessState.InSession),
        (ProcessState.InSession,     ProcessEvent.DeviceSession,     ProcessState.InSession),
        (ProcessState.InSession,     ProcessEvent.SessionAlert,      ProcessState.Reporting),
        (ProcessState.Reporting,     ProcessEvent.Complete,          ProcessState.Closed),
    ];

    /// <summary>The next state, or null: then the event is refused in this state (409 for a message).</summary>
    public static ProcessState? Next(string role, ProcessState from, ProcessEvent on)
    {
        foreach (var row in role == ProcessRole.Delegating ? Delegating : Delegated)
            if (row.From == from && row.On == on)
                return row.To;
        return null;
    }
}
