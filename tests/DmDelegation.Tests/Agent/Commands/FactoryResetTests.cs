using System.Text.Json;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Queries;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary><c>factory-reset</c> on the command line (DEL-277).</summary>
[TestClass]
public sealed class FactoryResetTests
{
    [TestMethod]
    public void S_168_it_is_a_verb_for_root_alone_DEL_277() => Assert.Contains(Verbs.FactoryReset, Verbs.ForRoot);

    [TestMethod]
    public void What_it_did_is_said_in_a_line() => Assert.AreEqual(
        "device urn:x is as from the factory; ended: 7QK2, 8XK3|device urn:x is as from the factory; no delegation was live",
        string.Join('|', HumanText.FactoryReset(new FactoryResetReport("urn:x", ["7QK2", "8XK3"])).Concat(HumanText.FactoryReset(new FactoryResetReport("urn:x", [])))));

    [TestMethod]
    public async Task On_the_real_command_line_it_asks_first_and_with_yes_resets_and_is_in_the_log_DEL_277_DEL_400()
    {
        using var folder = new AgentFolder();
        await using var daemon = await Daemon.ReadyAsync(folder);
        var unasked = await AgentProcess.RunAsync(folder.Configuration, "factory-reset");
        Assert.AreEqual((2, "", "dmagent: nothing is reset: there is no terminal to ask on, say --yes\n"), (unasked.ExitCode, unasked.Output, unasked.Error));
        var before = JsonDocument.Parse((await AgentProcess.RunAsync(folder.Configuration, "status", "--json")).Output).RootElement.GetProperty("deviceId").GetString();
        var result = await AgentProcess.RunAsync(folder.Configuration, "factory-reset", "--yes", "--json");
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.AreEqual((5, ""), (result.ExitCode, result.Output));
            return;
        }

        Assert.AreEqual(new CommandResult(0, $$"""{"deviceId":"{{before}}","ended":[]}""" + "\n", ""), result);
        StringAssert.Contains((await AgentProcess.RunAsync(folder.Configuration, "delegation", "log")).Output, "FactoryReset  factory scheme", StringComparison.Ordinal);
        Assert.AreEqual(0, (await AgentProcess.RunAsync(folder.Configuration, "status")).ExitCode);
    }

    [TestMethod]
    [DataRow("urn:x\n", 3, "type the device id")]
    [DataRow("something else\n", 3, "type the device id")]
    public async Task Without_a_daemon_nothing_is_asked_and_nothing_done(string typed, int exitCode, string never)
    {
        using var folder = new AgentFolder();
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(output, error);
        var reset = new FactoryReset(new Client(terminal, folder.Configuration), terminal, new StringReader(typed));
        Assert.AreEqual(exitCode, await reset.RunAsync(yes: false, json: false, default));
        Assert.IsFalse(error.ToString().Contains(never, StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task The_device_id_must_be_typed_as_it_is_DEL_277()
    {
        using var folder = new AgentFolder();
        await using var daemon = await Daemon.ReadyAsync(folder);
        foreach (var typed in new[] { "yes\n", "" })
        {
            using var output = new StringWriter();
            using var error = new StringWriter();
            var terminal = new Terminal(output, error);
            var reset = new FactoryReset(new Client(terminal, folder.Configuration), terminal, new StringReader(typed));
            Assert.AreEqual(1, await reset.RunAsync(yes: false, json: false, default));
            StringAssert.Contains(error.ToString(), "nothing is reset: that is not the device id", StringComparison.Ordinal);
        }
    }
}
