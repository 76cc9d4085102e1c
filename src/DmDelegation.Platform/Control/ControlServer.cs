using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text.Json;

namespace DmDelegation.Platform.Control;

/// <summary>
/// Listens on a unix socket for line-delimited JSON requests and answers each with one line. Whoever connects is identified by the kernel;
/// those who may not give commands get a refusal and nothing else (design 3).
/// </summary>
public sealed class ControlServer : IAsyncDisposable
{
    /// <summary>Longest request line, octets: own choice, far above any command line.</summary>
    public const int MaxRequestOctets = 64 * 1024;

    /// <summary>Connections at once of all users but root: own choice, some people and some scripts.</summary>
    public const int MaxConnections = 16;

    /// <summary>Connections at once of one user: own choice; nobody can lock the others out. Root, who must always get in, is not counted.</summary>
    public const int MaxConnectionsOfUser = 4;

    /// <summary>
    /// How long a request may take to come in, and an answer to go out: own choice. The answer itself may take as long as it takes, such as that
    /// of a session.
    /// </summary>
    public static readonly TimeSpan TransferLimit = TimeSpan.FromSeconds(30);

    private const int Backlog = 16;

    private readonly Socket _listener;
    private readonly string? _ownPath;
    private readonly ControlAccess _access;
    private readonly Func<ControlRequest, CancellationToken, Task<ControlResponse>> _handle;
    private readonly IReadOnlySet<string> _forRoot;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _serving = new();
    private readonly TimeSpan _transferLimit;
    private readonly Lock _counting = new();
    private readonly Dictionary<uint, int> _connections = [];
    private readonly Task _accepting;

    private ControlServer(
        Socket listener, string? ownPath, ControlAccess access, Func<ControlRequest, CancellationToken, Task<ControlResponse>> handle, IReadOnlySet<string> forRoot,
        TimeSpan transferLimit)
    {
        _transferLimit = transferLimit;
        _listener = listener;
        _ownPath = ownPath;
        _access = access;
        _handle = handle;
        _forRoot = forRoot;
        _accepting = AcceptAsync();
    }

    /// <summary>Listens at <paramref name="path"/>. A socket that is left there is replaced: the store lets only one agent come this far.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="access">Who may give commands.</param>
    /// <param name="handle">Hands a request to the loop and completes with its answer; called for peers that may give commands only.</param>
    /// <param name="forRoot">Verbs that root alone may use; null for none.</param>
    /// <param name="transferLimit">Null: <see cref="TransferLimit"/>.</param>
    /// <exception cref="PlatformException">The socket cannot be made.</exception>
    public static ControlServer Listen(
        string path, ControlAccess access, Func<ControlRequest, CancellationToken, Task<ControlResponse>> handle, IReadOnlySet<string>? forRoot = null,
        TimeSpan? transferLimit = null)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            // Everybody may connect, so that those who may not give commands learn so instead of guessing.
            File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
            listener.Listen(Backlog);
            return new ControlServer(listener, path, access, handle, forRoot ?? ImmutableHashSet<string>.Empty, transferLimit ?? TransferLimit);
        }
        catch (Exception fault) when (fault is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            listener.Dispose();
            throw new PlatformException("control-socket", $"{path} cannot be made: {fault.Message}", fault);
        }
    }

    /// <summary>Listens at a socket that systemd made and keeps (socket unit): whoever connects while the agent restarts waits instead of failing.</summary>
    /// <param name="passed">The sockets that were handed over; those that are of no use are closed.</param>
    /// <param name="path">Where the configuration wants the socket.</param>
    /// <param name="access">Who may give commands.</param>
    /// <param name="handle">As in <see cref="Listen"/>.</param>
    /// <param name="forRoot">As in <see cref="Listen"/>.</param>
    /// <returns>Null if none of them listens at <paramref name="path"/>, or nothing is there any more that anybody could connect to.</returns>
    public static ControlServer? ListenAt(
        IReadOnlyList<Socket> passed, string path, ControlAccess access, Func<ControlRequest, CancellationToken, Task<ControlResponse>> handle, IReadOnlySet<string>? forRoot = null)
    {
        var listener = File.Exists(path) ? passed.FirstOrDefault(socket => IsListeningAt(socket, path)) : null;
        foreach (var other in passed.Where(other => other != listener))
            other.Dispose();
        return listener is null ? null : new ControlServer(listener, null, access, handle, forRoot ?? ImmutableHashSet<string>.Empty, TransferLimit);
    }

    private static bool IsListeningAt(Socket socket, string path)
    {
        try
        {
            return socket is { AddressFamily: AddressFamily.Unix, SocketType: SocketType.Stream } && socket.LocalEndPoint?.ToString() == path
                && (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection)! != 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Stops listening and drops all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_serving.Keys);
        if (_ownPath is not null && File.Exists(_ownPath))
            File.Delete(_ownPath);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var peer = await _listener.AcceptAsync(_stop.Token);
                var serving = ServeAsync(peer);
                _serving.TryAdd(serving, true);
                _ = serving.ContinueWith(
                    done => _serving.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // A peer that went away before it was accepted, or no descriptor left: the next one may do.
            }
        }
    }

    private async Task ServeAsync(Socket peer)
    {
        using var stream = new NetworkStream(peer, ownsSocket: true);
        try
        {
            if (ControlAccess.UserOf(peer) is not { } user || !_access.Allows(peer))
                await WriteAsync(stream, ControlResponse.Failed(ControlCodes.NotPermitted, "only root, the agent's user and its group may give commands"));
            else if (user == 0)
                await ServeAsync(stream, root: true);
            else
                await ServeAsync(stream, user);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The peer went away or is too slow, or the agent stops.
        }
    }

    private async Task ServeAsync(NetworkStream stream, uint user)
    {
        if (WhyNotOneMore(user) is { } reason)
        {
            await WriteAsync(stream, ControlResponse.Failed(ControlCodes.TooMany, reason));
            return;
        }

        try
        {
            await ServeAsync(stream, root: false);
        }
        finally
        {
            lock (_counting)
            {
                if (--_connections[user] == 0)
                    _connections.Remove(user);
            }
        }
    }

    /// <summary>Counts a connection in, or says why it is one too many.</summary>
    private string? WhyNotOneMore(uint user)
    {
        lock (_counting)
        {
            var own = _connections.GetValueOrDefault(user);
            if (own >= MaxConnectionsOfUser)
                return $"more than {MaxConnectionsOfUser} connections of this user";
            if (_connections.Values.Sum() >= MaxConnections)
                return $"more than {MaxConnections} connections";
            _connections[user] = own + 1;
            return null;
        }
    }

    private async Task ServeAsync(NetworkStream stream, bool root)
    {
        var lines = new LineReader(stream, MaxRequestOctets);
        try
        {
            while (await ReadAsync(lines) is { } line)
                await WriteAsync(stream, await AnswerAsync(line, root));
        }
        catch (InvalidDataException)
        {
            await WriteAsync(stream, ControlResponse.Failed(ControlCodes.TooLong, $"a request has at most {MaxRequestOctets} octets"));
        }
    }

    private async Task<ReadOnlyMemory<byte>?> ReadAsync(LineReader lines)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(_transferLimit);
        return await lines.ReadAsync(limit.Token);
    }

    private async Task<ControlResponse> AnswerAsync(ReadOnlyMemory<byte> line, bool root)
    {
        if (Parse(line) is not { } request)
            return ControlResponse.Failed(ControlCodes.BadRequest, "a request is a JSON object with \"verb\" and, if need be, \"arguments\"");
        if (!root && _forRoot.Contains(request.Verb))
            return ControlResponse.Failed(ControlCodes.NotPermitted, $"only root may do {request.Verb}");
        try
        {
            return await _handle(request, _stop.Token);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return ControlResponse.Failed(ControlCodes.Internal, fault.Message);
        }
    }

    private static ControlRequest? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            var request = JsonSerializer.Deserialize(line.Span, ControlJsonContext.Default.ControlRequest);
            var formed = !string.IsNullOrEmpty(request?.Verb) && request.Arguments.ValueKind is JsonValueKind.Undefined or JsonValueKind.Object;
            return formed ? request : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task WriteAsync(NetworkStream stream, ControlResponse response)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(response, ControlJsonContext.Default.ControlResponse), (byte)'\n'];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(_transferLimit);
        await stream.WriteAsync(line, limit.Token);
    }
}
