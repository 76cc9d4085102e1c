using System.Text.Json;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.State;

namespace DmDelegation.Tests.EndToEnd;

/// <summary>17.3 with the real agent: what the key does.</summary>
[TestClass]
public sealed class KeyTests
{
    public required TestContext TestContext { get; set; }

    [TestMethod]
    public async Task A_full_delegation_by_cms_with_voucher_is_confirmed_by_the_right_proof_only_S_006_S_063_S_075()
    {
        var options = LiveWorld.Late with { Type = "full", Confirm = "exec" };
        await using var world = await LiveWorld.StartAsync(TestContext, options);
        var home = await world.SchemeAsync();
        var live = await world.PendingAsync(LiveWorld.Terms(options), "cms");
        var answers = await world.CommandAsync(world.ServerA, $$"""[{"get":"./Delegation/{{live.Id}}/Key/Value"},{"get":"./Delegation/{{live.Id}}/Key/Check"}]""");
        var check = Convert.ToBase64String(Convert.FromHexString(LiveWorld.View(world.ServerA, live.Sid)!.Check!));
        Assert.AreEqual($"405 200={check}", answers, "the key to nobody (DEL-082), the check value is A's own (DEL-156)");

        world.ServerB.SetControls(new TestControls { WrongProof = true });
        await world.SessionAsync(LiveWorld.B);
        await world.UntilAsync("B hears that its proof is bad", () => LiveWorld.Alerts(world.ServerB, live, "Session") is [{ Success: false, Reason: 172 }]);
        Assert.AreEqual("Pending 0", await world.RecordAsync(live));

        world.ServerB.SetControls(new TestControls());
        Assert.IsTrue(await world.SessionAsync(LiveWorld.B));
        await world.UntilClosedAsync(live);
        Assert.AreEqual("Active 0", await world.RecordAsync(live));
        Assert.AreEqual("200 200 425", await world.CommandAsync(world.ServerB, """[{"replace":{"uri":"./SCM/x","data":"by B"}},{"replace":{"uri":"./Net/eth0","data":"by B"}},{"replace":{"uri":"./DMAcc/a/AppAddr/1/Addr","data":"no"}}]"""), "all but the protected set");

        Assert.IsTrue(world.ServerA.End(live.Id));
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        Assert.AreEqual("Revoked 180", await world.RecordAsync(live));
        Assert.AreEqual(home, await world.SchemeAsync());
    }

    [TestMethod]
    public async Task Five_sessions_with_a_wrong_credential_lock_B_out_S_076_S_247_S_252_DEL_184()
    {
        await using var world = await LiveWorld.StartAsync(TestContext);
        world.ServerA.SetControls(new TestControls { WrongTdk = true, WrongCheckToo = true });
        var live = await world.PendingAsync();
        for (var session = 1; session <= 5; session++)
        {
            Assert.AreEqual("Pending 0", await world.RecordAsync(live), $"before session {session}");
            Assert.IsFalse(await world.SessionAsync(LiveWorld.B));
        }

        Assert.AreEqual("Failed 171", await world.RecordAsync(live));
        Assert.AreEqual(Scheme.Home, await world.SchemeAsync());
        await world.UntilPurgedAsync(live);
        Assert.AreEqual(171, LiveWorld.Alerts(world.ServerA, live, "End").Single().Reason);
        Assert.IsEmpty(LiveWorld.Alerts(world.ServerB, live, "Session"), "nothing but the status goes to a server that is not authenticated");
        world.AssertOnlyATombstoneIsLeft(world.ServerA, live);
        world.AssertOnlyATombstoneIsLeft(world.ServerB, live);
    }

    [TestMethod]
    public async Task A_that_plays_B_with_the_key_from_its_own_endpoint_fails_at_the_pin_S_084_DEL_093_DEL_174()
    {
        await using var world = await LiveWorld.StartAsync(TestContext);

        // B's name, A's certificate (its names are good for the address), and below B's credentials: only the key of the TLS connection is not B's.
        await using var impostor = await StubHost.StartAsync(
            new StubConfiguration
            {
                Servers =
                [
                    new ServerConfiguration
                    {
                        ServerId = LiveWorld.B,
                        Dm = new DmConfiguration { CertificateFile = Path.Combine(world.Folder, "a.example.cert.pem"), KeyFile = Path.Combine(world.Folder, "a.example.key.pem") },
                    },
                ],
            },
            TestContext.CancellationToken);
        world.ServerB.DmAddress = impostor.DmAddress(LiveWorld.B);
        var live = await world.PendingAsync();
        impostor.Server(LiveWorld.B).AddDevice(AccountAtB(world));

        Assert.AreEqual("tls-pin", await world.SessionErrorAsync(LiveWorld.B));
        Assert.AreEqual("Pending 0", await world.RecordAsync(live));
        Assert.AreEqual(0, impostor.Server(LiveWorld.B).View().Sessions, "no message has reached A's endpoint");
        Assert.AreEqual(Scheme.Pending, await world.SchemeAsync());
    }

    private static DeviceAccount AccountAtB(LiveWorld world)
    {
        using var state = JsonDocument.Parse(File.ReadAllBytes(world.StateFile(LiveWorld.B)));
        var account = state.RootElement.GetProperty("devices").GetProperty(LiveWorld.Device);
        return new DeviceAccount
        {
            DeviceId = LiveWorld.Device,
            ClientName = account.GetProperty("clientName").GetString()!,
            ClientSecret = account.GetProperty("clientSecret").GetBytesFromBase64(),
            ServerName = LiveWorld.B,
            ServerSecret = account.GetProperty("serverSecret").GetBytesFromBase64(),
            ClientNonce = account.GetProperty("clientNonce").GetBytesFromBase64(),
            ServerNonce = account.GetProperty("serverNonce").GetBytesFromBase64(),
        };
    }
}
