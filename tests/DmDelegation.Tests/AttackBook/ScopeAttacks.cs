using DmDelegation.Protocol;
using DmDelegation.Tests.AttackBook.Kit;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.AttackBook;

/// <summary>T1, T2, T6 to T10: B, and others, against the scope and the ACLs around it.</summary>
[TestClass]
public sealed class ScopeAttacks
{
    private static readonly string[] Outside = [".", "./Net", "./Vendor", "./Rogue", "./Open", "./Stale", "./DMAcc/a", "./DMAcc/home", "./DevInfo", "./Inbox", "./SCM", "./SCM/y", "./SCM/x"];

    public TestContext TestContext { get; set; } = null!;

    // Red without DEL-325 (ScopeMembership.EntryFor: any entry for any node) and without DEL-330 (HomeScheme.Grants).
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void B_neither_reads_nor_writes_outside_its_subtree_T01_DEL_325_DEL_330(bool guest)
    {
        using var device = Fortress.Build(guest);
        var home = Home.Of(device).Except(Fortress.Scope);
        var delegation = Given.Active(device, Fortress.Part(guest));
        // At home a known B may what the wildcards give it: there the witness alone judges.
        var siege = new Siege(device, 1, TestContext) { After = guest ? () => home.OutsideIsUntouched(device, Fortress.Scope) : null };
        var arsenal = new Arsenal(siege.Random, device);
        siege.Run(() => arsenal.Wrapped(() => arsenal.But("./DMAcc/b", () => arsenal.Any(arsenal.OneIn(6) ? arsenal.Below(Fortress.Scope) : arsenal.Below(Outside)))));
        Assert.IsGreaterThan(10, siege.Executed);
        home.ComesBackWithRevoke(device, delegation);
    }

    [TestMethod]
    [DataRow("Add+Delete+Exec+Get+Replace")]
    [DataRow("Add+Get")]
    public void B_writes_no_ACL_and_nothing_of_its_access_outlives_the_delegation_T02_DEL_322_DEL_136_DEL_328(string rights)
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var delegation = Given.Active(device, Fortress.Part(rights: rights));
        var siege = new Siege(device, 2, TestContext);
        var arsenal = new Arsenal(siege.Random, device);
        siege.Run(() => arsenal.Wrapped(() => arsenal.Weighted(
            (4, () => Dm.Replace(arsenal.Below(Fortress.Scope, "./SCM", ".") + "?prop=ACL", arsenal.Acl())),
            (3, () => arsenal.Grow(arsenal.Below(Fortress.Scope))),
            (1, () => Dm.Add(arsenal.Below(Fortress.Scope) + "?prop=ACL", arsenal.Acl())),
            (1, () => Dm.Copy(arsenal.Below(Fortress.Scope), arsenal.Below(Fortress.Scope) + "?prop=ACL")),
            (1, () => Dm.Replace(arsenal.Below(Fortress.Scope) + "?prop=Name", arsenal.Name())),
            (1, () => Dm.Delete(arsenal.Below(Fortress.Scope))))));
        Assert.IsGreaterThan(20, siege.Executed);
        home.ComesBackWithRevoke(device, delegation);
    }

    [TestMethod]
    public void A_guest_adds_nothing_anywhere_by_a_wildcard_T06_DEL_330()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device).Except(Fortress.Scope);
        var delegation = Given.Active(device, Fortress.Part());
        var siege = new Siege(device, 6, TestContext) { After = () => home.OutsideIsUntouched(device, Fortress.Scope) };
        var arsenal = new Arsenal(siege.Random, device);
        siege.Run(() => arsenal.Wrapped(() => arsenal.Weighted(
            (6, () => arsenal.Grow(arsenal.Below(Outside))),
            (2, () => Dm.Replace(arsenal.Below("./Open", "./Stale"), arsenal.Text())),
            (1, () => Dm.Delete(arsenal.Below("./Open", "./Stale"))),
            (1, () => Dm.Exec(arsenal.Below("./Open", "./Stale"))),
            (1, () => arsenal.Grow(Fortress.Scope)))));
        home.ComesBackWithRevoke(device, delegation);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Nothing_is_copied_between_what_B_may_touch_and_what_it_may_not_T07_DEL_326_DEL_082(bool guest)
    {
        using var device = Fortress.Build(guest);
        var home = Home.Of(device).Except(Fortress.Scope);
        var delegation = Given.Active(device, Fortress.Part(guest));
        var siege = new Siege(device, 7, TestContext);
        siege.Witness.Canaries.Add(Convert.ToBase64String(delegation.Tdk));
        var arsenal = new Arsenal(siege.Random, device);
        siege.After = () => Assert.IsFalse(
            arsenal.Existing(Fortress.Scope).Any(uri => device.ValueOf(uri) is var value && (value.Contains("canary", StringComparison.Ordinal) || value == TestDevice.DeviceId)),
            "something was copied into the scope");
        string[] places = [Fortress.Scope, Fortress.Scope, "./SCM", "./Net", "./Rogue", "./Open", "./Vendor", "./DMAcc/a", "./DMAcc/d-7QK2", "./DevInfo", "./Delegation/7QK2/State", "./Delegation/7QK2/Key/Value", "./Delegation/Nonce"];
        siege.Run(() => arsenal.Wrapped(() => arsenal.OneIn(8)
            ? arsenal.Read(arsenal.Below(Fortress.Scope))
            : Dm.Copy(From(arsenal, places), From(arsenal, places))));
        Assert.IsGreaterThan(10, siege.Executed);
        if (guest)
        {
            home.OutsideIsUntouched(device, Fortress.Scope);
        }

        home.ComesBackWithRevoke(device, delegation);
    }

    [TestMethod]
    [DataRow(Given.B)]
    [DataRow(Given.A)]
    [DataRow(Given.D)]
    public void Neither_scope_root_nor_ancestor_is_moved_or_deleted_T08_DEL_141_DEL_327_DEL_135(string attacker)
    {
        const string AllOfThem = "Add=a.example+d.example&Delete=a.example+d.example&Exec=a.example&Get=a.example+d.example&Replace=a.example+d.example";
        using var device = Fortress.Build(change: setup => setup.Acl("./SCM", AllOfThem));
        var home = Home.Of(device);
        var delegation = Fortress.Part();
        delegation.Scope.Add(new("./SCM/y", "Get+Replace+Delete"));
        Given.Active(device, delegation);
        string[] pinned = ["./SCM", Fortress.Scope, "./SCM/y"];
        var identities = pinned.Select(uri => Given.IdOf(device, uri)).ToArray();
        var siege = new Siege(device, 8, TestContext, attacker);
        siege.Witness.Canaries.Clear();
        siege.After = () => Assert.IsTrue(pinned.Select(uri => Given.IdOf(device, uri)).SequenceEqual(identities), "a root of the scope is not where it was");
        var arsenal = new Arsenal(siege.Random, device);
        siege.Run(() => arsenal.Wrapped(() => arsenal.Weighted(
            (3, () => Dm.Replace(arsenal.Of(pinned) + "?prop=Name", arsenal.Name())),
            (3, () => Dm.Delete(arsenal.Of(pinned))),
            (2, () => Dm.Replace(arsenal.Below(pinned) + "?prop=Name", arsenal.Name())),
            (1, () => Dm.Delete(arsenal.Below(pinned))),
            (1, () => Dm.Replace(".?prop=Name", arsenal.Name())),
            (1, () => Dm.Copy(arsenal.Below(pinned), arsenal.Of(pinned))),
            (1, () => Dm.Replace(arsenal.Of(pinned), arsenal.Text(), "node")),
            (2, () => arsenal.Grow(arsenal.Below(pinned))))));
        home.ComesBackWithRevoke(device, delegation);
    }

    private static string From(Arsenal arsenal, string[] places) =>
        arsenal.Of(places) is var place && place.StartsWith("./Delegation", StringComparison.Ordinal) ? place : arsenal.Below(place);
}
