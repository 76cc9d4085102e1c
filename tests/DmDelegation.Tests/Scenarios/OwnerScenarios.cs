using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>What the owner of the device and third servers bring about (17.6), and where a guest's session may not go (S-208).</summary>
[TestClass]
public sealed class OwnerScenarios
{
    private const string AllOfA = "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example";

    [TestMethod]
    public void S_162_with_the_account_of_A_its_delegations_end_in_the_same_commit_184_DEL_275()
    {
        using var device = new TestDevice();
        var active = Given.Active(device);
        var pending = new Delegating("8XK3", b: "c.example");
        pending.Scope[0] = new("./Net", "Get");
        Given.Pending(device, pending);
        Assert.AreEqual(200, device.Manage(Given.Home, Dm.Delete("./DMAcc/a"))[^1].Status);
        Given.Ended(device, active.Id, DelegationState.Revoked, 184);
        Given.Ended(device, pending.Id, DelegationState.Cancelled, 184);
        var commit = device.Effects.OfType<Persist>().Single(persist => persist.Before.Records.GetValueOrDefault(active.Id)?.State == DelegationState.Active && persist.After.Records[active.Id].State.IsEnded());
        Assert.IsTrue(commit.After.Records[pending.Id].State.IsEnded());
        Assert.IsNull(commit.After.Tree.Find(DmDelegation.Tree.NodePath.Parse("./DMAcc/a")));

        using var undelegated = new TestDevice();
        undelegated.Manage(Given.Home, Dm.Delete("./DMAcc/a"));
        Assert.AreEqual(undelegated.Acls(), device.Acls(), "as if nothing had been delegated");
        Assert.AreEqual(0, device.AccountsOf(Given.B));
    }

    [TestMethod]
    public void S_164_with_the_account_of_a_known_B_its_delegation_ends_185_and_the_home_scheme_is_back_DEL_276()
    {
        using var device = Given.WithKnownB();
        var delegation = Given.Active(device, new Delegating().KnownB());
        Assert.AreEqual(200, device.Manage(Given.Home, Dm.Delete("./DMAcc/b"))[^1].Status);
        Given.Ended(device, delegation.Id, DelegationState.Revoked, 185);
        var commit = device.Effects.OfType<Persist>().Single(persist => persist.Before.Records.GetValueOrDefault(delegation.Id)?.State == DelegationState.Active && persist.After.Records[delegation.Id].State.IsEnded());
        Assert.IsNull(commit.After.Tree.Find(DmDelegation.Tree.NodePath.Parse("./DMAcc/b")), "in the same commit");
        using var undelegated = Given.WithKnownB();
        undelegated.Manage(Given.Home, Dm.Delete("./DMAcc/b"));
        Assert.AreEqual(undelegated.Acls(), device.Acls());
        device.Advance(TimeSpan.FromMinutes(2));
        Assert.AreEqual("185", device.Servers[Given.A].Of("End").Single().Element("Reason"));
    }

    [TestMethod]
    public void S_174_where_D_has_put_A_and_B_out_its_value_stays_and_is_counted_as_kept_DEL_135()
    {
        using var device = new TestDevice(setup => setup.Acl("./SCM/dir", AllOfA.Replace("Replace=a.example", "Replace=a.example+d.example", StringComparison.Ordinal)));
        var delegation = Given.Active(device);
        const string value = "Get=d.example&Replace=d.example";
        Assert.AreEqual(200, device.Manage(Given.D, Dm.Replace("./SCM/dir?prop=ACL", value))[^1].Status);
        device.Manage(Given.A, delegation.Operation("Revoke"));
        Given.Ended(device, delegation.Id, DelegationState.Revoked, 180);
        Assert.AreEqual((value, AllOfA), (device.AclOf("./SCM/dir"), device.AclOf("./SCM")));
        Assert.AreEqual("1", device.Servers[Given.A].Of("End").Single().AclAttribute("kept"));
    }

    [TestMethod]
    [DataRow("https://elsewhere.example/dm")]
    [DataRow("http://b.example/dm")]
    [DataRow("https://b.example.elsewhere.example/dm")]
    [DataRow("//elsewhere.example/dm")]
    public void S_208_a_RespURI_to_another_host_or_to_http_ends_the_session_of_a_guest_DEL_336(string respUri)
    {
        using var device = new TestDevice();
        Given.Active(device);
        device.Servers[Given.B].RespUri = respUri;
        device.Manage(Given.B, Dm.Replace("./SCM/x", "by B"));
        Assert.AreEqual("resp-uri", device.Ended[^1].Error);
        Assert.AreEqual("1", device.ValueOf("./SCM/x"));
        Assert.IsTrue(device.Effects.OfType<SendMessage>().All(message => message.Server != Given.B || message.Uri.Host == Given.B));
        device.Servers[Given.B].RespUri = "https://b.example/other?sid=1";
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Replace("./SCM/x", "by B"))[^1].Status);
    }
}
