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
