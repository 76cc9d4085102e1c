using System.Collections.Immutable;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Execution;

/// <summary>How far an operation has come.</summary>
public enum OperationPhase
{
    /// <summary>The program runs, or is about to.</summary>
    Running,

    /// <summary>The program is being killed; its end follows.</summary>
    Cancelling,

    /// <summary>The agent or the device stopped while it ran; nobody knows what became of it (REP-064).</summary>
    Interrupted,
}

/// <summary>
/// An Exec of a device node under way (DEL-218, DEL-329). Durable, so that its end is reported whatever happens; it is not started again.
/// </summary>
/// <param name="Number">Out of the counter of the outbox: never used twice, and order and place of its report.</param>
/// <param name="Node">The node that was executed.</param>
/// <param name="Uri">Its address at that time.</param>
/// <param name="Principal">The server in whose name it runs, to the end (DEL-329).</param>
/// <param name="Delegation">The delegation that gave the right; empty: home rights did.</param>
/// <param name="Above">A of that delegation, then who lent A what it passed on, nearest first; empty with home rights.</param>
/// <param name="Correlator">Correlator of the Exec, or empty (REP-064); a message holds none longer than its texts may be.</param>
/// <param name="Target">Where its output goes, empty if into the report.</param>
/// <param name="StartedBootMs">CLOCK_BOOTTIME in ms at the Exec.</param>
/// <param name="TimeoutSeconds">Seconds after which it is cancelled.</param>
/// <param name="Phase">How far it has come.</param>
/// <param name="PastPoint">It has passed its point of no return and is not cancelled any more.</param>
/// <param name="Reason">Reason code of the end of its right, where that cancels it or leaves it nothing to write; 0: its time-out cancels it, or nothing does.</param>
public sealed record DeviceOperation(
    long Number,
    NodeId Node,
    string Uri,
    string Principal,
    string Delegation,
    ImmutableArray<string> Above,
    string Correlator,
    string Target,
    long StartedBootMs,
    int TimeoutSeconds,
    OperationPhase Phase,
    bool PastPoint,
    int Reason)
{
    /// <summary>Operations at once on the device. Own choice: as many as sessions (design 6).</summary>
    public const int MaxAtOnce = 4;

    /// <summary>Operations at once of one server. Own choice: half, so that nobody keeps the others from theirs.</summary>
    public const int MaxPerServer = 2;

    /// <summary>Operations at once by right of delegations. Own choice: half, so that guests together leave the home servers some.</summary>
    public const int MaxDelegated = 2;

    /// <summary>Longest text or LocURI given to a program, octets: as long as an ACL text (design 6).</summary>
    public const int MaxArgumentOctets = 4096;

    /// <summary>What is taken of a program's output, octets. Own choice: the message size announced by default.</summary>
    public const int MaxOutputOctets = 64 * 1024;

    /// <summary>It can still be cancelled (DEL-218).</summary>
    internal bool CanBeCancelled() => Phase == OperationPhase.Running && !PastPoint;
}
