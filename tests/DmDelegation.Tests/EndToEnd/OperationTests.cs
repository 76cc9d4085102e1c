using DmDelegation.ServerStub.Dm;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.Tests.EndToEnd;

/// <summary>What servers have the device do, with the real agent and real programs.</summary>
[TestClass]
public sealed class OperationTests
{
    private const string Hello = "./SCM/hello";
    private const string Long = "./SCM/long";

    public required TestContext TestContext { get; set; }

    [TestMethod]
    public async Task B_gets_the_result_of_what_it_executes_and_A_that_of_what_its_Revoke_cancels_S_114_DEL_218_REP_064()
    {
        await using var world = await LiveWorld.StartAsync(TestContext, LiveWorld.Late with
        {
            Programs = new Dictionary<string, string>
            {
                [Hello] = "#!/bin/sh\necho point-of-no-return >&2\nread word\nprintf '%s: hello %s' \"$word\" \"$1\"\n",
                [Long] = "#!/bin/sh\nsleep 1000 &\necho $! >\"$1\"\nwait\n",
            },
        });
        var live = await world.ActiveAsync();
        Assert.AreEqual("202", await world.CommandAsync(world.ServerB, $$"""[{"exec":{"uri":"{{Hello}}","data":"world","correlator":"c-hello"} }]"""));
        await world.UntilAsync("B has the result", () => Results(world.ServerB).Length == 1); // in a session that the outbox opens
        var result = Results(world.ServerB).Single();
        Assert.AreEqual((Hello, "c-hello", "Success", "b"), (result.Source, result.Correlator, result.Result, result.By?[..1]));

        var started = Path.Combine(world.Folder, "started");
        Assert.AreEqual("202", await world.CommandAsync(world.ServerB, $$"""[{"exec":{"uri":"{{Long}}","data":"{{started}}","correlator":"c-long"} }]"""));
        await world.UntilAsync("the program runs", () => File.Exists(started) && File.ReadAllText(started).EndsWith('\n'));
        var runs = (await world.AskAsync("status")).GetProperty("operations")[0];
        Assert.AreEqual((Long, LiveWorld.B, live.Id, "running"), (Text(runs, "node"), Text(runs, "server"), Text(runs, "delegation"), Text(runs, "state")));

        Assert.IsTrue(world.ServerA.End(live.Id));
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        await world.UntilAsync("A has the result", () => Results(world.ServerA).Length == 1);
        result = Results(world.ServerA).Single();
        Assert.AreEqual((Long, "c-long", "Cancelled", 180), (result.Source, result.Correlator, result.Result, result.Reason));
        await world.UntilAsync("all it started is gone", () => !Runs(File.ReadAllText(started).Trim()));
        Assert.AreEqual("Revoked 180", await world.RecordAsync(live));
    }

    private static ReceivedAlert[] Results(DmServer server) =>
        [.. server.View().Alerts.Where(alert => alert.Type == "org.example.dmagent.operation/Result")];

    private static string? Text(System.Text.Json.JsonElement report, string name) => report.GetProperty(name).GetString();

    private static bool Runs(string id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1].StartsWith('Z');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
