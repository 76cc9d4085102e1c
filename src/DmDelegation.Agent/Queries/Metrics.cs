using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Agent.Queries;

/// <summary>A metric: one row of the table.</summary>
/// <param name="Name">Name, as OpenTelemetry's conventions come out in Prometheus: units last, counters end in <c>_total</c>.</param>
/// <param name="Type"><c>gauge</c> or <c>counter</c>.</param>
/// <param name="Help">What it counts.</param>
/// <param name="Samples">Its values.</param>
internal sealed record Metric(string Name, string Type, string Help, Func<QueryContext, IEnumerable<SampleReport>> Samples);

/// <summary>
/// <c>metrics</c>: all metrics, as one table. Cardinality is bounded: servers appear as labels while they have an account, states and codes are
/// fixed words. Process metrics carry our prefix, since a textfile collector refuses names that its exporter has itself. Counters begin at zero
/// with each start of the agent; nothing is written for them.
/// </summary>
internal static class Metrics
{
    private const string Gauge = "gauge";
    private const string Counter = "counter";

    /// <summary>The agent runs; the one metric that is always there.</summary>
    public static Metric Up { get; } = new("dmagent_up", Gauge, "Whether the agent runs.", context => [One(context.Facts.Running ? 1 : 0)]);

    /// <summary>The table.</summary>
    public static ImmutableArray<Metric> All { get; } =
    [
        Up,
        new("dmagent_build_info", Gauge, "Version of the agent.", context => [One(1, ("version", context.Options.Version))]),
        new("dmagent_process_start_time_seconds", Gauge, "When the agent started, in effective time since the epoch.", context =>
            context.Facts.Observed.Since is { } since ? [One(Epoch(since))] : []),
        new("dmagent_process_resident_memory_bytes", Gauge, "Resident memory.", context => Process(context, process => process.Resident)),
        new("dmagent_process_resident_anonymous_bytes", Gauge, "Resident memory that belongs to no file.", context => Process(context, process => process.ResidentAnonymous)),
        new("dmagent_process_cpu_seconds_total", Counter, "Processor time.", context => Process(context, process => process.ProcessorSeconds)),
        new("dmagent_clock_trust", Gauge, "What the clock is: 1 for the state that holds.", context =>
            Enum.GetValues<ClockTrust>().Select(trust => One(context.State.Clock.Trust == trust ? 1 : 0, ("state", Word(trust))))),
        new("dmagent_clock_effective_time_seconds", Gauge, "Effective time since the epoch.", context => [One(Epoch(context.Time))]),
        new("dmagent_clock_wall_offset_seconds", Gauge, "Wall clock less effective time.", context => [One((context.Now.Wall - context.Time).TotalSeconds)]),
        new("dmagent_accounts", Gauge, "Accounts, and those that a delegation made.", context =>
        [
            One(Servers(context).Count(server => !context.Durable.IsGuest(server)), ("guest", "false")),
            One(Servers(context).Count(context.Durable.IsGuest), ("guest", "true")),
        ]),
        new("dmagent_delegations", Gauge, "Delegation records by state.", context => Enum.GetValues<DelegationState>().Select(state =>
            One(context.Durable.Records.Values.Count(record => record.State == state), ("state", Word(state))))),
        new("dmagent_delegation_remaining_seconds", Gauge, "Time left of the temporary delegation to a server that ends first.", Remaining),
        new("dmagent_outbox_entries", Gauge, "Acknowledgements that wait for a server.", context => [One(context.Durable.Outbox.Count)]),
        new("dmagent_sessions_running", Gauge, "Sessions that run.", context => [One(context.State.Sessions.Count)]),
        new("dmagent_sessions_total", Counter, "Sessions since the agent started, by server and result.", context => Sessions(context).SelectMany(entry => new[]
        {
            One(entry.Sessions.Done, ("server", entry.Server), ("result", "done")),
            One(entry.Sessions.Failed, ("server", entry.Server), ("result", "failed")),
        })),
        new("dmagent_session_commands_total", Counter, "Commands of a server since the agent started, by the status they got.", context =>
            Sessions(context).SelectMany(entry => entry.Sessions.Statuses.Select(status => One(status.Value, ("server", entry.Server), ("status", $"{status.Key}"))))),
        new("dmagent_session_last_start_time_seconds", Gauge, "When the last session with a server began, in effective time since the epoch.", context =>
            Sessions(context).Where(entry => entry.Sessions.Last is not null).Select(entry => One(Epoch(entry.Sessions.Last!.Began), ("server", entry.Server)))),
        new("dmagent_session_last_duration_seconds", Gauge, "How long it took.", context =>
            Sessions(context).Where(entry => entry.Sessions.Last is not null).Select(entry => One(entry.Sessions.Last!.DurationMs / 1000.0, ("server", entry.Server)))),
        new("dmagent_session_failures", Gauge, "Sessions with a server that failed in a row.", context =>
            Servers(context).Where(_ => context.Facts.Running).Select(server => One(context.State.Contacts.GetValueOrDefault(server)?.FailedAttempts ?? 0, ("server", server)))),
        new("dmagent_store_size_bytes", Gauge, "Size of the store with its log.", context => context.Facts.Measured is { } measured ? [One(measured.Value.StoreOctets)] : []),
        new("dmagent_store_commits_total", Counter, "Transactions written since the agent started.", context =>
            context.Facts.Measured?.Value.Commits is { } commits ? [One(commits)] : []),
        new("dmagent_tree_nodes", Gauge, "Nodes of the management tree.", context => [One(context.Durable.Tree.Count)]),
        new("dmagent_audit_entries", Gauge, "Entries of the audit log by ring.", context =>
            [One(context.Durable.Evidence.Entries.Count, ("ring", "evidence")), One(context.Durable.Noise.Entries.Count, ("ring", "noise"))]),
        new("dmagent_warning", Gauge, "Warnings that apply, by code and severity.", context => Warnings.Of(context)
            .GroupBy(warning => (warning.Code, warning.Severity)).Select(group => One(group.Count(), ("code", group.Key.Code), ("severity", group.Key.Severity)))),
    ];

    /// <summary>All of them.</summary>
    public static MetricsReport Report(QueryContext context) =>
        new(context.Facts.Running, [.. All.Select(metric => Report(metric, metric.Samples(context))).Where(metric => !metric.Samples.IsEmpty)]);

    /// <summary>What is known of an agent that does not run and whose store cannot be read.</summary>
    public static MetricsReport Down { get; } = new(false, [Report(Up, [One(0)])]);

    private static MetricReport Report(Metric metric, IEnumerable<SampleReport> samples) => new(metric.Name, metric.Type, metric.Help, [.. samples]);

    private static IEnumerable<SampleReport> Remaining(QueryContext context) =>
        from live in context.Durable.Live()
        let left = Limits.RemainingSeconds(live.Record, context.Now, context.Time)
        where left is not null
        group left.Value by live.Grant.To into server
        orderby server.Key
        select One(server.Min(), ("server", server.Key));

    private static IEnumerable<string> Servers(QueryContext context) => AccountList.All(context.Durable.Tree).Select(account => account.ServerId);

    private static IEnumerable<(string Server, Loop.ServerSessions Sessions)> Sessions(QueryContext context) =>
        context.Facts.Observed.Sessions.Where(entry => context.Durable.AccountOf(entry.Key) is not null).Select(entry => (entry.Key, entry.Value));

    private static IEnumerable<SampleReport> Process(QueryContext context, Func<ProcessFacts, double> value) =>
        context.Facts.Measured?.Value.Process is { } process ? [One(value(process))] : [];

    private static SampleReport One(double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var list = ImmutableArray.CreateBuilder<LabelReport>(labels.Length);
        foreach (var (name, text) in labels)
            list.Add(new LabelReport(name, text));
        return new SampleReport(list.MoveToImmutable(), value);
    }

    private static double Epoch(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
