using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;

namespace DmDelegation.Agent.Checks;

/// <summary>Asks a program of the system, if it is there.</summary>
internal static class Tool
{
    // Own choice: what the tools asked here say is some kilobytes; a journal may be more, and its end is what counts.
    private const int MaxCharacters = 4 * 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // Where the system's own programs are. A bare name would be looked for in the current directory too, which may be anybody's while root asks.
    private static readonly ImmutableArray<string> Directories = ["/usr/bin", "/bin"];

    /// <summary>Where a program of the system is; null if it is not there.</summary>
    /// <param name="name">Its file name.</param>
    public static string? Find(string name) => Find(name, Directories);

    /// <summary>The first file of that name in the directories, none but these; null if there is none.</summary>
    internal static string? Find(string name, IEnumerable<string> directories) => directories.Select(directory => Path.Join(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>What it prints on standard output, at most so much; null if it is not there, fails, or takes too long.</summary>
    /// <param name="program">Absolute path of the program; null: it is not there.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    public static async Task<string?> RunAsync(string? program, string[] arguments, CancellationToken cancel)
    {
        if (program is null)
            return null;
        if (!Path.IsPathRooted(program))
            throw new ArgumentException($"{program} is no absolute path", nameof(program));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
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
