using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Engine.Guard;

[TestClass]
public sealed class ProtectedSetTests
{
    private const string AllOfA = "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example";

    [TestMethod]
    [DataRow("./Vendor/Trust/anchor", false)]
    [DataRow("./Vendor/Trust", false)]
    [DataRow("./Inbox", false)]
    [DataRow("./DevInfo/DevId", false)]
    [DataRow("./DMAcc", false)]
    [DataRow("./DMAcc/a/AppAddr/1/Addr", false)]
    [DataRow("./Delegation", false)]
    [DataRow("./DevInfo/Man", true)]
    [DataRow("./SCM/x", true)]
    [DataRow("./Vendor", true)]
    [DataRow("./Vendor/Trusted", true)]
    [DataRow("./DMAccounts", true)]
    [DataRow("./inbox", true)]
    public void It_is_no_part_of_a_full_scope_and_nothing_else_is_missing_from_it_DEL_321(string uri, bool inScope)
    {
        using var device = FullDevice();
        Assert.AreEqual(inScope, device.Decide(Given.B, AccessOperation.Replace, uri).Allowed);
    }

    [TestMethod]
    [DataRow("./Vendor/Trust")]
    [DataRow("./Vendor/Trust/anchor")]
    [DataRow("./DMAcc")]
    [DataRow("./DevInfo/DevId")]
    public void No_scope_entry_lies_in_it_DEL_109(string uri)
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        var delegation = new Delegating();
        delegation.Scope.Clear();
        delegation.Scope.Add(new(uri, "Get"));
        Assert.AreEqual(403, device.Manage(Given.A, delegation.Ask(), delegation.Build())[^1].Status);
        Given.Ended(device, delegation.Id, DelegationState.Failed, 121);
    }

    [TestMethod]
    public void A_command_on_a_whole_subtree_does_not_take_it_along_DEL_321_DEL_325()
    {
        using var device = FullDevice();
        var answers = device.Manage(Given.B, Dm.Delete("./Vendor"), Dm.Replace("./Vendor?prop=Name", "Seller"), Dm.Delete("./SCM"));
        Assert.AreSequenceEqual([425, 405, 200], Given.Statuses(answers));
        Assert.AreEqual("anchor-1", device.ValueOf("./Vendor/Trust/anchor"));
    }

    [TestMethod]
    public void A_keeps_there_what_it_had_DEL_122()
    {
        using var device = FullDevice();
        Assert.IsTrue(device.Decide(Given.A, AccessOperation.Replace, "./Vendor/Trust/anchor").Allowed);
        Assert.IsFalse(device.Decide(Given.A, AccessOperation.Replace, "./Vendor/Trusted").Allowed);
    }

    private static TestDevice FullDevice()
    {
        var device = new TestDevice(setup =>
        {
            setup.AIsHomeAuthority();
            setup.Nodes.AddRange([("./Inbox", "", null), ("./inbox", "", null), ("./DMAccounts", "", null), ("./Vendor/Trusted", "", "t")]);
            setup.Acl("./DevInfo", AllOfA);
        });
        Given.Active(device, new Delegating().Full());
        return device;
    }
}
