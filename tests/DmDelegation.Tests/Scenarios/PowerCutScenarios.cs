using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;
using ScopeEntry = DmDelegation.ServerStub.Delegation.ScopeEntry;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.9: power cuts in series, in recovery, with long nights between, and an older copy of the store.</summary>
[TestClass]
public sealed class PowerCutScenarios
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void S_227_After_a_crash_and_a_long_night_a_temporary_delegation_has_ended_or_is_suspended_DEL_213_DEL_219(bool clockTrusted)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating().Temporary(3600);
        var b = device.Activate(delegation);
        device.Advance(TimeSpan.FromMinutes(10));
        device.CutBefore = effect => effect is Persist;
        Assert.ThrowsExactly<PowerCutException>(() => device.Manage("b.example", Dm.Replace("./SCM/x", "lost")));
        var (before, sessions) = (device.Effects.Count, b.Sessions);

        device.Reboot(TimeSpan.FromHours(5), clockTrusted);

        Assert.AreEqual("1", device.ValueOf("./SCM/x"));
        if (clockTrusted)
        {
            // C12
            var ended = device.IndexOf(effect => effect is Persist { Point: CommitPoint.T3 }, before);
            Assert.IsGreaterThanOrEqualTo(before, ended);
            Assert.AreEqual(-1, device.Effects.FindIndex(before, ended - before, effect => effect is SendMessage), "T3 before any network");
        }
        else
        {
            // C13
            Assert.AreEqual(DelegationState.Suspended, device.Record("7QK2").State);
            Assert.IsTrue(device.Manage("b.example", Dm.Get("./SCM/x")).All(answer => answer.Status is 0 or 425));
            Assert.IsTrue(b.AbortedByDevice);
            sessions = b.Sessions;
            device.TrustClock(new DateTimeOffset(2030, 1, 1, 8, 20, 0, TimeSpan.Zero));
        }

        Assert.AreEqual((DelegationState.Expired, 181), (device.Record("7QK2").State, device.Record("7QK2").Reason), device.LogText());
        Assert.AreEqual(home, device.Scheme());
        Assert.AreEqual(sessions, b.Sessions);
    }

    [TestMethod]
    public void S_227_Where_the_time_never_comes_the_budget_ends_it_DEL_213_DEL_215()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        device.Activate(new Delegating().Temporary(3600));
        device.Reboot(TimeSpan.FromHours(5), clockTrusted: false);
        Assert.AreEqual(DelegationState.Suspended, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromSeconds(3600));
        Assert.AreEqual((DelegationState.Expired, 181), (device.Record("7QK2").State, device.Record("7QK2").Reason));
        Assert.AreEqual(home, device.Scheme());
    }

    /// <summary>Recovery with everything to do; it is cut three times in a row at the same effect, for every effect it has.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void S_229_A_recovery_that_is_cut_three_times_ends_where_an_undisturbed_one_does_DEL_292_DEL_294(bool clockTrusted)
    {
        var (undisturbed, effects) = Recovered(clockTrusted, cutAt: -1);
        Assert.IsGreaterThan(6, effects);
        for (var at = 0; at < effects; at++)
        {
            Assert.AreEqual(undisturbed, Recovered(clockTrusted, at).Outcome, $"cut at effect {at} of {effects}");
        }
    }

    private static (string Outcome, int Effects) Recovered(bool clockTrusted, int cutAt)
    {
        using var device = new TestDevice();
        device.Activate(Of("ENDED", "b.example", "./SCM").Temporary(60));
        device.Activate(Of("RUNS", "c.example", "./Net").Temporary(864_000));
        device.StartAccepted(Of("WAITS", "e.example", "./Vendor"));
        device.Manage("d.example", Dm.AddNode("./Delegation/STAGED"));
        var before = device.Effects.Count;
        device.Network(up: false);
        if (cutAt < 0)
        {
            device.Reboot(TimeSpan.FromHours(2), clockTrusted);
            return (Outcome(device), device.Effects.Count - before);
        }

        for (var times = 0; times < 3; times++)
        {
            var seen = 0;
            device.CutBefore = _ => seen++ == cutAt;
            try
            {
                if (times == 0)
                {
                    device.Reboot(TimeSpan.FromHours(2), clockTrusted);
                }
                else
                {
                    device.Restart();
                }
            }
            catch (PowerCutException)
            {
                // Again.
            }
        }

        device.CutBefore = null;
        device.Restart();
        return (Outcome(device), 0);
    }

    /// <summary>What must be the same however often the power went: who may do what, where each record stands, and which reports wait.</summary>
    private static string Outcome(TestDevice device) => string.Join('\n',
    [
        device.Acls(),
        .. device.Durable.Records.Values.Select(record => $"{record.Id} {record.State} {record.Reason} {record.AlertsQueued} {record.Grant?.Undo.Closed}"),
        .. device.Durable.Outbox.Values.Select(entry => $"{entry.Event} of {entry.DelegationId} for {entry.Target} {entry.Key}"),
        .. device.Durable.Evidence.Entries.Values.Where(entry => entry.Event != "Suspended").Select(entry => $"{entry.Event} {entry.DelegationId} {entry.Reason}"),
    ]);

    [TestMethod]
    [DataRow("refused")]
    [DataRow("cut before its commit")]
    [DataRow("window over")]
    [DataRow("cancelled")]
    public void S_232_A_failure_of_another_delegation_does_not_replay_the_undo_of_this_one_DEL_131_DEL_295(string failure)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var first = Of("FIRST", "b.example", "./SCM");
        device.Activate(first);
        device.Manage("b.example", Dm.Replace("./SCM/x", "of B"));
        var (live, value) = (device.Scheme(), device.ValueOf("./SCM/x"));
        var second = Of("SECOND", "c.example", "./Net");
        switch (failure)
        {
            case "refused":
                second.Tdk = new byte[32];
                device.StartFails(second, 403, 152);
                break;
            case "cut before its commit":
                device.CrashAt = CrashPoint.C4BeforeT1Commit;
                Assert.ThrowsExactly<PowerCutException>(() => device.Start(second));
                device.Restart();
                break;
            case "window over":
                device.StartAccepted(second);
                device.Advance(TimeSpan.FromHours(2));
                Assert.AreEqual(170, device.Record("SECOND").Reason);
                break;
            default:
                device.StartAccepted(second);
                device.Manage("a.example", second.Operation("Cancel")).Answers(200);
                break;
        }

        device.Restart();
        Assert.AreEqual(live, device.Scheme());
        Assert.AreEqual((DelegationState.Active, true, value), (device.Record("FIRST").State, device.Record("FIRST").Grant!.Undo.Closed, device.ValueOf("./SCM/x")));
        device.Manage("a.example", Dm.Replace("./SCM/x", "of A"), first.Operation("Revoke")).Answers(425, 200);
        Assert.AreEqual(home, device.Scheme());
    }

    /// <summary>Before and after every commit of the course, not only at the named marks.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void S_233_A_cut_before_or_after_any_commit_leaves_the_home_scheme_or_the_new_one_DEL_120_DEL_290_DEL_296(bool before)
    {
        for (var k = 1; ; k++)
        {
            using var device = new TestDevice();
            var home = device.Acls();
            var (commits, cut) = (0, false);
            bool Here(Effect effect) => effect is Persist && ++commits == k && (cut = true);
            device.CutBefore = before ? Here : null;
            device.CutAfter = before ? null : Here;
            var allowed = Allowed(home);
            foreach (var step in Course(device))
            {
                try
                {
                    step();
                }
                catch (PowerCutException)
                {
                    device.Restart();
                    Assert.Contains(InOrder(device.Acls().Split('\n')), allowed, $"commit {k}");
                }
            }

            device.Advance(TimeSpan.FromHours(3));
            Assert.AreEqual(home, device.Acls(), $"commit {k}");
            Assert.IsEmpty(device.Durable.Outbox, $"commit {k}");
            if (!cut)
            {
                Assert.IsGreaterThan(10, k, "the course has commits");
                return;
            }
        }
    }

    private static Action[] Course(TestDevice device)
    {
        var delegation = new Delegating().Temporary(600);
        return
        [
            () => device.Start(delegation),
            () => device.Servers["b.example"] = delegation.MakeB(),
            () => device.Advance(TimeSpan.FromMinutes(5)),
            () => device.Manage("b.example", Dm.Replace("./SCM/x", "of B")),
            () => device.Advance(TimeSpan.FromMinutes(15)),
        ];
    }

    /// <summary>The three schemes of the course, typed from 7.1 and 7.2.</summary>
    private static string[] Allowed(string home)
    {
        var others = home.Split('\n').Where(line => !line.StartsWith("./SCM ", StringComparison.Ordinal)).ToList();
        string With(string scm) => InOrder([.. others, "./DMAcc/d-7QK2 Get=b.example&Replace=b.example", "./SCM " + scm]);
        return [InOrder(home.Split('\n')), With(NormalCourse.AllOfAAndB), With(NormalCourse.AllOfBAndGetOfA)];
    }

    private static string InOrder(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal));

    [TestMethod]
    public void S_235_Yesterdays_copy_of_the_store_lives_again_and_ends_at_NotAfter_DEL_192_DEL_219()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating().Temporary(345_600);
        delegation["Expiry/NotAfter"] = "20300103T030405Z";
        device.Activate(delegation);
        var yesterday = device.CopyStore();
        device.Manage("a.example", delegation.Operation("Revoke")).Answers(200);
        Assert.AreEqual(home, device.Scheme());
        device.Advance(TimeSpan.FromDays(1));

        device.PutBack(yesterday);
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State, "T42: not detected, documented");
        device.Manage("b.example", Dm.Replace("./SCM/x", "again")).Answers(200);
        device.Advance(new DateTimeOffset(2030, 1, 3, 3, 4, 4, TimeSpan.Zero) - device.Now.Wall);
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual((DelegationState.Expired, 181), (device.Record("7QK2").State, device.Record("7QK2").Reason));
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_235_Beyond_NotAfter_the_copy_ends_before_it_lives_DEL_219()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating().Temporary(345_600);
        delegation["Expiry/NotAfter"] = "20300103T030405Z";
        var b = device.Activate(delegation);
        var yesterday = device.CopyStore();
        device.Manage("a.example", delegation.Operation("Revoke")).Answers(200);
        device.Advance(TimeSpan.FromDays(3));
        var sessions = b.Sessions;
        device.PutBack(yesterday);
        Assert.AreEqual((DelegationState.Expired, sessions), (device.Record("7QK2").State, b.Sessions));
        Assert.AreEqual(home, device.Scheme());
    }

    private static Delegating Of(string id, string b, string scope)
    {
        var delegation = new Delegating(id, b: b);
        delegation.Scope[0] = new ScopeEntry(scope, "Add+Delete+Exec+Get+Replace");
        return delegation;
    }
}
