using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using DmDelegation.Agent.Configuration;
using DmDelegation.Engine;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.State;
using DmDelegation.Platform.Accounts;
using DmDelegation.Platform.Clock;
using DmDelegation.Platform.Cms;
using DmDelegation.Platform.Http;
using DmDelegation.Platform.Profile;
using DmDelegation.Platform.Store;
using DmDelegation.Protocol;

namespace DmDelegation.Agent.Startup;

/// <summary>Makes the engine's settings and ports out of configuration and device profile.</summary>
internal static class EngineSetup
{
    /// <summary>Settings of the engine.</summary>
    public static EngineOptions Options(AgentConfiguration agent, DeviceProfile profile) => new()
    {
        Version = BuildFacts.Version,
        BuildTime = BuildFacts.BuildTime,
        UriLimits = profile.DevDetail.Limits,
        MessageLimits = MessageLimits.Default with
        {
            MaxMessageOctets = Math.Max(MessageLimits.DefaultMaxMessageOctets, agent.Session.MaxMsgSize),
        },
        Session = agent.Session,
        Delegation = agent.Delegation,
        Accounts = agent.Accounts.ToImmutableDictionary(account => account.ServerId, OptionsOf, StringComparer.Ordinal),
        Protected = [.. profile.Protected.Concat(agent.Protected).Distinct()],
        Operations = profile.Tree.Where(node => node.Exec is not null).ToImmutableDictionary(node => node.Path, node => node.Exec!),
        FactoryRootAcl = profile.RootAcl,
        Description = FactoryTree.Description,
        // Without configured anchors those of the system verify host names.
        HostNamesVerifiable = true,
    };

    /// <summary>The ports of the engine.</summary>
    public static EnginePorts Ports(AgentConfiguration agent, IVault vault, IRandomSource random, IDeviceKey key) =>
        new(random, vault, new VoucherVerifier(Anchors(agent)), key, new StoreStorage(agent.StateDirectory));

    /// <summary>The device's identity key (DEL-158).</summary>
    public static DeviceKey DeviceKeyOf(AgentConfiguration agent) =>
        agent is { IdentityCertificateFile: { } certificate, IdentityKeyFile: { } key } ? DeviceKey.Load(certificate, key) : DeviceKey.None();

    /// <summary>Settings of the transport.</summary>
    public static TransportOptions Transport(AgentConfiguration agent) => new()
    {
        TrustAnchors = agent.TrustAnchorsFile is { } anchors ? Certificates.LoadAnchors(anchors) : null,
        ClientCertificate = agent is { ClientCertificateFile: { } certificate, ClientKeyFile: { } key } ? Certificates.LoadWithKey(certificate, key) : null,
        AllowClearHttp = agent.AllowClearHttp,
        Timeout = TimeSpan.FromSeconds(agent.TimeoutSeconds),
        MaxMsgSize = agent.Session.MaxMsgSize,
        UserAgent = "dmagent/" + BuildFacts.Version,
    };

    /// <summary>The clock; a real-time clock behind what was believed before has lost its time (DEL-201).</summary>
    public static SystemClock Clock(AgentConfiguration agent, AgentState? state) =>
        new(agent.ClockTrust, state?.Clock.HighWater is { } mark && mark > BuildFacts.BuildTime ? mark : BuildFacts.BuildTime);

    private static AccountOptions OptionsOf(AccountSetting account) => new()
    {
        VoucherRequired = account.VoucherRequired,
        PollIntervalSeconds = account.PollIntervalSeconds,
        Pins = account.SpkiPins,
    };

    private static VoucherAnchors Anchors(AgentConfiguration agent) => new(
        agent.VoucherAnchorsFile is { } common ? Certificates.LoadAnchors(common) : new X509Certificate2Collection(),
        agent.Accounts.Where(account => account.VoucherAnchorsFile is not null)
            .ToImmutableDictionary(account => account.ServerId, account => Certificates.LoadAnchors(account.VoucherAnchorsFile!), StringComparer.Ordinal))
    {
        SignerNames = agent.Accounts.Where(account => account.VoucherSigner.Length > 0)
            .ToImmutableDictionary(account => account.ServerId, account => account.VoucherSigner, StringComparer.Ordinal),
    };
}
