using DmDelegation.Engine.Time;
using FsCheck;
using FsCheck.Fluent;

namespace DmDelegation.Tests.Engine.Time;

/// <summary>Effective time under wall clocks that jump, trust that comes and goes, and power cuts (9.2). FsCheck prints the seed of a failure.</summary>
[TestClass]
public sealed class EffectiveClockTests
{
    private static readonly DateTimeOffset Build = new(2029, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset HighWater = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="PassedMs">Boot time since the step before.</param>
    /// <param name="WallSeconds">Wall clock relative to effective time.</param>
    private sealed record Step(int PassedMs, int WallSeconds, bool Trusted, bool Commits, int Happening);

    // A trusted clock within the hour: larger jumps are DEL-205's.
    private static Gen<Step> AnyStep =>
        from passed in Gen.Choose(0, 3_600_000)
        from wall in Gen.OneOf(Gen.Choose(-3_600, 3_600), Gen.Choose(-400_000_000, 400_000_000))
        from trusted in Gen.Elements(true, false)
        from commits in Gen.Elements(true, false)
        from happening in Gen.Choose(0, 9)
        select new Step(passed, wall, trusted && Math.Abs(wall) <= 3_600, commits, happening);

    [TestMethod]
    public void T_never_goes_back_within_a_boot_and_across_boots_DEL_202() => Prop.ForAll(Gen.ListOf(AnyStep).Resize(80).ToArbitrary(), steps =>
    {
        var now = new ClockReading(HighWater, false, 1_000, "boot-0");
        var clock = EffectiveClock.FromMarks(new ClockMarks(HighWater, "before", 0, HighWater), now, Build);
        var (marks, boots) = (clock.ToMarks(now), 0);
        foreach (var step in steps)
        {
            var before = clock.Now(now);
            if (step.Happening == 0)
            {
                // Power cut: what was committed is left, and the time since the new boot has passed on top of it.
                boots++;
                now = new ClockReading(before.AddSeconds(step.WallSeconds), step.Trusted, step.PassedMs, $"boot-{boots}");
                clock = EffectiveClock.FromMarks(marks, now, Build);
                Assert.IsGreaterThanOrEqualTo(marks.HighWater.AddMilliseconds(step.PassedMs), clock.Now(now), "a reboot takes nothing back");
            }
            else
            {
                now = now with { BootMs = now.BootMs + step.PassedMs, Wall = before.AddMilliseconds(step.PassedMs).AddSeconds(step.WallSeconds), WallTrusted = step.Trusted };
                var carried = clock.Now(now);
                clock = clock.Observe(now, Build);
                Assert.IsGreaterThanOrEqualTo(before.AddMilliseconds(step.PassedMs), clock.Now(now), "all of the boot time counts");
                Assert.AreEqual(step.Trusted && now.Wall > carried ? now.Wall : carried, clock.Now(now), "raised by a trusted wall clock and by nothing else (DEL-203)");
            }

            marks = step.Commits ? clock.ToMarks(now) : marks;
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [TestMethod]
    public void A_restart_in_the_same_boot_goes_on_where_time_has_got_to_DEL_202() => Prop.ForAll(Gen.ListOf(AnyStep).Resize(40).ToArbitrary(), steps =>
    {
        // Nothing is committed in this boot and nobody vouches for the wall clock: what the store holds is from the boot before.
        var marks = new ClockMarks(HighWater, "before", 500_000, HighWater);
        var now = new ClockReading(HighWater.AddYears(-1), false, 1_000, "boot");
        var clock = EffectiveClock.FromMarks(marks, now, Build);
        foreach (var step in steps)
        {
            now = now with { BootMs = now.BootMs + step.PassedMs, Wall = HighWater.AddSeconds(step.WallSeconds) };
            clock = clock.Observe(now, Build);
            var restarted = EffectiveClock.FromMarks(marks, now, Build);
            Assert.AreEqual(clock.Now(now), restarted.Now(now));
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [TestMethod]
    [DataRow("2030-06-01T00:00:00Z", true, ClockTrust.Trusted)]
    [DataRow("1970-01-01T00:00:30Z", true, ClockTrust.Trusted)]
    [DataRow("2030-06-01T00:00:00Z", false, ClockTrust.Plausible)]
    [DataRow("2029-06-01T00:00:00Z", false, ClockTrust.Unknown)] // behind the high-water mark
    [DataRow("2028-06-01T00:00:00Z", false, ClockTrust.Unknown)] // before the agent was built
    public void The_clock_state_is_that_of_the_table_DEL_201(string wall, bool vouched, ClockTrust expected)
    {
        var now = new ClockReading(DateTimeOffset.Parse(wall), vouched, 1_000, "boot");
        Assert.AreEqual(expected, EffectiveClock.FromMarks(new ClockMarks(HighWater, "before", 0, HighWater), now, Build).Trust);
    }

    [TestMethod]
    public void Build_time_is_the_floor_of_an_empty_store_DEL_201()
    {
        var now = new ClockReading(DateTimeOffset.UnixEpoch, false, 0, "boot");
        var clock = EffectiveClock.FromMarks(new ClockMarks(DateTimeOffset.UnixEpoch, "before", 0, DateTimeOffset.UnixEpoch), now, Build);
        Assert.AreEqual((Build, ClockTrust.Unknown), (clock.Now(now), clock.Trust));
    }

    [TestMethod]
    [DataRow(false, null, true)] // into an empty store it is taken as it is
    [DataRow(true, null, false)]
    [DataRow(true, 86_400L, true)]
    [DataRow(true, 86_401L, false)]
    public void A_trusted_clock_ten_years_ahead_needs_a_second_source_but_for_the_first_DEL_205(bool trustedOnce, long? rtcBehind, bool followed)
    {
        var wall = HighWater.AddYears(10);
        var now = new ClockReading(wall, true, 1_000, "boot", rtcBehind is { } seconds ? wall.AddSeconds(-seconds) : null);
        var clock = EffectiveClock.FromMarks(new ClockMarks(HighWater, "before", 0, HighWater) { TrustedOnce = trustedOnce }, now, Build);
        Assert.AreEqual((followed ? wall : HighWater.AddSeconds(1), followed, followed), (clock.Now(now), clock.TrustedThisBoot, clock.Jump is null));
        Assert.AreEqual(followed ? ClockTrust.Trusted : ClockTrust.Plausible, clock.Trust);
    }

    [TestMethod]
    public void A_second_jump_begins_the_day_anew_DEL_205()
    {
        const long Hour = 3_600_000;
        var now = new ClockReading(HighWater, true, 0, "boot");
        var clock = EffectiveClock.FromMarks(new ClockMarks(HighWater, "boot", 0, HighWater), now, Build);
        now = now with { Wall = HighWater.AddDays(30) };
        clock = clock.Observe(now, Build);
        now = now with { BootMs = 23 * Hour, Wall = HighWater.AddDays(40).AddHours(23) };
        clock = clock.Observe(now, Build);
        now = now with { BootMs = 46 * Hour, Wall = HighWater.AddDays(40).AddHours(46) };
        clock = clock.Observe(now, Build);
        Assert.AreEqual((HighWater.AddHours(46), Hour), (clock.Now(now), clock.HeldLeftMs(now)));
        now = now with { BootMs = 47 * Hour, Wall = HighWater.AddDays(40).AddHours(47) };
        Assert.AreEqual(now.Wall, clock.Observe(now, Build).Now(now));
    }
}
