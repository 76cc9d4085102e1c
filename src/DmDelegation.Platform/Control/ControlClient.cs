using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;

namespace DmDelegation.Platform.Control;

/// <summary>The command line's end of the control socket.</summary>
public static class ControlClient
{
    /// <summary>Longest answer, octets: own choice, a list of 200,000 nodes fits.</summary>
    public const int MaxResponseOctets = 64 * 1024 * 1024;

    /// <summary>How long <see cref="AskAsync"/> waits for an answer: own choice, as long as the watchdog lets a hanging agent live.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    // Own choice: within this time systemd has made anew the socket of an agent that it restarts.
    private static readonly TimeSpan SocketLimit = TimeSpan.FromSeconds(3);

    // Own choice: a restart breaks a connection when the agent stops, when the queue is emptied and when the socket is made anew; one that breaks
    // more often than this has an agent behind it that cannot start.
    private const int MostBreaks = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Sends one request and waits for its answer, however long it takes.</summary>
    /// <param name="path">The agent's socket.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>The answer; <see cref="ControlCodes.NotRunning"/> if no agent answers.</returns>
    public static async Task<ControlResponse> CallAsync(string path, ControlRequest request, CancellationToken cancel) =>
        (await TryAsync(path, request, cancel)).Response;

    /// <summary>
    /// Asks what may be asked twice. Under a socket unit the socket is there before the agent is, and while it restarts: a connection that
    /// breaks before the answer is made again, and an answer that does not come is none.
    /// </summary>
    /// <inheritdoc cref="CallAsync"/>
    public static async Task<ControlResponse> AskAsync(string path, ControlRequest request, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(AnswerLimit);
        try
        {
            var (response, connected) = await TryAsync(path, request, limit.Token);
            var (breaks, broken) = (connected ? 1 : MostBreaks, Stopwatch.GetTimestamp());
            for (var pause = FirstPause; response.Code == ControlCodes.NotRunning && breaks < MostBreaks && Stopwatch.GetElapsedTime(broken) < SocketLimit; pause *= 2)
            {
                await Task.Delay(pause, limit.Token);
                (response, connected) = await TryAsync(path, request, limit.Token);
                if (connected)
                    (breaks, broken) = (breaks + 1, Stopwatch.GetTimestamp());
            }

            return response;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return ControlResponse.Failed(ControlCodes.NotRunning, $"the agent does not answer at {path} within {AnswerLimit.TotalSeconds} s: it is starting again and again, or hangs");
        }
    }

    private static async Task<(ControlResponse Response, bool Connected)> TryAsync(string path, ControlRequest request, CancellationToken cancel)
    {
        var connected = false;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            connected = true;
            await using var stream = new NetworkStream(socket);
            await SendAsync(stream, request, cancel);
            var line = await new LineReader(stream, MaxResponseOctets).ReadAsync(cancel);
            return (line is { } octets
                ? JsonSerializer.Deserialize(octets.Span, ControlJsonContext.Default.ControlResponse)!
                : ControlResponse.Failed(ControlCodes.NotRunning, "the agent stopped before it answered"), connected);
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AccessDenied)
        {
            return (ControlResponse.Failed(ControlCodes.NotPermitted, $"{path} is not accessible: only root, the agent's user and its group may do this"), connected);
        }
        catch (Exception fault) when (fault is SocketException or IOException or ArgumentException or JsonException)
        {
            return (ControlResponse.Failed(ControlCodes.NotRunning, $"no agent answers at {path}: {(File.Exists(path) ? fault.Message : "there is no socket")}"), connected);
        }
        catch (InvalidDataException)
        {
            return (ControlResponse.Failed(ControlCodes.TooLong, $"the answer has more than {MaxResponseOctets} octets: ask for less"), connected);
        }
    }

    /// <summary>A refusal may come, and the connection close, before the request is out: then the answer is read all the same.</summary>
    private static async Task SendAsync(NetworkStream stream, ControlRequest request, CancellationToken cancel)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(request, ControlJsonContext.Default.ControlRequest), (byte)'\n'];
        try
        {
            await stream.WriteAsync(line, cancel);
        }
        catch (IOException)
        {
            // The answer says why.
        }
    }
}
