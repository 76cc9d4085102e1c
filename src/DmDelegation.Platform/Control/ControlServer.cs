using System.Collections.Concurrent;
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

    /// <summary>Connections at once: own choice, some people and some scripts.</summary>
    public const int MaxConnections = 16;

    private const int Backlog = 16;

    private readonly Socket _listener;
    private readonly string _path;
    private readonly ControlAccess _access;
    private readonly Func<ControlRequest, CancellationToken, Task<ControlResponse>> _handle;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _serving = new();
    private readonly Task _accepting;

    private ControlServer(
        Socket listener, string path, ControlAccess access, Func<ControlRequest, CancellationToken, Task<ControlResponse>> handle)
    {
        _listener = listener;
        _path = path;
        _access = access;
        _handle = handle;
        _accepting = AcceptAsync();
    }

    /// <summary>Listens at <paramref name="path"/>. A socket that is left there is replaced: the store lets only one agent come this far.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="access">Who may give commands.</param>
    /// <param name="handle">Hands a request to the loop and completes with its answer; called for peers that may give commands only.</param>
    /// <exception cref="PlatformException">The socket cannot be made.</exception>
    public static ControlServer Listen(
        string path, ControlAccess access, Func<ControlRequest, CancellationToken, Task<ControlResponse>> handle)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            // Everybody may connect, so that those who may not give commands learn so instead of guessing.
            File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
            listener.Listen(Backlog);
            return new ControlServer(listener, path, access, handle);
        }
        catch (Exception fault) when (fault is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            listener.Dispose();
            throw new PlatformException("control-socket", $"{path} cannot be made: {fault.Message}", fault);
        }
    }

    /// <summary>Stops listening and drops all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_serving.Keys);
        File.Delete(_path);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var peer = await _listener.AcceptAsync(_stop.Token);
                var serving = ServeAsync(peer, _serving.Count >= MaxConnections);
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

    private async Task ServeAsync(Socket peer, bool tooMany)
    {
        using var stream = new NetworkStream(peer, ownsSocket: true);
        try
        {
            if (tooMany)
                await WriteAsync(stream, ControlResponse.Failed(ControlCodes.TooMany, $"more than {MaxConnections} connections"));
            else if (_access.AllowedUser(peer) is not { } user)
                await WriteAsync(stream, ControlResponse.Failed(ControlCodes.NotPermitted, "only root, the agent's user and its group may give commands"));
            else
                await ServeAsync(stream, user);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The peer went away, or the agent stops.
        }
    }

    private async Task ServeAsync(NetworkStream stream, uint user)
    {
        var lines = new LineReader(stream, MaxRequestOctets);
        try
        {
            while (await lines.ReadAsync(_stop.Token) is { } line)
                await WriteAsync(stream, await AnswerAsync(line, user));
        }
        catch (InvalidDataException)
        {
            await WriteAsync(stream, ControlResponse.Failed(ControlCodes.TooLong, $"a request has at most {MaxRequestOctets} octets"));
        }
    }

    private async Task<ControlResponse> AnswerAsync(ReadOnlyMemory<byte> line, uint user)
    {
        if (Parse(line) is not { } request)
            return ControlResponse.Failed(ControlCodes.BadRequest, "a request is a JSON object with \"verb\" and, if need be, \"arguments\"");
        try
        {
            return await _handle(request with { User = user }, _stop.Token);
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
        await stream.WriteAsync(line, _stop.Token);
    }
}
