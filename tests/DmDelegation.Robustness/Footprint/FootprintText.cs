using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DmDelegation.Robustness.Footprint;

/// <summary>The figures as text, as JSON, and as they stand in packaging/doc/footprint.md.</summary>
internal static class FootprintText
{
    /// <summary>Name of the figure that flash wear follows from: a session in which nothing is to be done.</summary>
    public const string SessionWritten = "session_written_kb";

    /// <summary>The same with one Replace.</summary>
    public const string ReplaceWritten = "session_replace_written_kb";

    private const int DaysPerYear = 365;

    public static string Table(IReadOnlyList<Figure> figures) => string.Join('\n', figures.Select(figure => string.Create(
        CultureInfo.InvariantCulture,
        $"{figure.What,-55} {figure.Value,9:F1} {figure.Unit,-6}{(figure.Budget is { } budget ? $" budget {budget} {figure.Verdict}" : "")}")));

    public static string Json(IReadOnlyList<Figure> figures) => JsonSerializer.Serialize(figures, JsonSerializerOptions.Web);

    public static string Markdown(IReadOnlyList<Figure> figures)
    {
        var text = new StringBuilder("| What | Measured | Budget | Limit of the gate | |\n|---|---:|---:|---:|---|\n");
        foreach (var figure in figures)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {figure.What.Trim()} | {figure.Value:F1} {figure.Unit} | {figure.Budget} | {figure.Limit} | {figure.Verdict} |\n");
        }

        text.Append("\n| Flash wear: written to the store | a day | a year | ten years |\n|---|---:|---:|---:|\n");
        foreach (var (what, name, perDay) in ((string, string, int)[])
        [
            ("polled once a day, nothing to do", SessionWritten, 1),
            ("polled every hour, nothing to do", SessionWritten, 24),
            ("polled every hour, one Replace each", ReplaceWritten, 24),
            ("polled every 15 minutes, one Replace each", ReplaceWritten, 96),
        ])
        {
            var megabytes = figures.Single(figure => figure.Name == name).Value * perDay / 1e3;
            text.Append(CultureInfo.InvariantCulture, $"| {what} | {megabytes:F2} MB | {megabytes * DaysPerYear:F0} MB | {megabytes * DaysPerYear / 100:F1} GB |\n");
        }

        return text.ToString().TrimEnd();
    }
}
