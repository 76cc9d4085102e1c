using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Time;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Engine.Audit;

/// <summary>The audit log of section 16: chain, bounds, who reads what, and the head in every alert.</summary>
[TestClass]
public sealed class AuditRingTests
{
    private static readonly DateTimeOffset Time = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [TestMethod]
    public void Each_entry_carries_the_hash_of_the_one_before_and_a_changed_one_breaks_the_chain_DEL_400()
    {
        var ring = AuditRing.Empty.Add(Entry("T1")).Add(Entry("T2")).Add(Entry("T3"));
        CollectionAssert.AreEqual(new byte[32], ring.Entries[1].Previous.ToArray());
        for (var number = 2; number <= 3; number++)
        {
            CollectionAssert.AreEqual(ring.Entries[number - 1].Hash(), ring.Entries[number].Previous.ToArray());
        }

        CollectionAssert.AreEqual(ring.Entries[3].Hash(), ring.HeadHash.ToArray());
        var forged = ring.Entries[2] with { Server = "somebody.else" };
        CollectionAssert.AreNotEqual(forged.Hash(), ring.Entries[3].Previous.ToArray());
    }

    [TestMethod]
    public void The_oldest_go_first_and_their_hash_stays_as_the_anchor_DEL_402()
    {
        var ring = AuditRing.Empty;
        AuditEntry? dropped = null;
        for (var i = 1; i <= AuditRing.Capacity + 3; i++)
        {
            ring = ring.Add(Entry("Login"));
            dropped = i == 3 ? ring.Entries[3] : dropped;
        }

        Assert.HasCount(256, ring.Entries);
        Assert.AreEqual(AuditRing.Capacity + 3L, ring.HeadNumber);
        CollectionAssert.AreEqual(dropped!.Hash(), ring.Entries[4].Previous.ToArray());
    }

    [TestMethod]
    public void A_course_is_told_in_order_survives_a_restart_and_its_head_is_in_the_alerts_DEL_008_DEL_401_DEL_404()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        device.Activate(delegation);
        device.Manage("a.example", delegation.Operation("Revoke"));
        device.Restart();

        var entries = device.Durable.Evidence.Entries.Values.ToList();
        CollectionAssert.AreEqual(new[] { "Start", "T1", "T2", "T3" }, entries.Select(entry => entry.Event).ToArray());
        CollectionAssert.AreEqual(new[] { "a.example", "a.example", "b.example", "a.example" }, entries.Select(entry => entry.Server).ToArray());
        Assert.IsTrue(entries.All(entry => entry.To == "b.example"));
        Assert.AreEqual(180, entries[^1].Reason);

        var end = device.Servers["a.example"].Of("End").Single();
        Assert.AreEqual(Convert.ToHexStringLower(entries[3].Hash()), end.Element("Log"));
    }

    [TestMethod]
    public void The_log_is_read_by_the_home_authority_and_by_the_parties_and_looks_empty_to_others_DEL_402()
    {
        using var device = new TestDevice();
        device.Activate(new Delegating());
        Assert.AreEqual("e1/e2/e3", device.Manage("home.example", Dm.Get("./Delegation/Log"))[0].Text);
        Assert.AreEqual("e1/e2/e3", device.Manage("a.example", Dm.Get("./Delegation/Log"))[0].Text);
        var (list, entry) = (device.Manage("d.example", Dm.Get("./Delegation/Log"))[0], device.Manage("d.example", Dm.Get("./Delegation/Log/e1"))[0]);
        Assert.AreEqual((200, ""), (list.Status, list.Text));
        Assert.AreEqual(404, entry.Status);
        var line = device.Manage("a.example", Dm.Get("./Delegation/Log/e3"))[0].Text;
        Assert.Contains("server=b.example event=T2 reason=0", line);
        Assert.AreEqual(405, device.Manage("a.example", Dm.Replace("./Delegation/Log/e3", "x"))[0].Status);
    }

    [TestMethod]
    public void Failed_logins_are_in_a_ring_of_their_own_DEL_402()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        device.StartAccepted(delegation);
        var b = device.Arm(delegation);
        b.WrongCredential = true;
        device.Manage("b.example", Dm.Get("./DevInfo/Man"));
        Assert.AreEqual("Login", device.Durable.Noise.Entries.Values.Single().Event);
        Assert.AreEqual("T1", device.Durable.Evidence.Entries.Values.Last().Event);
    }

    private static AuditEntry Entry(string happening) =>
        new(0, Time, ClockTrust.Trusted, "boot", "7QK2", "a.example", "b.example", "a.example", happening, 0, default);
}
