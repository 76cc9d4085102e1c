using System.Text.Json;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Queries;
using DmDelegation.Platform.Control;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary><c>delegation watch</c>: a line for what is there and for what changes.</summary>
[TestClass]
public sealed class DelegationWatchTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    [TestMethod]
    public void A_line_comes_at_the_beginning_for_a_change_and_when_a_record_is_gone_and_not_for_time_that_runs_down()
    {
        var watch = new DelegationWatch(new Terminal(_output, _error), "", json: false);
        Assert.IsNull(watch.Show(List(Record("X", "Pending", left: 9), Record("Y", "Active"))));
        Assert.AreEqual(Block("X", "Pending", "; 9 s left to confirm") + Block("Y", "Active"), Printed());
        Assert.IsNull(watch.Show(List(Record("X", "Pending", left: 8), Record("Y", "Active"))));
        Assert.AreEqual("", Printed());
        Assert.IsNull(watch.Show(List(Record("X", "Active"))));
        Assert.AreEqual(Block("X", "Active") + "Y  gone\n", Printed());
    }

    [TestMethod]
    public void JSON_is_one_object_a_line_and_the_one_record_watched_ends_it_when_it_is_gone()
    {
        var watch = new DelegationWatch(new Terminal(_output, _error), "X", json: true);
        Assert.IsNull(watch.Show(List(Record("X", "Active"), Record("Y", "Active"))));
        var line = JsonDocument.Parse(Printed().Split('\n', StringSplitOptions.RemoveEmptyEntries).Single()).RootElement;
        Assert.AreEqual(("X", "Active"), (line.GetProperty("id").GetString(), line.GetProperty("record").GetProperty("state").GetString()));
        Assert.AreEqual(0, watch.Show(List(Record("Y", "Active"))));
        Assert.AreEqual("""{"id":"X","record":null}""" + "\n", Printed());
    }

    [TestMethod]
    public async Task It_ends_well_when_it_is_stopped_and_with_the_code_of_an_answer_that_failed()
    {
        using var stop = new CancellationTokenSource();
        var watch = new DelegationWatch(new Terminal(_output, _error), "", json: true);
        var data = JsonSerializer.SerializeToElement(List(Record("X", "Active")), ReportJson.Readable.DelegationListReport);
        Assert.AreEqual(0, await watch.RunAsync(
            async _ =>
            {
                await stop.CancelAsync();
                return ControlResponse.Ok(data);
            },
            stop.Token));
        StringAssert.StartsWith(Printed(), """{"id":"X","record":{""", StringComparison.Ordinal);
        Assert.AreEqual(3, await watch.RunAsync(_ => Task.FromResult(ControlResponse.Failed(ControlCodes.NotRunning, "stopped")), default));
        Assert.AreEqual("dmagent: stopped\n", _error.ToString());
    }

    [TestMethod]
    public async Task On_the_real_command_line_a_record_that_is_not_there_fails_and_so_does_an_agent_that_does_not_run()
    {
        using var folder = new AgentFolder();
        Assert.AreEqual(3, (await AgentProcess.RunAsync(folder.Configuration, "delegation", "watch")).ExitCode);
        await using var daemon = await Daemon.ReadyAsync(folder);
        var result = await AgentProcess.RunAsync(folder.Configuration, "delegation", "watch", "X1");
        Assert.AreEqual((1, "", "dmagent: there is no delegation X1\n"), (result.ExitCode, result.Output, result.Error));
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    private string Printed()
    {
        var text = _output.ToString();
        _output.GetStringBuilder().Clear();
        return text;
    }

    private static string Block(string id, string state, string time = "") =>
        $"{id}  {state}  a -> b  ./SCM\n    partial, until-revoked, exclusive{time}\n    told: a nothing to tell, b nothing to tell\n";

    private static DelegationListReport List(params ReadOnlySpan<DelegationReport> records) => new([.. records]);

    private static DelegationReport Record(string id, string state, long? left = null) => new(
        id, state, 0, "OK", 0, "a", "b", "partial", "partial", "until-revoked", "exclusive", [new ScopeReport("./SCM", "Get")], null, left, 0, 0, null,
        null, [], null, null, "", "");
}
