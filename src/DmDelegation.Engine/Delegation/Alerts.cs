using System.Security;
using System.Text;
using DmDelegation.Engine.Delegation.Keys;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Engine.Delegation;

/// <summary>The Generic Alerts of a delegation (10.1): who gets which, and what is in them. No secret is ever in one (DEL-233).</summary>
internal static class Alerts
{
    /// <summary>Step 5.</summary>
    public const string Ack = "Ack";

    /// <summary>Step 8, and the notice for A (DEL-232).</summary>
    public const string Session = "Session";

    /// <summary>T3 done.</summary>
    public const string End = "End";

    /// <summary>Alert type of an event (10.1; Q1: one build-time constant).</summary>
    public static string TypeOf(string happening) => "Reversed-Domain-Name: org.example.dmagent.delegation/" + happening;

    /// <summary>Step 5 for A, and for those who lent A what it passes on: T1 done, or Start failed (DEL-069, DEL-230).</summary>
    public static void QueueAck(Work work, DelegationRecord record)
    {
        var mark = record.State == DelegationState.Failed ? "warning" : "informational";
        Queue(work, record, Ack, record.By, mark);
        QueueCopies(work, record, Ack, mark);
    }

    /// <summary>Step 8 for B and the notice for A: T2 done (DEL-231, DEL-232).</summary>
    public static void QueueActive(Work work, DelegationRecord record)
    {
        Queue(work, record, Session, record.Grant!.To, "informational");
        Queue(work, work.State.Records[record.Id], Session, record.By, "informational");
    }

    /// <summary>Step 8 after a failed confirmation, for an authenticated B (DEL-231).</summary>
    public static void QueueConfirmationFailed(Work work, DelegationRecord record, ReasonCode reason) =>
        Queue(work, record, Session, record.Grant!.To, "warning", reason);

    /// <summary>End for A, and for B where it can still be reached (DEL-232, DEL-247).</summary>
    public static void QueueEnd(Work work, DelegationRecord record)
    {
        Queue(work, record, End, record.By, MarkOfEnd(record.Reason));
        var b = record.Grant!.To;
        var inSession = work.Engine.Sessions.TryGetValue(b, out var session) && session.Proof != ServerProof.None;
        if (inSession || work.State.AccountOf(b) is not null)
        {
            Queue(work, work.State.Records[record.Id], End, b, MarkOfEnd(record.Reason));
        }
        else
        {
            work.State = work.State with { Records = work.State.Records.SetItem(record.Id, work.State.Records[record.Id] with { AckDelegated = AckState.GivenUp }) };
        }

        QueueCopies(work, record, End, MarkOfEnd(record.Reason));
    }

    /// <summary>
    /// End for A and B after a reduction (10.1, row 33): T3 was done for the entries taken away. The reason says that A revoked them, or that
    /// their undo record is damaged, the state that the delegation lives on.
    /// </summary>
    public static void QueueReduced(Work work, DelegationRecord record, ReasonCode reason)
    {
        Queue(work, record, End, record.By, MarkOfEnd(reason.Code), reason);
        Queue(work, work.State.Records[record.Id], End, record.Grant!.To, MarkOfEnd(reason.Code), reason);
        QueueCopies(work, record, End, MarkOfEnd(reason.Code), reason);
    }

    /// <summary>
    /// Ack and End, not Session, for the delegating servers of the ancestors: the lender sees who holds its authority (DEL-069, 10.1). Who is A
    /// or B has its own.
    /// </summary>
    private static void QueueCopies(Work work, DelegationRecord record, string happening, string mark, ReasonCode? reason = null)
    {
        foreach (var lender in (record.Grant?.Lenders ?? []).Distinct(StringComparer.Ordinal).Where(lender => lender != record.By && lender != record.Grant!.To))
        {
            Queue(work, work.State.Records[record.Id], happening, lender, mark, reason);
        }
    }

    /// <summary>
    /// End of everything for a server with a home account: the store was lost, and with it every delegation (DEL-298). There is no record, so
    /// the source is <c>./Delegation</c> and n is the time: it grows with every loss, which keeps the keys apart (DEL-236).
    /// </summary>
    public static void QueueStoreCorrupt(Work work, string target)
    {
        var n = work.Time.ToUnixTimeSeconds();
        var key = DelegationKeys.IdempotenceKey("", target, n);
        var xml = new StringBuilder($"<Delegation v=\"1\" id=\"\" event=\"{End}\" n=\"{n}\" key=\"{key}\">");
        Element(xml, "Result", "Failure");
        Element(xml, "Reason", ReasonCode.StoreCorrupt.Code.ToString());
        Outbox.Queue(work, new OutboxEntry(0, key, target, "", End, "fatal", "", Finished(work, xml), 0, work.Time));
    }

    private static string MarkOfEnd(int reason) => reason switch
    {
        171 => "critical",
        501 => "fatal",
        170 or 181 => "warning",
        _ => "informational",
    };

    private static void Queue(Work work, DelegationRecord record, string happening, string target, string mark, ReasonCode? reason = null)
    {
        var n = record.AlertsQueued + 1;
        var counted = record with { AlertsQueued = n };
        work.Put(counted);
        var key = DelegationKeys.IdempotenceKey(record.Id, target, n);
        Outbox.Queue(work, new OutboxEntry(
            0, key, target, record.Id, happening, mark, record.Correlator, Payload(work, counted, happening, key, reason ?? ReasonCode.Of(record.Reason)), 0, work.Time));
    }

    private static string Payload(Work work, DelegationRecord record, string happening, string key, ReasonCode reason)
    {
        var failed = record.State == DelegationState.Failed || (happening == Session && reason != ReasonCode.Ok);
        var grant = record.Grant;
        var xml = new StringBuilder(512);
        xml.Append($"<Delegation v=\"1\" id=\"{record.Id}\" event=\"{happening}\" n=\"{record.AlertsQueued}\" key=\"{key}\">");
        Element(xml, "Result", failed ? "Failure" : "Success");
        Element(xml, "Reason", reason.Code.ToString());
        Element(xml, "State", ((int)record.State).ToString());
        Element(xml, "By", record.By);
        Element(xml, "To", record.B() ?? "");
        Element(xml, "Type", RecordText.Label(record));
        if (grant is not null)
        {
            Element(xml, "Bind", Convert.ToHexStringLower(grant.BindingHash.Span));
            Element(xml, "Check", Convert.ToHexStringLower(grant.Check.Span));
            xml.Append($"<Acl changed=\"{grant.ChangedCount}\" skipped=\"{grant.SkippedCount}\" kept=\"{grant.KeptCount}\"/>");
            Element(xml, "Account", work.State.Tree.PathOf(grant.Account)?.ToString() ?? "");
            if (Limits.RemainingSeconds(record, work.Now, work.Time) is { } remaining)
            {
                Element(xml, "Remaining", remaining.ToString());
            }
        }

        return Finished(work, xml);
    }

    private static string Finished(Work work, StringBuilder xml)
    {
        xml.Append($"<Time trust=\"{work.Engine.Clock.Trust.ToString().ToLowerInvariant()}\">{BasicTime.Format(work.Time)}</Time>");
        var evidence = work.State.Evidence;
        xml.Append($"<Log n=\"{evidence.HeadNumber}\">{Convert.ToHexStringLower(evidence.HeadHash.Span)}</Log>");
        return xml.Append("</Delegation>").ToString();
    }

    private static void Element(StringBuilder xml, string name, string text) => xml.Append($"<{name}>{SecurityElement.Escape(text)}</{name}>");
}
