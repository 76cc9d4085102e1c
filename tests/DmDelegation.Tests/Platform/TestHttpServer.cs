using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DmDelegation.Tests.Platform;

/// <summary>What a test server got.</summary>
internal sealed record TestRequest(string Line, IReadOnlyDictionary<string, string> Headers, byte[] Body, X509Certificate? ClientCertificate, int Connection);

/// <summary>An HTTP/1.1 server on loopback, port chosen by the system; answers are raw text, so that the wrong ones can be sent too.</summary>
internal sealed class TestHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;
    private readonly bool _askForCertificate;
    private readonly Func<TestRequest, string?> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _connections;

    public TestHttpServer(X509Certificate2? certificate, Func<TestRequest, string?> answer, bool askForCertificate = false)
    {
        _certificate = certificate;
        _answer = answer;
        _askForCertificate = askForCertificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public ConcurrentQueue<TestRequest> Requests { get; } = [];

    public int Connections => _connections;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static string Ok(string body, string headers = "") =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.syncml.dm+xml; charset=utf-8\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}";

    public static string Status(int status, string headers = "") => $"HTTP/1.1 {status} X\r\n{headers}Content-Length: 0\r\n\r\n";

    public Uri Address(string host = "localhost", string path = "/dm") =>
        new($"{(_certificate is null ? "http" : "https")}://{host}:{Port}{path}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        var connection = Interlocked.Increment(ref _connections);
        try
        {
            Stream stream = client.GetStream();
            X509Certificate? peer = null;
            if (_certificate is not null)
            {
                var tls = new SslStream(stream, leaveInnerStreamOpen: false, (_, shown, _, _) => !_askForCertificate || shown is not null);
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate, ClientCertificateRequired = _askForCertificate }, _stop.Token);
                (stream, peer) = (tls, tls.RemoteCertificate);
            }

            while (await ReadAsync(stream, peer, connection) is { } request)
            {
                Requests.Enqueue(request);
                if (_answer(request) is not { } answer)
                    await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
                else
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), _stop.Token);
            }
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException or OperationCanceledException or SocketException)
        {
            // The client went away or the test is over.
        }
    }

    private async Task<TestRequest?> ReadAsync(Stream stream, X509Certificate? peer, int connection)
    {
        var head = new StringBuilder();
        var octet = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(octet, _stop.Token) == 0)
                return null;
            head.Append((char)octet[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines[1..].Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        byte[] body;
        if (headers.TryGetValue("Content-Length", out var length))
        {
            body = new byte[int.Parse(length)];
            await stream.ReadExactlyAsync(body, _stop.Token);
        }
        else
        {
            body = [];
        }

        return new TestRequest(lines[0], headers, body, peer, connection);
    }
}
