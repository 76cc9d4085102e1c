using System.Collections.Immutable;

namespace DmDelegation.Agent.Queries;

/// <summary>Answer of <c>metrics</c>.</summary>
/// <param name="Up">The agent runs.</param>
/// <param name="Metrics">The metrics; those without a sample are left out.</param>
internal sealed record MetricsReport(bool Up, ImmutableArray<MetricReport> Metrics);

/// <summary>One metric.</summary>
/// <param name="Name">Name, in the form of Prometheus.</param>
/// <param name="Type"><c>gauge</c> or <c>counter</c>.</param>
/// <param name="Help">What it counts.</param>
/// <param name="Samples">Its values.</param>
internal sealed record MetricReport(string Name, string Type, string Help, ImmutableArray<SampleReport> Samples);

/// <summary>One value of a metric.</summary>
/// <param name="Labels">What it is the value of.</param>
/// <param name="Value">The value.</param>
internal sealed record SampleReport(ImmutableArray<LabelReport> Labels, double Value);

/// <summary>A label.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
internal sealed record LabelReport(string Name, string Value);
