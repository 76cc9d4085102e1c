using System.Security.Cryptography;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>Several delegations that use one account.</summary>
[TestClass]
public sealed class SharedAccountScenarios
{
    private const string AllOfA = "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example";

    private static Delegating Second()
    {
        var second = new Delegating("8XK3").KnownB();
        second.Scope[0] = new("./Net", "Add+Delete+Exec+Get+Replace");
        return second;
    }

    [TestMethod]
    public void A_guest_that_a_second_record_names_by_Ref_stays_one_when_the_first_has_ended_S_181_DEL_057_DEL_330()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var first = Given.Active(device);
        var second = Given.Active(device, Second());

        Assert.AreEqual(200, device.Manage("a.example", first.Operation("Revoke"))[0].Status);
        Assert.AreEqual(1, device.AccountsOf("b.example"));
        Assert.IsTrue(device.Durable.IsGuest("b.example"));
        var answers = device.Manage("b.example", Dm.Replace("./Net/eth0", "B"), Dm.Add("./planted", "B"), Dm.Replace("./Net?prop=ACL", "Get=*"));
        Assert.AreSequenceEqual([200, 425, 425], Given.Statuses(answers));

        Assert.AreEqual(200, device.Manage("a.example", second.Operation("Revoke"))[0].Status);
        Assert.AreEqual(0, device.AccountsOf("b.example"), "removed with the last of them");
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void A_server_cannot_pin_the_account_of_a_known_B_DEL_056_DEL_340()
    {
        using var device = new TestDevice();
        var rogue = new Delegating("8XK3", a: "d.example", b: "home.example") { CertPin = RandomNumberGenerator.GetBytes(32) }.KnownB();
        rogue.Scope[0] = new("./Rogue", "Get");
        device.Servers["home.example"].TlsPin = RandomNumberGenerator.GetBytes(32);
        device.StartAccepted(rogue);

        Assert.AreEqual(200, device.Manage("home.example", Dm.Get("./DevInfo"))[0].Status);
    }

    [TestMethod]
    public void A_second_record_does_not_change_the_pins_of_a_guest_DEL_056()
    {
        using var device = new TestDevice();
        var pin = RandomNumberGenerator.GetBytes(32);
        var first = Given.Active(device, new Delegating("9ZZZ") { CertPin = pin });
        device.Servers["b.example"].TlsPin = pin;
        var second = Second();
        second.CertPin = RandomNumberGenerator.GetBytes(32);
        Given.Active(device, second);
        Assert.AreEqual(200, device.Manage("a.example", first.Operation("Revoke"))[0].Status);

        Assert.IsTrue(device.Durable.PinsOf("b.example").Span.SequenceEqual(pin));
        Assert.AreEqual(200, device.Manage("b.example", Dm.Get("./Net/eth0"))[0].Status);
    }

    [TestMethod]
    public void B_confirms_two_delegations_in_one_session_DEL_180()
    {
        using var device = Given.WithKnownB();
        var one = new Delegating().KnownB();
        var other = Second();
        Given.Pending(device, one);
        Given.Pending(device, other);
        device.Manage(
            "b.example",
            _ => [Dm.Get(one.Uri + "/Confirm/Challenge"), Dm.Get(other.Uri + "/Confirm/Challenge")],
            before => [one.Operation("Confirm", one.Proof(before[0].Octets)), other.Operation("Confirm", other.Proof(before[1].Octets))]);
        Assert.AreEqual((DelegationState.Active, DelegationState.Active), (device.Record(one.Id).State, device.Record(other.Id).State), Given.Log(device));
    }

    [TestMethod]
    public void A_guest_that_is_not_confirmed_reads_only_its_own_record_DEL_175()
    {
        using var device = new TestDevice();
        var delegation = Given.Pending(device, new Delegating().Exec());
        var answers = device.Manage(
            "b.example", Dm.Get(delegation.Uri + "/State"), Dm.Get("./DevInfo/Man"), Dm.Get("./Delegation/Nonce"), Dm.Get("./Delegation/Cap/Version"), Dm.Get("./Delegation?list=StructData"));
        Assert.AreSequenceEqual([200, 200, 425, 425, 425], Given.Statuses(answers));
    }

    [TestMethod]
    public void The_home_authority_reads_the_records_of_others_while_it_has_delegated_everything_DEL_081_DEL_083()
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        var rogue = new Delegating("8XK3", a: "d.example", b: "e.example");
        rogue.Scope[0] = new("./Rogue", "Get");
        Given.Active(device, rogue);
        Given.Active(device, new Delegating().Full());

        Assert.AreEqual(200, device.Manage("a.example", Dm.Get(rogue.Uri + "/State"))[0].Status);
        var answers = device.Manage("d.example", Dm.Get(rogue.Uri + "/State?prop=ACL"));
        Assert.AreEqual("Get=d.example+e.example+a.example", answers[0].Text);
    }

    [TestMethod]
    public void Listing_the_object_voids_no_nonce_DEL_100()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        var answers = device.Manage(
            delegation.A, delegation.Ask(), _ => [Dm.Get("./Delegation?list=Struct"), Dm.Get("./Delegation?list=StructData"), Dm.Get("./Delegation/Nonce?list=Struct")],
            before => delegation.Build()(before));
        Assert.AreEqual(200, answers[^1].Status, Given.Log(device));
    }

    [TestMethod]
    public void B_does_not_make_what_would_be_protected_DEL_321_DEL_325()
    {
        using var device = new TestDevice(setup =>
        {
            setup.AIsHomeAuthority();
            setup.Protected.Add("./SCM/Keys/Device");
        });
        Given.Active(device, new Delegating().Full());
        var answers = device.Manage(
            "b.example",
            Dm.AddNode("./Inbox"),
            Dm.Add("./Inbox/x", "planted"),
            Dm.Add("./SCM/Keys/Device", "planted"),
            Dm.AddNode("./SCM/Keys"),
            Dm.Add("./SCM/Keys/Device", "planted"),
            Dm.AddNode("./SCM/other"),
            Dm.Add("./SCM/other/Device", "planted"));
        Assert.AreSequenceEqual([425, 425, 425, 200, 425, 200, 200], Given.Statuses(answers));
        Assert.AreNotEqual(200, device.Manage("b.example", Dm.Delete("./SCM/Keys"), Dm.Replace("./SCM/other?prop=Name", "Keys"))[1].Status);
        Assert.IsFalse(device.Exists("./SCM/Keys/Device"));
    }

    [TestMethod]
    public void A_protected_node_has_no_value_again_although_a_server_was_removed_meanwhile_DEL_135()
    {
        using var device = new TestDevice(setup =>
        {
            setup.AIsHomeAuthority();
            setup.Acl("./Vendor", AllOfA + "+d.example");
        });
        var delegation = Given.Active(device, new Delegating().Full());
        Assert.AreNotEqual("", device.AclOf("./Vendor/Trust"));
        Assert.AreEqual(200, device.Manage("a.example", Dm.Delete("./DMAcc/d"))[0].Status);
        Assert.AreEqual(200, device.Manage("a.example", delegation.Operation("Revoke"))[0].Status);
        Assert.AreEqual("", device.AclOf("./Vendor/Trust"));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Nothing_is_kept_of_a_guest_that_is_gone_but_record_and_tombstone_DEL_193(bool inSession)
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device);
        device.Manage("b.example", Dm.Get("./Delegation/Nonce"));
        if (inSession)
        {
            device.Open("b.example");
        }

        device.Servers["b.example"].Reachable = !inSession;
        device.Open("a.example", _ => [delegation.Operation("Revoke")]);
        device.Pump();
        Assert.AreEqual(DelegationState.Revoked, device.Record(delegation.Id).State);
        Assert.IsFalse(device.Durable.Servers.ContainsKey("b.example"), "nonces in doubt are secrets of the account");
        Assert.IsFalse(device.State.Contacts.ContainsKey("b.example"));
        Assert.IsFalse(device.State.Nonces.ContainsKey("b.example"));
    }
}
