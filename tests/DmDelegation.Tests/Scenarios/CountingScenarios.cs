using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>What is counted, for whom, and in which commit.</summary>
[TestClass]
public sealed class CountingScenarios
{
    [TestMethod]
    public void A_failed_login_counts_for_every_delegation_that_waits_for_B_DEL_184()
    {
        using var device = Given.WithKnownB();
        var one = Given.Pending(device, new Delegating().KnownB());
        var other = new Delegating("8XK3").KnownB();
        other.Scope[0] = new("./Net", "Get");
        Given.Pending(device, other);
        device.Servers["b.example"].WrongCredential = true;
        for (var i = 0; i < 5; i++)
        {
            Assert.AreEqual(i, device.Record(other.Id).Grant!.BadAttempts);
            device.Manage("b.example", Dm.Get("./DevInfo/Man"));
        }

        Given.Ended(device, one.Id, DelegationState.Failed, 171);
        Given.Ended(device, other.Id, DelegationState.Failed, 171);
    }

    [TestMethod]
    public void Slots_kept_for_the_home_authority_are_not_taken_from_the_others_by_it_DEL_050()
    {
        using var device = new TestDevice(setup =>
        {
            for (var i = 0; i < 8; i++)
            {
                setup.Nodes.Add(($"./H{i}", "", null));
            }
        });
        for (var i = 0; i < 8; i++)
        {
            var own = new Delegating($"h{i}", a: "home.example", b: "d.example").KnownB();
            own.Scope[0] = new($"./H{i}", "Get+Replace");
            Given.Active(device, own);
        }

        device.StartAccepted(new Delegating());
    }

    [TestMethod]
    [DataRow("+60")]
    [DataRow(" 60")]
    [DataRow("060")]
    [DataRow("-0")]
    public void A_shortened_budget_is_a_plain_number_DEL_102_DEL_209(string seconds)
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device, new Delegating().Temporary(3600));
        Assert.AreEqual(405, device.Manage("a.example", Dm.Replace(delegation.Uri + "/Expiry/MaxSeconds", seconds, "int"))[0].Status);
        Assert.AreEqual(3600, device.Record(delegation.Id).Grant!.MaxSeconds);
    }

    [TestMethod]
    public void An_Atomic_that_deletes_a_live_record_is_a_commit_of_its_own_DEL_143()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device);
        var since = device.Effects.Count;
        var answers = device.Manage(
            "a.example",
            Dm.Replace("./Net/eth0", "before"),
            Dm.Atomic(Dm.Replace("./Net/eth0", "with"), Dm.Delete(delegation.Uri)),
            Dm.Replace("./Net/eth0", "after"));
        Assert.AreSequenceEqual([200, 200, 200, 200, 200], Given.Statuses(answers));
        string Value(DmDelegation.Engine.State.AgentState state) => System.Text.Encoding.UTF8.GetString(state.Tree.Find(DmDelegation.Tree.NodePath.Parse("./Net/eth0"))!.Value.Span);
        var commits = device.Effects.Skip(since).OfType<Persist>()
            .Select(persist => (Value(persist.After), persist.After.Records[delegation.Id].State)).Distinct().ToArray();
        Assert.AreSequenceEqual(
            [("up", DelegationState.Active), ("before", DelegationState.Active), ("with", DelegationState.Revoked), ("after", DelegationState.Revoked)],
            commits);
    }
}
