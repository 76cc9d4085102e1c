using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.4: fail-safe, expiry, clocks.</summary>
[TestClass]
public sealed class ExpiryScenarios
{
    [TestMethod]
    public void S_100_The_window_runs_out_and_the_home_scheme_is_back_DEL_133_DEL_134_DEL_270_DEL_291()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating { ["Confirm/Window"] = "10" };
        device.StartAccepted(delegation);

        device.Advance(TimeSpan.FromMilliseconds(9_999));
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromMilliseconds(1));

        var record = device.Record("7QK2");
        Assert.AreEqual((DelegationState.Failed, 170), (record.State, record.Reason));
        Assert.AreEqual(home, device.Scheme());
        Assert.AreEqual(0, device.AccountsOf("b.example"));
        var end = device.Servers["a.example"].Of("End").Single();
        Assert.AreEqual(("Failure", "170", "10", "warning"), (end.Element("Result"), end.Element("Reason"), end.Element("State"), end.Mark));

        var again = device.Manage("a.example", delegation.Start(), Dm.Get(delegation.Uri + "/State"));
        Assert.AreEqual((405, "10"), (again[0].Status, again[1].Text));
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_101_Neither_A_nor_B_changes_the_window_DEL_083_DEL_134()
    {
        using var device = new TestDevice(setup => setup.Known.Add("e.example"));
        var delegation = new Delegating();
        device.StartAccepted(delegation);
        Assert.AreEqual(405, device.Manage("a.example", Dm.Replace("./Delegation/7QK2/Confirm/Window", "604800", "int"))[0].Status);
        Assert.AreEqual(3600, device.Record("7QK2").Grant!.WindowSeconds);

        // Mode auth: the first session of B activates before its first command; the window is closed to it all the same.
        var b = device.Confirm(delegation, _ => [Dm.Replace("./Delegation/7QK2/Confirm/Window", "604800", "int")]);
        Assert.AreEqual(405, b.Outcomes[^1].Status);

        // Mode exec: B stays Pending. A known B is refused as a writer of the record, a guest already as not confirmed (DEL-175).
        var known = new Delegating("8XK3", b: "e.example").KnownB();
        known.Scope[0] = new("./Net", "Get+Replace");
        device.StartAccepted(known);
        Assert.AreEqual(405, device.Manage("e.example", Dm.Replace("./Delegation/8XK3/Confirm/Window", "604800", "int"))[0].Status);
        var guest = new Delegating("9YK4", b: "f.example").Exec();
        guest.Scope[0] = new("./Vendor", "Get+Replace");
        device.StartAccepted(guest);
        device.Arm(guest);
        Assert.AreEqual(425, device.Manage("f.example", Dm.Replace("./Delegation/9YK4/Confirm/Window", "604800", "int"))[0].Status);
        foreach (var id in new[] { "8XK3", "9YK4" })
        {
            Assert.AreEqual((DelegationState.Pending, 3600L), (device.Record(id).State, device.Record(id).Grant!.WindowSeconds));
        }

        device.Advance(TimeSpan.FromSeconds(3600));
        Assert.AreEqual(170, device.Record("9YK4").Reason);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void S_106_Off_beyond_the_end_it_is_Expired_before_any_session_DEL_212_DEL_219_DEL_292(bool byBudget)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        // One hour left either way; with the long window only the budget can bite, with NotAfter alone only T.
        var delegation = byBudget
            ? new Delegating { ["Confirm/Window"] = "604800" }.Temporary(3600)
            : new Delegating { ["DurationType"] = "temporary", ["Expiry/NotAfter"] = "20300101T040405Z" };
        device.Activate(delegation);
        var before = device.Effects.Count;

        device.Reboot(TimeSpan.FromHours(2));

        Assert.AreEqual((DelegationState.Expired, 181), (device.Record("7QK2").State, device.Record("7QK2").Reason));
        Assert.AreEqual(home, device.Scheme());
        var ended = device.IndexOf(effect => effect is Persist { Point: CommitPoint.T3 }, before);
        var sent = device.IndexOf(effect => effect is SendMessage, before);
        Assert.IsTrue(ended >= before && sent > ended, "T3 before any network");
        Assert.HasCount(1, device.Servers["a.example"].Of("End").ToList());
    }

    /// <summary>
    /// Time arrives with the message (DEL-216), so a message is one moment: an expiry falls before all of it or behind all of it. The
    /// Atomic of the last message in time completes; everything in the next one is refused.
    /// </summary>
    [TestMethod]
    public void S_112_The_Atomic_completes_the_next_command_does_not_and_the_session_is_aborted_DEL_216_DEL_217()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating().Temporary(10);
        var b = device.Activate(delegation);
        device.Open(
            "b.example",
            _ => [Dm.Atomic(Dm.Replace("./SCM/x", "in time"), Dm.Replace("./SCM/dir/leaf", "in time"))],
            _ => [Dm.Replace("./SCM/x", "late"), Dm.Get("./SCM/x")],
            _ => [Dm.Get("./SCM/x")]);
        device.Pass(9_999);
        device.Exchange("b.example");
        Assert.AreEqual((DelegationState.Active, "in time", "in time"), (device.Record("7QK2").State, device.ValueOf("./SCM/x"), device.ValueOf("./SCM/dir/leaf")));

        // The timer is late by design of this test; the check at the message is not.
        device.Pass(1);
        device.Exchange("b.example");
        Assert.AreEqual((DelegationState.Expired, 181), (device.Record("7QK2").State, device.Record("7QK2").Reason));
        Assert.AreEqual("in time", device.ValueOf("./SCM/x"));
        device.Pump();

        CollectionAssert.AreEqual(new[] { 200, 200, 200, 425, 425 }, b.Outcomes.Select(outcome => outcome.Status).ToArray(), device.LogText());
        Assert.IsTrue(b.AbortedByDevice);
        Assert.IsTrue(b.Received[^1].Commands.OfType<Alert>().Any(alert => alert.Code == AlertCode.SessionAbort), "with the next message");
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_118_A_shortens_and_never_lengthens_and_B_does_neither_DEL_209()
    {
        using var device = new TestDevice();
        var delegation = new Delegating { ["Expiry/NotAfter"] = "20300101T050405Z" }.Temporary(3600);
        var b = device.Activate(delegation);
        const string notAfter = "./Delegation/7QK2/Expiry/NotAfter";
        const string maxSeconds = "./Delegation/7QK2/Expiry/MaxSeconds";

        var answers = device.Manage(
            "a.example",
            Dm.Replace(notAfter, "20300101T033405Z"), Dm.Replace(notAfter, "20300101T040405Z"), Dm.Get(notAfter),
            Dm.Replace(maxSeconds, "3000", "int"), Dm.Replace(maxSeconds, "3600", "int"), Dm.Get(maxSeconds));
        CollectionAssert.AreEqual(new[] { 200, 405, 200, 200, 405, 200 }, answers.Select(answer => answer.Status).ToArray());
        Assert.AreEqual(("20300101T033405Z", "3000"), (answers[2].Text, answers[5].Text));

        device.Manage("b.example", Dm.Replace(notAfter, "20300101T040405Z"), Dm.Replace(notAfter, "20300101T030505Z"), Dm.Replace(maxSeconds, "10", "int"));
        CollectionAssert.AreEqual(new[] { 405, 405, 405 }, b.Outcomes.Select(outcome => outcome.Status).ToArray());

        device.Advance(TimeSpan.FromMilliseconds((30 * 60_000) - 1));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromMilliseconds(1));
        Assert.AreEqual(DelegationState.Expired, device.Record("7QK2").State);
    }
}
