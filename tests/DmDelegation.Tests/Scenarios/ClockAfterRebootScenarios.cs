using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Time;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>Reboots one after the other, and a clock that becomes trusted at an odd moment.</summary>
[TestClass]
public sealed class ClockAfterRebootScenarios
{
    [TestMethod]
    public void A_pending_delegation_goes_on_when_the_clock_is_trusted_after_the_second_reboot_DEL_222()
    {
        using var device = new TestDevice();
        Given.Pending(device);
        device.Reboot(TimeSpan.FromMinutes(5), clockTrusted: false);
        device.Reboot(TimeSpan.FromMinutes(10));
        device.Manage("b.example", Array.Empty<Batch>());
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State, Given.Log(device));
    }

    [TestMethod]
    public void A_suspended_guest_gets_in_when_the_clock_is_trusted_after_the_second_reboot_DEL_213()
    {
        using var device = new TestDevice();
        Given.Suspended(device, new Delegating().Temporary(7200));
        device.Reboot(TimeSpan.FromMinutes(10));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        Assert.AreEqual(200, device.Manage("b.example", Dm.Get("./SCM/x"))[0].Status, Given.Log(device));
    }

    [TestMethod]
    public void Off_time_counts_when_the_clock_becomes_trusted_between_opening_and_start_DEL_212_DEL_292()
    {
        using var device = new TestDevice();
        var suspended = Given.Suspended(device, new Delegating().Temporary(86_400));
        var other = new Delegating("8XK3", b: "d.example").KnownB().Temporary(86_400);
        other["Policy/OnTimeUnknown"] = "budget";
        other.Scope[0] = new("./Net", "Get+Replace");
        Given.Active(device, other);
        var time = device.Durable.Clock.HighWater;

        var untrusted = new ClockReading(DateTimeOffset.UnixEpoch, false, 5_000, "another boot");
        var trusted = new ClockReading(time.AddHours(5), true, 5_001, "another boot");
        var state = device.Engine.Open(device.Durable, untrusted);
        var after = device.Engine.Handle(state, new Started(), trusted).State.Durable;
        foreach (var record in new[] { after.Records[suspended.Id], after.Records[other.Id] })
        {
            Assert.AreEqual(DelegationState.Active, record.State);
            Assert.IsGreaterThanOrEqualTo(5 * 3_600_000L - 60_000, record.Grant!.Life!.ElapsedMs(trusted), record.Id);
        }
    }
}
