using DmDelegation.Platform.Clock;

namespace DmDelegation.Tests.Platform;

[TestClass]
public sealed class SystemClockTests
{
    private static readonly DateTimeOffset Past = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [TestMethod]
    public void Boot_time_is_that_of_the_kernel_and_never_goes_back_DEL_200()
    {
        var clock = new SystemClock(ClockTrustMode.Never, Past);
        var before = UpTimeMs();
        var reading = clock.Read();
        // /proc/uptime is CLOCK_BOOTTIME too, in hundredths of a second; in a container of its own time namespace as well.
        Assert.IsTrue(reading.BootMs >= before - 10 && reading.BootMs <= UpTimeMs() + 10, $"{reading.BootMs}");
        Assert.IsTrue(clock.Read().BootMs >= reading.BootMs);
        Assert.AreEqual(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), reading.BootId);
        Assert.IsTrue((DateTimeOffset.UtcNow - reading.Wall).Duration() < TimeSpan.FromMinutes(1));
    }

    [TestMethod]
    public void The_configuration_says_who_vouches_for_the_wall_clock_DEL_201()
    {
        Assert.IsTrue(new SystemClock(ClockTrustMode.Always, Past).Read().WallTrusted);
        Assert.IsFalse(new SystemClock(ClockTrustMode.Never, Past).Read().WallTrusted);
        Assert.IsFalse(new SystemClock(ClockTrustMode.Rtc, DateTimeOffset.MaxValue).Read().WallTrusted, "behind the high-water mark");
        // Whatever the kernel says of this machine, asking it works and gives the same answer twice.
        var kernel = new SystemClock(ClockTrustMode.Kernel, Past);
        Assert.AreEqual(kernel.Read().WallTrusted, kernel.Read().WallTrusted);
    }

    private static long UpTimeMs() => (long)(decimal.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0]) * 1000);
}
