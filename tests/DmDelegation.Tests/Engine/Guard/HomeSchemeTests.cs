using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Engine.Guard;

/// <summary>What a known B holds at home, apart from what a record gave it (13.1, DEL-340).</summary>
[TestClass]
public sealed class HomeSchemeTests
{
    private const string Both = "Add=a.example+b.example&Delete=a.example+b.example&Exec=a.example+b.example&Get=a.example+b.example&Replace=a.example+b.example";

    [TestMethod]
    public void T3_takes_no_right_that_B_had_before_on_a_node_that_did_not_change_DEL_058_DEL_136()
    {
        using var device = new TestDevice(setup =>
        {
            setup.Known.Add(Given.B);
            setup.Acl("./SCM", Both);
            setup.Acl("./SCM/dir", "Get=a.example&Replace=b.example");
        });
        var home = device.Scheme();
        var delegation = new Delegating { ["Control"] = "shared" }.KnownB();
        delegation.Scope.Clear();
        delegation.Scope.Add(new("./SCM", "Get+Replace"));
        Given.Active(device, delegation);
        Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Revoke"))[^1].Status);
        Assert.AreEqual(home, device.Scheme());
        Assert.AreSequenceEqual([200, 200], Given.Statuses(device.Manage(Given.B, Dm.Replace("./SCM/x", "B"), Dm.Replace("./SCM?prop=ACL", Both))));
    }

    [TestMethod]
    public void T3_takes_no_right_that_B_had_in_the_protected_set_DEL_136_DEL_321()
    {
        using var device = new TestDevice(setup =>
        {
            setup.AIsHomeAuthority();
            setup.Known.Add(Given.B);
            setup.Acl("./Vendor/Trust", "Get=*&Replace=a.example+b.example");
        });
        var home = device.Scheme();
        var delegation = Given.Active(device, new Delegating().KnownB().Full());
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Replace("./Vendor/Trust/anchor", "B as before"))[0].Status);
        device.Manage(Given.A, delegation.Operation("Revoke"));
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void Creator_rights_are_no_home_rights_DEL_322_DEL_328()
    {
        using var device = Given.WithKnownB();
        var delegation = new Delegating().KnownB();
        delegation.Scope.Clear();
        delegation.Scope.Add(new("./SCM", "Add+Get"));
        Given.Active(device, delegation);
        Assert.AreEqual(200, device.Manage(Given.B, Dm.AddNode("./SCM/made"))[0].Status);
        Assert.Contains("Replace=b.example", device.AclOf("./SCM/made"));
        var answers = device.Manage(Given.B, Dm.Replace("./SCM/made?prop=ACL", "Get=*&Replace=accomplice.example"), Dm.Add("./SCM/made/leaf", "v"), Dm.Delete("./SCM/made"));
        Assert.AreSequenceEqual([425, 200, 425], Given.Statuses(answers));
    }

    [TestMethod]
    public void A_value_that_was_only_written_out_does_not_hide_what_B_would_inherit_DEL_123_DEL_340()
    {
        using var device = Given.WithKnownB();
        var delegation = new Delegating().KnownB().Temporary(3600);
        delegation.Scope.Clear();
        delegation.Scope.Add(new("./SCM/dir", "Get"));
        Given.Suspended(device, delegation);
        Assert.AreEqual(425, device.Manage(Given.B, Dm.Get("./SCM/dir/leaf"))[0].Status);
        Assert.AreEqual(200, device.Manage(Given.A, Dm.Replace("./SCM?prop=ACL", "Get=a.example+b.example&Replace=a.example"))[0].Status);
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Get("./SCM/dir/leaf"))[0].Status);
    }

    [TestMethod]
    public void A_uses_no_wildcard_in_the_scope_to_reach_an_ACL_that_was_skipped_DEL_129_DEL_331()
    {
        using var device = new TestDevice(setup =>
        {
            setup.Acl("./SCM", "Add=a.example&Get=a.example&Replace=*");
            setup.Acl("./SCM/dir", "Get=d.example");
        });
        Assert.AreEqual(200, device.Manage(Given.A, Dm.Replace("./SCM/dir?prop=ACL", "Get=d.example"))[0].Status);
        var delegation = new Delegating();
        delegation.Scope.Clear();
        delegation.Scope.Add(new("./SCM", "Get+Replace"));
        Given.Active(device, delegation);
        Assert.AreSequenceEqual([425, 200],
            [.. Given.Statuses(device.Manage(Given.A, Dm.Replace("./SCM/dir?prop=ACL", "Get=*"))), .. Given.Statuses(device.Manage(Given.D, Dm.Replace("./SCM/dir?prop=ACL", "Get=d.example")))]);
    }

    [TestMethod]
    public void What_B_writes_by_a_right_of_its_own_is_its_own_DEL_340()
    {
        using var device = new TestDevice(setup =>
        {
            setup.Known.Add(Given.B);
            setup.Acl("./SCM", "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example+b.example");
        });
        var delegation = Given.Active(device, new Delegating().KnownB());
        var answers = device.Manage(
            Given.B, Dm.Replace("./SCM?prop=ACL", "Get=a.example+b.example&Replace=a.example+b.example"), Dm.Replace("./SCM/dir?prop=ACL", "Get=b.example&Replace=b.example"));
        Assert.AreSequenceEqual([200, 200], Given.Statuses(answers));
        device.Manage(Given.A, delegation.Operation("Revoke"));
        Assert.AreEqual("Get=b.example&Replace=b.example", device.AclOf("./SCM/dir"));
        Assert.Contains("Get=a.example+b.example", device.AclOf("./SCM"));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_Delete_by_right_of_a_record_takes_along_only_what_is_in_the_scope_DEL_125_DEL_325(bool skipped)
    {
        using var device = new TestDevice(setup => setup.Acl("./SCM/dir/leaf", skipped ? "Get=d.example&Replace=d.example" : "Get=a.example&Delete=a.example"));
        Given.Active(device);
        Assert.AreEqual(skipped ? 425 : 200, device.Manage(Given.B, Dm.Delete("./SCM/dir"))[0].Status);
        Assert.AreEqual(skipped, device.Exists("./SCM/dir/leaf"));
    }
}
