using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.6: revocation, relinquishing, failure.</summary>
[TestClass]
public sealed class EndScenarios
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void S_150_A_cancels_while_Pending_DEL_260(bool temporary)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = Given.Pending(device, temporary ? new Delegating().Temporary(3600) : new Delegating());
        Assert.AreNotEqual(home, device.Scheme());
        Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Cancel"))[^1].Status);
        Given.Ended(device, delegation.Id, DelegationState.Cancelled, 175);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_151_A_revokes_and_every_later_command_of_B_in_its_session_is_refused_DEL_266_DEL_334()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = Given.Active(device);
        device.Open(Given.B, _ => [Dm.Replace("./SCM/x", "by B")], _ => [Dm.Replace("./SCM/x", "too late"), Dm.Get("./SCM/x"), Dm.Get("./DevInfo/Man")]);
        device.Exchange(Given.B);
        device.Open(Given.A, _ => [delegation.Operation("Revoke"), Dm.Replace("./SCM/dir/leaf", "A again")]);
        device.Exchange(Given.A);
        device.Pump();
        Assert.AreSequenceEqual([200, 425, 425, 425], Given.Statuses(device.Servers[Given.B].Outcomes));
        Assert.AreSequenceEqual([200, 200], Given.Statuses(device.Servers[Given.A].Outcomes), "the rights of A are back for its very next command");
        Assert.IsTrue(device.Servers[Given.B].AbortedByDevice);
        Assert.AreEqual("End", device.Servers[Given.B].Alerts[^1].Event, "DEL-247");
        Assert.AreEqual("by B", device.ValueOf("./SCM/x"));
        Given.Ended(device, delegation.Id, DelegationState.Revoked, 180);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_152_A_revokes_between_two_messages_of_B_and_waits_for_nobody_DEL_098_DEL_268()
    {
        using var device = Given.WithKnownB();
        var home = device.Scheme();
        var delegation = Given.Active(device, new Delegating().KnownB());
        device.Open(Given.B, _ => [Dm.Replace("./SCM/x", "by B")], _ => [Dm.Replace("./SCM/x", "too late"), Dm.Get("./DevInfo/Man")]);
        device.Exchange(Given.B);
        device.Open(Given.A, _ => [delegation.Operation("Revoke")]);
        device.Exchange(Given.A);
        Given.Ended(device, delegation.Id, DelegationState.Revoked, 180);
        Assert.AreEqual(home, device.Scheme(), "done at once, while the session of B goes on");
        device.Pump();
        Assert.AreSequenceEqual([200], Given.Statuses(device.Servers[Given.A].Outcomes));
        Assert.AreSequenceEqual([200, 425, 200], Given.Statuses(device.Servers[Given.B].Outcomes), "a known B keeps what it has at home");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void S_156_B_relinquishes_and_A_hears_of_it_DEL_265(bool guest)
    {
        using var device = guest ? new TestDevice() : Given.WithKnownB();
        var home = device.Scheme();
        var delegation = Given.Active(device, guest ? null : new Delegating().KnownB());
        Assert.AreEqual(200, device.Manage(Given.B, delegation.Operation("Relinquish"))[0].Status);
        Given.Ended(device, delegation.Id, DelegationState.Relinquished, 182);
        Assert.AreEqual(home, device.Scheme());
        device.Advance(TimeSpan.FromMinutes(2));
        var end = device.Servers[Given.A].Alerts.Single(alert => alert.Event == "End");
        Assert.AreEqual(("182", "14"), (end.Element("Reason"), end.Element("State")));
    }

    [TestMethod]
    public void S_159_Delete_of_an_active_record_is_Revoke_DEL_263()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = Given.Active(device);
        Assert.AreEqual(200, device.Manage(Given.A, Dm.Delete(delegation.Uri))[^1].Status);
        Given.Ended(device, delegation.Id, DelegationState.Revoked, 180);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_160_after_Revoke_A_starts_again_with_a_new_id_DEL_271()
    {
        using var device = new TestDevice();
        var first = Given.Active(device);
        device.Manage(Given.A, first.Operation("Revoke"));
        Assert.AreEqual(418, device.Manage(Given.A, Dm.AddNode(first.Uri))[^1].Status, "the old id is burnt");
        device.Servers.Remove(Given.B);
        Given.Active(device, new Delegating("SECOND"));
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Replace("./SCM/x", "by B"))[^1].Status);
    }

    [TestMethod]
    public void S_161_B_that_never_calls_again_stays_until_A_revokes_DEL_273()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = Given.Active(device);
        device.Servers[Given.B].Reachable = false;
        device.Advance(TimeSpan.FromDays(100));
        Given.Ended(device, delegation.Id, DelegationState.Active, 0);
        Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Revoke"))[^1].Status);
        Given.Ended(device, delegation.Id, DelegationState.Revoked, 180);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_163_a_guest_cannot_delete_the_account_of_A_DEL_275_DEL_323()
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        Given.Active(device, new Delegating().Full());
        var active = device.Scheme();
        Assert.AreEqual(405, device.Manage(Given.B, Dm.Delete("./DMAcc/a"))[^1].Status);
        Assert.AreEqual(active, device.Scheme());
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
    }

    [TestMethod]
    public void S_165_what_B_did_to_values_stays_and_B_is_in_no_ACL_it_was_not_in_before_DEL_136_DEL_137_DEL_193_DEL_328()
    {
        using var device = new TestDevice(setup => setup.Acl("./Rogue", "Get=b.example+d.example&Replace=d.example"));
        var home = device.Scheme();
        var delegation = new Delegating();
        delegation.Scope.Add(new("./Net", "Add+Delete+Get"));
        Given.Active(device, delegation);
        var done = device.Manage(
            Given.B, Dm.Add("./SCM/added", "v"), Dm.Replace("./SCM/x", "changed"), Dm.Delete("./SCM/dir/leaf"), Dm.AddNode("./Net/made"), Dm.AddNode("./SCM/plain"));
        Assert.AreSequenceEqual([200, 200, 200, 200, 200], Given.Statuses(done));
        Assert.AreEqual("", device.AclOf("./SCM/plain"), "with Replace on the parent no value arises (ACL-040)");
        Assert.AreEqual("Add=b.example&Delete=b.example&Replace=b.example", device.AclOf("./Net/made"), "creator rights (ACL-042)");
        device.Manage(Given.A, delegation.Operation("Revoke"));
        Assert.AreEqual(home, device.Scheme());
        Assert.Contains("b.example", device.AclOf("./Rogue"), "no removal of the Server Identifier (ACL-047)");
        Assert.AreEqual(("v", "changed"), (device.ValueOf("./SCM/added"), device.ValueOf("./SCM/x")));
        Assert.IsTrue(!device.Exists("./SCM/dir/leaf") && device.Exists("./Net/made") && device.Exists("./SCM/plain"));
    }

    [TestMethod]
    public void S_166_the_ACL_comes_back_on_a_node_that_B_renamed_DEL_135_DEL_327()
    {
        const string Own = "Add=a.example&Delete=a.example+d.example&Get=a.example&Replace=a.example";
        using var device = new TestDevice(setup =>
        {
            setup.Acl("./SCM/dir", Own);
            setup.Nodes.Add(("./SCM/gone", Own, null));
        });
        var delegation = Given.Active(device);
        Assert.Contains("b.example", device.AclOf("./SCM/dir"));
        var done = device.Manage(Given.B, Dm.Replace("./SCM/dir?prop=Name", "moved"), Dm.Delete("./SCM/gone"));
        Assert.AreSequenceEqual([200, 200], Given.Statuses(done));
        Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Revoke"))[^1].Status);
        Assert.AreEqual(Own, device.AclOf("./SCM/moved"));
        Assert.IsFalse(device.Exists("./SCM/gone"));
        Assert.DoesNotContain("b.example", device.Scheme());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void S_169_a_terminal_record_goes_and_its_tombstone_with_the_voucher_stays_DEL_168_DEL_194_DEL_263_DEL_290(bool deleted)
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device, new Delegating { Signed = true });
        device.Manage(Given.A, delegation.Operation("Revoke"));
        device.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(10));
        Assert.IsTrue(device.Durable.Records.ContainsKey(delegation.Id));
        if (deleted)
        {
            Assert.AreEqual(200, device.Manage(Given.A, Dm.Delete(delegation.Uri))[^1].Status);
        }
        else
        {
            device.Advance(TimeSpan.FromMinutes(20));
        }

        Assert.IsFalse(device.Durable.Records.ContainsKey(delegation.Id));
        var tombstone = device.Durable.Tombstones[delegation.Id];
        Assert.AreEqual((DelegationState.Revoked, 180, Given.A, Given.B), (tombstone.State, tombstone.Reason, tombstone.By, tombstone.To));
        Assert.IsFalse(tombstone.Voucher.IsEmpty);
        Assert.AreSequenceEqual(delegation.BindingHash(), tombstone.BindingHash.ToArray());
        Assert.AreSequenceEqual([404, 418], Given.Statuses(device.Manage(Given.A, Dm.Get(delegation.Uri), Dm.AddNode(delegation.Uri))));
    }

    [TestMethod]
    public void S_170_what_A_wrote_into_ACLs_of_a_shared_scope_stays_without_B_DEL_135()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device, new Delegating { ["Control"] = "shared" });
        var done = device.Manage(
            Given.A,
            Dm.Replace("./SCM?prop=ACL", "Add=a.example&Delete=a.example&Exec=a.example+b.example&Get=a.example+b.example+d.example&Replace=a.example+b.example"),
            Dm.Replace("./SCM/dir?prop=ACL", "Get=a.example+b.example&Replace=a.example+d.example"));
        Assert.AreSequenceEqual([200, 200], Given.Statuses(done));
        device.Manage(Given.A, delegation.Operation("Revoke"));
        Assert.AreEqual("Add=a.example&Delete=a.example&Exec=a.example&Get=a.example+d.example&Replace=a.example", device.AclOf("./SCM"));
        Assert.AreEqual("Get=a.example&Replace=a.example+d.example", device.AclOf("./SCM/dir"));
    }

    [TestMethod]
    public void S_171_an_ACL_entry_that_waited_for_the_name_of_B_gives_a_guest_nothing_DEL_330()
    {
        using var device = new TestDevice(setup => setup.Acl("./Net", "Get=a.example+b.example&Replace=a.example+b.example&Add=b.example&Delete=b.example&Exec=b.example"));
        Given.Active(device);
        var answers = device.Manage(
            Given.B, Dm.Get("./Net/eth0"), Dm.Replace("./Net/eth0", "down"), Dm.Add("./Net/n", "v"), Dm.Delete("./Net/eth0"), Dm.Exec("./Net/eth0"), Dm.Get("./SCM/x"));
        Assert.AreSequenceEqual([425, 425, 425, 425, 425, 200], Given.Statuses(answers));
    }

    [TestMethod]
    public void S_172_a_wildcard_does_not_widen_the_rights_of_the_record_DEL_330()
    {
        using var device = new TestDevice(setup => setup.Nodes.Add(("./SCM/open", "Get=a.example&Replace=*&Exec=*&Delete=*", "o")));
        var delegation = new Delegating();
        delegation.Scope.Clear();
        delegation.Scope.Add(new("./SCM", "Get"));
        Given.Active(device, delegation);
        var answers = device.Manage(Given.B, Dm.Get("./SCM/open"), Dm.Replace("./SCM/open", "b"), Dm.Exec("./SCM/open"), Dm.Delete("./SCM/open"));
        Assert.AreSequenceEqual([200, 425, 425, 425], Given.Statuses(answers));
        Assert.AreEqual("o", device.ValueOf("./SCM/open"));
    }
}
