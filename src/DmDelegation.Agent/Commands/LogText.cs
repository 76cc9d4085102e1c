using DmDelegation.Agent.Queries;
using DmDelegation.Engine.Audit;

namespace DmDelegation.Agent.Commands;

/// <summary>The audit log for people: a line per entry in columns, newest last; then what the chains say.</summary>
internal static class LogText
{
    private static readonly string[] Heads = ["Entry", "Time", "Clock", "Delegation", "Server", "Event", "Reason"];

    /// <summary>The whole answer.</summary>
    public static IEnumerable<string> Of(LogReport report)
    {
        if (report.Entries.IsEmpty)
            yield return "The log is empty";
        var rows = report.Entries.Select(Row).Prepend(Heads).ToArray();
        var widths = Enumerable.Range(0, Heads.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows.Length > 1 ? rows : [])
            yield return string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
        foreach (var ring in report.Rings.Where(ring => ring.Count > 0))
            yield return ring.BrokenAt is { } broken
                ? $"The {ring.Name} chain is BROKEN at entry {broken}: it, or what stands before it, was changed"
                : $"The {ring.Name} chain is whole, its head is {ring.Head}";
        if (report.Head is { } head)
            yield return Verdict(head);
    }

    private static string[] Row(LogEntryReport entry) =>
    [
        entry.Name, entry.Time, entry.Clock, entry.Delegation.Length > 0 ? entry.Delegation : "-", entry.Server.Length > 0 ? entry.Server : "device", entry.Event,
        (entry.Count > 1 ? $"{entry.Count} x " : "") + Words(entry),
    ];

    private static string Words(LogEntryReport entry) => (entry.Event, entry.ReasonCode) switch
    {
        (AuditEvents.Start, 0) => "accepted",
        (AuditEvents.T1, 0) => $"{entry.To} added, it has to confirm",
        (AuditEvents.T2, 0) => $"{entry.To} has confirmed and manages",
        (AuditEvents.Reduce, _) => "entries taken back",
        (AuditEvents.Rotation, 0) => $"{entry.To} has new credentials",
        (AuditEvents.Resumed, 0) => "the time is known again",
        (AuditEvents.ClockReset, 0) => "lowered to the wall clock",
        (AuditEvents.FactoryReset, 0) => "factory scheme",
        (AuditEvents.ClockJump, _) => "wall clock not followed",
        (AuditEvents.Login, _) => "not authenticated",
        (AuditEvents.Refused, 0) => "not permitted",
        _ => ReasonWords.Of(entry.ReasonCode),
    };

    private static string Verdict(LogHeadReport head) => head.Result switch
    {
        LogQuery.Contained => $"Head {head.Head} is in the log",
        "different" => $"Head {head.Head} is NOT in the log: there is another entry in its place, the log was changed",
        "missing" => $"Head {head.Head} is NOT in the log: it ends before, entries were taken away",
        _ => $"Head {head.Head} is older than the log reaches: nothing can be said",
    };
}
