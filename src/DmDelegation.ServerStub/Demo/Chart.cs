using System.Text.Json;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.ServerStub.Demo;

/// <summary>Draws what happens as a sequence chart, live, or writes it as one JSON event per line.</summary>
/// <param name="output">Where to.</param>
/// <param name="json">JSON instead of the chart.</param>
/// <param name="chain">With the third server of a chain.</param>
public sealed class Chart(TextWriter output, bool json, bool chain = false)
{
    private const string Device = "device";
    private const int Width = 44;

    /// <summary>What is kept of the end of a label that is too long: the status stands there.</summary>
    private const int LabelEnd = 16;

    /// <summary>Columns of the chart, from left to right.</summary>
    private readonly string[] _columns = chain ? [DemoWorld.D, DemoWorld.B, DemoWorld.A, Device] : [DemoWorld.B, DemoWorld.A, Device];

    private readonly Lock _lock = new();

    /// <summary>Who delegates to whom in what is shown now: theirs are the steps 4, 5, 7 and 8.</summary>
    public (string Delegating, string Delegated) Roles { get; set; } = (DemoWorld.A, DemoWorld.B);

    /// <summary>A heading with the life lines.</summary>
    public void Heading(string text) => Write("heading", text, () =>
    {
        output.WriteLine();
        output.WriteLine(text);
        output.WriteLine();
        output.WriteLine("  " + string.Concat(_columns.Select((name, index) => name.PadRight(index < _columns.Length - 1 ? Width : 0))).TrimEnd());
        Lines();
    });

    /// <summary>The last line: whether all was as it should be.</summary>
    public void Verdict(string text) => Write("verdict", text, () =>
    {
        output.WriteLine();
        output.WriteLine(text);
    });

    /// <summary>A remark beside the life lines.</summary>
    public void Note(string text) => Write("note", text, () => output.WriteLine($"      | {text}"));

    /// <summary>Something that was checked from outside.</summary>
    public void Checked(string what, bool holds, string actual) => Write(holds ? "ok" : "difference", holds ? what : $"{what}: {actual}", () =>
        output.WriteLine(holds ? $"   ok | {what}" : $" FAIL | {what}: {actual}"));

    /// <summary>A line of facts, for example an ACL.</summary>
    public void Fact(string name, string value) => Write("fact", $"{name}: {value}", () => output.WriteLine($"      |   {name,-24} {value}"));

    /// <summary>One event of a server.</summary>
    public void Show(StubEvent happened)
    {
        if (Arrow(happened) is not { } arrow)
        {
            return;
        }

        if (json)
        {
            lock (_lock)
            {
                output.WriteLine(JsonSerializer.Serialize(happened, DemoJson.Default.StubEvent));
            }

            return;
        }

        lock (_lock)
        {
            Draw(arrow.From, arrow.To, arrow.Label);
        }
    }

    /// <summary>What is worth an arrow; the many Adds that build a record show as the Atomic around them.</summary>
    private (string From, string To, string Label)? Arrow(StubEvent happened) => happened switch
    {
        { Event: "s2s-received", Peer: { } peer } => (peer, happened.Server, $"{happened.Step?.ToString() ?? "-"} {happened.Type}{Phase(happened)}{Outcome(happened)}"),
        { Event: "session-start" } => (Device, happened.Server, "DM session"),
        { Event: "command", Type: "Add", Status: 200 or 216 or 215 } when happened.Uri?.StartsWith("./Delegation/", StringComparison.Ordinal) == true => null,
        { Event: "command", Type: "Replace" } when happened.Uri?.EndsWith("/AAuthSecret", StringComparison.Ordinal) == true => null,
        { Event: "command", Type: "Atomic" } => (happened.Server, Device, $"{(happened.Server == Roles.Delegated ? "7 Atomic: own secrets in the place of those A knows" : "4 Atomic: the record")} => {happened.Status}"),
        { Event: "command" } => (happened.Server, Device, $"{Step(happened)}{happened.Type} {Short(happened.Uri)} => {happened.Status}"),
        { Event: "alert" } => (Device, happened.Server, $"{AlertStep(happened)} {happened.Type}{Outcome(happened)}"),
        { Event: "session-challenged" } => (Device, happened.Server, $"{happened.Status}: not authenticated"),
        { Event: "state", State: "Closed" or "Failed" } => (happened.Server, happened.Server, $"{happened.State}{Outcome(happened)}"),
        _ => null,
    };

    /// <summary>A record's id is 26 letters long and says nothing here.</summary>
    private static string Short(string? uri) =>
        uri?.Split('/') is [".", "Delegation", { Length: > 8 }, .. var below] ? $"record/{string.Join('/', below)}" : uri ?? "";

    private static string Phase(StubEvent happened) => happened.Phase is { } phase and > 0 ? $" ({phase})" : "";

    private static string Outcome(StubEvent happened) =>
        (happened.Result is { } result ? $" {result}" : "") + (happened.Reason is { } reason and not 0 ? $", reason {reason}" : "");

    /// <summary>B reads or confirms its record in its first sessions only.</summary>
    private string Step(StubEvent happened) =>
        happened.Uri?.EndsWith("/Operations/Start", StringComparison.Ordinal) == true ? "4 "
        : happened.Server == Roles.Delegated && happened.Uri?.StartsWith("./Delegation/", StringComparison.Ordinal) == true ? "7 "
        : "";

    private string AlertStep(StubEvent happened) => happened.Type switch
    {
        "Ack" when happened.Server == Roles.Delegating => "5",
        "Session" when happened.Server == Roles.Delegated => "8",
        _ => "-",
    };

    private void Draw(string from, string to, string label)
    {
        var (start, end) = (Array.IndexOf(_columns, from), Array.IndexOf(_columns, to));
        if (start == end)
        {
            output.WriteLine(Line(start, $"({label})"));
            return;
        }

        var (left, right) = (Math.Min(start, end), Math.Max(start, end));
        var room = ((right - left) * Width) - 1;
        var text = $" {Fit(label, room - 6)} ";
        var before = (room - text.Length) / 2;
        var body = new string('-', before) + text + new string('-', room - before - text.Length);
        body = start < end ? body[..^1] + ">" : "<" + body[1..];
        var head = string.Concat(Enumerable.Range(0, left).Select(_ => "|".PadRight(Width)));
        var tail = string.Concat(Enumerable.Range(right + 1, _columns.Length - right - 1).Select(_ => new string(' ', Width - 1) + "|"));
        output.WriteLine($"      {head}|{body}|{tail}");
    }

    private static string Fit(string label, int room) =>
        label.Length <= room ? label : $"{label[..(room - LabelEnd - 2)]}..{label[^LabelEnd..]}";

    private void Lines() => output.WriteLine("      " + string.Concat(_columns.Select((_, index) => "|".PadRight(index < _columns.Length - 1 ? Width : 0))).TrimEnd());

    private string Line(int column, string text) =>
        "      " + string.Concat(_columns.Select((_, index) => (index == column ? "| " + text : "|").PadRight(index < _columns.Length - 1 ? Width : 0))).TrimEnd();

    private void Write(string kind, string text, Action draw)
    {
        lock (_lock)
        {
            if (json)
            {
                output.WriteLine(JsonSerializer.Serialize(new DemoLine(kind, text), DemoJson.Default.DemoLine));
            }
            else
            {
                draw();
            }
        }
    }
}

/// <summary>A line of the demo that no server made.</summary>
/// <param name="Event">heading, note, fact, ok, difference or verdict.</param>
/// <param name="Text">For people.</param>
public sealed record DemoLine(string Event, string Text);

/// <summary>JSON of the demo.</summary>
[System.Text.Json.Serialization.JsonSourceGenerationOptions(
    PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
[System.Text.Json.Serialization.JsonSerializable(typeof(StubEvent))]
[System.Text.Json.Serialization.JsonSerializable(typeof(DemoLine))]
internal sealed partial class DemoJson : System.Text.Json.Serialization.JsonSerializerContext;
