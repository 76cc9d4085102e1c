using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Support;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary><c>report</c>: what is in the bundle, and what must never be.</summary>
[TestClass]
public sealed class ReportCommandTests
{
    [TestMethod]
    public async Task The_bundle_of_a_running_device_has_everything_and_no_secret_DEL_195()
    {
        using var folder = new AgentFolder();
        await using var daemon = await Daemon.ReadyAsync(folder);
        var file = folder.File("bundle.tar.gz");
        var (exitCode, output, error) = await RunAsync("--config", folder.Configuration, "report", "--output", file, "--offline", "--json");
        Assert.AreEqual((0, ""), (exitCode, error));
        Assert.AreEqual((UnixFileMode)0b110_000_000, File.GetUnixFileMode(file));
        var report = JsonDocument.Parse(output).RootElement;
        var entries = Entries(File.ReadAllBytes(file));
        CollectionAssert.AreEqual(report.GetProperty("contains").EnumerateArray().Select(name => name.GetString()).ToArray(), entries.Keys.ToArray());
        foreach (var name in new[]
        {
            "README.txt", "version.json", "status.txt", "status.json", "accounts.json", "delegations.json", "log.json", "sessions.json", "metrics.txt", "check.txt", "check.json",
            "config.json", "validation.json", "profile.json", "os-release", "kernel",
        })
            Assert.IsTrue(entries.ContainsKey(name), name);
        StringAssert.StartsWith(entries["status.txt"], "Managed by a.example. All is well.", StringComparison.Ordinal);
        StringAssert.Contains(entries["metrics.txt"], "dmagent_up 1\n", StringComparison.Ordinal);
        StringAssert.Contains(entries["config.json"], "\"origin\":\"default\"", StringComparison.Ordinal);

        var key = File.ReadAllBytes(folder.File("state/device.key"));
        var all = string.Join('\n', entries.Select(entry => entry.Key + "\n" + entry.Value));
        foreach (var secret in new[] { "client-password", "server-password", Convert.ToBase64String(key), Convert.ToHexString(key), Convert.ToHexStringLower(key), Encoding.Latin1.GetString(key) })
            Assert.IsFalse(all.Contains(secret, StringComparison.Ordinal));
        Assert.IsFalse(all.Contains("SQLite format 3", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task Without_an_agent_and_with_a_configuration_that_is_not_valid_there_is_still_a_bundle_that_says_so()
    {
        using var folder = new AgentFolder("https://user:hunter2@a.example/dm?token=4711");
        using var octets = new MemoryStream();
        using var error = new StringWriter();
        var shell = new Shell(TextWriter.Null, error, null) { OpenOutput = () => octets };
        Assert.AreEqual(0, await new CommandLine(shell).RunAsync(["--config", folder.Configuration, "report", "--output", "-"], default));
        var entries = Entries(octets.ToArray());
        StringAssert.Contains(entries["validation.json"], "https://***@a.example/dm?***", StringComparison.Ordinal);
        StringAssert.Contains(entries["README.txt"], "Left out   status (", StringComparison.Ordinal);
        StringAssert.Contains(error.ToString(), "-: ", StringComparison.Ordinal);
        Assert.IsFalse(string.Concat(entries.Values).Contains("hunter2", StringComparison.Ordinal) || string.Concat(entries.Values).Contains("4711", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task The_profile_comes_without_values_and_arguments()
    {
        using var folder = new AgentFolder();
        folder.Write("profile.json", """
            { "name": "test", // rent-4711
              "tree": [ { "uri": "./SCM/x", "format": "chr", "value": "hunter2" }, { "uri": "./SCM/b", "value": 4711 } ],
              "exec": [ { "uri": "./SCM/e", "program": "/usr/bin/x", "arguments": [ "--token", "hunter3" ] } ], }
            """);
        var profile = await ProfileAsync(folder);
        Assert.IsFalse(profile.Contains("hunter", StringComparison.Ordinal) || profile.Contains("4711", StringComparison.Ordinal), profile);
        var read = JsonDocument.Parse(profile).RootElement;
        Assert.AreEqual("./SCM/x", read.GetProperty("tree")[0].GetProperty("uri").GetString());
        Assert.AreEqual("***", read.GetProperty("tree")[0].GetProperty("value").GetString());
        Assert.AreEqual("/usr/bin/x", read.GetProperty("exec")[0].GetProperty("program").GetString());
        Assert.AreEqual("***", read.GetProperty("exec")[0].GetProperty("arguments").GetString());
        folder.Write("profile.json", """{ "value": "hunter2" """);
        Assert.AreEqual("", await ProfileAsync(folder));
    }

    private static async Task<string> ProfileAsync(AgentFolder folder)
    {
        using var octets = new MemoryStream();
        var shell = new Shell(TextWriter.Null, TextWriter.Null, null) { OpenOutput = () => octets };
        Assert.AreEqual(0, await new CommandLine(shell).RunAsync(["--config", folder.Configuration, "report", "--offline", "--output", "-"], default));
        return Entries(octets.ToArray()).GetValueOrDefault("profile.json", "");
    }

    [TestMethod]
    public async Task A_file_that_is_there_already_is_not_touched()
    {
        using var folder = new AgentFolder();
        var (exitCode, output, error) = await RunAsync("--config", folder.Configuration, "report", "--offline", "--output", folder.File("client"));
        Assert.AreEqual((1, ""), (exitCode, output));
        StringAssert.Contains(error, "cannot be written", StringComparison.Ordinal);
        Assert.AreEqual("client-password\n", File.ReadAllText(folder.File("client")));
    }

    [TestMethod]
    [DataRow("see https://u:p@h/x?k=v, and http://h2/y", "see https://***@h/x?*** and http://h2/y")]
    [DataRow("https://u:it's@h/x 'https://u:p@h/'", "https://***@h/x 'https://***@h/'")]
    [DataRow("""{"a":"https:\/\/u:p@h\/dm?t=1","b":2}""", """{"a":"https:\/\/***@h\/dm?***","b":2}""")]
    [DataRow("""{"a":"https://u:p\\p@h/dm?s=1\u0026t=2","b":"see \"https://h/?t=1\"\nand"}""", """{"a":"https://***@h/dm?***","b":"see \"https://h/?***\"\nand"}""")]
    [DataRow("https://u:p@h\\", "https://***@h\\")]
    [DataRow("""{"a":"https://h/dm?t=1","b":"./SCM?prop=ACL"}""", """{"a":"https://h/dm?***","b":"./SCM?prop=ACL"}""")]
    [DataRow("urn:uuid:1 a@b https://h/", "urn:uuid:1 a@b https://h/")]
    public void What_may_be_secret_in_an_address_is_struck_out(string text, string redacted) => Assert.AreEqual(redacted, Redaction.Of(text));

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await new CommandLine(new Shell(output, error, null)).RunAsync(arguments, default);
        return (exitCode, output.ToString(), error.ToString());
    }

    private static Dictionary<string, string> Entries(byte[] bundle)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        using var tar = new TarReader(new GZipStream(new MemoryStream(bundle), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            Assert.AreEqual((UnixFileMode)0b110_000_000, entry.Mode);
            using var reader = new StreamReader(entry.DataStream!, Encoding.UTF8);
            entries.Add(entry.Name.Split('/', 2)[1], reader.ReadToEnd());
        }

        return entries;
    }
}
