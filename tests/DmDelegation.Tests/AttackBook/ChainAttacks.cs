using System.Globalization;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.AttackBook.Kit;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.AttackBook;

/// <summary>T12, T36: what was lent is lent on.</summary>
[TestClass]
public sealed class ChainAttacks
{
    private const int Life = 3600;

    public TestContext TestContext { get; set; } = null!;

    // Red without DEL-061, without DEL-062 and without DEL-064 (ChainCheck.IsDeepEnough, IsInside, IsNoLonger).
    [TestMethod]
    public void B_lends_no_more_than_it_has_nor_longer_nor_for_ever_T12_DEL_061_DEL_062_DEL_064_DEL_065_DEL_066()
    {
        using var device = Fortress.Build(change: setup => setup.Delegation = setup.Delegation with { FinalAllowed = [Given.A, Given.B] });
        var home = Home.Of(device);
        var parent = Fortress.Part(rights: "Add+Get+Replace").Temporary(Life);
        parent["SubDelegation"] = "1";
        Given.Active(device, parent);
        var (siege, started) = (new Siege(device, 12, TestContext), 0);
        siege.Witness.Canaries.Clear();
        var arsenal = new Arsenal(siege.Random, device);
        for (var n = 0; siege.Sent < 2 * Siege.Commands; n++)
        {
            var child = new Delegating($"c{n}", Given.B, "c.example") { ["Control"] = arsenal.Of(null, "shared"), ["SubDelegation"] = arsenal.Of(null, "0", "0", "1", "2") };
            child.Scope.Clear();
            child.Scope.Add(new(arsenal.Of(Fortress.Scope, Fortress.Scope, "./SCM/dir/deep", "./SCM", ".", "./Net", "./SCM/y", "./DMAcc", "./Stale"), arsenal.Of("Get", "Get+Replace", "Add+Get+Replace", Fortress.All, "Delete")));
            switch (siege.Random.Next(5))
            {
                case 0: break; // until revoked
                case 1: child.Final(); break;
                default: child.Temporary(arsenal.Of(60, 1000, Life, Life + 1, 86_400)); break;
            }

            if (siege.Start(child).Status == 200)
            {
                started++;
                IsLess(device, parent, child);
                Attack(device, child, arsenal);
                Assert.AreEqual(200, device.Manage(arsenal.Of(Given.B, Given.A), child.Operation("Revoke"))[^1].Status);
                device.Servers.Remove(child.B);
            }
            else
            {
                device.Manage(Given.B, Dm.Delete(child.Uri));
            }

            device.Pass(1000);
        }

        siege.Report();
        Assert.IsGreaterThan(3, started);

        // What is lent on goes with what was lent (DEL-066).
        var last = new Delegating("last", Given.B, "c.example").Temporary(60);
        last.Scope[0] = new(Fortress.Scope, "Get");
        Given.Active(device, last);
        home.ComesBackWithRevoke(device, parent);
        Given.Ended(device, last.Id, DelegationState.Revoked, 183);
    }

    // Red without DEL-004 (StartChecks.IsAncestor).
    [TestMethod]
    public void No_way_round_leads_out_of_the_chain_T36_DEL_004_DEL_107()
    {
        using var device = Fortress.Build(change: setup => setup.AIsHomeAuthority());
        var home = Home.Of(device);
        var first = Fortress.Part();
        first["SubDelegation"] = "2";
        Given.Active(device, first);
        var second = new Delegating("second", Given.B, "c.example") { ["SubDelegation"] = "1" };
        second.Scope[0] = new(Fortress.Scope, Fortress.All);
        Given.Active(device, second);
        foreach (var attacker in (string[])["c.example", Given.B])
        {
            var siege = new Siege(device, 36, TestContext, attacker);
            siege.Witness.Canaries.Clear();
            var arsenal = new Arsenal(siege.Random, device);
            for (var n = 0; siege.Sent < Siege.Commands; n++)
            {
                var back = new Delegating($"{attacker[0]}{n}", attacker, arsenal.Of(Given.A, Given.B, "c.example")) { ["Control"] = arsenal.Of(null, "shared"), ["SubDelegation"] = arsenal.Of(null, "1") };
                back = arsenal.OneIn(3) ? back : back.KnownB();
                back.Scope.Clear();
                back.Scope.Add(new(arsenal.Of(Fortress.Scope, Fortress.Scope + "/deep", "./SCM", "."), arsenal.Of(Fortress.All, "Get")));
                var status = siege.Start(back).Status;

                // B may lend to C; nobody lends back to whom it has it from.
                Assert.IsTrue(status >= 400 || (attacker == Given.B && back.B == "c.example"), $"{back.A} lends to {back.B}");
                Assert.IsFalse(device.Durable.Records.Values.Any(record => record.State.IsLive() && record.By is Given.B or "c.example" && record.Grant?.To is Given.A or Given.B), "a way round");
                device.Manage(attacker, Dm.Delete(back.Uri));
                device.Pass(1000);
            }

            siege.Report();
        }

        home.ComesBackWithRevoke(device, first);
        Given.Ended(device, second.Id, DelegationState.Revoked, 183);
    }

    // The rules of 5.2, on what A and B wrote.
    private static void IsLess(TestDevice device, Delegating parent, Delegating child)
    {
        var (given, lent) = (device.Record(parent.Id).Grant!, device.Record(child.Id).Grant!);
        foreach (var entry in child.Scope)
        {
            Assert.IsTrue((entry.Uri + "/").StartsWith(Fortress.Scope + "/", StringComparison.Ordinal) && entry.Rights.Split('+').All(parent.Scope[0].Rights.Split('+').Contains), $"lent on: {entry}");
        }

        Assert.AreEqual(DurationType.Temporary, lent.DurationType);
        Assert.IsTrue(lent.NotAfter <= given.NotAfter && lent.MaxSeconds <= Life, "it would outlive its parent");
        Assert.AreEqual(0, lent.SubDelegation);
        Assert.AreEqual(parent.Id, lent.Parent);
    }

    private void Attack(TestDevice device, Delegating child, Arsenal arsenal)
    {
        device.Servers[child.B] = child.MakeB();
        device.Manage(child.B, child["Confirm/Mode"] == "exec" ? child.Confirming() : []);
        Assert.AreEqual(DelegationState.Active, device.Record(child.Id).State, Given.Log(device));
        var siege = new Siege(device, 120 + int.Parse(child.Id[1..], CultureInfo.InvariantCulture), TestContext, child.B);
        siege.Session(() => arsenal.Wrapped(() => arsenal.But("./DMAcc/d-", () => arsenal.Any(arsenal.OneIn(2) ? arsenal.Below(Fortress.Scope) : arsenal.Below(".")))), messages: 4);
    }
}
