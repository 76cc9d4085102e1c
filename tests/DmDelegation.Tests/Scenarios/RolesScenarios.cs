using System.Text;
using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>Sections 1 and 6.1: who is who, and where the delegation object stands.</summary>
[TestClass]
public sealed class RolesScenarios
{
    [TestMethod]
    public void A_and_B_are_told_apart_by_their_identifiers_though_they_share_an_address_DEL_001_DEL_008()
    {
        using var device = new TestDevice();
        var delegation = new Delegating { ["Account/Addr"] = "https://a.example/dm" };
        device.Activate(delegation);

        Assert.AreEqual(425, device.Manage("b.example", Dm.Replace("./Net/eth0", "by B"))[0].Status, "B at A's address is not A");
        Assert.AreEqual(200, device.Manage("a.example", Dm.Replace("./Net/eth0", "by A"))[0].Status);
        Assert.AreEqual(425, device.Manage("a.example", Dm.Replace("./SCM/x", "by A"))[0].Status, "A at B's address is not B");
    }

    [TestMethod]
    public void A_message_that_names_another_server_as_its_source_is_still_from_the_server_that_authenticated_DEL_002()
    {
        using var device = new TestDevice(setup => setup.AuthType = "DIGEST");
        device.Servers["d.example"].Patch = body => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace(">d.example<", ">a.example<", StringComparison.Ordinal));

        var answers = device.Manage("d.example", Dm.Replace("./SCM/x", "by D as A"), Dm.Replace("./Rogue/n", "by D"));

        CollectionAssert.AreEqual(new[] { 425, 200 }, Given.Statuses(answers), Given.Log(device));
        Assert.AreEqual("1", device.ValueOf("./SCM/x"));
    }

    [TestMethod]
    public void Step_4_needs_nothing_of_steps_1_to_3_and_the_agent_does_4_5_7_and_8_DEL_005_DEL_006_DEL_230_DEL_233()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        var b = device.Activate(delegation); // nobody but A and, after step 6, B has ever spoken to the device

        var a = device.Servers["a.example"];
        CollectionAssert.AreEqual(new[] { "Ack", "Session" }, a.Alerts.Select(alert => alert.Event).ToArray(), "step 5 and the notice");
        CollectionAssert.AreEqual(new[] { "Session" }, b.Alerts.Select(alert => alert.Event).ToArray(), "step 8");
        var password = Encoding.UTF8.GetString(delegation.Tdk);
        foreach (var alert in a.Alerts.Concat(b.Alerts))
        {
            Assert.AreEqual(("Success", "0"), (alert.Element("Result"), alert.Element("Reason")));
            Assert.IsFalse(alert.Payload.Contains(Convert.ToBase64String(delegation.Tdk), StringComparison.Ordinal) || alert.Payload.Contains(password, StringComparison.Ordinal));
        }
    }

    [TestMethod]
    public void A_refused_Start_tells_A_the_reason_in_step_5_DEL_230_DEL_233()
    {
        using var device = new TestDevice();
        var wrong = new Delegating { ["DurationType"] = "permanent" };
        device.Manage("a.example", wrong.Ask(), wrong.Build());

        var ack = device.Servers["a.example"].Alerts.Single();
        Assert.AreEqual(("Ack", "warning", "Failure", "102"), (ack.Event, ack.Mark, ack.Element("Result"), ack.Element("Reason")));
    }

    [TestMethod]
    public void The_object_is_at_Delegation_and_each_record_bears_its_identifier_DEL_080()
    {
        using var device = new TestDevice();
        device.Activate(new Delegating());

        var answers = device.Manage("home.example", Dm.Get("./Delegation"), Dm.Get("./Delegation/7QK2?prop=Type"), Dm.Delete("./Delegation"), Dm.Get("./Delegation/7QK2/State"));

        Assert.Contains("7QK2", answers[0].Text.Split('/'));
        Assert.AreEqual("org.example.dmagent/1.0/Delegation", answers[1].Text);
        Assert.AreNotEqual(200, answers[2].Status, "a permanent node");
        Assert.AreEqual("2", answers[3].Text);
    }

    [TestMethod]
    public void Start_is_taken_in_the_body_and_in_a_Sequence_DEL_091()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        device.Manage("a.example", delegation.Ask(), delegation.Build(start: false), _ => [new Sequence("0", null, [delegation.Start()])]);
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State, Given.Log(device));

        var other = new Delegating("OTHER", "a.example", "c.example") { ["Control"] = "shared" };
        other.Scope[0] = other.Scope[0] with { Uri = "./Net" };
        device.Manage("a.example", other.Ask(), other.Build(start: false), _ => [other.Start()]);
        Assert.AreEqual(DelegationState.Pending, device.Record("OTHER").State, Given.Log(device));
    }
}
