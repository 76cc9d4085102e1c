using System.Text.Json;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary>The command line without a daemon: exit code, standard output and standard error of the real process.</summary>
[TestClass]
public sealed class StoppedCommandTests
{
    [TestMethod]
    public async Task Version_is_printed_for_people_and_as_JSON()
    {
        Assert.AreEqual(new CommandResult(0, "dmagent 0.1.0\n", ""), await AgentProcess.RunAsync(null, "version"));
        var json = await AgentProcess.RunAsync(null, "version", "--json");
        Assert.AreEqual("0.1.0", JsonDocument.Parse(json.Output).RootElement.GetProperty("version").GetString());
    }

    [TestMethod]
    public async Task Help_lists_the_exit_codes_and_every_command()
    {
        var help = await AgentProcess.RunAsync(null, "--help");
        Assert.AreEqual(0, help.ExitCode);
        foreach (var word in new[] { "3  the daemon does not run", "4  the configuration is not valid", "5  not permitted", "run", "status", "tree", "acl", "account", "delegation", "session", "config", "version" })
            StringAssert.Contains(help.Output, word, StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow]
    [DataRow("tree")]
    [DataRow("nonsense")]
    [DataRow("tree", "get")]
    [DataRow("status", "--jason")]
    [DataRow("acl", "explain", "a.example", "Get")]
    public async Task Wrong_usage_is_exit_code_2_with_nothing_on_standard_output(params string[] arguments)
    {
        var result = await AgentProcess.RunAsync(null, arguments);
        Assert.AreEqual(2, result.ExitCode);
        Assert.AreEqual("", result.Output);
        StringAssert.StartsWith(result.Error, "dmagent: ", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task Without_daemon_and_store_every_question_is_exit_code_3()
    {
        using var folder = new AgentFolder();
        foreach (var arguments in new string[][] { ["status"], ["session", "start", "a.example"] })
        {
            var result = await AgentProcess.RunAsync(folder.Configuration, arguments);
            Assert.AreEqual((3, ""), (result.ExitCode, result.Output));
            StringAssert.Contains(result.Error, "dmagent: ", StringComparison.Ordinal);
        }
    }

    [TestMethod]
    [DataRow("run")]
    [DataRow("status")]
    [DataRow("config", "validate")]
    public async Task An_invalid_configuration_is_exit_code_4_and_names_file_key_value_and_range(params string[] arguments)
    {
        using var folder = new AgentFolder(more: """ "delegation": { "lockout": 11 }, """);
        var result = await AgentProcess.RunAsync(folder.Configuration, arguments);
        Assert.AreEqual(4, result.ExitCode);
        StringAssert.Contains(result.Error, $"{folder.Configuration}: delegation.lockout = 11: must be a whole number from 1 to 10", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task An_invalid_profile_is_exit_code_4()
    {
        using var folder = new AgentFolder();
        folder.Write("profile.json", "{}");
        var result = await AgentProcess.RunAsync(folder.Configuration, "run");
        Assert.AreEqual(4, result.ExitCode);
        StringAssert.Contains(result.Error, "devInfo.man", StringComparison.Ordinal);
        Assert.IsFalse(Directory.Exists(folder.State), "nothing is written before everything is valid");
    }

    [TestMethod]
    public async Task Config_validate_says_valid_on_standard_output_and_warnings_on_standard_error()
    {
        using var folder = new AgentFolder(more: """ "typo": 1, """);
        var result = await AgentProcess.RunAsync(folder.Configuration, "config", "validate");
        Assert.AreEqual((0, $"{folder.Configuration}: valid\n"), (result.ExitCode, result.Output));
        StringAssert.Contains(result.Error, "typo: unknown key", StringComparison.Ordinal);

        var json = JsonDocument.Parse((await AgentProcess.RunAsync(folder.Configuration, "config", "validate", "--json")).Output).RootElement;
        Assert.IsTrue(json.GetProperty("valid").GetBoolean());
        Assert.AreEqual(1, json.GetProperty("warnings").GetArrayLength());
    }

    [TestMethod]
    public async Task Config_show_says_where_each_value_comes_from_and_shows_no_secret()
    {
        using var folder = new AgentFolder();
        var dropIn = folder.WriteDropIn("10.json", """{ "delegation": { "lockout": 9 } }""");
        var result = await AgentProcess.RunAsync(folder.Configuration, "config", "show", "--json");
        Assert.AreEqual((0, ""), (result.ExitCode, result.Error));
        var values = JsonDocument.Parse(result.Output).RootElement.GetProperty("values").EnumerateArray()
            .ToDictionary(value => value.GetProperty("key").GetString()!, StringComparer.Ordinal);
        Assert.AreEqual(dropIn, values["delegation.lockout"].GetProperty("origin").GetString());
        Assert.AreEqual("default", values["delegation.maxActive"].GetProperty("origin").GetString());
        Assert.AreEqual("client", values["accounts[a].clientSecretFile"].GetProperty("value").GetString());
        Assert.IsFalse(result.Output.Contains("client-password", StringComparison.Ordinal));
    }
}
