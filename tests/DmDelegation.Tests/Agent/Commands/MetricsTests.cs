using System.Collections.Immutable;
using System.Text.RegularExpressions;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Loop;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine.State;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary><c>metrics</c>: the table, its text, and the file for a collector.</summary>
[TestClass]
public sealed partial class MetricsTests
{
    [TestMethod]
    public void Every_metric_has_a_name_by_the_conventions_and_one_row()
    {
        foreach (var metric in Metrics.All)
        {
            Assert.IsTrue(Name().IsMatch(metric.Name), metric.Name);
            Assert.AreEqual(metric.Type == "counter", metric.Name.EndsWith("_total", StringComparison.Ordinal), metric.Name);
            Assert.AreEqual('.', metric.Help[^1], metric.Name);
        }

        Assert.HasCount(Metrics.All.Length, Metrics.All.DistinctBy(metric => metric.Name));
    }

    [TestMethod]
    public void A_running_agent_has_every_metric_in_the_form_that_collectors_read()
    {
        using var samples = new Samples();
        var lines = MetricsText.Of(Metrics.Report(Running(samples))).ToList();
        foreach (var line in lines)
            Assert.IsTrue(Line().IsMatch(line), line);
        foreach (var wanted in new[]
        {
            "dmagent_up 1", "dmagent_build_info{version=\"0.1.0\"} 1", "dmagent_process_start_time_seconds 1798859045", "dmagent_process_resident_memory_bytes 23",
            "dmagent_clock_trust{state=\"trusted\"} 1", "dmagent_clock_trust{state=\"unknown\"} 0", "dmagent_accounts{guest=\"false\"} 1", "dmagent_delegations{state=\"active\"} 2",
            "dmagent_delegations{state=\"failed\"} 0", "dmagent_delegation_remaining_seconds{server=\"c.example\"} 3540", "dmagent_outbox_entries 0", "dmagent_sessions_total{server=\"a.example\",result=\"done\"} 2",
            "dmagent_sessions_total{server=\"a.example\",result=\"failed\"} 1", "dmagent_session_commands_total{server=\"a.example\",status=\"200\"} 5",
            "dmagent_session_last_duration_seconds{server=\"a.example\"} 1.5", "dmagent_session_failures{server=\"a.example\"} 3", "dmagent_store_size_bytes 4096",
            "dmagent_store_commits_total 7", "dmagent_warning{code=\"contact-failing\",severity=\"warning\"} 1", "# TYPE dmagent_sessions_total counter", "# TYPE dmagent_warning gauge",
        })
            Assert.Contains(wanted, lines, wanted);
        Assert.IsFalse(lines.Any(line => line.Contains("stranger", StringComparison.Ordinal)), "a server without an account is no label");
        foreach (var metric in Metrics.All)
            Assert.Contains($"# HELP {metric.Name} {metric.Help}", lines, metric.Name);
    }

    [TestMethod]
    public void Labels_and_help_are_escaped()
    {
        var report = new MetricsReport(true, [new MetricReport("m", "gauge", "a\\b\nc\"", [new SampleReport([new LabelReport("l", "a\\b\"c\nd")], 0.25)])]);
        CollectionAssert.AreEqual(new[] { "# HELP m a\\\\b\\nc\"", "# TYPE m gauge", "m{l=\"a\\\\b\\\"c\\nd\"} 0.25" }, MetricsText.Of(report).ToArray());
    }

    [TestMethod]
    public async Task An_agent_that_does_not_run_is_a_metric_too_and_exit_code_3()
    {
        using var folder = new AgentFolder();
        var file = folder.File("dmagent.prom");
        File.WriteAllText(file, "old");
        using var output = new StringWriter();
        using var error = new StringWriter();
        var commands = new CommandLine(new Shell(output, error, null));
        Assert.AreEqual(3, await commands.RunAsync(["--config", folder.Configuration, "metrics", "--output", file], default));
        const string Down = "# HELP dmagent_up Whether the agent runs.\n# TYPE dmagent_up gauge\ndmagent_up 0\n";
        Assert.AreEqual(Down, File.ReadAllText(file));
        Assert.AreEqual("-rw-r--r--", Mode(file));
        Assert.AreEqual(1, Directory.GetFiles(folder.Path, "*dmagent.prom*").Length, "nothing is left beside it");
        Assert.AreEqual("", output.ToString());
        Assert.AreEqual(3, await commands.RunAsync(["--config", folder.Configuration, "metrics"], default));
        Assert.AreEqual(Down, output.ToString());
        Assert.AreEqual(1, await commands.RunAsync(["--config", folder.Configuration, "metrics", "--output", folder.File("no/where")], default));
        StringAssert.Contains(error.ToString(), "cannot be written", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task A_link_that_somebody_planted_beside_the_file_is_not_followed()
    {
        using var folder = new AgentFolder();
        var victim = folder.Write("victim", "untouched");
        // The name that could be known before.
        var planted = folder.File($".dmagent.prom.{Environment.ProcessId}");
        File.CreateSymbolicLink(planted, victim);
        var commands = new CommandLine(new Shell(TextWriter.Null, TextWriter.Null, null));
        Assert.AreEqual(3, await commands.RunAsync(["--config", folder.Configuration, "metrics", "--output", folder.File("dmagent.prom")], default));
        Assert.AreEqual("untouched", File.ReadAllText(victim));
        Assert.AreEqual(victim, new FileInfo(planted).LinkTarget);
        Assert.IsNull(new FileInfo(folder.File("dmagent.prom")).LinkTarget);
    }

    private static QueryContext Running(Samples samples)
    {
        var context = samples.Context(SampleDelegations.Several(samples.Factory), change: state => state with { Contacts = state.Contacts.Add("a.example", new ContactState(3, 0, -1, "connect")) });
        var sessions = new ServerSessions
        {
            Done = 2,
            Failed = 1,
            Statuses = ImmutableSortedDictionary<int, long>.Empty.Add(200, 5),
            Last = new EndedSession(Samples.Now.Wall, 1500, null, ImmutableSortedDictionary<int, int>.Empty),
        };
        return context with
        {
            Facts = context.Facts with
            {
                Observed = new Observed(Samples.Now.Wall)
                {
                    Sessions = ImmutableSortedDictionary.Create<string, ServerSessions>(StringComparer.Ordinal).Add("a.example", sessions).Add("stranger", sessions),
                },
                Measured = new(() => new Measurements(4096, 7, new ProcessFacts(23, 11, 0.5))),
            },
        };
    }

    private static string Mode(string file)
    {
        var mode = (int)File.GetUnixFileMode(file);
        return "-" + string.Concat(Enumerable.Range(0, 9).Select(bit => (mode & (0b100_000_000 >> bit)) == 0 ? '-' : "rwx"[bit % 3]));
    }

    [GeneratedRegex("^dmagent(_[a-z]+)+$")]
    private static partial Regex Name();

    [GeneratedRegex("""^(# HELP \w+ .+|# TYPE \w+ (gauge|counter)|\w+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.E+-]+)$""")]
    private static partial Regex Line();
}
