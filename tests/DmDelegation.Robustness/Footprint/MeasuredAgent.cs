using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using DmDelegation.Platform;

namespace DmDelegation.Robustness.Footprint;

/// <summary>What a process has written so far, without its log.</summary>
internal readonly record struct Writes(long Octets, long Calls)
{
    public static Writes operator -(Writes later, Writes earlier) => new(later.Octets - earlier.Octets, later.Calls - earlier.Calls);
}

/// <summary>The daemon as systemd would start it: with a notification socket, its log in a file.</summary>
internal sealed class MeasuredAgent : IDisposable
{
    // A bound for what is broken, not a wait.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private MeasuredAgent(Process process, TimeSpan untilReady) => (_process, UntilReady) = (process, untilReady);

    public int ProcessId => _process.Id;

    /// <summary>From fork to READY=1.</summary>
    public TimeSpan UntilReady { get; }

    public static MeasuredAgent Start(string agent, string configuration, string folder)
    {
        var path = Path.Combine(folder, "notify");
        File.Delete(path);
        using var notify = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        notify.Bind(new UnixDomainSocketEndPoint(path));
        notify.ReceiveTimeout = (int)Patience.TotalMilliseconds;

        // A shell in between opens the log and becomes the agent: no pipe of ours is read while it is measured.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        foreach (var argument in (string[])["-c", "exec \"$0\" --config \"$1\" run >>\"$2\" 2>&1", agent, configuration, LogFile(folder)])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["NOTIFY_SOCKET"] = path;
        var begin = Stopwatch.GetTimestamp();
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{agent} does not start");
        var buffer = new byte[4096];
        while (!Encoding.UTF8.GetString(buffer, 0, notify.Receive(buffer)).Contains("READY=1", StringComparison.Ordinal))
        {
        }

        return new MeasuredAgent(process, Stopwatch.GetElapsedTime(begin));
    }

    /// <summary>Its memory as the kernel counts it.</summary>
    public ProcessStatus Memory => ProcessStatus.Read(ProcessId.ToString(CultureInfo.InvariantCulture))
        ?? throw new InvalidOperationException("the agent has ended; see its log");

    /// <summary>Begins the peak of its memory anew.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{ProcessId}/clear_refs", "5");

    public static string LogFile(string folder) => Path.Combine(folder, "measured.log");

    /// <summary>What went through write calls to files, less what went to the log; sockets do not count there.</summary>
    public Writes Written(string folder)
    {
        var lines = File.ReadLines($"/proc/{ProcessId}/io").ToList();
        var logged = File.Exists(LogFile(folder)) ? File.ReadAllBytes(LogFile(folder)) : [];
        return new Writes(Value("wchar") - logged.Length, Value("syscw") - logged.Count(octet => octet == (byte)'\n'));

        long Value(string name) => long.Parse(lines.Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", ProcessId.ToString(CultureInfo.InvariantCulture)]);
            if (!_process.WaitForExit(Patience))
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }
}
