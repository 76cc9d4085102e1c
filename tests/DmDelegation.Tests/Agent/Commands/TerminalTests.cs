using System.Text;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Loop;
using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Startup;
using DmDelegation.Engine;

namespace DmDelegation.Tests.Agent.Commands;

[TestClass]
public sealed class TerminalTests
{
    /// <summary>A full disk behind a redirected output.</summary>
    private sealed class FullWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }

    [TestMethod]
    [DataRow("metrics", "--output", "")]
    [DataRow("metrics", "--output", "/")]
    [DataRow("report", "--output", "")]
    [DataRow("report", "--output", "/")]
    [DataRow("--config", "", "status")]
    [DataRow("status", "--config", "")]
    [DataRow("--config", "/", "run")]
    public async Task A_path_that_names_no_file_is_wrong_usage(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter { NewLine = "\n" };
        Assert.AreEqual(2, await new CommandLine(new Shell(output, error, null)).RunAsync(arguments, default));
        Assert.AreEqual("", output.ToString());
        StringAssert.Contains(error.ToString(), "': must be the path of a file\n", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task A_fault_of_a_command_is_one_line_and_exit_code_1()
    {
        using var output = new StringWriter();
        // Whatever is written to it is refused in a way that nothing expects.
        await output.DisposeAsync();
        using var error = new StringWriter { NewLine = "\n" };
        Assert.AreEqual(1, await new CommandLine(new Shell(output, error, null)).RunAsync(["version"], default));
        StringAssert.StartsWith(error.ToString(), "dmagent: internal: ObjectDisposedException: ", StringComparison.Ordinal);
        Assert.AreEqual(1, error.ToString().Count(c => c == '\n'));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void An_answer_that_cannot_be_written_is_a_failure_and_no_crash(bool json)
    {
        using var output = new FullWriter();
        using var error = new StringWriter();
        var exitCode = new Terminal(output, error).Print(new VersionReport("1", "t"), ReportJson.Readable.VersionReport, json, HumanText.Version);
        Assert.AreEqual(ExitCodes.Failed, exitCode);
        StringAssert.Contains(error.ToString(), "No space left on device", StringComparison.Ordinal);
    }

    [TestMethod]
    public void A_log_that_cannot_be_written_does_not_stop_the_agent()
    {
        using var output = new FullWriter();
        new ConsoleLog(output, LogSeverity.Debug, withPrefix: true).Write(AgentLog.Line(AgentLog.Ready, "ready"));
    }
}
