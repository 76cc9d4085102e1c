using DmDelegation.ServerStub.Delegation;

namespace DmDelegation.Tests.EndToEnd;

/// <summary>17.1 and 17.10 with the real agent: the normal course.</summary>
[TestClass]
public sealed class NineStepsTests
{
    public required TestContext TestContext { get; set; }

    [TestMethod]
    [DataRow(ProcessRole.Delegating)]
    [DataRow(ProcessRole.Delegated)]
    public async Task The_nine_steps_lead_to_Active_and_both_servers_close_whoever_begins_S_240_S_241_DEL_360(string role)
    {
        await using var world = await LiveWorld.StartAsync(TestContext, LiveWorld.Late with { FirstContactSeconds = 1 });
        var (first, second) = role == ProcessRole.Delegating ? (world.ServerA, world.ServerB) : (world.ServerB, world.ServerA);
        var sid = first.Delegate(new DelegateRequest { Role = role, Peer = second.ServerId, Device = LiveWorld.Device, Terms = LiveWorld.Terms() });
        await world.UntilAsync("A waits for the device", () => LiveWorld.View(world.ServerA, sid)?.State == ProcessState.Started);
        var live = new Live(sid, LiveWorld.View(world.ServerA, sid)!.DelegationId!);
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        await world.UntilClosedAsync(live); // the agent contacts B by itself (DEL-178)

        Assert.AreEqual("Active 0", await world.RecordAsync(live));
        string[] expected =
        [
            $"{second.ServerId} 1 DelegationNotification", $"{first.ServerId} 1 NotificationReply",
            "b.example 2 MutualAuthentication", "a.example 2 MutualAuthentication", "b.example 2 MutualAuthentication",
            "b.example 3 DelegationStart", "a.example 5 Ack", "b.example 6 DelegationResult", "b.example 8 Session", "a.example 9 DelegationComplete",
        ];
        var steps = world.Events().Where(entry => entry.Event == "s2s-received" || (entry.Event == "alert" && (entry.Type == "Ack" || entry.Server == LiveWorld.B)));
        Assert.AreEqual(string.Join('\n', expected), string.Join('\n', steps.Select(entry => $"{entry.Server} {entry.Step} {entry.Type}")));
    }

    [TestMethod]
    public async Task A_keeps_its_rights_until_B_has_come_then_B_manages_and_A_revokes_S_001_S_002_S_003_S_005()
    {
        await using var world = await LiveWorld.StartAsync(TestContext);
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        var live = await world.PendingAsync();

        Assert.AreEqual("Pending 0", await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Pending, await world.SchemeAsync());
        var events = world.Events().Where(entry => entry.Server == LiveWorld.A).ToList();
        var ack = events.FindIndex(entry => entry is { Event: "alert", Type: "Ack", Result: "Success" });
        Assert.IsTrue(ack >= 0 && events.FindIndex(entry => entry.Event == "session-end") > ack, "Ack comes in the session of Start (DEL-241)");
        Assert.AreEqual("200", events.Single(entry => entry is { Event: "command", Type: "Exec" }).Status.ToString());

        var commands = world.ServerB.Queue(LiveWorld.Device, $$"""[{"get":"./Delegation/{{live.Id}}/State"},{"replace":{"uri":"./SCM/x","data":"by B"} },{"replace":{"uri":"./Net/eth0","data":"no"} }]""");
        Assert.IsTrue(await world.SessionAsync(LiveWorld.B));
        Assert.AreEqual("200=2 200 425", await world.AnswersAsync(world.ServerB, commands), "T2 stands before the first command of B (DEL-128)");
        await world.UntilClosedAsync(live);
        Assert.HasCount(1, LiveWorld.Alerts(world.ServerA, live, "Session"), "notice at A (DEL-232)");
        Assert.HasCount(1, LiveWorld.Alerts(world.ServerB, live, "Session"), "step 8 at B (DEL-231)");
        Assert.AreEqual(Scheme.Active, await world.SchemeAsync());

        Assert.AreEqual("425 200=by B", await world.CommandAsync(world.ServerA, """[{"replace":{"uri":"./SCM/x","data":"by A"}},{"get":"./SCM/x"}]"""));
        var why = await world.AskAsync("acl", "explain", LiveWorld.A, "Replace", "./SCM/x");
        Assert.AreEqual("DEL-331", why.GetProperty("rule").GetString());
        Assert.AreEqual(live.Id, why.GetProperty("delegation").GetString());

        Assert.IsTrue(world.ServerA.End(live.Id));
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        Assert.AreEqual("Revoked 180", await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        await world.UntilAsync("End is at A, and B knows it from A", () => LiveWorld.Alerts(world.ServerA, live, "End").Length == 1 && LiveWorld.View(world.ServerB, live.Sid)!.EndReason == 180);
        Assert.IsFalse(await world.SessionAsync(LiveWorld.B), "B has no account any more");
        Assert.IsFalse(world.ServerB.HasDevice(LiveWorld.Device));
    }

    [TestMethod]
    public async Task What_is_temporary_ends_in_time_without_network_unless_A_ends_it_before_S_007_S_011_S_254()
    {
        await using var world = await LiveWorld.StartAsync(TestContext, LiveWorld.Late with { Duration = "temporary" });
        var terms = LiveWorld.Terms(LiveWorld.Late with { Duration = "temporary" });
        var revoked = await world.ActiveAsync(terms);
        Assert.IsTrue(world.ServerA.End(revoked.Id));
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        Assert.AreEqual("Revoked 180", await world.RecordAsync(revoked));

        var expiring = await world.ActiveAsync(terms);
        Assert.AreEqual(Scheme.Active, await world.SchemeAsync());
        var sessionsOfB = world.ServerB.View().Sessions;
        world.ServerA.SetControls(new TestControls { HttpStatus = 503 }); // nobody can be asked (DEL-220)
        await world.UntilRecordAsync(expiring, "Expired 181");
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        Assert.IsEmpty(LiveWorld.Alerts(world.ServerA, expiring, "End"));
        Assert.AreEqual("Revoked 180", await world.RecordAsync(revoked), "its ten seconds are over too");

        world.ServerA.SetControls(new TestControls());
        await world.UntilAsync("A knows from the agent, B from A", () =>
            LiveWorld.View(world.ServerA, expiring.Sid)!.EndReason == 181 && LiveWorld.View(world.ServerB, expiring.Sid)!.EndReason == 181);
        Assert.HasCount(1, LiveWorld.Alerts(world.ServerA, expiring, "End"));
        Assert.AreEqual(sessionsOfB, world.ServerB.View().Sessions, "no session with B (DEL-247)");
    }
}
