using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>The operator ends a delegation at the device (17.6; rows 8, 21, 37, 47).</summary>
[TestClass]
public sealed class LocalEndScenarios
{
    [TestMethod]
    public void S_173_a_staged_record_is_gone_DEL_278()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating();
        device.Manage(Given.A, delegation.Ask(), delegation.Build(start: false));
        Assert.AreEqual(DelegationState.Staged, device.Record(delegation.Id).State);
        EndAtTheDevice(device, delegation.Id);
        Assert.IsFalse(device.Durable.Records.ContainsKey(delegation.Id));
        Assert.AreEqual(home, device.Scheme());
        AssertAudited(device, "staged record deleted");
    }

    [TestMethod]
    public void S_173_a_pending_one_is_cancelled_with_187_and_A_hears_of_it_DEL_278()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = Given.Pending(device);
        EndAtTheDevice(device, delegation.Id);
        Given.Ended(device, delegation.Id, DelegationState.Cancelled, 187);
        Assert.AreEqual(home, device.Scheme());
        AssertTold(device, "187", "11");
        AssertAudited(device, "ended");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void S_173_an_active_one_is_revoked_with_187_and_A_hears_of_it_DEL_278(bool guest)
    {
        using var device = guest ? new TestDevice() : Given.WithKnownB();
        var home = device.Scheme();
        var delegation = Given.Active(device, guest ? null : new Delegating().KnownB());
        EndAtTheDevice(device, delegation.Id);
        Given.Ended(device, delegation.Id, DelegationState.Revoked, 187);
        Assert.AreEqual(home, device.Scheme());
        AssertTold(device, "187", "12");
        AssertAudited(device, "ended");
    }

    [TestMethod]
    public void S_173_a_suspended_one_is_revoked_with_187_DEL_278()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = Given.Suspended(device, new Delegating().Temporary(3600));
        EndAtTheDevice(device, delegation.Id);
        Given.Ended(device, delegation.Id, DelegationState.Revoked, 187);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_173_a_finalised_one_stays_as_it_is_DEL_262_DEL_278()
    {
        using var device = new TestDevice();
        var delegation = device.Finalise(new Delegating().Final());
        var (scheme, record) = (device.Scheme(), device.Record(delegation.Id));
        EndAtTheDevice(device, delegation.Id);
        Assert.AreEqual((scheme, record), (device.Scheme(), device.Record(delegation.Id)));
        AssertAudited(device, "FINAL_IRREVOCABLE");
    }

    [TestMethod]
    public void An_ended_one_and_one_that_does_not_exist_change_nothing_DEL_278_DEL_291()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device);
        device.Manage(Given.A, delegation.Operation("Revoke"));
        var before = device.Durable;
        EndAtTheDevice(device, delegation.Id);
        AssertAudited(device, "STATE_CONFLICT");
        EndAtTheDevice(device, "NOBODY");
        AssertAudited(device, "no such record");
        Assert.AreSame(before.Records, device.Durable.Records);
    }

    [TestMethod]
    public void An_expiry_that_is_due_comes_first_DEL_267()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device, new Delegating().Temporary(600));
        device.Pass(601_000);
        EndAtTheDevice(device, delegation.Id);
        Given.Ended(device, delegation.Id, DelegationState.Expired, 181);
    }

    [TestMethod]
    public void B_in_session_hears_of_it_there_and_is_cut_off_DEL_247_DEL_266_DEL_278()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device);
        device.Open(Given.B, _ => [Dm.Replace("./SCM/x", "by B")], _ => [Dm.Replace("./SCM/x", "too late")]);
        device.Exchange(Given.B);
        EndAtTheDevice(device, delegation.Id);
        Assert.AreSequenceEqual([200, 425], Given.Statuses(device.Servers[Given.B].Outcomes));
        Assert.AreEqual(("End", "187"), (device.Servers[Given.B].Alerts[^1].Event, device.Servers[Given.B].Alerts[^1].Element("Reason")));
        Assert.IsTrue(device.Servers[Given.B].AbortedByDevice);
    }

    private static void EndAtTheDevice(TestDevice device, string id)
    {
        device.Handle(new LocalEnd(id));
        device.Pump();
    }

    private static void AssertTold(TestDevice device, string reason, string state)
    {
        device.Advance(TimeSpan.FromMinutes(2));
        var end = device.Servers[Given.A].Of("End").Single();
        Assert.AreEqual(("informational", reason, state), (end.Mark, end.Element("Reason"), end.Element("State")));
    }

    private static void AssertAudited(TestDevice device, string outcome) =>
        Assert.AreEqual(outcome, device.Log.Last(line => line.Code == LogCodes.LocalEnd).Fields.Single(field => field.Key == "outcome").Value);
}
