using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>What hostile reading has found in the agent, each as short as it can be told.</summary>
[TestClass]
public sealed class FoundByReview
{
    private const string EndOfTime = "99991231T235959Z";

    [TestMethod]
    public void A_time_at_the_end_of_the_calendar_stops_nobody_DEL_204_DEL_292_DEL_295()
    {
        using var device = new TestDevice();
        var delegation = new Delegating { ["Expiry/Now"] = EndOfTime };
        Given.Active(device, delegation);
        Assert.AreEqual(200, device.Manage(Given.A, Dm.Replace(delegation.Uri + "/Expiry/Now", EndOfTime))[0].Status);

        device.Advance(TimeSpan.FromMinutes(3));
        device.Restart();
        device.Reboot(TimeSpan.FromDays(2), clockTrusted: false);
        device.Reboot(TimeSpan.FromDays(2));

        Assert.AreEqual(DelegationState.Active, device.Record(delegation.Id).State);
        Assert.AreEqual(200, device.Manage(Given.D, Dm.Replace("./Rogue/n", "works"))[0].Status);
        Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Revoke"))[0].Status);
    }

    // A child wrote the inherited value out on a protected root that came after T1 of its parent; the parent puts it back.
    [TestMethod]
    [DataRow("Revoke")]
    [DataRow("Reduce")]
    public void What_a_child_hands_over_as_it_ends_is_put_back_by_its_parent_DEL_058_DEL_122_DEL_135_DEL_321(string operation)
    {
        using var device = new TestDevice(setup =>
        {
            setup.Known.Add(Given.B);
            setup.Protected.Add("./SCM/Trust");
            setup.Acl("./SCM", "Add=a.example+home.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example+home.example");
        });
        var home = device.Scheme();
        var parent = Chains.Parent().KnownB();
        parent.Scope.Add(new("./Net", "Get"));
        Given.Active(device, parent);
        Assert.AreEqual(200, device.Manage(Given.Home, Dm.AddNode("./SCM/Trust"))[0].Status, Given.Log(device));
        var child = Chains.Child();
        child.Scope[0] = child.Scope[0] with { Uri = "./SCM" };
        Given.Active(device, child);
        Assert.Contains(Given.B, device.AclOf("./SCM/Trust") ?? "", "the child's T1 wrote it out");

        Assert.AreEqual(200, device.Manage(Given.A, parent.Operation(operation, operation == "Reduce" ? "1" : null))[0].Status, Given.Log(device));

        Assert.AreEqual(DelegationState.Revoked, device.Record(child.Id).State);
        Assert.IsFalse(device.AclOf("./SCM/Trust")?.Contains(Given.B, StringComparison.Ordinal) ?? false, device.AclOf("./SCM/Trust"));
        if (operation == "Revoke")
        {
            Assert.AreEqual(home, string.Join('\n', device.Scheme().Split('\n').Where(line => !line.StartsWith("./SCM/Trust", StringComparison.Ordinal))));
        }
    }

    [TestMethod]
    public void Ended_records_are_shown_as_long_as_their_tombstones_are_kept_DEL_194()
    {
        using var device = new TestDevice(setup => setup.Delegation = setup.Delegation with { MaxTombstones = 16 });
        for (var n = 0; n < 20; n++)
        {
            device.Advance(TimeSpan.FromMinutes(10));
            device.Start(new Delegating($"FAILS{n}") { ["DurationType"] = "permanent" });
        }

        Assert.HasCount(16, device.Durable.Records);
        Assert.HasCount(16, device.Durable.Tombstones);
        Assert.IsFalse(device.Durable.Records.ContainsKey("FAILS0"));
    }

    // A, and anybody else with Replace on the parent, came out of the final lock as soon as B delegated anything to it.
    [TestMethod]
    [DataRow(Given.A)]
    [DataRow(Given.D)]
    public void What_B_lends_of_a_final_scope_opens_the_lock_nowhere_DEL_262_DEL_332(string delegated)
    {
        using var device = new TestDevice(setup => setup.RootAcl = $"Add=*&Get=*&Replace=home.example+{delegated}");
        device.Finalise(new Delegating().Final());
        var acl = device.AclOf("./SCM");
        var back = new Delegating("BACK", Given.B, delegated).KnownB();
        back.Scope[0] = new("./SCM/x", "Get");
        back["Control"] = "shared";
        Given.Active(device, back);

        Assert.AreEqual(405, device.Manage(delegated, Dm.Replace("./SCM?prop=ACL", $"Get={delegated}&Replace={delegated}"))[^1].Status, Given.Log(device));
        Assert.AreEqual(acl, device.AclOf("./SCM"));
    }

    // Past its point of no return a program outlives B; an ACL that grants to everybody does not bring B back.
    [TestMethod]
    public void What_was_started_by_a_delegation_that_has_ended_writes_nothing_by_rights_of_everybody_DEL_218_DEL_329()
    {
        using var device = new TestDevice(setup =>
        {
            Programs.Bind(setup);
            setup.Acl("./SCM", "Add=*&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example");
        });
        var delegation = Given.Active(device);
        device.Manage(Given.B, Dm.Exec(Programs.Fetch, "./SCM/new")).Answers(202);
        var number = device.Started().Single().Number;
        device.AtPoint(number);
        device.Manage(Given.A, delegation.Operation("Revoke")).Answers(200);
        device.Ends(number, 0, "of B");

        Assert.IsFalse(device.Exists("./SCM/new"));
        var report = device.Servers[Given.A].Results().Single();
        Assert.AreEqual(("Failure", "425"), (report.Element("Result"), report.Element("Status")));
    }

    [TestMethod]
    public void What_ran_before_a_factory_reset_writes_nothing_into_the_factory_scheme_DEL_277_DEL_329()
    {
        using var device = new TestDevice(Programs.Bind);
        device.Manage(Given.A, Dm.Exec(Programs.Fetch, "./SCM/x")).Answers(202);
        var number = device.Started().Single().Number;
        device.AtPoint(number);
        device.FactoryReset();
        device.Ends(number, 0, "of before");
        Assert.AreEqual("1", device.ValueOf("./SCM/x"));
        Assert.IsEmpty(device.Durable.Operations);
    }

    // Nothing was owed but the End, and that waited behind the alert that B had just refused.
    [TestMethod]
    public void A_guest_that_refuses_an_alert_still_hears_of_the_end_and_is_cut_off_DEL_217_DEL_247()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device);
        var b = device.Servers[Given.B];
        b.AlertStatusOf = alert => alert.Items[0].Meta!.Type!.EndsWith("/End", StringComparison.Ordinal) ? 200 : 500;
        b.OnMessage = message =>
        {
            if (message.Commands.Any(command => command is Alert { Code: AlertCode.GenericAlert }))
            {
                b.OnMessage = null;
                device.ManageAlone(Given.A, _ => [delegation.Operation("Revoke")]).Answers(200);
            }
        };
        device.Manage(Given.B, (Batch[])[]);
        Assert.AreEqual("End", b.Alerts[^1].Event, Given.Log(device));
        Assert.IsTrue(b.AbortedByDevice);
    }
}
