using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography;
using DmDelegation.Engine;
using DmDelegation.Protocol;

namespace DmDelegation.Platform.Http;

/// <summary>
/// Exchanges messages over HTTP: each one the body of a POST, the server's the body of the response (HTTP-001). A failure is a stable
/// code, never an exception, but for the caller's own cancellation.
/// </summary>
/// <param name="options">Settings.</param>
/// <param name="certificateTime">The time at which server certificates are checked, asked at each new connection (<see cref="CertificateTime"/>).</param>
/// <param name="time">Where the timeout comes from; null: the system.</param>
public sealed class Transport(TransportOptions options, Func<DateTimeOffset> certificateTime, TimeProvider? time = null) : IDisposable
{
    // Own choice: where an entity of unknown length begins.
    private const int FirstBufferOctets = 16 * 1024;

    private readonly Dictionary<(string Server, long Serial), HttpSession> _sessions = [];
    private readonly Lock _lock = new();

    /// <summary>Sends a message and waits for the answer.</summary>
    /// <param name="message">What the engine asked to send.</param>
    /// <param name="cancel">Gives the exchange up: the result is of no interest any more.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    public async Task<ExchangeResult> ExchangeAsync(SendMessage message, CancellationToken cancel)
    {
        // Its session may have ended before this began; a connection made for it now would never be closed.
        cancel.ThrowIfCancellationRequested();
        if (message.Uri.Scheme != Uri.UriSchemeHttps && !(options.AllowClearHttp && message.Uri.Scheme == Uri.UriSchemeHttp))
            return ExchangeResult.Failed(TransportCodes.ClearHttp);

        var session = SessionOf(message);
        if (message.FreshConnection)
            session.CloseConnection();
        using var limit = new CancellationTokenSource(options.Timeout, time ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            return await ExchangeAsync(session, message, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            session.CloseConnection();
            return ExchangeResult.Failed(TransportCodes.Timeout);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or AuthenticationException)
        {
            var code = CodeOf(fault, session);
            session.CloseConnection();
            return ExchangeResult.Failed(code);
        }
    }

    /// <summary>A session ended: its connection is closed and its cookies are dropped (HTTP-011).</summary>
    public void EndSession(string server, long sessionSerial)
    {
        HttpSession? session;
        lock (_lock)
            _sessions.Remove((server, sessionSerial), out session);
        session?.Dispose();
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var session in _sessions.Values)
                session.Dispose();
            _sessions.Clear();
        }
    }

    private HttpSession SessionOf(SendMessage message)
    {
        lock (_lock)
        {
            var key = (message.Server, message.SessionSerial);
            return _sessions.TryGetValue(key, out var session) ? session : _sessions[key] = new HttpSession(options);
        }
    }

    private async Task<ExchangeResult> ExchangeAsync(HttpSession session, SendMessage message, CancellationToken cancel)
    {
        var uri = message.Uri;
        for (var redirects = 0; ; redirects++)
        {
            using var response = await session.PostAsync(message, uri, certificateTime(), cancel);
            var status = (int)response.StatusCode;
            if (!RedirectRule.IsRedirect(status))
                return await ReadAsync(session, uri, response, cancel);
            var next = redirects < RedirectRule.MaxRedirects
                ? RedirectRule.Follow(uri, status, response.Headers.Location, message.GuestOfHost)
                : null;
            if (next is null)
                return ExchangeResult.Failed(TransportCodes.Redirect);
            uri = next;
        }
    }

    private async Task<ExchangeResult> ReadAsync(HttpSession session, Uri uri, HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.StatusCode is not HttpStatusCode.OK)
            return ExchangeResult.Failed(TransportCodes.OfStatus((int)response.StatusCode), RetryAfter(response));
        if (!IsMessage(response.Content.Headers.ContentType))
            return ExchangeResult.Failed(TransportCodes.ContentType);

        var body = await ReadBodyAsync(response.Content, cancel);
        if (body is null)
        {
            // The rest of the entity is still on its way: nothing else can use this connection.
            session.CloseConnection();
            return ExchangeResult.Failed(TransportCodes.TooLarge);
        }

        if (body.Octets.IsEmpty)
            return ExchangeResult.Failed(TransportCodes.Empty);
        var tls = uri.Scheme == Uri.UriSchemeHttps;
        var facts = new TransportFacts(tls, ServerVerified: tls, tls && session.ShowedCertificate, tls ? session.PeerPin : default);
        return new ExchangeResult(body, HeaderOf(response), facts, null, 0);
    }

    /// <summary>Missing is taken, the first octet tells then (HTTP-003); anything but a DM message is not.</summary>
    private static bool IsMessage(MediaTypeHeaderValue? type) => type?.MediaType is null
        || type.MediaType.Equals("application/vnd.syncml.dm+wbxml", StringComparison.OrdinalIgnoreCase)
        || type.MediaType.Equals("application/vnd.syncml.dm+xml", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null if the entity is larger than allowed; its length is looked at before memory is taken.</summary>
    private async Task<ResponseBody?> ReadBodyAsync(HttpContent content, CancellationToken cancel)
    {
        var limit = options.MaxResponseOctets;
        if (content.Headers.ContentLength > limit)
            return null;

        var stream = await content.ReadAsStreamAsync(cancel);
        // One octet more than expected, so that the end is seen without growing.
        var buffer = Pinned((int)Math.Min(limit, content.Headers.ContentLength ?? FirstBufferOctets) + 1);
        var length = 0;
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer.AsMemory(length), cancel)) > 0;)
            {
                length += read;
                if (length > limit)
                    return Wiped(buffer);
                if (length == buffer.Length)
                    buffer = Grown(buffer, limit + 1);
            }

            return new ResponseBody(buffer, length);
        }
        catch
        {
            _ = Wiped(buffer);
            throw;
        }
    }

    private static byte[] Grown(byte[] buffer, int most)
    {
        var larger = Pinned((int)Math.Min(most, buffer.Length * 2L));
        buffer.CopyTo(larger, 0);
        _ = Wiped(buffer);
        return larger;
    }

    private static byte[] Pinned(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);

    private static ResponseBody? Wiped(byte[] buffer)
    {
        CryptographicOperations.ZeroMemory(buffer);
        return null;
    }

    private static string? HeaderOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(HmacHeader.HeaderName, out var values) ? string.Join(", ", values) : null;

    private static int RetryAfter(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter;
        // A date is relative to the server's own clock, the only one it can mean.
        var delay = asked?.Delta ?? (asked?.Date - response.Headers.Date) ?? TimeSpan.Zero;
        return (int)Math.Clamp(delay.TotalSeconds, 0, ExchangeResult.MaxRetryAfterSeconds);
    }

    private static string CodeOf(Exception fault, HttpSession session) => fault switch
    {
        _ when session.PinFailed => TransportCodes.TlsPin,
        AuthenticationException or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => TransportCodes.Tls,
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => TransportCodes.TooLarge,
        _ => TransportCodes.Connect,
    };
}
