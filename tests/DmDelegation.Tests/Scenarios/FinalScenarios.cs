using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.1, 17.3, 17.6: final delegations.</summary>
[TestClass]
public sealed class FinalScenarios
{
    private const string Account = "./DMAcc/d-7QK2";
    private const string AllOfB = "Add=b.example&Delete=b.example&Exec=b.example&Get=b.example&Replace=b.example";

    private static TestDevice OfA() => new(setup => setup.AIsHomeAuthority());

    [TestMethod]
    public void Partial_and_final_S_009_DEL_025_DEL_130_DEL_183_DEL_262()
    {
        using var device = new TestDevice();
        var delegation = device.Finalise(new Delegating().Final());
        Assert.AreEqual(AllOfB, device.AclOf("./SCM"));
        Assert.IsFalse(device.Durable.IsGuest(Given.B), "its account is a home account");
        var undo = device.Record("7QK2").Grant!.Undo;
        Assert.IsTrue(undo is { Entries.IsEmpty: true, NamedBefore.IsEmpty: true, Closed: true }, "there is nothing to go back to");
        Assert.IsTrue(device.Record("7QK2").Grant!.SealedProofKey.IsEmpty);
        foreach (var operation in Enum.GetValues<AccessOperation>())
        {
            Assert.IsFalse(device.Decide(Given.A, operation, "./SCM/dir/leaf").Allowed, operation.ToString());
        }

        var since = device.Log.Count;
        device.Manage(Given.A, delegation.Operation("Revoke"), Dm.Get(delegation.Uri + "/State")).Answers(405, 200);
        Assert.AreSequenceEqual(["190"], Given.Reasons(device, since));
        Assert.AreEqual(("4", "final"), (device.Servers[Given.A].Of("Session").Single().Element("State"), device.Servers[Given.A].Of("Session").Single().Element("Type")));
        Assert.AreEqual("4", device.Servers[Given.B].Of("Session").Single().Element("State"));
    }

    [TestMethod]
    public void An_owner_is_no_guest_DEL_130_DEL_322_DEL_323_DEL_330()
    {
        using var device = new TestDevice();
        device.Finalise(new Delegating().Final());
        device.Manage(
            Given.B,
            Dm.Replace("./SCM/dir?prop=ACL", "Get=d.example&Replace=b.example"), // ACLs in its own scope
            Dm.Add("./planted", "by the wildcard of the root"),
            Dm.Replace("./Net/eth0", "still not its own"),
            Dm.Replace("./Net?prop=ACL", "Get=b.example"),
            Dm.AddNode("./DMAcc/friend")).Answers(200, 200, 425, 425, 425);
        device.Manage(Given.D, Dm.Get("./SCM/dir/leaf")).Answers(200);
    }

    [TestMethod]
    public void Wildcards_give_A_nothing_back_DEL_129_DEL_130()
    {
        using var device = new TestDevice(setup => setup.Acl("./SCM", "Add=*&Delete=*&Exec=*&Get=*&Replace=*"));
        device.Finalise(new Delegating().Final());
        foreach (var operation in Enum.GetValues<AccessOperation>())
        {
            Assert.IsFalse(device.Decide(Given.A, operation, "./SCM/dir").Allowed, operation.ToString());
        }

        device.Manage(Given.A, Dm.Replace("./SCM/x", "A"), Dm.Get("./SCM/x"), Dm.Get("./Net/eth0")).Answers(425, 425, 200);
        device.Manage(Given.D, Dm.Replace("./SCM/x", "D")).Answers(200);
    }

    [TestMethod]
    public void A_node_on_which_only_A_reads_and_B_is_named_already_loses_A_too_DEL_130()
    {
        using var device = new TestDevice(setup =>
        {
            setup.Known.Add(Given.B);
            setup.Nodes.Add(("./SCM/seen", "Get=a.example+b.example", "x"));
        });
        device.Finalise(new Delegating().KnownB().Final());
        Assert.AreEqual("Get=b.example", device.AclOf("./SCM/seen"));
    }

    [TestMethod]
    public void Full_and_final_B_is_in_the_place_of_A_S_010_DEL_068_DEL_130_DEL_338()
    {
        using var device = OfA();
        var delegation = Given.Pending(device, new Delegating().Full().Final());
        device.Rotate(delegation);
        device.Servers[Given.A].Reachable = false; // its notices wait
        var devId = device.AclOf("./DevInfo/DevId");
        device.Manage(Given.B, delegation.Confirming()).Answers(200, 200);

        Assert.AreEqual("Add=*&Get=*&Replace=b.example&Delete=b.example&Exec=b.example", device.AclOf("."));
        Assert.AreEqual("Get=*&Add=b.example&Delete=b.example&Replace=b.example", device.AclOf("./DMAcc"));
        Assert.AreEqual(devId, device.AclOf("./DevInfo/DevId"), "nobody's");
        Assert.AreEqual("Add=*&Get=*", device.AclOf("./Delegation"));
        Assert.IsTrue(device.Durable.IsHomeAuthorityOfRoot(device.Engine.Options, Given.B));
        Assert.IsFalse(device.Durable.IsHomeAuthorityOfRoot(device.Engine.Options, Given.A));
        Assert.DoesNotContain(Given.A, string.Join('\n', device.Acls().Split('\n').Where(line => !line.StartsWith("./DevInfo/DevId ", StringComparison.Ordinal))));

        Assert.IsNotEmpty(device.Durable.Outbox.Values.Where(entry => entry.Target == Given.A));
        device.Manage(
            Given.B, Dm.AddNode("./DMAcc/new"), Dm.Add("./DMAcc/new/ServerID", "new.example"), Dm.Replace("./Vendor/Trust/anchor", "renewed"), Dm.Delete("./DMAcc/a")).Answers(200, 200, 200, 200);
        Assert.AreEqual(0, device.AccountsOf(Given.A));
        Assert.IsEmpty(device.Durable.Outbox.Values.Where(entry => entry.Target == Given.A));
        Assert.IsNotEmpty(device.Log.Where(line => line.Code == LogCodes.AckGivenUp).ToList());
        Assert.AreEqual(DelegationState.Finalised, device.Record("7QK2").State, "row 48");
        device.Manage(Given.B, Dm.Replace("./SCM/x", "owner"), Dm.Delete(Account)).Answers(200, 405);
    }

    [TestMethod]
    public void Without_rotation_there_is_no_finality_S_083_DEL_183()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, new Delegating().Final());
        var since = device.Log.Count;
        device.Manage(Given.B, delegation.Confirming()).Answers(200, 425);
        Assert.AreSequenceEqual(["174"], Given.Reasons(device, since));
        Assert.AreEqual((DelegationState.Pending, 0), (device.Record("7QK2").State, device.Record("7QK2").Grant!.BadAttempts));

        // Nor in the session that rotates, which A could still be playing (DEL-182).
        var own = OwnSecrets.Random();
        device.Manage(Given.B, _ => own.Replacing(Account), _ => [Dm.Get(delegation.Uri + "/Confirm/Challenge")], before => [delegation.Operation("Confirm", delegation.Proof(before[^1].Octets))])
            .Answers(200, 200, 200, 425);

        // Nor in one on the old secrets after that, nor with one of the two.
        var b = device.Servers[Given.B];
        device.Manage(Given.B, delegation.Confirming()).Answers(200, 425);
        b.ServerInner = ScriptedServer.Inner(Given.B, System.Text.Encoding.UTF8.GetBytes(own.Server));
        device.Manage(Given.B, delegation.Confirming()).Answers(200, 425);
        own.Use(b);
        device.Manage(Given.B, delegation.Confirming()).Answers(200, 200);
        Assert.AreEqual(DelegationState.Finalised, device.Record("7QK2").State);
    }

    [TestMethod]
    public void What_A_does_to_ACLs_before_the_point_of_no_return_leaves_it_nothing_DEL_130()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, new Delegating().Final());
        device.Rotate(delegation);
        device.Manage(
            Given.A,
            Dm.Replace("./SCM/dir?prop=ACL", "Get=a.example&Replace=a.example"), // a value of its own
            Dm.Replace("./SCM/x?prop=ACL", "Get=a.example+d.example&Replace=a.example&Exec=a.example"),
            Dm.Replace("./SCM?prop=ACL", "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example")).Answers(200, 200, 200); // B is out
        device.Finalise(delegation);
        Assert.AreEqual(AllOfB, device.AclOf("./SCM"));
        Assert.AreEqual("Get=b.example&Replace=b.example", device.AclOf("./SCM/dir"));
        Assert.AreEqual("Get=d.example&Exec=b.example&Replace=b.example", device.AclOf("./SCM/x"));
        foreach (var operation in Enum.GetValues<AccessOperation>())
        {
            Assert.IsFalse(device.Decide(Given.A, operation, "./SCM/dir/leaf").Allowed, operation.ToString());
        }
    }

    [TestMethod]
    public void What_A_unsets_at_the_root_of_the_scope_leaves_it_nothing_DEL_130()
    {
        using var device = new TestDevice(setup =>
        {
            setup.Acl("./Vendor", "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example");
            setup.Nodes.Add(("./Vendor/part", "", null));
        });
        var delegation = new Delegating().Final();
        delegation.Scope[0] = new("./Vendor/part", "Get+Replace");
        Given.Pending(device, delegation);
        device.Rotate(delegation);
        device.Manage(Given.A, Dm.Replace("./Vendor/part?prop=ACL", "")).Answers(200);
        device.Finalise(delegation);
        Assert.AreEqual("Get=b.example&Replace=b.example", device.AclOf("./Vendor/part"));
    }

    [TestMethod]
    public void Two_owners_do_not_get_into_each_others_way_DEL_125_DEL_332()
    {
        using var device = new TestDevice(setup =>
        {
            setup.AIsHomeAuthority();
            setup.Known.Add("c.example");
        });
        device.Finalise(new Delegating("FIRST", b: "c.example").KnownB().Final());
        device.Finalise(new Delegating().Full().Final());
        for (var again = 0; again < 2; again++)
        {
            device.Manage("c.example", Dm.Replace("./SCM/dir?prop=ACL", "Get=d.example&Replace=c.example")).Answers(200);
        }

        device.Manage(
            Given.B, Dm.Replace("./SCM/dir?prop=ACL", "Get=b.example"), Dm.Replace("./SCM?prop=ACL", "Get=b.example"), Dm.Delete("./SCM"), Dm.Delete("./DMAcc/c"), Dm.Replace("./Net/eth0", "B"))
            .Answers(405, 405, 405, 405, 200);
    }

    [TestMethod]
    public void A_known_B_confirms_on_its_own_credentials_and_everybody_else_is_locked_out_of_its_account_DEL_183_DEL_339()
    {
        using var device = Given.WithKnownB();
        device.Manage(Given.Home, Dm.Replace("./DMAcc/b/AppAddr/1/Addr", "https://b.example/dm")).Answers(200);
        device.Finalise(new Delegating().KnownB().Final());
        device.Manage(Given.Home, Dm.Replace("./DMAcc/b/AppAddr/1/Addr", "https://home.example/dm"), Dm.Delete("./DMAcc/b")).Answers(405, 405);
        device.Manage(Given.B, Dm.Replace("./SCM?prop=ACL", "Get=b.example&Replace=b.example"), Dm.Delete("./DMAcc/b")).Answers(200, 405);
    }

    [TestMethod]
    public void Until_it_is_confirmed_A_cancels_S_175_DEL_260()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = Given.Pending(device, new Delegating().Final());
        device.Rotate(delegation);
        device.Manage(Given.A, delegation.Operation("Cancel")).Answers(200);
        Given.Ended(device, "7QK2", DelegationState.Cancelled, 175);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void B_delegates_back_to_A_but_not_for_good_S_158_DEL_052_DEL_065_DEL_070()
    {
        using var device = new TestDevice(setup => setup.Delegation = setup.Delegation with { FinalAllowed = [Given.A, Given.B] });
        device.Finalise(new Delegating().Final());
        var back = Given.Active(device, new Delegating("BACK", Given.B, Given.A).KnownB());
        device.Manage(Given.A, Dm.Replace("./SCM/x", "A again"), Dm.Replace("./SCM?prop=ACL", "Get=a.example")).Answers(200, 405);
        device.Manage(Given.B, back.Operation("Revoke")).Answers(200);
        Assert.AreEqual(AllOfB, device.AclOf("./SCM"));

        device.StartFails(new Delegating("FORGOOD", Given.B, Given.A).KnownB().Final(), 403, 125);
    }

    [TestMethod]
    public void B_delegates_on_with_a_depth_of_its_own_S_190_DEL_068()
    {
        using var device = new TestDevice();
        device.Finalise(new Delegating().Final());
        var on = new Delegating("ON", Given.B, Given.D) { ["SubDelegation"] = "2" }.KnownB();
        on.Scope[0] = new("./SCM/dir", "Get+Replace");
        Given.Active(device, on);
        Assert.AreEqual("", device.Record("ON").Grant!.Parent, "what B owns it does not hold by a record");
        device.Manage(Given.D, Dm.Replace("./SCM/dir/leaf", "D")).Answers(200);
        device.Manage(Given.B, Dm.Replace("./SCM/dir/leaf", "B"), on.Operation("Revoke"), Dm.Replace("./SCM/dir/leaf", "B")).Answers(425, 200, 200);
    }

    [TestMethod]
    public void B_deletes_what_it_owns_and_nobody_else_does_S_195_DEL_141()
    {
        using var device = new TestDevice();
        device.Finalise(new Delegating().Final());
        device.Manage(Given.A, Dm.Delete("./SCM")).Answers(405);
        device.Manage(Given.Home, Dm.Delete("./SCM")).Answers(405);
        device.Manage(Given.B, Dm.Delete("./SCM")).Answers(200);
        Assert.IsFalse(device.Exists("./SCM"));
        Assert.AreEqual(DelegationState.Finalised, device.Record("7QK2").State);
    }

    [TestMethod]
    public void It_outlives_restart_and_reboot_with_its_lock_row_50_DEL_332()
    {
        using var device = new TestDevice();
        device.Finalise(new Delegating().Final());
        var scheme = device.Scheme();
        device.Restart();
        device.Reboot(TimeSpan.FromDays(400), clockTrusted: false);
        device.Reboot(TimeSpan.FromDays(400));
        Assert.AreEqual((DelegationState.Finalised, scheme), (device.Record("7QK2").State, device.Scheme()));
        device.Manage(Given.A, Dm.Replace("./SCM?prop=ACL", "Get=a.example")).Answers(405);
        device.Manage(Given.B, Dm.Replace("./SCM/x", "owner")).Answers(200);
    }

    [TestMethod]
    public void What_the_delegation_skipped_stays_out_of_it_DEL_125_DEL_130_DEL_332()
    {
        const string ofD = "Get=d.example&Replace=d.example";
        using var device = new TestDevice(setup => setup.Nodes.Add(("./SCM/d", ofD, "of D")));
        device.Finalise(new Delegating().Final());
        Assert.AreEqual(1, device.Record("7QK2").Grant!.Undo.Skipped.Length);
        device.Manage(Given.B, Dm.Replace("./SCM/d", "B")).Answers(425);
        device.Manage(Given.D, Dm.Replace("./SCM/d", "D")).Answers(200);
        Assert.AreEqual(ofD, device.AclOf("./SCM/d"));
    }

    [TestMethod]
    [DataRow("before")]
    [DataRow("after")]
    public void Power_cut_around_the_final_commit_S_226_DEL_130_DEL_183(string when)
    {
        using var device = OfA();
        var home = device.Scheme();
        var delegation = Given.Pending(device, new Delegating().Full().Final());
        device.Rotate(delegation);
        device.CrashAt = when == "before" ? CrashPoint.C8BeforeT2Commit : CrashPoint.C11AfterFinalCommit;
        Assert.ThrowsExactly<PowerCutException>(() => device.Manage(Given.B, delegation.Confirming()));
        device.Restart();
        if (when == "before")
        {
            Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
            device.Manage(Given.A, delegation.Operation("Cancel")).Answers(200);
            Assert.AreEqual(home, device.Scheme());
            return;
        }

        // C11: it is final, whatever B has heard.
        Assert.AreEqual(DelegationState.Finalised, device.Record("7QK2").State);
        device.Manage(Given.B, delegation.Confirming()).Answers(200, 200);
        device.Manage(Given.A, delegation.Operation("Cancel")).Answers(405);
        Assert.AreEqual("Add=*&Get=*&Replace=b.example&Delete=b.example&Exec=b.example", device.AclOf("."));
        device.Advance(TimeSpan.FromMinutes(5));
        Assert.IsNotEmpty(device.Servers[Given.A].Of("Session").ToList());
        Assert.IsNotEmpty(device.Servers[Given.B].Of("Session").ToList());
    }
}
