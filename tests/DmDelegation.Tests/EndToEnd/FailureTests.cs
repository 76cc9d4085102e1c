using System.Text.Json;
using DmDelegation.ServerStub.Delegation;

namespace DmDelegation.Tests.EndToEnd;

/// <summary>17.5, 17.6 and 17.10 with the real agent: what goes wrong between the three, and how it ends.</summary>
[TestClass]
public sealed class FailureTests
{
    public required TestContext TestContext { get; set; }

    [TestMethod]
    public async Task An_answer_lost_after_T1_makes_the_agent_send_Ack_again_with_the_same_key_S_130_DEL_236()
    {
        await using var world = await LiveWorld.StartAsync(TestContext);
        var live = await world.BeginAsync();
        world.Servers.LoseAnswer = server => server == LiveWorld.A && LiveWorld.Alerts(world.ServerA, live, "Ack").Length > 0;
        Assert.IsFalse(await world.SessionAsync(LiveWorld.A), "A's connection breaks behind step 5");
        var key = LiveWorld.Alerts(world.ServerA, live, "Ack").Single().Key;

        world.Servers.LoseAnswer = null;
        await world.UntilAsync("B has the key", () => LiveWorld.View(world.ServerB, live.Sid)?.State == ProcessState.Armed); // in a session that the outbox opens (DEL-241)
        Assert.Contains(entry => entry is { Server: LiveWorld.A, Event: "alert-repeated", Type: "Ack" } && entry.Text == $"key {key}", world.Events());
        Assert.HasCount(1, LiveWorld.Alerts(world.ServerA, live, "Ack"), "A discards the duplicate");
        Assert.AreEqual(2, (await world.AskAsync("delegation", "show", live.Id)).GetProperty("ackDelegating").GetInt32(), "delivered");
    }

    [TestMethod]
    [DataRow("until-revoked")]
    [DataRow("temporary")]
    public async Task A_cancels_before_B_has_come_S_150_DEL_260(string duration)
    {
        await using var world = await LiveWorld.StartAsync(TestContext);
        var live = await world.PendingAsync(LiveWorld.Terms(LiveWorld.Late with { Duration = duration }));
        Assert.IsTrue(world.ServerA.End(live.Id));
        Assert.AreEqual("Pending 0", await world.RecordAsync(live), "the device has not heard yet");
        Assert.AreEqual(live.Id, LiveWorld.Tombstone(world.ServerA, live).CancelId, "the mark of DEL-370");
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        Assert.AreEqual("Cancelled 175", await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        await world.UntilPurgedAsync(live);
        Assert.IsNull(LiveWorld.Tombstone(world.ServerA, live).CancelId);
        Assert.IsFalse(await world.SessionAsync(LiveWorld.B));
    }

    [TestMethod]
    public async Task B_relinquishes_and_A_hears_of_it_S_156_DEL_265()
    {
        await using var world = await LiveWorld.StartAsync(TestContext);
        var live = await world.ActiveAsync();
        world.ServerB.Queue(LiveWorld.Device, $$"""[{"exec":"./Delegation/{{live.Id}}/Operations/Relinquish"}]""");
        await world.SessionAsync(LiveWorld.B);
        Assert.AreEqual("Relinquished 182", await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        await world.UntilAsync("End is at A", () => LiveWorld.Alerts(world.ServerA, live, "End") is [{ Reason: 182 }]);
        Assert.AreEqual(182, LiveWorld.Alerts(world.ServerB, live, "End").Single().Reason, "in B's session, before it ends (DEL-247)");
    }

    [TestMethod]
    public async Task The_agent_refuses_step_4_and_everything_is_as_before_S_245_S_252()
    {
        await using var world = await LiveWorld.StartAsync(TestContext);
        var live = await world.BeginAsync(LiveWorld.Terms(uri: "./Nowhere"));
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        await world.UntilPurgedAsync(live);
        Assert.AreEqual("Failed 120", await world.RecordAsync(live));
        Assert.AreEqual(120, LiveWorld.Alerts(world.ServerA, live, "Ack").Single(alert => !alert.Success).Reason, "step 5 says Failure");
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        Assert.AreEqual((120, 120), (LiveWorld.Tombstone(world.ServerA, live).Reason, LiveWorld.Tombstone(world.ServerB, live).Reason));
        world.AssertOnlyATombstoneIsLeft(world.ServerA, live);
        world.AssertOnlyATombstoneIsLeft(world.ServerB, live);
    }

    [TestMethod]
    public async Task B_that_is_down_after_step_5_lets_A_cancel_when_its_time_is_over_S_246_S_252_DEL_370_DEL_375()
    {
        await using var world = await LiveWorld.StartAsync(TestContext);
        var down = new TestControls { Drop = [new("DelegationResult", -1), new("DelegationFailure", -1)] };
        world.ServerA.SetControls(down);
        var live = await world.BeginAsync();
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        Assert.AreEqual("Pending 0", await world.RecordAsync(live));
        var tdk = Tdk(world, live);
        Assert.AreNotEqual("", world.FilesWith(tdk), "A holds the key until step 6 is answered: the search below would find it");

        world.ServerA.SetControls(down with { ClockOffsetSeconds = 7200 });
        await world.UntilAsync("A's timer runs out", () => LiveWorld.View(world.ServerA, live.Sid) is null);
        Assert.AreEqual(192, LiveWorld.Tombstone(world.ServerA, live).Reason);
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        Assert.AreEqual("Cancelled 175", await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        Assert.AreEqual(ProcessState.Waiting, LiveWorld.View(world.ServerB, live.Sid)!.State, "B knows nothing yet");

        world.ServerA.SetControls(new TestControls { ClockOffsetSeconds = 14_400 });
        await world.UntilPurgedAsync(live); // B is back
        Assert.AreEqual(192, LiveWorld.Tombstone(world.ServerB, live).Reason);
        world.AssertOnlyATombstoneIsLeft(world.ServerA, live);
        world.AssertOnlyATombstoneIsLeft(world.ServerB, live);
        Assert.AreEqual("", world.FilesWith(tdk), "the key is nowhere");
    }

    [TestMethod]
    public async Task B_that_gets_another_key_notices_and_A_cancels_S_247_S_252_DEL_366()
    {
        await using var world = await LiveWorld.StartAsync(TestContext);
        world.ServerA.SetControls(new TestControls { WrongTdk = true });
        var live = await world.BeginAsync();
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        await world.UntilPurgedAsync(live);
        Assert.AreEqual(6, LiveWorld.Tombstone(world.ServerB, live).Step);
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        Assert.AreEqual("Cancelled 175", await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        world.AssertOnlyATombstoneIsLeft(world.ServerA, live);
        world.AssertOnlyATombstoneIsLeft(world.ServerB, live);
    }

    [TestMethod]
    public async Task A_false_step_9_does_not_close_A_which_reads_State_S_248_DEL_367_DEL_368()
    {
        await using var world = await LiveWorld.StartAsync(TestContext, LiveWorld.Late with { Lockout = 1 });
        world.ServerA.SetControls(new TestControls { WrongTdk = true, WrongCheckToo = true });
        world.ServerB.SetControls(new TestControls { FalseComplete = true });
        var live = await world.BeginAsync();
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        await world.UntilAsync("B has said Success", () => LiveWorld.View(world.ServerA, live.Sid)?.State == ProcessState.Reported);
        Assert.AreEqual("Pending 0", await world.RecordAsync(live), "whatever B says");

        world.ServerA.SetControls(new TestControls { AlertStatus = 500 }); // the agent's own notice is not understood
        Assert.IsFalse(await world.SessionAsync(LiveWorld.B));
        await world.UntilPurgedAsync(live);
        Assert.IsEmpty(LiveWorld.Alerts(world.ServerA, live, "End"), "A knows it from State");
        Assert.AreEqual("Failed 171", await world.RecordAsync(live));
        Assert.AreEqual((171, 171), (LiveWorld.Tombstone(world.ServerA, live).Reason, LiveWorld.Tombstone(world.ServerB, live).Reason));
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
    }

    [TestMethod]
    public async Task A_closes_on_the_notice_of_the_agent_though_step_9_is_lost_for_good_S_249_DEL_232()
    {
        await using var world = await LiveWorld.StartAsync(TestContext);
        world.ServerB.SetControls(new TestControls { Drop = [new("DelegationComplete", -1)] });
        var live = await world.PendingAsync();
        Assert.IsTrue(await world.SessionAsync(LiveWorld.B));
        await world.UntilAsync("A has closed", () => LiveWorld.View(world.ServerA, live.Sid)?.State == ProcessState.Closed);
        Assert.AreEqual("Active 0", await world.RecordAsync(live));
        Assert.AreEqual(ProcessState.Reporting, LiveWorld.View(world.ServerB, live.Sid)!.State);
        Assert.DoesNotContain(entry => entry is { Event: "s2s-received", Type: "DelegationComplete" }, world.Events());
    }

    private static byte[] Tdk(LiveWorld world, Live live)
    {
        using var state = JsonDocument.Parse(File.ReadAllBytes(world.StateFile(LiveWorld.A)));
        return state.RootElement.GetProperty("processes").EnumerateArray().Single(process => process.GetProperty("sid").GetString() == live.Sid).GetProperty("tdk").GetBytesFromBase64();
    }
}
