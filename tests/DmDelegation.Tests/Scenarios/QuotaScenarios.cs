using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>How many delegations a device bears, and for whom it keeps room (DEL-050, DEL-105).</summary>
[TestClass]
public sealed class QuotaScenarios
{
    [TestMethod]
    public void S_035_the_17th_is_refused_with_420_and_stays_Staged_DEL_050_DEL_105()
    {
        using var device = Roomy(setup => setup.AIsHomeAuthority());
        for (var i = 1; i <= 16; i++)
        {
            Given.Active(device, Shared($"R{i}", Given.A));
        }

        var one = Shared("R17", Given.A);
        IsOverTheLimit(device, one);
        Assert.AreSequenceEqual(
            [200, 200], Given.Statuses(device.Manage(Given.A, Dm.Exec("./Delegation/R1/Operations/Revoke"), one.Start())), "the same record, repeated: " + device.LogText());
    }

    [TestMethod]
    public void S_035_eight_of_the_sixteen_are_kept_for_the_home_authority_DEL_050()
    {
        using var device = Roomy(setup =>
        {
            setup.AIsHomeAuthority();
            setup.Known.AddRange(["o.example", "p.example"]);
            setup.Acl("./Rogue", "Get=d.example+o.example+p.example&Replace=d.example+o.example+p.example");
        });
        foreach (var (server, count) in new[] { (Given.D, 4), ("o.example", 4) })
        {
            for (var i = 1; i <= count; i++)
            {
                Given.Active(device, Rogue($"{server[0]}{i}", server));
            }
        }

        IsOverTheLimit(device, Rogue("p1", "p.example"));
        for (var i = 1; i <= 8; i++)
        {
            Given.Active(device, Shared($"R{i}", Given.A));
        }

        IsOverTheLimit(device, Shared("R9", Given.A));
    }

    [TestMethod]
    public void Of_a_small_total_at_most_half_is_kept_DEL_050()
    {
        using var device = Roomy(setup =>
        {
            setup.AIsHomeAuthority();
            setup.Delegation = setup.Delegation with { MaxActive = 4 };
        });
        Given.Active(device, Rogue("d1", Given.D));
        Given.Active(device, Rogue("d2", Given.D));
        IsOverTheLimit(device, Rogue("d3", Given.D));
        Given.Active(device, Shared("R1", Given.A));
        Given.Active(device, Shared("R2", Given.A));
        IsOverTheLimit(device, Shared("R3", Given.A));
    }

    [TestMethod]
    public void Four_are_Pending_at_once_and_two_of_one_server_DEL_050()
    {
        using var device = Roomy(setup =>
        {
            setup.AIsHomeAuthority();
            setup.Known.AddRange(["o.example", "p.example"]);
            setup.Acl("./Rogue", "Get=d.example+o.example+p.example&Replace=d.example+o.example+p.example");
        });
        Given.Pending(device, Rogue("d1", Given.D));
        Given.Pending(device, Rogue("d2", Given.D));
        var third = Rogue("d3", Given.D);
        Assert.Contains(420, Given.Statuses(device.Manage(Given.D, third.Ask(), third.Build(start: false))), "at the Add");
        Assert.IsFalse(device.Durable.Records.ContainsKey("d3"));
        Given.Pending(device, Rogue("o1", "o.example"));
        Given.Pending(device, Rogue("o2", "o.example"));
        IsOverTheLimit(device, Rogue("p1", "p.example"));
        IsOverTheLimit(device, Shared("R1", Given.A));
    }

    [TestMethod]
    public void A_chain_counts_record_by_record_DEL_050()
    {
        using var device = Roomy();
        Given.Active(device, Chains.Parent().Shared());
        for (var i = 1; i <= 4; i++)
        {
            Given.Active(device, Chains.Child($"C{i}", b: $"c{i}.example").Shared());
        }

        IsOverTheLimit(device, Chains.Child("C5", b: "c5.example").Shared());
        Given.Active(device, Chains.Parent("SECOND", uri: "./Net", b: "n.example"));
        Assert.AreEqual(6, device.Durable.Records.Values.Count(record => record.State == DelegationState.Active));
    }

    [TestMethod]
    public void S_191_the_11th_Start_of_an_hour_is_refused_whatever_came_of_the_others_DEL_105()
    {
        using var device = new TestDevice();
        for (var i = 1; i <= 10; i++)
        {
            var delegation = new Delegating($"R{i}");
            Assert.AreEqual(200, device.Start(delegation).Status, device.LogText());
            device.Manage(Given.A, delegation.Operation("Cancel"));
        }

        var last = new Delegating("R11");
        IsOverTheLimit(device, last);
        Assert.AreEqual(200, device.Start(Rogue("d1", Given.D)).Status, "of another server");
        device.Pass(3_600_000);
        var again = new Delegating("R12");
        Assert.AreEqual(200, device.Start(again).Status, device.LogText());
    }

    [TestMethod]
    public void S_058_a_server_with_one_node_neither_fills_the_device_nor_blocks_its_owner_DEL_050_DEL_052_DEL_055_DEL_065()
    {
        using var device = Roomy(setup =>
        {
            setup.AIsHomeAuthority();
            foreach (var name in (string[])["a", "b", "c", "e"])
            {
                setup.Nodes.Add(("./Rogue/" + name, "", "1"));
            }
        });
        foreach (var name in (string[])["a", "b", "c", "e"])
        {
            var one = Rogue("d" + name, Given.D);
            one.Scope[0] = new("./Rogue/" + name, "Get+Replace");
            one["Control"] = name == "a" ? "exclusive" : "shared";
            Given.Active(device, one);
        }

        var fifth = Rogue("d5", Given.D);
        fifth.Scope[0] = new("./Rogue/n", "Get");
        IsOverTheLimit(device, fifth);
        device.Manage(Given.D, Dm.Exec("./Delegation/de/Operations/Revoke"), Dm.Delete("./Delegation/d5"));
        var final = new Delegating("FIN", Given.D, "z.example") { CertPin = new byte[32] }.Exec();
        final["DurationType"] = "final";
        final.Scope[0] = new("./Rogue/n", "Get+Replace");
        device.StartFails(final, 403, 125);

        Given.Active(device, new Delegating("FULL").Full());
        var rogue = Given.IdOf(device, "./Rogue");
        Assert.Contains(rogue, device.Record("FULL").Grant!.Undo.Skipped);
        Assert.AreSequenceEqual([200, 425], Given.Statuses(device.Manage(Given.B, Dm.Replace("./SCM/x", "B"), Dm.Replace("./Rogue/n", "no"))));
        Assert.AreEqual(200, device.Manage(Given.D, Dm.Replace("./Rogue/n", "D"))[^1].Status);
    }

    [TestMethod]
    public void S_192_what_was_skipped_is_for_its_owner_to_delegate_DEL_052_DEL_125()
    {
        using var device = new TestDevice(setup => setup.Nodes.Add(("./SCM/y", "Get=d.example&Replace=d.example", null)));
        var home = device.Scheme();
        Given.Active(device, new Delegating());
        var own = new Delegating("OWN", Given.D, "e.example");
        own.Scope[0] = new("./SCM/y", "Get+Replace");
        Given.Active(device, own);
        Assert.AreEqual("", device.Record("OWN").Grant!.Parent);
        Assert.AreEqual(425, device.Manage(Given.B, Dm.Get("./SCM/y"))[^1].Status);
        Assert.AreEqual(200, device.Manage("e.example", Dm.Get("./SCM/y"))[^1].Status);
        device.Manage(Given.A, Dm.Exec("./Delegation/7QK2/Operations/Revoke"));
        device.Manage(Given.D, Dm.Exec("./Delegation/OWN/Operations/Revoke"));
        Assert.AreEqual(home, device.Scheme());
    }

    private static TestDevice Roomy(Action<TestDeviceSetup>? change = null) => new(setup =>
    {
        setup.Delegation = setup.Delegation with { StartsPerHour = 100 };
        change?.Invoke(setup);
    });

    private static Delegating Shared(string id, string a) => new Delegating(id, a, $"{id.ToLowerInvariant()}.example").Shared();

    private static Delegating Rogue(string id, string a)
    {
        var delegation = Shared(id, a);
        delegation.Scope[0] = new("./Rogue", "Get");
        return delegation;
    }

    private static void IsOverTheLimit(TestDevice device, Delegating delegation)
    {
        Assert.AreEqual((420, 104), (device.Start(delegation).Status, device.LastReason()), device.LogText());
        Assert.AreEqual(DelegationState.Staged, device.Record(delegation.Id).State);
    }
}
