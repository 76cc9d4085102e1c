using System.Text;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Delegation.Start;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>What a server may write into a record without stopping the agent.</summary>
[TestClass]
public sealed class HostileInputScenarios
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Times_at_the_end_of_the_calendar_are_an_invalid_expiry_DEL_208(bool clockTrusted)
    {
        using var device = new TestDevice(setup => setup.ClockTrusted = clockTrusted);
        device.StartFails(
            new Delegating { ["Expiry/NotAfter"] = "99991231T235959Z", ["Expiry/Now"] = "99991231T235959Z" }.Temporary(3600),
            ReasonCode.ExpiryInvalid.Status,
            130);
    }
}
