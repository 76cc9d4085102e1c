using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>One scope entry: a subtree root and the rights on it (delegation.md 6.1).</summary>
/// <param name="Uri">Full path of the subtree root, or <c>.</c>.</param>
/// <param name="Rights"><c>+</c>-separated out of Add, Delete, Exec, Get, Replace, spelt as it will stand in the record.</param>
public sealed record ScopeEntry(string Uri, string Rights);

/// <summary>The account of B as B describes it in step 1 (delegation.md 14.2); A adds <see cref="ConRef"/>.</summary>
public sealed record AccountTerms
{
    /// <summary>https address of B's DM endpoint; absent for a known B.</summary>
    public string? Addr { get; init; }

    /// <summary>Path of the account of a known B; empty lets the device find it (DEL-056).</summary>
    public string? Ref { get; init; }

    /// <summary><c>HMAC</c> or <c>DIGEST</c>; absent leaves the leaf out of the record.</summary>
    public string? AuthType { get; init; }

    /// <summary>User name of the client credential; absent means the device id (DEL-170).</summary>
    public string? ClientName { get; init; }

    /// <summary>Connectivity reference, set by A.</summary>
    public string? ConRef { get; init; }

    /// <summary>1 to 4 SHA-256 pins of B's SubjectPublicKeyInfo, concatenated, base64.</summary>
    public string? Spki { get; init; }

    /// <summary>B already has an account on the device (DEL-056).</summary>
    public bool Known { get; init; }

    /// <summary>DER certificate, base64, to which A encrypts the TDK in step 6 (DEL-365).</summary>
    public string? EncCert { get; init; }

    /// <summary>Whether A can work with what B gave: exactly one way to the account, pins and certificate readable (DEL-093, DEL-094).</summary>
    public bool IsUsable() =>
        (Known ? Addr is null : Addr is not null && Uri.TryCreate(Addr, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps)
        && (Spki is null || Octets(Spki) is { Length: 32 or 64 or 96 or 128 })
        && (EncCert is null || IsRsaCertificate(Octets(EncCert)));

    private static byte[]? Octets(string base64)
    {
        var octets = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, octets, out var length) ? octets[..length] : null;
    }

    private static bool IsRsaCertificate(byte[]? der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der ?? []);
            using var key = certificate.GetRSAPublicKey();
            return key is not null;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

/// <summary>What A and B agree on, in the spelling that A writes into the record (delegation.md 14.2); an absent value is left out there too.</summary>
public sealed record DelegationTerms
{
    /// <summary>Label for people: partial, full, temporary or final (delegation.md 4.1); not part of the record.</summary>
    public string? Type { get; init; }

    /// <summary><c>partial</c> or <c>full</c>.</summary>
    public required string ScopeType { get; init; }

    /// <summary>The scope entries, in the order of the record.</summary>
    public required IReadOnlyList<ScopeEntry> Scope { get; init; }

    /// <summary><c>until-revoked</c>, <c>temporary</c> or <c>final</c>.</summary>
    public required string DurationType { get; init; }

    /// <summary><c>exclusive</c> or <c>shared</c>.</summary>
    public string? Control { get; init; }

    /// <summary>End in UTC, basic ISO 8601.</summary>
    public string? NotAfter { get; init; }

    /// <summary>Life after confirmation, seconds.</summary>
    public long? MaxSeconds { get; init; }

    /// <summary>Further depth allowed.</summary>
    public long? SubDelegation { get; init; }

    /// <summary><c>auth</c> or <c>exec</c>.</summary>
    public required string ConfirmMode { get; init; }

    /// <summary>Fail-safe window, seconds (10 … 604,800; DEL-134).</summary>
    public required long Window { get; init; }

    /// <summary>Seconds within which B rotates its secrets.</summary>
    public long? RotateWithin { get; init; }

    /// <summary><c>suspend</c> or <c>budget</c>.</summary>
    public string? OnTimeUnknown { get; init; }

    /// <summary>The account of B; absent until B has given it.</summary>
    public AccountTerms? Account { get; init; }

    /// <summary>The label of delegation.md 4.1: final, else temporary, else the scope type.</summary>
    [JsonIgnore]
    public string Label => DurationType is "final" or "temporary" ? DurationType : ScopeType;

    /// <summary>Whether every axis has a value of delegation.md 4.1 and the label is theirs (422 otherwise): an unknown value is never taken for a default (DEL-032). What is legal together is for the device to judge.</summary>
    public bool IsSpeltRight() =>
        ScopeType is "partial" or "full" && DurationType is "until-revoked" or "temporary" or "final"
        && Control is null or "exclusive" or "shared" && ConfirmMode is "auth" or "exec"
        && OnTimeUnknown is null or "suspend" or "budget" && Type == Label;

    /// <summary>The JSON of the terms as it is sent; the octets are what step 2 signs, so they are kept and not written again.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, StubJson.Default.DelegationTerms);

    /// <summary>Reads terms from their JSON; throws <see cref="JsonException"/> if a member is missing or of another type.</summary>
    public static DelegationTerms Parse(string json)
    {
        var terms = JsonSerializer.Deserialize(json, StubJson.Default.DelegationTerms) ?? throw new JsonException("terms: an object is needed");
        return terms.Scope.All(static entry => entry is { Uri: not null, Rights: not null }) ? terms : throw new JsonException("terms: scope: uri and rights are needed in every entry");
    }
}
