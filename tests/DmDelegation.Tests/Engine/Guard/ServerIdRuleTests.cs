using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Engine.Guard;

/// <summary>Who may choose a ServerID (DEL-341, STD-022).</summary>
[TestClass]
public sealed class ServerIdRuleTests
{
    [TestMethod]
    [DataRow("a.example", 403, DisplayName = "of another account")]
    [DataRow("b.example", 200, DisplayName = "named in an ACL: the home authority of the root may")]
    [DataRow("nobody.example", 200, DisplayName = "of nobody")]
    [DataRow("two words", 403, DisplayName = "with white space")]
    [DataRow("*", 403, DisplayName = "the wildcard")]
    [DataRow("a+b", 403, DisplayName = "with a plus")]
    [DataRow("", 403, DisplayName = "empty")]
    public void The_home_authority_chooses_what_is_free_DEL_341(string name, int status)
    {
        using var device = new TestDevice(setup => setup.Acl("./Rogue", "Get=b.example+d.example"));
        Assert.AreEqual(status, device.Manage(Given.Home, Dm.Add("./DMAcc/n/ServerID", name))[0].Status);
    }

    [TestMethod]
    public void A_name_that_a_live_record_or_an_ACL_waits_for_is_not_for_others_DEL_341()
    {
        using var device = new TestDevice(setup =>
        {
            setup.Acl("./DMAcc", "Get=*&Add=d.example&Replace=home.example");
            setup.Acl("./Rogue", "Get=waiting.example");
        });
        Given.Active(device);
        var answers = device.Manage(
            Given.D, Dm.Add("./DMAcc/n1/ServerID", "b.example"), Dm.Add("./DMAcc/n2/ServerID", "waiting.example"), Dm.Add("./DMAcc/n3/ServerID", "free.example"), Dm.Add("./DMAcc/n4/ServerID", "free.example"));
        Assert.AreSequenceEqual([403, 403, 200, 403], Given.Statuses(answers));
        Assert.IsFalse(device.Exists("./DMAcc/n1"), "no ancestor made on the way is left");
    }

    [TestMethod]
    public void The_ServerID_of_an_account_never_changes_by_whatever_way_DEL_341()
    {
        using var device = new TestDevice();
        var before = device.Scheme();
        var answers = device.Manage(
            Given.A, Dm.Replace("./DMAcc/a/ServerID", "other.example"), Dm.Delete("./DMAcc/a/ServerID"), Dm.Copy("./SCM/x", "./DMAcc/a/ServerID"), Dm.Replace("./DMAcc/a/ServerID?prop=Name", "Other"),
            Dm.Add("./DMAcc/a/ServerID", "other.example"));
        Assert.AreSequenceEqual([405, 405, 425, 405], Given.Statuses(answers).Take(4));
        Assert.AreNotEqual(200, answers[4].Status);
        Assert.AreEqual(before, device.Scheme());
    }
}
