using System.Collections.Concurrent;
using System.Collections.Immutable;
using DmDelegation.Agent.Loop;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Http;
using DmDelegation.Platform.Store;
using DmDelegation.Platform.Systemd;
using DmDelegation.Tests.Platform;

namespace DmDelegation.Tests.Agent.Loop;

[TestClass]
public sealed class AgentLoopTests
{
    private readonly ConcurrentQueue<string> _done = [];

    [TestMethod]
    public async Task What_is_persisted_is_durable_before_anything_is_sent_DEL_120()
    {
        using var samples = new Samples();
        var loop = Loop(samples, () => { });
        var running = loop.RunAsync();
        var report = await AgentProcess.InTime(loop.SessionAsync("a.example", default));
        loop.Stop();
        Assert.IsTrue(await running);
        Assert.AreEqual(("failed", "connect"), (report.Ended, report.Error));
        var order = _done.ToArray();
        Assert.IsLessThan(Array.IndexOf(order, "send"), Array.IndexOf(order, "commit"), string.Join(", ", order));
        CollectionAssert.Contains(order, "end");
    }

    [TestMethod]
    public async Task After_a_commit_that_failed_nothing_is_sent_and_the_loop_ends_as_failed_DEL_120()
    {
        using var samples = new Samples();
        var loop = Loop(samples, () => throw new StoreException(StoreCodes.InputOutput, "the disk is full"));
        var running = loop.RunAsync();
        var report = await AgentProcess.InTime(loop.SessionAsync("a.example", default));
        Assert.IsFalse(await AgentProcess.InTime(running));
        Assert.AreEqual("failed", report.Ended);
        CollectionAssert.DoesNotContain(_done.ToArray(), "send");
        StringAssert.Contains(_done.Single(entry => entry.StartsWith("DM4003", StringComparison.Ordinal)), "the disk is full", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task While_nothing_happens_nothing_is_written()
    {
        using var samples = new Samples();
        var loop = Loop(samples, () => { });
        var running = loop.RunAsync();
        await AgentProcess.InTime(loop.SnapshotAsync(default));
        loop.Stop();
        await running;
        Assert.IsFalse(_done.Any(entry => entry.StartsWith("commit", StringComparison.Ordinal)), string.Join(", ", _done));
    }

    [TestMethod]
    public async Task A_message_is_overwritten_after_its_event_DEL_188()
    {
        using var samples = new Samples();
        await using var server = new TestHttpServer(null, _ => TestHttpServer.Ok("<no message>"));
        using var transport = new Transport(new TransportOptions { AllowClearHttp = true }, () => Samples.Now.Wall);
        ResponseBody? body = null;
        var loop = Loop(samples, () => { }, async (message, cancel) =>
        {
            var result = await transport.ExchangeAsync(message with { Uri = server.Address() }, cancel);
            body ??= result.Body;
            return result;
        });
        var running = loop.RunAsync();
        await AgentProcess.InTime(loop.SessionAsync("a.example", default));
        loop.Stop();
        await running;
        Assert.AreEqual("<no message>".Length, body!.Octets.Length);
        Assert.IsTrue(body.Octets.ToArray().All(octet => octet == 0));
    }

    [TestMethod]
    public async Task A_change_of_the_network_reaches_the_engine_DEL_242()
    {
        using var samples = new Samples();
        var loop = Loop(samples, () => { });
        var running = loop.RunAsync();
        await AgentProcess.InTime(loop.SessionAsync("a.example", default));
        Assert.AreEqual(1, (await AgentProcess.InTime(loop.SnapshotAsync(default))).State.Contacts["a.example"].FailedAttempts);
        loop.TellNetworkChanged();
        Assert.AreEqual(0, (await AgentProcess.InTime(loop.SnapshotAsync(default))).State.Contacts["a.example"].FailedAttempts);
        loop.Stop();
        await running;
    }

    [TestMethod]
    public async Task A_second_request_for_a_session_under_way_waits_for_the_same_end()
    {
        using var samples = new Samples();
        var release = new TaskCompletionSource();
        var loop = Loop(samples, () => { }, async (message, cancel) =>
        {
            await release.Task.WaitAsync(cancel);
            return Failure(TransportCodes.Connect);
        });
        var running = loop.RunAsync();
        var first = loop.SessionAsync("a.example", default);
        var second = loop.SessionAsync("a.example", default);
        Assert.HasCount(1, (await AgentProcess.InTime(loop.SnapshotAsync(default))).State.Sessions);
        release.SetResult();
        Assert.AreEqual(await AgentProcess.InTime(first), await AgentProcess.InTime(second));
        loop.Stop();
        await running;
        Assert.HasCount(1, _done.Where(entry => entry == "send"));
    }

    [TestMethod]
    public async Task Stopping_does_not_wait_for_an_exchange()
    {
        using var samples = new Samples();
        var loop = Loop(samples, () => { }, async (message, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel);
            return Failure(TransportCodes.Connect);
        });
        var running = loop.RunAsync();
        var session = loop.SessionAsync("a.example", default);
        await AgentProcess.InTime(loop.SnapshotAsync(default));
        loop.Stop();
        Assert.IsTrue(await AgentProcess.InTime(running));
        Assert.AreEqual("stopping", (await session).Error);
    }

    [TestMethod]
    [DataRow(true, null)]
    [DataRow(false, "clock-not-trusted")]
    public async Task Time_is_brought_back_only_to_a_wall_clock_that_is_trusted_DEL_223(bool trusted, string? code)
    {
        using var samples = new Samples();
        var loop = Loop(samples, () => { }, clock: () => Samples.Now with { Wall = Samples.Now.Wall.AddHours(-1), WallTrusted = trusted });
        var running = loop.RunAsync();
        var answer = await AgentProcess.InTime(loop.ResetClockAsync(default));
        var time = loop.Clock.Now(Samples.Now);
        loop.Stop();
        Assert.IsTrue(await AgentProcess.InTime(running));
        Assert.AreEqual(code, answer.Code);
        Assert.AreEqual(trusted ? "2027-01-02T02:04:05Z" : null, answer.Data?.EffectiveTime);
        Assert.AreEqual(Samples.Now.Wall.AddHours(trusted ? -1 : 0), time);
    }

    [TestMethod]
    public async Task What_begins_to_be_wrong_is_logged_once_and_status_says_since_when()
    {
        using var samples = new Samples();
        var looks = 0;
        var loop = Loop(samples, () => { }, warnings: snapshot =>
        {
            looks++;
            return Warnings.Of(samples.Context() with { State = snapshot.State });
        });
        var running = loop.RunAsync();
        await AgentProcess.InTime(loop.SessionAsync("a.example", default));
        var snapshot = await AgentProcess.InTime(loop.SnapshotAsync(default));
        var before = looks;
        for (var question = 0; question < 5; question++)
            await AgentProcess.InTime(loop.SnapshotAsync(default));
        loop.Stop();
        await running;
        Assert.AreEqual(before, looks, "a question costs no look");
        Assert.HasCount(1, _done.Where(entry => entry.StartsWith("DM51", StringComparison.Ordinal)), string.Join(", ", _done));
        var context = samples.Context() with { State = snapshot.State };
        Assert.AreEqual("2027-01-02T03:04:05Z", Warnings.Of(context with { Facts = context.Facts with { Observed = snapshot.Observed } }).Single().Since);
        Assert.IsNull(Warnings.Of(context).Single().Since);
    }

    private AgentLoop Loop(
        Samples samples, Action commit, Func<SendMessage, CancellationToken, Task<ExchangeResult>>? exchange = null, Func<ClockReading>? clock = null,
        Func<Snapshot, ImmutableArray<WarningReport>>? warnings = null)
    {
        var ports = new LoopPorts(
            clock ?? (() => Samples.Now),
            (_, _) =>
            {
                commit();
                _done.Enqueue("commit");
            },
            (message, cancel) =>
            {
                _done.Enqueue("send");
                return exchange?.Invoke(message, cancel) ?? Task.FromResult(Failure(TransportCodes.Connect));
            },
            (_, _) => _done.Enqueue("end"),
            line => _done.Enqueue($"{line.Code} {line.Text}"),
            Notifier.From(_ => null),
            _ => samples.Factory);
        return new AgentLoop(samples.Engine, samples.Opened, ports, _ => "status", warnings);
    }

    private static ExchangeResult Failure(string code) => new(null, null, default, code, 0);
}
