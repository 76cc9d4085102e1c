using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>Rows 33 and 34: whole entries leave a delegation (17.6).</summary>
[TestClass]
public sealed class ReduceScenarios
{
    private const string AllOfA = "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example";

    /// <summary>B's own creator rights below ./Net: a delegation without Replace (ACL-042).</summary>
    private const string CreatorRights = "Add=b.example&Delete=b.example&Replace=b.example";

    [TestMethod]
    public void S_154_one_of_two_entries_is_taken_away_and_the_other_goes_on_with_the_same_key_DEL_264()
    {
        using var device = new TestDevice(setup => setup.Nodes.Add(("./SCM/own", AllOfA, "o")));
        var home = device.Scheme();
        var delegation = Given.Active(device, TwoEntries());
        Assert.AreEqual(200, device.Manage(Given.B, Dm.AddNode("./Net/made"))[^1].Status);
        Assert.AreEqual(CreatorRights, device.AclOf("./Net/made"));
        var (grant, scm) = (device.Record(delegation.Id).Grant!, (device.AclOf("./SCM"), device.AclOf("./SCM/own")));
        var account = AccountOf(device);

        Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Reduce", "2"))[^1].Status);
        Assert.AreEqual((AllOfA, "Get=a.example&Replace=a.example", ""), (device.AclOf("./Net"), device.AclOf("./Net/secret"), device.AclOf("./Net/made")));
        Assert.AreEqual(scm, (device.AclOf("./SCM"), device.AclOf("./SCM/own")));
        var record = device.Record(delegation.Id);
        Assert.AreEqual((DelegationState.Active, 0), (record.State, record.Reason));
        Assert.AreEqual("./SCM", record.Grant!.Scope.Single().Uri);
        Assert.AreSequenceEqual(delegation.BindingHash(), record.Grant.BindingHash.ToArray());
        Assert.AreSequenceEqual(grant.Check.ToArray(), record.Grant.Check.ToArray());
        Assert.AreEqual((grant.Life, account), (record.Grant.Life, AccountOf(device)), "clock and keys");

        var left = device.Manage(Given.B, Dm.Replace("./SCM/own", "by B"), Dm.Replace("./Net/eth0", "no"), Dm.Get("./Net/eth0"), Dm.Get(delegation.Uri + "/Scope"), Dm.Get(delegation.Uri + "/Scope/2/URI"));
        Assert.AreSequenceEqual([200, 425, 425, 200, 404], Given.Statuses(left));
        Assert.AreEqual("1", left[3].Text);
        Assert.AreSequenceEqual([200, 425], Given.Statuses(device.Manage(Given.A, Dm.Replace("./Net/eth0", "by A"), Dm.Replace("./SCM/x", "no"))));
        Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Revoke"))[^1].Status);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_154_protected_roots_written_out_below_the_entry_come_back_with_it_DEL_122_DEL_264()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating();
        delegation.Scope.Add(new("./Vendor", "Get+Replace"));
        Given.Active(device, delegation);
        Assert.AreEqual(AllOfA, device.AclOf("./Vendor/Trust"), "written out");
        var before = device.AclOf("./SCM");
        device.Manage(Given.A, delegation.Operation("Reduce", "2"));
        Assert.AreEqual((AllOfA, "", before), (device.AclOf("./Vendor"), device.AclOf("./Vendor/Trust"), device.AclOf("./SCM")));
        device.Manage(Given.B, delegation.Operation("Relinquish"));
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_154_A_and_B_hear_of_it_by_End_with_a_live_state_and_B_goes_on_in_its_session_DEL_232_DEL_264()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device, TwoEntries());
        device.Open(Given.B, _ => [Dm.Get("./Net/eth0")], _ => [Dm.Get("./Net/eth0"), Dm.Replace("./SCM/x", "by B")]);
        device.Exchange(Given.B);
        device.Open(Given.A, _ => [delegation.Operation("Reduce", "2")]);
        device.Exchange(Given.A);
        device.Pump();
        device.Advance(TimeSpan.FromMinutes(2));
        Assert.AreSequenceEqual([200, 425, 200], Given.Statuses(device.Servers[Given.B].Outcomes));
        Assert.IsFalse(device.Servers[Given.B].AbortedByDevice);
        foreach (var server in new[] { Given.A, Given.B })
        {
            var end = device.Servers[server].Of("End").Single();
            Assert.AreEqual(("informational", "Success", "180", "2"), (end.Mark, end.Element("Result"), end.Element("Reason"), end.Element("State")), server);
        }

        Assert.ContainsSingle(line => line.Code == LogCodes.DelegationReduced && line.Text.Contains("./Net", StringComparison.Ordinal), device.Log);
    }

    [TestMethod]
    [DataRow(CrashPoint.C15BeforeT3CommitOfCommand, 2)]
    [DataRow(CrashPoint.C16AfterT3Commit, 1)]
    public void S_154_a_power_cut_leaves_both_entries_or_one_and_a_repetition_ends_the_same_DEL_120_DEL_264(CrashPoint point, int entries)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = Given.Active(device, TwoEntries());
        var both = device.Scheme();
        device.CrashAt = point;
        Assert.ThrowsExactly<PowerCutException>(() => device.Manage(Given.A, delegation.Operation("Reduce", "2")));
        device.Restart();

        Assert.AreEqual((DelegationState.Active, entries), (device.Record(delegation.Id).State, device.Record(delegation.Id).Grant!.Scope.Length));
        Assert.AreEqual(entries == 2, both == device.Scheme());
        Assert.AreEqual(entries == 2 ? 200 : 425, device.Manage(Given.B, Dm.Get("./Net/eth0"))[^1].Status);

        Assert.AreEqual(entries == 2 ? 200 : 412, device.Manage(Given.A, delegation.Operation("Reduce", "2"))[^1].Status, "no Status was sent, A repeats it");
        Assert.AreSequenceEqual([425, 200], Given.Statuses(device.Manage(Given.B, Dm.Get("./Net/eth0"), Dm.Replace("./SCM/x", "by B"))));
        device.Advance(TimeSpan.FromHours(1));
        foreach (var server in new[] { Given.A, Given.B })
        {
            Assert.AreEqual(("180", "2"), (device.Servers[server].Of("End").Last().Element("Reason"), device.Servers[server].Of("End").Last().Element("State")), server);
        }

        device.Manage(Given.A, delegation.Operation("Revoke"));
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    [DataRow("1+2")]
    [DataRow("2", "1")]
    public void S_155_taking_the_last_entry_is_Revoke_DEL_264(params string[] names)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = Given.Active(device, TwoEntries());
        foreach (var name in names)
        {
            Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Reduce", name))[^1].Status);
        }

        Given.Ended(device, delegation.Id, DelegationState.Revoked, 180);
        Assert.AreEqual(home, device.Scheme());
        Assert.AreEqual(("180", "12"), (device.Servers[Given.A].Of("End").Last().Element("Reason"), device.Servers[Given.A].Of("End").Last().Element("State")));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("3")]
    [DataRow("1+3")]
    [DataRow("1+1")]
    [DataRow("1+2+1")]
    [DataRow("1+")]
    [DataRow("1 ")]
    public void What_names_no_entry_or_one_twice_is_incomplete_and_takes_nothing_away_DEL_102_DEL_264(string? names)
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device, TwoEntries());
        var (scheme, since) = (device.Scheme(), device.Log.Count);
        Assert.AreEqual(412, device.Manage(Given.A, delegation.Operation("Reduce", names))[^1].Status);
        Assert.AreSequenceEqual(["101"], Given.Reasons(device, since));
        Assert.AreEqual((scheme, 2), (device.Scheme(), device.Record(delegation.Id).Grant!.Scope.Length));
    }

    [TestMethod]
    public void Reduce_is_for_A_and_for_an_active_partial_delegation_only_DEL_264_DEL_290_DEL_291()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, TwoEntries());
        var since = device.Log.Count;
        Assert.AreEqual(405, device.Manage(Given.A, delegation.Operation("Reduce", "2"))[^1].Status, "Pending: no row");
        Given.Active(device, Only(new Delegating("OTHER", b: "d.example").KnownB(), "./Vendor"));
        Assert.AreEqual(425, device.Manage(Given.D, Dm.Exec("./Delegation/OTHER/Operations/Reduce", "1"))[^1].Status, "B");
        device.Manage(Given.A, delegation.Operation("Cancel"), Dm.Exec("./Delegation/OTHER/Operations/Revoke"));
        Assert.AreEqual(405, device.Manage(Given.A, delegation.Operation("Reduce", "2"))[^1].Status, "ended: no row");
        Assert.AreSequenceEqual(["191", "0", "191"], Given.Reasons(device, since));
    }

    [TestMethod]
    public void A_full_delegation_is_not_reduced_DEL_264()
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        var delegation = Given.Active(device, new Delegating().Full());
        var since = device.Log.Count;
        Assert.AreEqual(405, device.Manage(Given.A, delegation.Operation("Reduce", "1"))[^1].Status);
        Assert.AreSequenceEqual(["191"], Given.Reasons(device, since));
        Assert.AreEqual(DelegationState.Active, device.Record(delegation.Id).State);
    }

    [TestMethod]
    public void Reduce_is_a_commit_of_its_own_and_undone_with_an_Atomic_that_fails_DEL_092_DEL_143()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device, TwoEntries());
        var scheme = device.Scheme();
        var before = device.Effects.Count;
        device.Manage(Given.A, Dm.Replace(delegation.Uri + "/By", "x"), delegation.Operation("Reduce", "2"));
        Assert.AreEqual(1, device.Effects.Skip(before).OfType<Persist>().Count(persist => persist.Point == CommitPoint.T3));
        Assert.AreNotEqual(scheme, device.Scheme());
        var reduced = device.Scheme();
        device.Manage(Given.A, Dm.Atomic(Dm.Replace("./Net/eth0", "undone"), delegation.Operation("Reduce", "7")));
        Assert.AreEqual((reduced, "up"), (device.Scheme(), device.ValueOf("./Net/eth0")));
    }

    [TestMethod]
    public void A_suspended_delegation_is_reduced_and_stays_suspended_DEL_264()
    {
        using var device = new TestDevice();
        var delegation = Given.Suspended(device, TwoEntries().Temporary(3600));
        Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Reduce", "1"))[^1].Status);
        Given.Ended(device, delegation.Id, DelegationState.Suspended, 0);
        Assert.AreEqual((AllOfA, "./Net"), (device.AclOf("./SCM"), device.Record(delegation.Id).Grant!.Scope.Single().Uri));
    }

    /// <summary>./SCM with all rights, ./Net with those under which B makes nodes of its own.</summary>
    private static Delegating TwoEntries()
    {
        var delegation = new Delegating();
        delegation.Scope.Add(new("./Net", "Add+Delete+Get"));
        return delegation;
    }

    private static Delegating Only(Delegating delegation, string uri)
    {
        delegation.Scope[0] = new(uri, "Get");
        return delegation;
    }

    private static string AccountOf(TestDevice device) =>
        string.Join('\n', device.Scheme().Split('\n').Where(line => line.StartsWith("./DMAcc/d-7QK2", StringComparison.Ordinal)));
}
