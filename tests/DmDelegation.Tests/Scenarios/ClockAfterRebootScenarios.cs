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
}
