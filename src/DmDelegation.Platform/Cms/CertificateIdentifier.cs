using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace DmDelegation.Platform.Cms;

/// <summary>SignerIdentifier and RecipientIdentifier ::= CHOICE { issuerAndSerialNumber, [0] subjectKeyIdentifier }.</summary>
internal static class CertificateIdentifier
{
    /// <exception cref="AsnContentException">The identifier has another form.</exception>
    public static bool IsFor(ReadOnlyMemory<byte> identifier, X509Certificate2 certificate)
    {
        var reader = new AsnReader(identifier, AsnEncodingRules.DER);
        if (reader.PeekTag() == DerReading.Context0)
        {
            var wanted = reader.ReadOctetString(DerReading.Context0);
            return certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>()
                .Any(extension => extension.SubjectKeyIdentifierBytes.Span.SequenceEqual(wanted));
        }

        var pair = reader.ReadSequence();
        var issuer = pair.ReadEncodedValue();
        var serial = pair.ReadIntegerBytes();
        pair.ThrowIfNotEmpty();
        return issuer.Span.SequenceEqual(certificate.IssuerName.RawData) && serial.Span.SequenceEqual(certificate.SerialNumberBytes.Span);
    }
}
