using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DmDelegation.Platform.Http;

/// <summary>How a server is met over TLS, in sessions and by whoever only looks whether it is there (SEC-095).</summary>
internal static class TlsOptions
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>The options of one connection; the name of the server is added by whoever connects.</summary>
    /// <param name="options">Settings of the transport.</param>
    /// <param name="check">Whether the server is the right one.</param>
    /// <param name="certificateTime">When its certificate must be valid.</param>
    /// <param name="own">Chooses the device's certificate, given that of the server; null before it has shown one.</param>
    public static SslClientAuthenticationOptions Of(
        TransportOptions options, ServerCheck check, DateTimeOffset certificateTime, Func<X509Certificate?, X509Certificate2?> own) => new()
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = ChainPolicy(options, certificateTime),
            RemoteCertificateValidationCallback = (_, certificate, _, errors) => check.Accepts(certificate, errors),
            LocalCertificateSelectionCallback = options.ClientCertificate is null ? null : (_, _, _, server, _) => own(server)!,
        };

    private static X509ChainPolicy ChainPolicy(TransportOptions options, DateTimeOffset certificateTime)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = certificateTime.UtcDateTime,
            VerificationTimeIgnored = false,
        };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (options.TrustAnchors is { } anchors)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(anchors);
        }

        return policy;
    }
}
