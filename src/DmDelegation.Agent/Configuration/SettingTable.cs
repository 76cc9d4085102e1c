using System.Collections.Immutable;
using DmDelegation.Engine;
using DmDelegation.Platform.Accounts;
using DmDelegation.Platform.Clock;
using static DmDelegation.Agent.Configuration.ValueForms;

namespace DmDelegation.Agent.Configuration;

/// <summary>
/// Every key there is, one row each: default, allowed range, target, and a sentence on its meaning. The bounds are those of the specification where it has any; the others
/// keep a typing mistake from looking like a hang.
/// </summary>
internal static class SettingTable
{
    /// <summary>Key of the list of accounts.</summary>
    public const string Accounts = "accounts";

    private const int DaySeconds = 86_400;

    /// <summary>An account of which nothing is known yet; what must be there is checked when all keys are read.</summary>
    public static AccountSetting EmptyAccount { get; } = new() { Name = "", ServerId = "", Address = new Uri("about:blank") };

    private static readonly SessionOptions Session = new();
    private static readonly DelegationOptions Delegation = new();

    /// <summary>Keys of the agent.</summary>
    public static ImmutableArray<Setting<AgentConfiguration>> Agent { get; } =
    [
        Row("stateDirectory", "\"/var/lib/dmagent\"", FilePath, (agent, value) => agent with { StateDirectory = value },
            "Where the store and the device key live; nothing durable is written anywhere else."),
        Row("runtimeDirectory", "\"/run/dmagent\"", FilePath, (agent, value) => agent with { RuntimeDirectory = value },
            "Where the control socket is."),
        Row("profile", "\"/usr/share/dmagent/device-profiles/generic-linux.json\"", FilePath, (agent, value) => agent with { Profile = value },
            "The device profile: what kind of device this is, and the tree it begins with."),
        Row("deviceKeyFile", null, SecretPath, (agent, value) => agent with { ConfiguredDeviceKeyFile = value },
            "File of the key that seals the secrets in the store. Without it the systemd credential device-key if there is one, else device.key in the state directory, made at the first start."),
        Row("identity.certificateFile", null, FilePath, (agent, value) => agent with { IdentityCertificateFile = value },
            "Certificate (PEM) of the RSA identity key for delegation keys of method cms; without it cms is not offered."),
        Row("identity.keyFile", null, SecretPath, (agent, value) => agent with { IdentityKeyFile = value },
            "Its private key (PEM), readable for its owner only, or credential:NAME; without it the systemd credential identity-key."),
        Row("tls.trustAnchorsFile", null, FilePath, (agent, value) => agent with { TrustAnchorsFile = value },
            "Certificates (PEM) that servers' certificates must lead to; without it those of the system."),
        Row("tls.clientCertificateFile", null, FilePath, (agent, value) => agent with { ClientCertificateFile = value },
            "Certificate (PEM) shown to servers that ask for one."),
        Row("tls.clientKeyFile", null, SecretPath, (agent, value) => agent with { ClientKeyFile = value },
            "Its private key (PEM), readable for its owner only, or credential:NAME; without it the systemd credential tls-client-key."),
        // SEC-091, SEC-095: for tests only.
        Row("tls.allowClearHttp", "false", Flag, (agent, value) => agent with { AllowClearHttp = value },
            "Servers may have http addresses; for tests only."),
        // DEL-201.
        Row("clock.trust", "\"kernel\"", ClockWords, (agent, value) => agent with { ClockTrust = value },
            "Who vouches for the wall clock: kernel is right where the clock is synchronised by NTP, rtc where a battery keeps it, always where something else sets it before the agent starts; with never nobody does, and suspended delegations wait for a server that tells the time."),
        // Own choice: below a second nothing answers, above ten minutes it is a hang.
        Row("session.timeoutSeconds", "60", Whole(1, 600), (agent, value) => agent with { TimeoutSeconds = value },
            "Longest time for one exchange with a server, in seconds."),
        // PRO-023.
        Row("session.maxMsgSize", $"{Session.MaxMsgSize}", Whole(4 * 1024, 16 * 1024 * 1024), (agent, value) => agent with { Session = agent.Session with { MaxMsgSize = value } },
            "Longest message that servers are told the device takes, in octets."),
        // PRO-052.
        Row("session.maxRounds", $"{Session.MaxRounds}", Whole(2, 10_000), (agent, value) => agent with { Session = agent.Session with { MaxRounds = value } },
            "Messages of a server in one session; a session that needs more is ended."),
        // DEL-242.
        Row("session.retryBaseSeconds", $"{Session.RetryBaseSeconds}", Whole(1, 3600), (agent, value) => agent with { Session = agent.Session with { RetryBaseSeconds = value } },
            "Wait after the first failed session with a server, in seconds; it doubles with each further one."),
        Row("session.retryCapSeconds", $"{Session.RetryCapSeconds}", Whole(1, DaySeconds), (agent, value) => agent with { Session = agent.Session with { RetryCapSeconds = value } },
            "Longest of these waits, in seconds, before jitter is added."),
        // DEL-178.
        Row("delegation.firstContactDelay", $"{Delegation.FirstContactDelaySeconds}", Whole(0, 3600), (agent, value) => agent with { Delegation = agent.Delegation with { FirstContactDelaySeconds = value } },
            "Seconds after the delegating server was told of a pending delegation until the device calls the delegated server."),
        Row("delegation.firstContactLatest", $"{Delegation.FirstContactLatestSeconds}", Whole(0, 3600), (agent, value) => agent with { Delegation = agent.Delegation with { FirstContactLatestSeconds = value } },
            "Seconds after a delegation became pending until the device calls the delegated server at the latest, told or not."),
        // DEL-184.
        Row("delegation.lockout", $"{Delegation.Lockout}", Whole(1, 10), (agent, value) => agent with { Delegation = agent.Delegation with { Lockout = value } },
            "Failed sessions of a delegated server, before it has confirmed, that end its delegation."),
        // DEL-050.
        Row("delegation.maxActive", $"{Delegation.MaxActive}", Whole(4, 64), (agent, value) => agent with { Delegation = agent.Delegation with { MaxActive = value } },
            "Delegations that may be pending, active and suspended at once."),
        // DEL-061.
        Row("delegation.maxDepth", $"{Delegation.MaxDepth}", Whole(0, 4), (agent, value) => agent with { Delegation = agent.Delegation with { MaxDepth = value } },
            "How often what was delegated may be delegated on; 0: never."),
        // DEL-105; own choice of the bound: one every few seconds is what a test needs.
        Row("delegation.startsPerHour", $"{Delegation.StartsPerHour}", Whole(1, 1000), (agent, value) => agent with { Delegation = agent.Delegation with { StartsPerHour = value } },
            "Start commands per server and hour; what comes on top is refused."),
        // DEL-194.
        Row("delegation.maxTombstones", $"{Delegation.MaxTombstones}", Whole(16, 256), (agent, value) => agent with { Delegation = agent.Delegation with { MaxTombstones = value } },
            "Ids of ended delegations that are remembered, so that they are not used again."),
        // DEL-065.
        Row("delegation.finalAllowed", "[]", ServerIds, (agent, value) => agent with { Delegation = agent.Delegation with { FinalAllowed = [.. value] } },
            "Servers that may give parts of the device away for good."),
        // DEL-321.
        Row("delegation.protected", "[]", NodeUris, (agent, value) => agent with { Protected = [.. value] },
            "Subtrees that no delegation reaches, besides those of the device profile."),
        // DEL-163.
        Row("voucherAnchorsFile", null, FilePath, (agent, value) => agent with { VoucherAnchorsFile = value },
            "Certificates (PEM) that signers of vouchers must lead to, for servers without their own."),
        Row("control.group", "\"dmagent\"", Text(32), (agent, value) => agent with { ControlGroup = value },
            "Group whose members may give commands, besides root and the user of the agent."),
        Row("log.level", "\"info\"", LevelWords, (agent, value) => agent with { LogLevel = value },
            "Least severity that is logged."),
    ];

    /// <summary>Keys of an account.</summary>
    public static ImmutableArray<Setting<AccountSetting>> Account { get; } =
    [
        AccountRow("name", null, Name, (account, value) => account with { Name = value },
            "Name of the account below ./DMAcc; drop-ins that use it again change this account."),
        AccountRow("serverId", null, ServerId, (account, value) => account with { ServerId = value },
            "Server Identifier, as ACLs have it; unique."),
        AccountRow("address", null, Address, (account, value) => account with { Address = new Uri(value) },
            "Address of the server."),
        AccountRow("authType", "\"HMAC\"", OneOf(("HMAC", "HMAC"), ("DIGEST", "DIGEST"), ("TRANSPORT", "TRANSPORT")), (account, value) => account with { AuthType = value },
            "How device and server prove themselves above TLS; with TRANSPORT client and server certificate alone do."),
        AccountRow("clientName", null, UserName, (account, value) => account with { ClientName = value },
            "User name of the device at the server; not with TRANSPORT."),
        AccountRow("clientSecretFile", null, SecretPath, (account, value) => account with { ClientSecretFile = value },
            "File with the device's password, readable for its owner only, or credential:NAME; needed at the first start, not with TRANSPORT."),
        AccountRow("serverName", null, UserName, (account, value) => account with { ServerName = value },
            "User name of the server at the device; without it the Server Identifier."),
        AccountRow("serverSecretFile", null, SecretPath, (account, value) => account with { ServerSecretFile = value },
            "File with the server's password, readable for its owner only, or credential:NAME; needed at the first start, not with TRANSPORT."),
        AccountRow("voucherAnchorsFile", null, FilePath, (account, value) => account with { VoucherAnchorsFile = value },
            "Certificates (PEM) that signers of vouchers of this server must lead to; without it the common ones."),
        // DEL-163: the mapping of a ServerID to the name in the signer's certificate.
        AccountRow("voucherSigner", null, Text(255), (account, value) => account with { VoucherSigner = value },
            "Name (URI or DNS) in the certificate of the server's signer, if it is not the Server Identifier."),
        AccountRow("voucherRequired", "false", Flag, (account, value) => account with { VoucherRequired = value },
            "Every delegation by this server needs a voucher."),
        AccountRow("spkiPins", "[]", Pins, (account, value) => account with { SpkiPins = value },
            "SHA-256 hashes of public keys; with any, the server must show one of these keys, and its name and issuer do not matter."),
        // Own choice: a device that is to call less often than every 30 days does not poll.
        AccountRow("pollIntervalSeconds", "0", Whole(0, 30 * DaySeconds), (account, value) => account with { PollIntervalSeconds = value },
            "Seconds between sessions that the agent opens by itself; 0: it opens none."),
        AccountRow("acl", null, AclText, (account, value) => account with { Acl = value.ToString() },
            "ACL of the account; without it the server may Get, Replace and Delete it."),
    ];

    private static ValueForm<ClockTrustMode> ClockWords => OneOf(
        ("kernel", ClockTrustMode.Kernel), ("rtc", ClockTrustMode.Rtc), ("always", ClockTrustMode.Always), ("never", ClockTrustMode.Never));

    private static ValueForm<LogSeverity> LevelWords => OneOf(
        ("error", LogSeverity.Error), ("warning", LogSeverity.Warning), ("notice", LogSeverity.Notice), ("info", LogSeverity.Information), ("debug", LogSeverity.Debug));

    private static Setting<AgentConfiguration> Row<T>(string key, string? usual, ValueForm<T> form, Func<AgentConfiguration, T, AgentConfiguration> set, string meaning) =>
        new Setting<AgentConfiguration, T>(key, usual, form, set, meaning);

    private static Setting<AccountSetting> AccountRow<T>(string key, string? usual, ValueForm<T> form, Func<AccountSetting, T, AccountSetting> set, string meaning) =>
        new Setting<AccountSetting, T>(key, usual, form, set, meaning);
}
