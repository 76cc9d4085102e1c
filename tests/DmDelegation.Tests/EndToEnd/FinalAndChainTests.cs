using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.Tests.EndToEnd;

/// <summary>17.7 and 17.10 with the real agent: three servers in one process, and what is given away for ever.</summary>
[TestClass]
public sealed class FinalAndChainTests
{
    public required TestContext TestContext { get; set; }

    [TestMethod]
    public async Task A_chain_of_three_identities_in_one_process_ends_with_its_first_link_S_255_S_187_DEL_066_DEL_381()
    {
        var options = LiveWorld.Late with { Chain = true };
        await using var world = await LiveWorld.StartAsync(TestContext, options);
        var home = await world.SchemeAsync();
        var parent = await world.ActiveAsync(LiveWorld.Terms() with { SubDelegation = 1 });
        var child = await LinkAsync(world, LiveWorld.Terms());
        Assert.AreEqual("Active 0", await world.RecordAsync(child));
        Assert.AreEqual("200", await world.CommandAsync(world.ServerD, """[{"replace":{"uri":"./SCM/x","data":"by D"}}]"""));
        Assert.AreEqual("425", await world.CommandAsync(world.ServerB, """[{"replace":{"uri":"./SCM/x","data":"by B"}}]"""));

        // A revokes while D is in session: D has written once, and its answer is held until the device has ended both (S-187).
        Assert.IsTrue(world.ServerA.End(parent.Id));
        var ticket = world.ServerD.Queue(LiveWorld.Device, """[[{"replace":{"uri":"./SCM/x","data":"by D, once more"}}],[{"replace":{"uri":"./SCM/x","data":"too late"}}]]""");
        var revoked = false;
        world.Servers.LoseAnswer = server =>
        {
            if (server == world.ServerD.ServerId && !revoked && world.ServerD.Ticket(ticket)!.Results.Count == 1)
                revoked = world.SessionAsync(LiveWorld.A).GetAwaiter().GetResult();
            return false;
        };
        Assert.IsFalse(await world.SessionAsync(world.ServerD.ServerId), "aborted");
        Assert.IsTrue(revoked);
        Assert.AreEqual("Revoked 180", await world.RecordAsync(parent));
        Assert.AreEqual("Revoked 183", await world.RecordAsync(child));
        Assert.AreEqual("by D, once more", (await world.AskAsync("tree", "get", "./SCM/x")).GetProperty("value").GetString());
        Assert.AreEqual(home, await world.SchemeAsync());
        await world.UntilAsync("D knows it by way of B", () => LiveWorld.View(world.ServerD, child.Sid)?.EndReason == 183);
        Assert.IsFalse(world.ServerB.HasDevice(LiveWorld.Device) || world.ServerD.HasDevice(LiveWorld.Device));
        Assert.AreEqual(183, LiveWorld.Alerts(world.ServerA, child, "End").Single().Reason, "A is told of its descendant too (DEL-069)");
    }

    [TestMethod]
    public async Task A_child_without_leave_of_its_parent_fails_at_B_and_D_S_255_DEL_061_DEL_368()
    {
        await using var world = await LiveWorld.StartAsync(TestContext, LiveWorld.Late with { Chain = true });
        await world.ActiveAsync();
        var sid = Begin(world, LiveWorld.Terms());
        await world.UntilAsync("B waits for the device", () => LiveWorld.View(world.ServerB, sid)?.State == ProcessState.Started);
        Assert.IsTrue(await world.SessionAsync(LiveWorld.B));
        foreach (var server in (DmServer[])[world.ServerB, world.ServerD])
            await world.UntilAsync($"{server.ServerId} has purged it", () => server.View().Tombstones.Any(tombstone => tombstone.Sid == sid && tombstone.Reason == 125));
    }

    [TestMethod]
    public async Task A_final_delegation_outlives_restarts_between_rotation_and_confirmation_DEL_182_DEL_183()
    {
        var options = LiveWorld.Late with { Duration = "final", Confirm = "exec" };
        await using var world = await LiveWorld.StartAsync(TestContext, options);
        var live = await world.PendingAsync(LiveWorld.Terms(options));
        world.Servers.LoseAnswer = server =>
        {
            var rotated = server == LiveWorld.B && world.Events().Any(entry => entry is { Server: LiveWorld.B, Type: "Atomic", Status: 200 });
            if (rotated)
                world.Agent.Kill(); // the device has the new secrets and has said so; nobody has used them
            return rotated;
        };
        await world.SessionAsync(LiveWorld.B);
        world.Servers.LoseAnswer = null;
        await world.DiesAsync();
        Assert.AreEqual("Pending 0", await world.RecordAsync(live), "as the store has it: rotated; Confirm comes on the new secrets");
        await world.Agent.StartAsync(TestContext.CancellationToken);
        await world.SessionAsync(LiveWorld.B); // unless the agent has gone there by itself
        await world.UntilClosedAsync(live);
        Assert.AreEqual("Finalised 0", await world.RecordAsync(live));
        Assert.IsTrue(world.ServerA.End(live.Id));
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        Assert.AreEqual("Finalised 0", await world.RecordAsync(live));
        Assert.AreEqual("200", await world.CommandAsync(world.ServerB, """[{"replace":{"uri":"./SCM/x","data":"by B"}}]"""));
    }

    [TestMethod]
    public async Task A_rotation_whose_answer_is_lost_ends_on_the_new_secrets_S_081_DEL_182()
    {
        await using var world = await LiveWorld.StartAsync(TestContext);
        await world.PendingAsync(LiveWorld.Terms() with { RotateWithin = 300 });
        var answers = 0;
        world.Servers.LoseAnswer = server => server == LiveWorld.B && ++answers is > 2 and < 7; // from the one with the Replaces on, repetitions too
        await world.SessionAsync(LiveWorld.B);
        world.Servers.LoseAnswer = null;
        for (var session = 0; session < 3; session++)
            Assert.IsTrue(await world.SessionAsync(LiveWorld.B));
        Assert.IsFalse(world.ServerB.View().Devices.Single().Derived, "B is on secrets that A does not know");
        Assert.AreEqual("200", await world.CommandAsync(world.ServerB, """[{"replace":{"uri":"./SCM/x","data":"by B"}}]"""));
    }

    private static string Begin(LiveWorld world, DelegationTerms terms) =>
        world.ServerB.Delegate(new DelegateRequest { Peer = world.ServerD.ServerId, Device = LiveWorld.Device, Terms = terms });

    internal static async Task<Live> LinkAsync(LiveWorld world, DelegationTerms terms)
    {
        var sid = Begin(world, terms);
        await world.UntilAsync("B waits for the device", () => LiveWorld.View(world.ServerB, sid)?.State == ProcessState.Started);
        Assert.IsTrue(await world.SessionAsync(LiveWorld.B));
        await world.UntilAsync("D has the key", () => LiveWorld.View(world.ServerD, sid)?.State == ProcessState.Armed);
        Assert.IsTrue(await world.SessionAsync(world.ServerD.ServerId));
        await world.UntilAsync("D has closed", () => LiveWorld.View(world.ServerD, sid)?.State == ProcessState.Closed);
        return new Live(sid, LiveWorld.View(world.ServerB, sid)!.DelegationId!);
    }
}
