using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>A child is held while its parent is, and comes back with it (rows 12, 16, 41 to 46).</summary>
[TestClass]
public sealed class ChainSuspensionScenarios
{
    private static readonly TimeSpan Off = TimeSpan.FromMinutes(5);

    [TestMethod]
    [DataRow(true, DisplayName = "A tells the time")]
    [DataRow(false, DisplayName = "the clock becomes trusted")]
    public void S_194_active_and_pending_children_wait_for_the_parent_and_come_back_with_it_DEL_063_DEL_204_DEL_213(bool told)
    {
        using var device = new TestDevice();
        var (parent, pending) = Lend(device);
        device.Reboot(Off, clockTrusted: false);
        Assert.AreEqual((DelegationState.Suspended, DelegationState.Suspended, DelegationState.Pending), States(device));
        device.Manage(Chains.E, Dm.Get("./SCM/x"));
        device.Manage(Chains.C, Dm.Get("./SCM/dir/leaf"));
        Assert.AreEqual((true, true), (device.Servers[Chains.E].AbortedByDevice, device.Servers[Chains.C].AbortedByDevice));
        Assert.AreEqual((DelegationState.Suspended, DelegationState.Suspended, DelegationState.Pending), States(device), "B of the Pending one is refused");

        if (told)
        {
            Assert.AreEqual(200, device.Manage(Given.A, Dm.Replace(parent.Uri + "/Expiry/Now", "20300101T030905Z"))[^1].Status);
        }
        else
        {
            device.TrustClock(new DateTimeOffset(2030, 1, 1, 3, 9, 5, TimeSpan.Zero));
        }

        device.Manage(pending.B, Dm.Get("./SCM/x"));
        Assert.AreEqual((DelegationState.Active, DelegationState.Active, DelegationState.Active), States(device));
        Assert.AreEqual(200, device.Manage(Chains.C, Dm.Replace("./SCM/dir/leaf", "C"))[^1].Status);
        // Off-time and boot are charged to the child too, a persist interval ahead.
        Assert.IsLessThan(3600L - 300, Limits.RemainingSeconds(device.Record("CHILD"), device.Now, device.EffectiveTime)!.Value);
    }

    [TestMethod]
    public void S_194_nobody_elses_time_brings_a_child_back_DEL_204_DEL_213()
    {
        using var device = new TestDevice();
        Lend(device);
        var rogue = Given.Active(device, RogueOf("8XK3"));
        device.Reboot(Off, clockTrusted: false);
        device.Manage(Given.D, Dm.Replace(rogue.Uri + "/Expiry/Now", "20300101T030905Z"));
        Assert.AreEqual(DelegationState.Active, device.Record(rogue.Id).State);
        Assert.AreEqual((DelegationState.Suspended, DelegationState.Suspended, DelegationState.Pending), States(device));
    }

    [TestMethod]
    public void A_known_B_tells_the_time_of_its_child_which_waits_for_the_parent_all_the_same_DEL_063_DEL_213()
    {
        using var device = Given.WithKnownB();
        var parent = Given.Active(device, Chains.Parent().KnownB().Telling().Temporary(3600));
        var child = Given.Active(device, Chains.Child().Telling().Temporary(3600));
        device.Reboot(Off, clockTrusted: false);
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Replace(child.Uri + "/Expiry/Now", "20300101T030905Z"))[^1].Status);
        Assert.AreEqual((false, DelegationState.Suspended), (device.Record(child.Id).Grant!.OffTimeUnknown, device.Record(child.Id).State), "row 45");
        device.Manage(Given.A, Dm.Replace(parent.Uri + "/Expiry/Now", "20300101T030905Z"));
        Assert.AreEqual((DelegationState.Active, DelegationState.Active), (device.Record(parent.Id).State, device.Record(child.Id).State), "row 43");
    }

    [TestMethod]
    public void Policy_budget_of_a_child_does_not_help_it_past_its_parent_DEL_063_DEL_214()
    {
        using var device = new TestDevice();
        var parent = Given.Active(device, Chains.Parent().Telling().Temporary(3600));
        var child = Chains.Child().Telling().Temporary(3000);
        child["Policy/OnTimeUnknown"] = "budget";
        Given.Active(device, child);
        device.Reboot(Off, clockTrusted: false);
        Assert.AreEqual(DelegationState.Suspended, device.Record(child.Id).State, "row 41");
        device.Restart();
        device.Reboot(Off, clockTrusted: false);
        Assert.AreEqual(DelegationState.Suspended, device.Record(child.Id).State, "row 46");
        device.Manage(Given.A, Dm.Replace(parent.Uri + "/Expiry/Now", "20300101T031905Z"));
        Assert.AreEqual((DelegationState.Active, DelegationState.Active), (device.Record(parent.Id).State, device.Record(child.Id).State));
    }

    [TestMethod]
    public void A_parent_on_its_budget_goes_on_while_its_child_is_suspended_by_itself_DEL_213_DEL_214()
    {
        using var device = new TestDevice();
        var parent = Chains.Parent().Telling().Temporary(3600);
        parent["Policy/OnTimeUnknown"] = "budget";
        Given.Active(device, parent);
        Given.Active(device, Chains.Child().Telling().Temporary(3000));
        device.Reboot(Off, clockTrusted: false);
        Assert.AreEqual((DelegationState.Active, DelegationState.Suspended), (device.Record(parent.Id).State, device.Record("CHILD").State));
        device.TrustClock(new DateTimeOffset(2030, 1, 1, 3, 9, 5, TimeSpan.Zero));
        Assert.AreEqual(DelegationState.Active, device.Record("CHILD").State);
    }

    [TestMethod]
    public void A_parent_that_is_over_when_the_time_is_known_takes_its_suspended_child_along_DEL_066_DEL_221()
    {
        using var device = new TestDevice();
        Lend(device);
        device.Reboot(TimeSpan.FromHours(2), clockTrusted: false);
        device.TrustClock(new DateTimeOffset(2030, 1, 1, 6, 0, 0, TimeSpan.Zero));
        Given.Ended(device, "7QK2", DelegationState.Expired, 181);
        Given.Ended(device, "CHILD", DelegationState.Expired, 183);
        Given.Ended(device, "PEND", DelegationState.Cancelled, 183);
    }

    [TestMethod]
    public void A_reboot_with_a_trusted_clock_brings_the_whole_chain_back_in_order_DEL_212_DEL_292()
    {
        using var device = new TestDevice();
        Given.Active(device, Chains.Parent("ZZZ", depth: 2).Telling().Temporary(7200));
        Given.Active(device, Chains.Child("MMM", depth: 1).Telling().Temporary(7200));
        Given.Active(device, Chains.Child("AAA", a: Chains.C, b: Chains.E).Telling().Temporary(7200));
        device.Reboot(Off, clockTrusted: false);
        string[] ids = ["ZZZ", "MMM", "AAA"];
        Assert.IsTrue(ids.All(id => device.Record(id).State == DelegationState.Suspended));
        device.Reboot(Off);
        Assert.IsTrue(ids.All(id => device.Record(id).State == DelegationState.Active), Given.Log(device));
    }

    [TestMethod]
    public void Confirm_of_a_known_B_below_a_suspended_parent_answers_403_and_is_not_counted_DEL_063_DEL_184()
    {
        using var device = new TestDevice();
        var parent = Given.Active(device, Chains.Parent().Telling().Temporary(3600));
        var child = Given.Pending(device, Chains.Child(b: Given.D).KnownB().Telling().Temporary(3000));
        device.Reboot(Off, clockTrusted: false);
        // The child knows its time, the parent does not.
        device.Tamper(state => state with { Records = state.Records.SetItem(child.Id, device.Record(child.Id) with { Grant = device.Record(child.Id).Grant! with { OffTimeUnknown = false } }) });
        var answers = device.Manage(Given.D, child.Confirming());
        Assert.AreEqual((403, 131), (answers[^1].Status, device.LastReason()));
        Assert.AreEqual(0, device.Record(child.Id).Grant!.BadAttempts);
        device.Manage(Given.A, Dm.Replace(parent.Uri + "/Expiry/Now", "20300101T030905Z"));
        Assert.AreEqual(200, device.Manage(Given.D, child.Confirming())[^1].Status);
        Assert.AreEqual(DelegationState.Active, device.Record(child.Id).State);
    }

    [TestMethod]
    public void What_A_says_of_its_delegation_counts_for_what_descends_from_it_DEL_203_DEL_204()
    {
        using var device = new TestDevice();
        var parent = Given.Active(device, Chains.Parent().Telling().Temporary(86_400));
        var child = Chains.Child().Telling().Temporary(3600);
        Given.Active(device, child);
        Given.Active(device, Chains.Child("LATER", uri: "./SCM/x", b: Chains.E).Telling().Temporary(80_000));
        var other = Given.Active(device, RogueOf("8XK3"));
        device.Manage(Given.A, Dm.Replace(parent.Uri + "/Expiry/Now", "20300101T083000Z"));
        Given.Ended(device, child.Id, DelegationState.Expired, 181);
        Assert.AreEqual((DelegationState.Active, DelegationState.Active, DelegationState.Active), (device.Record(parent.Id).State, device.Record("LATER").State, device.Record(other.Id).State));
        Given.Pending(device, Chains.Child("NEW", b: "f.example").Telling().Temporary(600));
        Assert.IsGreaterThan(new DateTimeOffset(2030, 1, 1, 8, 0, 0, TimeSpan.Zero), device.Record("NEW").Grant!.Mark!.Now(device.Now), "the mark descends");
    }

    private static (Delegating Parent, Delegating Pending) Lend(TestDevice device)
    {
        var parent = Given.Active(device, Chains.Parent().Telling().Temporary(3600));
        Given.Active(device, Chains.Child().Telling().Temporary(3600));
        var pending = Given.Pending(device, Chains.Child("PEND", uri: "./SCM/x", b: Chains.E).Telling().Temporary(3000));
        return (parent, pending);
    }

    private static Delegating RogueOf(string id)
    {
        var rogue = new Delegating(id, Given.D, "r.example").Telling().Temporary(3600);
        rogue.Scope[0] = new("./Rogue", "Get");
        return rogue;
    }

    private static (DelegationState Parent, DelegationState Child, DelegationState Pending) States(TestDevice device) =>
        (device.Record("7QK2").State, device.Record("CHILD").State, device.Record("PEND").State);
}
