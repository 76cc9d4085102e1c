using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Scenarios;

/// <summary>Sub-delegation: what B may pass on, and who may take it back (17.7).</summary>
[TestClass]
public sealed class ChainScenarios
{
    private const string C = "c.example";
    private const string All = "Add+Delete+Exec+Get+Replace";

    [TestMethod]
    public void S_193_B_passes_on_a_node_whose_ACL_it_cannot_write_and_only_reads_there_DEL_060_DEL_110_DEL_322()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var parent = Given.Active(device, Chains.Parent());
        var lent = device.Scheme();
        var child = Given.Active(device, Chains.Child(uri: "./SCM/x"));

        Assert.AreSequenceEqual([200, 425, 200, 425], Given.Statuses(device.Manage(Given.B, Dm.Get("./SCM/x"), Dm.Replace("./SCM/x", "no"), Dm.Replace("./SCM/dir/leaf", "b"), Dm.Replace("./SCM?prop=ACL", "Get=*"))));
        Assert.AreSequenceEqual([200, 425, 425], Given.Statuses(device.Manage(C, Dm.Replace("./SCM/x", "by C"), Dm.Replace("./SCM/dir/leaf", "no"), Dm.Replace("./SCM/x?prop=ACL", "Get=*"))));
        Assert.AreEqual("7QK2", device.Manage(C, Dm.Get(child.Uri + "/Parent"))[^1].Text);
        Assert.AreEqual(404, device.Manage(Given.B, Dm.Get(parent.Uri + "/Parent"))[^1].Status, "no parent, no node");

        Assert.AreEqual(200, device.Manage(Given.A, child.Operation("Revoke"))[^1].Status);
        Given.Ended(device, child.Id, DelegationState.Revoked, 180);
        Assert.AreEqual(lent, device.Scheme(), "B has it back, A has not");
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Replace("./SCM/x", "by B"))[^1].Status);
        Assert.AreEqual(200, device.Manage(Given.A, parent.Operation("Revoke"))[^1].Status);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_185_without_SubDelegation_nothing_is_passed_on_DEL_060_DEL_061()
    {
        using var device = new TestDevice();
        Given.Active(device, Chains.Parent(depth: null));
        device.StartFails(Chains.Child(uri: "./SCM/x"), 403, 125);
    }

    [TestMethod]
    [DataRow("./Net", "Get", 0, DisplayName = "outside the scope")]
    [DataRow(".", "Get", 0, DisplayName = "above the scope")]
    [DataRow("./SCM/dir", "Get+Delete", 0, DisplayName = "with Delete")]
    [DataRow("./SCM/dir", "Get", 1, DisplayName = "depth 1")]
    public void S_186_a_child_has_less_in_every_way_DEL_061_DEL_062_DEL_113(string uri, string rights, int depth)
    {
        using var device = new TestDevice();
        Given.Active(device, Chains.Parent(rights: "Get+Replace"));
        var child = Chains.Child(uri: uri, rights: rights, depth: depth);
        device.StartFails(uri == "." ? Chains.Full(child) : child, 403, 125);
        Given.Active(device, Chains.Child("OK", uri: "./SCM/dir", rights: "Get+Replace"));
    }

    [TestMethod]
    [DataRow("until-revoked", null, null, DisplayName = "until-revoked")]
    [DataRow("temporary", "3601", null, DisplayName = "a larger budget")]
    [DataRow("temporary", null, "20300101T050406Z", DisplayName = "a later end")]
    [DataRow("temporary", "60", "20300101T050406Z", DisplayName = "one of two limits")]
    public void S_186_a_child_of_a_temporary_parent_does_not_outlive_it_DEL_064(string duration, string? seconds, string? notAfter)
    {
        using var device = new TestDevice();
        Given.Active(device, Chains.Parent().Temporary(3600)); // T is 03:04:05, the window another hour
        device.StartFails(Lasting(Chains.Child(), duration, seconds, notAfter), 403, 125);
        Given.Active(device, Lasting(Chains.Child("OK"), "temporary", "3600", null));
        var grant = device.Record("OK").Grant!;
        Assert.AreEqual((3600L, new DateTimeOffset(2030, 1, 1, 4, 4, 5, TimeSpan.Zero)), (grant.MaxSeconds, grant.NotAfter), "what was derived is cut to the parent");
    }

    [TestMethod]
    public void S_186_what_is_left_of_the_parent_counts_and_not_what_it_began_with_DEL_064()
    {
        using var device = new TestDevice();
        Given.Active(device, Chains.Parent().Temporary(3600));
        device.Advance(TimeSpan.FromMinutes(30));
        device.StartFails(Lasting(Chains.Child(), "temporary", "1801", null), 403, 125);
        Given.Active(device, Lasting(Chains.Child("OK"), "temporary", "1800", null));
    }

    [TestMethod]
    public void S_186_what_was_lent_is_not_given_away_for_ever_DEL_065()
    {
        using var device = new TestDevice(setup => setup.Delegation = setup.Delegation with { FinalAllowed = [Given.A, Given.B] });
        Given.Active(device, Chains.Parent());
        device.StartFails(Lasting(Chains.Child().Exec(), "final", null, null), 403, 125);
    }

    [TestMethod]
    public void A_child_of_an_until_revoked_parent_may_be_either_DEL_064()
    {
        using var device = new TestDevice();
        Given.Active(device, Chains.Parent());
        Given.Active(device, Chains.Child("ONE", uri: "./SCM/x"));
        Given.Active(device, Chains.Child("TWO", uri: "./SCM/dir", b: "e.example").Temporary(86_400));
    }

    [TestMethod]
    public void Entries_of_two_lenders_or_partly_of_ones_own_have_no_one_parent_DEL_062_DEL_113()
    {
        using var device = new TestDevice(setup => setup.Known.Add(Given.B));
        var (scm, net) = (Chains.Parent().KnownB(), Chains.Parent("NET", uri: "./Net").KnownB());
        Given.Active(device, scm);
        Given.Active(device, net);
        var lentByTwo = Chains.Child("C1", uri: "./SCM/dir");
        lentByTwo.Scope.Add(new("./Net/eth0", "Get"));
        device.StartFails(lentByTwo, 403, 125);

        using var other = new TestDevice(setup =>
        {
            setup.Known.Add(Given.B);
            setup.Acl("./Rogue", "Add=b.example&Delete=b.example&Get=b.example&Replace=b.example");
        });
        Given.Active(other, Chains.Parent().KnownB());
        var partlyOwn = Chains.Child("C2", uri: "./SCM/dir");
        partlyOwn.Scope.Add(new("./Rogue", "Get"));
        other.StartFails(partlyOwn, 403, 125);
        Given.Active(other, Chains.Child("C3", uri: "./Rogue", rights: "Get"));
        Assert.AreEqual("", other.Record("C3").Grant!.Parent, "its own");
    }

    [TestMethod]
    public void The_parent_of_two_entries_is_one_record_that_covers_both_DEL_062()
    {
        using var device = new TestDevice();
        var parent = Chains.Parent(rights: "Get");
        parent.Scope.Add(new("./Net", All));
        Given.Active(device, parent);
        var child = Chains.Child(uri: "./SCM/dir", rights: "Get");
        child.Scope.Add(new("./Net", "Get+Replace"));
        Given.Active(device, child);
        Assert.AreEqual("7QK2", device.Record(child.Id).Grant!.Parent);
        Assert.AreSequenceEqual([200, 425, 200], Given.Statuses(device.Manage(C, Dm.Get("./SCM/dir/leaf"), Dm.Replace("./SCM/dir/leaf", "no"), Dm.Replace("./Net/eth0", "C"))));
        var wider = Chains.Child("C2", uri: "./SCM/x", rights: "Get+Replace", b: "e.example");
        device.StartFails(wider, 403, 125);
    }

    [TestMethod]
    public void S_059_what_was_lent_is_not_lent_back_to_any_ancestor_DEL_004_DEL_107()
    {
        using var device = new TestDevice();
        Given.Active(device, Chains.Parent(depth: 2));
        device.StartFails(Chains.Child("BACK", b: Given.A).KnownB(), 403, 106);
        Given.Active(device, Chains.Child(depth: 1));
        device.StartFails(Chains.Child("BACK2", a: C, b: Given.A).KnownB(), 403, 106);
        device.StartFails(Chains.Child("BACK3", a: C, b: Given.B).KnownB(), 403, 106);
        Given.Active(device, Chains.Child("ON", a: C, b: Given.D).KnownB());
    }

    [TestMethod]
    public void The_depth_of_the_device_bounds_every_chain_DEL_061()
    {
        using var device = new TestDevice();
        device.StartFails(Chains.Parent("DEEP", depth: 3), 403, 125);
        Given.Active(device, Chains.Parent(depth: 2));
        Given.Active(device, Chains.Child(depth: 1));
        Given.Active(device, Chains.Child("G", a: C, b: "e.example"));
        device.StartFails(Chains.Child("GG", a: "e.example", b: "f.example"), 403, 125);
        var grant = device.Record("G").Grant!;
        Assert.AreEqual((Chains.ChildId, "b.example a.example"), (grant.Parent, string.Join(' ', grant.Lenders)));
    }

    [TestMethod]
    [DataRow("Given.B", DisplayName = "B of the parent, A of the child")]
    [DataRow("Given.A", DisplayName = "the ancestor")]
    public void S_188_A_and_every_ancestor_revoke_and_cancel_and_nobody_else_DEL_067_DEL_260_DEL_261(string who)
    {
        who = who == "Given.A" ? Given.A : Given.B;
        using var device = new TestDevice();
        Given.Active(device, Chains.Parent());
        var lent = device.Scheme();
        var child = Given.Active(device, Chains.Child());
        Assert.AreSequenceEqual([425, 425, 425], Given.Statuses(device.Manage(C, child.Operation("Revoke"), child.Operation("Cancel"), Dm.Delete(child.Uri))), "its B");
        Assert.AreEqual(404, device.Manage(Given.D, child.Operation("Revoke"))[^1].Status, "a stranger");
        Assert.AreEqual(425, device.Manage(Given.Home, child.Operation("Revoke"))[^1].Status, "who may see it");
        if (who == Given.A)
        {
            Assert.AreSequenceEqual([425, 425, 425], Given.Statuses(device.Manage(who, child.Operation("Reduce", "1"), Dm.Delete(child.Uri), child.Start())), "these are for A of the record");
        }

        Assert.AreEqual(200, device.Manage(who, child.Operation("Revoke"))[^1].Status);
        Given.Ended(device, child.Id, DelegationState.Revoked, 180);
        Assert.AreEqual(who, device.Durable.Evidence.Entries.Values.Last(entry => entry.Event == "T3").Server, "the log names who did it");
        Assert.AreEqual(lent, device.Scheme());

        var pending = Given.Pending(device, Chains.Child("PEND"));
        Assert.AreEqual(200, device.Manage(who, pending.Operation("Cancel"))[^1].Status);
        Given.Ended(device, pending.Id, DelegationState.Cancelled, 175);
        Assert.AreEqual(lent, device.Scheme());
    }

    [TestMethod]
    public void Ancestors_read_the_record_and_its_ACL_names_them_DEL_081_DEL_083()
    {
        using var device = new TestDevice();
        Given.Active(device, Chains.Parent(depth: 2));
        Given.Active(device, Chains.Child(depth: 1));
        var staged = Chains.Child("G", a: C, b: "e.example");
        device.Manage(C, staged.Ask(), staged.Build(start: false));
        Assert.AreSequenceEqual([404, 404], Given.Statuses([.. device.Manage(Given.A, Dm.Get(staged.Uri)), .. device.Manage(Given.B, staged.Operation("Cancel"))]), "Staged");
        device.Manage(C, staged.Start());
        var answers = device.Manage(
            Given.A, Dm.Get(staged.Uri + "/State"), Dm.Get(staged.Uri + "/Operations/Revoke?prop=ACL"), Dm.Get(staged.Uri + "/Operations/Start?prop=ACL"), Dm.Get(staged.Uri + "/State?prop=ACL"));
        Assert.AreEqual("Exec=c.example+b.example+a.example", answers[1].Text);
        Assert.AreEqual("Exec=c.example", answers[2].Text);
        Assert.AreEqual("Get=c.example+e.example+b.example+a.example+home.example", answers[3].Text);
        Assert.AreEqual(404, device.Manage(Given.D, Dm.Get(staged.Uri))[^1].Status);
    }

    [TestMethod]
    public void S_139_every_ancestor_gets_a_copy_of_Ack_and_End_and_none_of_Session_DEL_069()
    {
        using var device = new TestDevice();
        Given.Active(device, Chains.Parent(depth: 2));
        Given.Active(device, Chains.Child(depth: 1));
        Given.Active(device, Chains.Child("G", a: C, b: "e.example"));
        device.Advance(TimeSpan.FromMinutes(2));
        device.Manage(C, Dm.Exec("./Delegation/G/Operations/Revoke"));
        device.Advance(TimeSpan.FromMinutes(2));
        foreach (var (server, events) in new[] { (Given.A, "Ack End"), (Given.B, "Ack End"), (C, "Ack Session End"), ("e.example", "Session") })
        {
            var alerts = device.Servers[server].Alerts.Where(alert => alert.Source == "./Delegation/G").ToList();
            Assert.AreEqual(events, string.Join(' ', alerts.Select(alert => alert.Event)), server);
            Assert.IsTrue(alerts.All(alert => alert is { Mark: "informational" } && alert.Element("By") == C && alert.Element("To") == "e.example"), server);
        }

        var keys = device.Servers.Values.SelectMany(server => server.Alerts).Where(alert => alert.Source == "./Delegation/G").Select(alert => alert.Attribute("key")).ToList();
        CollectionAssert.AllItemsAreUnique(keys);
        Assert.AreEqual("Ack", string.Join(' ', device.Servers[Given.A].Alerts.Where(alert => alert.Source == "./Delegation/" + Chains.ChildId).Select(alert => alert.Event)));
    }

    [TestMethod]
    public void A_is_no_home_authority_by_what_it_passes_on_and_keeps_what_it_has_at_home_DEL_060_DEL_340()
    {
        using var device = new TestDevice(setup =>
        {
            setup.AIsHomeAuthority();
            setup.Known.Add(Given.B);
            setup.Acl("./SCM", "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example+b.example&Replace=a.example");
        });
        var parent = Chains.Full(Chains.Parent().KnownB());
        parent.Scope[0] = new(".", "Add+Delete+Exec+Replace");
        Given.Active(device, parent);
        Given.Active(device, Chains.Child(uri: "./SCM/dir", rights: "Replace"));
        Assert.IsFalse(device.Durable.IsHomeAuthorityOfRoot(device.Engine.Options, Given.B));
        Assert.IsTrue(device.Decide(Given.B, AccessOperation.Get, "./SCM/dir/leaf").Allowed, "Get is its own");
        Assert.IsFalse(device.Decide(C, AccessOperation.Get, "./SCM/dir/leaf").Allowed);
    }

    [TestMethod]
    public void What_an_ancestor_gave_away_is_still_its_own_for_the_checks_where_a_descendant_wrote_the_value_out_DEL_110_DEL_112()
    {
        using var device = new TestDevice();
        Given.Active(device, Chains.Parent());
        Given.Active(device, Chains.Child(uri: "./SCM/dir"));
        device.StartFails(Chains.Parent("AGAIN", uri: "./SCM/dir", b: "e.example"), 403, 124);
        device.StartFails(Chains.Child("BY-B", uri: "./SCM/dir/leaf", b: "e.example"), 403, 124);
        Given.Active(device, Chains.Child("OTHER", uri: "./SCM/x", b: "e.example"));
    }

    private static Delegating Lasting(Delegating child, string duration, string? seconds, string? notAfter)
    {
        (child["DurationType"], child["Expiry/MaxSeconds"], child["Expiry/NotAfter"]) = (duration, seconds, notAfter);
        return child;
    }
}
