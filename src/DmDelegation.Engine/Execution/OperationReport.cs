using System.Security;
using System.Text;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Delegation.Keys;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Protocol;

namespace DmDelegation.Engine.Execution;

/// <summary>How an operation ended.</summary>
/// <param name="Result">One of the words below.</param>
/// <param name="Status">As the Status of the Exec would be, had it waited.</param>
internal sealed record OperationOutcome(string Result, int Status)
{
    public const string Success = "Success";
    public const string Failure = "Failure";
    public const string Cancelled = "Cancelled";
    public const string Unknown = "Unknown";

    /// <summary>Exit code of the program, null if it had none.</summary>
    public int? Exit { get; init; }

    /// <summary>What it wrote, where that is part of the report.</summary>
    public ReadOnlyMemory<byte> Output { get; init; }
}

/// <summary>
/// The Generic Alert at the end of an operation (REP-063, REP-064), in the commit of the end. It has the form of those of 10.1; its source
/// is the node that was executed.
/// <code>
/// &lt;Operation v="1" node="./SCM/dir/update" n="12" key="c2f0…"&gt;
///   &lt;Result&gt;Success|Failure|Cancelled|Unknown&lt;/Result&gt; &lt;Status&gt;200&lt;/Status&gt; &lt;Reason&gt;0&lt;/Reason&gt;
///   &lt;By&gt;b.example&lt;/By&gt; &lt;Delegation&gt;7QK2&lt;/Delegation&gt; &lt;Exit&gt;0&lt;/Exit&gt; &lt;Output&gt;…&lt;/Output&gt;
///   &lt;Time trust="trusted"&gt;20300101T030512Z&lt;/Time&gt;
/// &lt;/Operation&gt;
/// </code>
/// </summary>
internal static class OperationReport
{
    /// <summary>Event of the outbox entry.</summary>
    public const string Event = "Operation";

    /// <summary>Alert type (PRO-135).</summary>
    public const string Type = "Reversed-Domain-Name: org.example.dmagent.operation/Result";

    /// <summary>What of the output stands in a report, octets. Own choice: no report is to fill a message (PRO-105).</summary>
    private const int MaxOutputOctets = 1024;

    /// <summary>Takes the operation out of the state and queues its report.</summary>
    /// <param name="message">What the program said to people; for the log.</param>
    public static void Finish(Work work, DeviceOperation operation, OperationOutcome outcome, string message)
    {
        work.State = work.State with { Operations = work.State.Operations.Remove(operation.Number) };
        foreach (var server in Recipients(work.State, operation))
        {
            Queue(work, operation, outcome, server);
        }

        work.Log(
            LogCodes.OperationEnded,
            $"operation {operation.Number}: {operation.Uri} for {operation.Principal} ended, {outcome.Result} {outcome.Status}",
            [.. DeviceOperations.Fields(operation), ("result", outcome.Result), ("status", outcome.Status.ToString()), ("message", message)]);
    }

    /// <summary>
    /// Who asked, where it still has an account; and where the right by which it asked is gone, A, because nobody else may be left to receive
    /// it (DEL-218). If A's account is gone too, whoever lent it what it passed on.
    /// </summary>
    private static IEnumerable<string> Recipients(AgentState state, DeviceOperation operation)
    {
        if (state.AccountOf(operation.Principal) is not null)
        {
            yield return operation.Principal;
        }

        var rightGone = !DeviceOperations.Stands(state, operation) || (operation.Delegation.Length > 0 && operation.Reason != 0);
        if (rightGone && operation.Above.FirstOrDefault(server => state.AccountOf(server) is not null) is { } above && above != operation.Principal)
        {
            yield return above;
        }
    }

    private static void Queue(Work work, DeviceOperation operation, OperationOutcome outcome, string server)
    {
        // No delegation id holds a "/", so no key of an acknowledgement is one of these (DEL-236). Numbers begin anew with a store that takes
        // the place of a lost one, times do not.
        var key = DelegationKeys.IdempotenceKey($"{operation.Uri} {operation.StartedBootMs} {BasicTime.Format(work.Time)}", server, operation.Number);
        var mark = outcome.Status == StatusCode.Ok ? "informational" : "warning";
        Outbox.Queue(work, new OutboxEntry(
            0, key, server, operation.Uri, Event, mark, operation.Correlator, Payload(work, operation, outcome, key), 0, work.Time));
    }

    private static string Payload(Work work, DeviceOperation operation, OperationOutcome outcome, string key)
    {
        var xml = new StringBuilder(512);
        xml.Append($"<Operation v=\"1\" node=\"{SecurityElement.Escape(operation.Uri)}\" n=\"{operation.Number}\" key=\"{key}\">");
        Element(xml, "Result", outcome.Result);
        Element(xml, "Status", outcome.Status.ToString());
        Element(xml, "Reason", operation.Reason.ToString());
        Element(xml, "By", operation.Principal);
        if (operation.Delegation.Length > 0)
        {
            Element(xml, "Delegation", operation.Delegation);
        }

        if (outcome.Exit is { } exit)
        {
            Element(xml, "Exit", exit.ToString());
        }

        if (!outcome.Output.IsEmpty && OperationTarget.IsText(outcome.Output.Span))
        {
            Element(xml, "Output", Shortened(Encoding.UTF8.GetString(outcome.Output.Span)));
        }

        xml.Append($"<Time trust=\"{work.Engine.Clock.Trust.ToString().ToLowerInvariant()}\">{BasicTime.Format(work.Time)}</Time>");
        return xml.Append("</Operation>").ToString();
    }

    private static string Shortened(string text)
    {
        var octets = 0;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            octets += rune.Utf8SequenceLength;
            if (octets > MaxOutputOctets)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }

    private static void Element(StringBuilder xml, string name, string text) => xml.Append($"<{name}>{SecurityElement.Escape(text)}</{name}>");
}
