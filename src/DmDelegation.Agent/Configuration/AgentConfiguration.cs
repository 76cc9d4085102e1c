using System.Collections.Immutable;
using DmDelegation.Engine;
using DmDelegation.Platform.Accounts;
using DmDelegation.Platform.Clock;
using DmDelegation.Tree;

namespace DmDelegation.Agent.Configuration;

/// <summary>
/// The configuration after validation: every number in its range, every path absolute. It holds no secret, only the names of files that do.
/// The defaults stand in <see cref="SettingTable"/>, not here.
/// </summary>
internal sealed record AgentConfiguration
{
    /// <summary>Where the store and the device key live; nothing durable is written anywhere else.</summary>
    public string StateDirectory { get; init; } = "";

    /// <summary>Where the control socket is.</summary>
    public string RuntimeDirectory { get; init; } = "";

    /// <summary>
    /// systemd's credentials directory, null if this process cannot see one: then files of secrets may still be names, as
    /// <see cref="Credentials"/> has them.
    /// </summary>
    public string? CredentialsDirectory { get; init; }

    /// <summary>The device profile.</summary>
    public string Profile { get; init; } = "";

    /// <summary>File of the device key, or the credential that takes its place; null: <c>device.key</c> in the state directory.</summary>
    public string? ConfiguredDeviceKeyFile { get; init; }

    /// <summary>File of the device key (DEL-190, DEL-192).</summary>
    public string DeviceKeyFile => ConfiguredDeviceKeyFile ?? Path.Combine(StateDirectory, "device.key");

    /// <summary>The control socket.</summary>
    public string ControlSocket => Path.Combine(RuntimeDirectory, "control.sock");

    /// <summary>Group whose members may give commands.</summary>
    public string ControlGroup { get; init; } = "";

    /// <summary>Certificate of the RSA identity key for method <c>cms</c>; null: <c>cms</c> is not offered (DEL-158).</summary>
    public string? IdentityCertificateFile { get; init; }

    /// <summary>That key.</summary>
    public string? IdentityKeyFile { get; init; }

    /// <summary>Anchors for servers' certificates; null: those of the system.</summary>
    public string? TrustAnchorsFile { get; init; }

    /// <summary>Certificate shown to servers that ask; null: none.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>Its key.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>Clear http is allowed: for tests only (SEC-091).</summary>
    public bool AllowClearHttp { get; init; }

    /// <summary>Who vouches for the wall clock (DEL-201).</summary>
    public ClockTrustMode ClockTrust { get; init; }

    /// <summary>Time for one exchange, seconds.</summary>
    public int TimeoutSeconds { get; init; }

    /// <summary>Settings of DM sessions.</summary>
    public SessionOptions Session { get; init; } = new();

    /// <summary>Settings of delegation.</summary>
    public DelegationOptions Delegation { get; init; } = new();

    /// <summary>Protected subtrees besides those of the device profile (DEL-321).</summary>
    public ImmutableArray<NodePath> Protected { get; init; } = [];

    /// <summary>Accounts to provision once.</summary>
    public ImmutableArray<AccountSetting> Accounts { get; init; } = [];

    /// <summary>Voucher anchors for servers without their own; null: none (DEL-163).</summary>
    public string? VoucherAnchorsFile { get; init; }

    /// <summary>Least severity that is logged.</summary>
    public LogSeverity LogLevel { get; init; }
}
