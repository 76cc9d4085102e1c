using System.Text;
using DmDelegation.Agent.Queries;
using DmDelegation.Platform.Control;

namespace DmDelegation.Agent.Commands;

/// <summary><c>metrics</c>: to standard output, or into a file that a collector picks up.</summary>
/// <param name="client">Asks the daemon.</param>
/// <param name="terminal">Where answers go.</param>
internal sealed class MetricsCommand(Client client, Terminal terminal)
{
    // A collector that runs as another user reads it.
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Prints or writes them. An agent that does not run is a metric too, and exit code 3.</summary>
    /// <param name="output">The file; null: standard output.</param>
    /// <param name="json">Print JSON.</param>
    public async Task<int> RunAsync(string? output, bool json, CancellationToken cancel)
    {
        var answer = await client.FetchAsync(Verbs.Metrics, new VerbArguments(), ReportJson.Readable.MetricsReport, cancel);
        if (answer.Data is null && answer.Code != ControlCodes.NotRunning)
            return terminal.Fail(answer.Code!, answer.Text!);
        if (answer.Data is null)
            terminal.Say(answer.Text!);
        var report = answer.Data ?? Metrics.Down;
        var exitCode = output is null ? terminal.Print(report, ReportJson.Readable.MetricsReport, json, MetricsText.Of) : Write(Path.GetFullPath(output), report);
        return exitCode == ExitCodes.Ok && !report.Up ? ExitCodes.NotRunning : exitCode;
    }

    /// <summary>
    /// Whoever reads the file sees the whole of it, the old one or the new one. It need not outlast a power cut, so nothing is synced. The directory
    /// may be writable for others: the file beside it has a name that nobody knows before, and is made new, so that no planted link is followed.
    /// </summary>
    private int Write(string file, MetricsReport report)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(file)!, $".{Path.GetFileName(file)}.{Path.GetRandomFileName()}");
        var made = false;
        try
        {
            using (var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Mode }))
            {
                made = true;
                // The umask of whoever runs it may be stricter.
                File.SetUnixFileMode(stream.SafeFileHandle, Mode);
                stream.Write(Encoding.UTF8.GetBytes(string.Join('\n', MetricsText.Of(report)) + "\n"));
            }

            File.Move(temporary, file, overwrite: true);
            return ExitCodes.Ok;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (made)
                File.Delete(temporary);
            return terminal.Fail(ExitCodes.Failed, [$"{file} cannot be written: {fault.Message.Replace(temporary, file, StringComparison.Ordinal)}"]);
        }
    }
}
