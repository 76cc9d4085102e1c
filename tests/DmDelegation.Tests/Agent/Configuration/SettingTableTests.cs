using System.Text.Json.Nodes;
using DmDelegation.Agent.Configuration;

namespace DmDelegation.Tests.Agent.Configuration;

[TestClass]
public sealed class SettingTableTests
{
    // Key, lowest and highest value, default: from the specification and the interface description, not from the table.
    private static readonly (string Key, int Low, int High, int Default)[] Numbers =
    [
        ("session.timeoutSeconds", 1, 600, 60),
        ("session.maxMsgSize", 4096, 16_777_216, 65_536),
        ("session.maxRounds", 2, 10_000, 200),
        ("session.retryBaseSeconds", 1, 3600, 30),
        ("session.retryCapSeconds", 1, 86_400, 21_600),
        ("delegation.firstContactDelay", 0, 3600, 60),
        ("delegation.firstContactLatest", 0, 3600, 300),
        ("delegation.lockout", 1, 10, 5),
        ("delegation.maxActive", 4, 64, 16),
        ("delegation.maxDepth", 0, 4, 2),
        ("delegation.startsPerHour", 1, 1000, 10),
        ("delegation.maxTombstones", 16, 256, 64),
        ("accounts[a].pollIntervalSeconds", 0, 2_592_000, 0),
    ];

    public static IEnumerable<object[]> NumberRows => Numbers.Select(row => new object[] { row.Key, row.Low, row.High, row.Default });

    [TestMethod]
    [DynamicData(nameof(NumberRows))]
    public void A_number_is_taken_at_its_bounds_and_refused_beyond_them_DEL_050_DEL_061_DEL_178_DEL_184_DEL_194(string key, int low, int high, int standard)
    {
        foreach (var value in new[] { low, high })
            Assert.IsEmpty(Read(key, value).Problems, $"{key} = {value}");
        foreach (var value in new[] { low - 1, high + 1 })
        {
            var problem = Read(key, value).Problems.Single();
            Assert.AreEqual(key, problem.Key);
            Assert.AreEqual($"{value}", problem.Value);
            StringAssert.Contains(problem.Text, $"from {low} to {high}", StringComparison.Ordinal);
            StringAssert.EndsWith(problem.File, "dmagent.json", StringComparison.Ordinal);
        }

        Assert.AreEqual($"{standard}", Read("log.level", "info").Values.Single(value => value.Key == key).Value.GetRawText());
    }

    [TestMethod]
    public void Every_number_of_the_table_has_its_bounds_tested()
    {
        var keys = SettingTable.Agent.Select(setting => (setting.Key, setting.Allowed))
            .Concat(SettingTable.Account.Select(setting => (Key: "accounts[a]." + setting.Key, setting.Allowed)))
            .Where(setting => setting.Allowed.StartsWith("a whole number", StringComparison.Ordinal)).Select(setting => setting.Key);
        CollectionAssert.AreEquivalent(keys.ToArray(), Numbers.Select(row => row.Key).ToArray());
    }

    [TestMethod]
    [DataRow("stateDirectory", 5)]
    [DataRow("stateDirectory", "")]
    [DataRow("clock.trust", "kernal")]
    [DataRow("log.level", "verbose")]
    [DataRow("tls.allowClearHttp", "yes")]
    [DataRow("delegation.lockout", "5")]
    [DataRow("delegation.lockout", 5.5)]
    [DataRow("session", 5)]
    [DataRow("accounts", 5)]
    [DataRow("accounts[a].name", "x/y")]
    [DataRow("accounts[a].serverId", "*")]
    [DataRow("accounts[a].address", "a.example")]
    [DataRow("accounts[a].address", "https://user@a.example/dm")]
    [DataRow("accounts[a].address", "http://a.example/dm")]
    [DataRow("accounts[a].authType", "BASIC")]
    [DataRow("accounts[a].clientName", "a:b")]
    [DataRow("accounts[a].acl", "Get=")]
    public void A_value_of_another_form_is_refused_with_its_key(string key, object value)
    {
        var problem = Read(key, value).Problems.First();
        Assert.IsTrue(problem.Key == key || (key == "accounts[a].name" && problem.Key == "accounts[x/y].name"), problem.ToString());
    }

    [TestMethod]
    [DataRow("delegation.finalAllowed", """["a.example","*"]""")]
    [DataRow("delegation.protected", """["./Vendor?prop=ACL"]""")]
    [DataRow("accounts[a].spkiPins", """["AAEC"]""")]
    public void A_list_with_a_wrong_entry_is_refused_as_a_whole(string key, string list) =>
        Assert.AreEqual(key, Read(key, JsonNode.Parse(list)!).Problems.Single().Key);

    [TestMethod]
    public void Values_arrive_where_they_belong()
    {
        var read = Read("delegation.lockout", 7).Configuration!;
        Assert.AreEqual(7, read.Delegation.Lockout);
        Assert.AreEqual(200, read.Session.MaxRounds);
        Assert.AreEqual("HMAC", read.Accounts.Single().AuthType);
        Assert.AreEqual(32, Read("accounts[a].spkiPins", JsonNode.Parse($"""["{Convert.ToBase64String(new byte[32])}"]""")!).Configuration!.Accounts[0].SpkiPins.Length);
    }

    private static ConfigurationReading Read(string key, object value)
    {
        using var folder = new AgentFolder();
        var root = JsonNode.Parse(File.ReadAllText(folder.Configuration))!.AsObject();
        var (group, name) = key.StartsWith("accounts[a].", StringComparison.Ordinal) ? (root["accounts"]![0]!.AsObject(), key["accounts[a].".Length..])
            : key.Split('.') is [var first, var second] ? ((root[first] ??= new JsonObject()).AsObject(), second)
            : (root, key);
        group[name] = value switch { JsonNode node => node, int number => number, double number => number, _ => (string)value };
        // The default retry base is above the lowest cap.
        if (key == "session.retryCapSeconds")
            group["retryBaseSeconds"] = 1;
        folder.Write("dmagent.json", root.ToJsonString());
        return ConfigurationReader.Read(folder.Configuration, _ => null);
    }
}
