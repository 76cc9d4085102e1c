using System.Globalization;
using System.Text;
using DmDelegation.Agent.Queries;

namespace DmDelegation.Agent.Commands;

/// <summary>Metrics in the text format of Prometheus, version 0.0.4.</summary>
internal static class MetricsText
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(MetricsReport report)
    {
        foreach (var metric in report.Metrics)
        {
            yield return $"# HELP {metric.Name} {Escaped(metric.Help, quotes: false)}";
            yield return $"# TYPE {metric.Name} {metric.Type}";
            foreach (var sample in metric.Samples)
                yield return metric.Name + Labels(sample) + " " + sample.Value.ToString("R", CultureInfo.InvariantCulture);
        }
    }

    private static string Labels(SampleReport sample) =>
        sample.Labels.IsEmpty ? "" : "{" + string.Join(',', sample.Labels.Select(label => $"{label.Name}=\"{Escaped(label.Value, quotes: true)}\"")) + "}";

    private static string Escaped(string text, bool quotes)
    {
        var escaped = new StringBuilder(text).Replace("\\", "\\\\").Replace("\n", "\\n");
        return (quotes ? escaped.Replace("\"", "\\\"") : escaped).ToString();
    }
}
