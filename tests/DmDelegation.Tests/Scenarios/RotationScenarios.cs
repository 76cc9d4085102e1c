using System.Text;
using DmDelegation.Engine;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Ports;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;
using StubKeys = DmDelegation.ServerStub.Keys.DelegationKeys;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.3 and 17.9: B replaces the secrets that A knows, make before break.</summary>
[TestClass]
public sealed class RotationScenarios
{
    private const string Account = "./DMAcc/d-7QK2";
    private const string ServerSecret = Account + "/AppAuth/s/AAuthSecret";

    [TestMethod]
    public void Overdue_B_is_held_to_the_pre_confirmation_list_until_it_rotates_S_080_DEL_181()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device, new Delegating { ["Policy/RotateWithin"] = "300" });
        device.Advance(TimeSpan.FromSeconds(299));
        device.Manage(Given.B, Dm.Replace("./SCM/x", "before")).Answers(200);
        device.Advance(TimeSpan.FromSeconds(2));
        Assert.AreEqual(RotationDuty.Overdue, device.Record("7QK2").Grant!.Rotation);

        var since = device.Log.Count;
        var own = OwnSecrets.Random();
        var answers = device.Manage(
            Given.B,
            [Dm.Replace("./SCM/x", "late"), Dm.Add("./Delegation/OF-B/ScopeType", "partial"), Dm.Get("./DevInfo/Man"), Dm.Get(delegation.Uri + "/State"),
             .. own.Replacing(Account), Dm.Replace("./SCM/x", "rotated")]);
        Assert.AreSequenceEqual([425, 425, 200, 200, 200, 200, 200], Given.Statuses(answers));
        Assert.AreSequenceEqual(["174", "174"], Given.Reasons(device, since));
        Assert.AreEqual("rotated", device.ValueOf("./SCM/x"));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State, "B that is late loses nothing for good (DEL-273)");
    }

    [TestMethod]
    public void One_secret_of_two_is_no_rotation_DEL_181()
    {
        using var device = new TestDevice();
        Given.Active(device, new Delegating { ["Policy/RotateWithin"] = "300" });
        device.Advance(TimeSpan.FromSeconds(301));
        var own = OwnSecrets.Random();
        device.Manage(Given.B, own.Replacing(Account)[0], Dm.Replace("./SCM/x", "half"), own.Replacing(Account)[1], Dm.Replace("./SCM/x", "both")).Answers(200, 425, 200, 200);
    }

    [TestMethod]
    public void The_time_to_rotate_goes_on_over_restarts_and_reboots_DEL_181_DEL_211()
    {
        using var device = new TestDevice();
        Given.Active(device, new Delegating { ["Policy/RotateWithin"] = "300" });
        device.Advance(TimeSpan.FromSeconds(100));
        device.Restart();
        device.Advance(TimeSpan.FromSeconds(50));
        device.Reboot(TimeSpan.FromSeconds(160));
        Assert.AreEqual(RotationDuty.Overdue, device.Record("7QK2").Grant!.Rotation, "off-time counts where it is known");
    }

    [TestMethod]
    public void A_guest_is_not_held_while_another_record_gives_it_rights_DEL_181_DEL_340()
    {
        using var device = new TestDevice();
        Given.Active(device, new Delegating { ["Policy/RotateWithin"] = "300" });
        var second = new Delegating("8XK3").KnownB();
        second.Scope[0] = new("./Net", "Get+Replace");
        Given.Active(device, second);
        device.Advance(TimeSpan.FromSeconds(301));
        device.Manage(Given.B, Dm.Replace("./SCM/x", "late"), Dm.Replace("./Net/eth0", "by the other")).Answers(425, 200);
    }

    [TestMethod]
    [DataRow("HMAC")]
    [DataRow("DIGEST")]
    public void Old_and_new_are_good_until_the_new_ones_were_used_S_081_S_225_DEL_182(string scheme)
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device, new Delegating { ["Account/AuthType"] = scheme });
        var b = device.Servers[Given.B];
        var (oldClient, oldServer) = (b.ClientInner, b.ServerInner);
        var own = OwnSecrets.Random();

        // The Status of the rotation is lost, and the power goes (C10).
        b.BreaksAfter = message => message.Commands.OfType<Status>().Any(status => status.Cmd == "Replace" && status.Data == 200);
        device.Manage(Given.B, own.Replacing(Account));
        b.BreaksAfter = null;
        device.Reboot(TimeSpan.FromMinutes(1));

        device.Manage(Given.B, Dm.Replace("./SCM/x", "on the old ones")).Answers(200);
        device.Manage(Given.B, Dm.Replace("./SCM/x", "on the old ones once more")).Answers(200);
        own.Use(b);
        device.Manage(Given.B, Dm.Replace("./SCM/x", "on the new ones")).Answers(200);
        var rotation = device.Durable.ServerOf(Given.B).Rotation!;
        Assert.IsTrue(rotation is { IsDone: true, Client.Earlier.IsEmpty: true, Server.Earlier.IsEmpty: true }, "the old ones are erased");
        Assert.AreEqual("", Leftovers(device, delegation));

        (b.ClientInner, b.ServerInner) = (oldClient, oldServer);
        device.Manage(Given.B, Dm.Replace("./SCM/x", "on the old ones again"));
        Assert.AreEqual("on the new ones", device.ValueOf("./SCM/x"));
        b.ClientInner = ScriptedServer.Inner("dev-42", Encoding.UTF8.GetBytes(own.Client));
        device.Manage(Given.B, Dm.Replace("./SCM/x", "old server secret alone"));
        (b.ClientInner, b.ServerInner) = (oldClient, ScriptedServer.Inner(Given.B, Encoding.UTF8.GetBytes(own.Server)));
        device.Manage(Given.B, Dm.Replace("./SCM/x", "old client secret alone"));
        Assert.AreEqual("on the new ones", device.ValueOf("./SCM/x"));
    }

    [TestMethod]
    public void A_new_secret_is_for_later_sessions_and_the_earlier_stays_until_both_were_used_DEL_182()
    {
        using var device = new TestDevice();
        Given.Active(device);
        var b = device.Servers[Given.B];
        var own = OwnSecrets.Random();
        device.Manage(Given.B, _ => own.Replacing(Account), _ => [Dm.Replace("./SCM/x", "same session")]).Answers(200, 200, 200);

        // B shows its new secret and still expects the old one of the device: nothing is erased yet.
        b.ServerInner = ScriptedServer.Inner(Given.B, Encoding.UTF8.GetBytes(own.Server));
        device.Manage(Given.B, Dm.Replace("./SCM/x", "half")).Answers(200);
        Assert.IsFalse(device.Durable.ServerOf(Given.B).Rotation!.Client.Earlier.IsEmpty);
        device.Manage(Given.B, Dm.Get("./SCM/x")).Answers(200);
        own.Use(b);
        device.Manage(Given.B, Dm.Get("./SCM/x")).Answers(200);
        Assert.IsTrue(device.Durable.ServerOf(Given.B).Rotation!.Client.Earlier.IsEmpty);
    }

    [TestMethod]
    public void What_B_has_our_Status_for_stays_good_when_it_replaces_again_in_the_same_session_DEL_182()
    {
        using var device = new TestDevice();
        Given.Active(device);
        var b = device.Servers[Given.B];
        var (known, lost) = (OwnSecrets.Random(), OwnSecrets.Random());

        // B has the Status of the first replacement; that of the second is lost with the connection.
        b.BreaksAfter = message => message.Header.MsgID > 2 && message.Commands.OfType<Status>().Any(status => status.Cmd == "Replace");
        device.Manage(Given.B, _ => known.Replacing(Account), _ => lost.Replacing(Account));
        b.BreaksAfter = null;
        device.Reboot(TimeSpan.FromMinutes(1));

        known.Use(b);
        device.Manage(Given.B, Dm.Replace("./SCM/x", "on what it knows")).Answers(200);
        lost.Use(b);
        device.Manage(Given.B, Dm.Replace("./SCM/x", "on the last")).Answers(200);
        known.Use(b);
        device.Manage(Given.B, Dm.Replace("./SCM/x", "on the one before"));
        Assert.AreEqual("on the last", device.ValueOf("./SCM/x"));
        Assert.IsTrue(device.Durable.ServerOf(Given.B).Rotation is { Client.Earlier.IsEmpty: true, Server.Earlier.IsEmpty: true });
    }

    [TestMethod]
    public void What_B_repeats_and_then_has_our_Status_for_stays_good_when_it_replaces_again_DEL_182()
    {
        using var device = new TestDevice();
        Given.Active(device);
        var b = device.Servers[Given.B];
        var (repeated, lost) = (OwnSecrets.Random(), OwnSecrets.Random());
        b.BreaksAfter = message => message.Commands.OfType<Status>().Any(status => status.Cmd == "Replace");
        device.Manage(Given.B, _ => repeated.Replacing(Account));
        // The repeated one is acknowledged, the next is not: the second message of that session that answers a Replace is lost.
        var answers = 0;
        b.BreaksAfter = message => message.Commands.OfType<Status>().Any(status => status.Cmd == "Replace") && ++answers == 2;
        device.Manage(Given.B, _ => repeated.Replacing(Account), _ => lost.Replacing(Account));
        b.BreaksAfter = null;
        Assert.AreEqual(2, answers);

        repeated.Use(b);
        device.Manage(Given.B, Dm.Replace("./SCM/x", "on what it knows")).Answers(200);
    }

    [TestMethod]
    public void What_B_has_no_Status_for_does_not_take_the_place_of_the_proved_one_DEL_182()
    {
        using var device = new TestDevice();
        Given.Active(device);
        var b = device.Servers[Given.B];
        var (one, two) = (OwnSecrets.Random(), OwnSecrets.Random());

        // Both in one message, whose answer is lost: B knows none of them, and still the ones it came with.
        b.BreaksAfter = message => message.Commands.OfType<Status>().Any(status => status.Cmd == "Replace");
        device.Manage(Given.B, _ => [.. one.Replacing(Account), .. two.Replacing(Account)]);
        b.BreaksAfter = null;
        device.Manage(Given.B, Dm.Replace("./SCM/x", "on the proved ones")).Answers(200);
    }

    [TestMethod]
    [DataRow("6octet", 403)]
    [DataRow("fifteen-octets.", 403)]
    [DataRow("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 403)]
    [DataRow("sixteen-octets!!", 200)]
    public void A_weak_secret_is_refused_S_082_DEL_181(string secret, int status)
    {
        using var device = new TestDevice();
        Given.Active(device);
        var before = device.Scheme();
        var since = device.Log.Count;
        device.Manage(Given.B, Dm.Replace(ServerSecret, secret)).Answers(status);
        Assert.AreEqual(status == 403 ? "152" : "", string.Join(' ', Given.Reasons(device, since)));
        Assert.AreEqual(status == 403, before == device.Scheme());
    }

    [TestMethod]
    public void A_derived_or_earlier_secret_is_refused_S_082_DEL_181()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device);
        using var keys = delegation.Keys();
        var (client, server) = (Encoding.ASCII.GetString(StubKeys.Password(keys.ClientCredential)), Encoding.ASCII.GetString(StubKeys.Password(keys.ServerCredential)));
        device.Manage(Given.B, Dm.Replace(ServerSecret, server), Dm.Replace(ServerSecret, client)).Answers(403, 403);

        var first = device.Rotate(delegation);
        device.Manage(Given.B, Dm.Replace(ServerSecret, first.Server)).Answers(200);
        device.Rotate(delegation);
        device.Manage(Given.B, Dm.Replace(ServerSecret, first.Server), Dm.Replace(ServerSecret, first.Client), Dm.Replace(ServerSecret, server)).Answers(403, 403, 403);
        device.Manage(Given.B, Dm.Get("./SCM/x")).Answers(200);
    }

    [TestMethod]
    public void However_often_B_rotates_the_derived_secrets_stay_refused_DEL_181()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device);
        using var keys = delegation.Keys();
        var derived = Encoding.ASCII.GetString(StubKeys.Password(keys.ServerCredential));
        for (var i = 0; i < 24; i++)
        {
            device.Rotate(delegation);
        }

        device.Manage(Given.B, Dm.Replace(ServerSecret, derived)).Answers(403);
        Assert.IsLessThan(1024, device.Durable.ServerOf(Given.B).Rotation!.UsedUp.Length);
    }

    [TestMethod]
    public void In_an_Atomic_that_fails_nothing_is_rotated_DEL_182()
    {
        using var device = new TestDevice();
        Given.Active(device);
        var own = OwnSecrets.Random();
        device.Manage(Given.B, Dm.Atomic([.. own.Replacing(Account), Dm.Replace("./Net/eth0", "not mine")])).Answers(507, 216, 216, 425);
        var rotation = device.Durable.ServerOf(Given.B).Rotation!;
        Assert.IsTrue(rotation is { Client: { Derived: true, Earlier.IsEmpty: true }, Server: { Derived: true, Earlier.IsEmpty: true } });
        device.Manage(Given.B, Dm.Get("./SCM/x")).Answers(200);
    }

    [TestMethod]
    public void With_the_account_all_goes_that_was_kept_of_its_secrets_DEL_193()
    {
        using var device = new TestDevice();
        var delegation = Given.Active(device);
        device.Manage(Given.B, OwnSecrets.Random().Replacing(Account)).Answers(200, 200);
        Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Revoke"))[0].Status);
        Assert.IsFalse(device.Durable.Servers.ContainsKey(Given.B));
        device.Servers.Remove(Given.B);
        Given.Active(device, new Delegating("9ZZZ"));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Power_cut_around_the_commit_of_a_rotation_S_225_DEL_182(bool committed)
    {
        using var device = new TestDevice();
        Given.Active(device);
        var b = device.Servers[Given.B];
        var own = OwnSecrets.Random();
        device.CutAfter = committed
            ? effect => effect is Persist { After: var after } && after.ServerOf(Given.B).Rotation!.IsDone
            : effect => effect is Report { Line: var line } && line.Code == LogCodes.SecretReplaced;
        Assert.ThrowsExactly<PowerCutException>(() => device.Manage(Given.B, own.Replacing(Account)));
        device.Restart();
        Assert.AreEqual(committed, device.Durable.ServerOf(Given.B).Rotation!.IsDone);
        device.Manage(Given.B, Dm.Replace("./SCM/x", "old")).Answers(200);
        own.Use(b);
        device.Manage(Given.B, Dm.Replace("./SCM/x", "new"));
        Assert.AreEqual(committed ? "new" : "old", device.ValueOf("./SCM/x"));
    }

    /// <summary>Derived secrets that open under what the store still holds.</summary>
    private static string Leftovers(TestDevice device, Delegating delegation)
    {
        using var keys = delegation.Keys();
        var derived = new[] { ScriptedServer.Inner("dev-42", StubKeys.Password(keys.ClientCredential)), ScriptedServer.Inner(Given.B, StubKeys.Password(keys.ServerCredential)) };
        return string.Join(' ', device.Durable.Tree.Find(NodePath.Parse(Account))!.SelfAndDescendants().Where(node => node.Name == "AAuthSecret")
            .Where(node => device.Ports.Vault.Open(SecretNames.OfNode(node.Id), node.Value.Span) is { } stored && derived.Any(secret => stored.Octets.IndexOf(secret) >= 0))
            .Select(node => node.Id.ToString()));
    }
}
