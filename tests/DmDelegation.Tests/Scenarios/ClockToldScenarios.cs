using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Time;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.4: what A says of the time, what nobody may say, and the operator's way back.</summary>
[TestClass]
public sealed class ClockToldScenarios
{
    private const string Now = "/Expiry/Now";

    private static readonly DateTimeOffset Begin = new(2030, 1, 1, 3, 4, 5, TimeSpan.Zero);

    [TestMethod]
    public void S_115_Without_a_clock_the_budget_counts_from_what_A_says_DEL_207()
    {
        const string End = "20300101T050000Z";
        using var device = new TestDevice(setup => setup.ClockTrusted = false);
        var since = device.Log.Count;
        Assert.AreNotEqual(200, device.Start(Until("9YK4", "f.example", "./Vendor", End)).Status);
        CollectionAssert.Contains(Given.Reasons(device, since), "131");
        Assert.AreEqual(DelegationState.Staged, device.Record("9YK4").State);
        Assert.AreEqual(200, device.Manage("a.example", Dm.Delete("./Delegation/9YK4"))[0].Status);

        var told = Until("7QK2", "b.example", "./SCM", End);
        told["Expiry/Now"] = "20300101T040000Z";
        device.StartAccepted(told);
        Assert.AreEqual(3600, device.Record("7QK2").Grant!.MaxSeconds);

        // created-on of the voucher is 03:00:00, later than Now.
        var signed = Until("8XK3", "e.example", "./Net", End);
        signed["Expiry/Now"] = "20300101T020000Z";
        signed.Signed = true;
        device.StartAccepted(signed);
        Assert.AreEqual(7200, device.Record("8XK3").Grant!.MaxSeconds);
        Assert.AreEqual(new DateTimeOffset(2030, 1, 1, 3, 0, 0, TimeSpan.Zero), device.Record("8XK3").Grant!.Mark!.Now(device.Now));
    }

    /// <summary>The message port of the engine has no HTTP Date at all: nothing that could raise a mark arrives with an exchange.</summary>
    [TestMethod]
    public void S_116_What_B_says_of_the_time_is_refused_and_changes_nothing_DEL_083_DEL_203()
    {
        using var device = new TestDevice();
        var delegation = Told().Temporary(3600);
        var b = device.Activate(delegation);
        var (mark, time) = (device.Record("7QK2").Grant!.Mark!.Now(device.Now), device.EffectiveTime);

        device.Manage("b.example", Dm.Replace(delegation.Uri + Now, "20400101T000000Z"));

        Assert.AreEqual(405, b.Outcomes[^1].Status);
        Assert.AreEqual((mark, time), (device.Record("7QK2").Grant!.Mark!.Now(device.Now), device.EffectiveTime));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        Assert.IsFalse(typeof(MessageReceived).GetProperties().Any(property => property.Name.Contains("Date", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void S_117_A_expires_its_own_delegation_and_not_that_of_D_DEL_203_DEL_204_DEL_210()
    {
        using var device = new TestDevice();
        var first = Until("7QK2", "b.example", "./SCM", "20300101T050000Z");
        first["Expiry/Now"] = "20300101T030405Z";
        device.Activate(first);
        device.Activate(Until("8XK3", "e.example", "./Net", "20300101T050000Z"));
        var ofD = Until("9YK4", "f.example", "./Rogue", "20300101T050000Z", a: "d.example");
        ofD["Expiry/Now"] = "20300101T030405Z";
        device.Activate(ofD);
        var time = device.EffectiveTime;

        // Earlier than before, or no time at all: nothing is raised.
        CollectionAssert.AreEqual(new[] { 200, 405 }, Given.Statuses(device.Manage(
            "a.example", Dm.Replace("./Delegation/7QK2" + Now, "20200101T000000Z"), Dm.Replace("./Delegation/7QK2" + Now, "tomorrow"))));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);

        Assert.AreEqual(200, device.Manage("a.example", Dm.Replace("./Delegation/7QK2" + Now, "20300101T050000Z"))[0].Status);
        Given.Ended(device, "7QK2", DelegationState.Expired, 181);
        Assert.AreEqual((DelegationState.Active, DelegationState.Active), (device.Record("8XK3").State, device.Record("9YK4").State));
        Assert.AreEqual((time, time), (device.EffectiveTime, device.Durable.Clock.HighWater), "no mark is a high-water mark");
        Assert.AreNotEqual(200, device.Manage("a.example", Dm.Replace("./Delegation/9YK4" + Now, "20300101T050000Z"))[0].Status, "not A's");
    }

    [TestMethod]
    public void S_117_What_A_said_goes_on_with_boot_time_and_over_a_restart_DEL_203_DEL_210()
    {
        using var device = new TestDevice();
        var first = Until("7QK2", "b.example", "./SCM", "20300101T050000Z");
        first["Expiry/Now"] = "20300101T030405Z";
        device.Activate(first);
        device.Manage("a.example", Dm.Replace("./Delegation/7QK2" + Now, "20300101T045000Z"));
        device.Advance(TimeSpan.FromMinutes(5));
        device.Restart();
        device.Advance(TimeSpan.FromMilliseconds((5 * 60_000) - 1));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromMilliseconds(1));
        Given.Ended(device, "7QK2", DelegationState.Expired, 181);
    }

    [TestMethod]
    [DataRow("20300101T031425Z", true)]
    [DataRow("20300101T041425Z", false)]
    public void S_121_A_tells_the_time_after_a_reboot_for_its_own_delegations_DEL_213(string told, bool goesOn)
    {
        using var device = new TestDevice();
        device.Activate(Told().Temporary(3600));
        var second = Told("8XK3", b: "e.example").Temporary(3600);
        second.Scope[0] = new("./Net", "Get+Replace");
        device.Activate(second);
        var ofD = Told("9YK4", "d.example", "f.example").Temporary(3600);
        ofD.Scope[0] = new("./Rogue", "Get+Replace");
        device.Activate(ofD);
        device.Reboot(TimeSpan.FromMinutes(10), clockTrusted: false);
        foreach (var id in new[] { "7QK2", "8XK3", "9YK4" })
        {
            Assert.AreEqual(DelegationState.Suspended, device.Record(id).State);
        }

        Assert.AreEqual(200, device.Manage("a.example", Dm.Replace("./Delegation/7QK2" + Now, told))[0].Status);

        foreach (var id in new[] { "7QK2", "8XK3" })
        {
            Assert.AreEqual(goesOn ? DelegationState.Active : DelegationState.Expired, device.Record(id).State, Given.Log(device));
        }

        Assert.AreEqual(DelegationState.Suspended, device.Record("9YK4").State);
        Assert.AreEqual(ClockTrust.Unknown, device.State.Clock.Trust);
        if (goesOn)
        {
            // 10 min 20 s since T2 by A's clock, and at most the ahead value of a minute on top.
            var left = Limits.RemainingSeconds(device.Record("7QK2"), device.Now, device.EffectiveTime)!.Value;
            Assert.IsTrue(left is <= 3600 - 620 and >= 3600 - 620 - 60, $"{left} s left");

            // Known once, it is not charged again.
            device.TrustClock(Begin.AddSeconds(620));
            Assert.IsTrue(Limits.RemainingSeconds(device.Record("7QK2"), device.Now, device.EffectiveTime) >= left - 1);
            Assert.AreEqual(DelegationState.Active, device.Record("9YK4").State);
        }
    }

    [TestMethod]
    public void S_123_A_wild_trusted_clock_is_followed_after_a_day_and_the_operator_brings_time_back_DEL_202_DEL_205_DEL_223()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        device.Activate(Until("7QK2", "b.example", "./SCM", "20300601T000000Z"));
        var before = device.EffectiveTime;
        var wild = new DateTimeOffset(2037, 6, 1, 0, 0, 0, TimeSpan.Zero);
        device.SetClock(wild, trusted: true);
        Assert.AreEqual((before, ClockTrust.Trusted), (device.EffectiveTime, device.State.Clock.Trust));
        Assert.IsTrue(device.Log.Any(line => line.Code == LogCodes.ClockJump));

        device.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        device.Handle(new ClockResetRequested());
        Assert.AreEqual((before.AddHours(24).AddMilliseconds(-1), DelegationState.Active), (device.EffectiveTime, device.Record("7QK2").State), "a reset does not follow a jump");
        device.Advance(TimeSpan.FromMilliseconds(1));
        Assert.AreEqual(wild.AddHours(24), device.EffectiveTime);
        Given.Ended(device, "7QK2", DelegationState.Expired, 181);

        var right = Begin.AddDays(1);
        device.SetClock(right, trusted: false);
        device.Handle(new ClockResetRequested());
        Assert.AreEqual(wild.AddHours(24), device.EffectiveTime, "refused: nobody vouches for it");
        device.SetClock(right, trusted: true);
        Assert.AreEqual(wild.AddHours(24), device.EffectiveTime);
        device.Handle(new ClockResetRequested());
        Assert.AreEqual((right, right), (device.EffectiveTime, device.Durable.Clock.HighWater));
        Assert.AreEqual(1, device.Log.Count(line => line.Code == LogCodes.ClockReset && line.Text.Contains("2037", StringComparison.Ordinal)));
        device.Restart();
        Assert.AreEqual(right, device.EffectiveTime);
        Given.Ended(device, "7QK2", DelegationState.Expired, 181);
        Assert.AreEqual(home, device.Scheme());
        device.Activate(Until("8XK3", "e.example", "./Net", "20300601T000000Z"));
    }

    [TestMethod]
    public void S_123_After_a_reboot_a_wild_clock_counts_as_not_trusted_and_boot_time_adds_up_DEL_205()
    {
        using var device = new TestDevice();
        device.Activate(new Delegating().Temporary(86_400 * 30));
        var wild = new DateTimeOffset(2037, 6, 1, 0, 0, 0, TimeSpan.Zero);
        device.SetClock(wild, trusted: true);
        device.Advance(TimeSpan.FromHours(10));
        device.Reboot(TimeSpan.FromHours(14), clockTrusted: false);
        Assert.IsNotNull(device.State.Clock.Jump);
        device.SetClock(wild.AddHours(24), trusted: true);
        Assert.AreEqual((ClockTrust.Plausible, DelegationState.Suspended), (device.State.Clock.Trust, device.Record("7QK2").State));
        device.Advance(TimeSpan.FromHours(13.5));
        Assert.AreEqual(DelegationState.Suspended, device.Record("7QK2").State);

        // Right again, it is trusted at once.
        device.SetClock(Begin.AddHours(38), trusted: true);
        Assert.AreEqual((ClockTrust.Trusted, DelegationState.Active), (device.State.Clock.Trust, device.Record("7QK2").State));
        Assert.IsNull(device.Durable.Clock.Jump);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void S_123_A_server_with_Replace_on_the_root_is_a_second_source_DEL_205(bool homeAuthority)
    {
        using var device = new TestDevice(setup =>
        {
            if (homeAuthority)
            {
                setup.AIsHomeAuthority();
            }
        });
        device.Activate(Told().Temporary(86_400 * 30));
        var ahead = Begin.AddDays(10);
        device.SetClock(ahead, trusted: true);
        Assert.IsNotNull(device.State.Clock.Jump);

        device.Manage("a.example", Dm.Replace("./Delegation/7QK2" + Now, "20300110T030405Z"));
        device.Handle(new Tick());

        Assert.AreEqual(homeAuthority, device.State.Clock.Jump is null);
        Assert.AreEqual(homeAuthority ? ahead : Begin, device.EffectiveTime);
    }

    /// <summary>A says at the start what time it is.</summary>
    private static Delegating Told(string id = "7QK2", string a = "a.example", string b = "b.example") => new(id, a, b) { ["Expiry/Now"] = "20300101T030405Z" };

    private static Delegating Until(string id, string b, string scope, string notAfter, string a = "a.example")
    {
        var delegation = new Delegating(id, a, b) { ["DurationType"] = "temporary", ["Expiry/NotAfter"] = notAfter };
        delegation.Scope[0] = new(scope, "Get+Replace");
        return delegation;
    }
}
