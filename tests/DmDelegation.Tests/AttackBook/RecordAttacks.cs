using System.Globalization;
using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;
using DmDelegation.Tests.AttackBook.Kit;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.AttackBook;

/// <summary>T11, T28, T32, T43: records, and who may make and change them.</summary>
[TestClass]
public sealed class RecordAttacks
{
    // The table of 6.1.
    private static readonly string[] Leaves =
    [
        "", "ScopeType", "DurationType", "Control", "Scope", "Scope/1", "Scope/1/URI", "Scope/1/Rights", "Scope/2/URI", "Server/ServerID", "Server/Name", "Server/CertPin",
        "Account/Ref", "Account/Addr", "Account/AuthType", "Account/ClientName", "Account/ConRef", "Key/Method", "Key/Value", "Key/Check", "Voucher", "Nonce", "Seq",
        "Expiry/NotAfter", "Expiry/MaxSeconds", "Expiry/Now", "Confirm/Mode", "Confirm/Window", "Confirm/Left", "Confirm/Challenge", "SubDelegation", "Policy/RotateWithin",
        "Policy/OnTimeUnknown", "Parent", "By", "State", "Reason", "Remaining", "Ack/Delegating", "Ack/Delegated", "Operations", "Operations/Start", "Ext", "Ext/x",
    ];

    private static readonly string[] Values = ["final", "full", "shared", ".", "./Net", "Add+Delete+Exec+Get+Replace", "b.example", "d.example", "20991231T235959Z", "31622400", "99999999", "1", "2", "0", "4", "budget", ""];

    public TestContext TestContext { get; set; } = null!;

    // Red without DEL-083 (RecordEditor.Replace: record.By != session.Server) and without DEL-209 (RecordEditor.Shorten).
    [TestMethod]
    [DataRow(Given.B)]
    [DataRow(Given.D)]
    [DataRow(Given.A)]
    public void Nobody_makes_more_of_a_live_record_than_A_wrote_at_Start_T11_DEL_083_DEL_209_DEL_321(string attacker)
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var delegation = Fortress.Part().Temporary(86_400);
        delegation["Expiry/NotAfter"] = "20300105T000000Z";
        Given.Active(device, delegation);
        var (record, siege) = (device.Record(delegation.Id), new Siege(device, 11, TestContext, attacker));
        var (notAfter, maxSeconds) = (record.Grant!.NotAfter, record.Grant.MaxSeconds);
        siege.After = () =>
        {
            var now = device.Record(delegation.Id);
            Assert.AreEqual((DelegationState.Active, 0), (now.State, now.Reason), Given.Log(device));
            Assert.IsTrue(now.Grant!.NotAfter <= notAfter && now.Grant.MaxSeconds <= maxSeconds, "the period has grown");
            (notAfter, maxSeconds) = (now.Grant.NotAfter, now.Grant.MaxSeconds);
            Assert.AreEqual(Fixed(record), Fixed(now));
        };
        var arsenal = new Arsenal(siege.Random, device);
        string Leaf() => $"{delegation.Uri}{(arsenal.Of(Leaves) is { Length: > 0 } leaf ? "/" + leaf : "")}";
        // A may shorten (DEL-209), but not so far that nothing is left to attack.
        string[] values = attacker == Given.A ? [.. Values.Where(value => value.Length != 1)] : Values;
        string Value() => arsenal.OneIn(3) ? arsenal.Of("20300104T000000Z", "20300105T000000Z", "86399", "86401", "40000") : arsenal.Of(values);
        siege.Run(() => arsenal.Wrapped(() => arsenal.But(attacker == Given.A ? "Expiry/Now" : "none", () => arsenal.Weighted(
            (6, () => Dm.Replace(Leaf(), Value(), arsenal.Of(null, "int", "chr", "bin", "node"))),
            (2, () => Dm.Replace($"{delegation.Uri}/Expiry/{arsenal.Of("NotAfter", "MaxSeconds")}", Value())),
            (2, () => Dm.Add(Leaf(), Value())),
            (1, () => Dm.Delete($"{delegation.Uri}/{arsenal.Of(Leaves[1..])}")),
            (2, () => Dm.Replace($"{Leaf()}?prop={arsenal.Of("ACL", "Name", "Title", "Type", "Format")}", arsenal.Acl())),
            (1, () => Dm.Copy(arsenal.OneIn(2) ? Leaf() : arsenal.Below("./SCM"), Leaf())),
            (2, () => arsenal.Read(Leaf())),
            (1, () => Dm.Exec($"{delegation.Uri}/Operations/{arsenal.Of(attacker == Given.A ? "Start" : "Revoke", "Start", attacker == Given.A ? "Confirm" : "Reduce", "Confirm")}", Value())),
            (attacker == Given.A ? 0 : 1, () => Dm.Delete(delegation.Uri))))));
        Assert.IsGreaterThan(attacker == Given.D ? -1 : 10, siege.Executed);
        home.ComesBackWithRevoke(device, delegation);
    }

    // Red without DEL-110, DEL-111 and DEL-113 (StartChecks.Owner, Rights, Chain): three walls.
    [TestMethod]
    public void Who_has_no_authority_over_a_scope_starts_nothing_there_T28_DEL_110_DEL_111()
    {
        using var device = Fortress.Build(change: setup => setup.Nodes.Add(("./Rogue/dir", "", null)));
        var home = Home.Of(device).Except("./Rogue");
        var siege = new Siege(device, 28, TestContext, Given.D);
        var arsenal = new Arsenal(siege.Random, device);
        string[] roots = [".", "./SCM", "./SCM/dir", "./Net", "./Vendor", "./DevInfo", "./DMAcc", "./Rogue/../SCM", "./Rogue/dir/../../Net", "./Rogue%2f..%2fSCM", "./rogue", "./Rogue/", "./Open", "./Stale", "./Rogue?prop=ACL", "Net", "./Inbox"];
        for (var n = 0; siege.Sent < Siege.Commands; n++)
        {
            var delegation = new Delegating($"d{n}", Given.D, arsenal.Of(Given.B, "friend.example")) { ["Control"] = arsenal.Of(null, "shared"), ["ScopeType"] = arsenal.Of("partial", "partial", "full") };
            delegation.Scope.Clear();
            delegation.Scope.Add(new(arsenal.Of(roots), arsenal.Of(Fortress.All, "Get", "Replace", "Get+Exec")));
            if (arsenal.OneIn(2))
            {
                delegation.Scope.Add(new(arsenal.Of("./Rogue", "./Rogue/dir", "./SCM/y"), "Get"));
            }

            Assert.IsGreaterThanOrEqualTo(400, siege.Start(delegation).Status, $"{delegation.Scope[0]} was started");
            Assert.IsFalse(device.Durable.Records.Values.Any(record => record.State.IsLive()), "a delegation has begun");
            device.Manage(Given.D, Dm.Delete(delegation.Uri));
            device.Pass(1000);
        }

        siege.Report();
        home.IsBack(device);
        home.OutsideIsUntouched(device, "./Rogue");
    }

    // Red without DEL-232 (Alerts.QueueEnd: that for A).
    [TestMethod]
    public void Whatever_B_says_of_the_outcome_A_hears_the_truth_from_the_agent_T32_DEL_232_DEL_236_DEL_237()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var delegation = Given.Active(device, Fortress.Part());
        var (a, siege) = (device.Servers[Given.A], new Siege(device, 32, TestContext));
        Assert.AreEqual("Success", a.Of("Session").Single().Element("Result"));
        var (b, arsenal, heard) = (device.Servers[Given.B], new Arsenal(siege.Random, device), a.Alerts.Count);
        siege.Before = () => b.AlertStatus = arsenal.Of(200, 202, 406, 415, 500, 401, 404, 212);
        siege.Run(() => arsenal.Wrapped(() => arsenal.Weighted(
            (6, () => Lie(arsenal, delegation)),
            (2, () => Dm.Replace($"{delegation.Uri}/{arsenal.Of("State", "Reason", "Ack/Delegating", "Ack/Delegated")}", arsenal.Of("12", "3", "0", "180"), "int")),
            (1, () => Dm.Get(delegation.Uri + "/Ack/Delegating")),
            (1, () => Dm.Exec($"{delegation.Uri}/Operations/{arsenal.Of("Confirm", "Revoke", "Cancel")}", "c3VjY2Vzcw==")))));
        Assert.AreEqual(heard, a.Alerts.Count, "A hears nothing that did not happen");
        Assert.AreEqual(AckState.Delivered, device.Record(delegation.Id).AckDelegating);
        home.ComesBackWithRevoke(device, delegation);
        device.Advance(TimeSpan.FromHours(1));
        var end = a.Of("End").Single();
        Assert.AreEqual(("180", "12", Given.B), (end.Element("Reason"), end.Element("State"), end.Element("To")));
    }

    // Red without DEL-050 (StartChecks.RoomForStaged and Quota: two walls) and without DEL-340 (AgentStateQueries.IsGuest: every B).
    [TestMethod]
    public void Naming_the_home_authority_as_B_neither_freezes_it_nor_blocks_others_T43_DEL_340_DEL_050_DEL_052_DEL_141()
    {
        using var device = Fortress.Build(change: setup => setup.Nodes.AddRange(Enumerable.Range(0, 12).Select(i => ($"./Rogue/r{i}", "", (string?)null))));
        var home = Home.Of(device);
        var siege = new Siege(device, 43, TestContext, Given.D);
        siege.Witness.Owners.Add(Given.D);
        var (arsenal, n) = (new Arsenal(siege.Random, device), 0);
        while (siege.Sent < Siege.Commands)
        {
            var rogue = new Delegating($"r{n++}", Given.D, arsenal.Of(Given.Home, Given.Home, Given.A)) { ["Control"] = arsenal.Of("exclusive", "shared"), ["Confirm/Window"] = "604800" }.KnownB();
            rogue.Scope.Clear();
            rogue.Scope.Add(new(arsenal.Of("./Rogue", "./Rogue/r0", "./Rogue/r1", "./Rogue/r2", "./Rogue/r3", "./Rogue/r4", "./Rogue/r5"), arsenal.Of(Fortress.All, "Get", "Add+Get")));
            siege.Start(rogue);
            Assert.IsLessThanOrEqualTo(4, device.Durable.Records.Values.Count(record => record.State.IsLive() && record.By == Given.D), "D fills more than its slots");
            if (n % 4 == 0)
            {
                var answers = device.Manage(
                    Given.Home, Dm.Replace("./DevInfo/Man", "by the owner"), Dm.Get("./DevInfo/Man"), Dm.Replace("./DMAcc/d?prop=ACL", "Get=d.example+home.example&Replace=d.example+home.example&Delete=d.example+home.example&Add=home.example"),
                    Dm.Add($"./Fresh{n}", "v"), Dm.Add($"./DMAcc/n{n}/ServerID", "nobody.example"), Dm.Delete($"./DMAcc/n{n}"));
                Assert.AreSequenceEqual([200, 200, 200, 200, 200, 200], Given.Statuses(answers), "the owner is not free\n" + Given.Log(device));
            }

            if (arsenal.OneIn(3))
            {
                device.Manage(Given.D, Dm.Delete(rogue.Uri));
            }
        }

        siege.Report();
        // Others go on as if nothing were.
        var delegation = Given.Active(device, Fortress.Part(id: string.Create(CultureInfo.InvariantCulture, $"OF-A-{n}")));
        Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Revoke"))[^1].Status);
        Assert.AreEqual(200, device.Manage(Given.Home, Dm.Replace("./Rogue?prop=ACL", "Get=*&Delete=home.example"), Dm.Delete("./Rogue"))[^1].Status, Given.Log(device));
        Assert.IsFalse(device.Exists("./Rogue") || device.Durable.Records.Values.Any(record => record.State.IsLive()));
        Assert.IsNotNull(home);
    }

    private static Command Lie(Arsenal arsenal, Delegating delegation) => new Alert("0", arsenal.Of("1226", "1226", "1224", "1200", "1100", "1111"), arsenal.Of(null, "c-7QK2"),
    [
        new Item
        {
            Source = new Location(arsenal.Of(delegation.Uri, "./SCM")),
            Meta = new MetaInfo { Type = $"Reversed-Domain-Name: org.example.dmagent.delegation/{arsenal.Of("End", "Session", "Ack")}", Format = "xml", Mark = "informational" },
            Data = ItemData.FromText($"<Delegation v=\"1\" id=\"7QK2\" event=\"End\" n=\"{arsenal.Name()}\"><Result>{arsenal.Of("Success", "Failure")}</Result><State>12</State></Delegation>"),
        },
    ]);

    private static string Fixed(DelegationRecord record) => string.Join(' ', record.Leaves.Where(leaf => !leaf.Key.StartsWith("Expiry/", StringComparison.Ordinal) && leaf.Key is not "Account/Ref")
        .Select(leaf => leaf.Key + "=" + Convert.ToHexString(leaf.Value.Octets.Span))) + string.Join(' ', record.Grant!.Scope.Select(entry => entry.Root + ":" + entry.Rights));
}
