namespace DmDelegation.Protocol;

/// <summary>Names of the authentication types: in Meta Type on the wire, in AAuthType in a DMAcc (security.md 1).</summary>
public static class AuthType
{
    /// <summary>User name and password, base64 (security.md 2).</summary>
    public const string Basic = "syncml:auth-basic";

    /// <summary>Digest with nonce (security.md 2).</summary>
    public const string Md5 = "syncml:auth-md5";

    /// <summary>Digest of each message, in the header x-syncml-hmac (security.md 6).</summary>
    public const string Mac = "syncml:auth-MAC";

    // Only what the client can do; every other type ends the session (SEC-004, SEC-009).
    private static readonly (string MetaType, string AAuthType)[] Names =
    [
        (Basic, "BASIC"),
        (Md5, "DIGEST"),
        (Mac, "HMAC"),
    ];

    /// <summary>AAuthType for a Meta Type (compared without case, as senders differ in it), or null for one that is not supported.</summary>
    public static string? ToAAuthType(string? metaType) =>
        Names.FirstOrDefault(name => name.MetaType.Equals(metaType, StringComparison.OrdinalIgnoreCase)).AAuthType;

    /// <summary>Meta Type for an AAuthType, or null for one that is not supported or not of the DM layer (HTTP-BASIC, TRANSPORT ...).</summary>
    public static string? FromAAuthType(string? aAuthType) =>
        Names.FirstOrDefault(name => name.AAuthType.Equals(aAuthType, StringComparison.Ordinal)).MetaType;
}
