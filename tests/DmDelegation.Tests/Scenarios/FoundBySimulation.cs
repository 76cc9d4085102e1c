using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>What the simulation has found in the agent, each as short as it can be told.</summary>
[TestClass]
public sealed class FoundBySimulation
{
    // Seed 155: B's session was open and B had not answered yet when its delegation ended.
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Secrets_of_an_ended_delegation_open_nothing_in_a_session_begun_before_DEL_193_DEL_320(bool delegatedAgain)
    {
        using var device = new TestDevice();
        var first = Given.Pending(device);
        device.Open(Given.B, _ => [Dm.Get("./DevInfo/Man"), Dm.Add("./planted", "by B")]);
        device.Handle(new LocalEnd(first.Id));
        var second = new Delegating("8XK3");
        if (delegatedAgain)
        {
            Assert.AreEqual(200, device.ManageAlone(Given.A, second.Ask(), second.Build())[^1].Status, Given.Log(device));
        }

        device.Pump();
        Assert.IsFalse(device.Exists("./planted"));
        Assert.IsTrue(device.Servers[Given.B].Outcomes.All(outcome => outcome.Status != 200), Given.Log(device));
        Assert.AreEqual(delegatedAgain, device.Durable.Records.GetValueOrDefault(second.Id)?.State == DelegationState.Pending, "nobody has proved the second key");
    }

    // Seed 106: A was B of another delegation that began while its own exclusive one held its name back.
    [TestMethod]
    public void What_an_exclusive_delegation_holds_back_is_home_right_to_any_other_DEL_058_DEL_136()
    {
        using var device = new TestDevice(setup => setup.Nodes.AddRange([("./SCM/y", "Get=*&Replace=a.example", null), ("./SCM/y/leaf", "", "4")]));
        var home = device.Scheme();
        var ofA = Given.Active(device);
        var ofHome = new Delegating("8XK3", Given.Home, Given.A).KnownB();
        ofHome.Scope[0] = new("./SCM", "Get");
        ofHome["Control"] = "shared";
        Given.Active(device, ofHome);
        Assert.AreEqual(200, device.Manage(Given.A, ofA.Operation("Revoke"))[0].Status);
        Assert.AreEqual("Get=*&Replace=a.example", device.AclOf("./SCM/y"));

        Assert.AreEqual(200, device.Manage(Given.Home, ofHome.Operation("Revoke"))[0].Status);
        Assert.AreEqual(home, device.Scheme());
    }

    // Seeds 235 and 347: somebody wrote an ACL value into a subtree that T1 had skipped.
    [TestMethod]
    public void A_value_written_into_a_skipped_subtree_does_not_bring_it_into_the_scope_DEL_125_DEL_340()
    {
        const string withD = "Exec=d.example&Get=a.example&Replace=a.example";
        using var device = new TestDevice(setup => setup.Nodes.Add(("./SCM/y", "Get=*&Replace=a.example", null)));
        var delegation = new Delegating("8XK3", Given.Home, Given.D).KnownB();
        delegation.Scope[0] = new("./SCM", "Get");
        delegation["Control"] = "shared";
        Given.Active(device, delegation);
        Assert.AreEqual(200, device.Manage(Given.A, Dm.Replace("./SCM/x?prop=ACL", withD))[0].Status);
        Assert.AreEqual(406, device.Manage(Given.D, Dm.Exec("./SCM/x"))[0].Status, "allowed, and nothing to execute");

        Assert.AreEqual(200, device.Manage(Given.Home, delegation.Operation("Revoke"))[0].Status);
        Assert.AreEqual(withD, device.AclOf("./SCM/x"));
    }

    // Seed 30: the later delegation had to write out what it inherited, and with it the rights of the earlier one's B.
    [TestMethod]
    public void Rights_that_another_delegation_wrote_out_end_with_their_own_DEL_053_DEL_123_DEL_136()
    {
        using var device = new TestDevice(setup => setup.Nodes.AddRange([("./Rogue/dir", "", null), ("./Rogue/dir/leaf", "", "6")]));
        var home = device.Scheme();
        var toA = new Delegating("8XK3", Given.D, Given.A).KnownB();
        toA.Scope[0] = new("./Rogue", "Add+Get+Replace");
        toA["Control"] = "shared";
        Given.Active(device, toA);
        var toB = new Delegating("9ZK4", Given.D, Given.B);
        toB.Scope[0] = new("./Rogue/dir", "Add+Get");
        toB["Control"] = "shared";
        Given.Active(device, toB);

        Assert.AreEqual(200, device.Manage(Given.D, toA.Operation("Revoke"))[0].Status);
        Assert.AreEqual(425, device.Manage(Given.A, Dm.Replace("./Rogue/dir/leaf", "still of A"))[0].Status);
        Assert.AreEqual("Add=d.example+b.example&Delete=d.example&Get=d.example+b.example&Replace=d.example", device.AclOf("./Rogue/dir"));
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Get("./Rogue/dir/leaf"))[0].Status);

        Assert.AreEqual(200, device.Manage(Given.D, toB.Operation("Revoke"))[0].Status);
        Assert.AreEqual(home, device.Scheme());
    }
}
