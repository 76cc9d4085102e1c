using System.Collections.Immutable;
using DmDelegation.Engine.Execution;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine;

/// <summary>Everything the configuration and the device profile say to the engine. Numbers are validated before they get here.</summary>
public sealed record EngineOptions
{
    /// <summary>Version of the agent as reported by <c>dmagent version</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Build time of the agent: no clock reading before it is plausible (DEL-201).</summary>
    public required DateTimeOffset BuildTime { get; init; }

    /// <summary>Limits of LocURIs as published in <c>./DevDetail/URI</c>.</summary>
    public UriLimits UriLimits { get; init; } = new(16, 512, 64);

    /// <summary>Limits of one message (design 6).</summary>
    public MessageLimits MessageLimits { get; init; } = new();

    /// <summary>How large the tree may become.</summary>
    public TreeSize TreeSize { get; init; } = new();

    /// <summary>Session settings.</summary>
    public SessionOptions Session { get; init; } = new();

    /// <summary>Delegation settings.</summary>
    public DelegationOptions Delegation { get; init; } = new();

    /// <summary>What is configured per account, by ServerID; accounts that are not here have the defaults.</summary>
    public ImmutableDictionary<string, AccountOptions> Accounts { get; init; } = ImmutableDictionary.Create<string, AccountOptions>(StringComparer.Ordinal);

    /// <summary>Subtrees the device configuration marks as protected, besides those that always are (DEL-321).</summary>
    public ImmutableArray<NodePath> Protected { get; init; } = [];

    /// <summary>ACL of the root in the factory tree; what ACL-051 falls back to.</summary>
    public required Acl FactoryRootAcl { get; init; }

    /// <summary>What the tree says of nodes that servers add: access types, secrets.</summary>
    public required TreeDescription Description { get; init; }

    /// <summary>What the Exec of a node does, by its address; the nodes themselves are permanent (TND-083).</summary>
    public ImmutableDictionary<NodePath, OperationBinding> Operations { get; init; } = ImmutableDictionary<NodePath, OperationBinding>.Empty;

    /// <summary>Whether trust anchors for TLS servers are configured, so that a host name can be verified without a pin (DEL-093).</summary>
    public bool HostNamesVerifiable { get; init; }

    /// <summary>What is configured for the account of <paramref name="server"/>.</summary>
    public AccountOptions AccountOf(string server) => Accounts.GetValueOrDefault(server, AccountOptions.Default);
}

/// <summary>How large the tree may become; 420 above (TND-060).</summary>
/// <param name="MaxNodes">Most nodes, the root included (design 6).</param>
/// <param name="MaxOctets">Most octets of all nodes together. Own choice: the tree is in memory, and 40 MB is what the agent may take at its peak.</param>
public sealed record TreeSize(int MaxNodes = 200_000, long MaxOctets = 16 * 1024 * 1024);

/// <summary>Settings of DM sessions.</summary>
public sealed record SessionOptions
{
    /// <summary>MaxMsgSize announced to servers, octets, 4 KiB … 16 MiB (PRO-023).</summary>
    public int MaxMsgSize { get; init; } = 64 * 1024;

    /// <summary>Messages of one session after which a server counts as running away, 2 … 10,000 (PRO-052).</summary>
    public int MaxRounds { get; init; } = 200;

    /// <summary>Base of the backoff, seconds, 1 … 3,600 (DEL-242).</summary>
    public int RetryBaseSeconds { get; init; } = 30;

    /// <summary>Cap of the backoff before jitter, seconds, 1 … 86,400 (DEL-242).</summary>
    public int RetryCapSeconds { get; init; } = 21_600;

    /// <summary>Sessions at once (design 6).</summary>
    public int MaxSessions { get; init; } = 4;
}

/// <summary>Settings of delegation; the defaults are those of the specification, the bounds are checked by the configuration.</summary>
public sealed record DelegationOptions
{
    /// <summary>Seconds after step 5 was delivered until the first contact with B, 0 … 3,600 (DEL-178).</summary>
    public int FirstContactDelaySeconds { get; init; } = 60;

    /// <summary>Seconds after T1 until the first contact at the latest, 0 … 3,600 (DEL-178).</summary>
    public int FirstContactLatestSeconds { get; init; } = 300;

    /// <summary>Failed sessions of B in Pending that end the delegation, 1 … 10 (DEL-184).</summary>
    public int Lockout { get; init; } = 5;

    /// <summary>Pending, Active and Suspended records in total, 4 … 64 (DEL-050).</summary>
    public int MaxActive { get; init; } = 16;

    /// <summary>Depth of chains, 0 … 4 (DEL-061).</summary>
    public int MaxDepth { get; init; } = 2;

    /// <summary>Starts per hour and server (DEL-105).</summary>
    public int StartsPerHour { get; init; } = 10;

    /// <summary>Tombstones kept, 16 … 256 (DEL-194).</summary>
    public int MaxTombstones { get; init; } = 64;

    /// <summary>Seconds of boot time after which a staged record is deleted (DEL-085).</summary>
    public int StagedLifeSeconds { get; init; } = 900;

    /// <summary>Life of a nonce, seconds (DEL-100).</summary>
    public int NonceLifeSeconds { get; init; } = 86_400;

    /// <summary>Days after which an undelivered outbox entry is given up (DEL-243).</summary>
    public int OutboxDays { get; init; } = 30;

    /// <summary>Days after which an ended record is removed; its tombstone stays (12.2, event age).</summary>
    public int EndedDays { get; init; } = 7;

    /// <summary>Seconds between two persists of the clock while a temporary delegation is live (DEL-206).</summary>
    public int ClockPersistSeconds { get; init; } = 60;

    /// <summary>Servers that may start final delegations; empty = those with Replace on the root (DEL-065).</summary>
    public ImmutableArray<string> FinalAllowed { get; init; } = [];
}

/// <summary>What is configured for one account beside the tree.</summary>
public sealed record AccountOptions
{
    /// <summary>The defaults.</summary>
    public static AccountOptions Default { get; } = new();

    /// <summary>Every delegation by this server needs a voucher (DEL-161).</summary>
    public bool VoucherRequired { get; init; }

    /// <summary>Seconds between sessions the agent opens by itself; 0 = none.</summary>
    public int PollIntervalSeconds { get; init; }

    /// <summary>SHA-256 pins of the server's SubjectPublicKeyInfo, 32 octets each, concatenated; empty = none.</summary>
    public ReadOnlyMemory<byte> Pins { get; init; }
}
