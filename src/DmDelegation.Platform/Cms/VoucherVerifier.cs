using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Ports;

namespace DmDelegation.Platform.Cms;

/// <summary>The trust anchors for vouchers (DEL-163).</summary>
/// <param name="Common">Anchors for servers without their own; may be empty.</param>
/// <param name="PerServer">Anchors of single servers, by ServerID; they take the place of the common ones.</param>
public sealed record VoucherAnchors(X509Certificate2Collection Common, ImmutableDictionary<string, X509Certificate2Collection> PerServer)
{
    /// <summary>The anchors for vouchers of a server.</summary>
    public X509Certificate2Collection Of(string server) => PerServer.GetValueOrDefault(server, Common);

    /// <summary>Names that signers bear instead of the ServerID, by ServerID (DEL-163, configured mapping).</summary>
    public ImmutableDictionary<string, string> SignerNames { get; init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The name that the signer of a server's vouchers must bear: the configured one alone, or the ServerID.</summary>
    public string SignerOf(string server) => SignerNames.GetValueOrDefault(server, server);
}

/// <summary>Verifies vouchers in the order of DEL-164: form, key usage, signature, trust.</summary>
/// <param name="anchors">The configured anchors.</param>
public sealed class VoucherVerifier(VoucherAnchors anchors) : IVoucherVerifier
{
    /// <summary>Longest voucher in octets (DEL-086).</summary>
    public const int MaxVoucherOctets = 16 * 1024;

    /// <inheritdoc/>
    public VoucherReading Read(ReadOnlyMemory<byte> voucher, string delegatingServer, DateTimeOffset time, bool timeTrusted)
    {
        using var form = ReadForm(voucher);
        if (form is null)
            return Refused(ReasonCode.VoucherFormat);
        if (!MaySign(form.Signer))
            return Refused(ReasonCode.VoucherUntrusted);
        if (!IsSigned(voucher, form.Signer))
            return Refused(ReasonCode.VoucherSignature);
        return IsTrusted(form, delegatingServer, time, timeTrusted)
            ? new VoucherReading(0, form.Content, SignatureGood: true)
            : Refused(ReasonCode.VoucherUntrusted);
    }

    private static VoucherReading Refused(ReasonCode reason) => new(reason.Code, default, SignatureGood: false);

    private static VoucherForm? ReadForm(ReadOnlyMemory<byte> voucher)
    {
        try
        {
            var form = voucher.Length <= MaxVoucherOctets ? VoucherForm.Parse(voucher) : null;
            return form is not null && VoucherContent.IsWellFormed(form.Content.Span) ? form : null;
        }
        catch (Exception fault) when (fault is AsnContentException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>A key usage that is not there restricts nothing (RFC 5280, 4.2.1.3).</summary>
    private static bool MaySign(X509Certificate2 signer)
    {
        try
        {
            return signer.Extensions.OfType<X509KeyUsageExtension>().All(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature));
        }
        catch (CryptographicException)
        {
            // The library reads extensions when they are looked at; one that cannot be read allows nothing.
            return false;
        }
    }

    private static bool IsSigned(ReadOnlyMemory<byte> voucher, X509Certificate2 signer)
    {
        try
        {
            var signed = new SignedCms();
            signed.Decode(voucher.Span);
            signed.SignerInfos[0].CheckSignature([signer], verifySignatureOnly: true);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private bool IsTrusted(VoucherForm form, string delegatingServer, DateTimeOffset time, bool timeTrusted)
    {
        try
        {
            return Certificates.Names(form.Signer, anchors.SignerOf(delegatingServer)) && Chains(form, anchors.Of(delegatingServer), time, timeTrusted);
        }
        catch (Exception fault) when (fault is AsnContentException or CryptographicException)
        {
            return false;
        }
    }

    private static bool Chains(VoucherForm form, X509Certificate2Collection trusted, DateTimeOffset time, bool timeTrusted)
    {
        if (trusted.Count == 0)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.ExtraStore.AddRange(form.Certificates);
        // No online question of any kind at the handover (DEL-167).
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = time.UtcDateTime;
        if (!timeTrusted)
            chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        // Without a trusted clock the effective time is only a lower bound: a certificate past its end is out, one before its beginning is not (DEL-166).
        return chain.Build(form.Signer)
            && (timeTrusted || chain.ChainElements.All(element => element.Certificate.NotAfter.ToUniversalTime() >= time.UtcDateTime));
    }
}
