using DmDelegation.Engine.Delegation;
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

    // Red without DEL-322 (GuardRules.GuestAcl and DelegationPolicy.ByRecord) and without DEL-136 (AclRestoration.RemoveFromNewValues).
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

    // Red without DEL-330 (HomeScheme.Grants).
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

    // Red without DEL-326 (GuardRules.CopyOfProtected).
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

    // Red without DEL-141 (GuardRules.Pinned).
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

    // Red without DEL-329 (OperationTarget.Write: not asked again; OperationTarget.Try: not asked) and without DEL-290 (Operations.MayRun).
    [TestMethod]
    public void What_B_executes_never_acts_with_the_rights_of_the_agent_T09_DEL_290_DEL_329()
    {
        using var device = Fortress.Build(change: setup =>
        {
            Programs.Bind(setup);
            setup.Nodes.AddRange([("./SCM/y/run", "", null), ("./Open/run", "", null)]);
            setup.Operations["./SCM/y/run"] = setup.Operations["./Open/run"] = setup.Operations[Programs.Fetch];
        });
        var home = Home.Of(device).Except(Fortress.Scope);
        var delegation = Given.Active(device, Fortress.Part());
        var siege = new Siege(device, 9, TestContext) { After = () => home.OutsideIsUntouched(device, Fortress.Scope) };
        var arsenal = new Arsenal(siege.Random, device);
        var plays = new Plays(device, siege, arsenal);
        siege.Before = () => plays.Go(endAll: false);
        string Argument() => arsenal.Of(arsenal.Below("."), "https://evil.example/pkg", "./Net/eth0", "Scope/1", "1", $"<a href=\"{arsenal.Below("./DMAcc")}\"/>", arsenal.Text());
        siege.Run(() => arsenal.Wrapped(() => arsenal.Weighted(
            (4, () => Dm.Exec(arsenal.Below(Fortress.Scope), Argument(), arsenal.Below("."))),
            (6, () => Dm.Exec(Programs.Fetch, arsenal.OneIn(2) ? arsenal.Below(Fortress.Scope) : Argument())),
            (2, () => Dm.Exec(arsenal.Of(Programs.Update, Programs.Plain, "./SCM/y/run", "./Open/run"), Argument())),
            // What is an output's way into a place that is no longer the one that was checked.
            (1, () => Dm.Replace(arsenal.Below(Fortress.Scope) + "?prop=Name", arsenal.Name())),
            (1, () => Dm.Delete(arsenal.Below(Fortress.Scope + "/deep"))),
            (3, () => Dm.Exec(arsenal.Below(Outside), Argument())),
            (3, () => Dm.Exec($"{delegation.Uri}/Operations/{arsenal.Of("Start", "Cancel", "Revoke", "Reduce", "Confirm", "Nonsense")}", Argument())),
            (1, () => Dm.Exec(arsenal.Below("./Delegation", "./DevInfo") + "?prop=ACL", Argument())))));
        Assert.AreEqual(DelegationState.Active, device.Record(delegation.Id).State);
        Assert.IsGreaterThan(10, plays.Written, "outputs that had a place");
        home.ComesBackWithRevoke(device, delegation);
        plays.Go(endAll: true);
        home.IsBack(device);
    }

    // Serialised trees are not read yet (T10 waits for TNDS): the text is refused, or a leaf like any other. Red without DEL-325 (as T1).
    [TestMethod]
    public void A_serialised_tree_writes_no_ACL_and_no_node_elsewhere_T10_DEL_322_DEL_325()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device).Except(Fortress.Scope);
        var delegation = Given.Active(device, Fortress.Part());
        var siege = new Siege(device, 10, TestContext)
        {
            After = () =>
            {
                home.OutsideIsUntouched(device, Fortress.Scope);
                Assert.IsFalse(device.Exists(Fortress.Scope + "/evil/inner") || device.NodeAt(Fortress.Scope).SelfAndDescendants().Any(node => node.Name == "inner"), "a node out of the text");
            },
        };
        var arsenal = new Arsenal(siege.Random, device);
        string Tree() => $"<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD><Node><NodeName>{arsenal.Name()}</NodeName><Path>{arsenal.Below(Outside)}</Path><RTProperties><ACL>{arsenal.Acl().Replace("&", "&amp;", StringComparison.Ordinal)}</ACL><Format><node/></Format></RTProperties><Node><NodeName>inner</NodeName><Value>v</Value></Node></Node></MgmtTree>";
        siege.Run(() => arsenal.Wrapped(() =>
        {
            var meta = new MetaInfo { Format = arsenal.Of("xml", "node", "chr", "bin"), Type = arsenal.Of("application/vnd.syncml.dmtnds+xml", "application/vnd.syncml.dmtnds+wbxml", "text/plain") };
            var item = new Item { Target = new Location(arsenal.OneIn(3) ? arsenal.Below(Outside) + "/evil" : arsenal.Below(Fortress.Scope) + "/" + arsenal.Name()), Meta = meta, Data = ItemData.FromText(Tree()) };
            return arsenal.OneIn(4) ? new Replace("0", null, [item]) : new Add("0", null, [item]);
        }));
        home.ComesBackWithRevoke(device, delegation);
    }

    // Red without DEL-325 by identity (ScopeMembership.EntryFor: by the beginning of the text).
    [TestMethod]
    public void No_spelling_of_a_path_leads_out_of_the_scope_T31_DEL_108_DEL_325()
    {
        const string Waiting = "Add=b.example&Delete=b.example&Exec=b.example&Get=b.example&Replace=b.example";
        using var device = Fortress.Build(change: setup => setup.Nodes.AddRange([
            // Names that begin or look like the scope, with the worst of ACLs.
            ("./SCM/dirt", Waiting, null), ("./SCM/dirt/leaf", "", "canary"), ("./SCM/DIR", Waiting, null), ("./SCM/DIR/leaf", "", "canary"), ("./scm", Waiting, null), ("./scm/dir", "", null),
            ("./SCM/dir%25", Waiting, "canary"), ("./SCM/d", Waiting, "canary")]));
        var home = Home.Of(device).Except(Fortress.Scope);
        var delegation = Given.Active(device, Fortress.Part());
        var siege = new Siege(device, 31, TestContext) { After = () => home.OutsideIsUntouched(device, Fortress.Scope) };
        var arsenal = new Arsenal(siege.Random, device);
        string[] outside = [.. Outside, "./SCM/dirt", "./SCM/DIR", "./scm/dir", "./SCM/d"];
        string Spelt(string uri) => siege.Random.Next(16) switch
        {
            0 => $"{Fortress.Scope}/../../{uri[Math.Min(2, uri.Length)..]}",
            1 => $"{Fortress.Scope}/%2e%2e/%2e%2e/{uri[Math.Min(2, uri.Length)..]}",
            2 => $"{Fortress.Scope}/%252e%252e/{uri[Math.Min(2, uri.Length)..]}",
            3 => uri.Replace("/", "//", StringComparison.Ordinal),
            4 => uri.Replace("/", "%2F", StringComparison.Ordinal),
            5 => uri.ToLowerInvariant(),
            6 => uri.ToUpperInvariant(),
            7 => uri + "/",
            8 => $"{uri}?prop={arsenal.Of("ACL?list=Struct", "ACL&prop=Name", "acl", "", "Value")}",
            9 => $"{Fortress.Scope}/leaf#/{uri}",
            10 => string.Concat(uri.Select((c, i) => c is '/' or '.' || i % 2 == 0 ? c.ToString() : $"%{(int)c:X2}")),
            11 => uri.Replace("/", "\\", StringComparison.Ordinal),
            12 => $"{Fortress.Scope}\0{uri}",
            13 => uri.Replace("i", "\u0131", StringComparison.Ordinal),
            14 => $"{Fortress.Scope}?/../{uri}",
            _ => uri.Length > 2 ? uri[2..] : uri,
        };
        siege.Run(() => arsenal.Wrapped(() => arsenal.Any(Legal(Spelt(arsenal.OneIn(5) ? arsenal.Below(Fortress.Scope) : arsenal.Below(outside))))));
        Assert.IsGreaterThan(3, siege.Executed);
        home.ComesBackWithRevoke(device, delegation);
    }

    // A residual risk by the specification (Q9): what A puts into the scope with Exec, B may execute. Red without DEL-320 (DelegationPolicy.Explain: everything).
    [TestMethod]
    public void What_disables_the_agent_is_out_of_reach_only_if_A_leaves_it_out_T40_DEL_320()
    {
        foreach (var inside in (bool[])[true, false])
        {
            using var device = Fortress.Build(change: setup =>
            {
                setup.Nodes.AddRange([("./FwUpdate", "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example", null), ("./FwUpdate/Install", "", null), ("./FwUpdate/Uri", "", "https://a.example/fw")]);
            });
            var home = Home.Of(device).Except(inside ? ["./FwUpdate"] : [Fortress.Scope]);
            var delegation = Fortress.Part();
            if (inside)
            {
                delegation.Scope.Add(new("./FwUpdate", Fortress.All));
            }

            Given.Active(device, delegation);
            var siege = new Siege(device, 40, TestContext);
            var (arsenal, may) = (new Arsenal(siege.Random, device), 0);
            siege.After = () => may = Math.Max(may, device.Servers[Given.B].Outcomes.Count(outcome => outcome.Name == "Exec" && outcome.Status == 406));
            siege.Run(() => arsenal.Weighted((3, () => Dm.Exec("./FwUpdate/Install", arsenal.Text())), (1, () => Dm.Replace("./FwUpdate/Uri", "https://evil.example/fw")), (1, () => Dm.Get("./FwUpdate/Uri"))), Siege.Commands / 2);
            Assert.AreEqual(inside, may > 0, "406: access is granted, and there is no binding to run");
            Assert.AreEqual(inside ? "https://evil.example/fw" : "https://a.example/fw", device.ValueOf("./FwUpdate/Uri"));
            home.ComesBackWithRevoke(device, delegation);
        }
    }

    /// <summary>What XML can carry: everything else does not reach the agent as text.</summary>
    private static string Legal(string text) => text.Replace('\0', '\u00ad');

    private static string From(Arsenal arsenal, string[] places) =>
        arsenal.Of(places) is var place && place.StartsWith("./Delegation", StringComparison.Ordinal) ? place : arsenal.Below(place);
}
