using System.Text.Json;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine.Delegation;
using DmDelegation.Platform.Control;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary><c>wait</c>: what counts as reached, and the command line of it.</summary>
[TestClass]
public sealed class WaitTests : IDisposable
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(1);

    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly Samples _samples = new();

    private StatusReport Status(params (DelegationState State, string Uri)[] delegations)
    {
        var state = delegations.Index().Aggregate(
            _samples.Factory, (state, one) => state.With(SampleDelegations.Record(state, $"X{one.Index}", one.Item.State, one.Item.Uri)));
        return StatusQuery.Report(_samples.Context(state));
    }

    private static bool Reached(StatusReport status, string goal, string? server = null, string? scope = null) =>
        WaitCondition.Read(goal, server, scope).Data!.MissingIn(status).Length == 0;

    [TestMethod]
    [DataRow(0, 1)]
    [DataRow(1, 1)]
    [DataRow(2, 2)]
    [DataRow(3, 4)]
    [DataRow(4, 8)]
    [DataRow(5, 10)]
    [DataRow(int.MaxValue, 10)]
    public void Who_does_not_answer_is_asked_less_and_less_often(int unanswered, int intervals) => Assert.AreEqual(intervals, WaitCommand.IntervalsAfter(unanswered));

    [TestMethod]
    public void Managed_is_a_server_with_an_account_that_no_delegation_made()
    {
        Assert.IsTrue(Reached(Status(), "managed"));
        Assert.IsTrue(Reached(Status(), "managed", "a.example"));
        Assert.IsFalse(Reached(Status((DelegationState.Active, "./SCM")), "managed", "b.example"));
        Assert.IsFalse(Reached(Status() with { Accounts = [] }, "managed"));
    }

    [TestMethod]
    [DataRow(DelegationState.Pending, false)]
    [DataRow(DelegationState.Active, true)]
    [DataRow(DelegationState.Suspended, false)]
    [DataRow(DelegationState.Finalised, true)]
    [DataRow(DelegationState.Revoked, false)]
    [DataRow(DelegationState.Failed, false)]
    public void Delegated_is_a_delegation_that_gives_rights(DelegationState state, bool reached) => Assert.AreEqual(reached, Reached(Status((state, "./SCM")), "delegated"));

    [TestMethod]
    [DataRow(DelegationState.Pending, false)]
    [DataRow(DelegationState.Active, false)]
    [DataRow(DelegationState.Suspended, false)]
    [DataRow(DelegationState.Finalised, false)]
    [DataRow(DelegationState.Revoked, true)]
    [DataRow(DelegationState.Staged, true)]
    public void Home_is_no_live_delegation(DelegationState state, bool reached) => Assert.AreEqual(reached, Reached(Status((state, "./SCM")), "home"));

    [TestMethod]
    [DataRow("delegated", "b.example", null, true)]
    [DataRow("delegated", "c.example", null, false)]
    [DataRow("delegated", null, "./SCM/x", true)]
    [DataRow("delegated", null, "./SCM/x/below", true)]
    [DataRow("delegated", null, "./SCM", false)]
    [DataRow("delegated", null, "./SCM/xy", false)]
    [DataRow("home", "c.example", null, true)]
    [DataRow("home", "b.example", null, false)]
    [DataRow("home", null, "./SCM", false)]
    [DataRow("home", null, "./SCM/x/below", false)]
    [DataRow("home", null, ".", false)]
    [DataRow("home", null, "./SCM/b", true)]
    public void Server_and_scope_narrow_it_down(string goal, string? server, string? scope, bool reached) =>
        Assert.AreEqual(reached, Reached(Status((DelegationState.Active, "./SCM/x")), goal, server, scope));

    [TestMethod]
    public async Task It_asks_while_no_agent_answers_and_until_it_is_reached()
    {
        var answers = new Queue<ControlResponse>(
        [
            ControlResponse.Failed(ControlCodes.NotRunning, "no agent"), ControlResponse.Failed(ControlCodes.TooMany, "busy"), Answer(Status()),
            Answer(Status((DelegationState.Active, "./SCM"))),
        ]);
        Assert.AreEqual(0, await RunAsync("delegated", limit: null, _ => Task.FromResult(answers.Dequeue())));
        Assert.IsEmpty(answers);
        Assert.AreEqual(("./SCM is managed by b.example until revoked (delegation X0 by a.example)\n", ""), (_output.ToString(), _error.ToString()));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task When_the_time_is_over_it_says_what_is_missing_and_has_an_exit_code_of_its_own(bool json)
    {
        Assert.AreEqual(6, await RunAsync("home", AtOnce, _ => Task.FromResult(Answer(Status((DelegationState.Pending, "./SCM")))), json, interval: TimeSpan.FromMinutes(1)));
        Assert.AreEqual("dmagent: not home within 0.001 s: delegation X0 is live\n", _error.ToString());
        Assert.AreEqual(json ? """{"for":"home","reached":false,"text":"delegation X0 is live"}""" + "\n" : "", _output.ToString());
    }

    [TestMethod]
    public async Task An_agent_that_does_not_answer_is_waited_for_no_longer_and_who_may_not_ask_is_told_at_once()
    {
        Assert.AreEqual(6, await RunAsync("managed", AtOnce, async cancel =>
        {
            await Task.Delay(System.Threading.Timeout.Infinite, cancel);
            return Answer(Status());
        }));
        Assert.AreEqual(5, await RunAsync("managed", limit: null, _ => Task.FromResult(ControlResponse.Failed(ControlCodes.NotPermitted, "no"))));
    }

    [TestMethod]
    [DataRow("wait")]
    [DataRow("wait", "--for", "lunch")]
    [DataRow("wait", "--for", "home", "--timeout", "0")]
    [DataRow("wait", "--for", "home", "--timeout", "soon")]
    [DataRow("wait", "--for", "home", "--timeout", "86401")]
    [DataRow("wait", "--for", "home", "--server", "a b")]
    [DataRow("wait", "--for", "home", "--scope", "./a//b")]
    [DataRow("wait", "--for", "home", "--scope", "./SCM?prop=ACL")]
    [DataRow("wait", "--for", "managed", "--scope", "./SCM")]
    public async Task Wrong_usage_is_exit_code_2_with_nothing_on_standard_output(params string[] arguments)
    {
        Assert.AreEqual(2, await new CommandLine(new Shell(_output, _error, null)).RunAsync(arguments, default));
        Assert.AreEqual("", _output.ToString());
        StringAssert.StartsWith(_error.ToString(), "dmagent: ", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task On_the_command_line_it_waits_for_an_agent_that_comes_later()
    {
        using var folder = new AgentFolder();
        var waiting = new CommandLine(new Shell(_output, _error, null)).RunAsync(["--config", folder.Configuration, "wait", "--for", "managed", "--server", "a.example", "--json"], default);
        await using var daemon = await Daemon.ReadyAsync(folder);
        Assert.AreEqual(0, await AgentProcess.InTime(waiting), _error.ToString());
        Assert.AreEqual("""{"for":"managed","reached":true,"text":"managed by a.example"}""" + "\n", _output.ToString());
    }

    public void Dispose()
    {
        _samples.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    private static ControlResponse Answer(StatusReport status) => ControlResponse.Ok(JsonSerializer.SerializeToElement(status, ReportJson.Readable.StatusReport));

    private Task<int> RunAsync(string goal, TimeSpan? limit, Func<CancellationToken, Task<ControlResponse>> ask, bool json = false, TimeSpan? interval = null) =>
        new WaitCommand(new Terminal(_output, _error), WaitCondition.Read(goal, null, null).Data!, json).RunAsync(ask, limit, interval ?? AtOnce, default);
}
