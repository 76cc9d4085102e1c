using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.AttackBook.Kit;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.AttackBook;

/// <summary>T18, T29: A after it has given away.</summary>
[TestClass]
public sealed class FinalAttacks
{
    public TestContext TestContext { get; set; } = null!;

    // Red without DEL-182 (SecretRotation.Proved: the derived ones are erased).
    [TestMethod]
    public void A_cannot_play_B_with_the_key_once_B_has_rotated_T18_DEL_093_DEL_181_DEL_182_DEL_183()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var delegation = Fortress.Part();
        delegation.CertPin = new byte[32];
        Given.Active(device, delegation);
        var own = device.Rotate(delegation);
        var b = device.Servers[Given.B];
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Get("./DevInfo/Man"))[0].Status, "B has used its own");
        var siege = new Siege(device, 18, TestContext);
        siege.After = () => Assert.AreEqual(0, siege.Executed);
        var (arsenal, impostor) = (new Arsenal(siege.Random, device), delegation.MakeB());
        device.Servers[Given.B] = impostor;
        while (siege.Sent < Siege.Commands)
        {
            // It knows all there is to know but B's own secret: what the device shows, the nonces, and all that follows from the TDK.
            (impostor.ClientInner, impostor.ClientNonce, impostor.ServerNonce) = (b.ClientInner, b.ClientNonce, b.ServerNonce);
            siege.Session(() => arsenal.OneIn(4) ? arsenal.Of(own.Replacing(delegation.Account())) : arsenal.Any(arsenal.Below(Fortress.Scope, "./DMAcc/d-7QK2", delegation.Uri)), messages: 2);
        }

        // Where B has not rotated, the pin keeps A out: nothing is even sent.
        impostor.TlsPin = [.. Enumerable.Repeat<byte>(1, 32)];
        Assert.IsFalse(siege.Session(() => Dm.Get("./DevInfo")));
        siege.Report();
        device.Servers[Given.B] = b;
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Replace(Fortress.Scope + "/leaf", "B is B"))[0].Status, Given.Log(device));
        home.ComesBackWithRevoke(device, delegation);

        // A final Confirm by whoever has the TDK alone finalises nothing (DEL-183).
        var final = new Delegating("FINAL", b: "c.example");
        final.Scope[0] = new(Fortress.Scope, Fortress.All);
        Given.Pending(device, final.Final());
        device.Manage(final.B, final.Confirming());
        Assert.AreEqual(DelegationState.Pending, device.Record(final.Id).State);
        Assert.AreEqual(200, device.Manage(Given.A, final.Operation("Cancel"))[^1].Status);
        home.IsBack(device);
    }

    // Red without DEL-332 (GuardRules.FinalLock) and without DEL-141 (GuardRules.Pinned).
    [TestMethod]
    [DataRow(Given.A)]
    [DataRow(Given.D)]
    [DataRow(Given.Home)]
    public void What_is_final_nobody_takes_back_T29_DEL_332_DEL_141_DEL_262_DEL_339(string attacker)
    {
        const string Both = "Add=a.example+d.example&Delete=a.example+d.example+home.example&Exec=a.example&Get=a.example+d.example&Replace=a.example+d.example+home.example";
        using var device = Fortress.Build(change: setup =>
        {
            setup.Nodes.RemoveAll(node => node.Uri.StartsWith("./Stale", StringComparison.Ordinal)); // DEL-065
            setup.Acl("./SCM", Both);
            setup.Acl("./DMAcc", "Get=*&Add=home.example&Delete=home.example+a.example+d.example&Replace=home.example+a.example+d.example");
        });
        var delegation = device.Finalise(Fortress.Part().Final());
        string[] pinned = ["./SCM", Fortress.Scope];
        var account = Account(device, delegation);
        var (identities, acls) = (pinned.Select(uri => Given.IdOf(device, uri)).ToArray(), Acls(device));
        var (siege, messages) = (new Siege(device, 29, TestContext, attacker) { PerMessage = 8 }, 0);
        siege.Witness.Canaries.Clear();
        siege.After = () =>
        {
            Assert.AreEqual(DelegationState.Finalised, device.Record(delegation.Id).State);
            Assert.IsTrue(pinned.Select(uri => Given.IdOf(device, uri)).SequenceEqual(identities));
            Assert.AreEqual((acls, account), (Acls(device), Account(device, delegation)));
            if (++messages % 10 == 0)
            {
                Assert.AreSequenceEqual([200, 200], Given.Statuses(device.ManageAlone(Given.B, Starting.Say(Dm.Add(Fortress.Scope + $"/own{messages}", "v"), Dm.Delete(Fortress.Scope + $"/own{messages}")))), "B is hindered");
            }
        };
        var arsenal = new Arsenal(siege.Random, device);
        siege.Run(() => arsenal.Wrapped(() => arsenal.But($"./DMAcc/{attacker.Split('.')[0]}", () => arsenal.Weighted(
            (3, () => Dm.Replace(arsenal.Below(Fortress.Scope) + "?prop=ACL", arsenal.Acl())),
            (2, () => Dm.Delete(arsenal.Of("./SCM", Fortress.Scope, delegation.Account(), "./DMAcc", delegation.Uri))),
            (2, () => Dm.Replace(arsenal.Of("./SCM", Fortress.Scope, delegation.Account()) + "?prop=Name", arsenal.Name())),
            (3, () => arsenal.Write(arsenal.Below(delegation.Account()))),
            (2, () => Dm.Exec($"{delegation.Uri}/Operations/{arsenal.Of("Revoke", "Cancel", "Reduce", "Relinquish", "Start", "Confirm")}", arsenal.Of("1", ""))),
            (2, () => Dm.Replace($"{delegation.Uri}/{arsenal.Of("State", "DurationType", "Scope/1/URI", "Expiry/NotAfter", "Server/CertPin")}", arsenal.Text())),
            (1, () => Dm.Copy(arsenal.Below("./SCM/x", "./DMAcc/a"), arsenal.Below(delegation.Account())))))));

        // Nor by another delegation of the same scope.
        for (var n = 0; n < 8; n++)
        {
            var over = new Delegating($"over{n}", attacker, arsenal.Of("new.example", "c.example")) { ["Control"] = arsenal.Of(null, "shared") };
            over.Scope.Clear();
            over.Scope.Add(new(arsenal.Of(Fortress.Scope, "./SCM/dir/deep"), "Get+Replace"));
            Assert.IsGreaterThanOrEqualTo(400, siege.Start(over).Status);
            device.Manage(attacker, Dm.Delete(over.Uri));
        }

        Assert.AreEqual(200, device.Manage(Given.B, Dm.Replace(Fortress.Scope + "?prop=ACL", device.AclOf(Fortress.Scope)))[0].Status, "B is the owner\n" + Given.Log(device));
    }

    private static string Acls(TestDevice device) => string.Join('\n', device.NodeAt(Fortress.Scope).SelfAndDescendants().Select(node => $"{node.Id} {node.Acl}"));

    private static string Account(TestDevice device, Delegating delegation) => string.Join('\n', device.NodeAt(delegation.Account()).SelfAndDescendants()
        .Where(node => node.Name != "AAuthData").Select(node => $"{node.Id} {node.Name} {node.Acl} {Convert.ToHexString(node.Value.Span)}"));
}
