using System.Net.Sockets;
using System.Text.Json;

namespace DmDelegation.Platform.Control;

/// <summary>The command line's end of the control socket.</summary>
public static class ControlClient
{
    /// <summary>Longest answer, octets: own choice, a list of 200,000 nodes fits.</summary>
    public const int MaxResponseOctets = 64 * 1024 * 1024;

    /// <summary>Sends one request and waits for its answer, however long it takes.</summary>
    /// <param name="path">The agent's socket.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>The answer; <see cref="ControlCodes.NotRunning"/> if no agent answers.</returns>
    public static async Task<ControlResponse> CallAsync(string path, ControlRequest request, CancellationToken cancel)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            await using var stream = new NetworkStream(socket);
            await SendAsync(stream, request, cancel);
            var line = await new LineReader(stream, MaxResponseOctets).ReadAsync(cancel);
            return line is { } octets
                ? JsonSerializer.Deserialize(octets.Span, ControlJsonContext.Default.ControlResponse)!
                : ControlResponse.Failed(ControlCodes.NotRunning, "the agent stopped before it answered");
        }
        catch (Exception fault) when (fault is SocketException or IOException or ArgumentException or JsonException)
        {
            return ControlResponse.Failed(ControlCodes.NotRunning, $"no agent answers at {path}: {fault.Message}");
        }
        catch (InvalidDataException)
        {
            return ControlResponse.Failed(ControlCodes.TooLong, $"the answer has more than {MaxResponseOctets} octets: ask for less");
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
