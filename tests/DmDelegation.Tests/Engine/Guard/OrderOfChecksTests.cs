using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Engine.Guard;

/// <summary>Session principal and its state, guard, ACL, access type, execution: the first that denies gives the status (DEL-320).</summary>
[TestClass]
public sealed class OrderOfChecksTests
{
    [TestMethod]
    public void The_state_of_the_principal_comes_before_the_guard_DEL_175_DEL_320()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, new Delegating().Exec());
        var answers = device.Manage(Given.B, Dm.Delete("./SCM"), Dm.Get("./SCM/x"), Dm.Get(delegation.Uri + "/State"));
        Assert.AreSequenceEqual([425, 425, 200], Given.Statuses(answers));
        Assert.AreSequenceEqual(["173", "173"], Given.Reasons(device), "the same Delete is 405, 127 for one that is confirmed");
    }

    [TestMethod]
    public void The_guard_comes_before_the_ACL_DEL_141_DEL_320()
    {
        using var device = new TestDevice();
        Given.Active(device);
        var answers = device.Manage(Given.D, Dm.Delete("./SCM"), Dm.Delete("./Net"));
        Assert.AreSequenceEqual([405, 425], Given.Statuses(answers), "D has Delete on neither");
        Assert.AreSequenceEqual(["127", "0"], Given.Reasons(device));
    }

    [TestMethod]
    public void The_ACL_comes_before_the_access_type_DEL_320()
    {
        using var device = new TestDevice();
        const string Secret = "./DMAcc/a/AppAuth/s/AAuthSecret";
        Assert.AreEqual(425, device.Manage(Given.D, Dm.Get(Secret))[0].Status);
        Assert.AreEqual(405, device.Manage(Given.A, Dm.Get(Secret))[0].Status);
    }

    [TestMethod]
    public void The_access_type_comes_before_execution_DEL_320()
    {
        using var device = new TestDevice();
        Assert.AreSequenceEqual([405, 406], Given.Statuses(device.Manage(Given.A, Dm.Exec("./DMAcc/a/Name"), Dm.Exec("./SCM/x"))).Select(status => status == 404 ? 405 : status));
    }

    [TestMethod]
    public void A_server_whose_account_is_gone_is_no_principal_any_more_DEL_320()
    {
        using var device = new TestDevice();
        device.Open(Given.D, _ => [Dm.Get("./DevInfo/Man")], _ => [Dm.Get("./DevInfo/Man"), Dm.Add("./Late", "v")]);
        device.Exchange(Given.D);
        device.Open(Given.Home, _ => [Dm.Delete("./DMAcc/d")]);
        device.Exchange(Given.Home);
        device.Pump();
        Assert.AreSequenceEqual([200, 425, 425], Given.Statuses(device.Servers[Given.D].Outcomes));
        Assert.IsTrue(device.Servers[Given.D].AbortedByDevice);
        Assert.IsFalse(device.Exists("./Late"));
    }
}
