using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>How chains end: all that descends ends with its parent, in one commit, the deepest first (17.6, 17.7, 17.9).</summary>
[TestClass]
public sealed class ChainEndScenarios
{
    private static readonly string[] Chained = ["7QK2", "CHILD", "G"];

    [TestMethod]
    public void S_187_the_end_of_a_parent_ends_its_child_in_the_same_commit_and_cuts_off_its_B_DEL_063_DEL_066_DEL_272()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var parent = Given.Active(device, Chains.Parent());
        var child = Given.Active(device, Chains.Child());
        device.Open(Chains.C, _ => [Dm.Get("./SCM/dir/leaf")], _ => [Dm.Get("./SCM/dir/leaf"), Dm.Replace("./SCM/dir/leaf", "no")]);
        device.Exchange(Chains.C);
        var before = device.Effects.Count;
        device.Open(Given.A, _ => [parent.Operation("Revoke")]);
        device.Exchange(Given.A);
        Assert.AreEqual(home, device.Scheme());
        Assert.AreEqual(1, device.Effects.Skip(before).OfType<Persist>().Count(persist => persist.Point == CommitPoint.T3));
        device.Pump();

        Given.Ended(device, parent.Id, DelegationState.Revoked, 180);
        Given.Ended(device, child.Id, DelegationState.Revoked, 183);
        var c = device.Servers[Chains.C];
        Assert.AreSequenceEqual([200, 425, 425], Given.Statuses(c.Outcomes));
        Assert.IsTrue(c.AbortedByDevice);
        Assert.AreEqual("183", c.Alerts.Single(alert => alert.Event == "End").Element("Reason"));
        var ends = device.Durable.Evidence.Entries.Values.Where(entry => entry.Event == "T3").Select(entry => entry.DelegationId);
        Assert.AreSequenceEqual(["CHILD", "7QK2"], ends.ToArray(), "the deepest first");
    }

    [TestMethod]
    public void S_187_both_ends_are_told_to_who_can_still_be_reached_DEL_069_DEL_232_DEL_247()
    {
        using var device = Given.WithKnownB();
        var parent = Given.Active(device, Chains.Parent().KnownB());
        Given.Active(device, Chains.Child());
        device.Advance(TimeSpan.FromMinutes(2));
        device.Manage(Given.A, parent.Operation("Revoke"));
        device.Advance(TimeSpan.FromMinutes(2));
        foreach (var server in new[] { Given.A, Given.B })
        {
            var ends = device.Servers[server].Alerts.Where(alert => alert.Event == "End").Select(alert => $"{alert.Source[^5..]} {alert.Element("Reason")} {alert.Element("State")}");
            Assert.AreSequenceEqual(["CHILD 183 12", "/7QK2 180 12"], ends.ToArray(), server);
        }

        Assert.IsEmpty(device.Durable.Outbox);
    }

    [TestMethod]
    public void S_189_a_child_expires_with_its_parent_and_not_later_DEL_220_DEL_221()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var parent = Given.Active(device, Chains.Parent(depth: 2).Temporary(3600));
        Given.Active(device, Chains.Child(depth: 1).Temporary(3600));
        Given.Pending(device, Chains.Child("G", a: Chains.C, b: Chains.E).Temporary(3600));
        device.Servers[Chains.E].Reachable = false;
        Assert.AreEqual(200, device.Manage(Given.A, Dm.Replace(parent.Uri + "/Expiry/MaxSeconds", "600"))[^1].Status);
        device.Advance(TimeSpan.FromSeconds(599));
        Assert.AreEqual(DelegationState.Active, device.Record("CHILD").State);
        var before = device.Effects.Count;
        device.Advance(TimeSpan.FromSeconds(1));
        Given.Ended(device, parent.Id, DelegationState.Expired, 181);
        Given.Ended(device, "CHILD", DelegationState.Expired, 183);
        Given.Ended(device, "G", DelegationState.Cancelled, 183);
        Assert.AreEqual(home, device.Scheme());
        Assert.AreEqual(1, device.Effects.Skip(before).OfType<Persist>().Count(persist => persist.Point == CommitPoint.T3));
    }

    [TestMethod]
    public void What_is_due_together_ends_with_the_parent_whatever_the_ids_are_DEL_066_DEL_221()
    {
        using var device = new TestDevice();
        Given.Active(device, Chains.Parent("ZZZ").Temporary(3600));
        Given.Active(device, Chains.Child("AAA").Temporary(3600));
        device.Reboot(TimeSpan.FromHours(2));
        Given.Ended(device, "ZZZ", DelegationState.Expired, 181);
        Given.Ended(device, "AAA", DelegationState.Expired, 183);
    }

    /// <summary>Every way a parent ends, and what that makes of its descendants.</summary>
    [TestMethod]
    [DataRow("revoke", 180)]
    [DataRow("relinquish", 182)]
    [DataRow("delete", 180)]
    [DataRow("local", 187)]
    [DataRow("owner deletes the scope", 187)]
    [DataRow("reduce", 180)]
    [DataRow("account of A", 184)]
    [DataRow("account of B", 185)]
    public void Every_end_of_a_parent_ends_three_levels_DEL_066_DEL_141_DEL_275_DEL_276_DEL_278(string way, int reason)
    {
        using var device = Given.WithKnownB();
        var home = device.Scheme();
        var parent = Given.Active(device, Chains.Parent(depth: 2).KnownB());
        Given.Active(device, Chains.Child(depth: 1));
        Given.Active(device, Chains.Child("G", a: Chains.C, b: Chains.E));
        var pending = Given.Pending(device, Chains.Child("P", uri: "./SCM/x", b: "f.example"));
        var answered = way switch
        {
            "revoke" => device.Manage(Given.A, parent.Operation("Revoke"))[^1].Status,
            "relinquish" => device.Manage(Given.B, parent.Operation("Relinquish"))[^1].Status,
            "delete" => device.Manage(Given.A, Dm.Delete(parent.Uri))[^1].Status,
            "reduce" => device.Manage(Given.A, parent.Operation("Reduce", "1"))[^1].Status,
            "owner deletes the scope" => device.Manage(Given.Home, Dm.Delete("./SCM"))[^1].Status,
            "account of A" => device.Manage(Given.Home, Dm.Delete("./DMAcc/a"))[^1].Status,
            "account of B" => device.Manage(Given.Home, Dm.Delete("./DMAcc/b"))[^1].Status,
            _ => Local(device, parent.Id),
        };
        // The home authority has no right on ./SCM itself, only on the root.
        Assert.AreEqual(way == "owner deletes the scope" ? 425 : 200, answered);
        if (answered != 200)
        {
            return;
        }

        Given.Ended(device, parent.Id, way == "relinquish" ? DelegationState.Relinquished : DelegationState.Revoked, reason);
        Given.Ended(device, "CHILD", DelegationState.Revoked, 183);
        Given.Ended(device, "G", DelegationState.Revoked, 183);
        Given.Ended(device, pending.Id, DelegationState.Cancelled, 183);
        Assert.AreEqual(0, device.AccountsOf(Chains.C) + device.AccountsOf(Chains.E));
        if (!way.StartsWith("account", StringComparison.Ordinal))
        {
            Assert.AreEqual(home, device.Scheme());
        }
    }

    [TestMethod]
    public void The_owner_deletes_the_scope_of_a_chain_and_all_of_it_has_ended_DEL_066_DEL_141()
    {
        using var device = new TestDevice(setup => setup.Acl("./SCM", "Add=a.example&Delete=a.example+home.example&Exec=a.example&Get=a.example&Replace=a.example"));
        Given.Active(device, Chains.Parent("ZZZ", rights: "Get+Replace"));
        Given.Active(device, Chains.Child("AAA"));
        Assert.AreEqual(200, device.Manage(Given.Home, Dm.Delete("./SCM"))[^1].Status);
        Given.Ended(device, "ZZZ", DelegationState.Revoked, 187);
        Given.Ended(device, "AAA", DelegationState.Revoked, 183);
        Assert.IsFalse(device.Exists("./SCM"));
        Assert.AreEqual(0, device.AccountsOf(Given.B) + device.AccountsOf(Chains.C));
    }

    [TestMethod]
    public void The_end_of_a_child_leaves_its_parent_and_its_siblings_alone_DEL_051_DEL_295()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        Given.Active(device, Chains.Parent(depth: 2));
        Given.Active(device, Chains.Child(depth: 1));
        var sibling = Given.Active(device, Chains.Child("SIB", uri: "./SCM/x", b: "f.example"));
        var before = device.Scheme();
        Given.Active(device, Chains.Child("G", uri: "./SCM/dir/leaf", a: Chains.C, b: Chains.E));
        Assert.AreEqual(200, device.Manage(Chains.C, Dm.Exec("./Delegation/G/Operations/Revoke"))[^1].Status);
        Assert.AreEqual(before, device.Scheme());
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Exec("./Delegation/CHILD/Operations/Revoke"))[^1].Status);
        Assert.AreEqual((DelegationState.Active, DelegationState.Active), (device.Record("7QK2").State, device.Record(sibling.Id).State));
        Assert.AreSequenceEqual([200, 425], Given.Statuses(device.Manage(Given.B, Dm.Replace("./SCM/dir/leaf", "B"), Dm.Replace("./SCM/x", "no"))));
        device.Manage(Given.A, Dm.Exec("./Delegation/7QK2/Operations/Revoke"));
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_154_a_child_in_an_entry_taken_away_ends_with_it_and_another_goes_on_DEL_264()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var parent = Chains.Parent(depth: 2);
        parent.Scope.Add(new("./Net", "Get+Replace"));
        Given.Active(device, parent);
        Given.Active(device, Chains.Child(depth: 1));
        Given.Active(device, Chains.Child("G", a: Chains.C, b: Chains.E));
        Given.Active(device, Chains.Child("NET", uri: "./Net/eth0", b: "f.example"));
        var both = Chains.Child("BOTH", uri: "./SCM/x", rights: "Get", b: "g.example");
        both.Scope.Add(new("./Net/secret", "Get"));
        Given.Active(device, both);
        var before = device.Effects.Count;
        Assert.AreEqual(200, device.Manage(Given.A, parent.Operation("Reduce", "1"))[^1].Status);
        Assert.AreEqual(1, device.Effects.Skip(before).OfType<Persist>().Count(persist => persist.Point == CommitPoint.T3));
        Given.Ended(device, "CHILD", DelegationState.Revoked, 183);
        Given.Ended(device, "G", DelegationState.Revoked, 183);
        Given.Ended(device, "BOTH", DelegationState.Revoked, 183);
        Assert.AreEqual((DelegationState.Active, DelegationState.Active), (device.Record(parent.Id).State, device.Record("NET").State));
        Assert.AreSequenceEqual([200, 425], Given.Statuses(device.Manage("f.example", Dm.Replace("./Net/eth0", "F"), Dm.Get("./SCM/x"))));
        Assert.AreEqual("Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example", device.AclOf("./SCM"));
        device.Manage(Given.A, parent.Operation("Revoke"));
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    [DataRow(CrashPoint.C15BeforeT3CommitOfCommand, true)]
    [DataRow(CrashPoint.C16AfterT3Commit, false)]
    public void S_236_a_power_cut_at_the_commit_of_a_cascade_leaves_all_three_or_none_DEL_066_DEL_120(CrashPoint point, bool all)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var parent = ThreeLevels(device, temporary: false);
        var scheme = device.Scheme();
        device.CrashAt = point;
        Assert.ThrowsExactly<PowerCutException>(() => device.Manage(Given.A, parent.Operation("Revoke")));
        device.Restart();
        Assert.AreEqual(all ? scheme : home, device.Scheme());
        Assert.IsTrue(Chained.All(id => device.Record(id).State == (all ? DelegationState.Active : DelegationState.Revoked)));
        Assert.AreEqual(all ? 200 : 405, device.Manage(Given.A, parent.Operation("Revoke"))[^1].Status, "no Status was sent, A repeats it");
        IsOver(device, home, DelegationState.Revoked);
    }

    [TestMethod]
    [DataRow(CrashPoint.C14BeforeT3CommitOfDevice)]
    [DataRow(CrashPoint.C16AfterT3Commit)]
    public void S_236_an_expiry_over_three_levels_that_a_power_cut_stopped_is_found_again_DEL_066_DEL_219_DEL_294(CrashPoint point)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        ThreeLevels(device, temporary: true);
        device.CrashAt = point;
        Assert.ThrowsExactly<PowerCutException>(() => device.Advance(TimeSpan.FromHours(1)));
        device.CrashAt = point == CrashPoint.C14BeforeT3CommitOfDevice ? point : null;
        if (device.CrashAt is not null)
        {
            Assert.ThrowsExactly<PowerCutException>(device.Restart);
            device.CrashAt = null;
        }

        device.Reboot(TimeSpan.FromMinutes(1));
        IsOver(device, home, DelegationState.Expired);
    }

    [TestMethod]
    public void A_power_cut_behind_a_cascade_leaves_nothing_for_a_guest_that_is_gone_DEL_247()
    {
        using var device = new TestDevice();
        var parent = Given.Active(device, Chains.Parent());
        Given.Active(device, Chains.Child());
        device.Open(Given.B, _ => [Dm.Get("./SCM/x")], _ => [Dm.Get("./SCM/x")]);
        device.Exchange(Given.B);
        device.CrashAt = CrashPoint.C16AfterT3Commit;
        device.Open(Given.A, _ => [parent.Operation("Revoke")]);
        Assert.ThrowsExactly<PowerCutException>(() => device.Exchange(Given.A));
        device.Restart();
        Assert.IsTrue(device.Durable.Outbox.Values.All(entry => entry.Target == Given.A), string.Join(' ', device.Durable.Outbox.Values.Select(entry => entry.Target)));
    }

    [TestMethod]
    public void A_guest_that_is_gone_leaves_no_staged_record_behind_DEL_085_DEL_193()
    {
        using var device = new TestDevice();
        var parent = Given.Active(device, Chains.Parent());
        var staged = Chains.Child();
        device.Manage(Given.B, staged.Ask(), staged.Build(start: false));
        Assert.AreEqual(DelegationState.Staged, device.Record(staged.Id).State);
        device.Manage(Given.A, parent.Operation("Revoke"));
        Assert.IsFalse(device.Durable.Records.ContainsKey(staged.Id));
    }

    private static int Local(TestDevice device, string id)
    {
        device.Handle(new LocalEnd(id));
        device.Pump();
        return 200;
    }

    private static Delegating ThreeLevels(TestDevice device, bool temporary)
    {
        Delegating Of(Delegating delegation) => temporary ? delegation.Temporary(1800) : delegation;
        var parent = Given.Active(device, Of(Chains.Parent(depth: 2)));
        Given.Active(device, Of(Chains.Child(depth: 1)));
        Given.Active(device, Of(Chains.Child("G", uri: "./SCM/dir/leaf", a: Chains.C, b: Chains.E)));
        return parent;
    }

    private static void IsOver(TestDevice device, string home, DelegationState state)
    {
        Assert.AreEqual(home, device.Scheme());
        Assert.IsTrue(Chained.All(id => device.Record(id).State == state));
        Assert.AreSequenceEqual([183, 183], Chained[1..].Select(id => device.Record(id).Reason).ToArray());
        device.Advance(TimeSpan.FromHours(1));
        var ends = device.Servers[Given.A].Alerts.Where(alert => alert.Event == "End").DistinctBy(alert => alert.Attribute("key")).Select(alert => alert.Source["./Delegation/".Length..]);
        Assert.AreSequenceEqual(["G", "CHILD", "7QK2"], ends.ToArray());
    }
}
