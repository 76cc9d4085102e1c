using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>What is counted, for whom, and in which commit.</summary>
[TestClass]
public sealed class CountingScenarios
{
    [TestMethod]
    public void A_failed_login_counts_for_every_delegation_that_waits_for_B_DEL_184()
    {
        using var device = Given.WithKnownB();
        var one = Given.Pending(device, new Delegating().KnownB());
        var other = new Delegating("8XK3").KnownB();
        other.Scope[0] = new("./Net", "Get");
        Given.Pending(device, other);
        device.Servers["b.example"].WrongCredential = true;
        for (var i = 0; i < 5; i++)
        {
            Assert.AreEqual(i, device.Record(other.Id).Grant!.BadAttempts);
            device.Manage("b.example", Dm.Get("./DevInfo/Man"));
        }

        Given.Ended(device, one.Id, DelegationState.Failed, 171);
        Given.Ended(device, other.Id, DelegationState.Failed, 171);
    }
}
