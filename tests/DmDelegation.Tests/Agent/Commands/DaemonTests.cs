using System.Text.Json;
using DmDelegation.Platform.Control;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary>The real process as a service, and the command line that asks it.</summary>
[TestClass]
public sealed class DaemonTests
{
    [TestMethod]
    public async Task It_tells_when_it_is_ready_who_manages_the_device_and_that_it_stops()
    {
        using var folder = new AgentFolder();
        await using var daemon = Daemon.Start(folder);
        Assert.AreEqual("READY=1\nSTATUS=Managed by a.example", await daemon.ToldAsync("READY=1"));
        await daemon.TerminateAsync();
        await daemon.ToldAsync("STOPPING=1");
        var end = await daemon.EndAsync();
        Assert.AreEqual((0, ""), (end.ExitCode, end.Error));
        StringAssert.Contains(end.Output, "<5>DM4001 Managed by a.example", StringComparison.Ordinal);
        StringAssert.Contains(end.Output, "<5>DM4002 stopped", StringComparison.Ordinal);
        Assert.IsFalse(File.Exists(folder.Store + "-wal"), "a clean stop leaves no write-ahead log");
    }

    [TestMethod]
    public async Task It_answers_the_watchdog()
    {
        using var folder = new AgentFolder();
        await using var daemon = await Daemon.ReadyAsync(folder, new() { ["WATCHDOG_USEC"] = "200000" });
        await daemon.ToldAsync("WATCHDOG=1");
        await daemon.ToldAsync("WATCHDOG=1");
    }

    [TestMethod]
    public async Task A_second_instance_on_the_same_state_is_refused()
    {
        using var folder = new AgentFolder();
        await using var daemon = await Daemon.ReadyAsync(folder);
        var second = await AgentProcess.RunAsync(folder.Configuration, "run");
        Assert.AreEqual(1, second.ExitCode);
        StringAssert.Contains(second.Error, "store-busy", StringComparison.Ordinal);
        Assert.AreEqual(0, (await AgentProcess.RunAsync(folder.Configuration, "status")).ExitCode, "the first one is not disturbed");
    }

    [TestMethod]
    public async Task A_runtime_directory_that_cannot_be_made_is_told_with_its_code()
    {
        using var folder = new AgentFolder(more: """ "runtimeDirectory": "client/run", """);
        await using var daemon = Daemon.Start(folder);
        var result = await daemon.EndAsync();
        Assert.AreEqual((1, 1), (result.ExitCode, result.Error.AsSpan().TrimEnd('\n').Count('\n') + 1), result.Error);
        StringAssert.Contains(result.Error, "code=runtime-directory", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task A_lost_device_key_is_told_and_not_replaced_by_one_that_opens_nothing_DEL_190()
    {
        using var folder = new AgentFolder();
        await using (var first = await Daemon.ReadyAsync(folder))
        {
            await first.TerminateAsync();
            await first.EndAsync();
        }

        File.Delete(folder.File("state/device.key"));
        await using var daemon = Daemon.Start(folder);
        var result = await daemon.EndAsync();
        Assert.AreEqual(1, result.ExitCode);
        StringAssert.Contains(result.Error, "code=device-key-missing", StringComparison.Ordinal);
        Assert.IsFalse(File.Exists(folder.File("state/device.key")));
    }

    [TestMethod]
    public async Task The_device_id_is_fixed_at_the_first_start_and_accounts_are_provisioned_once_DEL_169()
    {
        using var folder = new AgentFolder();
        string? first;
        await using (var daemon = await Daemon.ReadyAsync(folder))
        {
            first = (await JsonAsync(folder, "status")).GetProperty("deviceId").GetString();
            await daemon.TerminateAsync();
            await daemon.EndAsync();
        }

        StringAssert.StartsWith(first, "urn:uuid:", StringComparison.Ordinal);
        folder.Configure(address: "https://127.0.0.1:10/changed");
        await using var again = await Daemon.ReadyAsync(folder);
        var status = await JsonAsync(folder, "status");
        Assert.AreEqual(first, status.GetProperty("deviceId").GetString());
        Assert.AreEqual("account-differs", status.GetProperty("warnings")[0].GetProperty("code").GetString());
        Assert.IsTrue(status.GetProperty("well").GetBoolean());
        Assert.AreEqual("https://127.0.0.1:9/dm", (await JsonAsync(folder, "account", "list")).GetProperty("accounts")[0].GetProperty("address").GetString());
    }

    [TestMethod]
    public async Task A_device_started_without_an_account_says_so_and_takes_the_first_ones_at_its_next_start()
    {
        using var folder = new AgentFolder();
        var configured = File.ReadAllText(folder.Configuration);
        File.WriteAllText(folder.Configuration, configured[..configured.IndexOf("\"accounts\"", StringComparison.Ordinal)] + "\"accounts\": [] }");
        string device;
        await using (var daemon = await Daemon.ReadyAsync(folder))
        {
            var status = await AgentProcess.RunAsync(folder.Configuration, "status");
            StringAssert.Contains(status.Output, "no account configured yet", StringComparison.Ordinal);
            StringAssert.Contains(status.Output, "systemctl restart dmagent", StringComparison.Ordinal);
            device = (await JsonAsync(folder, "status")).GetProperty("deviceId").GetString()!;
            await daemon.TerminateAsync();
            await daemon.EndAsync();
        }

        File.WriteAllText(folder.Configuration, configured);
        await using var again = await Daemon.ReadyAsync(folder);
        var now = await JsonAsync(folder, "status");
        Assert.AreEqual((device, true, 0), (now.GetProperty("deviceId").GetString(), now.GetProperty("well").GetBoolean(), now.GetProperty("warnings").GetArrayLength()));
        Assert.AreEqual("a.example", now.GetProperty("accounts")[0].GetString());
        await again.TerminateAsync();
        StringAssert.Contains((await again.EndAsync()).Output, "<5>DM5002 1 account provisioned", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task Every_question_is_answered_as_JSON_and_for_people()
    {
        using var folder = new AgentFolder();
        await using var daemon = await Daemon.ReadyAsync(folder);
        var status = await JsonAsync(folder, "status");
        Assert.AreEqual("ready", status.GetProperty("state").GetString());
        Assert.AreEqual("trusted", status.GetProperty("clock").GetProperty("state").GetString());
        StringAssert.StartsWith((await AgentProcess.RunAsync(folder.Configuration, "status")).Output, "Managed by a.example. All is well.\n", StringComparison.Ordinal);

        var nodes = (await JsonAsync(folder, "tree", "list", "./SCM")).GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("uri").GetString());
        CollectionAssert.AreEqual(new[] { "./SCM/b", "./SCM/r", "./SCM/x" }, nodes.ToArray());
        var leaf = await JsonAsync(folder, "tree", "get", "./SCM/x");
        Assert.AreEqual(("1", "./SCM"), (leaf.GetProperty("value").GetString(), leaf.GetProperty("effectiveAclFrom").GetString()));
        Assert.AreEqual("AAEC", (await JsonAsync(folder, "tree", "get", "./SCM/b")).GetProperty("valueBase64").GetString());
        var secret = await JsonAsync(folder, "tree", "get", "./DMAcc/a/AppAuth/c/AAuthSecret");
        Assert.IsTrue(secret.GetProperty("secret").GetBoolean());
        Assert.IsFalse(secret.TryGetProperty("value", out _));

        Assert.AreEqual("./SCM", (await JsonAsync(folder, "acl", "show", "./SCM/x")).GetProperty("from").GetString());
        var explained = await JsonAsync(folder, "acl", "explain", "b.example", "Replace", "./SCM/x");
        Assert.AreEqual((false, 425, "ACL-021"), (explained.GetProperty("allowed").GetBoolean(), explained.GetProperty("status").GetInt32(), explained.GetProperty("rule").GetString()));
        Assert.AreEqual(0, (await JsonAsync(folder, "delegation", "list")).GetProperty("delegations").GetArrayLength());
    }

    [TestMethod]
    [DataRow("there is no node ./NO", 1, "tree", "get", "./NO")]
    [DataRow("is not the URI", 2, "tree", "list", "a//b")]
    [DataRow("delegation show X1", 1, "tree", "get", "./Delegation/X1/State")]
    [DataRow("there is no delegation X1", 1, "delegation", "show", "X1")]
    [DataRow("is not a command", 2, "acl", "explain", "a.example", "Fly", "./SCM")]
    [DataRow("is not a Server Identifier", 2, "acl", "explain", "*", "Get", "./SCM")]
    public async Task A_question_that_has_no_answer_fails_with_nothing_on_standard_output(string text, int exitCode, params string[] arguments)
    {
        using var folder = new AgentFolder();
        await using var daemon = await Daemon.ReadyAsync(folder);
        var result = await AgentProcess.RunAsync(folder.Configuration, arguments);
        Assert.AreEqual((exitCode, ""), (result.ExitCode, result.Output));
        StringAssert.Contains(result.Error, text, StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow("a.example", "connect")]
    [DataRow("nobody.example", "no-account")]
    public async Task Session_start_waits_for_the_end_and_fails_with_its_code(string server, string code)
    {
        using var folder = new AgentFolder();
        await using var daemon = await Daemon.ReadyAsync(folder);
        var result = await AgentProcess.RunAsync(folder.Configuration, "session", "start", server, "--json");
        Assert.AreEqual(1, result.ExitCode);
        var report = JsonDocument.Parse(result.Output).RootElement;
        Assert.AreEqual(("failed", code), (report.GetProperty("ended").GetString(), report.GetProperty("error").GetString()));
    }

    [TestMethod]
    [DataRow("""{"server":null}""", "bad-request")]
    [DataRow("""{"server":""}""", "bad-argument")]
    [DataRow("""{"server":"a b"}""", "bad-argument")]
    [DataRow("""{"server":1}""", "bad-request")]
    public async Task A_bad_argument_on_the_control_socket_is_refused_and_the_agent_lives(string arguments, string code)
    {
        using var folder = new AgentFolder();
        await using var daemon = await Daemon.ReadyAsync(folder);
        var request = new ControlRequest("session-start", JsonDocument.Parse(arguments).RootElement);
        Assert.AreEqual(code, (await ControlClient.CallAsync(folder.File("run/control.sock"), request, CancellationToken.None)).Code);
        Assert.AreEqual("ready", (await JsonAsync(folder, "status")).GetProperty("state").GetString());
    }

    [TestMethod]
    public async Task A_session_with_a_server_that_is_not_known_says_what_to_do_and_leaves_no_warning()
    {
        using var folder = new AgentFolder();
        await using var daemon = await Daemon.ReadyAsync(folder);
        var result = await AgentProcess.RunAsync(folder.Configuration, "session", "start", "nobody.example");
        StringAssert.Contains(result.Output, "dmagent account list", StringComparison.Ordinal);
        Assert.AreEqual(0, (await JsonAsync(folder, "status")).GetProperty("warnings").GetArrayLength());
    }

    [TestMethod]
    public async Task A_stopped_agent_is_read_from_its_store_and_said_to_be_stopped()
    {
        using var folder = new AgentFolder();
        await using (var daemon = await Daemon.ReadyAsync(folder))
        {
            await daemon.TerminateAsync();
            await daemon.EndAsync();
        }

        var result = await AgentProcess.RunAsync(folder.Configuration, "status", "--json");
        Assert.AreEqual(0, result.ExitCode);
        StringAssert.Contains(result.Error, "the agent does not run", StringComparison.Ordinal);
        var status = JsonDocument.Parse(result.Output).RootElement;
        Assert.AreEqual(("stopped", false), (status.GetProperty("state").GetString(), status.GetProperty("well").GetBoolean()));
        Assert.AreEqual(3, (await AgentProcess.RunAsync(folder.Configuration, "session", "start", "a.example")).ExitCode);
    }

#if DM_CRASH_HOOKS
    [TestMethod]
    [DataRow("BeforeProvisioning")]
    [DataRow("AfterProvisioning")]
    public async Task A_crash_hook_kills_the_process_at_its_place_and_the_next_start_goes_on_DEL_296(string place)
    {
        using var folder = new AgentFolder();
        await using (var daemon = Daemon.Start(folder, new() { ["DMAGENT_CRASH_AT"] = place }))
            Assert.AreEqual(128 + 9, (await daemon.EndAsync()).ExitCode, "killed by SIGKILL");
        await using var again = await Daemon.ReadyAsync(folder);
        Assert.AreEqual(1, (await JsonAsync(folder, "account", "list")).GetProperty("accounts").GetArrayLength());
    }
#endif

    private static async Task<JsonElement> JsonAsync(AgentFolder folder, params string[] arguments)
    {
        var result = await AgentProcess.RunAsync(folder.Configuration, [.. arguments, "--json"]);
        Assert.AreEqual((0, ""), (result.ExitCode, result.Error), string.Join(' ', arguments));
        return JsonDocument.Parse(result.Output).RootElement;
    }
}
