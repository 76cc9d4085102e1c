using System.Collections.Immutable;

namespace DmDelegation.Agent.Queries;

/// <summary>Answer of <c>delegation log</c>.</summary>
/// <param name="Intact">Both chains are whole.</param>
/// <param name="Rings">The two rings.</param>
/// <param name="Head">What became of the head that was to be verified; null if none was.</param>
/// <param name="Entries">The entries, newest last.</param>
internal sealed record LogReport(bool Intact, ImmutableArray<LogRingReport> Rings, LogHeadReport? Head, ImmutableArray<LogEntryReport> Entries)
{
    /// <summary>Nothing speaks against the log.</summary>
    public bool Holds() => Intact && Head is null or { Result: LogQuery.Contained };
}

/// <summary>One ring.</summary>
/// <param name="Name"><c>evidence</c> or <c>noise</c>.</param>
/// <param name="Count">Entries in it.</param>
/// <param name="Head">Number and hash of the newest, as <c>--verify</c> takes them.</param>
/// <param name="BrokenAt">Number of the first entry that does not fit the one before; null: the chain is whole.</param>
internal sealed record LogRingReport(string Name, int Count, string Head, long? BrokenAt);

/// <summary>A head that was verified.</summary>
/// <param name="Head">As given.</param>
/// <param name="Result"><c>contained</c>, <c>different</c>, <c>missing</c> or <c>too-old</c>.</param>
internal sealed record LogHeadReport(string Head, string Result);

/// <summary>One audit entry (DEL-400).</summary>
/// <param name="Name">Name of its node below <c>./Delegation/Log</c>: ring and number.</param>
/// <param name="Time">Effective time.</param>
/// <param name="Clock">State of the clock.</param>
/// <param name="BootId">The boot it happened in.</param>
/// <param name="Delegation">Delegation id, empty if it is about none.</param>
/// <param name="By">The delegating server, A.</param>
/// <param name="To">The delegated server, B.</param>
/// <param name="Server">Who brought it about, empty for the device itself.</param>
/// <param name="Event">What happened.</param>
/// <param name="Reason">Name of the reason, <c>OK</c> for none.</param>
/// <param name="ReasonCode">Number of the reason (15).</param>
/// <param name="Count">Refusals of one minute that it stands for, otherwise 1.</param>
/// <param name="Hash">Hash of the entry.</param>
internal sealed record LogEntryReport(
    string Name, string Time, string Clock, string BootId, string Delegation, string By, string To, string Server, string Event, string Reason, int ReasonCode,
    int Count, string Hash);
