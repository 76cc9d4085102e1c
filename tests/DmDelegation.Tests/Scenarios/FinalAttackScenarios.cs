using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.6 and 17.8: what is final is not taken back, and an account in use is nobody else's; who may give away for ever.</summary>
[TestClass]
public sealed class FinalAttackScenarios
{
    private const string Account = "./DMAcc/d-7QK2";

    [TestMethod]
    public void Nothing_takes_back_what_is_final_S_157_DEL_262_DEL_265_DEL_332_DEL_339()
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        var delegation = new Delegating().Final();
        delegation.Scope[0] = new("./SCM/dir", "Add+Delete+Exec+Get+Replace");
        device.Finalise(delegation);
        var (scheme, record, since) = (device.Scheme(), device.Record("7QK2"), device.Log.Count);

        device.Manage(Given.B, delegation.Operation("Relinquish"), delegation.Operation("Revoke"), Dm.Delete(Account), Dm.Delete(delegation.Uri)).Answers(405, 405, 405, 405);
        device.Manage(
            Given.A,
            Dm.Delete(delegation.Uri), delegation.Operation("Cancel"), delegation.Operation("Reduce", "1"), delegation.Operation("Relinquish"),
            Dm.Replace("./SCM/dir?prop=ACL", "Get=a.example&Replace=a.example"), Dm.Delete("./SCM"), Dm.Replace("./SCM?prop=Name", "z"), Dm.Delete("./SCM/dir"),
            Dm.Replace(Account + "?prop=ACL", "Get=*&Replace=a.example"), Dm.Replace(Account + "/AppAddr/1/Addr", "https://a.example/b"),
            Dm.Replace(Account + "/AppAuth/s/AAuthSecret", "a secret of A, long enough"), Dm.Replace(Account + "?prop=Name", "z"), Dm.Delete(Account), Dm.Delete("./DMAcc"))
            .Answers(405, 405, 405, 405, 405, 405, 405, 405, 405, 405, 405, 405, 405, 405);
        Assert.AreSequenceEqual(
            ["190", "190", "127", "190", "190", "190", "190", "190", "190", "127", "127", "127", "127", "127", "127", "127", "127", "0"], Given.Reasons(device, since));
        Assert.AreEqual((scheme, record), (device.Scheme(), device.Record("7QK2")));

        // A's parent right on the node below as well, and the account of A: its end changes nothing (row 48).
        device.Manage(Given.A, Dm.Replace("./SCM/dir/leaf?prop=ACL", "Get=a.example")).Answers(405);
        device.Manage(Given.A, Dm.Delete("./DMAcc/a")).Answers(200);
        Assert.AreEqual(DelegationState.Finalised, device.Record("7QK2").State);
        device.Manage(Given.B, Dm.Replace("./SCM/dir/leaf", "owner")).Answers(200);
    }

    [TestMethod]
    public void The_lock_holds_the_ACLs_against_a_third_server_with_a_right_of_its_own_DEL_332()
    {
        using var device = new TestDevice(setup => setup.Acl("./SCM", "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example+d.example"));
        device.Finalise(new Delegating().Final());
        var since = device.Log.Count;
        device.Manage(Given.D, Dm.Replace("./SCM/x", "D may write (DEL-333)"), Dm.Replace("./SCM/dir?prop=ACL", "Get=d.example"), Dm.Replace("./SCM?prop=ACL", "Replace=d.example")).Answers(200, 405, 405);
        Assert.AreSequenceEqual(["190", "190"], Given.Reasons(device, since));

        // A delegate of B may, where it holds Replace at home.
        var on = new Delegating("ON", Given.B, Given.D).KnownB();
        on.Scope[0] = new("./SCM/dir", "Get");
        on["Control"] = "shared";
        Given.Active(device, on);
        device.Manage(Given.D, Dm.Replace("./SCM/dir?prop=ACL", "Get=d.example+b.example&Replace=b.example")).Answers(200);
    }

    [TestMethod]
    public void The_owner_has_its_account_in_hand_but_not_its_name_and_not_its_end_DEL_324_DEL_339()
    {
        using var device = new TestDevice();
        device.Finalise(new Delegating().Final());
        device.Manage(
            Given.B,
            Dm.Replace(Account + "/AppAddr/1/Addr", "https://b.example/elsewhere"), Dm.Replace(Account + "/AppAuth/c/AAuthName", "dev-43"),
            Dm.Replace(Account + "?prop=ACL", "Add=b.example&Delete=b.example&Get=b.example&Replace=b.example"), Dm.Add(Account + "/Name", "B"),
            Dm.Replace(Account + "/ServerID", "other.example"), Dm.Delete(Account)).Answers(200, 200, 200, 200, 405, 405);
    }

    [TestMethod]
    public void The_account_of_a_guest_is_nobody_elses_S_216_DEL_339()
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        var delegation = Given.Active(device);
        var (scheme, since) = (device.Scheme(), device.Log.Count);
        Command[] attempts =
        [
            Dm.Replace(Account + "?prop=ACL", "Get=*"), Dm.Replace(Account + "/AppAddr/1/Addr", "https://a.example/dm"),
            Dm.Replace(Account + "/AppAuth/s/AAuthSecret", "a secret of A, long enough"), Dm.Replace(Account + "?prop=Name", "z"), Dm.Delete(Account),
        ];
        device.Manage(Given.A, attempts).Answers(405, 405, 405, 405, 405);
        Assert.AreSequenceEqual(["127", "127", "127", "127", "127"], Given.Reasons(device, since));
        Assert.AreEqual(scheme, device.Scheme());
        Assert.AreEqual(DelegationState.Active, device.Record(delegation.Id).State);
    }

    [TestMethod]
    public void Who_holds_it_by_a_delegation_does_not_give_it_away_for_ever_DEL_065()
    {
        using var device = new TestDevice(setup => setup.Delegation = setup.Delegation with { FinalAllowed = [Given.A, Given.B] });
        Given.Active(device, new Delegating { ["SubDelegation"] = "1" });
        device.StartFails(new Delegating("CHILD", Given.B, Given.D).KnownB().Final(), 403, 125);
    }

    [TestMethod]
    public void Who_is_not_named_in_finalAllowed_does_not_either_DEL_065()
    {
        using var device = new TestDevice();
        var delegation = new Delegating("9ZZZ", Given.D).Final();
        delegation.Scope[0] = new("./Rogue", "Get+Replace");
        device.StartFails(delegation, 403, 125);
    }

    [TestMethod]
    [DataRow("acl")]
    [DataRow("record")]
    [DataRow("tombstone")]
    [DataRow("guest")]
    public void A_name_that_something_waits_for_is_given_an_account_for_ever_by_the_home_authority_only_DEL_065(string where)
    {
        foreach (var homeAuthority in new[] { false, true })
        {
            using var device = new TestDevice(setup =>
            {
                if (homeAuthority)
                {
                    setup.AIsHomeAuthority();
                }

                if (where == "acl")
                {
                    setup.Nodes.Add(("./Waiting", "Get=b.example&Replace=b.example", "x"));
                }
            });
            var delegation = new Delegating().Final();
            if (where is "record" or "guest" or "tombstone")
            {
                var other = new Delegating("OTHER");
                other.Scope[0] = new("./Net", "Get");
                Given.Active(device, other);
                if (where == "tombstone")
                {
                    device.Manage(Given.A, other.Operation("Revoke")).Answers(200);
                    device.Servers.Remove(Given.B);
                }
                else
                {
                    delegation = new Delegating().KnownB().Final();
                }
            }

            if (homeAuthority)
            {
                device.StartAccepted(delegation);
            }
            else
            {
                device.StartFails(delegation, 403, 125);
            }
        }
    }

    [TestMethod]
    public void What_is_owned_is_no_conflict_for_the_rest_DEL_052_DEL_065()
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        device.Finalise(new Delegating().Final());
        var full = Given.Active(device, new Delegating("FULL", Given.A, Given.D).KnownB().Full());
        Assert.AreEqual("Add=b.example&Delete=b.example&Exec=b.example&Get=b.example&Replace=b.example", device.AclOf("./SCM"));
        device.Manage(Given.D, Dm.Replace("./SCM/x", "D"), Dm.Replace("./Net/eth0", "D")).Answers(425, 200);
        device.Manage(Given.A, full.Operation("Revoke")).Answers(200);
    }

    [TestMethod]
    public void The_home_authority_deletes_no_scope_root_by_the_right_of_the_record_that_ends_with_it_DEL_141()
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        var lent = new Delegating("LENT", Given.D, Given.A) { ["Control"] = "shared" }.KnownB();
        lent.Scope[0] = new("./Rogue", "Add+Delete+Get+Replace");
        Given.Active(device, lent);
        Assert.IsFalse(device.Decide(Given.A, DmDelegation.Tree.AccessOperation.Delete, "./Rogue").Allowed);
        device.Manage(Given.A, Dm.Delete("./Rogue/n"), Dm.Delete("./Rogue")).Answers(200, 425);
        Assert.AreEqual(DelegationState.Active, device.Record("LENT").State);
    }

    [TestMethod]
    public void A_value_that_has_no_room_for_B_is_found_at_Start_DEL_118_DEL_130()
    {
        var longName = "b" + new string('b', 200) + ".example";
        using var device = new TestDevice(setup =>
        {
            setup.AIsHomeAuthority();
            var others = string.Join('+', Enumerable.Range(0, 90).Select(i => $"server-number-{i:D3}-with-a-long-name.example"));
            setup.Acl("./Vendor/Trust", $"Get=a.example+{others}&Replace=a.example");
        });
        device.StartFails(new Delegating(b: longName).Full().Final(), 420, 160);
    }

    [TestMethod]
    public void Nobody_but_A_and_B_sees_the_record_of_what_is_final_DEL_081()
    {
        using var device = new TestDevice();
        var delegation = device.Finalise(new Delegating().Final());
        device.Manage(Given.D, delegation.Operation("Revoke"), Dm.Get(delegation.Uri + "/State")).Answers(404, 404);
    }
}
