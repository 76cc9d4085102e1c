using System.Security.Cryptography;
using DmDelegation.Engine;

namespace DmDelegation.Platform.Http;

/// <summary>How one exchange ended: with a message of the server, or with a stable code.</summary>
/// <param name="Body">The entity; null after a failure. Whoever takes the result disposes it.</param>
/// <param name="HmacHeader">Value of <c>x-syncml-hmac</c>, or null (HTTP-007).</param>
/// <param name="Transport">What the transport knows of the connection.</param>
/// <param name="Error">One of <see cref="TransportCodes"/>; null after success.</param>
/// <param name="RetryAfterSeconds">What the server asked for, 0 … <see cref="MaxRetryAfterSeconds"/>.</param>
public sealed record ExchangeResult(ResponseBody? Body, string? HmacHeader, TransportFacts Transport, string? Error, int RetryAfterSeconds)
{
    /// <summary>Own choice: no server may silence a device for longer than a day.</summary>
    public const int MaxRetryAfterSeconds = 86_400;

    /// <summary>The event the loop hands to the engine.</summary>
    public AgentEvent ToEvent(SendMessage sent) => Body is not null
        ? new MessageReceived(sent.Server, sent.SessionSerial, Body.Octets, HmacHeader, Transport)
        : new ExchangeFailed(sent.Server, sent.SessionSerial, Error!, RetryAfterSeconds);

    internal static ExchangeResult Failed(string code, int retryAfterSeconds = 0) => new(null, null, default, code, retryAfterSeconds);
}

/// <summary>An entity in a pinned buffer of our own; it may carry a key, so it is overwritten on disposal (DEL-188).</summary>
public sealed class ResponseBody : IDisposable
{
    private readonly byte[] _buffer;
    private readonly int _length;

    internal ResponseBody(byte[] buffer, int length)
    {
        _buffer = buffer;
        _length = length;
    }

    /// <summary>The entity.</summary>
    public ReadOnlyMemory<byte> Octets => _buffer.AsMemory(0, _length);

    /// <summary>Overwrites the entity.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);
}

/// <summary>Stable codes of failed exchanges; a status other than 200 gives <c>http-NNN</c>.</summary>
public static class TransportCodes
{
    /// <summary>No connection, or it broke.</summary>
    public const string Connect = "connect";

    /// <summary>TLS failed: chain, host name, time, version.</summary>
    public const string Tls = "tls";

    /// <summary>The server's key is none of those pinned (DEL-093).</summary>
    public const string TlsPin = "tls-pin";

    /// <summary>The exchange took too long.</summary>
    public const string Timeout = "timeout";

    /// <summary>The entity is larger than allowed (HTTP-013).</summary>
    public const string TooLarge = "too-large";

    /// <summary>A redirect that is not followed (HTTP-010, DEL-336).</summary>
    public const string Redirect = "redirect";

    /// <summary>The entity is no DM message by its Content-Type (HTTP-002).</summary>
    public const string ContentType = "content-type";

    /// <summary>Status 200 without an entity (HTTP-008).</summary>
    public const string Empty = "empty";

    /// <summary>The address is clear http, which is not allowed (SEC-091).</summary>
    public const string ClearHttp = "clear-http";

    /// <summary>The status a server answered with.</summary>
    public static string OfStatus(int status) => $"http-{status}";
}
