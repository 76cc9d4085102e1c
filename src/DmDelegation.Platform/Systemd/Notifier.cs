using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace DmDelegation.Platform.Systemd;

/// <summary>Tells systemd how the service is (sd_notify). Without a notification socket everything is silently nothing; a lost message is no fault of the agent.</summary>
public sealed class Notifier : IDisposable
{
    private readonly Socket? _socket;

    private Notifier(Socket? socket, TimeSpan? watchdogInterval)
    {
        _socket = socket;
        WatchdogInterval = watchdogInterval;
    }

    /// <summary>How often <see cref="Watchdog"/> must be called at least; half of what systemd waits. Null: no watchdog is set.</summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>From the variables NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.</summary>
    public static Notifier FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>From variables of the given source.</summary>
    /// <param name="variable">Value of a variable, null if not set.</param>
    public static Notifier From(Func<string, string?> variable) => new(Connect(variable("NOTIFY_SOCKET")), Watched(variable));

    /// <summary>Start-up is over: READY=1.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>What the service does, for people: STATUS.</summary>
    public void Status(string status) => Send($"STATUS={OneLine(status)}");

    /// <summary>There was progress: WATCHDOG=1.</summary>
    public void Watchdog() => Send("WATCHDOG=1");

    /// <summary>The service stops: STOPPING=1.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <summary>Start, stop or watchdog needs so much longer from now on: EXTEND_TIMEOUT_USEC.</summary>
    public void ExtendTimeout(TimeSpan time) =>
        Send($"EXTEND_TIMEOUT_USEC={((long)time.TotalMicroseconds).ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _socket?.Dispose();

    private static Socket? Connect(string? address)
    {
        // An absolute path, or "@name" for the abstract namespace, which the system call wants to begin with a zero octet.
        if (address is not ['/' or '@', _, ..])
            return null;
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
            return socket;
        }
        catch (Exception fault) when (fault is SocketException or ArgumentException)
        {
            socket.Dispose();
            return null;
        }
    }

    private static TimeSpan? Watched(Func<string, string?> variable)
    {
        var forUs = variable("WATCHDOG_PID") is not { } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return forUs && long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var time) && time > 0
            ? TimeSpan.FromMicroseconds(time / 2)
            : null;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private void Send(string message)
    {
        try
        {
            _ = _socket?.Send(Encoding.UTF8.GetBytes(message));
        }
        catch (SocketException)
        {
            // systemd restarts or its queue is full: the next message says the same.
        }
    }
}
