using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DmDelegation.ServerStub.Keys;

/// <summary>Signature of step 2 by the TLS key: ECDSA in DER with SHA-256 (P-256) or SHA-384 (P-384), RSA PKCS#1 v1.5 with SHA-256 (delegation.md 14.2).</summary>
public static class StepTwoSignature
{
    /// <summary>Signs with the private key of the certificate.</summary>
    public static byte[] Sign(byte[] text, X509Certificate2 certificate)
    {
        using var ec = certificate.GetECDsaPrivateKey();
        if (ec is not null)
            return ec.SignData(text, HashFor(ec), DSASignatureFormat.Rfc3279DerSequence);
        using var rsa = certificate.GetRSAPrivateKey() ?? throw new CryptographicException("the TLS certificate has neither an EC nor an RSA key");
        return rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>Verifies with the public key of the certificate the peer showed on its connection.</summary>
    public static bool Verify(byte[] text, byte[] signature, X509Certificate2 certificate)
    {
        using var ec = certificate.GetECDsaPublicKey();
        if (ec is not null)
            return ec.VerifyData(text, signature, HashFor(ec), DSASignatureFormat.Rfc3279DerSequence);
        using var rsa = certificate.GetRSAPublicKey();
        return rsa is not null && rsa.VerifyData(text, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static HashAlgorithmName HashFor(ECDsa key) => key.KeySize > 256 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
}
