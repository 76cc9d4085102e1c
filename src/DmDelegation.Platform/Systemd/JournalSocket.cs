using System.Net.Sockets;
using DmDelegation.Engine;

namespace DmDelegation.Platform.Systemd;

/// <summary>Sends log lines to the journal by its native protocol, where they keep their fields.</summary>
public sealed class JournalSocket : IDisposable
{
    /// <summary>Where the journal listens.</summary>
    public const string Path = "/run/systemd/journal/socket";

    /// <summary>Descriptor of standard output.</summary>
    public const int StandardOutput = 1;

    /// <summary>Descriptor of standard error.</summary>
    public const int StandardError = 2;

    /// <summary>Variable in which systemd names the journal's stream, as device and inode.</summary>
    public const string StreamVariable = "JOURNAL_STREAM";

    // Not connected: the journal may restart and make its socket anew at any time. Not waiting: the loop must not hang with a journal that does.
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    private readonly UnixDomainSocketEndPoint _journal;

    private JournalSocket(string path) => _journal = new UnixDomainSocketEndPoint(path);

    /// <summary>
    /// The journal, if a descriptor of this process leads there; else null: what was put elsewhere (a terminal, a file, a pipe) is meant to be
    /// read there. That a service manager once set the variable for some ancestor is not enough.
    /// </summary>
    /// <param name="descriptor"><see cref="StandardOutput"/> or <see cref="StandardError"/>.</param>
    /// <param name="variable">Value of a variable, null if not set.</param>
    /// <param name="path">Where the journal listens.</param>
    public static JournalSocket? Behind(int descriptor, Func<string, string?> variable, string path = Path) =>
        variable(StreamVariable) is { } stream && Native.DeviceAndInode(descriptor) is var (device, inode) && stream == $"{device}:{inode}" && File.Exists(path)
            ? new JournalSocket(path)
            : null;

    /// <summary>Sends a line.</summary>
    /// <returns>False if the journal did not take it (it restarts, its queue is full): the line is to go to standard output then.</returns>
    public bool TrySend(LogLine line)
    {
        try
        {
            var entry = JournalEntry.Format(line);
            return _socket.SendTo(entry, SocketFlags.None, _journal) == entry.Length;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _socket.Dispose();
}
