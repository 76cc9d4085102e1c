using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Startup;

namespace DmDelegation.Tests.Agent.Configuration;

[TestClass]
public sealed class ConfigurationReaderTests
{
    [TestMethod]
    public void An_unknown_key_is_a_warning_with_file_and_key()
    {
        using var folder = new AgentFolder(more: """ "delegatoin": { "lockout": 3 }, "log": { "colour": "red" }, """);
        folder.WriteDropIn("10.json", """{ "accounts": [ { "name": "a", "password": "hidden" } ] }""");
        var reading = Read(folder);
        Assert.IsNotNull(reading.Configuration);
        CollectionAssert.AreEqual(new[] { "delegatoin", "log.colour", "accounts[a].password" }, reading.Warnings.Select(warning => warning.Key).ToArray());
        Assert.IsFalse(reading.Warnings.Any(warning => warning.ToString().Contains("hidden", StringComparison.Ordinal)), "what stands under an unknown key may be a secret");
    }

    [TestMethod]
    [DataRow(""" "runtimeDirectory": "\ud800", """)]
    [DataRow(""" "\udc00": 1, """)]
    [DataRow(""" "accounts": [ { "name": "\ud800" } ], """)]
    public void Half_a_character_is_no_JSON_and_its_line_is_told(string more)
    {
        using var folder = new AgentFolder();
        folder.WriteDropIn("10.json", "{\n" + more + "}");
        var reading = Read(folder);
        Assert.IsNull(reading.Configuration);
        StringAssert.Contains(reading.Problems.Single().ToString(), "no valid JSON at line 2", StringComparison.Ordinal);
    }

    [TestMethod]
    public void A_path_with_a_NUL_is_out_of_range()
    {
        using var folder = new AgentFolder();
        folder.WriteDropIn("10.json", """{ "runtimeDirectory": "a\u0000b" }""");
        StringAssert.Contains(Read(folder).Problems.Single().ToString(), "must be a path", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Drop_ins_are_put_on_top_in_the_order_of_their_names_and_each_value_knows_its_file()
    {
        using var folder = new AgentFolder(more: """ "delegation": { "lockout": 3, "maxDepth": 1 }, """);
        folder.WriteDropIn("20.json", """{ "delegation": { "lockout": 9 } }""");
        folder.WriteDropIn("10.json", """{ "delegation": { "lockout": 8 }, "log": { "level": "debug" } }""");
        folder.WriteDropIn("30.json.off", """{ "delegation": { "lockout": 1 } }""");
        var reading = Read(folder);
        Assert.AreEqual(9, reading.Configuration!.Delegation.Lockout);
        Assert.AreEqual("20.json", OriginOf(reading, "delegation.lockout"));
        Assert.AreEqual("10.json", OriginOf(reading, "log.level"));
        Assert.AreEqual("dmagent.json", OriginOf(reading, "delegation.maxDepth"));
        Assert.AreEqual("default", OriginOf(reading, "delegation.maxActive"));
    }

    [TestMethod]
    public void A_drop_in_changes_one_key_of_an_account_or_adds_one()
    {
        using var folder = new AgentFolder();
        folder.WriteDropIn("10.json", """
            { "accounts": [ { "name": "a", "pollIntervalSeconds": 60 },
                            { "name": "b", "serverId": "b.example", "address": "https://b.example/", "clientName": "d", "clientSecretFile": "c", "serverSecretFile": "s" } ] }
            """);
        var accounts = Read(folder).Configuration!.Accounts;
        Assert.AreEqual(("a.example", 60), (accounts[0].ServerId, accounts[0].PollIntervalSeconds));
        Assert.AreEqual("b.example", accounts[1].ServerId);
        Assert.AreEqual(Path.Combine(folder.Configuration + ".d", "c"), accounts[1].ClientSecretFile, "a relative path starts at the file that names it");
    }

    [TestMethod]
    public void Directories_of_systemd_are_the_defaults_and_the_file_has_the_last_word()
    {
        using var folder = new AgentFolder();
        folder.Write("dmagent.json", """{ "runtimeDirectory": "/run/other" }""");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["STATE_DIRECTORY"] = "/var/lib/one:/var/lib/two",
            ["RUNTIME_DIRECTORY"] = "/run/one",
            ["CREDENTIALS_DIRECTORY"] = "/run/credentials/x",
        };
        var reading = ConfigurationReader.Read(folder.Configuration, environment.GetValueOrDefault);
        Assert.AreEqual("/var/lib/one", reading.Configuration!.StateDirectory);
        Assert.AreEqual("/var/lib/one/device.key", reading.Configuration.DeviceKeyFile);
        Assert.AreEqual("/run/other", reading.Configuration.RuntimeDirectory);
        Assert.AreEqual("/run/credentials/x", reading.Configuration.CredentialsDirectory);
        Assert.AreEqual("environment STATE_DIRECTORY", OriginOf(reading, "stateDirectory"));
    }

    [TestMethod]
    public void The_file_is_named_by_the_command_line_else_by_the_environment_else_it_is_the_standard_one()
    {
        Assert.AreEqual("/x/a.json", ConfigurationReader.Read("/x/a.json", _ => "/x/b.json").File);
        Assert.AreEqual("/x/b.json", ConfigurationReader.Read(null, name => name == "DMAGENT_CONFIG" ? "/x/b.json" : null).File);
        Assert.AreEqual(ConfigurationReader.DefaultFile, ConfigurationReader.Read(null, name => name == "DMAGENT_CONFIG" ? "" : null).File);
        Assert.AreEqual("/etc/dmagent/dmagent.json", ConfigurationReader.Read(null, _ => null).File);
    }

    [TestMethod]
    public void All_problems_are_listed_not_only_the_first()
    {
        using var folder = new AgentFolder();
        folder.Write("dmagent.json", """
            { "delegation": { "lockout": 0 }, "session": { "retryBaseSeconds": 60, "retryCapSeconds": 30 }, "identity": { "keyFile": "k" },
              "accounts": [ { "name": "a", "serverId": "s" }, { "name": "b", "serverId": "s", "address": "https://b.example/", "authType": "TRANSPORT" } ] }
            """);
        var keys = Read(folder).Problems.Select(problem => problem.Key).ToHashSet(StringComparer.Ordinal);
        string[] expected =
        [
            "delegation.lockout", "session.retryCapSeconds", "identity.keyFile", "accounts[a].address", "accounts[a].clientName", "accounts[a].clientSecretFile",
            "accounts[a].serverSecretFile", "accounts[a].serverId", "accounts[b].serverId", "accounts[b].authType",
        ];
        Assert.IsTrue(keys.SetEquals(expected), string.Join(", ", keys));
    }

    [TestMethod]
    public void Text_that_is_no_JSON_is_refused_with_its_place_and_not_quoted()
    {
        using var folder = new AgentFolder();
        folder.Write("dmagent.json", "{\n \"log\": hunter2 }");
        var problem = Read(folder).Problems.Single();
        StringAssert.Contains(problem.Text, "line 2", StringComparison.Ordinal);
        Assert.IsFalse(problem.ToString().Contains("hunter2", StringComparison.Ordinal));
    }

    [TestMethod]
    public void A_file_that_is_missing_is_a_problem_and_one_that_is_too_long_is_not_read()
    {
        using var folder = new AgentFolder();
        StringAssert.Contains(ConfigurationReader.Read(folder.File("none.json"), _ => null).Problems.Single().Text, "cannot be read", StringComparison.Ordinal);
        folder.Write("dmagent.json", new string(' ', ConfigurationLayers.MaxFileOctets + 1));
        StringAssert.Contains(Read(folder).Problems.Single().Text, "at most 1048576", StringComparison.Ordinal);
    }

    [TestMethod]
    public void A_secret_file_open_to_others_is_warned_about_and_a_missing_anchor_file_is_a_problem()
    {
        using var folder = new AgentFolder();
        folder.Write("client", "x", UnixFileMode.UserRead | UnixFileMode.OtherRead);
        File.Delete(folder.File("server"));
        var (settings, problems) = Settings.Read(Read(folder));
        Assert.IsEmpty(problems);
        Assert.IsTrue(settings!.Warnings.Any(warning => warning.Contains("clientSecretFile", StringComparison.Ordinal) && warning.Contains("0600", StringComparison.Ordinal)));
        Assert.IsTrue(settings.Warnings.Any(warning => warning.Contains("serverSecretFile", StringComparison.Ordinal)));

        folder.Configure(more: """ "voucherAnchorsFile": "anchors.pem", """);
        StringAssert.Contains(Settings.Read(Read(folder)).Problems.Single(), "voucherAnchorsFile", StringComparison.Ordinal);
    }

    private static ConfigurationReading Read(AgentFolder folder) => ConfigurationReader.Read(folder.Configuration, _ => null);

    private static string OriginOf(ConfigurationReading reading, string key)
    {
        var origin = reading.Values.Single(value => value.Key == key).Origin;
        return origin.StartsWith('/') ? Path.GetFileName(origin) : origin;
    }
}
