using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.1, the scenarios about single nodes of the scope and about the protected set in it.</summary>
[TestClass]
public sealed class TreatedNodeScenarios
{
    [TestMethod]
    public void S_014_A_root_without_a_value_gets_the_inherited_one_in_full_and_B_DEL_123_DEL_126()
    {
        using var device = new TestDevice(setup =>
        {
            setup.AIsHomeAuthority();
            setup.Acl("./SCM", "");
        });
        var home = device.Scheme();
        var delegation = new Delegating();
        device.StartAccepted(delegation);
        Assert.AreEqual("Add=*&Get=*&Replace=a.example+b.example&Delete=a.example+b.example&Exec=a.example+b.example", device.AclOf("./SCM"));

        device.Confirm(delegation);
        Assert.AreEqual("Add=*&Get=*&Replace=b.example&Delete=b.example&Exec=b.example", device.AclOf("./SCM"));
        Assert.AreEqual(425, device.Manage("a.example", Dm.Add("./SCM/new", "of A"))[0].Status, "what comes from * is the guard's to refuse (DEL-129)");

        device.Manage("a.example", delegation.Operation("Revoke"));
        Assert.AreEqual("", device.AclOf("./SCM"));
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_015_A_node_with_an_own_value_that_names_A_is_treated_too_DEL_122()
    {
        using var device = new TestDevice(setup => setup.Acl("./SCM/x", "Replace=d.example+a.example&Get=a.example&Delete=d.example"));
        var home = device.Scheme();
        var delegation = new Delegating();
        device.StartAccepted(delegation);
        Assert.AreEqual("Replace=d.example+a.example+b.example&Get=a.example+b.example&Delete=d.example", device.AclOf("./SCM/x"));

        device.Confirm(delegation);
        Assert.AreEqual("Replace=d.example+b.example&Get=a.example+b.example&Delete=d.example", device.AclOf("./SCM/x"));

        device.Manage("a.example", delegation.Operation("Revoke"));
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_016_A_node_of_D_alone_is_left_alone_and_counted_DEL_125_DEL_333()
    {
        const string ofD = "Delete=d.example&Get=d.example&Replace=d.example";
        using var device = new TestDevice(setup => setup.Nodes.Add(("./SCM/y", ofD, "9")));
        var home = device.Scheme();
        var delegation = new Delegating();
        device.StartAccepted(delegation);
        Assert.AreEqual(ofD, device.AclOf("./SCM/y"));
        Assert.AreEqual("1", device.Servers["a.example"].Of("Ack").Single().AclAttribute("skipped"));

        var b = device.Confirm(delegation, _ => [Dm.Replace("./SCM/y", "of B"), Dm.Get("./SCM/y")]);
        CollectionAssert.AreEqual(new[] { 425, 425 }, b.Outcomes.Skip(1).Select(outcome => outcome.Status).ToArray());
        Assert.AreEqual(200, device.Manage("d.example", Dm.Replace("./SCM/y", "of D"))[0].Status);
        Assert.AreEqual("of D", device.ValueOf("./SCM/y"));

        device.Manage("a.example", delegation.Operation("Revoke"));
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_017_TStamp_and_VerNo_move_on_nodes_whose_ACL_changes_DEL_140()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        var (scm, net) = (device.NodeAt("./SCM"), device.NodeAt("./Net"));

        void AssertMoved(string step)
        {
            var now = device.NodeAt("./SCM");
            Assert.IsGreaterThan(scm.VerNo, now.VerNo, step);
            Assert.IsGreaterThan(scm.TStamp, now.TStamp, step);
            scm = now;
            Assert.AreEqual((net.VerNo, net.TStamp), (device.NodeAt("./Net").VerNo, device.NodeAt("./Net").TStamp), "no ACL of it changed");
        }

        device.Pass(10_000);
        device.StartAccepted(delegation);
        AssertMoved("T1");
        device.Pass(10_000);
        device.Confirm(delegation);
        AssertMoved("T2");
        device.Pass(10_000);
        device.Manage("a.example", delegation.Operation("Revoke"));
        AssertMoved("T3");
    }

    [TestMethod]
    public void S_018_A_record_over_two_messages_with_implicit_interior_nodes_starts_the_same_DEL_090()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        var answers = device.Manage(
            "a.example",
            delegation.Ask(),
            before =>
            {
                delegation.Learn(before);
                return [.. delegation.Adds().Take(7)];
            },
            _ => [.. delegation.Adds().Skip(7), delegation.Start()]);

        Assert.IsTrue(answers.All(answer => answer.Status == 200), device.LogText());
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
        Assert.AreEqual(NormalCourse.AllOfAAndB, device.AclOf("./SCM"));
        Assert.AreEqual(1, device.AccountsOf("b.example"));
        Assert.AreEqual("Success", device.Servers["a.example"].Of("Ack").Single().Element("Result"));
        device.Confirm(delegation);
    }

    [TestMethod]
    public void S_023_In_a_full_exclusive_one_A_keeps_the_protected_set_and_gets_it_back_as_it_was_DEL_022_DEL_122_DEL_135_DEL_321()
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        var home = device.Scheme();
        var delegation = new Delegating().Full();
        device.StartAccepted(delegation);
        var b = device.Confirm(delegation, _ => [Dm.Replace("./Vendor/Trust/anchor", "evil"), Dm.AddNode("./DMAcc/evil")]);
        CollectionAssert.AreEqual(new[] { 425, 425 }, b.Outcomes.Skip(1).Select(outcome => outcome.Status).ToArray());

        var answers = device.Manage("a.example", Dm.Replace("./Vendor/Trust/anchor", "anchor-2"), Dm.AddNode("./DMAcc/new"), Dm.Add("./DMAcc/new/ServerID", "new.example"));
        Assert.IsTrue(answers.All(answer => answer.Status == 200), device.LogText());
        Assert.AreEqual("anchor-2", device.ValueOf("./Vendor/Trust/anchor"));
        Assert.AreEqual(425, device.Manage("a.example", Dm.Replace("./SCM/x", "of A"))[0].Status);

        Assert.AreEqual(200, device.Manage("a.example", delegation.Operation("Revoke"))[0].Status);
        Assert.AreEqual(("", ""), (device.AclOf("./Vendor/Trust"), device.AclOf("./DevInfo/DevId")), "no value again");
        Assert.AreEqual(200, device.Manage("a.example", Dm.Delete("./DMAcc/new"))[0].Status);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_025_An_entry_above_a_protected_node_leaves_that_node_to_A_DEL_109_DEL_122_DEL_321()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating();
        delegation.Scope.Clear();
        delegation.Scope.Add(new("./Vendor", "Add+Delete+Exec+Get+Replace"));
        device.StartAccepted(delegation);
        var b = device.Confirm(delegation, _ =>
        [
            Dm.Add("./Vendor/new", "of B"),
            Dm.Replace("./Vendor/Trust/anchor", "evil"), Dm.Get("./Vendor/Trust/anchor"), Dm.Add("./Vendor/Trust/new", "evil"), Dm.Delete("./Vendor/Trust"),
        ]);

        var statuses = b.Outcomes.Skip(1).Select(outcome => outcome.Status).ToArray();
        CollectionAssert.AreEqual(new[] { 200, 425, 425, 425, 425 }, statuses, device.LogText());
        var answers = device.Manage("a.example", Dm.Replace("./Vendor/Trust/anchor", "anchor-2"), Dm.Add("./Vendor/second", "of A"));
        CollectionAssert.AreEqual(new[] { 200, 425 }, answers.Select(answer => answer.Status).ToArray());

        device.Manage("a.example", delegation.Operation("Revoke"));
        Assert.AreEqual(home, device.Scheme());
    }
}
