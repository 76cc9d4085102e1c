using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Hosting;

/// <summary>
/// A certificate authority made at run time, for the demo and for tests: servers and voucher signers have ECDSA P-256 certificates, the
/// device an RSA 2048 one (keyEncipherment, for key method <c>cms</c>).
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private readonly DateTimeOffset _notBefore;
    private readonly DateTimeOffset _notAfter;

    /// <summary>Makes an authority with a new P-256 key.</summary>
    /// <param name="name">Common name of the authority.</param>
    /// <param name="notBefore">Start of validity of everything it issues.</param>
    /// <param name="notAfter">End of validity of everything it issues.</param>
    public CertificateAuthority(string name, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        (_notBefore, _notAfter) = (notBefore, notAfter);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        Certificate = request.CreateSelfSigned(notBefore, notAfter);
    }

    /// <summary>The authority's own certificate: the trust anchor.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>A server's certificate for its DM endpoint and for server-to-server mTLS: SAN DNS:SERVERID, DNS:localhost, IP:127.0.0.1.</summary>
    public X509Certificate2 IssueServer(string serverId)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={serverId}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(serverId);
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication), new Oid(ClientAuthentication)], critical: false));
        using var issued = Issue(request);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>A voucher signer for a server: digitalSignature, SAN DNS:SERVERID (DEL-163).</summary>
    public X509Certificate2 IssueVoucherSigner(string serverId)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={serverId} vouchers", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(serverId);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        using var issued = Issue(request);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>A device's certificate: RSA 2048, keyEncipherment (DEL-158).</summary>
    public X509Certificate2 IssueDevice(string deviceId)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={deviceId}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyEncipherment, critical: true));
        using var issued = Issue(request);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo: the pin of a certificate (DEL-351, CertPin).</summary>
    public static byte[] Pin(X509Certificate2 certificate) => SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>Writes NAME.cert.pem and NAME.key.pem (mode 0600) into a folder and returns both paths.</summary>
    public static (string CertificateFile, string KeyFile) WritePem(string directory, string name, X509Certificate2 certificate)
    {
        var certificateFile = Path.Combine(directory, name + ".cert.pem");
        var keyFile = Path.Combine(directory, name + ".key.pem");
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem() + "\n");
        using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()
            ?? throw new CryptographicException($"{name}: no private key");
        using (var stream = PrivateFile.Create(keyFile))
        using (var writer = new StreamWriter(stream))
            writer.Write(key.ExportPkcs8PrivateKeyPem() + "\n");
        return (certificateFile, keyFile);
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    private X509Certificate2 Issue(CertificateRequest request)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var key = Certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("the authority has no key");
        return request.Create(Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), _notBefore, _notAfter, RandomNumberGenerator.GetBytes(16));
    }
}
