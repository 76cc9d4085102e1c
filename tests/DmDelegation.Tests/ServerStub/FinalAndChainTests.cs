using System.Text;
using System.Text.Json;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.Tests.ServerStub;

/// <summary>What the servers do for rotation, final delegations and chains, against a scripted device.</summary>
[TestClass]
public sealed class FinalAndChainTests
{
    private const string Device = TwoServers.DeviceId;

    [TestMethod]
    public void B_replaces_both_secrets_and_uses_the_new_ones_from_the_next_session_DEL_181_DEL_182()
    {
        using var world = new TwoServers();
        world.Begin(world.A, "b.example", TwoServers.Terms() with { RotateWithin = 300 });
        world.DeviceMeets(world.A);
        var derived = world.Device.AccountOf("b.example")!;
        var (client, server) = (derived.ClientSecret, derived.ServerSecret);
        world.DeviceMeets(world.B);
        Assert.IsFalse(derived.Derived, "rotated in the first session, behind step 8");
        Assert.IsNotNull(derived.EarlierClientSecret);
        Assert.IsTrue(world.Device.RunSession(world.B), world.Device.LastSessionError);
        Assert.IsNull(derived.EarlierClientSecret, "the new ones were used");
        var state = world.StateText("b.example");
        Assert.Contains(Convert.ToBase64String(derived.ClientSecret), state);
        Assert.Contains(Convert.ToBase64String(derived.ServerSecret), state);
        Assert.DoesNotContain(Convert.ToBase64String(client), state);
        Assert.DoesNotContain(Convert.ToBase64String(server), state);
    }

    [TestMethod]
    [DataRow(null, false, true)]
    [DataRow(0L, false, false)]
    [DataRow(300L, true, true)]
    public void B_takes_half_of_the_default_time_and_needs_none_of_it_with_0_DEL_181(long? rotateWithin, bool atOnce, bool inTheEnd)
    {
        using var world = new TwoServers();
        world.Begin(world.A, "b.example", TwoServers.Terms() with { RotateWithin = rotateWithin });
        world.DeviceMeets(world.A);
        world.DeviceMeets(world.B);
        Assert.AreEqual(!atOnce, world.Device.AccountOf("b.example")!.Derived);
        world.Advance(43_200);
        world.DeviceMeets(world.B);
        Assert.AreEqual(!inTheEnd, world.Device.AccountOf("b.example")!.Derived);
    }

    [TestMethod]
    [DataRow("HMAC")]
    [DataRow("DIGEST")]
    public void Wherever_the_line_is_cut_both_ends_come_to_the_same_new_secrets_S_081_DEL_182(string authType)
    {
        for (var exchange = 1; exchange <= 6; exchange++)
            foreach (var carriedOut in new[] { false, true })
            {
                using var world = new TwoServers(options => options with { AccountAuthType = authType });
                world.Begin(world.A, "b.example", TwoServers.Terms() with { RotateWithin = 300 });
                world.DeviceMeets(world.A);
                if (carriedOut)
                    world.Device.StopAfter = exchange;
                else
                    world.Device.BreakAfter = exchange;
                world.Device.RunSession(world.B);
                for (var session = 0; session < 3; session++)
                    Assert.IsTrue(world.Device.RunSession(world.B), $"exchange {exchange}, carried out {carriedOut}: {world.Device.LastSessionError}");
                var account = world.Device.AccountOf("b.example")!;
                Assert.IsFalse(account.Derived, $"exchange {exchange}, carried out {carriedOut}");
                Assert.IsNull(account.EarlierClientSecret);
                Assert.Contains(Convert.ToBase64String(account.ServerSecret), world.StateText("b.example"));
            }
    }

    [TestMethod]
    public void A_final_delegation_is_confirmed_in_the_session_after_the_rotation_DEL_183()
    {
        using var world = new TwoServers();
        var sid = world.Begin(world.A, "b.example", TwoServers.FinalTerms());
        world.DeviceMeets(world.A);
        Assert.IsTrue(world.Device.Records.Values.Single().Leaves.ContainsKey("Voucher"), "DEL-161");
        world.DeviceMeets(world.B);
        Assert.AreEqual(1, world.Device.Records.Values.Single().State);
        Assert.DoesNotContain("Confirm", world.Events.After(0).Where(entry => entry is { Server: "b.example", Event: "command" }).Select(entry => entry.Uri?.Split('/')[^1]));
        world.DeviceMeets(world.B);
        Assert.AreEqual(4, world.Device.Records.Values.Single().State);
        world.DeviceMeets(world.A);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.A, sid));
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.B, sid));
    }

    [TestMethod]
    public void Nothing_that_A_sends_takes_a_final_delegation_from_B_DEL_025_DEL_130_DEL_262()
    {
        using var world = new TwoServers();
        var sid = Final(world);
        Assert.IsTrue(world.A.End(world.Device.Records.Keys.Single()));
        world.DeviceMeets(world.A);
        world.DeviceMeets(world.A);
        Assert.AreEqual(1, world.Events.After(0).Count(entry => entry is { Event: "command", Status: 405 }), "refused once, then A leaves it");
        Assert.AreEqual(409, Post(world, MessageType.Ended, sid));
        Post(world, MessageType.Failure, sid);
        Assert.IsTrue(world.B.HasDevice(Device));
        Assert.IsTrue(world.Device.RunSession(world.B), world.Device.LastSessionError);
        Assert.AreEqual(4, world.Device.Records.Values.Single().State);
    }

    [TestMethod]
    public void B_that_does_not_hear_of_its_final_confirmation_keeps_the_only_secrets_that_manage_the_device_DEL_183_DEL_369()
    {
        using var world = new TwoServers();
        var sid = world.Begin(world.A, "b.example", TwoServers.FinalTerms());
        world.DeviceMeets(world.A);
        world.DeviceMeets(world.B);
        world.B.SetControls(new TestControls { AlertStatus = 500 }); // step 8 is lost
        world.DeviceMeets(world.B);
        Assert.AreEqual(4, world.Device.Records.Values.Single().State);
        world.DeviceMeets(world.A);
        world.Advance(7200);
        Assert.AreEqual(ReasonCode.Timeout, world.ReasonAt(world.B, sid));
        world.B.SetControls(new TestControls());
        Assert.IsTrue(world.Device.RunSession(world.B), world.Device.LastSessionError);
    }

    [TestMethod]
    public void A_final_delegation_that_fails_at_the_last_moment_can_be_tried_again_DEL_271_DEL_372()
    {
        using var world = new TwoServers();
        world.Begin(world.A, "b.example", TwoServers.FinalTerms());
        world.DeviceMeets(world.A);
        world.B.SetControls(new TestControls { WrongProof = true });
        world.DeviceMeets(world.B);
        world.DeviceMeets(world.B);
        world.Advance(7200);
        world.DeviceMeets(world.A);
        Assert.AreEqual(10, world.Device.Records.Values.Single().State);
        world.B.SetControls(new TestControls());
        var sid = Final(world);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(world.B, sid));
    }

    [TestMethod]
    public void A_chain_of_three_servers_is_made_and_ends_with_its_first_link_S_255_DEL_060_DEL_066_DEL_381()
    {
        using var world = new TwoServers();
        var (parent, child) = Chain(world);
        Assert.IsTrue(world.A.End(world.A.View().Processes.Single().DelegationId!));
        world.DeviceMeets(world.A);
        Assert.IsTrue(world.Device.Records.Values.All(record => record.State == 12));
        Assert.AreEqual(180, End(world.A, parent));
        Assert.AreEqual(180, End(world.B, parent));
        Assert.AreEqual(183, End(world.B, child));
        Assert.AreEqual(183, End(world.D, child));
        Assert.IsFalse(world.B.HasDevice(Device) || world.D.HasDevice(Device));
    }

    [TestMethod]
    public void A_child_on_its_way_fails_with_its_parent_DEL_066_DEL_368()
    {
        using var world = new TwoServers();
        Closed(world, world.A, world.B, Parent());
        var child = world.Begin(world.B, world.D.ServerId, TwoServers.Terms());
        world.DeviceMeets(world.B);
        Assert.AreEqual(ProcessState.Armed, world.StateOf(world.D, child));
        Assert.IsTrue(world.A.End(world.A.View().Processes.Single().DelegationId!));
        world.DeviceMeets(world.A);
        Assert.AreEqual(183, world.ReasonAt(world.B, child));
        Assert.AreEqual(183, world.ReasonAt(world.D, child));
        Assert.IsNull(world.B.View().Tombstones.Single().CancelId, "B has no account left to cancel with");
        Assert.IsFalse(world.D.HasDevice(Device));
    }

    [TestMethod]
    public void B_ends_its_own_child_and_keeps_what_it_has_DEL_067()
    {
        using var world = new TwoServers();
        var (parent, child) = Chain(world);
        Assert.IsTrue(world.B.End(world.B.View().Processes.Single(process => process.Sid == child).DelegationId!));
        world.DeviceMeets(world.B);
        Assert.AreEqual(180, End(world.D, child));
        Assert.IsNull(End(world.B, parent));
        Assert.IsTrue(world.Device.RunSession(world.B), world.Device.LastSessionError);
    }

    [TestMethod]
    public void A_sub_delegation_that_the_device_refuses_ends_in_Failure_at_B_and_D_DEL_061_DEL_368()
    {
        using var world = new TwoServers();
        Closed(world, world.A, world.B, Parent());
        var child = world.Begin(world.B, world.D.ServerId, TwoServers.Terms() with { SubDelegation = 1 });
        world.DeviceMeets(world.B);
        Assert.AreEqual(125, world.ReasonAt(world.B, child));
        Assert.AreEqual(125, world.ReasonAt(world.D, child));
    }

    private static DelegationTerms Parent() => TwoServers.Terms() with { SubDelegation = 1 };

    private static (string Parent, string Child) Chain(TwoServers world)
    {
        var parent = Closed(world, world.A, world.B, Parent());
        return (parent, Closed(world, world.B, world.D, TwoServers.Terms()));
    }

    private static string Final(TwoServers world)
    {
        var sid = world.Begin(world.A, "b.example", TwoServers.FinalTerms());
        world.DeviceMeets(world.A);
        world.DeviceMeets(world.B);
        return Met(world, world.A, world.B, sid);
    }

    private static string Closed(TwoServers world, DmServer from, DmServer to, DelegationTerms terms)
    {
        Assert.IsNotNull(to);
        var sid = world.Begin(from, to.ServerId, terms);
        world.DeviceMeets(from);
        return Met(world, from, to, sid);
    }

    private static string Met(TwoServers world, DmServer from, DmServer to, string sid)
    {
        world.DeviceMeets(to);
        world.DeviceMeets(from);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(from, sid), world.Device.LastSessionError);
        Assert.AreEqual(ProcessState.Closed, world.StateOf(to, sid), world.Device.LastSessionError);
        return sid;
    }

    private static int? End(DmServer server, string sid) => server.View().Processes.Single(process => process.Sid == sid).EndReason;

    private static int Post(TwoServers world, string type, string sid) => world.B.HandleS2s(world.A.Certificate, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
    {
        v = 1,
        type,
        sid,
        mid = type,
        n = 99,
        from = "a.example",
        to = "b.example",
        device = Device,
        ts = "2030-01-01T00:00:00Z",
        body = new { reason = 180 },
    }))).Status;
}
