using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.1: types and normal course.</summary>
[TestClass]
public sealed class NormalCourseScenarios
{
    [TestMethod]
    public void S_001_A_builds_the_record_and_starts_it_DEL_095_DEL_122_DEL_127_DEL_132_DEL_241()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        var answers = device.Manage("a.example", delegation.Ask(), delegation.Build());

        Assert.AreEqual(200, answers[^1].Status, device.LogText());
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State);
        Assert.AreEqual(NormalCourse.AllOfAAndB, device.AclOf("./SCM"));
        Assert.AreEqual(1, device.AccountsOf("b.example"));
        Assert.AreEqual(200, device.Manage("a.example", Dm.Replace("./SCM/x", "of A"), Dm.Add("./SCM/new", "of A"))[0].Status);
        Assert.AreEqual("of A", device.ValueOf("./SCM/x"));
        AssertAccount(device);
        AssertAck(device, delegation);
    }

    /// <summary>7.2, node by node.</summary>
    private static void AssertAccount(TestDevice device)
    {
        (string Node, string Value)[] expected =
        [
            ("AppID", "w7"), ("ServerID", "b.example"), ("AppAddr/1/Addr", "https://b.example/dm"), ("AppAddr/1/AddrType", "URI"), ("AAuthPref", "HMAC"),
            ("AppAuth/c/AAuthLevel", "CLCRED"), ("AppAuth/c/AAuthType", "HMAC"), ("AppAuth/c/AAuthName", "dev-42"),
            ("AppAuth/s/AAuthLevel", "SRVCRED"), ("AppAuth/s/AAuthType", "HMAC"), ("AppAuth/s/AAuthName", "b.example"),
        ];
        foreach (var (node, value) in expected)
        {
            Assert.AreEqual(value, device.ValueOf("./DMAcc/d-7QK2/" + node), node);
        }

        Assert.IsTrue(device.Exists("./DMAcc/d-7QK2/AppAuth/c/AAuthSecret") && device.Exists("./DMAcc/d-7QK2/AppAuth/s/AAuthData"));
        Assert.AreEqual("Get=b.example&Replace=b.example", device.AclOf("./DMAcc/d-7QK2"));
    }

    /// <summary>Step 5, in the package that carries the Status of the Exec, after the commit of T1 (DEL-095, DEL-233, DEL-241).</summary>
    private static void AssertAck(TestDevice device, Delegating delegation)
    {
        var a = device.Servers["a.example"];
        var ack = a.Of("Ack").Single();
        var status = a.Received.First(message => message.Commands.OfType<Status>().Any(one => one.Cmd == "Exec"));
        Assert.AreEqual(status.Header.MsgID, ack.MessageNumber);
        var committed = device.IndexOf(effect => effect is Persist { Point: CommitPoint.T1 });
        var sent = device.IndexOf(effect => effect is SendMessage message && Encoding.UTF8.GetString(message.Body.Span).Contains("dmagent.delegation/Ack", StringComparison.Ordinal));
        Assert.IsTrue(committed >= 0 && committed < sent, "persist before send");

        Assert.AreEqual("Reversed-Domain-Name: org.example.dmagent.delegation/Ack", ack.Type);
        Assert.AreEqual(("informational", "./Delegation/7QK2", "c-7QK2"), (ack.Mark, ack.Source, ack.Correlator));
        Assert.AreEqual(("1", "7QK2", "Ack", "1"), (ack.Attribute("v"), ack.Attribute("id"), ack.Attribute("event"), ack.Attribute("n")));
        Assert.AreEqual(Key("7QK2", "a.example", "1"), ack.Attribute("key"));
        Assert.AreEqual(("Success", "0", "1"), (ack.Element("Result"), ack.Element("Reason"), ack.Element("State")));
        Assert.AreEqual(("a.example", "b.example", "partial"), (ack.Element("By"), ack.Element("To"), ack.Element("Type")));
        Assert.AreEqual(Convert.ToHexStringLower(delegation.BindingHash()), ack.Element("Bind"));
        var check = HMACSHA256.HashData(delegation.Tdk, (byte[])[.. "check"u8, .. delegation.BindingHash()])[..8];
        Assert.AreEqual(Convert.ToHexStringLower(check), ack.Element("Check"));
        Assert.AreEqual(("1", "0", "0"), (ack.AclAttribute("changed"), ack.AclAttribute("skipped"), ack.AclAttribute("kept")));
        Assert.AreEqual("./DMAcc/d-7QK2", ack.Element("Account"));
    }

    /// <summary>10.2: hex of the first 16 octets of SHA-256( L(id) ‖ L(target) ‖ L(n) ).</summary>
    private static string Key(params string[] parts)
    {
        var octets = parts.SelectMany(part => (byte[])[0, 0, 0, (byte)part.Length, .. Encoding.UTF8.GetBytes(part)]).ToArray();
        return Convert.ToHexStringLower(SHA256.HashData(octets)[..16]);
    }

    [TestMethod]
    public void S_002_T2_comes_before_the_first_command_of_B_DEL_128_DEL_173_DEL_178_DEL_231_DEL_232()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        device.StartAccepted(delegation);
        var b = device.Arm(delegation);
        b.Script.Enqueue(_ => [Dm.Replace("./SCM/x", "of B")]);

        device.Advance(TimeSpan.FromSeconds(60));

        Assert.AreEqual(1, b.Sessions, "the agent contacts B by itself");
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        Assert.AreEqual(200, b.Outcomes[0].Status);
        Assert.AreEqual("of B", device.ValueOf("./SCM/x"));
        var activated = (Persist)device.Effects[device.IndexOf(effect => effect is Persist { Point: CommitPoint.T2 })];
        Assert.AreEqual("1", Encoding.UTF8.GetString(activated.After.Tree.Find(NodePath.Parse("./SCM/x"))!.Value.Span));
        var (session, notice) = (b.Of("Session").Single(), device.Servers["a.example"].Of("Session").Single());
        foreach (var alert in new[] { session, notice })
        {
            Assert.AreEqual(("Success", "0", "2", "informational"), (alert.Element("Result"), alert.Element("Reason"), alert.Element("State"), alert.Mark));
        }

        Assert.AreNotEqual(session.Attribute("key"), notice.Attribute("key"));
        Assert.IsEmpty(device.Durable.Outbox);
    }

    [TestMethod]
    public void S_003_Active_and_exclusive_A_reads_and_does_not_write_DEL_028_DEL_129_DEL_331()
    {
        using var device = new TestDevice();
        device.Activate(new Delegating());

        var answers = device.Manage("a.example", Dm.Replace("./SCM/x", "of A"), Dm.Get("./SCM/x"));

        Assert.AreEqual(425, answers[0].Status);
        Assert.AreEqual((200, "1"), (answers[1].Status, answers[1].Text));
        Assert.AreEqual(NormalCourse.AllOfBAndGetOfA, device.AclOf("./SCM"));
    }

    [TestMethod]
    public void S_004_Active_and_shared_A_and_B_write_both_DEL_020_DEL_028()
    {
        using var device = new TestDevice();
        var delegation = new Delegating { ["Control"] = "shared" };
        device.StartAccepted(delegation);
        var b = device.Confirm(delegation, _ => [Dm.Replace("./SCM/x", "of B")]);

        Assert.AreEqual(200, b.Outcomes[^1].Status);
        Assert.AreEqual(200, device.Manage("a.example", Dm.Replace("./SCM/x", "of A"))[0].Status);
        Assert.AreEqual(NormalCourse.AllOfAAndB, device.AclOf("./SCM"));
    }

    [TestMethod]
    public void S_005_A_revokes_and_the_home_scheme_is_back_exactly_DEL_023_DEL_135_DEL_193_DEL_261()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        var delegation = new Delegating();
        var b = device.Activate(delegation);
        Assert.AreNotEqual(home, device.Scheme());

        Assert.AreEqual(200, device.Manage("a.example", delegation.Operation("Revoke"))[0].Status);

        Assert.AreEqual(home, device.Scheme());
        var record = device.Record("7QK2");
        Assert.AreEqual((DelegationState.Revoked, 180), (record.State, record.Reason));
        Assert.IsTrue(record.SealedKeyValue.IsEmpty && record.Grant!.SealedProofKey.IsEmpty && record.Grant.Undo.Entries.IsEmpty, "no key, nothing to undo");
        Assert.AreEqual(0, device.AccountsOf("b.example"));
        var sessions = b.Sessions;
        device.Manage("b.example", Dm.Get("./SCM/x"));
        Assert.AreEqual(sessions, b.Sessions, "there is no way to B any more");
        var end = device.Servers["a.example"].Of("End").Single();
        Assert.AreEqual(("Success", "180", "12", "informational"), (end.Element("Result"), end.Element("Reason"), end.Element("State"), end.Mark));
    }

    [TestMethod]
    public void S_006_Full_until_revoked_B_manages_the_tree_but_not_the_protected_set_DEL_022_DEL_029_DEL_161_DEL_321()
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        var home = device.Scheme();
        var delegation = new Delegating().Full();
        device.StartAccepted(delegation);
        var b = device.Confirm(delegation, _ =>
        [
            Dm.Replace("./SCM/x", "of B"), Dm.Replace("./Net/eth0", "down"), Dm.AddNode("./New"), Dm.Add("./New/leaf", "of B"), Dm.Get("./Net/secret"),
            Dm.Replace("./Vendor/Trust/anchor", "evil"), Dm.AddNode("./DMAcc/evil"), Dm.Replace("./DMAcc/a/ServerID", "evil"), Dm.Replace(".?prop=ACL", "Replace=b.example"),
            Dm.Replace("./DevInfo/DevId", "evil"), Dm.Delete("./Vendor/Trust"),
        ]);

        var statuses = b.Outcomes.Skip(1).Select(outcome => outcome.Status).ToArray();
        CollectionAssert.AreEqual(Enumerable.Repeat(200, 5).ToArray(), statuses[..5], device.LogText());
        Assert.IsTrue(statuses[5..].All(status => status is 425 or 405), string.Join(' ', statuses));
        Assert.AreEqual("anchor-1", device.ValueOf("./Vendor/Trust/anchor"));

        Assert.AreEqual(200, device.Manage("a.example", delegation.Operation("Revoke"))[0].Status);
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_007_Partial_temporary_of_ten_seconds_expires_without_any_network_DEL_024_DEL_030_DEL_210_DEL_220()
    {
        using var device = new TestDevice();
        var home = device.Scheme();
        device.Activate(new Delegating().Temporary(10));
        device.Network(up: false);

        device.Advance(TimeSpan.FromMilliseconds(9_999));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromMilliseconds(1));

        Assert.AreEqual((DelegationState.Expired, 181), (device.Record("7QK2").State, device.Record("7QK2").Reason));
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_008_Full_temporary_expires_when_time_reaches_NotAfter_DEL_020_DEL_022_DEL_024_DEL_210()
    {
        using var device = new TestDevice(setup => setup.AIsHomeAuthority());
        var home = device.Scheme();
        var delegation = new Delegating { ["DurationType"] = "temporary", ["Expiry/NotAfter"] = "20300101T031405Z" }.Full();
        device.Activate(delegation);
        device.Network(up: false);

        device.Advance(TimeSpan.FromMilliseconds((10 * 60_000) - 1));
        Assert.AreEqual(DelegationState.Active, device.Record("7QK2").State);
        device.Advance(TimeSpan.FromMilliseconds(1));

        Assert.AreEqual((DelegationState.Expired, 181), (device.Record("7QK2").State, device.Record("7QK2").Reason));
        Assert.AreEqual(home, device.Scheme());
    }

    [TestMethod]
    public void S_011_A_revokes_a_temporary_one_before_expiry_and_it_stays_Revoked_DEL_024_DEL_261()
    {
        using var device = new TestDevice();
        var delegation = new Delegating().Temporary(600);
        device.Activate(delegation);

        Assert.AreEqual(200, device.Manage("a.example", delegation.Operation("Revoke"))[0].Status);
        device.Advance(TimeSpan.FromHours(1));

        Assert.AreEqual((DelegationState.Revoked, 180), (device.Record("7QK2").State, device.Record("7QK2").Reason));
        Assert.HasCount(1, device.Servers["a.example"].Of("End").ToList());
    }

    [TestMethod]
    public void S_012_Two_entries_have_the_rights_that_were_written_for_each_DEL_021_DEL_111_DEL_122()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        delegation.Scope.Clear();
        delegation.Scope.AddRange([new("./SCM", "Get+Replace"), new("./Net", "Exec+Get")]);
        device.StartAccepted(delegation);

        Assert.AreEqual("Add=a.example&Delete=a.example&Exec=a.example&Get=a.example+b.example&Replace=a.example+b.example", device.AclOf("./SCM"));
        Assert.AreEqual("Add=a.example&Delete=a.example&Exec=a.example+b.example&Get=a.example+b.example&Replace=a.example", device.AclOf("./Net"));

        var b = device.Confirm(delegation, _ =>
        [
            Dm.Replace("./SCM/x", "of B"), Dm.Get("./Net/eth0"),
            Dm.Add("./SCM/new", "of B"), Dm.Delete("./SCM/x"), Dm.Replace("./Net/eth0", "down"), Dm.Add("./Net/new", "of B"),
        ]);
        CollectionAssert.AreEqual(new[] { 200, 200, 425, 425, 425, 425 }, b.Outcomes.Skip(1).Select(outcome => outcome.Status).ToArray());
    }

    [TestMethod]
    public void S_013_The_agent_changes_no_value_outside_Delegation_DMAcc_and_ACLs_DEL_007()
    {
        using var device = new TestDevice();
        var values = device.Values();
        var delegation = new Delegating().Temporary(3600);
        device.StartAccepted(delegation);
        Assert.AreEqual(values, device.Values(), "T1");
        device.Confirm(delegation);
        Assert.AreEqual(values, device.Values(), "T2");
        device.Advance(TimeSpan.FromHours(2));
        Assert.AreEqual(DelegationState.Expired, device.Record("7QK2").State);
        Assert.AreEqual(values, device.Values(), "T3");
    }

    [TestMethod]
    public void S_020_A_repeats_Start_and_nothing_more_comes_of_it_DEL_096_DEL_236()
    {
        using var device = new TestDevice();
        var delegation = new Delegating();
        device.StartAccepted(delegation);
        var scheme = device.Scheme();

        Assert.AreEqual(200, device.Manage("a.example", delegation.Start())[0].Status);
        device.Advance(TimeSpan.FromMinutes(1));

        Assert.AreEqual(scheme, device.Scheme());
        Assert.AreEqual(1, device.AccountsOf("b.example"));
        Assert.HasCount(1, device.Servers["a.example"].Of("Ack").ToList());
    }

    [TestMethod]
    [DataRow("delay", 1_000)]
    [DataRow("undelivered", 5_000)]
    [DataRow("window", 5_000)]
    public void S_022_The_agent_contacts_B_by_itself_in_time_DEL_178(string given, int milliseconds)
    {
        using var device = new TestDevice(setup => setup.Delegation = given switch
        {
            "delay" => setup.Delegation with { FirstContactDelaySeconds = 1 },
            "undelivered" => setup.Delegation with { FirstContactLatestSeconds = 5 },
            _ => setup.Delegation,
        });
        var delegation = new Delegating { ["Confirm/Window"] = given == "window" ? "10" : "3600" };
        if (given == "undelivered")
        {
            device.Servers["a.example"].BreaksAfter = message => message.Commands.OfType<Alert>().Any(alert => alert.Code == AlertCode.GenericAlert);
        }

        device.Manage("a.example", delegation.Ask(), delegation.Build());
        var b = device.Arm(delegation);

        device.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
        Assert.AreEqual((0, DelegationState.Pending), (b.Sessions, device.Record("7QK2").State), milliseconds.ToString(CultureInfo.InvariantCulture));
        device.Advance(TimeSpan.FromMilliseconds(1));
        Assert.AreEqual((1, DelegationState.Active), (b.Sessions, device.Record("7QK2").State));
    }
}
