using DmDelegation.Engine;
using DmDelegation.Platform.Systemd;

namespace DmDelegation.Agent.Startup;

/// <summary>Log lines to the journal with their fields; on standard output where there is none behind it, or where it does not take one.</summary>
/// <param name="output">Standard output.</param>
/// <param name="level">Least severity that is written.</param>
/// <param name="withPrefix">Put the severity in front for the journal; not for a terminal.</param>
/// <param name="journal">The journal, or null.</param>
internal sealed class ConsoleLog(TextWriter output, LogSeverity level, bool withPrefix, JournalSocket? journal = null)
{
    /// <summary>Writes a line, if it is severe enough.</summary>
    public void Write(LogLine line)
    {
        if (line.Code.Severity > level || journal?.TrySend(line) is true)
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
