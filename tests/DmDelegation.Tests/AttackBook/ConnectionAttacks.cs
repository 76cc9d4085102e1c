using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.AttackBook.Kit;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.AttackBook;

/// <summary>T26, T33: the connection, and what the device has room for.</summary>
[TestClass]
public sealed class ConnectionAttacks
{
    public TestContext TestContext { get; set; } = null!;

    // Red without DEL-336 (RespUri.IsAllowed). Redirects of HTTP are in TransportTests.
    [TestMethod]
    public void Bs_session_goes_nowhere_but_to_Bs_host_T33_DEL_336()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var delegation = Given.Active(device, Fortress.Part());
        var (siege, b) = (new Siege(device, 33, TestContext), device.Servers[Given.B]);
        var (arsenal, seen) = (new Arsenal(siege.Random, device), 0);
        siege.Before = () => b.RespUri = arsenal.OneIn(2)
            ? arsenal.Of("https://b.example/dm", "https://b.example:8443/other", "/relative", "?session=7", "https://B.EXAMPLE/x")
            : arsenal.Of(
                "https://evil.example/dm", "http://b.example/dm", "https://b.example.evil.example/", "https://b.example@evil.example/", "//evil.example/x", "https://evil.example#b.example", "file:///etc/shadow",
                "https://b.example\\@evil.example/", "ftp://b.example/", "https://b%2eexample.evil/", "https://b.example.", "javascript:1", "https://xn--b-example/", "https://[::1]/", "\\\\evil.example\\x", "https://a.example/dm");
        void Look()
        {
            foreach (var message in device.Effects.Skip(seen).OfType<SendMessage>().Where(message => message.Server == Given.B))
            {
                Assert.AreEqual(("https", "b.example", "b.example"), (message.Uri.Scheme, message.Uri.IdnHost.ToLowerInvariant(), message.GuestOfHost), message.Uri.ToString());
            }

            seen = device.Effects.Count;
        }

        siege.After = Look;
        while (siege.Sent < Siege.Commands)
        {
            b.RespUri = null;
            siege.Session(() => arsenal.Any(arsenal.Below(Fortress.Scope, "./DevInfo")));
        }

        siege.Report();
        Look();
        Assert.IsGreaterThan(20, device.Ended.Count(ended => ended.Server == Given.B && ended.Error is not null), "nothing was refused");
        b.RespUri = null;
        home.ComesBackWithRevoke(device, delegation);
    }

    // Red without DEL-050 (StartChecks.RoomForStaged: always) and without DEL-086 (RecordEditor.Write: MaxOctets).
    [TestMethod]
    [DataRow(Given.B)]
    [DataRow(Given.D)]
    public void Records_blobs_and_Starts_without_end_fill_nothing_T26_DEL_050_DEL_085_DEL_086_DEL_105_DEL_402(string attacker)
    {
        using var device = Fortress.Build(change: setup => setup.Delegation = setup.Delegation with { StartsPerHour = 10 });
        var home = Home.Of(device);
        var delegation = Given.Active(device, Fortress.Part());
        var siege = new Siege(device, 26, TestContext, attacker) { PerMessage = 40 };
        siege.Witness.Canaries.Clear();
        siege.After = () =>
        {
            var records = device.Durable.Records.Values.Where(record => record.By == attacker).ToList();
            Assert.IsLessThanOrEqualTo(2, records.Count(record => record.State == DelegationState.Staged), "staged without end");
            Assert.IsLessThanOrEqualTo(64, records.Count, "records without end");
            foreach (var record in records)
            {
                Assert.IsLessThanOrEqualTo(16_384, record.Leaves.GetValueOrDefault("Voucher")?.Octets.Length ?? 0);
                Assert.IsTrue(record.Leaves.Where(leaf => leaf.Key != "Voucher").All(leaf => leaf.Value.Octets.Length <= 4096 && (leaf.Value.Format == "bin" || leaf.Value.Octets.Length <= 1024)), "a leaf beyond its bound");
                Assert.IsLessThanOrEqualTo(4200, record.SealedKeyValue.Length);
                Assert.IsLessThanOrEqualTo(32, record.Interiors.Count(path => path.StartsWith("Scope/", StringComparison.Ordinal)));
            }

            Assert.IsLessThanOrEqualTo(64, device.Durable.Tombstones.Count);
        };
        var arsenal = new Arsenal(siege.Random, device);
        siege.Before = () => device.Pass(arsenal.OneIn(4) ? 1_000_000 : 1000);
        string Record() => $"./Delegation/{attacker[0]}{siege.Sent / 60}-{siege.Random.Next(3)}";
        siege.Run(() => arsenal.Weighted(
            (3, () => Dm.AddNode(Record())),
            (2, () => Dm.AddOctets(Record() + "/Key/Value", new byte[arsenal.Of(32, 4096, 4097, 20_000)])),
            (2, () => Dm.AddOctets(Record() + "/Voucher", new byte[arsenal.Of(100, 16_384, 16_385, 30_000)])),
            (2, () => Dm.Add($"{Record()}/{arsenal.Of("Server/ServerID", "Server/Name", "Account/Addr", "ScopeType", "Scope/1/URI", "Seq")}", new string('x', arsenal.Of(10, 1024, 1025, 9000)))),
            (6, () => Dm.Add($"{Record()}/Scope/{siege.Random.Next(60)}/URI", "./SCM")),
            (1, () => Dm.Exec(Record() + "/Operations/Start")),
            (1, () => Dm.Delete(Record()))));
        Assert.IsTrue(device.Durable.Evidence.Entries.Values.Any(entry => entry.Event == "T2" && entry.DelegationId == delegation.Id), "the evidence is flushed out");
        // A has room as before, and everything parked goes by itself.
        var next = new Delegating("NEXT", b: "c.example");
        next.Scope.Clear();
        next.Scope.Add(new("./Net", "Get"));
        Given.Active(device, next);
        Assert.AreEqual(200, device.Manage(Given.A, next.Operation("Revoke"))[^1].Status);
        device.Advance(TimeSpan.FromSeconds(901));
        Assert.IsFalse(device.Durable.Records.Values.Any(record => record.State == DelegationState.Staged));
        home.ComesBackWithRevoke(device, delegation);
    }
}
