using System.Security.Cryptography.X509Certificates;

namespace DmDelegation.Platform.Http;

/// <summary>Settings of the transport.</summary>
public sealed record TransportOptions
{
    /// <summary>Own choice: what a server's message may exceed our MaxMsgSize by before it is cut off (HTTP-013).</summary>
    public const int ResponseMarginOctets = 16 * 1024;

    /// <summary>Anchors for servers' certificates; null: those of the system.</summary>
    public X509Certificate2Collection? TrustAnchors { get; init; }

    /// <summary>Certificate with key shown to servers that ask for one; null: none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Clear http is allowed: for tests only (SEC-091, SEC-095).</summary>
    public bool AllowClearHttp { get; init; }

    /// <summary>Time for one exchange, redirects included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>MaxMsgSize announced to servers, octets.</summary>
    public int MaxMsgSize { get; init; } = 64 * 1024;

    /// <summary>Value of <c>User-Agent</c> (HTTP-004).</summary>
    public string UserAgent { get; init; } = "dmagent";

    /// <summary>Largest entity that is taken (HTTP-013).</summary>
    public int MaxResponseOctets => MaxMsgSize + ResponseMarginOctets;
}
