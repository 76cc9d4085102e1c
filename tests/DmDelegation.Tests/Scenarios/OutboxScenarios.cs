using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Delegation.Keys;
using DmDelegation.Engine.Delegation.Start;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.State;
using DmDelegation.Tests.Scenarios.Harness;
using ScopeEntry = DmDelegation.ServerStub.Delegation.ScopeEntry;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.5, and S-049: reports that have to wait, and the room that is kept for them.</summary>
[TestClass]
public sealed class OutboxScenarios
{
    private const int Devices = 50;

    [TestMethod]
    public void S_132_A_unreachable_for_five_days_changes_nothing_and_hears_everything_in_order_DEL_239_DEL_242_DEL_243_DEL_244()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var a = device.Servers["a.example"];
        var delegation = new Delegating().Temporary(86_400);
        device.StartAccepted(delegation);
        a.Reachable = false;
        device.Confirm(delegation);
        var active = device.Now;
        device.Advance(TimeSpan.FromSeconds(86_400) - TimeSpan.FromMilliseconds(device.Now.BootMs - active.BootMs + 1));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromMilliseconds(1));
        Assert.AreEqual((DelegationState.Expired, 181), (device.Record("7QK2").State, device.Record("7QK2").Reason), "in time, without A");
        Assert.AreEqual(home, device.Scheme());

        device.Advance(TimeSpan.FromDays(4));
        CollectionAssert.AreEqual(new[] { "Session", "End" }, device.Durable.Outbox.Values.Select(entry => entry.Event).ToArray());
        Assert.AreEqual(AckState.Queued, device.Record("7QK2").AckDelegating);
        var before = a.Alerts.Count;
        a.Reachable = true;
        device.Advance(TimeSpan.FromHours(6));

        CollectionAssert.AreEqual(new[] { "Session", "End" }, a.Alerts.Skip(before).Select(alert => alert.Event).ToArray());
        CollectionAssert.AreEqual(new[] { "1", "3", "4" }, a.Alerts.Select(alert => alert.Attribute("n")).ToArray(), "strictly by n; 2 was for B");
        Assert.IsEmpty(device.Durable.Outbox);
        Assert.AreEqual(AckState.Delivered, device.Record("7QK2").AckDelegating);
    }

    [TestMethod]
    public void What_comes_later_about_a_delegation_waits_while_its_target_refuses_what_comes_first_DEL_239_DEL_238()
    {
        using var device = new TestDevice();
        var a = device.Servers["a.example"];
        var (one, two) = (new Delegating(), new Delegating("8XK3", b: "e.example"));
        two.Scope[0] = new("./Net", "Get+Replace");
        device.StartAccepted(one);
        device.StartAccepted(two);
        a.Reachable = false;
        device.Confirm(one);
        device.Confirm(two);
        device.Handle(new LocalEnd(one.Id));
        var before = a.Alerts.Count;
        Assert.AreEqual("Session 7QK2, Session 8XK3, End 7QK2", Waiting());

        // A takes everything but Session of the first.
        (a.Reachable, a.AlertStatusOf) = (true, alert => alert.Items[0].Source!.LocURI == one.Uri && alert.Items[0].Meta!.Type!.EndsWith("/Session", StringComparison.Ordinal) ? 500 : 200);
        device.Manage("a.example", (Batch[])[]);
        Assert.AreEqual("Session 7QK2, Session 8XK3", Heard());
        Assert.AreEqual("Session 7QK2, End 7QK2", Waiting(), "no order between delegations, none within one is broken");
        device.Manage("a.example", (Batch[])[]);
        device.Manage("a.example", (Batch[])[]);
        Assert.IsEmpty(device.Durable.Outbox, "given up, the next one went in the same session");
        Assert.AreEqual("Session 7QK2, Session 8XK3, Session 7QK2, Session 7QK2, End 7QK2", Heard());

        string Waiting() => string.Join(", ", device.Durable.Outbox.Values.Where(entry => entry.Target == "a.example").Select(entry => $"{entry.Event} {entry.DelegationId}"));
        string Heard() => string.Join(", ", a.Alerts.Skip(before).Select(alert => $"{alert.Event} {alert.Source.Split('/')[^1]}"));
    }

    // A Status that settles nothing: In progress, or a demand for credentials that A has already.
    [TestMethod]
    [DataRow(101)]
    [DataRow(407)]
    public void What_gets_no_Status_holds_up_the_later_ones_in_three_sessions_and_stays_DEL_239(int status)
    {
        using var device = new TestDevice();
        var a = device.Servers["a.example"];
        var delegation = new Delegating();
        device.StartAccepted(delegation);
        a.Reachable = false;
        device.Confirm(delegation);
        device.Handle(new LocalEnd(delegation.Id));
        device.Pump();
        var before = a.Alerts.Count;
        (a.Reachable, a.AlertStatusOf) = (true, alert => alert.Items[0].Meta!.Type!.EndsWith("/Session", StringComparison.Ordinal) ? status : 200);
        for (var session = 0; session < 3; session++)
        {
            device.Manage("a.example", (Batch[])[]);
        }

        Assert.AreEqual("Session, Session, Session", Heard());
        device.Manage("a.example", (Batch[])[]);
        Assert.AreEqual("Session, Session, Session, Session, End", Heard());
        Assert.AreEqual("Session", device.Durable.Outbox.Values.Single(entry => entry.Target == "a.example").Event);

        string Heard() => string.Join(", ", a.Alerts.Skip(before).Select(alert => alert.Event));
    }

    [TestMethod]
    public void S_134_Fifty_devices_come_back_spread_and_each_with_one_session_at_a_time_DEL_242_DEL_245()
    {
        const long outageMs = 2 * 86_400_000L;
        const long capMs = 6 * 3_600_000L;
        var returned = new List<long>();
        for (var i = 0; i < Devices; i++)
        {
            using var device = new TestDevice();
            var a = device.Servers["a.example"];
            var delegation = new Delegating();
            device.StartAccepted(delegation);
            a.Reachable = false;
            var before = device.Opened.Count;
            device.Confirm(delegation);
            var start = device.Now.BootMs;
            device.Advance(TimeSpan.FromMilliseconds(outageMs));
            var attempts = device.Opened.Skip(before).Where(opened => opened.Server == "a.example").Select(opened => opened.BootMs).ToList();
            var gaps = attempts.Zip(attempts.Skip(1), (one, next) => next - one).ToList();
            AssertBackoff(gaps, capMs);

            a.Reachable = true;
            a.OnMessage = message => Assert.HasCount(1, device.State.Sessions.Keys.Where(server => server == "a.example").ToList());
            var sessions = a.Sessions;
            device.Advance(TimeSpan.FromMilliseconds(capMs));
            Assert.AreEqual(sessions + 1, a.Sessions, "one session delivers all that waited");
            Assert.IsEmpty(device.Durable.Outbox);
            returned.Add(device.Opened.First(opened => opened.Server == "a.example" && opened.BootMs >= start + outageMs).BootMs - start - outageMs);
        }

        // At the cap the waits lie between three and six hours: fifty devices that stopped together do not come back together. With a uniform
        // spread no hour of the six sees more than half of them but by a chance of less than one in a billion.
        var hours = returned.GroupBy(ms => ms / 3_600_000).ToList();
        Assert.IsGreaterThanOrEqualTo(3, hours.Count, string.Join(' ', returned));
        Assert.IsLessThanOrEqualTo(Devices * 3 / 4, hours.Max(hour => hour.Count()));
        Assert.IsGreaterThan(Devices / 2, returned.Distinct().Count());
    }

    /// <summary>Each wait lies between one half and one of min(cap, 30 s · 2^n), at the cap too, where it still differs.</summary>
    private static void AssertBackoff(List<long> gaps, long capMs)
    {
        Assert.IsGreaterThan(10, gaps.Count);
        for (var n = 0; n < gaps.Count; n++)
        {
            var ceiling = Math.Min(capMs, 30_000L << Math.Min(n, 20));
            Assert.IsTrue(gaps[n] >= ceiling / 2 && gaps[n] <= ceiling + 1, $"attempt {n}: {gaps[n]} of {ceiling}");
        }

        Assert.IsGreaterThan(1, gaps.TakeLast(4).Distinct().Count(), "the jitter survives the cap");
    }

    [TestMethod]
    public void S_134_Another_network_begins_the_waits_anew_and_spread_for_whoever_was_not_reached_DEL_242()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        device.StartAccepted(delegation);
        device.Servers["a.example"].Reachable = false;
        device.Confirm(delegation);
        device.Advance(TimeSpan.FromDays(1));
        while (Wait(device, "a.example") < 3_600_000)
        {
            device.Advance(TimeSpan.FromMinutes(10));
        }

        device.Open("d.example");
        device.Handle(new ExchangeFailed("d.example", device.State.Sessions["d.example"].Serial, "http-503", 7200));
        device.Handle(new ConnectivityChanged());

        Assert.IsTrue(Wait(device, "a.example") is >= 15_000 and <= 30_000, $"{Wait(device, "a.example")}");
        Assert.IsGreaterThanOrEqualTo(7_200_000, Wait(device, "d.example"), "what a server asked for stands");
        device.Servers["a.example"].Reachable = true;
        device.Advance(TimeSpan.FromSeconds(30));
        Assert.IsEmpty(device.Durable.Outbox);
    }

    private static long Wait(TestDevice device, string server) => device.State.Contacts[server].NotBeforeBootMs - device.Now.BootMs;

    [TestMethod]
    public void S_049_Without_room_for_the_undo_a_Start_is_refused_and_nothing_changes_DEL_118()
    {
        var space = new Space { FreeOctets = StorageCheck.Octets(1) - 1 };
        using var device = new TestDevice(setup => setup.Storage = space);
        device.StartFails(new Delegating("FULL"), 420, 160);
        space.FreeOctets++;
        device.StartAccepted(new Delegating("FITS"));
    }

    [TestMethod]
    public void S_049_What_live_delegations_still_need_is_kept_for_them_DEL_118()
    {
        var space = new Space { FreeOctets = (2 * StorageCheck.Octets(1)) - 1 };
        using var device = new TestDevice(setup => setup.Storage = space);
        device.Activate(new Delegating("FIRST"));
        var second = new Delegating("SECOND", b: "c.example");
        second.Scope[0] = new ScopeEntry("./Net/eth0", "Get");
        device.StartFails(second, 420, 160);
        device.Manage("a.example", Dm.Exec("./Delegation/FIRST/Operations/Revoke"));
        var third = new Delegating("THIRD", b: "c.example");
        third.Scope[0] = second.Scope[0];
        device.StartAccepted(third);
    }

    [TestMethod]
    [DataRow(97, 0)]
    [DataRow(98, 160)]
    public void S_049_A_Start_needs_a_place_in_the_outbox_for_each_of_its_reports_DEL_118(int waiting, int reason)
    {
        using var device = new TestDevice();
        device.Servers["a.example"].AlertStatus = 407; // it comes again after authentication: nothing leaves the outbox
        device.Tamper(state => Waiting(state, "a.example", waiting));
        var outcome = device.Start(new Delegating());
        Assert.AreEqual((reason == 0 ? 200 : 420, reason), (outcome.Status, device.Record("7QK2").Reason));
    }

    [TestMethod]
    public void At_the_bound_the_oldest_report_of_the_same_server_is_given_up_and_says_so_DEL_118_DEL_243()
    {
        using var device = new TestDevice();
        device.Servers["a.example"].AlertStatus = 407;
        device.StartAccepted(new Delegating("OLDEST"));
        Assert.AreEqual(AckState.Queued, device.Record("OLDEST").AckDelegating);
        device.Servers["d.example"].Reachable = false;
        device.Tamper(state => Waiting(Waiting(state, "a.example", Outbox.MaxPerTarget - 1), "d.example", 5));
        var refused = new Delegating("REFUSED", b: "c.example");
        refused.Scope[0] = new ScopeEntry("./Net", "Get");
        device.Start(refused);

        Assert.AreEqual((160, 3), (device.Record("REFUSED").Reason, (int)device.Record("OLDEST").AckDelegating), device.LogText());
        Assert.AreEqual(1, device.Log.Count(line => line.Code == LogCodes.AckGivenUp));
        Assert.AreEqual(AckState.Queued, device.Record("REFUSED").AckDelegating, "the newest report has a place");
        Assert.AreEqual((Outbox.MaxPerTarget, 5), (For(device, "a.example"), For(device, "d.example")), "nobody pushes out what waits for another");
    }

    [TestMethod]
    public void A_full_outbox_takes_from_the_server_with_the_most_DEL_235()
    {
        using var device = new TestDevice();
        device.Network(up: false);
        device.Tamper(state => Enumerable.Range(0, 10).Aggregate(state, (so, i) => Waiting(so, $"s{i}.example", i == 4 ? 99 : 98)));
        device.Tamper(state => Waiting(state, "home.example", Outbox.MaxEntries - state.Outbox.Count));
        Assert.HasCount(Outbox.MaxEntries, device.Durable.Outbox);

        device.Servers["a.example"].Reachable = true;
        device.Servers["a.example"].AlertStatus = 407;
        Assert.AreEqual(200, device.Start(new Delegating()).Status, device.LogText());
        Assert.HasCount(Outbox.MaxEntries, device.Durable.Outbox);
        Assert.AreEqual((98, 1), (For(device, "s4.example"), For(device, "a.example")));
    }

    private static int For(TestDevice device, string target) => device.Durable.Outbox.Values.Count(entry => entry.Target == target);

    /// <summary>So many reports of delegations long forgotten.</summary>
    private static AgentState Waiting(AgentState state, string target, int count)
    {
        var next = state.Device.NextOutboxEntry;
        var entries = Enumerable.Range(0, count).Select(i => new OutboxEntry(
            next + i, DelegationKeys.IdempotenceKey($"OLD{i}", target, 1), target, $"OLD{i}", "End", "informational", "", "<Delegation/>", 0, state.Clock.HighWater));
        return state with
        {
            Device = state.Device with { NextOutboxEntry = next + count },
            Outbox = state.Outbox.AddRange(entries.Select(entry => KeyValuePair.Create(entry.Number, entry))),
        };
    }

    private sealed class Space : IStorage
    {
        public long FreeOctets { get; set; }

        public StorageRoom? Room() => new StorageRoom(1L << 40, FreeOctets);
    }
}
