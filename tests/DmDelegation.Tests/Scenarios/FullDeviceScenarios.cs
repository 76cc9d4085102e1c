using DmDelegation.Engine;
using DmDelegation.Engine.Ports;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>A guest does not fill up the device (S-217).</summary>
[TestClass]
public sealed class FullDeviceScenarios
{
    [TestMethod]
    public void S_217_from_80_percent_of_the_nodes_on_only_home_servers_add_DEL_343()
    {
        using var device = new TestDevice(setup => setup.TreeSize = new TreeSize(MaxNodes: 200));
        Given.Active(device);
        var fill = Enumerable.Range(1, 160 - device.Durable.Tree.Count).Select(number => Dm.Add($"./SCM/n{number}", "")).ToArray();
        Assert.IsTrue(device.Manage(Given.B, fill).All(outcome => outcome.Status == 200));
        Assert.AreEqual(160, device.Durable.Tree.Count);

        var since = device.Log.Count;
        Assert.AreSequenceEqual([420, 420, 200], Given.Statuses(device.Manage(Given.B, Dm.Add("./SCM/one", ""), Dm.AddNode("./SCM/two"), Dm.Replace("./SCM/x", "longer"))));
        Assert.AreSequenceEqual(["160", "160"], Given.Reasons(device, since));
        Assert.AreSequenceEqual([200, 200], Given.Statuses(device.Manage(Given.A, Dm.Add("./Net/one", ""), Dm.Add("./Net/two", ""))));
        Assert.AreSequenceEqual([200, 420], Given.Statuses(device.Manage(Given.B, Dm.Delete("./SCM/n1"), Dm.Add("./SCM/one", ""))), "what A added counts too");
    }

    [TestMethod]
    public void S_217_the_same_holds_for_octets_DEL_343()
    {
        using var device = new TestDevice(setup => setup.TreeSize = new TreeSize(MaxOctets: 10_000));
        Given.Active(device);
        var room = (int)(8_000 - device.Durable.Tree.Octets) - "big".Length - "text/plain".Length;
        var big = new string('x', room);
        Assert.AreSequenceEqual(
            [420, 200, 420, 420, 200, 200],
            Given.Statuses(device.Manage(
                Given.B, Dm.Add("./SCM/big", big + "x"), Dm.Add("./SCM/big", big), Dm.Replace("./SCM/big", big + "x"), Dm.Replace("./SCM/x", "22"),
                Dm.Replace("./SCM/big", big[..^1]), Dm.Replace("./SCM/x", "22"))));
        Assert.AreSequenceEqual([200, 420], Given.Statuses(device.Manage(Given.A, Dm.Replace("./Net/eth0", new string('x', 1_500)), Dm.Replace("./Net/eth0", new string('x', 5_000)))));
        var counted = device.Durable.Tree.Octets;
        device.Restart();
        Assert.AreEqual(counted, device.Durable.Tree.Octets, "counted along and counted anew are the same");
    }

    [TestMethod]
    public void S_217_the_same_holds_for_the_storage_DEL_343()
    {
        var storage = new Storage { Free = 21 };
        using var device = new TestDevice(setup => setup.Storage = storage);
        Given.Active(device);
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Add("./SCM/a", "1"))[^1].Status);
        storage.Free = 19;
        Assert.AreSequenceEqual([420, 200, 200], Given.Statuses(device.Manage(Given.B, Dm.Add("./SCM/b", "1"), Dm.Replace("./SCM/a", "2"), Dm.Delete("./SCM/a"))));
        Assert.AreEqual(200, device.Manage(Given.A, Dm.Add("./Net/b", "1"))[^1].Status);
    }

    [TestMethod]
    public void A_known_B_is_no_guest_and_has_the_room_of_home_servers_DEL_340_DEL_343()
    {
        using var device = new TestDevice(setup =>
        {
            setup.Known.Add(Given.B);
            setup.Storage = new Storage { Free = 5 };
        });
        Given.Active(device, new Delegating().KnownB());
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Add("./SCM/a", "1"))[^1].Status);
    }

    private sealed class Storage : IStorage
    {
        public long Free { get; set; }

        public StorageRoom? Room() => new StorageRoom(100L << 30, Free << 30);
    }
}
