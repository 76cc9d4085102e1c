using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using static DmDelegation.Platform.Cms.DerReading;

namespace DmDelegation.Platform.Cms;

/// <summary>
/// The one form of SignedData that is taken as a voucher (DEL-164). Order of fields:
/// version, digestAlgorithms, encapContentInfo { id-data, [0] content }, [0] certificates, signerInfos { version, sid, digestAlgorithm,
/// [0] signedAttrs, signatureAlgorithm, signature }.
/// </summary>
/// <param name="Content">The signed octets.</param>
/// <param name="Signer">Certificate of the signer, found inside.</param>
/// <param name="Certificates">All certificates inside.</param>
internal sealed record VoucherForm(ReadOnlyMemory<byte> Content, X509Certificate2 Signer, X509Certificate2Collection Certificates) : IDisposable
{
    // A signer, its issuers, and some to spare.
    private const int MaxCertificates = 8;

    /// <exception cref="AsnContentException">Any other form, algorithm, parameter or count.</exception>
    /// <exception cref="CryptographicException">A certificate inside is none.</exception>
    public static VoucherForm Parse(ReadOnlyMemory<byte> octets)
    {
        var data = OpenContentInfo(octets, ObjectIdentifiers.SignedData);
        Require(data.TryReadInt32(out var version) && version is 1 or 3, "version");
        var declaredDigest = new AsnReader(ReadOnlyMember(data), AsnEncodingRules.DER);
        var digest = ReadDigest(declaredDigest);
        var content = ReadContent(data.ReadSequence());
        Require(data.HasData && data.PeekTag() == Constructed(Context0), "certificates");
        var certificates = ReadCertificates(data.ReadSetOf(Constructed(Context0)));
        // Revocation lists (context tag 1) are not taken: the set of signers must come next, and be the end.
        var signerInfo = new AsnReader(ReadOnlyMember(data), AsnEncodingRules.DER).ReadSequence();
        data.ThrowIfNotEmpty();

        Require(signerInfo.TryReadInt32(out var signerVersion) && signerVersion is 1 or 3, "signer version");
        var signer = FindSigner(signerInfo.ReadEncodedValue(), certificates);
        Require(ReadDigest(signerInfo) == digest, "digest algorithm");
        RequireAttributes(signerInfo.ReadSetOf(Constructed(Context0)));
        RequireSignatureAlgorithm(ReadAlgorithm(signerInfo), digest, signer);
        _ = signerInfo.ReadOctetString();
        signerInfo.ThrowIfNotEmpty();
        return new VoucherForm(content, signer, certificates);
    }

    /// <summary>Lets go of the certificates; the content stays.</summary>
    public void Dispose()
    {
        foreach (var certificate in Certificates)
            certificate.Dispose();
    }

    private static string ReadDigest(AsnReader reader)
    {
        var digest = ReadAlgorithm(reader);
        Require(digest.Algorithm is ObjectIdentifiers.Sha256 or ObjectIdentifiers.Sha384 && digest.HasNoParameters, "digest algorithm");
        return digest.Algorithm;
    }

    private static byte[] ReadContent(AsnReader info)
    {
        Require(info.ReadObjectIdentifier() == ObjectIdentifiers.Data, "content type");
        var inside = info.ReadSequence(Constructed(Context0));
        info.ThrowIfNotEmpty();
        var content = inside.ReadOctetString();
        inside.ThrowIfNotEmpty();
        return content;
    }

    private static X509Certificate2Collection ReadCertificates(AsnReader set)
    {
        var certificates = new X509Certificate2Collection();
        while (set.HasData)
        {
            Require(certificates.Count < MaxCertificates && set.PeekTag() == Asn1Tag.Sequence, "certificates");
            certificates.Add(X509CertificateLoader.LoadCertificate(set.ReadEncodedValue().Span));
        }

        return certificates;
    }

    /// <summary>SignerIdentifier ::= CHOICE { issuerAndSerialNumber, [0] subjectKeyIdentifier }.</summary>
    private static X509Certificate2 FindSigner(ReadOnlyMemory<byte> identifier, X509Certificate2Collection certificates)
    {
        var found = certificates.Where(candidate => CertificateIdentifier.IsFor(identifier, candidate)).ToArray();
        Require(found.Length == 1, "signer certificate");
        return found[0];
    }

    /// <summary>Content type and message digest once each; the library compares the digest, the content type is compared here.</summary>
    private static void RequireAttributes(AsnReader attributes)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (attributes.HasData)
        {
            var attribute = attributes.ReadSequence();
            var type = attribute.ReadObjectIdentifier();
            Require(seen.Add(type), "repeated attribute");
            var values = attribute.ReadSetOf();
            attribute.ThrowIfNotEmpty();
            if (type != ObjectIdentifiers.AttributeContentType)
                continue;
            Require(values.ReadObjectIdentifier() == ObjectIdentifiers.Data, "content type attribute");
            values.ThrowIfNotEmpty();
        }

        Require(seen.Contains(ObjectIdentifiers.AttributeContentType) && seen.Contains(ObjectIdentifiers.AttributeMessageDigest), "attributes");
    }

    private static void RequireSignatureAlgorithm(AlgorithmIdentifier signature, string digest, X509Certificate2 signer)
    {
        var keyAlgorithm = signer.GetKeyAlgorithm();
        var allowed = (keyAlgorithm, digest, signature.Algorithm) switch
        {
            (ObjectIdentifiers.EcPublicKey, ObjectIdentifiers.Sha256, ObjectIdentifiers.EcdsaWithSha256) => CurveIs(signer, ObjectIdentifiers.P256),
            (ObjectIdentifiers.EcPublicKey, ObjectIdentifiers.Sha384, ObjectIdentifiers.EcdsaWithSha384) => CurveIs(signer, ObjectIdentifiers.P384),
            (ObjectIdentifiers.Rsa, _, ObjectIdentifiers.Rsa) => RsaIsLongEnough(signer),
            (ObjectIdentifiers.Rsa, ObjectIdentifiers.Sha256, ObjectIdentifiers.Sha256WithRsa) => RsaIsLongEnough(signer),
            (ObjectIdentifiers.Rsa, ObjectIdentifiers.Sha384, ObjectIdentifiers.Sha384WithRsa) => RsaIsLongEnough(signer),
            _ => false,
        };
        Require(allowed && signature.HasNoParameters, "signature algorithm or key");
    }

    private static bool CurveIs(X509Certificate2 signer, string curve)
    {
        var parameters = new AsnReader(signer.GetKeyAlgorithmParameters(), AsnEncodingRules.DER);
        return parameters.PeekTag() == Asn1Tag.ObjectIdentifier && parameters.ReadObjectIdentifier() == curve;
    }

    private static bool RsaIsLongEnough(X509Certificate2 signer)
    {
        using var key = signer.GetRSAPublicKey();
        return key?.KeySize >= DeviceKey.MinKeyBits;
    }
}
