#if DM_CRASH_HOOKS
using DmDelegation.Engine;

namespace DmDelegation.Tests.EndToEnd;

/// <summary>17.9 with the real agent, from the end of a delegation: C14 to C18, C20 and C23 of 12.4.</summary>
[TestClass]
public sealed class CrashAtTheEndTests
{
    internal static Dictionary<CrashPoint, CrashRow> Rows { get; } = new()
    {
        [CrashPoint.C14BeforeT3CommitOfDevice] = new(ExpireAsync, (world, live) => ItIsOverAsync(world, live, "Expired 181")),
        [CrashPoint.C15BeforeT3CommitOfCommand] = new(RevokeAsync, ItIsNotDoneAsync),
        [CrashPoint.C16AfterT3Commit] = new(RevokeAsync, (world, live) => ItIsOverAsync(world, live, "Revoked 180")),
        [CrashPoint.C17BeforeAbortOfB] = new(RelinquishAsync, (world, live) => ItIsOverAsync(world, live, "Relinquished 182")),
        [CrashPoint.C18BeforeEndSent] = new(RelinquishAsync, (world, live) => ItIsOverAsync(world, live, "Relinquished 182")),
        [CrashPoint.C20InCascade] = new(RevokeAChainAsync, NoneOfTheChainHasEndedAsync) { Options = LiveWorld.Late with { Chain = true } },
        [CrashPoint.C23BetweenCommits] = new(ReplaceAndRevokeAsync, TheMessageComesAgainAsync) { ArmedByCourse = true },
    };

    public static IEnumerable<object[]> Points => CrashRun.Points(Rows);

    public required TestContext TestContext { get; set; }

    [TestMethod]
    [DynamicData(nameof(Points))]
    public Task Killed_at_a_row_of_12_4_the_agent_is_before_it_or_after_it_S_228_S_234_DEL_296(CrashPoint point) =>
        CrashRun.RunAsync(TestContext, point, Rows[point]);

    private static Task<Live> ExpireAsync(LiveWorld world) => world.ActiveAsync(LiveWorld.Terms(LiveWorld.Late with { Duration = "temporary" }));

    private static async Task<Live> RevokeAsync(LiveWorld world)
    {
        var live = await world.ActiveAsync();
        Assert.IsTrue(world.ServerA.End(live.Id));
        Assert.IsFalse(await world.SessionAsync(LiveWorld.A), "the agent dies in it");
        return live;
    }

    private static async Task<Live> RevokeAChainAsync(LiveWorld world)
    {
        var parent = await world.ActiveAsync(LiveWorld.Terms() with { SubDelegation = 1 });
        _ = await FinalAndChainTests.LinkAsync(world, LiveWorld.Terms());
        Assert.IsTrue(world.ServerA.End(parent.Id));
        Assert.IsFalse(await world.SessionAsync(LiveWorld.A), "the agent dies in it");
        return parent;
    }

    private static async Task NoneOfTheChainHasEndedAsync(LiveWorld world, Live parent)
    {
        Assert.AreEqual("Active Active", await StatesAsync(), "all of it or none");
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A)); // A repeats it
        Assert.AreEqual("Revoked Revoked", await StatesAsync());
        Assert.AreEqual("Revoked 180", await world.RecordAsync(parent));
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());

        async Task<string> StatesAsync() => string.Join(' ', (await world.AskAsync("delegation", "list")).GetProperty("delegations").EnumerateArray().Select(record => record.GetProperty("state").GetString()));
    }

    private static async Task<Live> RelinquishAsync(LiveWorld world)
    {
        var live = await world.ActiveAsync();
        world.ServerB.Queue(LiveWorld.Device, $$"""[{"exec":"./Delegation/{{live.Id}}/Operations/Relinquish"}]""");
        Assert.IsFalse(await world.SessionAsync(LiveWorld.B), "the agent dies in it");
        return live;
    }

    private static async Task<Live> ReplaceAndRevokeAsync(LiveWorld world)
    {
        var live = await world.ActiveAsync();
        await world.RestartAsync(CrashRun.At(CrashPoint.C23BetweenCommits));
        world.ServerA.Queue(LiveWorld.Device, Message(live));
        Assert.IsFalse(await world.SessionAsync(LiveWorld.A), "the agent dies in it");
        return live;
    }

    private static async Task ItIsOverAsync(LiveWorld world, Live live, string expected)
    {
        var reason = int.Parse(expected.Split(' ')[1]);
        Assert.AreEqual(expected, await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        Assert.IsFalse(await world.SessionAsync(LiveWorld.B), "the secrets went with the commit (C16)");
        await world.UntilAsync("A hears of the end from the agent, B from A", () =>
            LiveWorld.Alerts(world.ServerA, live, "End") is [var end] && end.Reason == reason && LiveWorld.View(world.ServerB, live.Sid)!.EndReason == reason);
        Assert.AreEqual(3, (await world.AskAsync("delegation", "show", live.Id)).GetProperty("ackDelegated").GetInt32(), "given up: B was a guest (DEL-247)");
    }

    private static async Task ItIsNotDoneAsync(LiveWorld world, Live live)
    {
        Assert.AreEqual("Active 0", await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Active, await world.SchemeAsync());
        Assert.DoesNotContain(entry => entry is { Event: "command", Type: "Exec" } && entry.Uri!.EndsWith("/Revoke", StringComparison.Ordinal), world.Events(), "no Status was sent");
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A)); // A repeats it
        await ItIsOverAsync(world, live, "Revoked 180");
    }

    private static async Task TheMessageComesAgainAsync(LiveWorld world, Live live)
    {
        Assert.AreEqual("one", (await world.AskAsync("tree", "get", "./Net/eth0")).GetProperty("value").GetString(), "what stood before is done");
        Assert.AreEqual("Active 0", await world.RecordAsync(live), "the command is not");
        Assert.AreEqual(Scheme.Active, await world.SchemeAsync());
        Assert.AreEqual("200 200 200", await world.CommandAsync(world.ServerA, Message(live)));
        Assert.AreEqual("two", (await world.AskAsync("tree", "get", "./Net/eth0")).GetProperty("value").GetString());
        await ItIsOverAsync(world, live, "Revoked 180");
    }

    private static string Message(Live live) =>
        $$"""[{"replace":{"uri":"./Net/eth0","data":"one"} },{"exec":"./Delegation/{{live.Id}}/Operations/Revoke"},{"replace":{"uri":"./Net/eth0","data":"two"} }]""";
}
#endif
