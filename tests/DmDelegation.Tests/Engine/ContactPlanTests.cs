using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Engine;

/// <summary>When the agent moves by itself: the backoff of DEL-242, and nothing at all while nothing is due.</summary>
[TestClass]
public sealed class ContactPlanTests
{
    private static readonly TimeSpan Cap = TimeSpan.FromHours(6);

    [TestMethod]
    public void The_delay_lies_between_one_half_and_one_of_the_doubled_base_and_the_jitter_survives_the_cap_DEL_242()
    {
        using var device = WithUndeliveredAck();
        var atCap = new List<TimeSpan>();
        for (var n = 0; n < 20; n++)
        {
            var contact = device.State.Contacts["a.example"];
            Assert.AreEqual(n + 1, contact.FailedAttempts);
            var delay = TimeSpan.FromMilliseconds(contact.NotBeforeBootMs - device.Now.BootMs);
            // n failures before this one.
            var ceiling = TimeSpan.FromSeconds(Math.Min(Cap.TotalSeconds, 30 * Math.Pow(2, n)));
            Assert.IsTrue(delay >= ceiling / 2 - TimeSpan.FromMilliseconds(1) && delay <= ceiling, $"failure {n + 1}: {delay} of {ceiling}");
            if (ceiling == Cap)
            {
                atCap.Add(delay);
            }

            device.Advance(delay);
        }

        Assert.IsGreaterThan(5, atCap.Distinct().Count(), string.Join(' ', atCap));
    }

    [TestMethod]
    public void A_server_without_an_account_leaves_nothing_behind()
    {
        using var device = new TestDevice();
        for (var n = 0; n < 3; n++)
        {
            device.Open($"nobody-{n}.example");
        }

        Assert.IsFalse(device.State.Contacts.Keys.Any(server => server.StartsWith("nobody", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void A_success_resets_the_backoff_and_no_session_is_opened_before_its_time_DEL_242_DEL_245()
    {
        using var device = WithUndeliveredAck();
        var a = device.Servers["a.example"];
        a.BreaksAfter = null;
        a.Reachable = true;
        var (sessions, waits) = (a.Sessions, device.State.Contacts["a.example"].NotBeforeBootMs - device.Now.BootMs);
        device.Advance(TimeSpan.FromMilliseconds(waits - 1));
        Assert.AreEqual(sessions, a.Sessions);
        device.Advance(TimeSpan.FromMilliseconds(1));

        Assert.AreEqual(sessions + 1, a.Sessions);
        Assert.AreEqual((0, 0L), (device.State.Contacts["a.example"].FailedAttempts, device.State.Contacts["a.example"].NotBeforeBootMs));
        Assert.IsEmpty(device.Durable.Outbox);
    }

    [TestMethod]
    public void An_entry_that_is_refused_waits_like_one_that_was_not_delivered_DEL_238_DEL_242()
    {
        using var device = new TestDevice();
        var delegation = new Delegating { ["Confirm/Window"] = "604800" };
        var a = device.Servers["a.example"];
        a.AlertStatus = 500;
        device.Manage("a.example", delegation.Ask(), delegation.Build());
        device.Advance(TimeSpan.FromMilliseconds(14_999));
        Assert.AreEqual(1, a.Sessions);
        device.Advance(TimeSpan.FromMilliseconds(15_001));
        Assert.AreEqual(2, a.Sessions);
    }

    [TestMethod]
    public void Nothing_is_due_and_nothing_is_written_while_idle_without_a_temporary_delegation_DEL_206()
    {
        using var device = new TestDevice();
        AssertIdle(device, "fresh");
        var delegation = new Delegating();
        device.Activate(delegation);
        device.Rotate(delegation);
        AssertIdle(device, "Active, until-revoked");

        device.Manage("a.example", delegation.Operation("Revoke"));
        Assert.AreEqual(TimeSpan.FromDays(7), device.Engine.NextDue(device.State, device.Now), "the record goes after 7 days (12.2), nothing before");
        var commits = Commits(device);
        device.Advance(TimeSpan.FromDays(8));
        Assert.IsEmpty(device.Durable.Records);
        Assert.AreEqual(commits + 1, Commits(device));
        AssertIdle(device, "only a tombstone");
    }

    [TestMethod]
    public void While_a_temporary_delegation_is_live_the_clocks_are_written_every_minute_and_no_oftener_DEL_206()
    {
        using var device = new TestDevice();
        device.Activate(new Delegating().Temporary(86_400));
        device.Advance(TimeSpan.FromMinutes(1));
        var commits = Commits(device);
        device.Advance(TimeSpan.FromHours(1));
        Assert.AreEqual(commits + 60, Commits(device));
        Assert.IsLessThanOrEqualTo(TimeSpan.FromSeconds(60), device.Engine.NextDue(device.State, device.Now)!.Value);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Commits_of_other_things_do_not_put_off_the_writing_ahead_of_used_DEL_206_DEL_211(bool clockTrusted)
    {
        using var device = new TestDevice();
        device.Activate(new Delegating { ["Policy/OnTimeUnknown"] = "budget" }.Temporary(86_400));
        for (var minute = 0; minute < 20; minute++)
        {
            device.Advance(TimeSpan.FromSeconds(50));
            device.Manage("a.example", Dm.Replace("./Net/eth0", $"up {minute}"));
        }

        device.Pass(9_999);
        var used = (20 * 50_000) + 9_999;
        device.Reboot(TimeSpan.FromSeconds(30), clockTrusted);

        // The device is back 10 s after the boot; off-time is known only to a trusted clock.
        used += clockTrusted ? 30_000 : 10_000;
        var counted = device.Record("7QK2").Grant!.Life!.ElapsedMs(device.Now);
        Assert.IsTrue(counted >= used && counted <= used + 60_000, $"{counted} for {used}");
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
    }

    /// <summary>T1 is done, the Ack could not be delivered, and A does not answer any more.</summary>
    private static TestDevice WithUndeliveredAck()
    {
        var device = new TestDevice();
        var a = device.Servers["a.example"];
        a.BreaksAfter = message => message.Commands.OfType<Alert>().Any(alert => alert.Code == AlertCode.GenericAlert) && !(a.Reachable = false);
        var delegation = new Delegating { ["Confirm/Window"] = "604800" };
        device.Manage("a.example", delegation.Ask(), delegation.Build());
        Assert.HasCount(1, device.Durable.Outbox);
        return device;
    }

    private static void AssertIdle(TestDevice device, string given)
    {
        Assert.IsNull(device.Engine.NextDue(device.State, device.Now), given);
        var commits = Commits(device);
        for (var day = 0; day < 40; day++)
        {
            device.Pass(86_400_000);
            device.Handle(new Tick());
        }

        Assert.AreEqual(commits, Commits(device), given);
        Assert.IsNull(device.Engine.NextDue(device.State, device.Now), given);
    }

    private static int Commits(TestDevice device) => device.Effects.OfType<Persist>().Count();
}
