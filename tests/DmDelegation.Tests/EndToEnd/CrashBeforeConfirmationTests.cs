#if DM_CRASH_HOOKS
using System.Diagnostics;
using DmDelegation.Engine;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Demo;

namespace DmDelegation.Tests.EndToEnd;

/// <summary>17.9 with the real agent, from the record to the proof of B: C1 to C11 of 12.4.</summary>
[TestClass]
public sealed class CrashBeforeConfirmationTests
{
    private const long ShortestWindow = 10; // DEL-134

    internal static Dictionary<CrashPoint, CrashRow> Rows { get; } = new()
    {
        [CrashPoint.C1BeforeRecordCommit] = new(StartAsync, NothingIsLeftAsync),
        [CrashPoint.C2AfterRecordCommit] = new(StartAsync, NothingIsLeftAsync),
        [CrashPoint.C3DuringValidation] = new(StartAsync, NothingIsLeftAsync),
        [CrashPoint.C4BeforeT1Commit] = new(StartAsync, NothingIsLeftAsync),
        [CrashPoint.C5AfterT1Commit] = new(StartAsync, AckGoesOutAsync),
        [CrashPoint.C6BeforeDeliveryCommit] = new(StartAsync, AckGoesOutAgainAsync),
        // The second time the agent rests, A has its Status of Start.
        [CrashPoint.C7PendingAtRest] = new(StartAndOutlastTheWindowAsync, TheWindowEndsItAsync) { Occurrence = 2 },
        [CrashPoint.C8BeforeT2Commit] = new(FirstSessionAsync, BComesAgainAsync) { Options = LiveWorld.Late with { Lockout = 1 } },
        [CrashPoint.C9AfterT2Commit] = new(FirstSessionAsync, StepEightGoesOutAsync),
        [CrashPoint.C10AfterRotationCommit] = new(RotateAsync, BBecomesTheOwnerAsync) { Options = Final },
        [CrashPoint.C11AfterFinalCommit] = new(ConfirmAsync, (world, live) => ItIsFinalAsync(world, live)) { Options = Final },
    };

    private static DemoOptions Final => LiveWorld.Late with { Duration = "final", Confirm = "exec" };

    public static IEnumerable<object[]> Points => CrashRun.Points(Rows);

    public required TestContext TestContext { get; set; }

    [TestMethod]
    [DynamicData(nameof(Points))]
    public Task Killed_at_a_row_of_12_4_the_agent_is_before_it_or_after_it_S_220_to_S_224_DEL_296(CrashPoint point) =>
        CrashRun.RunAsync(TestContext, point, Rows[point]);

    [TestMethod]
    public void Every_crash_point_has_a_course_that_reaches_it_DEL_296() =>
        CollectionAssert.AreEquivalent(Enum.GetValues<CrashPoint>(), Rows.Keys.Concat(CrashAtTheEndTests.Rows.Keys).ToArray());

    private static async Task<Live> StartAsync(LiveWorld world)
    {
        var live = await world.BeginAsync();
        Assert.IsFalse(await world.SessionAsync(LiveWorld.A), "the agent dies in it");
        return live;
    }

    private static async Task<Live> FirstSessionAsync(LiveWorld world)
    {
        var live = await world.PendingAsync();
        Assert.IsFalse(await world.SessionAsync(LiveWorld.B), "the agent dies in it");
        return live;
    }

    private static async Task<Live> RotateAsync(LiveWorld world)
    {
        var live = await world.PendingAsync(LiveWorld.Terms(Final));
        Assert.IsFalse(await world.SessionAsync(LiveWorld.B), "the agent dies in it");
        return live;
    }

    private static async Task<Live> ConfirmAsync(LiveWorld world)
    {
        var live = await world.PendingAsync(LiveWorld.Terms(Final));
        Assert.IsTrue(await world.SessionAsync(LiveWorld.B), "B replaces its secrets");
        Assert.IsFalse(await world.SessionAsync(LiveWorld.B), "the agent dies in it");
        return live;
    }

    private static async Task BBecomesTheOwnerAsync(LiveWorld world, Live live)
    {
        Assert.AreEqual("Pending 0", await world.RecordAsync(live), "B knows nothing of its new secrets yet; the old ones are good (DEL-182)");
        while (LiveWorld.View(world.ServerB, live.Sid)?.State != ProcessState.Closed && await world.SessionAsync(LiveWorld.B))
        {
        }

        await ItIsFinalAsync(world, live);
    }

    private static async Task ItIsFinalAsync(LiveWorld world, Live live)
    {
        Assert.AreEqual("Finalised 0", await world.RecordAsync(live));
        await world.UntilClosedAsync(live); // Confirm, repeated, is answered 200; or Session tells it
        Assert.AreEqual("200", await world.CommandAsync(world.ServerB, """[{"replace":{"uri":"./SCM/x","data":"by B"}}]"""));
        Assert.AreEqual("405", await world.CommandAsync(world.ServerA, $$"""[{"exec":"./Delegation/{{live.Id}}/Operations/Revoke"}]"""), "A cannot (DEL-262)");
    }

    private static async Task NothingIsLeftAsync(LiveWorld world, Live live)
    {
        Assert.AreEqual(0, (await world.AskAsync("delegation", "list")).GetProperty("delegations").GetArrayLength(), "records");
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        Assert.IsEmpty(LiveWorld.Alerts(world.ServerA, live, "Ack"), "nothing was said before it was done");

        Assert.IsTrue(await world.SessionAsync(LiveWorld.A)); // A, in doubt about step 4, finds no record (DEL-374)
        await world.UntilPurgedAsync(live);
        var again = await world.PendingAsync();
        Assert.AreEqual("Pending 0", await world.RecordAsync(again), "A starts over");
        Assert.AreEqual(Scheme.Pending, await world.SchemeAsync());
    }

    private static async Task AckGoesOutAsync(LiveWorld world, Live live)
    {
        Assert.AreEqual("Pending 0", await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Pending, await world.SchemeAsync());
        await world.UntilAsync("B has the key", () => LiveWorld.View(world.ServerB, live.Sid)?.State == ProcessState.Armed); // in a session that the outbox opens
        Assert.AreEqual("200", await world.CommandAsync(world.ServerA, $$"""[{"exec":"./Delegation/{{live.Id}}/Operations/Start"}]"""), "Start again (DEL-096)");
        Assert.HasCount(1, LiveWorld.Alerts(world.ServerA, live, "Ack"));
        await BComesAgainAsync(world, live);
    }

    private static async Task AckGoesOutAgainAsync(LiveWorld world, Live live)
    {
        var key = LiveWorld.Alerts(world.ServerA, live, "Ack").Single().Key;
        await world.UntilAsync("Ack comes again with the same key", () => world.Events().Any(entry => entry is { Server: LiveWorld.A, Event: "alert-repeated", Type: "Ack" } && entry.Text == $"key {key}"));
        await world.UntilAsync("B has the key", () => LiveWorld.View(world.ServerB, live.Sid)?.State == ProcessState.Armed);
        await BComesAgainAsync(world, live);
    }

    private static async Task<Live> StartAndOutlastTheWindowAsync(LiveWorld world)
    {
        var live = await world.BeginAsync(LiveWorld.Terms() with { Window = ShortestWindow });
        await world.SessionAsync(LiveWorld.A);
        await world.DiesAsync();
        var off = Stopwatch.StartNew();
        await world.UntilAsync("the window is over", () => off.Elapsed > TimeSpan.FromSeconds(ShortestWindow));
        return live;
    }

    private static async Task TheWindowEndsItAsync(LiveWorld world, Live live)
    {
        Assert.AreEqual("Failed 170", await world.RecordAsync(live), "T3 stands before any network (DEL-292)");
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        await world.UntilAsync("A hears of the end", () => LiveWorld.Alerts(world.ServerA, live, "End") is [{ Reason: 170 }]);
        await world.UntilPurgedAsync(live);
        Assert.AreEqual(0, world.ServerB.View().Sessions);
    }

    private static async Task BComesAgainAsync(LiveWorld world, Live live)
    {
        Assert.AreEqual("Pending 0", await world.RecordAsync(live), "also where one bad attempt would have been the end (DEL-184)");
        Assert.AreEqual(Scheme.Pending, await world.SchemeAsync());
        Assert.IsTrue(await world.SessionAsync(LiveWorld.B));
        await world.UntilClosedAsync(live);
        Assert.AreEqual("Active 0", await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Active, await world.SchemeAsync());
    }

    private static async Task StepEightGoesOutAsync(LiveWorld world, Live live)
    {
        Assert.AreEqual("Active 0", await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Active, await world.SchemeAsync());
        await world.UntilClosedAsync(live); // nobody asks for a session: the outbox does
        Assert.HasCount(1, LiveWorld.Alerts(world.ServerB, live, "Session"));
        Assert.HasCount(1, LiveWorld.Alerts(world.ServerA, live, "Session"));
    }
}
#endif
