using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.8: attacks in a live delegation.</summary>
[TestClass]
public sealed class AttackScenarios
{
    private const string AllOfA = "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example";

    [TestMethod]
    public void S_200_outside_the_scope_B_may_what_every_server_may_and_that_is_Get_DEL_325_DEL_330()
    {
        using var device = new TestDevice();
        Given.Active(device);
        var answers = device.Manage(
            Given.B,
            Dm.Get("./Net/eth0"), Dm.Replace("./Net/eth0", "down"), Dm.Add("./Net/n", "v"), Dm.Delete("./Net/eth0"), Dm.Exec("./Net/eth0"),
            Dm.Add("./New", "v"), Dm.AddNode("./NewNode"), Dm.Add("./Deep/er/leaf", "v"), Dm.Get("."), Dm.Get("./DevInfo/Man"), Dm.Get(".?list=StructData"));
        Assert.AreSequenceEqual([425, 425, 425, 425, 425, 425, 425, 425, 200, 200, 200], Given.Statuses(answers));
        var listed = answers[^1].Results.Select(item => item.Source!.LocURI).ToList();
        Assert.IsTrue(listed.Contains("./SCM/dir/leaf") && listed.Contains("./DevInfo/Man"), string.Join(' ', listed));
        Assert.IsFalse(
            listed.Any(uri => uri.StartsWith("./Net", StringComparison.Ordinal) || uri.StartsWith("./Rogue", StringComparison.Ordinal) || uri.StartsWith("./DMAcc/a", StringComparison.Ordinal)),
            string.Join(' ', listed));
        Assert.AreEqual("up", device.ValueOf("./Net/eth0"));
        Assert.IsFalse(device.Exists("./New") || device.Exists("./NewNode") || device.Exists("./Deep"));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void S_201_B_replaces_no_ACL_of_its_scope_DEL_322(bool guest)
    {
        using var device = guest ? new TestDevice() : Given.WithKnownB();
        Given.Active(device, guest ? null : new Delegating().KnownB());
        var active = device.Scheme();
        var answers = device.Manage(
            Given.B, Dm.Replace("./SCM?prop=ACL", "Get=*&Replace=b.example"), Dm.Replace("./SCM/x?prop=ACL", "Get=b.example"), Dm.Replace("./SCM/dir?prop=ACL", ""), Dm.Get("./SCM?prop=ACL"));
        Assert.AreSequenceEqual([425, 425, 425, 200], Given.Statuses(answers));
        Assert.AreEqual(active, device.Scheme());
    }

    [TestMethod]
    public void S_202_a_guest_of_a_full_delegation_gains_no_hold_on_accounts_DEL_321_DEL_323_DEL_324()
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        Given.Active(device, new Delegating { ["Server/Name"] = "B" }.Full());
        var active = device.Scheme();
        const string Own = "./DMAcc/d-7QK2";
        var refused = device.Manage(
            Given.B,
            Dm.AddNode("./DMAcc/evil"), Dm.Add("./DMAcc/evil/ServerID", "evil.example"), Dm.Replace("./DMAcc/a/AppAuth/s/AAuthSecret", "known to B"),
            Dm.Replace("./DMAcc/a?prop=Name", "z"), Dm.Replace(Own + "/AppAddr/1/Addr", "https://elsewhere.example/dm"), Dm.Replace(Own + "/ServerID", "a.example"),
            Dm.Replace(Own + "/AAuthPref", "DIGEST"), Dm.Replace(Own + "?prop=ACL", "Get=*"), Dm.Add(Own + "/AppAddr/2/Addr", "https://x.example"), Dm.Delete(Own));
        Assert.IsTrue(refused.All(outcome => outcome.Status is 425 or 405), string.Join(' ', Given.Statuses(refused)));
        Assert.AreEqual(active, device.Scheme());
        var allowed = device.Manage(Given.B, Dm.Replace(Own + "/AAuthPref", "HMAC"), Dm.Replace(Own + "/Name", "Company B"), Dm.Replace(Own + "/AppAuth/s/AAuthSecret", "rotated by B, 32 octets of it ..."));
        Assert.AreSequenceEqual([200, 200, 200], Given.Statuses(allowed));
    }

    [TestMethod]
    public void S_203_nothing_is_copied_out_of_what_B_may_not_read_or_into_the_protected_set_DEL_326()
    {
        using var device = new TestDevice(setup => setup.Nodes.Add(("./SCM/z", "", "z")));
        var delegation = Given.Active(device, new Delegating { ["Server/Name"] = "B" });
        var active = device.Scheme();
        var answers = device.Manage(
            Given.B, Dm.Copy("./Net/secret", "./SCM/z"), Dm.Copy("./SCM/z", "./DMAcc/a/AppAddr/1/Addr"), Dm.Copy("./SCM/z", "./DMAcc/d-7QK2/Name"),
            Dm.Copy("./DevInfo/DevId", "./SCM/z"), Dm.Copy("./SCM/x", "./SCM/z"), Dm.Copy(delegation.Uri + "/State", "./SCM/z"));
        Assert.AreSequenceEqual([425, 425, 425, 425, 200, 405], Given.Statuses(answers));
        Assert.AreEqual(active, device.Scheme());
        Assert.AreEqual("1", device.ValueOf("./SCM/z"));
    }

    [TestMethod]
    public void S_204_the_scope_root_and_what_is_above_it_stay_where_they_are_DEL_141()
    {
        using var device = new TestDevice(setup => setup.Acl("./SCM", AllOfA.Replace("Delete=a.example", "Delete=a.example+d.example", StringComparison.Ordinal)));
        var delegation = new Delegating();
        delegation.Scope.Clear();
        delegation.Scope.Add(new("./SCM/dir", "Add+Delete+Exec+Get+Replace"));
        Given.Active(device, delegation);
        var since = device.Log.Count;
        int[] answers =
        [
            .. Given.Statuses(device.Manage(Given.B, Dm.Replace("./SCM/dir?prop=Name", "mine"), Dm.Delete("./SCM/dir"))),
            .. Given.Statuses(device.Manage(Given.A, Dm.Replace("./SCM?prop=Name", "away"), Dm.Delete("./SCM"))),
            .. Given.Statuses(device.Manage(Given.D, Dm.Delete("./SCM"))),
        ];
        Assert.AreSequenceEqual([405, 405, 405, 405, 405], answers);
        Assert.AreSequenceEqual(["127", "127", "127", "127", "127"], Given.Reasons(device, since));
        Assert.IsTrue(device.Exists("./SCM/dir/leaf"));
    }

    [TestMethod]
    public void S_207_B_writes_nothing_of_its_record_and_D_does_not_see_it_DEL_081_DEL_083()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device, new Delegating { ["SubDelegation"] = "0", ["Expiry/NotAfter"] = "20300105T000000Z" }.Temporary(86_400));
        var record = device.Record(delegation.Id);
        var writes = device.Manage(
            Given.B,
            Dm.Replace(delegation.Uri + "/Expiry/NotAfter", "20300104T000000Z"), Dm.Replace(delegation.Uri + "/Expiry/MaxSeconds", "99", "int"),
            Dm.Replace(delegation.Uri + "/State", "4", "int"), Dm.Replace(delegation.Uri + "/Scope/1/URI", "./Net"), Dm.Add(delegation.Uri + "/Scope/2/URI", "./Net"),
            Dm.Replace(delegation.Uri + "/SubDelegation", "2", "int"));
        Assert.AreSequenceEqual([405, 405, 405, 405, 405, 405], Given.Statuses(writes));
        Assert.AreSequenceEqual(record.Leaves.Values.SelectMany(leaf => leaf.Octets.ToArray()), device.Record(delegation.Id).Leaves.Values.SelectMany(leaf => leaf.Octets.ToArray()));
        Assert.AreEqual(record.State, device.Record(delegation.Id).State);
        var reads = device.Manage(
            Given.D, Dm.Get(delegation.Uri), Dm.Get(delegation.Uri + "/State"), Dm.Get(delegation.Uri + "/Server/ServerID?prop=ACL"), Dm.Get("./Delegation"), Dm.AddNode(delegation.Uri),
            Dm.Delete(delegation.Uri), delegation.Operation("Revoke"));
        Assert.AreSequenceEqual([404, 404, 404, 200, 418, 404, 404], Given.Statuses(reads));
        Assert.DoesNotContain(delegation.Id, reads[3].Text, "not listed");
    }

    [TestMethod]
    [DataRow("Add=a.example&Delete=a.example+b.example&Get=a.example&Replace=a.example")]
    [DataRow("Add=a.example&Delete=*&Get=a.example&Replace=a.example")]
    public void S_212_a_wider_ACL_does_not_widen_the_record_DEL_320(string acl)
    {
        using var device = new TestDevice(setup => setup.Acl("./SCM/x", acl));
        var delegation = new Delegating();
        delegation.Scope.Clear();
        delegation.Scope.Add(new("./SCM", "Get+Replace"));
        Given.Active(device, delegation);
        var answers = device.Manage(Given.B, Dm.Get("./SCM/x"), Dm.Replace("./SCM/x", "by B"), Dm.Delete("./SCM/x"));
        Assert.AreSequenceEqual([200, 200, 425], Given.Statuses(answers));
        Assert.IsTrue(device.Exists("./SCM/x"));
    }

    [TestMethod]
    public void S_213_in_a_full_exclusive_delegation_A_keeps_Get_at_the_root_and_the_protected_set_DEL_126_DEL_331()
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        Given.Active(device, new Delegating().Full());
        var acl = device.AclOf(".");
        var answers = device.Manage(
            Given.A,
            Dm.Add("./New", "v"), Dm.AddNode("./NewNode"), Dm.Replace(".?prop=ACL", "Add=*&Get=*&Replace=a.example"), Dm.Replace("./SCM?prop=ACL", "Get=a.example"),
            Dm.Replace("./SCM/x", "by A"), Dm.Get("./SCM/x"), Dm.Replace("./Vendor/Trust/anchor", "anchor-2"));
        Assert.AreSequenceEqual([425, 425, 425, 425, 425, 200, 200], Given.Statuses(answers));
        Assert.AreEqual(acl, device.AclOf("."));
        Assert.Contains("Add=*", acl);
        Assert.AreEqual("anchor-2", device.ValueOf("./Vendor/Trust/anchor"));
        Assert.AreSequenceEqual([425, 425], Given.Statuses(device.Manage(Given.B, Dm.Replace("./Vendor/Trust/anchor", "by B"), Dm.Delete("./Vendor"))));
    }

    [TestMethod]
    public void S_214_who_may_add_accounts_may_not_choose_a_name_that_means_something_DEL_341()
    {
        using (var factory = new TestDevice())
        {
            Assert.AreEqual(425, factory.Manage(Given.D, Dm.Add("./DMAcc/n/ServerID", "nobody.example"))[^1].Status);
        }

        using var device = new TestDevice(setup =>
        {
            setup.Acl("./DMAcc", "Get=*&Add=home.example+d.example&Delete=home.example&Replace=home.example");
            setup.Acl("./Rogue", "Add=d.example&Delete=d.example&Get=d.example+named.example&Replace=d.example");
        });
        var ended = Given.Pending(device, new Delegating("OLD", b: "gone.example"));
        Assert.AreEqual(200, device.Manage(Given.A, ended.Operation("Cancel"))[^1].Status);
        Given.Pending(device);
        var answers = device.Manage(
            Given.D,
            Dm.Add("./DMAcc/n1/ServerID", "a.example"), Dm.Add("./DMAcc/n2/ServerID", "b.example"), Dm.Add("./DMAcc/n3/ServerID", "named.example"),
            Dm.Add("./DMAcc/n4/ServerID", "gone.example"), Dm.Add("./DMAcc/n5/ServerID", "nobody.example"), Dm.Replace("./DMAcc/d/ServerID", "nobody2.example"));
        Assert.AreSequenceEqual([403, 403, 403, 403, 200, 405], Given.Statuses(answers));
        Assert.IsTrue(device.Exists("./DMAcc/n5") && !device.Exists("./DMAcc/n1") && !device.Exists("./DMAcc/n4"));
        Assert.AreEqual("d.example", device.ValueOf("./DMAcc/d/ServerID"));
    }

    [TestMethod]
    [DataRow(DelegationState.Staged)]
    [DataRow(DelegationState.Pending)]
    [DataRow(DelegationState.Active)]
    [DataRow(DelegationState.Suspended)]
    public void S_215_naming_the_home_authority_as_B_does_not_freeze_it_DEL_058_DEL_141_DEL_340(DelegationState state)
    {
        using var device = new TestDevice();
        var delegation = new Delegating("ROGUE", Given.D, Given.Home).KnownB();
        delegation = state == DelegationState.Suspended ? delegation.Temporary(3600) : delegation;
        delegation.Scope.Clear();
        delegation.Scope.Add(new("./Rogue", "Add+Delete+Get+Replace"));
        _ = state switch
        {
            DelegationState.Staged => device.Manage(Given.D, delegation.Ask(), delegation.Build(start: false)).Count > 0,
            DelegationState.Pending => Given.Pending(device, delegation) is not null,
            DelegationState.Active => Given.Active(device, delegation) is not null,
            _ => Given.Suspended(device, delegation) is not null,
        };
        Assert.AreEqual(state, device.Record(delegation.Id).State);
        var answers = device.Manage(
            Given.Home,
            Dm.Get("./DevInfo/Man"), Dm.Replace("./DevInfo/Man", "by the owner"), Dm.Replace("./DevInfo?prop=ACL", "Get=*&Replace=home.example"),
            Dm.Replace("./Net?prop=ACL", AllOfA), Dm.Replace("./DMAcc/a/AppAddr/1/Addr", "https://a.example/dm2"), Dm.Replace("./DMAcc/home/AAuthPref", "HMAC"),
            Dm.Replace("./DMAcc/d?prop=ACL", "Get=d.example&Replace=d.example"), Dm.Add("./DMAcc/n/ServerID", "nobody.example"), Dm.Delete("./DMAcc/n"), Dm.Add("./Fresh", "v"));
        Assert.AreSequenceEqual(Enumerable.Repeat(200, 10), Given.Statuses(answers), Given.Log(device));
        Assert.AreSequenceEqual([200, 200], Given.Statuses(device.Manage(Given.Home, Dm.Replace("./Rogue?prop=ACL", "Get=*&Delete=home.example"), Dm.Delete("./Rogue"))));
        Assert.IsFalse(device.Exists("./Rogue"));
        if (state != DelegationState.Staged)
        {
            Given.Ended(device, delegation.Id, state == DelegationState.Pending ? DelegationState.Cancelled : DelegationState.Revoked, 187);
        }
    }
}
