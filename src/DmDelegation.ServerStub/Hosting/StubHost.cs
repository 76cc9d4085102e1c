using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using DmDelegation.Protocol;
using DmDelegation.ServerStub.Dm;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DmDelegation.ServerStub.Hosting;

/// <summary>The servers of one process behind HTTPS: a DM endpoint and a server-to-server endpoint for each, one admin endpoint.</summary>
public sealed class StubHost : IAsyncDisposable
{
    private const long MaxBody = 2 * MessageLimits.DefaultMaxMessageOctets; // above what either core takes, so that they answer
    private readonly WebApplication _application;
    private readonly List<PeerClient> _clients = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];
    private readonly Dictionary<string, HostedServer> _servers = [];
    private ListenOptions _admin = null!;

    private sealed class HostedServer(DmServer server, ServerConfiguration configuration)
    {
        public DmServer Server { get; } = server;

        public string DmPath { get; } = new Uri(configuration.Dm.Listen).AbsolutePath;

        public ListenOptions? Dm { get; set; }

        public ListenOptions? S2s { get; set; }
    }

    // Which endpoint a connection came in by; set per connection, read per request.
    private sealed record Endpoint(HostedServer? Server, bool IsS2s);

    private StubHost(StubConfiguration configuration)
    {
        foreach (var server in configuration.Servers)
            _servers[server.ServerId] = new HostedServer(Make(server), server);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            foreach (var server in configuration.Servers)
                Listen(kestrel, server, _servers[server.ServerId]);
            Listen(kestrel, configuration.Admin, new Endpoint(null, false), null, options => _admin = options);
        });
        _application = builder.Build();
        _application.Run(HandleAsync);
        Admin = new AdminEndpoint(_servers.ToDictionary(entry => entry.Key, entry => entry.Value.Server), Events, () => _application.Lifetime.StopApplication());
    }

    /// <summary>Events of all servers of this process.</summary>
    public EventLog Events { get; } = new(TimeProvider.System);

    /// <summary>Address of the admin endpoint.</summary>
    public string AdminAddress => $"http://{_admin.IPEndPoint}";

    /// <summary>Test control of whoever hosts the servers in its own process: asked with the ServerID when a message of a device has been handled; true loses the answer on the way.</summary>
    public Func<string, bool>? LoseAnswer { get; set; }

    private AdminEndpoint Admin { get; }

    /// <summary>Starts everything; when this returns the ports are bound.</summary>
    public static async Task<StubHost> StartAsync(StubConfiguration configuration, CancellationToken cancel = default)
    {
        var host = new StubHost(configuration);
        await host._application.StartAsync(cancel);
        foreach (var hosted in host._servers.Values)
        {
            hosted.Server.DmAddress = host.DmAddress(hosted.Server.ServerId);
            var client = new PeerClient(hosted.Server);
            host._clients.Add(client);
            host._loops.Add(Task.Run(() => client.RunAsync(host._stop.Token), CancellationToken.None));
        }

        return host;
    }

    /// <summary>A server by its identity.</summary>
    public DmServer Server(string serverId) => _servers[serverId].Server;

    /// <summary>Address of a server's DM endpoint.</summary>
    public string DmAddress(string serverId) => $"https://{_servers[serverId].Dm!.IPEndPoint}{_servers[serverId].DmPath}";

    /// <summary>Address of a server's server-to-server endpoint; null if it has none.</summary>
    public string? S2sAddress(string serverId) => _servers[serverId].S2s is { } listen ? $"https://{listen.IPEndPoint}" : null;

    /// <summary>The line that tells the bound addresses.</summary>
    public string ReadyLine()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("event", "ready");
            json.WriteString("admin", AdminAddress);
            json.WriteStartObject("servers");
            foreach (var serverId in _servers.Keys)
            {
                json.WriteStartObject(serverId);
                json.WriteString("dm", DmAddress(serverId));
                if (S2sAddress(serverId) is { } s2s)
                    json.WriteString("s2s", s2s);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Waits until a signal or POST /stop ends the process.</summary>
    public Task WaitAsync() => _application.WaitForShutdownAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        await _application.DisposeAsync();
        foreach (var client in _clients)
            client.Dispose();
        _stop.Dispose();
    }

    private DmServer Make(ServerConfiguration configuration)
    {
        var server = new DmServer(new DmServerOptions
        {
            ServerId = configuration.ServerId,
            Certificate = X509Certificate2.CreateFromPemFile(configuration.Dm.CertificateFile, configuration.Dm.KeyFile),
            VoucherSigner = Load(configuration.Voucher),
            EncryptionCertificate = Load(configuration.Encryption),
            StateFile = configuration.StateFile,
            MaxMsgSize = configuration.MaxMsgSize,
            Accept = configuration.Policy.Accept,
            KeyMethod = configuration.Policy.KeyMethod,
            AccountAuthType = configuration.Policy.AccountAuthType,
            Events = Events,
            Crash = static () => Environment.Exit(ExitCode.Crashed),
        });
        foreach (var (peer, value) in configuration.S2s?.Peers ?? new Dictionary<string, PeerConfiguration>())
            server.Peers.Set(peer, value);
        if (configuration.Controls is { } controls)
            server.SetControls(controls);
        if (configuration.S2s?.AnchorsFile is { } file)
        {
            var anchors = new X509Certificate2Collection();
            anchors.ImportFromPemFile(file);
            server.Peers.AddAnchors(anchors);
        }

        // Provisioned once: what the state file holds has newer nonces.
        foreach (var device in configuration.Devices.Where(device => !server.HasDevice(device.DeviceId)))
            server.AddDevice(DeviceAccounts.Make(device.DeviceId, device.ClientName, Secret(device.ClientSecretFile), device.ServerName, Secret(device.ServerSecretFile), device.AuthType));
        return server;
    }

    private static X509Certificate2? Load(KeyPairFiles? files) => files is null ? null : X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile);

    private static string Secret(string file)
    {
        var text = File.ReadAllText(file);
        return text.EndsWith('\n') ? text[..^1] : text;
    }

    private static void Listen(KestrelServerOptions kestrel, ServerConfiguration configuration, HostedServer hosted)
    {
        var certificate = hosted.Server.Certificate;
        Listen(kestrel, configuration.Dm.Listen, new Endpoint(hosted, false), new HttpsConnectionAdapterOptions { ServerCertificate = certificate }, options => hosted.Dm = options);
        if (configuration.S2s is not { } s2s)
            return;
        var mutual = new HttpsConnectionAdapterOptions
        {
            ServerCertificate = certificate,
            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            CheckCertificateRevocation = false,
            ClientCertificateValidation = (client, _, _) => hosted.Server.Peers.Knows(client), // DEL-351
        };
        Listen(kestrel, s2s.Listen, new Endpoint(hosted, true), mutual, options => hosted.S2s = options);
    }

    private static void Listen(KestrelServerOptions kestrel, string address, Endpoint endpoint, HttpsConnectionAdapterOptions? https, Action<ListenOptions> bound)
    {
        var uri = new Uri(address);
        var host = uri.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(uri.Host.Trim('[', ']'));
        kestrel.Listen(host, uri.Port, options =>
        {
            if (https is not null)
            {
                https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                options.UseHttps(https);
            }

            options.Use(next => connection =>
            {
                connection.Features.Set(endpoint);
                return next(connection);
            });
            bound(options);
        });
    }

    private async Task HandleAsync(HttpContext http)
    {
        var endpoint = http.Features.Get<Endpoint>();
        using var buffer = new MemoryStream();
        try
        {
            await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException fault)
        {
            http.Response.StatusCode = fault.StatusCode;
            return;
        }

        var body = buffer.ToArray();
        Array.Clear(buffer.GetBuffer()); // step 6 may have been in it
        try
        {
            if (endpoint?.Server is not { } hosted)
                await Admin.HandleAsync(http, body);
            else if (endpoint.IsS2s)
                await S2sAsync(http, hosted.Server, body);
            else
                await DmAsync(http, hosted, body);
        }
        finally
        {
            Array.Clear(body);
        }
    }

    private async Task DmAsync(HttpContext http, HostedServer hosted, byte[] body)
    {
        if (http.Request.Path != hosted.DmPath || http.Request.Method != HttpMethods.Post)
        {
            http.Response.StatusCode = http.Request.Path == hosted.DmPath ? 405 : 404;
            return;
        }

        var reply = hosted.Server.Handle(new DmRequest(body, http.Request.Headers[HmacHeader.HeaderName].FirstOrDefault(), http.Request.ContentType));
        if (LoseAnswer?.Invoke(hosted.Server.ServerId) == true)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = reply.Status;
        http.Response.Headers.CacheControl = "private, no-store";
        if (reply.Location is { } location)
            http.Response.Headers.Location = location;
        if (reply.Hmac is { } hmac)
            http.Response.Headers[HmacHeader.HeaderName] = hmac;
        if (reply.Body.Length == 0)
            return;
        http.Response.ContentType = "application/vnd.syncml.dm+xml; charset=utf-8";
        http.Response.ContentLength = reply.Body.Length;
        await http.Response.Body.WriteAsync(reply.Body, http.RequestAborted);
    }

    private static async Task S2sAsync(HttpContext http, DmServer server, byte[] body)
    {
        if (http.Request.Path != "/delegation/v1/messages" || http.Request.Method != HttpMethods.Post || http.Connection.ClientCertificate is not { } certificate)
        {
            http.Response.StatusCode = 404;
            return;
        }

        var reply = server.HandleS2s(certificate, body);
        if (reply.Status == 0)
        {
            http.Abort(); // lost on the way, by test control
            return;
        }

        if (reply.DelaySeconds > 0)
            await Task.Delay(TimeSpan.FromSeconds(reply.DelaySeconds), http.RequestAborted);
        http.Response.StatusCode = reply.Status;
        if (reply.Body is not { } octets)
            return;
        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.Body.WriteAsync(octets, http.RequestAborted);
    }
}

/// <summary>Exit codes of dmstub.</summary>
public static class ExitCode
{
    /// <summary>Stopped as asked.</summary>
    public const int Ok = 0;

    /// <summary>What was asked for failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong command line.</summary>
    public const int Usage = 2;

    /// <summary>The configuration is invalid.</summary>
    public const int Configuration = 4;

    /// <summary>Stopped by the test control crashIn (DEL-380).</summary>
    public const int Crashed = 70;
}
