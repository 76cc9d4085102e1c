using System.Collections.Immutable;
using System.Globalization;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation;

namespace DmDelegation.Agent.Queries;

/// <summary><c>delegation log</c>: both rings of the audit log (16), whether their chains are whole, and whether they contain a head.</summary>
internal static class LogQuery
{
    /// <summary>The head is in the log.</summary>
    public const string Contained = "contained";

    private const int HashHexChars = 64;

    /// <summary>The log.</summary>
    /// <param name="context">The snapshot.</param>
    /// <param name="head">A head as in an alert, <c>NUMBER:HEX</c>; empty: none is verified.</param>
    public static Answer<LogReport> Report(QueryContext context, string head)
    {
        LogHeadReport? verified = null;
        if (head.Length > 0)
        {
            if (Parse(head) is not { } held)
                return Answer<LogReport>.Failed(QueryCodes.BadArgument, $"'{head}' is not NUMBER:HASH, such as 41:9f86d0...: the number and the 64 hexadecimal digits of an alert's Log");
            // Alerts carry the head of the first ring (DEL-404).
            verified = new LogHeadReport(head, WordOf(context.Durable.Evidence.Find(held.Number, held.Hash)));
        }

        var rings = ImmutableArray.Create(Ring("evidence", context.Durable.Evidence), Ring("noise", context.Durable.Noise));
        return new LogReport(rings.All(ring => ring.BrokenAt is null), rings, verified, [.. Merged(context).Select(Entry)]);
    }

    private static (long Number, byte[] Hash)? Parse(string head) =>
        head.Split(':') is [var number, { Length: HashHexChars } hash]
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
        && hash.All(char.IsAsciiHexDigit)
            ? (parsed, Convert.FromHexString(hash))
            : null;

    private static string WordOf(HeadCheck check) => check switch
    {
        HeadCheck.Contained => Contained,
        HeadCheck.Different => "different",
        HeadCheck.Missing => "missing",
        _ => "too-old",
    };

    private static LogRingReport Ring(string name, AuditRing ring) =>
        new(name, ring.Entries.Count, $"{ring.HeadNumber}:{Convert.ToHexStringLower(ring.HeadHash.Span)}", ring.FirstBroken);

    /// <summary>Both rings, each in its own order, by time: after a reset of the clock times go back, numbers never do.</summary>
    private static IEnumerable<(char Ring, AuditEntry Entry)> Merged(QueryContext context)
    {
        var evidence = new Queue<AuditEntry>(context.Durable.Evidence.Entries.Values);
        var noise = new Queue<AuditEntry>(context.Durable.Noise.Entries.Values);
        while (evidence.Count > 0 || noise.Count > 0)
        {
            var first = noise.Count == 0 || (evidence.Count > 0 && evidence.Peek().Time <= noise.Peek().Time);
            yield return first ? ('e', evidence.Dequeue()) : ('n', noise.Dequeue());
        }
    }

    private static LogEntryReport Entry((char Ring, AuditEntry Entry) named)
    {
        var entry = named.Entry;
        return new LogEntryReport(
            $"{named.Ring}{entry.Number}",
            StatusQuery.TimeText(entry.Time),
            entry.Trust.ToString().ToLowerInvariant(),
            entry.BootId,
            entry.DelegationId,
            entry.By,
            entry.To,
            entry.Server,
            entry.Event,
            ReasonCode.Of(entry.Reason).Name,
            entry.Reason,
            entry.Count,
            Convert.ToHexStringLower(entry.Hash()));
    }
}
