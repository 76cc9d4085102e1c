namespace DmDelegation.Platform.Accounts;

/// <summary>An account as the configuration has it.</summary>
public sealed record AccountSetting
{
    /// <summary>Name of the instance below <c>./DMAcc</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Server Identifier that ACLs see (STD-012).</summary>
    public required string ServerId { get; init; }

    /// <summary>Absolute https address.</summary>
    public required Uri Address { get; init; }

    /// <summary><c>HMAC</c>, <c>DIGEST</c> or <c>TRANSPORT</c>.</summary>
    public string AuthType { get; init; } = "HMAC";

    /// <summary>User name of the device.</summary>
    public string ClientName { get; init; } = "";

    /// <summary>File with the device's password; null with <c>TRANSPORT</c>.</summary>
    public string? ClientSecretFile { get; init; }

    /// <summary>User name of the server; the ServerID if empty.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>File with the server's password; null with <c>TRANSPORT</c>.</summary>
    public string? ServerSecretFile { get; init; }

    /// <summary>Where systemd puts credentials: it guards the files there, whatever their mode says. Null if there are none.</summary>
    public string? CredentialsDirectory { get; init; }

    /// <summary>Anchors for vouchers of this server; null: the common ones (DEL-163).</summary>
    public string? VoucherAnchorsFile { get; init; }

    /// <summary>Name (SAN URI or DNS) that the signer of its vouchers bears instead of the ServerID; empty: the ServerID (DEL-163).</summary>
    public string VoucherSigner { get; init; } = "";

    /// <summary>Every delegation by this server needs a voucher (DEL-161).</summary>
    public bool VoucherRequired { get; init; }

    /// <summary>SHA-256 pins of the server's SubjectPublicKeyInfo, 32 octets each, concatenated; empty: none.</summary>
    public ReadOnlyMemory<byte> SpkiPins { get; init; }

    /// <summary>Seconds between sessions the agent opens by itself; 0: none.</summary>
    public int PollIntervalSeconds { get; init; }

    /// <summary>ACL of the instance; empty: Get, Replace and Delete for the server (STD-023).</summary>
    public string Acl { get; init; } = "";
}
