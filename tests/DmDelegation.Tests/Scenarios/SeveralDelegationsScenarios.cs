using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.7: several delegations.</summary>
[TestClass]
public sealed class SeveralDelegationsScenarios
{
    private const string AllOfA = "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example";

    [TestMethod]
    [DataRow(0, 1)]
    [DataRow(1, 0)]
    public void S_180_Of_two_disjoint_ones_each_restores_exactly_its_part_DEL_051_DEL_138_DEL_295(int first, int second)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        Delegating[] delegations = [new(), new Delegating("8XK3", b: "d.example").KnownB()];
        delegations[1].Scope[0] = new("./Net", "Add+Delete+Exec+Get+Replace");
        string[] roots = ["./SCM", "./Net"];
        foreach (var delegation in delegations)
        {
            device.Activate(delegation);
        }

        string[] live = [device.AclOf("./SCM"), device.AclOf("./Net")];
        Assert.AreEqual(NormalCourse.AllOfBAndGetOfA, live[0]);
        Assert.AreEqual(NormalCourse.AllOfBAndGetOfA.Replace("b.example", "d.example", StringComparison.Ordinal), live[1]);
        var secret = device.AclOf("./Net/secret");

        Assert.AreEqual(200, device.Manage("a.example", delegations[first].Operation("Revoke"))[0].Status);
        Assert.AreEqual((AllOfA, live[second]), (device.AclOf(roots[first]), device.AclOf(roots[second])));
        Assert.AreEqual(DelegationState.Active, device.Record(delegations[second].Id).State);
        Assert.AreEqual(second == 1 ? secret : "Get=a.example&Replace=a.example", device.AclOf("./Net/secret"));
        Assert.AreEqual(second == 0 ? 1 : 0, device.AccountsOf("b.example"));
        Assert.AreEqual(200, device.Manage(delegations[second].B, Dm.Replace(second == 0 ? "./SCM/x" : "./Net/eth0", "still"))[0].Status);

        Assert.AreEqual(200, device.Manage("a.example", delegations[second].Operation("Revoke"))[0].Status);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_182_A_known_B_has_what_it_had_when_the_delegation_has_ended_DEL_056_DEL_058_DEL_136()
    {
        const string withB = "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example+b.example&Replace=a.example";
        using var device = new TestDevice(setup =>
        {
            setup.Known.Add("b.example");
            setup.Acl("./Net", withB);
        });
        var home = device.Scheme();
        var delegation = new Delegating().KnownB();
        device.Activate(delegation);
        device.Manage("a.example", delegation.Operation("Revoke"));

        Assert.AreEqual(home, device.Scheme());
        Assert.AreEqual(withB, device.AclOf("./Net"));
        var answers = device.Manage("b.example", Dm.Get("./Net/eth0"), Dm.Replace("./SCM/x", "of B"));
        Assert.AreEqual((200, "up", 425), (answers[0].Status, answers[0].Text, answers[1].Status));
    }

    [TestMethod]
    public void S_183_A_known_B_keeps_its_credentials_through_Start_and_Confirm_DEL_056_DEL_176()
    {
        using var device = new TestDevice(setup => setup.Known.Add("b.example"));
        string Account() => string.Join('\n', device.Scheme().Split('\n').Where(line => line.StartsWith("./DMAcc/b", StringComparison.Ordinal)));
        var before = Account();
        var delegation = new Delegating().KnownB();
        device.StartAccepted(delegation);
        Assert.AreEqual(before, Account(), "T1");
        var b = device.Confirm(delegation, _ => [Dm.Replace("./SCM/x", "of B")]);

        Assert.AreEqual(200, b.Outcomes[^1].Status);
        Assert.AreEqual(before, Account(), "T2");
        Assert.AreEqual(1, device.AccountsOf("b.example"));
    }

    [TestMethod]
    [DataRow("./SCM", 0, 1)]
    [DataRow("./SCM", 1, 0)]
    [DataRow("./SCM/dir", 0, 1)]
    [DataRow("./SCM/dir", 1, 0)]
    public void S_184_Two_shared_ones_on_one_node_end_in_any_order_DEL_053(string scope, int first, int second)
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        Delegating[] delegations = [new() { ["Control"] = "shared" }, new Delegating("8XK3", b: "d.example") { ["Control"] = "shared" }.KnownB()];
        foreach (var delegation in delegations)
        {
            delegation.Scope[0] = new(scope, "Add+Get+Replace");
            device.Activate(delegation);
        }

        Assert.AreEqual(
            "Add=a.example+b.example+d.example&Delete=a.example&Exec=a.example&Get=a.example+b.example+d.example&Replace=a.example+b.example+d.example",
            device.AclOf(scope));

        Assert.AreEqual(200, device.Manage("a.example", delegations[first].Operation("Revoke"))[0].Status);
        var left = delegations[second].B;
        Assert.AreEqual($"Add=a.example+{left}&Delete=a.example&Exec=a.example&Get=a.example+{left}&Replace=a.example+{left}", device.AclOf(scope));
        Assert.AreEqual(200, device.Manage(left, Dm.Add(scope + "/new", "still"))[0].Status);
        Assert.AreEqual(200, device.Manage("a.example", Dm.Replace(scope + "/new", "of A"))[0].Status);

        Assert.AreEqual(200, device.Manage("a.example", delegations[second].Operation("Revoke"))[0].Status);
        Assert.AreEqual(home, device.Scheme());
    }
}
