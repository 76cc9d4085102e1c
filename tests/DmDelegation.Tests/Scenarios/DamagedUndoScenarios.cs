using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Scenarios;

/// <summary>T3 over a damaged undo record: closing access has priority over neat ACLs (S-167).</summary>
[TestClass]
public sealed class DamagedUndoScenarios
{
    private const string AllOfA = "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example";

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void S_167_B_is_out_completely_and_A_is_told_with_501_and_Mark_fatal_DEL_139(bool revoked)
    {
        using var device = new TestDevice();
        var delegation = new Delegating().Temporary(600);
        delegation.Scope.Add(new("./Net", "Get+Replace"));
        Given.Active(device, delegation);
        Damage(device, delegation.Id, "./SCM");
        if (revoked)
        {
            Assert.AreEqual(500, device.Manage(Given.A, delegation.Operation("Revoke"))[^1].Status);
        }
        else
        {
            device.Advance(TimeSpan.FromSeconds(601));
        }

        AssertOut(device, delegation.Id, revoked ? DelegationState.Revoked : DelegationState.Expired);
        Assert.AreEqual(AllOfA, device.AclOf("./Net"), "what is whole is restored");
        Assert.IsTrue(device.Decide(Given.A, AccessOperation.Replace, "./SCM/x").Allowed, "A has again what T2 took");
        device.Advance(TimeSpan.FromMinutes(2));
        var end = device.Servers[Given.A].Of("End").Single();
        Assert.AreEqual(("fatal", "501"), (end.Mark, end.Element("Reason")));
    }

    [TestMethod]
    public void S_167_inside_an_Atomic_it_answers_516_and_nothing_brings_B_back_DEL_139()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device);
        Damage(device, delegation.Id, "./SCM");
        var answers = device.Manage(Given.A, Dm.Atomic(Dm.Replace("./Net/eth0", "down"), delegation.Operation("Revoke")));
        Assert.AreEqual(516, answers[0].Status);
        AssertOut(device, delegation.Id, DelegationState.Revoked);
        device.Restart();
        AssertOut(device, delegation.Id, DelegationState.Revoked);
    }

    [TestMethod]
    public void S_167_a_known_B_keeps_what_it_had_at_home_DEL_139_DEL_340()
    {
        const string both = "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example+b.example&Replace=a.example";
        using var device = new TestDevice(setup =>
        {
            setup.Known.Add(Given.B);
            setup.Acl("./SCM", both);
        });
        var delegation = Given.Active(device, new Delegating().KnownB());
        Damage(device, delegation.Id, "./SCM");
        device.Manage(Given.A, delegation.Operation("Revoke"));
        Given.Ended(device, delegation.Id, DelegationState.Revoked, 501);
        Assert.IsTrue(device.Decide(Given.B, AccessOperation.Get, "./SCM/x").Allowed);
        Assert.IsFalse(device.Decide(Given.B, AccessOperation.Replace, "./SCM/x").Allowed);
        Assert.IsTrue(device.Exists("./DMAcc/b"));
    }

    [TestMethod]
    public void A_Reduce_over_a_damaged_entry_takes_B_out_and_answers_500_DEL_139_DEL_264()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        delegation.Scope.Add(new("./Net", "Get+Replace"));
        Given.Active(device, delegation);
        Damage(device, delegation.Id, "./Net");
        Assert.AreEqual(500, device.Manage(Given.A, delegation.Operation("Reduce", "2"))[^1].Status);
        Assert.AreEqual(DelegationState.Active, device.Record(delegation.Id).State);
        Assert.DoesNotContain(Given.B, device.AclOf("./Net"));
        Assert.AreEqual("501", device.Servers[Given.A].Of("End").Single().Element("Reason"));
    }

    private static void Damage(TestDevice device, string id, string uri) => device.Tamper(state =>
    {
        var (record, node) = (state.Records[id], state.Tree.Find(NodePath.Parse(uri))!.Id);
        var undo = record.Grant!.Undo;
        var entry = undo.Entries.Single(entry => entry.Node == node);
        var damaged = undo with { Entries = undo.Entries.Replace(entry, entry with { Before = "Get=a.example&&" }) };
        return state with { Records = state.Records.SetItem(id, record with { Grant = record.Grant with { Undo = damaged } }) };
    });

    private static void AssertOut(TestDevice device, string id, DelegationState state)
    {
        Given.Ended(device, id, state, 501);
        Assert.DoesNotContain(Given.B, device.Scheme(), "guard, ACLs and account");
        Assert.IsTrue(device.Record(id).Grant!.SealedProofKey.IsEmpty, "keys");
        Assert.IsNotEmpty(device.Record(id).Grant!.Undo.Entries, "kept for repair");
        Assert.AreEqual(501, device.Durable.Evidence.Entries.Values.Last().Reason);
        Assert.IsTrue(device.Log.Any(line => line.Code == LogCodes.RollbackIncomplete));
    }
}
