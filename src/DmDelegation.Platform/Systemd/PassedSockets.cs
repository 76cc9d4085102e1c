using System.Globalization;
using System.Net.Sockets;

namespace DmDelegation.Platform.Systemd;

/// <summary>Sockets that systemd listens at and hands over (sd_listen_fds): from descriptor 3 on, as many as LISTEN_FDS says, for process LISTEN_PID.</summary>
public static class PassedSockets
{
    /// <summary>Most sockets that are taken: own choice, we ask for one.</summary>
    public const int Max = 16;

    private const int First = 3;

    private static readonly string[] Variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

    /// <summary>
    /// Takes the sockets that are meant for this process. They are closed in programs that it starts, and the variables are taken out of its
    /// environment, so that such a program does not take them for its own.
    /// </summary>
    public static IReadOnlyList<Socket> Take()
    {
        var sockets = Of(Environment.GetEnvironmentVariable);
        foreach (var name in Variables)
            Environment.SetEnvironmentVariable(name, null);
        return sockets;
    }

    /// <summary>The sockets that variables of the given source mean for this process; what is not a socket is closed.</summary>
    /// <param name="variable">Value of a variable, null if not set.</param>
    /// <param name="first">The first descriptor.</param>
    public static IReadOnlyList<Socket> Of(Func<string, string?> variable, int first = First)
    {
        if (Number(variable("LISTEN_PID")) != Environment.ProcessId || Number(variable("LISTEN_FDS")) is not (> 0 and <= Max and var count))
            return [];
        return [.. Enumerable.Range(first, count).Select(Open).OfType<Socket>()];
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Socket? Open(int descriptor)
    {
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        try
        {
            Native.CloseOnExec(descriptor);
            return new Socket(handle);
        }
        catch (SocketException)
        {
            handle.Dispose();
            return null;
        }
    }
}
