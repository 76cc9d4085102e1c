using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>S-114 and S-206: what B has the device do, when B is not there any more, and where it may not put it.</summary>
[TestClass]
public sealed class OperationScenarios
{
    private const string Correlator = "upd-7781";

    [TestMethod]
    public void S_114_Expiry_before_the_point_of_no_return_cancels_and_A_hears_of_it_DEL_218()
    {
        using var device = new TestDevice(Programs.Bind);
        var home = device.Scheme();
        device.Activate(new Delegating().Temporary(100));
        device.Manage("b.example", Dm.Exec(Programs.Update, "1.2.3", Correlator)).Answers(202);
        var started = device.Started().Single();
        Assert.AreEqual(("/usr/libexec/update", "1.2.3"), (started.Binding.Program, started.Argument));
        var operation = device.Durable.Operations[started.Number];
        Assert.AreEqual(("b.example", "7QK2", OperationPhase.Running), (operation.Principal, operation.Delegation, operation.Phase));

        device.Advance(TimeSpan.FromMilliseconds(99_999));
        Assert.IsEmpty(device.Cancelled());
        device.Advance(TimeSpan.FromMilliseconds(1));
        Assert.AreEqual((DelegationState.Expired, home), (device.Record("7QK2").State, device.Scheme()));
        CollectionAssert.AreEqual(new[] { started.Number }, device.Cancelled());
        AssertBehindCommit(device, effect => effect is CancelOperation, CommitPoint.T3);

        // Too late: it is being killed, and does not get the word to pass.
        device.AtPoint(started.Number);
        Assert.IsEmpty(device.Passed());
        device.Ends(started.Number, 137);
        var report = device.Servers["a.example"].Results().Single();
        Assert.AreEqual(
            (Programs.Update, Correlator, "warning", "Cancelled", "214", "181", "b.example", "7QK2"),
            (report.Source, report.Correlator, report.Mark, report.Element("Result"), report.Element("Status"), report.Element("Reason"), report.Element("By"), report.Element("Delegation")));
        Assert.IsEmpty(device.Durable.Operations);
    }

    [TestMethod]
    public void S_114_Expiry_after_the_point_of_no_return_lets_it_finish_and_A_gets_the_result_DEL_218()
    {
        using var device = new TestDevice(Programs.Bind);
        var b = device.Activate(new Delegating().Temporary(100));
        device.Manage("b.example", Dm.Exec(Programs.Update, "1.2.3", Correlator)).Answers(202);
        var number = device.Started().Single().Number;
        device.Advance(TimeSpan.FromSeconds(50));
        device.AtPoint(number);
        CollectionAssert.AreEqual(new[] { number }, device.Passed());
        AssertBehindCommit(device, effect => effect is PassPoint, CommitPoint.Record);

        device.Advance(TimeSpan.FromSeconds(5000));
        Assert.AreEqual(DelegationState.Expired, device.Record("7QK2").State);
        Assert.IsEmpty(device.Cancelled(), "neither the end nor the time-out");
        device.Ends(number, 0, "installed 1.2.3\n");
        var report = device.Servers["a.example"].Results().Single();
        Assert.AreEqual((Correlator, "Success", "200", "0", "installed 1.2.3\n"), (report.Correlator, report.Element("Result"), report.Element("Status"), report.Element("Exit"), report.Element("Output")));
        Assert.IsEmpty(b.Results(), "B has no account any more");
        Assert.IsFalse(device.Durable.Outbox.Values.Any(entry => entry.Target == "b.example"));
    }

    [TestMethod]
    public void S_206_A_target_outside_the_scope_is_refused_before_it_is_used_DEL_329()
    {
        using var device = new TestDevice(Programs.Bind);
        device.Activate(new Delegating());
        device.Manage(
            "b.example",
            Dm.Exec(Programs.Fetch, "./Net/eth0"), Dm.Exec(Programs.Fetch, "./Net/new"), Dm.Exec(Programs.Fetch, "./Vendor/Trust/anchor"),
            Dm.Exec(Programs.Fetch, "./DMAcc/a/ServerID"), Dm.Exec(Programs.Fetch, "./Delegation/7QK2/State"), Dm.Exec(Programs.Fetch, "./SCM/x?prop=ACL"),
            Dm.Exec(Programs.Fetch, "./SCM/dir/../../Net/eth0"), Dm.Exec(Programs.Fetch, "./SCM/dir"), Dm.Exec(Programs.Fetch, ""), Dm.Exec(Programs.Fetch))
            .Answers(425, 425, 425, 425, 425, 405, 404, 405, 404, 412);
        Assert.IsEmpty(device.Started());
        Assert.IsEmpty(device.Durable.Operations);
        Assert.AreEqual("up", device.ValueOf("./Net/eth0"));
    }

    [TestMethod]
    public void S_206_What_has_left_the_scope_meanwhile_is_refused_at_writing_DEL_329()
    {
        using var device = new TestDevice(Programs.Bind);
        var delegation = new Delegating();
        delegation.Scope.Clear();
        delegation.Scope.AddRange([new("./SCM/dir", "Add+Delete+Exec+Get+Replace"), new("./SCM/x", "Get+Replace")]);
        var b = device.Activate(delegation);
        device.Manage("b.example", Dm.Exec(Programs.Fetch, "./SCM/x", Correlator), Dm.Exec(Programs.Fetch, "./SCM/x")).Answers(202, 403);
        var number = device.Started().Single().Number;
        device.Manage("a.example", delegation.Operation("Reduce", "2")).Answers(200);
        Assert.IsEmpty(device.Cancelled(), "the node itself is in the scope still");

        device.Ends(number, 0, "of B");
        Assert.AreEqual("1", device.ValueOf("./SCM/x"));
        device.Manage("b.example", Dm.Get("./SCM/dir/leaf")).Answers(200);
        var report = b.Results().Single();
        Assert.AreEqual((Correlator, "Failure", "425"), (report.Correlator, report.Element("Result"), report.Element("Status")));
    }

    [TestMethod]
    public void S_206_What_ends_past_its_point_of_no_return_writes_nothing_any_more_DEL_218_DEL_329()
    {
        using var device = new TestDevice(Programs.Bind);
        device.Activate(new Delegating().Temporary(100));
        device.Manage("b.example", Dm.Exec(Programs.Fetch, "./SCM/new", Correlator)).Answers(202);
        var number = device.Started().Single().Number;
        device.AtPoint(number);
        device.Advance(TimeSpan.FromSeconds(100));
        Assert.AreEqual(DelegationState.Expired, device.Record("7QK2").State);

        device.Ends(number, 0, "of B");
        Assert.IsFalse(device.Exists("./SCM/new"));
        var report = device.Servers["a.example"].Results().Single();
        Assert.AreEqual(("Failure", "425"), (report.Element("Result"), report.Element("Status")));
    }

    [TestMethod]
    public void S_206_Inside_the_scope_the_output_becomes_the_value_in_the_name_of_B_DEL_329_REP_064()
    {
        using var device = new TestDevice(Programs.Bind);
        var b = device.Activate(new Delegating());
        device.Manage("b.example", Dm.Exec(Programs.Fetch, "./SCM/dir/leaf", Correlator)).Answers(202);
        Assert.AreEqual("./SCM/dir/leaf", device.Started()[0].Argument);
        device.Ends(device.Started()[0].Number, 0, "fetched");
        Assert.AreEqual("fetched", device.ValueOf("./SCM/dir/leaf"));
        device.Manage("b.example", Dm.Exec(Programs.Fetch, "./SCM/dir/fresh")).Answers(202);
        device.Ends(device.Started()[1].Number, 0, "fetched too");
        Assert.AreEqual("fetched too", device.ValueOf("./SCM/dir/fresh"));
        device.Manage("b.example", Dm.Get("./SCM/dir/leaf")).Answers(200);
        CollectionAssert.AreEqual(new[] { "Success", "Success" }, b.Results().Select(report => report.Element("Result")).ToArray());
        Assert.AreEqual(Correlator, b.Results()[0].Correlator);
        Assert.AreEqual("", b.Results()[1].Correlator, "none given, none sent (PRO-121)");
        Assert.IsEmpty(device.Servers["a.example"].Results(), "the right stands: the result is B's");
    }

    private static void AssertBehindCommit(TestDevice device, Predicate<Effect> effect, CommitPoint point)
    {
        var at = device.Effects.FindIndex(effect);
        var commit = device.Effects.FindLastIndex(at, happened => happened is Persist);
        Assert.IsTrue(commit >= 0 && ((Persist)device.Effects[commit]).Point == point, $"{point} before {device.Effects[at]}");
    }
}
