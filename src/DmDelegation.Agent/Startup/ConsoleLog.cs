using DmDelegation.Engine;
using DmDelegation.Platform.Systemd;

namespace DmDelegation.Agent.Startup;

/// <summary>Log lines on standard output, where the journal takes them up.</summary>
/// <param name="output">Where they go.</param>
/// <param name="level">Least severity that is written.</param>
/// <param name="withPrefix">Put the severity in front for the journal; not for a terminal.</param>
internal sealed class ConsoleLog(TextWriter output, LogSeverity level, bool withPrefix)
{
    /// <summary>Writes a line, if it is severe enough.</summary>
    public void Write(LogLine line)
    {
        if (line.Code.Severity > level)
            return;
        try
        {
            output.WriteLine(JournalLine.Format(line, withPrefix));
        }
        catch (IOException)
        {
            // A full disk behind standard output is no reason to leave the device without its agent.
        }
    }
}
