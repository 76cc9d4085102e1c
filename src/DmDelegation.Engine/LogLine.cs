using System.Collections.Immutable;

namespace DmDelegation.Engine;

/// <summary>Severity of a log line, as the journal counts.</summary>
public enum LogSeverity
{
    /// <summary>Action must be taken.</summary>
    Critical = 2,

    /// <summary>Something failed.</summary>
    Error = 3,

    /// <summary>Something is not as it should be; the agent goes on.</summary>
    Warning = 4,

    /// <summary>Worth knowing in normal operation.</summary>
    Notice = 5,

    /// <summary>Normal course.</summary>
    Information = 6,

    /// <summary>For whoever looks for a fault.</summary>
    Debug = 7,
}

/// <summary>One kind of log line. A code never changes meaning and is never used twice.</summary>
/// <param name="Number">Stable number.</param>
/// <param name="Severity">Severity.</param>
/// <param name="Meaning">What it says, for the catalog.</param>
public sealed record LogCode(int Number, LogSeverity Severity, string Meaning)
{
    /// <summary>The code as printed, e.g. <c>DM1001</c>.</summary>
    public override string ToString() => $"DM{Number:D4}";
}

/// <summary>A log line: a code, the text, and fields for the journal. It never carries a secret (DEL-195).</summary>
/// <param name="Code">What kind of line.</param>
/// <param name="Text">Text for people.</param>
/// <param name="Fields">Structured fields.</param>
public sealed record LogLine(LogCode Code, string Text, ImmutableArray<KeyValuePair<string, string>> Fields);

/// <summary>The log vocabulary of the engine, as one table.</summary>
public static class LogCodes
{
    /// <summary>A session began.</summary>
    public static readonly LogCode SessionOpened = new(1001, LogSeverity.Information, "DM session opened");

    /// <summary>A session ended well.</summary>
    public static readonly LogCode SessionDone = new(1002, LogSeverity.Information, "DM session done");

    /// <summary>A session failed.</summary>
    public static readonly LogCode SessionFailed = new(1003, LogSeverity.Warning, "DM session failed");

    /// <summary>A message could not be parsed.</summary>
    public static readonly LogCode MessageMalformed = new(1004, LogSeverity.Warning, "server message malformed");

    /// <summary>A command was refused.</summary>
    public static readonly LogCode CommandRefused = new(1005, LogSeverity.Notice, "command refused");

    /// <summary>A server failed to authenticate.</summary>
    public static readonly LogCode ServerNotAuthenticated = new(1006, LogSeverity.Warning, "server not authenticated");

    /// <summary>The server demanded or offered weaker authentication than the account has.</summary>
    public static readonly LogCode Downgrade = new(1007, LogSeverity.Warning, "weaker authentication refused");

    /// <summary>A Start was refused.</summary>
    public static readonly LogCode StartRefused = new(2001, LogSeverity.Warning, "delegation refused");

    /// <summary>T1 done.</summary>
    public static readonly LogCode DelegationPending = new(2002, LogSeverity.Notice, "delegation pending");

    /// <summary>T2 done.</summary>
    public static readonly LogCode DelegationActive = new(2003, LogSeverity.Notice, "delegation active");

    /// <summary>T3 done.</summary>
    public static readonly LogCode DelegationEnded = new(2004, LogSeverity.Notice, "delegation ended");

    /// <summary>A wrong credential or proof of B was counted.</summary>
    public static readonly LogCode LoginCounted = new(2005, LogSeverity.Warning, "failed login of the delegated server");

    /// <summary>A record was suspended or resumed.</summary>
    public static readonly LogCode DelegationSuspended = new(2006, LogSeverity.Warning, "delegation suspended or resumed");

    /// <summary>A staged record was deleted.</summary>
    public static readonly LogCode StagedDropped = new(2007, LogSeverity.Notice, "staged record deleted");

    /// <summary>An id was used again.</summary>
    public static readonly LogCode IdReused = new(2008, LogSeverity.Warning, "delegation id used before");

    /// <summary>An event had no row for the state of a record (DEL-291).</summary>
    public static readonly LogCode EventIgnored = new(2012, LogSeverity.Debug, "event without effect on a delegation");

    /// <summary>T3 could not restore an entry.</summary>
    public static readonly LogCode RollbackIncomplete = new(2009, LogSeverity.Critical, "home scheme not completely restored");

    /// <summary>Entries were taken out of a delegation (DEL-264).</summary>
    public static readonly LogCode DelegationReduced = new(2010, LogSeverity.Notice, "delegation reduced");

    /// <summary>The operator of the device ended a delegation or tried to (DEL-278).</summary>
    public static readonly LogCode LocalEnd = new(2011, LogSeverity.Notice, "end of a delegation asked for at the device");

    /// <summary>B replaced a secret of the account that a delegation made for it (DEL-181).</summary>
    public static readonly LogCode SecretReplaced = new(2031, LogSeverity.Notice, "secret of a delegated server replaced");

    /// <summary>B has not replaced its secrets in time (row 27).</summary>
    public static readonly LogCode RotationOverdue = new(2032, LogSeverity.Warning, "secrets of a delegated server not replaced in time");

    /// <summary>A server was not reached by its address and pins; those before are tried (DEL-342).</summary>
    public static readonly LogCode ReachFellBack = new(2033, LogSeverity.Warning, "back to the address and pins before");

    /// <summary>An acknowledgement was delivered.</summary>
    public static readonly LogCode AckDelivered = new(2101, LogSeverity.Information, "acknowledgement delivered");

    /// <summary>An acknowledgement was refused by its target.</summary>
    public static readonly LogCode AckRefused = new(2102, LogSeverity.Warning, "acknowledgement refused");

    /// <summary>An acknowledgement was given up.</summary>
    public static readonly LogCode AckGivenUp = new(2103, LogSeverity.Warning, "acknowledgement given up");

    /// <summary>An Exec of a device node started a program.</summary>
    public static readonly LogCode OperationStarted = new(2201, LogSeverity.Notice, "operation started");

    /// <summary>The program of an operation passed its point of no return (DEL-218).</summary>
    public static readonly LogCode OperationPastPoint = new(2202, LogSeverity.Notice, "operation past its point of no return");

    /// <summary>An operation is cancelled: its right is gone, or its time (DEL-218).</summary>
    public static readonly LogCode OperationCancelled = new(2203, LogSeverity.Warning, "operation cancelled");

    /// <summary>An operation ended and its outcome is in the outbox.</summary>
    public static readonly LogCode OperationEnded = new(2204, LogSeverity.Notice, "operation ended");

    /// <summary>The device profile binds a node to a program that no Exec can reach in this store.</summary>
    public static readonly LogCode BindingUnreachable = new(2205, LogSeverity.Warning, "bound node not in the tree");

    /// <summary>The state of the clock changed.</summary>
    public static readonly LogCode ClockState = new(3001, LogSeverity.Notice, "clock state changed");

    /// <summary>Start-up recovery.</summary>
    public static readonly LogCode Recovered = new(3002, LogSeverity.Information, "recovered");

    /// <summary>The wall clock jumped ahead and is not followed (DEL-205).</summary>
    public static readonly LogCode ClockJump = new(3003, LogSeverity.Warning, "jump of the wall clock not followed");

    /// <summary>The operator put the device back to the factory scheme (DEL-277).</summary>
    public static readonly LogCode FactoryReset = new(3101, LogSeverity.Warning, "factory reset at the device");

    /// <summary>The store could not be used and was set aside (DEL-297, DEL-298).</summary>
    public static readonly LogCode StoreDamaged = new(3005, LogSeverity.Critical, "store damaged or newer, set aside");

    /// <summary>The operator lowered effective time (DEL-223).</summary>
    public static readonly LogCode ClockReset = new(3004, LogSeverity.Warning, "effective time lowered to the wall clock");
}
