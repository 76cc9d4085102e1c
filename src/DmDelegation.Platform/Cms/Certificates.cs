using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DmDelegation.Platform.Cms;

/// <summary>Certificates from PEM files, and what of them is looked at.</summary>
public static class Certificates
{
    /// <summary>All certificates of a PEM file, at least one.</summary>
    /// <exception cref="PlatformException">The file cannot be read or holds none.</exception>
    public static X509Certificate2Collection LoadAnchors(string file)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(file);
            return certificates.Count > 0 ? certificates : throw new PlatformException("certificate-file", $"{file} holds no certificate");
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new PlatformException("certificate-file", $"{file} cannot be read as certificates in PEM: {fault.Message}", fault);
        }
    }

    /// <summary>A certificate with its private key.</summary>
    /// <exception cref="PlatformException">A file cannot be read, or the two do not belong together.</exception>
    public static X509Certificate2 LoadWithKey(string certificateFile, string keyFile)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new PlatformException("certificate-file", $"{certificateFile} and {keyFile} are no certificate with its key in PEM: {fault.Message}", fault);
        }
    }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo: the pin (DEL-093).</summary>
    public static byte[] PinOf(X509Certificate2 certificate) => SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>
    /// Whether the subjectAltName holds <paramref name="name"/> as DNS name ([2]) or URI ([6]), compared exactly: Server Identifiers are
    /// case-sensitive (DEL-163).
    /// </summary>
    internal static bool Names(X509Certificate2 certificate, string name)
    {
        foreach (var extension in certificate.Extensions)
        {
            if (extension.Oid?.Value == ObjectIdentifiers.SubjectAltName && HoldsName(extension.RawData, name))
                return true;
        }

        return false;
    }

    private static bool HoldsName(byte[] subjectAltName, string name)
    {
        var names = new AsnReader(subjectAltName, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            var tag = names.PeekTag();
            if (tag is { TagClass: TagClass.ContextSpecific, TagValue: 2 or 6 })
            {
                if (string.Equals(names.ReadCharacterString(UniversalTagNumber.IA5String, tag), name, StringComparison.Ordinal))
                    return true;
            }
            else
            {
                _ = names.ReadEncodedValue();
            }
        }

        return false;
    }
}
