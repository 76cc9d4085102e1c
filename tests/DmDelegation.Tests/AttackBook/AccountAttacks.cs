using System.Text;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.AttackBook.Kit;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.AttackBook;

/// <summary>T3 to T5, T38, T41: accounts, one's own and those of others.</summary>
[TestClass]
public sealed class AccountAttacks
{
    private const string Own = "./DMAcc/d-7QK2";

    public TestContext TestContext { get; set; } = null!;

    // Red without DEL-321 (ProtectedSet in ScopeMembership.EntryFor) and DEL-323 (GuardRules.GuestAccounts) and DEL-330: three walls.
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void B_adds_no_account_for_itself_or_a_friend_T03_DEL_323(bool guest)
    {
        using var device = Fortress.Build(guest, setup =>
        {
            setup.AIsHomeAuthority();
            setup.Acl("./DMAcc", "Get=*&Add=a.example" + (guest ? "+b.example" : "") + "&Delete=a.example&Replace=a.example");
        });
        var home = Home.Of(device);
        var delegation = Given.Active(device, Fortress.Whole(guest));
        var accounts = Accounts(device);
        var siege = new Siege(device, 3, TestContext) { After = () => Assert.AreEqual(accounts, Accounts(device)) };
        siege.Witness.Canaries.Remove("canary");
        var arsenal = new Arsenal(siege.Random, device);
        siege.Run(() => arsenal.Wrapped(() => arsenal.But(guest ? "AAuthSecret" : "./DMAcc/b", () => arsenal.Weighted(
            (4, () => Dm.Add($"./DMAcc/{arsenal.Name()}/{arsenal.Of("ServerID", "AppID", "Name", "AppAddr/1/Addr", "AppAuth/1/AAuthName")}", ServerName(arsenal))),
            (2, () => Dm.AddNode($"./DMAcc/{arsenal.Name()}")),
            (2, () => Dm.Add($"{arsenal.Below("./DMAcc")}/{arsenal.Of("ServerID", "Addr", "2/Addr", "x")}", ServerName(arsenal))),
            (2, () => Dm.Copy(arsenal.Below("./DMAcc"), $"./DMAcc/{arsenal.Name()}")),
            (1, () => Dm.Copy(arsenal.Below("./SCM"), arsenal.Below("./DMAcc") + "/ServerID")),
            (2, () => Dm.Replace(arsenal.Below("./DMAcc") + "?prop=Name", arsenal.Name())),
            (1, () => Dm.Replace("./SCM?prop=Name", "DMAcc")),
            (2, () => Dm.Replace(arsenal.Below("./DMAcc") + "?prop=ACL", arsenal.Acl())),
            (1, () => Dm.Replace(Own + "/Name", arsenal.Text()))))));
        home.ComesBackWithRevoke(device, delegation);
    }

    // Red without DEL-324 (OwnAccount.MayChange: everything).
    [TestMethod]
    public void A_guest_cannot_make_its_account_survive_or_lead_elsewhere_T04_DEL_324_DEL_127_DEL_193()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var delegation = Given.Active(device, Fortress.Part());
        string[] fixedLeaves = ["AppID", "ServerID", "AppAddr/1/Addr", "AppAddr/1/AddrType", "AAuthPref", "AppAuth/c/AAuthLevel", "AppAuth/c/AAuthType", "AppAuth/c/AAuthName", "AppAuth/s/AAuthName", "AppAuth/s/AAuthType"];
        string State() => $"{Given.IdOf(device, Own)} {device.AclOf(Own)} {string.Join(' ', device.NodeAt(Own).SelfAndDescendants().Select(node => node.Name))} {string.Join(' ', fixedLeaves.Select(leaf => device.ValueOf($"{Own}/{leaf}")))}";
        var before = State();
        var siege = new Siege(device, 4, TestContext) { After = () => Assert.AreEqual(before, State(), "the account has changed") };
        var arsenal = new Arsenal(siege.Random, device);
        // New secrets are B's to set (DEL-324); the script keeps its old ones, so they are left out here.
        siege.Run(() => arsenal.Wrapped(() => arsenal.But("AAuthSecret", () => arsenal.But("AAuthData", () => arsenal.Weighted(
            (4, () => Dm.Replace($"{Own}/{arsenal.Of(fixedLeaves)}", arsenal.Of("a.example", "https://evil.example/dm", "http://b.example/dm", "DIGEST", "BASIC", "TRANSPORT", "", "HMAC ", "hmac", "CLCRED"))),
            (2, () => arsenal.Write(arsenal.Below(Own))),
            (2, () => Dm.Add($"{Own}/{arsenal.Of("AppAddr/2/Addr", "AppAuth/x/AAuthName", "PrefConRef", "AppAddr/1/Port/1/PortNbr", "Ext/x", "AAuthPref")}", arsenal.Text())),
            (1, () => Dm.Delete(arsenal.Below(Own))),
            (1, () => Dm.Copy(arsenal.Below(Own, "./SCM/dir"), arsenal.Below(Own))),
            (1, () => Dm.Replace($"{Own}?prop={arsenal.Of("Name", "ACL", "Title")}", arsenal.Name())),
            (1, () => Dm.Replace($"{Own}/{arsenal.Of("Name", "AAuthPref")}", arsenal.Of("HMAC", "B"))))))));
        Assert.IsGreaterThan(3, siege.Executed);
        home.ComesBackWithRevoke(device, delegation);
        Assert.IsFalse(siege.Session(() => Dm.Get("./DevInfo")), "the account is gone");
    }

    // Red without DEL-321 (protected set in EntryFor), DEL-323 (GuestAccounts) and DEL-330 (HomeScheme).
    [TestMethod]
    public void A_keeps_its_account_whatever_B_does_and_so_can_revoke_T05_DEL_321_DEL_323_DEL_275()
    {
        using var device = Fortress.Build(change: setup => setup.AIsHomeAuthority());
        // The worst ACL there could be: one that waits for B.
        const string Waiting = "Add=b.example&Delete=a.example+b.example&Get=a.example+b.example&Replace=a.example+b.example";
        Assert.AreEqual(200, device.Manage(Given.A, Dm.Replace("./DMAcc/a?prop=ACL", Waiting))[0].Status);
        var home = Home.Of(device);
        var delegation = Given.Active(device, Fortress.Whole());
        var before = Account(device, "a");
        var (siege, messages) = (new Siege(device, 5, TestContext), 0);
        siege.Witness.Canaries.Remove("canary");
        siege.After = () =>
        {
            Assert.AreEqual(before, Account(device, "a"));
            if (++messages % 20 == 0)
            {
                Assert.AreSequenceEqual([200], Given.Statuses(device.ManageAlone(Given.A, Starting.Say(Dm.Get(delegation.Uri + "/State")))), "A is locked out");
            }
        };
        var arsenal = new Arsenal(siege.Random, device);
        siege.Run(() => arsenal.Wrapped(() => arsenal.But(Own, () => arsenal.Any(arsenal.Weighted(
            (8, () => arsenal.Below("./DMAcc/a")), (1, () => "./DMAcc"), (1, () => "./DMAcc/home"), (1, () => "."))))));
        home.ComesBackWithRevoke(device, delegation);
    }

    // Red without DEL-275 (DelegationEvents.EndedBy: AccountOfAGone).
    [TestMethod]
    public void Whoever_deletes_As_account_frees_nobody_T38_DEL_275_DEL_276()
    {
        for (var round = 0; round < 8; round++)
        {
            using var device = Fortress.Build(round % 2 == 0);
            // D is entitled to delete accounts; nothing less would be an attack.
            foreach (var account in (string[])["a", "home"])
            {
                Assert.AreEqual(200, device.Manage(Given.Home, Dm.Replace($"./DMAcc/{account}?prop=ACL", "Get=*&Delete=d.example&Replace=d.example"))[0].Status);
            }

            var home = Home.Of(device);
            var delegation = Given.Active(device, Fortress.Part(round % 2 == 0));
            var siege = new Siege(device, 38 + (round * 100), TestContext, Given.D) { PerMessage = 4 };
            siege.Witness.MayEndWith.Add(184);
            siege.Witness.Canaries.Clear();
            var arsenal = new Arsenal(siege.Random, device);
            siege.Run(() => arsenal.Wrapped(() => arsenal.But("./DMAcc/d", () => arsenal.Weighted(
                (6, () => arsenal.Read(arsenal.Below("./DMAcc", "./Delegation"))),
                (3, () => Dm.Delete(arsenal.Of("./DMAcc", "./DMAcc/b", "./DMAcc/d-7QK2", "./DMAcc/a/ServerID", "./DMAcc/a/AppAuth", "./DMAcc/a/AppAuth/c"))),
                (1, () => Dm.Replace(arsenal.Below("./DMAcc/a") + "?prop=Name", arsenal.Name())),
                (1, () => Dm.Delete(device.AccountsOf(Given.A) > 0 && siege.Sent > 60 ? AccountOf(device, Given.A) : "./DMAcc/none"))))), Siege.Commands / 8);
            if (device.AccountsOf(Given.A) > 0)
            {
                Assert.AreEqual(200, device.Manage(Given.D, Dm.Delete(AccountOf(device, Given.A)))[0].Status, Given.Log(device));
            }

            Given.Ended(device, delegation.Id, DelegationState.Revoked, 184);
            Assert.AreEqual(round % 2 == 0 ? 0 : 1, device.AccountsOf(Given.B));
            Assert.IsFalse(device.Durable.Tree.Rows.Any(row => row.Acl?.NamesAnywhere(Given.A) == true || (round % 2 == 0 && row.Acl?.NamesAnywhere(Given.B) == true && !device.Durable.Tree.PathOf(row.Id)!.ToString().StartsWith("./Stale", StringComparison.Ordinal))));
            Assert.IsNotNull(home);
        }
    }

    // Red without DEL-341 (ServerIdRule.Denial).
    [TestMethod]
    public void Nobody_adds_an_account_under_a_name_that_means_something_T41_DEL_341()
    {
        using var device = Fortress.Build(change: setup =>
        {
            setup.Acl("./DMAcc", "Get=*&Add=home.example+d.example&Delete=home.example+d.example&Replace=home.example");
            setup.Acl("./Rogue", "Add=d.example&Delete=d.example&Get=d.example+named.example&Replace=d.example");
        });
        var ended = Given.Pending(device, new Delegating("OLD", b: "gone.example"));
        Assert.AreEqual(200, device.Manage(Given.A, ended.Operation("Cancel"))[^1].Status);
        var home = Home.Of(device);
        var delegation = Given.Active(device, Fortress.Part());
        string[] meaning = [Given.A, Given.B, Given.Home, Given.D, "gone.example", "named.example"];
        string[] had = [.. ServerIds(device)];
        var siege = new Siege(device, 41, TestContext, Given.D);
        siege.Witness.Canaries.Clear();
        siege.After = () =>
        {
            var names = ServerIds(device);
            Assert.IsEmpty(had.Except(names), "a name is gone");
            Assert.IsEmpty(names.Except(had).Where(name => meaning.Contains(name) || name.IndexOfAny(['*', '&', '=', '+', ' ']) >= 0 || name.Length == 0), "a name that means something: " + string.Join(' ', names));
        };
        var arsenal = new Arsenal(siege.Random, device);
        string Wanted() => arsenal.OneIn(3) ? arsenal.Of("*", "a.example+b.example", "x&Get", "", "new.example", "A.EXAMPLE", " a.example", "a.example\u200b", "n" + siege.Random.Next(50)) : arsenal.Of(meaning);
        siege.Run(() => arsenal.Wrapped(() => arsenal.But("./DMAcc/d/AppAuth", () => arsenal.Weighted(
            (5, () => Dm.Add($"./DMAcc/n{siege.Random.Next(6)}/ServerID", Wanted())),
            (1, () => Dm.AddNode($"./DMAcc/n{siege.Random.Next(6)}")),
            (2, () => Dm.Replace($"./DMAcc/{arsenal.Of("d", "n1", "n2", "a", "home")}/ServerID", Wanted())),
            (2, () => Dm.Copy($"./DMAcc/{arsenal.Of("a", "home", "d")}/ServerID", $"./DMAcc/n{siege.Random.Next(6)}/ServerID")),
            (1, () => Dm.Replace($"./DMAcc/{arsenal.Of("n0", "n1")}?prop=Name", arsenal.Name())),
            (2, () => Dm.Delete($"./DMAcc/n{siege.Random.Next(6)}"))))));
        foreach (var name in device.NodeAt("./DMAcc").Children.Keys.Except(["a", "d", "home", "d-7QK2"]).ToList())
        {
            device.Manage(Given.D, Dm.Delete("./DMAcc/" + Uri.EscapeDataString(name)));
        }

        home.ComesBackWithRevoke(device, delegation);
    }

    private static string ServerName(Arsenal arsenal) => arsenal.Of("evil.example", "b.example", "a.example", "c.example", "https://evil.example/dm", "w7");

    private static IEnumerable<string> ServerIds(TestDevice device) => device.NodeAt("./DMAcc").Children.Values
        .Select(account => account.Children.GetValueOrDefault("ServerID")).OfType<Node>().Select(leaf => Encoding.UTF8.GetString(leaf.Value.Span)).Order(StringComparer.Ordinal);

    private static string Accounts(TestDevice device) => string.Join(' ', ServerIds(device)) + string.Join(' ', device.NodeAt("./DMAcc").Children.Keys);

    private static string AccountOf(TestDevice device, string server) => "./DMAcc/" + Uri.EscapeDataString(device.NodeAt("./DMAcc").Children.Values
        .First(account => account.Children.TryGetValue("ServerID", out var id) && Encoding.UTF8.GetString(id.Value.Span) == server).Name);

    private static string Account(TestDevice device, string name) => string.Join('\n', device.NodeAt("./DMAcc/" + name).SelfAndDescendants()
        .Where(node => node.Name != "AAuthData").Select(node => $"{node.Id} {node.Name} {node.Acl} {Convert.ToHexString(node.Value.Span)}"));
}
