using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.1: types and normal course.</summary>
[TestClass]
public sealed class NormalCourseScenarios
{
    [TestMethod]
    public void S_001_A_builds_the_record_and_starts_it_DEL_095_DEL_122_DEL_127_DEL_132_DEL_241()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        var answers = device.Manage("a.example", delegation.Ask(), delegation.Build());
        Assert.AreEqual(200, answers[^1].Status, string.Join('\n', device.Log.Select(line => line.Text)));
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
    }
}
