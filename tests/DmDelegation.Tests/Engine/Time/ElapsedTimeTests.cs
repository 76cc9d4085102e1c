using DmDelegation.Engine.Time;
using FsCheck;
using FsCheck.Fluent;

namespace DmDelegation.Tests.Engine.Time;

/// <summary>Random lives of a device against the time that really passed (DEL-200, DEL-211, DEL-212). FsCheck prints the seed of a failure.</summary>
[TestClass]
public sealed class ElapsedTimeTests
{
    private const long IntervalMs = 60_000;
    private static readonly DateTimeOffset Wall = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private enum Kind
    {
        Run,
        Restart,
        PowerCut,
    }

    private sealed record Step(Kind Kind, long Ms);

    private static Gen<Step> AnyStep =>
        from kind in Gen.Elements(Kind.Run, Kind.Run, Kind.Restart, Kind.PowerCut)
        from ms in Gen.Choose(0, 300_000)
        select new Step(kind, ms);

    [TestMethod]
    public void It_never_counts_too_little_and_at_most_an_interval_too_much_per_power_cut_DEL_200_DEL_211() => Prop.ForAll(Gen.ListOf(AnyStep).Resize(60).ToArbitrary(), steps =>
    {
        var (now, boots, real) = (new ClockReading(Wall, true, 5_000, "boot-0"), 0, 0L);
        var clock = ElapsedTime.Start(now, IntervalMs);
        foreach (var step in steps)
        {
            var before = clock.ElapsedMs(now);
            if (step.Kind == Kind.Run)
            {
                // The agent persists every interval and at no other time.
                for (var left = step.Ms; left > 0;)
                {
                    var slice = Math.Min(left, clock.AtBootMs + IntervalMs - now.BootMs);
                    (now, real, left) = (now with { BootMs = now.BootMs + slice }, real + slice, left - slice);
                    clock = now.BootMs - clock.AtBootMs >= IntervalMs ? clock.Ahead(now, IntervalMs) : clock;
                }
            }
            else if (step.Kind == Kind.PowerCut)
            {
                boots++;
                var booting = step.Ms % 20_000;
                (now, real) = (now with { BootMs = booting, BootId = $"boot-{boots}" }, real + booting);
                Assert.IsGreaterThanOrEqualTo(real, clock.ElapsedMs(now));
                clock = clock.Ahead(now, IntervalMs);
            }

            var elapsed = clock.ElapsedMs(now);
            Assert.IsGreaterThanOrEqualTo(before, elapsed, "it never goes back");
            Assert.IsGreaterThanOrEqualTo(real, elapsed, "never too little");
            Assert.IsLessThanOrEqualTo(real + (boots * IntervalMs), elapsed, "at most an interval for each power cut");
            if (boots == 0)
            {
                Assert.AreEqual(real, elapsed, "exact within one boot, restarts or not");
            }
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [TestMethod]
    public void Off_time_only_ever_adds_DEL_212() => Prop.ForAll(
        Gen.Choose(-1_000_000, 1_000_000).ToArbitrary(),
        Gen.Choose(0, 600_000).ToArbitrary(),
        (off, run) =>
        {
            var start = new ClockReading(Wall, true, 1_000, "boot-0");
            var (same, other) = (start with { BootMs = 1_000 + run }, start with { BootMs = 2_000, BootId = "boot-1" });
            var clock = ElapsedTime.Start(start, IntervalMs);
            var charged = clock.AddOffTime(TimeSpan.FromMilliseconds(off));
            Assert.AreEqual(clock.ElapsedMs(same) + Math.Max(0, off), charged.ElapsedMs(same));
            Assert.AreEqual(clock.ElapsedMs(other) + Math.Max(0, off), charged.ElapsedMs(other));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
}
