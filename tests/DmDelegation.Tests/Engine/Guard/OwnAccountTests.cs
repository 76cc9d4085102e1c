using System.Text;
using DmDelegation.Engine.Guard;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Engine.Guard;

/// <summary>What a guest may do in its own account (DEL-324).</summary>
[TestClass]
public sealed class OwnAccountTests
{
    private const string Own = "./DMAcc/d-7QK2";

    [TestMethod]
    [DataRow("AppAuth/s/AAuthSecret", true)]
    [DataRow("AppAuth/c/AAuthSecret", true)]
    [DataRow("AppAuth/s/AAuthData", true)]
    [DataRow("Name", true)]
    [DataRow("ServerID", false)]
    [DataRow("AppID", false)]
    [DataRow("AppAddr/1/Addr", false)]
    [DataRow("AppAddr/1/AddrType", false)]
    [DataRow("AppAuth/s/AAuthName", false)]
    [DataRow("AppAuth/s/AAuthType", false)]
    public void An_active_guest_changes_secrets_nonces_and_its_name_DEL_324(string leaf, bool allowed)
    {
        using var device = new TestDevice();
        Given.Active(device, new Delegating { ["Server/Name"] = "B" });
        Assert.AreEqual(allowed, device.Decide(Given.B, AccessOperation.Replace, $"{Own}/{leaf}").Allowed);
        Assert.IsFalse(device.Decide(Given.D, AccessOperation.Replace, $"{Own}/{leaf}").Allowed);
    }

    [TestMethod]
    [DataRow("HMAC", "HMAC", true)]
    [DataRow("HMAC", "DIGEST", false)]
    [DataRow("HMAC", "BASIC", false)]
    [DataRow("HMAC", "", false)]
    [DataRow("DIGEST", "DIGEST", true)]
    [DataRow("DIGEST", "HMAC", true)]
    [DataRow("DIGEST", "BASIC", false)]
    public void AAuthPref_gets_no_weaker_DEL_324(string present, string wanted, bool allowed)
    {
        using var device = new TestDevice();
        Given.Active(device, new Delegating { ["Account/AuthType"] = present });
        var target = device.Durable.Tree.Resolve(NodePath.Parse(Own + "/AAuthPref"))!;
        var argument = new ValueArgument("chr", "text/plain", Encoding.UTF8.GetBytes(wanted), true);
        var answer = new DelegationPolicy(device.Durable, device.Engine.Options).Decide(new AccessQuestion(Given.B, AccessOperation.Replace, target, null, argument));
        Assert.AreEqual(allowed, answer.Allowed);
    }

    [TestMethod]
    [DataRow(AccessOperation.Delete)]
    [DataRow(AccessOperation.Rename)]
    [DataRow(AccessOperation.ReplaceAcl)]
    [DataRow(AccessOperation.Add)]
    public void The_instance_itself_is_not_the_guests_DEL_323(AccessOperation operation)
    {
        using var device = new TestDevice();
        Given.Active(device);
        Assert.IsFalse(device.Decide(Given.B, operation, Own).Allowed);
        Assert.IsFalse(device.Decide(Given.B, operation, "./DMAcc/a").Allowed);
    }

    [TestMethod]
    public void Before_confirmation_it_may_only_replace_its_secrets_DEL_175()
    {
        using var device = new TestDevice();
        Given.Pending(device, new Delegating { ["Server/Name"] = "B" });
        Assert.IsTrue(device.Decide(Given.B, AccessOperation.Replace, Own + "/AppAuth/s/AAuthSecret").Allowed);
        Assert.IsTrue(device.Decide(Given.B, AccessOperation.Replace, Own + "/AppAuth/c/AAuthData").Allowed);
        Assert.IsTrue(device.Decide(Given.B, AccessOperation.Get, "./DevInfo/Man").Allowed);
        Assert.AreEqual(173, device.Decide(Given.B, AccessOperation.Replace, Own + "/Name").Reason);
        Assert.AreEqual(173, device.Decide(Given.B, AccessOperation.Get, Own + "/ServerID").Reason);
        Assert.AreEqual(173, device.Decide(Given.B, AccessOperation.Replace, "./DMAcc/a/AppAuth/s/AAuthSecret").Reason);
    }

    [TestMethod]
    public void It_reads_its_account_and_the_ACL_on_it_as_DEL_142_says()
    {
        using var device = new TestDevice();
        Given.Active(device);
        var answers = device.Manage(Given.B, Dm.Get(Own), Dm.Get(Own + "/ServerID"), Dm.Get(Own + "?prop=ACL"), Dm.Get(Own + "/AppAuth/s/AAuthSecret"), Dm.Get("./DMAcc/a/ServerID"));
        Assert.AreSequenceEqual([200, 200, 200, 405, 425], Given.Statuses(answers));
        Assert.AreEqual("Get=b.example&Replace=b.example", answers[2].Text);
    }

    [TestMethod]
    public void The_owner_cannot_take_a_guests_account_in_hand_DEL_339()
    {
        using var device = new TestDevice();
        Given.Active(device);
        var answers = device.Manage(
            Given.Home, Dm.Replace(Own + "?prop=ACL", "Get=*"), Dm.Replace(Own + "/AppAddr/1/Addr", "https://x.example"), Dm.Replace(Own + "?prop=Name", "z"), Dm.Delete(Own), Dm.AddNode(Own + "/Ext"));
        Assert.AreSequenceEqual([405, 405, 405, 405, 405], Given.Statuses(answers));
        Assert.AreSequenceEqual(["127", "127", "127", "127", "127"], Given.Reasons(device));
    }

    [TestMethod]
    public void A_known_B_is_not_bound_in_its_account_DEL_340()
    {
        using var device = Given.WithKnownB();
        Given.Active(device, new Delegating().KnownB());
        var answers = device.Manage(Given.B, Dm.Replace("./DMAcc/b/AppAddr/1/Addr", "https://b.example/dm2"), Dm.Replace("./DMAcc/b?prop=ACL", "Get=*&Replace=b.example"));
        Assert.AreSequenceEqual([200, 200], Given.Statuses(answers));
    }
}
