using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using DmDelegation.Tests.Platform;

namespace DmDelegation.Tests.Agent;

/// <summary>What a command said.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error);

/// <summary>The real executable in a process of its own.</summary>
internal static class AgentProcess
{
    // Far above what anything takes; only a hang meets it.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a command to its end.</summary>
    public static async Task<CommandResult> RunAsync(string? configuration, params string[] arguments)
    {
        using var process = Process.Start(Start(configuration, arguments, []))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Limit);
        return new CommandResult(process.ExitCode, await output, await error);
    }

    internal static ProcessStartInfo Start(string? configuration, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "dmagent.dll"));
        if (configuration is not null)
        {
            start.ArgumentList.Add("--config");
            start.ArgumentList.Add(configuration);
        }

        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in new[] { "STATE_DIRECTORY", "RUNTIME_DIRECTORY", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_USEC", "DMAGENT_CONFIG", "DMAGENT_CRASH_AT" })
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    }

    internal static async Task<T> InTime<T>(Task<T> task) => await task.WaitAsync(Limit);
}

/// <summary>A running daemon and what it tells its service manager.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private const string Terminate = "TERM";

    private readonly TemporaryFolder _folder = new();
    private readonly Socket _notify = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private Daemon(AgentFolder agent, Dictionary<string, string> environment)
    {
        var address = _folder.File("notify");
        _notify.Bind(new UnixDomainSocketEndPoint(address));
        _process = Process.Start(AgentProcess.Start(agent.Configuration, ["run"], new(environment) { ["NOTIFY_SOCKET"] = address }))!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a daemon and waits until it is ready.</summary>
    public static async Task<Daemon> ReadyAsync(AgentFolder agent, Dictionary<string, string>? environment = null)
    {
        var daemon = Start(agent, environment);
        StringAssert.StartsWith(await daemon.ToldAsync("READY=1"), "READY=1\nSTATUS=", StringComparison.Ordinal);
        return daemon;
    }

    /// <summary>Starts a daemon.</summary>
    public static Daemon Start(AgentFolder agent, Dictionary<string, string>? environment = null) => new(agent, environment ?? []);

    /// <summary>The next notification that begins so.</summary>
    public async Task<string> ToldAsync(string beginning)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var length = await AgentProcess.InTime(_notify.ReceiveAsync(buffer));
            var text = Encoding.UTF8.GetString(buffer, 0, length);
            if (text.StartsWith(beginning, StringComparison.Ordinal))
                return text;
        }
    }

    /// <summary>Sends SIGTERM.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", [$"-{Terminate}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<CommandResult> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return new CommandResult(_process.ExitCode, await _output, await _error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _notify.Dispose();
        _folder.Dispose();
    }
}
