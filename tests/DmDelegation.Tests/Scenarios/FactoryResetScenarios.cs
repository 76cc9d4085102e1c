using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>The owner takes the device back whole (S-168; rows 8 and 53).</summary>
[TestClass]
public sealed class FactoryResetScenarios
{
    [TestMethod]
    public void S_168_everything_ends_and_the_factory_scheme_is_in_force_in_one_commit_DEL_277()
    {
        using var device = new TestDevice();
        var (scheme, values) = (device.Acls(), device.Values());
        var active = Given.Active(device);
        device.Manage(Given.B, Dm.Replace("./SCM/x", "by B"), Dm.Add("./SCM/planted", "by B"));
        var staged = new Delegating("STAGED");
        staged.Scope[0] = new("./Net", "Get");
        device.Manage(Given.A, staged.Ask(), staged.Build(start: false));
        var since = device.Effects.Count;

        device.FactoryReset();

        Assert.AreEqual((scheme, values), (device.Acls(), device.Values()));
        Assert.IsEmpty(device.Durable.Records);
        Assert.AreEqual(0, device.AccountsOf(Given.B));
        var commits = device.Effects.Skip(since).OfType<Persist>().Where(persist => persist.Before.Records.Count != persist.After.Records.Count || !ReferenceEquals(persist.Before.Tombstones, persist.After.Tombstones)).ToList();
        Assert.HasCount(1, commits);
        Assert.AreEqual((DelegationState.Revoked, 187), (device.Durable.Tombstones[active.Id].State, device.Durable.Tombstones[active.Id].Reason));
        Assert.AreSequenceEqual(["T3 7QK2 187", "FactoryReset  0"], device.Durable.Evidence.Entries.Values.Skip(3).Select(entry => $"{entry.Event} {entry.DelegationId} {entry.Reason}"));
        device.Restart();
        Assert.AreEqual((scheme, values), (device.Acls(), device.Values()), "it is in the store");
    }

    [TestMethod]
    public void S_168_the_old_Start_replayed_is_refused_by_marks_and_tombstones_that_survive_DEL_100_DEL_101_DEL_106_DEL_277()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device);
        device.FactoryReset();
        Assert.AreEqual(418, device.Manage(Given.A, _ => [.. delegation.Adds()])[0].Status, "the id has a tombstone");
        var renamed = new Delegating("FRESH") { GivenSeq = "1" };
        device.Manage(Given.A, renamed.Ask(), renamed.Build());
        Assert.AreEqual((DelegationState.Failed, 111), (device.Record("FRESH").State, device.Record("FRESH").Reason), "the sequence number was used");
        var stale = new Delegating("STALE") { GivenNonce = delegation.Nonce };
        Assert.AreEqual(403, device.Manage(Given.A, stale.Ask(), stale.Build())[^1].Status, "the nonce was used");
        Assert.AreEqual("110", Given.Reasons(device)[^1]);
    }

    [TestMethod]
    public void S_168_time_does_not_go_back_and_a_wall_clock_is_taken_over_as_it_is_DEL_202_DEL_205_DEL_277()
    {
        using var device = new TestDevice();
        var before = device.EffectiveTime;
        device.FactoryReset();
        device.SetClock(before.AddDays(-100), trusted: true);
        Assert.IsTrue(device.EffectiveTime >= before);

        using var other = new TestDevice(setup => setup.ClockTrusted = false);
        other.FactoryReset();
        other.SetClock(other.Now.Wall.AddYears(3), trusted: true);
        Assert.AreEqual(other.Now.Wall, other.EffectiveTime);
    }

    [TestMethod]
    public void Row_53_a_final_delegation_and_a_pending_one_end_too_and_A_is_told_DEL_232_DEL_277()
    {
        using var device = new TestDevice();
        var final = Given.Active(device);
        device.Tamper(state => state with
        {
            Records = state.Records.SetItem(final.Id, state.Records[final.Id] with { State = DelegationState.Finalised }),
        });
        var pending = new Delegating("8XK3", b: "c.example");
        pending.Scope[0] = new("./Net", "Get");
        Given.Pending(device, pending);
        device.FactoryReset();
        Assert.IsEmpty(device.Durable.Records);
        Assert.AreEqual((DelegationState.Revoked, DelegationState.Cancelled), (device.Durable.Tombstones[final.Id].State, device.Durable.Tombstones[pending.Id].State));
        device.Advance(TimeSpan.FromMinutes(2));
        Assert.AreSequenceEqual(["7QK2 187", "8XK3 187"], device.Servers[Given.A].Of("End").Select(end => $"{end.Attribute("id")} {end.Element("Reason")}").Order());
        Assert.IsFalse(device.Durable.Outbox.Values.Any(entry => entry.Target is Given.B or "c.example"), "who has no account any more is not waited for");
    }

    [TestMethod]
    public void A_session_that_is_open_is_dropped_after_the_commit_DEL_240_DEL_277()
    {
        using var device = new TestDevice();
        Given.Active(device);
        device.Open(Given.B, _ => [Dm.Replace("./SCM/x", "by B")]);
        var since = device.Effects.Count;
        device.Handle(new FactoryResetRequested(device.FactoryState()));
        var (persist, ended) = (device.IndexOf(effect => effect is Persist { Point: CommitPoint.Provisioning }, since), device.IndexOf(effect => effect is EndSession, since));
        Assert.IsTrue(persist >= 0 && persist < ended);
        Assert.IsFalse(device.State.Sessions.ContainsKey(Given.B));
        device.Pump();
        Assert.AreEqual("1", device.ValueOf("./SCM/x"), "what arrives late is nobody's");
    }

    [TestMethod]
    public void A_delegation_can_be_started_again_after_it_DEL_271_DEL_277()
    {
        using var device = new TestDevice();
        Given.Active(device);
        device.FactoryReset();
        device.Servers.Remove(Given.B);
        Given.Active(device, new Delegating("AGAIN"));
    }
}
