using System.Collections.Immutable;
using System.Text.Json;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Loop;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Control;
using DmDelegation.Platform.Http;
using DmDelegation.Platform.Store;
using DmDelegation.Platform.Systemd;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary><c>delegation end</c> (DEL-278): who may, and what is said of what came of it.</summary>
[TestClass]
public sealed class DelegationEndTests
{
    [TestMethod]
    public void S_173_it_is_a_verb_for_root_alone_DEL_278() => Assert.Contains(Verbs.DelegationEnd, Verbs.ForRoot);

    [TestMethod]
    public async Task S_173_root_ends_it_and_the_answer_says_how_DEL_278()
    {
        using var samples = new Samples();
        var (answer, after, log) = await EndAsync(samples);
        Assert.IsTrue(answer.Succeeded, answer.Text);
        Assert.AreEqual("""{"id":"7QK2","was":"Active","state":"Revoked","reason":"LOCAL","reasonCode":187}""", answer.Data!.Value.GetRawText());
        Assert.AreEqual(DelegationState.Revoked, after.Records["7QK2"].State);
        Assert.Contains("DM2011 end of delegation 7QK2 asked for at the device: ended", log);
    }

    [TestMethod]
    public async Task What_could_not_be_committed_is_not_said_to_be_done_DEL_120()
    {
        using var samples = new Samples();
        var fault = new StoreException(StoreCodes.InputOutput, "the disk is full");
        await Assert.ThrowsExactlyAsync<StoreException>(() => EndAsync(samples, fault));
    }

    [TestMethod]
    [DataRow(DelegationState.Staged, null, 0, null, "staged record X deleted")]
    [DataRow(DelegationState.Pending, DelegationState.Cancelled, 187, null, "delegation X ended: Pending -> Cancelled, LOCAL (187)")]
    [DataRow(DelegationState.Active, DelegationState.Revoked, 187, null, "delegation X ended: Active -> Revoked, LOCAL (187)")]
    [DataRow(DelegationState.Active, DelegationState.Expired, 181, "ended", "delegation X has ended already: Expired, EXPIRED (181)")]
    [DataRow(DelegationState.Revoked, DelegationState.Revoked, 187, "ended", "delegation X has ended already: Revoked, LOCAL (187)")]
    [DataRow(DelegationState.Revoked, null, 0, "not-found", "there is no delegation X")]
    [DataRow(null, null, 0, "not-found", "there is no delegation X")]
    public void What_came_of_it_is_told_from_the_record_before_and_after_DEL_278(DelegationState? before, DelegationState? after, int reason, string? code, string text)
    {
        var answer = DelegationQuery.Ended("X", new LocalEndResult(Record(before, 0), Record(after, reason), null));
        Assert.AreEqual((code, text), (answer.Code, answer.Text ?? HumanText.LocalEnd(answer.Data!).Single()));
        Assert.AreEqual(code is null ? 0 : 1, ExitCodes.Of(answer.Code));
    }

    [TestMethod]
    public async Task On_the_real_command_line_it_is_for_root_and_says_what_is_not_there()
    {
        using var folder = new AgentFolder();
        await using var daemon = await Daemon.ReadyAsync(folder);
        var result = await AgentProcess.RunAsync(folder.Configuration, "delegation", "end", "X1");
        Assert.AreEqual((Environment.IsPrivilegedProcess ? 1 : 5, ""), (result.ExitCode, result.Output));
        StringAssert.Contains(result.Error, Environment.IsPrivilegedProcess ? "there is no delegation X1" : "only root", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task Without_a_daemon_it_is_exit_code_3_and_its_help_says_what_it_does()
    {
        using var folder = new AgentFolder();
        Assert.AreEqual(3, (await AgentProcess.RunAsync(folder.Configuration, "delegation", "end", "X1")).ExitCode);
        var help = (await AgentProcess.RunAsync(null, "delegation", "end", "--help")).Output;
        foreach (var word in new[] { "root only", "factory reset", "--json" })
            StringAssert.Contains(help, word, StringComparison.Ordinal);
    }

    private static async Task<(ControlResponse Answer, AgentState After, ImmutableArray<string> Log)> EndAsync(Samples samples, Exception? fault = null)
    {
        var log = new List<string>();
        var ports = new LoopPorts(
            () => Samples.Now,
            (_, _) => _ = fault is null ? 0 : throw fault,
            (_, _) => Task.FromResult(new ExchangeResult(null, null, default, TransportCodes.Connect, 0)),
            (_, _) => { },
            line => log.Add($"{line.Code} {line.Text}"),
            Notifier.From(_ => null),
            _ => samples.Factory);
        var loop = new AgentLoop(samples.Engine, samples.Engine.Open(WithDelegation(samples.Factory), Samples.Now), ports, _ => "status");
        var running = loop.RunAsync();
        var verbs = new DaemonVerbs(loop, snapshot => throw new InvalidOperationException("it reads no snapshot"));
        var arguments = JsonSerializer.SerializeToElement(new VerbArguments(Id: "7QK2"), ReportJson.Readable.VerbArguments);
        try
        {
            var answer = await verbs.AnswerAsync(new ControlRequest(Verbs.DelegationEnd, arguments), default);
            return (answer, (await loop.SnapshotAsync(default)).State.Durable, [.. log]);
        }
        finally
        {
            loop.Stop();
            await running;
        }
    }

    private static AgentState WithDelegation(AgentState factory) => factory with
    {
        Records = factory.Records.Add("7QK2", new DelegationRecord
        {
            Id = "7QK2",
            By = "a.example",
            State = DelegationState.Active,
            Grant = new DelegationGrant
            {
                To = "b.example",
                ScopeType = ScopeType.Partial,
                DurationType = DurationType.UntilRevoked,
                Exclusive = true,
                Scope = [],
                ConfirmMode = ConfirmMode.Exec,
                WindowSeconds = 3600,
                BindingHash = new byte[32],
                Check = new byte[8],
                Account = factory.Tree.Find(NodePath.Parse("./DMAcc/a"))!.Id,
                AccountMade = false,
                Window = ElapsedTime.Start(Samples.Now, 60_000),
            },
        }),
    };

    private static DelegationRecord? Record(DelegationState? state, int reason) =>
        state is { } known ? new DelegationRecord { Id = "X", By = "a.example", State = known, Reason = reason } : null;
}
