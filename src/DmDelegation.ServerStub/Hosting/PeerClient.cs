using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Hosting;

/// <summary>Sends a server's messages to its peers over mutual TLS (DEL-350, DEL-351) and runs its timers.</summary>
/// <param name="server">The server.</param>
internal sealed class PeerClient(DmServer server) : IDisposable
{
    // DEL-350.
    private const string Path = "/delegation/v1/messages";
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10); // own choice: then it counts as not answered (DEL-354)
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1); // own choice: a controlled clock may jump
    private readonly ConcurrentDictionary<string, (HttpClient Client, X509Certificate2?[] Shown)> _clients = new();
    private readonly SemaphoreSlim _news = new(0);

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        server.Changed = () => _news.Release();
        while (!cancel.IsCancellationRequested)
        {
            server.Tick();
            foreach (var message in server.TakeDue())
                _ = SendAsync(message, cancel);
            var wait = (server.NextDue() - DateTimeOffset.UtcNow) is { } until && until < LongestWait ? until : LongestWait;
            try
            {
                // At least 20 ms: own changes of this loop must not keep it spinning.
                await Task.Delay(20, cancel);
                await _news.WaitAsync(wait < TimeSpan.Zero ? TimeSpan.Zero : wait, cancel);
                while (_news.Wait(0, CancellationToken.None))
                {
                    // One round for all that has happened meanwhile.
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (client, _) in _clients.Values)
            client.Dispose();
        _news.Dispose();
    }

    private async Task SendAsync(OutgoingMessage message, CancellationToken cancel)
    {
        var reply = S2sReply.Nothing;
        try
        {
            reply = await PostAsync(message, cancel);
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException)
        {
            // Not answered: it is repeated (DEL-354).
        }

        server.Answered(message, reply);
    }

    private async Task<S2sReply> PostAsync(OutgoingMessage message, CancellationToken cancel)
    {
        if (server.Peers.AddressOf(message.Peer) is not { } address)
            return S2sReply.Nothing;
        var (client, shown) = _clients.GetOrAdd(message.Peer, Connect);
        using var content = new ByteArrayContent(message.Body);
        content.Headers.ContentType = new("application/json") { CharSet = "utf-8" };
        using var response = await client.PostAsync(new Uri(new Uri(address), Path), content, cancel);
        return new S2sReply((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancel), shown[0]);
    }

    private (HttpClient Client, X509Certificate2?[] Shown) Connect(string peer)
    {
        var shown = new X509Certificate2?[1];
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificates = [server.Certificate],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => server.Certificate,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    // Known by pin or anchor (DEL-351), not by the name in the address.
                    if (certificate is not X509Certificate2 remote || !server.Peers.Matches(peer, remote))
                        return false;
                    shown[0] = X509CertificateLoader.LoadCertificate(remote.RawData);
                    return true;
                },
            },
        };
        return (new HttpClient(handler) { Timeout = RequestTimeout }, shown);
    }
}
