using System.Text.RegularExpressions;
using DmDelegation.Engine;
using DmDelegation.Engine.Audit;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>Who managed the device when is answerable later (16; S-021, S-141).</summary>
[TestClass]
public sealed partial class AuditScenarios
{
    private const int RefusedLogins = 10_000;

    [TestMethod]
    public void S_021_ten_thousand_refused_logins_do_not_flush_a_course_out_of_the_log_DEL_008_DEL_400_DEL_401_DEL_402_DEL_403()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        device.Activate(delegation);
        device.Manage(Given.A, delegation.Operation("Revoke"));
        var course = device.Durable.Evidence;
        device.KeepTraffic = false;
        device.Servers[Given.D].WrongCredential = true;
        for (var i = 0; i < RefusedLogins; i++)
        {
            device.Manage(Given.D, Dm.Get("./DevInfo/Man"));
            device.Effects.Clear();
        }

        device.Restart();
        var (evidence, noise) = (device.Durable.Evidence, device.Durable.Noise);
        Assert.AreSequenceEqual(course.Entries.Values.Select(entry => entry.ToString()), evidence.Entries.Values.Select(entry => entry.ToString()));
        Assert.AreSequenceEqual(["Start", "T1", "T2", "T3"], evidence.Entries.Values.Select(entry => entry.Event));
        Assert.IsTrue(evidence.Entries.Values.All(entry => entry.To == Given.B));
        Assert.AreEqual((RefusedLogins, 256), ((int)noise.HeadNumber, noise.Entries.Count));
        Assert.IsTrue(noise.Entries.Values.All(entry => (entry.Event, entry.Server, entry.DelegationId) == ("Login", Given.D, "")));
        Assert.IsNull(evidence.FirstBroken);
        Assert.IsNull(noise.FirstBroken);
        var secrets = new[] { Convert.ToHexString(delegation.Tdk), Convert.ToBase64String(delegation.Tdk), "server-secret-of-a", "client-secret-for-a" };
        var log = string.Join('\n', evidence.Entries.Values.Concat(noise.Entries.Values));
        Assert.IsFalse(secrets.Any(secret => log.Contains(secret, StringComparison.OrdinalIgnoreCase)), "no entry contains a secret (DEL-403)");
    }

    [TestMethod]
    public void S_141_a_chain_that_was_made_anew_does_not_fit_the_heads_the_servers_hold_DEL_400_DEL_404()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        device.Activate(delegation);
        device.Manage(Given.A, delegation.Operation("Revoke"));
        device.Advance(TimeSpan.FromMinutes(2));
        var heads = device.Traffic.SelectMany(body => HeadInAlert().Matches(body)).Select(match => (Number: long.Parse(match.Groups[1].Value), Hash: match.Groups[2].Value)).Distinct().ToList();
        Assert.AreSequenceEqual(new long[] { 2, 3, 4 }, heads.Select(head => head.Number).Order());
        Assert.IsTrue(heads.All(head => Find(device, head) == HeadCheck.Contained));

        device.Tamper(state => state with { Evidence = Rewritten(state.Evidence, 1, entry => entry with { Server = "somebody.else" }) });
        Assert.IsNull(device.Durable.Evidence.FirstBroken, "the forged chain is whole");
        Assert.IsTrue(heads.All(head => Find(device, head) == HeadCheck.Different));
    }

    [TestMethod]
    public void A_local_command_done_or_refused_is_in_the_log_DEL_223_DEL_278_DEL_400()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device);
        device.Handle(new LocalEnd(delegation.Id));
        device.Handle(new LocalEnd(delegation.Id));
        device.Handle(new LocalEnd("NOBODY"));
        device.Handle(new ClockResetRequested());
        Assert.AreSequenceEqual(
            ["LocalEnd 7QK2 187", "T3 7QK2 187", "LocalEnd 7QK2 191", "LocalEnd  191", "ClockReset  0"],
            device.Durable.Evidence.Entries.Values.Skip(3).Select(entry => $"{entry.Event} {entry.DelegationId} {entry.Reason}"));
        var t3 = device.Effects.OfType<Persist>().Single(persist => persist.After.Evidence.HeadNumber >= 5 && persist.Before.Evidence.HeadNumber < 5);
        Assert.AreEqual((3L, 5L), (t3.Before.Evidence.HeadNumber, t3.After.Evidence.HeadNumber), "in the commit of the event (DEL-401)");
    }

    [TestMethod]
    public void A_Reduce_is_in_the_log_and_in_its_alert_DEL_264_DEL_400_DEL_404()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        delegation.Scope.Add(new("./Net", "Get"));
        device.Activate(delegation);
        device.Manage(Given.A, delegation.Operation("Reduce", "2"));
        var entry = device.Durable.Evidence.Entries[4];
        Assert.AreEqual(("Reduce", Given.A, "7QK2"), (entry.Event, entry.Server, entry.DelegationId));
        Assert.AreEqual(Convert.ToHexStringLower(entry.Hash()), device.Servers[Given.A].Of("End").Single().Element("Log"));
    }

    [TestMethod]
    public void A_jump_that_is_not_followed_is_in_the_log_once_DEL_205_DEL_400()
    {
        using var device = new TestDevice();
        device.SetClock(device.Now.Wall.AddYears(5), trusted: true);
        device.Handle(new Tick());
        device.Restart();
        var entry = device.Durable.Evidence.Entries.Values.Single();
        Assert.AreEqual(("ClockJump", "", "", 131), (entry.Event, entry.Server, entry.DelegationId, entry.Reason));
    }

    [TestMethod]
    public void Suspension_and_its_end_are_in_the_log_DEL_213_DEL_400()
    {
        using var device = new TestDevice();
        Given.Suspended(device, new Delegating().Temporary(3600));
        device.Reboot(TimeSpan.FromMinutes(1));
        Assert.AreSequenceEqual(["Suspended", "Resumed"], device.Durable.Evidence.Entries.Values.Skip(3).Select(entry => entry.Event));
    }

    [TestMethod]
    public void Refused_commands_of_one_minute_are_one_entry_for_each_kind_and_cost_one_commit_DEL_400_DEL_401()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device);
        var flood = Enumerable.Range(0, 100).Select(_ => Dm.Replace("./Net/eth0", "x")).ToArray();
        var before = device.Effects.OfType<Persist>().Count(persist => !ReferenceEquals(persist.Before.Noise, persist.After.Noise));
        device.Manage(Given.B, _ => flood, _ => [Dm.Replace("./SCM?prop=ACL", "Get=*"), Dm.Atomic(Dm.Delete("./Net"))]);
        device.Manage(Given.A, Dm.Replace("./SCM/x", "kept out"));
        device.Manage(Given.D, Dm.Get("./Net/secret"), Dm.Get(delegation.Uri), Dm.Get("./Delegation/NOSUCH"));
        Assert.IsEmpty(device.Durable.Noise.Entries, "nothing is written while the minute runs");
        device.Advance(TimeSpan.FromSeconds(61));
        Assert.AreSequenceEqual(
            ["a.example 7QK2 0 1", "b.example 7QK2 0 102", "d.example  0 1", "d.example 7QK2 0 1"],
            device.Durable.Noise.Entries.Values.Select(entry => $"{entry.Server} {entry.DelegationId} {entry.Reason} {entry.Count}"));
        Assert.AreEqual(1, device.Effects.OfType<Persist>().Count(persist => !ReferenceEquals(persist.Before.Noise, persist.After.Noise)) - before);
        Assert.IsTrue(device.Durable.Noise.Entries.Values.All(entry => entry.Event == "Refused"));
    }

    [TestMethod]
    public void A_crash_loses_the_refusals_of_the_running_minute_and_a_stop_does_not_DEL_401()
    {
        using var device = new TestDevice();
        device.Manage(Given.D, Dm.Replace("./SCM/x", "refused"));
        device.Restart();
        Assert.IsEmpty(device.Durable.Noise.Entries);
        device.Manage(Given.D, Dm.Replace("./SCM/x", "refused"));
        device.Handle(new Stopping());
        Assert.AreEqual(1, device.Durable.Noise.Entries.Count);
    }

    [TestMethod]
    public void A_Start_that_may_be_repeated_is_counted_and_one_that_fails_for_good_is_evidence_DEL_097_DEL_400_DEL_402()
    {
        using var device = new TestDevice();
        var stale = new Delegating("STALE") { GivenNonce = new byte[32] };
        device.Manage(Given.A, stale.Ask(), stale.Build());
        device.Manage(Given.A, [.. Enumerable.Repeat(stale.Start(), 20)]);
        Assert.IsEmpty(device.Durable.Evidence.Entries);
        device.Manage(Given.A, stale.Operation("Cancel"));
        var illegal = new Delegating("BAD") { ["DurationType"] = "temporary" };
        device.Manage(Given.A, illegal.Ask(), illegal.Build());
        Assert.AreSequenceEqual(["Start BAD 102"], device.Durable.Evidence.Entries.Values.Select(entry => $"{entry.Event} {entry.DelegationId} {entry.Reason}"));
        device.Advance(TimeSpan.FromSeconds(61));
        Assert.AreSequenceEqual(["STALE 104 11", "STALE 110 10"], device.Durable.Noise.Entries.Values.Select(entry => $"{entry.DelegationId} {entry.Reason} {entry.Count}"));
    }

    [TestMethod]
    public void An_entry_shows_who_may_read_it_DEL_083_DEL_402()
    {
        using var device = new TestDevice();
        Given.Active(device);
        device.Handle(new ClockResetRequested());
        var answers = device.Manage(Given.Home, Dm.Get("./Delegation/Log/e3?prop=ACL"), Dm.Get("./Delegation/Log/e4?prop=ACL"), Dm.Get("./Delegation/Log?prop=ACL"));
        Assert.AreSequenceEqual(["Get=home.example+a.example+b.example", "Get=home.example", "Get=*"], answers.Select(answer => answer.Text));
        Assert.AreSequenceEqual([200, 404], Given.Statuses(device.Manage(Given.A, Dm.Get("./Delegation/Log/e3"), Dm.Get("./Delegation/Log/e4"))));
    }

    /// <summary>The ring with an entry changed and everything after it chained anew, as somebody would who owns the device.</summary>
    private static AuditRing Rewritten(AuditRing ring, long number, Func<AuditEntry, AuditEntry> change) =>
        ring.Entries.Values.Aggregate(AuditRing.Empty, (forged, entry) => forged.Add(entry.Number == number ? change(entry) : entry));

    private static HeadCheck Find(TestDevice device, (long Number, string Hash) head) => device.Durable.Evidence.Find(head.Number, Convert.FromHexString(head.Hash));

    [GeneratedRegex("&lt;Log n=\"([0-9]+)\"&gt;([0-9a-f]{64})")]
    private static partial Regex HeadInAlert();
}
