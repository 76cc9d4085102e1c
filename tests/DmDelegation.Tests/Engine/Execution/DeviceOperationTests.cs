using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Engine.Execution;

/// <summary>Exec of bound nodes: what is answered, what may run at once, what ends it.</summary>
[TestClass]
public sealed class DeviceOperationTests
{
    [TestMethod]
    public void An_Exec_of_a_bound_node_is_answered_202_and_its_outcome_follows_with_the_Correlator_TND_082_REP_063_REP_064()
    {
        using var device = new TestDevice(Programs.Bind);
        device.Manage("a.example", Dm.Exec(Programs.Plain, correlator: "c-1")).Answers(202);
        var (started, commit) = (device.IndexOf(effect => effect is StartOperation), device.IndexOf(effect => effect is Persist { After.Operations.Count: 1 }));
        Assert.IsTrue(commit >= 0 && commit < started, "persist before act");
        device.Ends(device.Started()[0].Number, 3, "no such thing");
        var report = device.Servers["a.example"].Results().Single();
        Assert.AreEqual(
            ("c-1", "Failure", "500", "3", "no such thing"),
            (report.Correlator, report.Element("Result"), report.Element("Status"), report.Element("Exit"), report.Element("Output")));
    }

    [TestMethod]
    public void A_node_that_is_executable_but_bound_to_nothing_is_406_and_one_that_is_neither_405_REP_033_TND_081()
    {
        using var device = new TestDevice();
        device.Manage("a.example", Dm.Exec("./SCM/dir"), Dm.Exec("./SCM/none"), Dm.Exec("./Rogue/n")).Answers(406, 404, 425);
    }

    [TestMethod]
    public void An_argument_is_what_the_binding_takes_REP_066()
    {
        using var device = new TestDevice(Programs.Bind);
        device.Manage(
            "a.example",
            Dm.Exec(Programs.Plain, "unexpected"), Dm.Exec(Programs.Update), Dm.Exec(Programs.Update, new string('x', DeviceOperation.MaxArgumentOctets + 1)),
            Dm.Exec(Programs.Update, "line\u0085two"), Dm.Exec(Programs.Update, "one\npoint-of-no-return"), Dm.Exec(Programs.Update, "one\rtwo"),
            Dm.Exec(Programs.Update, "point-of-no-return"), Dm.Exec(Programs.Update, new string('x', DeviceOperation.MaxArgumentOctets)))
            .Answers(400, 412, 413, 415, 415, 415, 415, 202);
    }

    [TestMethod]
    public void A_server_has_two_at_once_and_the_device_four_and_a_node_one()
    {
        using var device = new TestDevice(setup =>
        {
            foreach (var (root, server) in new[] { ("./Rogue", "d.example"), ("./SCM", "a.example"), ("./Third", "home.example") })
            {
                if (root == "./Third")
                {
                    setup.Nodes.Add((root, "Add=home.example&Exec=home.example&Get=home.example&Replace=home.example", null));
                }

                setup.Acl(root, $"Add={server}&Delete={server}&Exec={server}&Get={server}&Replace={server}");
                foreach (var name in new[] { "p1", "p2", "p3" })
                {
                    setup.Nodes.Add(($"{root}/{name}", "", null));
                    setup.Operations[$"{root}/{name}"] = new OperationBinding("/p", [], 60, OperationArgument.None);
                }
            }
        });
        device.Manage("a.example", Dm.Exec("./SCM/p1"), Dm.Exec("./SCM/p1"), Dm.Exec("./SCM/p2"), Dm.Exec("./SCM/p3")).Answers(202, 403, 202, 403);
        device.Manage("d.example", Dm.Exec("./Rogue/p1"), Dm.Exec("./Rogue/p2"), Dm.Exec("./Rogue/p3")).Answers(202, 202, 403);
        device.Manage("home.example", Dm.Exec("./Third/p1")).Answers(403);
        device.Ends(device.Started()[0].Number);
        device.Manage("home.example", Dm.Exec("./Third/p1")).Answers(202);
    }

    [TestMethod]
    public void A_time_out_cancels_before_the_point_of_no_return_and_not_after_it_DEL_218()
    {
        using var device = new TestDevice(Programs.Bind);
        device.Manage("a.example", Dm.Exec(Programs.Plain, correlator: "late"), Dm.Exec(Programs.Update, "x")).Answers(202, 202);
        var (plain, update) = (device.Started()[0].Number, device.Started()[1].Number);
        device.AtPoint(update);
        device.Advance(TimeSpan.FromMilliseconds(59_999));
        Assert.IsEmpty(device.Cancelled());
        device.Advance(TimeSpan.FromMilliseconds(1));
        CollectionAssert.AreEqual(new[] { plain }, device.Cancelled());
        device.Ends(plain, 137);
        var report = device.Servers["a.example"].Results().Single();
        Assert.AreEqual(("late", "Cancelled", "408", "0"), (report.Correlator, report.Element("Result"), report.Element("Status"), report.Element("Reason")));
        device.Advance(TimeSpan.FromHours(2));
        CollectionAssert.AreEqual(new[] { plain }, device.Cancelled());
        device.Ends(update);
        Assert.AreEqual("Success", device.Servers["a.example"].Results()[1].Element("Result"));
    }

    [TestMethod]
    public void What_was_done_before_it_could_be_killed_is_reported_as_done_but_writes_nothing_S_114_DEL_218()
    {
        using var device = new TestDevice(Programs.Bind);
        device.Manage("a.example", Dm.Exec(Programs.Update, "1.2.3"), Dm.Exec(Programs.Fetch, "./SCM/x")).Answers(202, 202);
        device.Advance(TimeSpan.FromSeconds(600));
        Assert.HasCount(2, device.Cancelled());
        device.Ends(device.Started()[0].Number);
        device.Ends(device.Started()[1].Number, 0, "late");
        Assert.AreEqual("1", device.ValueOf("./SCM/x"));
        CollectionAssert.AreEqual(
            new[] { "Success 200 0", "Cancelled 408 0" },
            device.Servers["a.example"].Results().Select(report => $"{report.Element("Result")} {report.Element("Status")} {report.Element("Exit")}").ToArray());
    }

    [TestMethod]
    [DataRow("revoke", "180")]
    [DataRow("relinquish", "182")]
    [DataRow("local", "187")]
    [DataRow("delete", "180")]
    [DataRow("reduce", "180")]
    [DataRow("suspend", "131")]
    public void Whatever_takes_the_right_of_B_away_cancels_what_it_has_running_and_A_hears_of_it_DEL_218(string how, string reason)
    {
        using var device = new TestDevice(Programs.Bind);
        var delegation = new Delegating().Temporary(100_000);
        delegation.Scope.Clear();
        delegation.Scope.AddRange([new("./SCM/dir", "Add+Delete+Exec+Get+Replace"), new("./SCM/x", "Get+Replace")]);
        device.Activate(delegation);
        device.Manage("b.example", Dm.Exec(Programs.Plain, correlator: "c")).Answers(202);
        var number = device.Started()[0].Number;
        Assert.IsEmpty(device.Cancelled());
        switch (how)
        {
            case "revoke": device.Manage("a.example", delegation.Operation("Revoke")).Answers(200); break;
            case "relinquish": device.Manage("b.example", delegation.Operation("Relinquish")); break;
            case "local": device.Handle(new LocalEnd("7QK2")); break;
            case "delete": device.Manage("a.example", Dm.Delete(delegation.Uri)).Answers(200); break;
            case "reduce": device.Manage("a.example", delegation.Operation("Reduce", "1")).Answers(200); break;
            case "suspend": Suspend(device); return;
        }

        CollectionAssert.AreEqual(new[] { number }, device.Cancelled());
        device.Ends(number, 137);
        var report = device.Servers["a.example"].Results().Single();
        Assert.AreEqual(("c", "Cancelled", reason), (report.Correlator, report.Element("Result"), report.Element("Reason")));
    }

    // A suspension comes with a reboot, and that has ended the program already.
    private static void Suspend(TestDevice device)
    {
        device.Reboot(TimeSpan.FromMinutes(1), clockTrusted: false);
        Assert.AreEqual(DelegationState.Suspended, device.Record("7QK2").State);
        Assert.IsEmpty(device.Cancelled());
        Assert.AreEqual("Failure", device.Servers["a.example"].Results().Single().Element("Result"));
    }

    [TestMethod]
    public void What_a_server_may_by_its_home_rights_runs_on_when_a_delegation_ends_DEL_340()
    {
        using var device = new TestDevice(setup =>
        {
            Programs.Bind(setup);
            setup.Acl("./Rogue", "Add=d.example&Delete=d.example&Exec=d.example&Get=d.example&Replace=d.example");
            setup.Nodes.Add(("./Rogue/p", "", null));
            setup.Operations["./Rogue/p"] = new OperationBinding("/p", [], 60, OperationArgument.None);
        });
        var delegation = new Delegating(b: "d.example").KnownB();
        device.StartAccepted(delegation);
        device.Manage("d.example", delegation.Confirming());
        device.Manage("d.example", Dm.Exec("./Rogue/p", correlator: "home"), Dm.Exec(Programs.Plain, correlator: "lent")).Answers(202, 202);
        device.Manage("a.example", delegation.Operation("Revoke")).Answers(200);
        CollectionAssert.AreEqual(new[] { device.Started()[1].Number }, device.Cancelled());
        device.Ends(device.Started()[0].Number);
        device.Ends(device.Started()[1].Number, 137);
        CollectionAssert.AreEqual(new[] { "home", "lent" }, device.Servers["d.example"].Results().Select(report => report.Correlator).ToArray());
        Assert.AreEqual("lent", device.Servers["a.example"].Results().Single().Correlator);
    }

    [TestMethod]
    [DataRow(false, "Failure", "500")]
    [DataRow(true, "Unknown", "511")]
    public void What_ran_when_the_power_failed_is_reported_and_not_started_again_REP_064(bool pastPoint, string result, string status)
    {
        using var device = new TestDevice(Programs.Bind);
        var b = device.Activate(new Delegating());
        device.Manage("b.example", Dm.Exec(Programs.Update, "1.2.3", "c")).Answers(202);
        var number = device.Started()[0].Number;
        if (pastPoint)
        {
            device.AtPoint(number);
        }

        device.Reboot(TimeSpan.FromMinutes(1));
        device.Advance(TimeSpan.FromHours(1));
        Assert.HasCount(1, device.Started());
        var report = b.Results().Single();
        Assert.AreEqual(("c", result, status), (report.Correlator, report.Element("Result"), report.Element("Status")));
        Assert.IsEmpty(device.Durable.Operations);
        device.Ends(number);
        Assert.HasCount(1, b.Results());
    }

    [TestMethod]
    public void After_a_power_failure_beyond_the_end_A_gets_the_report_DEL_218_DEL_219()
    {
        using var device = new TestDevice(Programs.Bind);
        var b = device.Activate(new Delegating().Temporary(100));
        device.Manage("b.example", Dm.Exec(Programs.Update, "1.2.3", "c")).Answers(202);
        device.AtPoint(device.Started()[0].Number);
        device.Reboot(TimeSpan.FromHours(1));
        Assert.AreEqual(DelegationState.Expired, device.Record("7QK2").State);
        Assert.IsEmpty(b.Results());
        Assert.AreEqual("Unknown", device.Servers["a.example"].Results().Single().Element("Result"));
    }

    [TestMethod]
    public void A_crash_between_the_commit_and_the_start_leaves_a_report_and_no_program()
    {
        using var device = new TestDevice(Programs.Bind);
        device.CutBefore = effect => effect is StartOperation;
        Assert.ThrowsExactly<PowerCutException>(() => device.Manage("a.example", Dm.Exec(Programs.Plain, correlator: "c")));
        device.Restart();
        Assert.IsEmpty(device.Started());
        device.Advance(TimeSpan.FromHours(7));
        Assert.AreEqual("Failure", device.Servers["a.example"].Results().Single().Element("Result"));
    }

    [TestMethod]
    public void A_factory_reset_cancels_what_can_be_and_what_is_past_its_point_writes_nothing_DEL_277_DEL_329()
    {
        using var device = new TestDevice(Programs.Bind);
        device.Activate(new Delegating());
        device.Manage("b.example", Dm.Exec(Programs.Update, "x"), Dm.Exec(Programs.Fetch, "./SCM/x")).Answers(202, 202);
        var (update, fetch) = (device.Started()[0].Number, device.Started()[1].Number);
        device.AtPoint(fetch);
        device.FactoryReset();
        CollectionAssert.AreEqual(new[] { update }, device.Cancelled());
        device.Ends(update, 137);
        device.Ends(fetch, 0, "of B");
        Assert.AreEqual("1", device.ValueOf("./SCM/x"));
        Assert.IsEmpty(device.Durable.Operations);
    }

    [TestMethod]
    public void Output_is_written_whole_or_not_at_all_REP_066()
    {
        using var device = new TestDevice(Programs.Bind);
        void Fetches(int? exit, string output, bool overflow = false)
        {
            device.Manage("a.example", Dm.Exec(Programs.Fetch, "./SCM/x")).Answers(202);
            device.Ends(device.Started()[^1].Number, exit, output, overflow);
        }

        Fetches(1, "half");
        Fetches(null, "");
        Fetches(0, "much", overflow: true);
        Fetches(0, "not\u0000text");
        Assert.AreEqual("1", device.ValueOf("./SCM/x"));
        Fetches(0, "whole");
        Assert.AreEqual("whole", device.ValueOf("./SCM/x"));
        device.Manage("a.example", Dm.Get("./SCM/x"));
        CollectionAssert.AreEqual(new[] { "500", "500", "413", "415", "200" }, device.Servers["a.example"].Results().Select(report => report.Element("Status")).ToArray());
    }

    [TestMethod]
    public void Octets_that_are_no_text_make_a_new_leaf_of_format_bin()
    {
        using var device = new TestDevice(Programs.Bind);
        device.Manage("a.example", Dm.Exec(Programs.Fetch, "./SCM/image")).Answers(202);
        device.Handle(new OperationEnded(device.Started()[0].Number, 0, new byte[] { 0xFF, 0x00 }, false, ""));
        Assert.AreEqual("bin", device.NodeAt("./SCM/image").Format);
    }

    [TestMethod]
    public void A_report_holds_a_beginning_of_a_long_output_and_no_half_character()
    {
        using var device = new TestDevice(Programs.Bind);
        device.Manage("a.example", Dm.Exec(Programs.Plain)).Answers(202);
        device.Ends(device.Started()[0].Number, 0, "x" + new string('é', 2000));
        Assert.AreEqual("x" + new string('é', 511), device.Servers["a.example"].Results().Single().Element("Output"));
    }

    [TestMethod]
    public void A_binding_that_the_tree_of_the_first_start_does_not_reach_is_told()
    {
        using var device = new TestDevice(setup =>
        {
            Programs.Bind(setup);
            setup.Permanent.Remove(Programs.Plain);
            setup.Operations["./SCM/later"] = setup.Operations[Programs.Plain];
            setup.Operations["./SCM"] = setup.Operations[Programs.Plain];
        });
        var found = BindingCheck.Unreachable(device.Durable, device.Engine.Options).Select(binding => $"{binding.Node}: {binding.Why}").ToArray();
        CollectionAssert.AreEqual(
            new[]
            {
                "./SCM: the node in the tree is not permanent", "./SCM/dir/plain: the node in the tree is not permanent",
                "./SCM/later: the tree has no such node",
            },
            found);
    }

    [TestMethod]
    public void An_Exec_of_a_bound_node_inside_Atomic_is_500_and_starts_nothing_REP_065()
    {
        using var device = new TestDevice(Programs.Bind);
        device.Manage("a.example", Dm.Atomic(Dm.Replace("./SCM/x", "2"), Dm.Exec(Programs.Plain))).Answers(507, 215, 500);
        device.Manage("a.example", Dm.Sequence(Dm.Exec(Programs.Plain))).Answers(200, 202);
        Assert.HasCount(1, device.Started());
    }

    [TestMethod]
    public void A_refused_output_is_in_the_audit_log_as_a_refused_command_is_DEL_400()
    {
        using var device = new TestDevice(Programs.Bind);
        var delegation = new Delegating();
        delegation.Scope.Clear();
        delegation.Scope.AddRange([new("./SCM/dir", "Add+Delete+Exec+Get+Replace"), new("./SCM/x", "Get+Replace")]);
        device.Activate(delegation);
        device.Manage("b.example", Dm.Exec(Programs.Fetch, "./SCM/x")).Answers(202);
        device.Manage("a.example", delegation.Operation("Reduce", "2")).Answers(200);
        device.Ends(device.Started()[0].Number, 0, "of B");
        device.Advance(TimeSpan.FromMinutes(2));
        Assert.IsTrue(device.Durable.Noise.Entries.Values.Any(entry => entry.Event == "Refused" && entry.Server == "b.example" && entry.DelegationId == "7QK2"));
    }

    [TestMethod]
    public void The_report_of_one_Exec_does_not_wait_for_that_of_another_of_the_same_node_DEL_239()
    {
        using var device = new TestDevice(Programs.Bind);
        var a = device.Servers["a.example"];
        a.AlertStatus = 407; // it stays in the outbox
        device.Manage("a.example", Dm.Exec(Programs.Plain, correlator: "one")).Answers(202);
        device.Ends(device.Started()[0].Number);
        device.Manage("a.example", Dm.Exec(Programs.Plain, correlator: "two")).Answers(202);
        device.Ends(device.Started()[1].Number);
        device.Manage("a.example", (Batch[])[]);
        Assert.AreEqual("two", a.Results()[^1].Correlator, string.Join(' ', a.Results().Select(report => report.Correlator)));
    }

    [TestMethod]
    public void The_key_of_a_report_is_another_one_where_the_numbers_begin_anew_DEL_236()
    {
        CollectionAssert.AllItemsAreUnique(new[] { Reported(TimeSpan.Zero), Reported(TimeSpan.FromMinutes(1)) });

        static (string, string) Reported(TimeSpan later)
        {
            using var device = new TestDevice(Programs.Bind);
            device.Advance(later);
            device.Manage("a.example", Dm.Exec(Programs.Plain)).Answers(202);
            device.Ends(device.Started()[0].Number);
            var report = device.Servers["a.example"].Results().Single();
            return (report.Attribute("n"), report.Attribute("key"));
        }
    }

    [TestMethod]
    public void Delegated_servers_together_leave_half_of_the_places_to_the_others()
    {
        using var device = new TestDevice(setup =>
        {
            Programs.Bind(setup);
            setup.Acl("./Rogue", "Add=d.example&Delete=d.example&Exec=d.example&Get=d.example&Replace=d.example");
            foreach (var node in new[] { "./Net/p", "./Rogue/p" })
            {
                setup.Nodes.Add((node, "", null));
                setup.Operations[node] = new OperationBinding("/p", [], 60, OperationArgument.None);
            }
        });
        device.Activate(new Delegating());
        var other = new Delegating("8XK3", b: "e.example");
        other.Scope[0] = new("./Net", "Exec+Get");
        device.Activate(other);
        device.Manage("b.example", Dm.Exec(Programs.Update, "x"), Dm.Exec(Programs.Fetch, "./SCM/x")).Answers(202, 202);
        device.Manage("e.example", Dm.Exec("./Net/p")).Answers(403);
        device.Manage("d.example", Dm.Exec("./Rogue/p")).Answers(202);
    }
}
