using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using DmDelegation.Engine;
using DmDelegation.Protocol;

namespace DmDelegation.Platform.Http;

/// <summary>The connection of one DM session: kept while it lasts, with its cookies (HTTP-011), and gone with it.</summary>
internal sealed class HttpSession : IDisposable
{
    private const string Wbxml = "application/vnd.syncml.dm+wbxml";
    private const string Xml = "application/vnd.syncml.dm+xml";

    // Own choice, KiB: ten times what a sensible server sends.
    private const int MaxHeaderKibiOctets = 32;

    private readonly TransportOptions _options;
    private readonly CookieContainer _cookies = new();
    private HttpMessageInvoker? _connection;
    private ReadOnlyMemory<byte> _pins;
    private ServerCheck _check = new(default);

    public HttpSession(TransportOptions options) => _options = options;

    /// <summary>The device proved itself with its certificate on the present connection.</summary>
    public bool ShowedCertificate { get; private set; }

    public bool PinFailed => _check.PinFailed;

    /// <summary>Pin of the key with which the server showed itself on the newest connection (DEL-342).</summary>
    public ReadOnlyMemory<byte> PeerPin => _check.PeerPin;

    /// <summary>Closes the connection; cookies stay (DEL-188).</summary>
    public void CloseConnection()
    {
        _connection?.Dispose();
        _connection = null;
        ShowedCertificate = false;
    }

    public Task<HttpResponseMessage> PostAsync(SendMessage message, Uri uri, DateTimeOffset certificateTime, CancellationToken cancel)
    {
        if (!message.Pins.Span.SequenceEqual(_pins.Span))
            CloseConnection();
        _pins = message.Pins;
        _connection ??= Connect(certificateTime);
        return _connection.SendAsync(Request(message, uri), cancel);
    }

    public void Dispose() => CloseConnection();

    private HttpRequestMessage Request(SendMessage message, Uri uri)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Content = new ReadOnlyMemoryContent(message.Body),
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
        };
        // HTTP-003: the coding shows in the first octet.
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(message.Body.Span is [<= 3, ..] ? Wbxml : Xml);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Wbxml));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Xml));
        request.Headers.AcceptCharset.Add(new StringWithQualityHeaderValue("utf-8"));
        request.Headers.CacheControl = new CacheControlHeaderValue { NoStore = true };
        request.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        if (message.HmacHeader is not null)
            request.Headers.TryAddWithoutValidation(HmacHeader.HeaderName, message.HmacHeader);
        return request;
    }

    private HttpMessageInvoker Connect(DateTimeOffset certificateTime)
    {
        _check = new ServerCheck(_pins);
        var check = _check;
        return new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            CookieContainer = _cookies,
            MaxConnectionsPerServer = 1,
            MaxResponseHeadersLength = MaxHeaderKibiOctets,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            PreAuthenticate = false,
            UseProxy = false,
            SslOptions = TlsOptions.Of(_options, check, certificateTime, SelectOwn),
        });
    }

    /// <summary>The first call comes before the server has said anything; only an answer to its request counts as shown. Null means "none", though the
    /// older framework line does not annotate it.</summary>
    private X509Certificate2? SelectOwn(X509Certificate? server)
    {
        if (server is null)
            return null;
        ShowedCertificate = true;
        return _options.ClientCertificate;
    }
}
