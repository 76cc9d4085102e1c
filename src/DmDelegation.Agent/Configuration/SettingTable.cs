using System.Collections.Immutable;
using DmDelegation.Engine;
using DmDelegation.Platform.Accounts;
using DmDelegation.Platform.Clock;
using static DmDelegation.Agent.Configuration.ValueForms;

namespace DmDelegation.Agent.Configuration;

/// <summary>
/// Every key there is, one row each: default, allowed range, target. The bounds are those of the specification where it has any; the others
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
        Row("stateDirectory", "\"/var/lib/dmagent\"", FilePath, (agent, value) => agent with { StateDirectory = value }),
        Row("runtimeDirectory", "\"/run/dmagent\"", FilePath, (agent, value) => agent with { RuntimeDirectory = value }),
        Row("profile", "\"/usr/share/dmagent/device-profiles/generic-linux.json\"", FilePath, (agent, value) => agent with { Profile = value }),
        Row("deviceKeyFile", null, FilePath, (agent, value) => agent with { ConfiguredDeviceKeyFile = value }),
        Row("identity.certificateFile", null, FilePath, (agent, value) => agent with { IdentityCertificateFile = value }),
        Row("identity.keyFile", null, FilePath, (agent, value) => agent with { IdentityKeyFile = value }),
        Row("tls.trustAnchorsFile", null, FilePath, (agent, value) => agent with { TrustAnchorsFile = value }),
        Row("tls.clientCertificateFile", null, FilePath, (agent, value) => agent with { ClientCertificateFile = value }),
        Row("tls.clientKeyFile", null, FilePath, (agent, value) => agent with { ClientKeyFile = value }),
        // SEC-091, SEC-095: for tests only.
        Row("tls.allowClearHttp", "false", Flag, (agent, value) => agent with { AllowClearHttp = value }),
        // DEL-201.
        Row("clock.trust", "\"kernel\"", ClockWords, (agent, value) => agent with { ClockTrust = value }),
        // Own choice: below a second nothing answers, above ten minutes it is a hang.
        Row("session.timeoutSeconds", "60", Whole(1, 600), (agent, value) => agent with { TimeoutSeconds = value }),
        // PRO-023.
        Row("session.maxMsgSize", $"{Session.MaxMsgSize}", Whole(4 * 1024, 16 * 1024 * 1024), (agent, value) => agent with { Session = agent.Session with { MaxMsgSize = value } }),
        // PRO-052.
        Row("session.maxRounds", $"{Session.MaxRounds}", Whole(2, 10_000), (agent, value) => agent with { Session = agent.Session with { MaxRounds = value } }),
        // DEL-242.
        Row("session.retryBaseSeconds", $"{Session.RetryBaseSeconds}", Whole(1, 3600), (agent, value) => agent with { Session = agent.Session with { RetryBaseSeconds = value } }),
        Row("session.retryCapSeconds", $"{Session.RetryCapSeconds}", Whole(1, DaySeconds), (agent, value) => agent with { Session = agent.Session with { RetryCapSeconds = value } }),
        // DEL-178.
        Row("delegation.firstContactDelay", $"{Delegation.FirstContactDelaySeconds}", Whole(0, 3600), (agent, value) => agent with { Delegation = agent.Delegation with { FirstContactDelaySeconds = value } }),
        Row("delegation.firstContactLatest", $"{Delegation.FirstContactLatestSeconds}", Whole(0, 3600), (agent, value) => agent with { Delegation = agent.Delegation with { FirstContactLatestSeconds = value } }),
        // DEL-184.
        Row("delegation.lockout", $"{Delegation.Lockout}", Whole(1, 10), (agent, value) => agent with { Delegation = agent.Delegation with { Lockout = value } }),
        // DEL-050.
        Row("delegation.maxActive", $"{Delegation.MaxActive}", Whole(4, 64), (agent, value) => agent with { Delegation = agent.Delegation with { MaxActive = value } }),
        // DEL-061.
        Row("delegation.maxDepth", $"{Delegation.MaxDepth}", Whole(0, 4), (agent, value) => agent with { Delegation = agent.Delegation with { MaxDepth = value } }),
        // DEL-105; own choice of the bound: one every few seconds is what a test needs.
        Row("delegation.startsPerHour", $"{Delegation.StartsPerHour}", Whole(1, 1000), (agent, value) => agent with { Delegation = agent.Delegation with { StartsPerHour = value } }),
        // DEL-194.
        Row("delegation.maxTombstones", $"{Delegation.MaxTombstones}", Whole(16, 256), (agent, value) => agent with { Delegation = agent.Delegation with { MaxTombstones = value } }),
        // DEL-065.
        Row("delegation.finalAllowed", "[]", ServerIds, (agent, value) => agent with { Delegation = agent.Delegation with { FinalAllowed = [.. value] } }),
        // DEL-321.
        Row("delegation.protected", "[]", NodeUris, (agent, value) => agent with { Protected = [.. value] }),
        // DEL-163.
        Row("voucherAnchorsFile", null, FilePath, (agent, value) => agent with { VoucherAnchorsFile = value }),
        Row("control.group", "\"dmagent\"", Text(32), (agent, value) => agent with { ControlGroup = value }),
        Row("log.level", "\"info\"", LevelWords, (agent, value) => agent with { LogLevel = value }),
    ];

    /// <summary>Keys of an account.</summary>
    public static ImmutableArray<Setting<AccountSetting>> Account { get; } =
    [
        AccountRow("name", null, Name, (account, value) => account with { Name = value }),
        AccountRow("serverId", null, ServerId, (account, value) => account with { ServerId = value }),
        AccountRow("address", null, Address, (account, value) => account with { Address = new Uri(value) }),
        AccountRow("authType", "\"HMAC\"", OneOf(("HMAC", "HMAC"), ("DIGEST", "DIGEST"), ("TRANSPORT", "TRANSPORT")), (account, value) => account with { AuthType = value }),
        AccountRow("clientName", null, UserName, (account, value) => account with { ClientName = value }),
        AccountRow("clientSecretFile", null, FilePath, (account, value) => account with { ClientSecretFile = value }),
        AccountRow("serverName", null, UserName, (account, value) => account with { ServerName = value }),
        AccountRow("serverSecretFile", null, FilePath, (account, value) => account with { ServerSecretFile = value }),
        AccountRow("voucherAnchorsFile", null, FilePath, (account, value) => account with { VoucherAnchorsFile = value }),
        // DEL-163: the mapping of a ServerID to the name in the signer's certificate.
        AccountRow("voucherSigner", null, Text(255), (account, value) => account with { VoucherSigner = value }),
        AccountRow("voucherRequired", "false", Flag, (account, value) => account with { VoucherRequired = value }),
        AccountRow("spkiPins", "[]", Pins, (account, value) => account with { SpkiPins = value }),
        // Own choice: a device that is to call less often than every 30 days does not poll.
        AccountRow("pollIntervalSeconds", "0", Whole(0, 30 * DaySeconds), (account, value) => account with { PollIntervalSeconds = value }),
        AccountRow("acl", null, AclText, (account, value) => account with { Acl = value.ToString() }),
    ];

    private static ValueForm<ClockTrustMode> ClockWords => OneOf(
        ("kernel", ClockTrustMode.Kernel), ("rtc", ClockTrustMode.Rtc), ("always", ClockTrustMode.Always), ("never", ClockTrustMode.Never));

    private static ValueForm<LogSeverity> LevelWords => OneOf(
        ("error", LogSeverity.Error), ("warning", LogSeverity.Warning), ("notice", LogSeverity.Notice), ("info", LogSeverity.Information), ("debug", LogSeverity.Debug));

    private static Setting<AgentConfiguration> Row<T>(string key, string? usual, ValueForm<T> form, Func<AgentConfiguration, T, AgentConfiguration> set) =>
        new Setting<AgentConfiguration, T>(key, usual, form, set);

    private static Setting<AccountSetting> AccountRow<T>(string key, string? usual, ValueForm<T> form, Func<AccountSetting, T, AccountSetting> set) =>
        new Setting<AccountSetting, T>(key, usual, form, set);
}
