using System.Diagnostics;
using System.Text.Json;

namespace DmDelegation.ServerStub.Demo;

/// <summary>A real <c>dmagent</c>: the daemon as a process of its own, asked through its command line.</summary>
public sealed class AgentProcess : IDisposable
{
    // Own choice: an exchange that hangs is given up long before.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private readonly string _agent;
    private readonly string _configuration;
    private readonly string _logFile;
    private Process? _daemon;

    /// <summary>Where the agent is and which configuration it uses.</summary>
    public AgentProcess(string? agent, string configuration, string logFile)
    {
        _agent = agent ?? FindBuilt();
        _configuration = configuration;
        _logFile = logFile;
    }

    /// <summary>Number of the daemon's process.</summary>
    public int ProcessId => (_daemon ?? throw new InvalidOperationException("the agent was never started")).Id;

    /// <summary>The daemon has ended although nobody asked it to.</summary>
    public bool HasDied => _daemon is { HasExited: true };

    /// <summary>Variables that the daemon gets at its next start, beside those of this process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();

    /// <summary>Starts the daemon, for the first time or again, and waits until it answers.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        _daemon?.Dispose();
        var start = Command("run");
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        _daemon = Process.Start(start) ?? throw new DemoException($"{_agent} does not start");
        var log = File.AppendText(_logFile);
        log.AutoFlush = true;
        var writing = TextWriter.Synchronized(log);
        _daemon.OutputDataReceived += (_, line) => writing.WriteLine(line.Data);
        _daemon.ErrorDataReceived += (_, line) => writing.WriteLine(line.Data);
        _daemon.BeginOutputReadLine();
        _daemon.BeginErrorReadLine();
        while (true)
        {
            if (_daemon.HasExited)
            {
                throw new DemoException($"the agent ended with code {_daemon.ExitCode} before it was ready; see {_logFile}");
            }

            // Without a daemon the command reads what an earlier one has left in the store.
            var (code, output, _) = await RunAsync(["status", "--json"], cancel);
            if (code == 0 && Parse(output).GetProperty("state").GetString() == "ready")
            {
                return;
            }

            await Task.Delay(50, cancel);
        }
    }

    /// <summary>What the daemon has logged so far.</summary>
    public IReadOnlyList<string> LogLines()
    {
        using var stream = new FileStream(_logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n');
    }

    /// <summary>The JSON answer of a command; throws if it does not succeed.</summary>
    public async Task<JsonElement> AskAsync(CancellationToken cancel, params string[] arguments)
    {
        var (code, output, error) = await RunAsync([.. arguments, "--json"], cancel);
        return code == 0 ? Parse(output) : throw new DemoException($"dmagent {string.Join(' ', arguments)} ended with code {code}: {error.Trim()}");
    }

    /// <summary>Opens a session with a server and waits for its end; false: it failed, as a failing delegation may want it.</summary>
    public async Task<bool> SessionAsync(string server, CancellationToken cancel) => (await RunAsync(["session", "start", server, "--json"], cancel)).Code == 0;

    /// <summary>Opens a session with a server and waits for its end: null, or the code of its failure.</summary>
    public async Task<string?> SessionErrorAsync(string server, CancellationToken cancel)
    {
        var (_, output, error) = await RunAsync(["session", "start", server, "--json"], cancel);
        return output.Length > 0 ? Parse(output).GetProperty("error").GetString() : error.Trim();
    }

    /// <summary>Waits until the daemon has ended by itself or by a signal; its exit code, 128 and the number for a signal.</summary>
    public async Task<int> WaitForEndAsync(CancellationToken cancel)
    {
        var daemon = _daemon ?? throw new InvalidOperationException("the agent was never started");
        await daemon.WaitForExitAsync(cancel);
        return daemon.ExitCode;
    }

    /// <summary>Ends the daemon as a power cut would.</summary>
    public void Kill()
    {
        if (_daemon is { HasExited: false })
        {
            _daemon.Kill();
        }
    }

    /// <summary>Stops the daemon as systemd would: asks it to end, and kills it if it does not.</summary>
    public async Task StopAsync()
    {
        if (_daemon is not { HasExited: false } daemon)
        {
            return;
        }

        using var kill = Process.Start("kill", ["-TERM", daemon.Id.ToString()]);
        using var patience = new CancellationTokenSource(StopPatience);
        try
        {
            await daemon.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _daemon?.Dispose();
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var start = Command([.. arguments]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start) ?? throw new DemoException($"{_agent} does not start");
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, await output, await error);
    }

    private ProcessStartInfo Command(params string[] arguments)
    {
        var isAssembly = _agent.EndsWith(".dll", StringComparison.Ordinal);
        var start = new ProcessStartInfo(isAssembly ? "dotnet" : _agent) { UseShellExecute = false };
        if (isAssembly)
        {
            start.ArgumentList.Add(_agent);
        }

        foreach (var argument in (string[])["--config", _configuration, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    /// <summary>The agent that one <c>dotnet run</c> of the stub has built with it.</summary>
    private static string FindBuilt()
    {
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        string[] places =
        [
            Path.Combine(own, "dmagent.dll"),
            Path.Combine(own.Replace("DmDelegation.ServerStub", "DmDelegation.Agent", StringComparison.Ordinal), "dmagent.dll"),
        ];
        return places.FirstOrDefault(File.Exists)
            ?? throw new DemoException($"no agent is built; looked for {string.Join(" and ", places)}. Build src/DmDelegation.Agent or give --agent PATH");
    }
}

/// <summary>The demo cannot go on.</summary>
public sealed class DemoException(string message) : Exception(message);
