using System.ComponentModel;
using System.Diagnostics;

namespace DmDelegation.Agent.Checks;

/// <summary>Asks a program of the system, if it is there.</summary>
internal static class Tool
{
    // Own choice: what the tools asked here say is some kilobytes; a journal may be more, and its end is what counts.
    private const int MaxCharacters = 4 * 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>What it prints on standard output, at most so much; null if it is not there, fails, or takes too long.</summary>
    public static async Task<string?> RunAsync(string program, string[] arguments, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                process.StandardInput.Close();
                var errors = process.StandardError.ReadToEndAsync(limit.Token);
                var text = await ReadAsync(process.StandardOutput, limit.Token);
                await process.WaitForExitAsync(limit.Token);
                _ = await errors;
                return process.ExitCode == 0 ? text : null;
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill();
            }
        }
        catch (Exception fault) when (fault is Win32Exception or IOException || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancel)
    {
        var text = new System.Text.StringBuilder();
        var buffer = new char[16 * 1024];
        for (int read; (read = await reader.ReadAsync(buffer, cancel)) > 0;)
        {
            if (text.Length < MaxCharacters)
                text.Append(buffer, 0, read);
        }

        return text.ToString();
    }
}
