using System.Text;
using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.9: the process stops at a row of 12.4, starts again, and is before or behind the step, never between.</summary>
[TestClass]
public sealed class CrashScenarios
{
    [TestMethod]
    [DataRow(CrashPoint.C1BeforeRecordCommit)]
    [DataRow(CrashPoint.C2AfterRecordCommit)]
    [DataRow(CrashPoint.C3DuringValidation)]
    [DataRow(CrashPoint.C4BeforeT1Commit)]
    public void S_220_Before_T1_nothing_is_left_no_record_and_no_secret_DEL_121_DEL_292_DEL_296(CrashPoint point)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating();
        Crash(device, point, () => device.Manage("a.example", delegation.Ask(), delegation.Build()));

        Assert.IsEmpty(device.Durable.Records);
        Assert.IsEmpty(device.Durable.Outbox);
        Assert.AreEqual(home, device.Scheme());
        foreach (var file in Directory.GetFiles(device.Directory))
        {
            Assert.AreEqual(-1, File.ReadAllBytes(file).AsSpan().IndexOf(delegation.Tdk), Path.GetFileName(file));
        }

        // Nonces are void, A starts over.
        var again = new Delegating { GivenNonce = delegation.Nonce };
        Assert.AreEqual(403, device.Manage("a.example", again.Ask(), again.Build())[^1].Status);
        Assert.AreEqual(200, device.Manage("a.example", Dm.Delete(again.Uri))[0].Status);
        device.StartAccepted(new Delegating());
    }

    [TestMethod]
    [DataRow(CrashPoint.C4BeforeT1Commit)]
    [DataRow(CrashPoint.C5AfterT1Commit)]
    public void S_221_Around_the_commit_of_T1_it_is_all_done_or_not_at_all_DEL_120_DEL_124(CrashPoint point)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating();
        Crash(device, point, () => device.Manage("a.example", delegation.Ask(), delegation.Build()), restart: false);
        Assert.IsEmpty(device.Servers["a.example"].Alerts, "nothing was sent");
        device.Restart();
        AssertAllowed(device, home);
        Assert.AreEqual(point == CrashPoint.C5AfterT1Commit, device.Durable.Records.ContainsKey("7QK2"));
        if (point == CrashPoint.C4BeforeT1Commit)
        {
            return;
        }

        device.Advance(TimeSpan.FromMinutes(2));
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
        Assert.AreEqual("Success", device.Servers["a.example"].Of("Ack").Single().Element("Result"));
        Assert.AreEqual(200, device.Manage("a.example", delegation.Start())[0].Status, "a repeated Start");
        device.Advance(TimeSpan.FromSeconds(3600 - 120));
        Assert.AreEqual(170, device.Record("7QK2").Reason, "the window went on");
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_222_A_delivery_that_was_not_committed_is_repeated_under_the_same_key_DEL_236()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        Crash(device, CrashPoint.C6BeforeDeliveryCommit, () => device.Manage("a.example", delegation.Ask(), delegation.Build()));
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);

        // A has nothing to say; the nonce that was on its way is known on both sides all the same (SEC-050).
        device.Advance(TimeSpan.FromMinutes(5));

        var acks = device.Servers["a.example"].Of("Ack").ToList();
        Assert.IsGreaterThanOrEqualTo(2, acks.Count);
        Assert.HasCount(1, acks.Select(ack => ack.Attribute("key")).Distinct().ToList());
        Assert.IsEmpty(device.Durable.Outbox);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void S_223_Off_until_the_window_is_over_T3_comes_before_any_network_DEL_133_DEL_292(bool reboot)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating();
        Crash(device, CrashPoint.C7PendingAtRest, () => device.Manage("a.example", delegation.Ask(), delegation.Build()), restart: false);
        device.Servers["b.example"] = delegation.MakeB();
        var before = device.Effects.Count;
        if (reboot)
        {
            device.Reboot(TimeSpan.FromSeconds(3600));
        }
        else
        {
            device.Pass(3_600_000);
            device.Restart();
        }

        var ended = device.IndexOf(effect => effect is Persist { Point: CommitPoint.T3 }, before);
        Assert.IsGreaterThanOrEqualTo(before, ended);
        Assert.AreEqual(-1, device.Effects.FindIndex(before, ended - before, effect => effect is SendMessage), "T3 before any network");
        Assert.AreEqual((DelegationState.Failed, 170), (device.Record("7QK2").State, device.Record("7QK2").Reason));
        Assert.AreEqual(home, device.Scheme());
        Assert.AreEqual(0, device.Servers["b.example"].Sessions);
        AssertDelivered(device, "Ack", "End");
    }

    [TestMethod]
    [DataRow("auth", CrashPoint.C8BeforeT2Commit)]
    [DataRow("exec", CrashPoint.C8BeforeT2Commit)]
    [DataRow("auth", CrashPoint.C9AfterT2Commit)]
    [DataRow("exec", CrashPoint.C9AfterT2Commit)]
    public void S_224_Around_the_commit_of_T2_B_is_in_or_comes_again_DEL_131_DEL_184(string mode, CrashPoint point)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating { ["Confirm/Mode"] = mode };
        device.StartAccepted(delegation);
        var b = device.Arm(delegation);
        b.WrongCredential = true;
        device.Manage("b.example", Dm.Get("./DevInfo/Man"));
        b.WrongCredential = false;
        Assert.AreEqual(1, device.Record("7QK2").Grant!.BadAttempts);
        var challenge = Array.Empty<byte>();
        Batch[] session = mode == "auth"
            ? [_ => [Dm.Get("./SCM/x")]]
            : [delegation.Confirming()[0], answers => delegation.Confirming()[1](Noted(answers))];

        Crash(device, point, () => device.Manage("b.example", session));
        AssertAllowed(device, home);
        Assert.AreEqual(point == CrashPoint.C8BeforeT2Commit ? DelegationState.Pending : DelegationState.Active, device.Record("7QK2").State);
        Assert.AreEqual(1, device.Record("7QK2").Grant!.BadAttempts, "the attempt does not count");
        if (point == CrashPoint.C8BeforeT2Commit)
        {
            if (mode == "exec")
            {
                var old = device.Manage("b.example", _ => [Dm.Get(delegation.Uri + "/Confirm/Challenge")], _ => [delegation.Operation("Confirm", delegation.Proof(challenge))]);
                Assert.AreEqual(403, old[^1].Status, "the old challenge is void");
            }

            device.Confirm(delegation);
        }
        else
        {
            Assert.IsTrue(device.Record("7QK2").Grant!.Undo.Closed);
            device.Manage("b.example", Dm.Get("./SCM/x"));
        }

        device.Advance(TimeSpan.FromHours(1));
        AssertDelivered(device, "Ack", "Session");
        Assert.IsNotEmpty(b.Of("Session").Where(alert => alert.Element("Result") == "Success").ToList());
        AssertAllowed(device, home);
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);

        IReadOnlyList<Outcome> Noted(IReadOnlyList<Outcome> answers)
        {
            challenge = answers[^1].Octets;
            return answers;
        }
    }

    [TestMethod]
    [DataRow("revoke", CrashPoint.C15BeforeT3CommitOfCommand, DelegationState.Active)]
    [DataRow("revoke", CrashPoint.C16AfterT3Commit, DelegationState.Revoked)]
    [DataRow("revoke", CrashPoint.C17BeforeAbortOfB, DelegationState.Revoked)]
    [DataRow("expiry", CrashPoint.C14BeforeT3CommitOfDevice, DelegationState.Expired)]
    [DataRow("expiry", CrashPoint.C16AfterT3Commit, DelegationState.Expired)]
    [DataRow("expiry", CrashPoint.C18BeforeEndSent, DelegationState.Expired)]
    public void S_228_Around_the_commit_of_T3_the_scheme_is_live_or_home_DEL_121_DEL_267(string cause, CrashPoint point, DelegationState expected)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = cause == "revoke" ? new Delegating() : new Delegating().Temporary(10);
        var b = device.Activate(delegation);
        var sessions = b.Sessions;
        Crash(device, point, () =>
        {
            if (cause == "expiry")
            {
                device.Advance(TimeSpan.FromSeconds(10));
                return;
            }

            device.Open("b.example", _ => [Dm.Get("./SCM/x")], _ => [Dm.Get("./SCM/x")]);
            device.Exchange("b.example");
            device.ManageAlone("a.example", _ => [delegation.Operation("Revoke")]);
        });

        AssertAllowed(device, home);
        Assert.AreEqual(expected, device.Record("7QK2").State);
        Assert.IsEmpty(device.State.Sessions.Keys.Where(server => server == "b.example").ToList(), "its session is gone with the process");
        if (expected == DelegationState.Active)
        {
            Assert.AreEqual(200, device.Manage("a.example", delegation.Operation("Revoke"))[0].Status, "no Status was sent, A repeats it");
        }

        sessions = b.Sessions;
        device.Manage("b.example", Dm.Get("./SCM/x"));
        device.Advance(TimeSpan.FromHours(1));
        Assert.AreEqual(sessions, b.Sessions, "a login of B is impossible");
        Assert.AreEqual(home, device.Scheme());
        AssertDelivered(device, "Ack", "Session", "End");
        Assert.AreEqual((AckState.Delivered, AckState.GivenUp), (device.Record("7QK2").AckDelegating, device.Record("7QK2").AckDelegated));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void S_234_Replace_Revoke_Replace_in_one_message_are_three_commits_DEL_143_DEL_334(int commit)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating();
        device.Activate(delegation);
        Command[] message = [Dm.Replace("./Net/eth0", "first"), delegation.Operation("Revoke"), Dm.Replace("./SCM/x", "second")];
        var commits = 0;
        device.CutAfter = effect => effect is Persist persist && Touches(persist) && ++commits == commit;
        Assert.ThrowsExactly<PowerCutException>(() => device.Manage("a.example", message));
        device.Restart();

        Assert.AreEqual("first", device.ValueOf("./Net/eth0"));
        Assert.AreEqual(commit == 1 ? DelegationState.Active : DelegationState.Revoked, device.Record("7QK2").State);
        Assert.AreEqual(commit == 3 ? "second" : "1", device.ValueOf("./SCM/x"));
        AssertAllowed(device, home);

        var statuses = device.Manage("a.example", message).Select(answer => answer.Status).ToArray();
        CollectionAssert.AreEqual(commit == 1 ? new[] { 200, 200, 200 } : [200, 405, 200], statuses);
        device.Advance(TimeSpan.FromHours(1));
        Assert.AreEqual((DelegationState.Revoked, "second"), (device.Record("7QK2").State, device.ValueOf("./SCM/x")));
        Assert.AreEqual(home, device.Scheme());
        AssertDelivered(device, "Ack", "Session", "End");

        // The commits of this message: each changes one of the three things it asks for.
        bool Touches(Persist persist) =>
            Value(persist.Before, "./Net/eth0") != Value(persist.After, "./Net/eth0")
            || persist.Before.Records["7QK2"].State != persist.After.Records["7QK2"].State
            || Value(persist.Before, "./SCM/x") != Value(persist.After, "./SCM/x");
    }

    [TestMethod]
    public void Every_named_crash_point_is_reached_by_the_course_of_this_file_DEL_296()
    {
        var passed = new HashSet<CrashPoint>();
        foreach (var temporary in new[] { false, true })
        {
            using var device = new TestDevice();
            _ = Run(device, temporary);
            passed.UnionWith(device.Passed);
        }

        // Rotation and finality (C10, C11), and a chain that ends (C20), have courses of their own.
        using (var device = new TestDevice())
        {
            device.Finalise(new Delegating().Final());
            passed.UnionWith(device.Passed);
        }

        using (var device = new TestDevice())
        {
            var parent = Given.Active(device, Chains.Parent());
            Given.Active(device, Chains.Child());
            device.Manage(Given.A, parent.Operation("Revoke")).Answers(200);
            passed.UnionWith(device.Passed);
        }

        CollectionAssert.AreEquivalent(Enum.GetValues<CrashPoint>(), passed.ToArray());
    }

    /// <summary>The k-th mark of the course stops the process, for every k; whoever got no answer repeats what it asked for.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void S_233_A_crash_at_any_mark_of_the_complete_course_ends_in_an_allowed_state_DEL_290_DEL_294_DEL_296(bool temporary)
    {
        for (var k = 1; ; k++)
        {
            using var device = new TestDevice();
            var (marks, cut) = (0, "");
            device.CutAfter = effect => effect is CrashMark mark && ++marks == k && (cut = mark.Point.ToString()).Length > 0;
            var restarts = Run(device, temporary);
            if (cut.Length == 0)
            {
                Assert.IsGreaterThan(10, k, "the course has marks");
                return;
            }

            Assert.AreEqual(1, restarts, cut);
        }
    }

    /// <summary>
    /// The whole life of a delegation, robust against crashes: each step looks at what is there and asks again for what is missing. Every
    /// restart must come up in an allowed state, and the end is the same whatever happened.
    /// </summary>
    private static int Run(TestDevice device, bool temporary)
    {
        var home = device.Scheme();
        var (delegation, restarts) = (new Delegating(), 0);
        Action[] steps =
        [
            () =>
            {
                if (!device.Durable.Records.ContainsKey("7QK2"))
                {
                    delegation = temporary ? new Delegating().Temporary(600) : new Delegating();
                    device.Manage("a.example", delegation.Ask(), delegation.Build());
                }
            },
            () => device.Servers["b.example"] = delegation.MakeB(),
            () => device.Manage("b.example", Dm.Replace("./SCM/x", "of B")),
            () => device.Advance(TimeSpan.FromMinutes(5)),
            () =>
            {
                if (!temporary && device.Record("7QK2").State == DelegationState.Active)
                {
                    device.Open("b.example", _ => [Dm.Get("./SCM/x")], _ => [Dm.Get("./SCM/x")]);
                    device.Exchange("b.example");
                    device.ManageAlone("a.example", _ => [delegation.Operation("Revoke")]);
                }
            },
            device.Pump,
            () => device.Advance(TimeSpan.FromMinutes(30)),
        ];
        for (var step = 0; step < steps.Length;)
        {
            try
            {
                steps[step]();
                step++;
            }
            catch (PowerCutException)
            {
                restarts++;
                device.Restart();
                AssertAllowed(device, home);
            }
        }

        Assert.AreEqual(temporary ? DelegationState.Expired : DelegationState.Revoked, device.Record("7QK2").State, device.LogText());
        Assert.AreEqual(home, device.Scheme());
        AssertDelivered(device, "Ack", "Session", "End");
        return restarts;
    }

    private static void Crash(TestDevice device, CrashPoint point, Action until, bool restart = true)
    {
        device.CrashAt = point;
        Assert.ThrowsExactly<PowerCutException>(until);
        if (restart)
        {
            device.Restart();
        }
    }

    /// <summary>The scheme is that of the state, whole: home, T1's or T2's; what is written here is typed from sections 7.1 and 7.2.</summary>
    private static void AssertAllowed(TestDevice device, string home)
    {
        var state = device.Durable.Records.TryGetValue("7QK2", out var record) ? record.State : DelegationState.Failed;
        if (state is not (DelegationState.Pending or DelegationState.Active))
        {
            Assert.AreNotEqual(DelegationState.Staged, state, "a staged record does not survive a start");
            Assert.AreEqual(home, device.Scheme());
            Assert.AreEqual(0, device.AccountsOf("b.example"));
            return;
        }

        var acls = home.Split('\n').Where(line => line.Contains(' ', StringComparison.Ordinal) && !line.StartsWith("./SCM ", StringComparison.Ordinal)).ToList();
        acls.Add("./SCM " + (state == DelegationState.Pending ? NormalCourse.AllOfAAndB : NormalCourse.AllOfBAndGetOfA));
        acls.Add("./DMAcc/d-7QK2 Get=b.example&Replace=b.example");
        CollectionAssert.AreEquivalent(acls, device.Acls().Split('\n'));
        Assert.AreEqual(1, device.AccountsOf("b.example"));
    }

    /// <summary>A has got each of these, at least once and under one key each; nothing waits any more.</summary>
    private static void AssertDelivered(TestDevice device, params string[] events)
    {
        var alerts = device.Servers["a.example"].Alerts;
        foreach (var happening in events)
        {
            var keys = alerts.Where(alert => alert.Event == happening).Select(alert => alert.Attribute("key")).Distinct().ToList();
            Assert.HasCount(1, keys, happening);
        }

        Assert.AreEqual("", string.Join(' ', device.Durable.Outbox.Values.Select(entry => $"{entry.Event} for {entry.Target}")), device.LogText());
    }

    private static string Value(DmDelegation.Engine.State.AgentState state, string uri) =>
        Encoding.UTF8.GetString(state.Tree.Find(DmDelegation.Tree.NodePath.Parse(uri))!.Value.Span);
}
