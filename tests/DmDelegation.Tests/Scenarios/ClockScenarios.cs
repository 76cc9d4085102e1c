using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Time;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.4: wall clocks that jump, sleep, reboots with and without a clock.</summary>
[TestClass]
public sealed class ClockScenarios
{
    /// <summary>Wall clock of a test device at its start.</summary>
    private static readonly DateTimeOffset Begin = new(2030, 1, 1, 3, 4, 5, TimeSpan.Zero);

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void S_102_The_wall_clock_set_back_gains_nothing_DEL_202_DEL_210(bool trusted)
    {
        using var device = new TestDevice();
        device.Activate(new Delegating().Temporary(3600));
        device.Advance(TimeSpan.FromMinutes(10));
        var before = device.EffectiveTime;
        device.SetClock(device.Now.Wall.AddDays(-10), trusted);
        Assert.AreEqual(before, device.EffectiveTime);

        device.Advance(TimeSpan.FromMilliseconds((50 * 60_000) - 1));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromMilliseconds(1));
        Given.Ended(device, "7QK2", DelegationState.Expired, 181);
    }

    [TestMethod]
    public void S_103_A_jump_that_nobody_vouches_for_is_logged_and_not_followed_DEL_205()
    {
        using var device = new TestDevice();
        device.Activate(new Delegating { ["DurationType"] = "temporary", ["Expiry/NotAfter"] = "20300105T000000Z" });
        var before = device.EffectiveTime;
        device.SetClock(device.Now.Wall.AddSeconds(3600), trusted: false);
        Assert.IsFalse(device.Log.Any(line => line.Code == LogCodes.ClockJump), "an hour is no jump");

        device.SetClock(before.AddDays(10), trusted: false, rtc: before.AddDays(10));
        Assert.AreEqual((before, DelegationState.Active), (device.EffectiveTime, device.Record("7QK2").State));
        Assert.HasCount(1, device.Log.Where(line => line.Code == LogCodes.ClockJump).ToList());
        Assert.IsNotNull(device.Durable.Clock.Jump, "it outlives the agent");

        device.Advance(TimeSpan.FromHours(30));
        Assert.AreEqual((before.AddHours(30), DelegationState.Active), (device.EffectiveTime, device.Record("7QK2").State), "not without trust, however long");
        Assert.HasCount(1, device.Log.Where(line => line.Code == LogCodes.ClockJump).ToList(), "told once");
    }

    [TestMethod]
    public void S_104_Vouched_for_and_with_the_RTC_agreeing_the_jump_is_followed_DEL_201_DEL_210()
    {
        using var device = new TestDevice();
        device.Activate(new Delegating { ["DurationType"] = "temporary", ["Expiry/NotAfter"] = "20300105T000000Z" });
        var ahead = device.EffectiveTime.AddDays(10);
        device.SetClock(ahead, trusted: false);
        device.SetClock(ahead, trusted: true, rtc: ahead.AddDays(-1).AddSeconds(-1));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State, "an RTC more than a day away is no second source");
        device.SetClock(ahead, trusted: true, rtc: ahead.AddDays(-1));

        Assert.AreEqual(ahead, device.EffectiveTime);
        Given.Ended(device, "7QK2", DelegationState.Expired, 181);
        Assert.IsNull(device.Durable.Clock.Jump);
    }

    [TestMethod]
    public void S_105_Two_hours_of_sleep_are_counted_DEL_200()
    {
        using var device = new TestDevice();
        device.Activate(new Delegating().Temporary(7200));
        // CLOCK_BOOTTIME goes on in suspend; no timer does.
        device.Pass(2 * 3_600_000);
        device.Handle(new Tick());
        Given.Ended(device, "7QK2", DelegationState.Expired, 181);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void S_107_Off_beyond_the_end_without_a_clock_it_is_Suspended_until_it_is_known_DEL_213_DEL_216(bool revoked)
    {
        using var device = new TestDevice();
        var b = device.Activate(new Delegating().Temporary(3600));
        device.Reboot(TimeSpan.FromHours(2), clockTrusted: false);
        Assert.AreEqual(DelegationState.Suspended, device.Record("7QK2").State);

        var reasons = new HashSet<int>();
        b.OnMessage = _ => reasons.Add(device.State.Sessions["b.example"].AbortReason);
        device.Manage("b.example", Dm.Replace("./SCM/x", "late"));
        Assert.IsTrue(b.AbortedByDevice);
        Assert.AreEqual(("1", true), (device.ValueOf("./SCM/x"), reasons.Contains(131)));

        if (revoked)
        {
            Assert.AreEqual(200, device.Manage("a.example", new Delegating().Operation("Revoke"))[0].Status);
            Given.Ended(device, "7QK2", DelegationState.Revoked, 180);
        }
        else
        {
            device.TrustClock(Begin.AddHours(2).AddSeconds(10));
            Given.Ended(device, "7QK2", DelegationState.Expired, 181);
        }
    }

    [TestMethod]
    public void S_108_Off_for_five_minutes_it_goes_on_with_what_is_left_DEL_212_DEL_213()
    {
        using var device = new TestDevice();
        device.Activate(new Delegating().Temporary(3600));
        device.Reboot(TimeSpan.FromMinutes(5), clockTrusted: false);
        Assert.AreEqual(DelegationState.Suspended, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromMinutes(1));
        device.TrustClock(Begin.AddMinutes(5).AddSeconds(10).AddMinutes(1));

        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        var left = Limits.RemainingSeconds(device.Record("7QK2"), device.Now, device.EffectiveTime)!.Value;
        // 54 minutes and, at most, the ahead value of a minute and the boot less.
        Assert.IsTrue(left is <= 54 * 60 and >= (54 * 60) - 60 - 10, $"{left} s left");
        device.Manage("b.example", Dm.Replace("./SCM/x", "again"));
        Assert.AreEqual("again", device.ValueOf("./SCM/x"));
    }

    [TestMethod]
    public void S_109_Policy_budget_goes_on_without_a_clock_until_it_is_used_up_DEL_214()
    {
        using var device = new TestDevice(setup => setup.ClockTrusted = false);
        var delegation = new Delegating { ["Policy/OnTimeUnknown"] = "budget" }.Temporary(3600);
        device.Activate(delegation);
        device.Advance(TimeSpan.FromMinutes(20));
        device.Reboot(TimeSpan.FromDays(3), clockTrusted: false);
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        device.Manage("b.example", Dm.Replace("./SCM/x", "on budget"));
        Assert.AreEqual("on budget", device.ValueOf("./SCM/x"));

        device.Advance(TimeSpan.FromMinutes(38));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromMinutes(2));
        Given.Ended(device, "7QK2", DelegationState.Expired, 181);
    }

    [TestMethod]
    public void S_110_Suspended_for_all_of_its_powered_on_time_it_is_Expired_DEL_215()
    {
        using var device = new TestDevice(setup => setup.ClockTrusted = false);
        var home = device.Scheme();
        device.Activate(new Delegating().Temporary(3600));
        device.Reboot(TimeSpan.FromMinutes(1), clockTrusted: false);
        device.Advance(TimeSpan.FromMinutes(58));
        Assert.AreEqual(DelegationState.Suspended, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromMinutes(2));
        Given.Ended(device, "7QK2", DelegationState.Expired, 181);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_111_A_thousand_power_cuts_never_lengthen_the_life_DEL_206_DEL_211_DEL_294()
    {
        const int Seed = 20300101;
        var random = new Random(Seed);
        var shortest = long.MaxValue;
        using var device = new TestDevice(setup => setup.ClockTrusted = false) { KeepTraffic = false };
        for (var (cuts, lives) = (0, 0); cuts < 1000; lives++)
        {
            const long MaxSeconds = 36_000;
            var delegation = new Delegating($"L{lives}", b: $"b{lives}.example") { ["Policy/OnTimeUnknown"] = "budget" }.Temporary(MaxSeconds);
            device.Activate(delegation);
            var poweredMs = 0L;
            while (device.Record(delegation.Id).State == DelegationState.Active)
            {
                Assert.IsLessThanOrEqualTo(MaxSeconds * 1000, poweredMs, $"seed {Seed}, after {cuts} power cuts");
                // Some cuts fall between timers, some right behind a commit, some into recovery.
                var run = random.Next(1, 90_000);
                device.Advance(TimeSpan.FromMilliseconds(run));
                poweredMs += run;
                if (device.Record(delegation.Id).State == DelegationState.Active)
                {
                    var boots = Cut(device, random);
                    poweredMs += boots * 10_000;
                    cuts += boots;
                }
            }

            Assert.AreEqual((DelegationState.Expired, 181), (device.Record(delegation.Id).State, device.Record(delegation.Id).Reason));
            shortest = Math.Min(shortest, poweredMs);
            device.Log.Clear();
            device.Effects.Clear();
        }

        Assert.IsGreaterThan(3_600_000, shortest, "each cut charges a minute at most, not the whole life");
    }

    [TestMethod]
    public void S_119_Pending_over_a_reboot_without_a_clock_nobody_gets_in_and_the_window_goes_on_DEL_222()
    {
        using var device = new TestDevice(setup => setup.Known.Add("e.example"));
        var known = new Delegating("8XK3", b: "e.example").KnownB();
        known.Scope[0] = new("./Net", "Get+Replace");
        device.StartAccepted(known);
        var guest = new Delegating();
        device.StartAccepted(guest);
        var b = device.Arm(guest);
        device.Advance(TimeSpan.Zero);
        device.Reboot(TimeSpan.FromMinutes(5), clockTrusted: false);

        device.Manage("b.example", Dm.Get("./SCM/x"));
        Assert.AreEqual((true, DelegationState.Pending), (b.AbortedByDevice, device.Record("7QK2").State));
        var since = device.Log.Count;
        var answers = device.Manage("e.example", known.Confirming());
        Assert.AreEqual((403, DelegationState.Pending, 0), (answers[^1].Status, device.Record("8XK3").State, device.Record("8XK3").Grant!.BadAttempts));
        CollectionAssert.Contains(Given.Reasons(device, since), "131");

        device.Advance(TimeSpan.FromMinutes(1));
        device.TrustClock(Begin.AddMinutes(7));
        device.Manage("e.example", known.Confirming());
        device.Manage("b.example", Dm.Get("./SCM/x"));
        Assert.AreEqual((DelegationState.Active, DelegationState.Active), (device.Record("7QK2").State, device.Record("8XK3").State));
    }

    [TestMethod]
    public void S_119_The_window_runs_out_in_powered_on_time_DEL_222()
    {
        using var device = new TestDevice();
        device.StartAccepted(new Delegating());
        device.Reboot(TimeSpan.FromMinutes(5), clockTrusted: false);
        device.Advance(TimeSpan.FromMinutes(58));
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromMinutes(2));
        Given.Ended(device, "7QK2", DelegationState.Failed, 170);
    }

    /// <summary>The TLS part, certificates checked at max(effective time, build time) (SEC-095), is asserted with the transport.</summary>
    [TestMethod]
    public void S_120_A_board_that_wakes_in_1970_says_so_and_reaches_A_DEL_201()
    {
        using var device = new TestDevice();
        device.Manage("a.example", Dm.Get("./SCM/x"));
        var before = device.EffectiveTime;
        device.Reboot(TimeSpan.FromMinutes(5), clockTrusted: false);

        Assert.AreEqual((1970, ClockTrust.Unknown), (device.Now.Wall.Year, device.State.Clock.Trust));
        Assert.AreEqual("unknown", device.Manage("a.example", Dm.Get("./Delegation/Cap/TimeState"))[0].Text);
        Assert.IsGreaterThanOrEqualTo(before, device.EffectiveTime);
    }

    [TestMethod]
    public void S_124_A_hundred_restarts_cost_nothing_and_a_reboot_at_most_a_minute_DEL_211()
    {
        using var device = new TestDevice();
        device.Activate(new Delegating().Temporary(86_400));
        var random = new Random(124);
        var passed = 0L;
        for (var i = 0; i < 100; i++)
        {
            var run = random.Next(1, 300_000);
            device.Advance(TimeSpan.FromMilliseconds(run));
            passed += run;
            device.Restart();
            Assert.AreEqual(passed, device.Record("7QK2").Grant!.Life!.ElapsedMs(device.Now));
        }

        device.Reboot(TimeSpan.Zero);
        var charged = device.Record("7QK2").Grant!.Life!.ElapsedMs(device.Now) - passed - device.Now.BootMs;
        Assert.IsTrue(charged is >= 0 and <= 60_000, $"{charged} ms too much");
    }

    /// <summary>Off and on again; the boot that a second cut stops counts too.</summary>
    private static int Cut(TestDevice device, Random random)
    {
        if (random.Next(4) == 0)
        {
            device.CutAfter = effect => effect is Persist;
        }

        try
        {
            device.Reboot(TimeSpan.FromSeconds(random.Next(0, 600)), clockTrusted: false);
            return 1;
        }
        catch (PowerCutException)
        {
            device.Reboot(TimeSpan.FromSeconds(1), clockTrusted: false);
            return 2;
        }
        finally
        {
            device.CutAfter = null;
        }
    }
}
