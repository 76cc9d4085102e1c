using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.ServerStub.Demo;

/// <summary>
/// Everything the demo needs, made in a folder: a certificate authority, certificates of servers and device, secrets, a device profile, the
/// configurations; the two servers in this process and a real agent in one of its own.
/// </summary>
public sealed class DemoWorld : IAsyncDisposable
{
    /// <summary>The delegating server.</summary>
    public const string A = "a.example";

    /// <summary>The delegated server.</summary>
    public const string B = "b.example";

    /// <summary>The third server, in a chain.</summary>
    public const string D = "d.example";

    /// <summary>The device.</summary>
    public const string DeviceId = "urn:uuid:6d1c0b1e-5f0f-4b0a-9a3e-000000000042";

    private const string ClientName = "dev-42";

    private readonly bool _keep;

    private DemoWorld(string directory, bool keep)
    {
        Directory = directory;
        _keep = keep;
    }

    /// <summary>Where everything is.</summary>
    public string Directory { get; }

    /// <summary>The servers.</summary>
    public StubHost Servers { get; private set; } = null!;

    /// <summary>The agent.</summary>
    public AgentProcess Agent { get; private set; } = null!;

    /// <summary>State file of a server.</summary>
    public string StateFile(string server) => Path.Combine(Directory, server + ".state.json");

    /// <summary>Makes the world and starts it.</summary>
    public static async Task<DemoWorld> StartAsync(DemoOptions options, CancellationToken cancel)
    {
        var directory = options.Keep is { } keep
            ? System.IO.Directory.CreateDirectory(keep).FullName
            : System.IO.Directory.CreateTempSubdirectory("dmdelegation-demo-").FullName;
        var world = new DemoWorld(directory, options.Keep is not null);
        try
        {
            await world.BuildAsync(options, cancel);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Agent is not null)
        {
            await Agent.StopAsync();
            Agent.Dispose();
        }

        if (Servers is not null)
        {
            await Servers.DisposeAsync();
        }

        if (!_keep)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    private async Task BuildAsync(DemoOptions options, CancellationToken cancel)
    {
        var now = DateTimeOffset.UtcNow;
        using var tls = new CertificateAuthority("demo TLS authority", now.AddDays(-1), now.AddYears(1));
        using var vouchers = new CertificateAuthority("demo voucher authority", now.AddDays(-1), now.AddYears(1));
        var tlsAnchors = Write("tls-anchors.pem", tls.Certificate.ExportCertificatePem());
        var voucherAnchors = Write("voucher-anchors.pem", vouchers.Certificate.ExportCertificatePem());
        using var deviceCertificate = tls.IssueDevice(DeviceId);
        var device = CertificateAuthority.WritePem(Directory, "device", deviceCertificate);
        var clientSecret = Secret("client.secret");
        var serverSecret = Secret("server.secret");

        Servers = await StubHost.StartAsync(
            new StubConfiguration
            {
                Servers =
                [
                    Server(tls, A, tlsAnchors) with
                    {
                        Voucher = Pair(CertificateAuthority.WritePem(Directory, "voucher", vouchers.IssueVoucherSigner(A))),
                        Devices =
                        [
                            new DeviceConfiguration
                            {
                                DeviceId = DeviceId,
                                ClientName = ClientName,
                                ClientSecretFile = clientSecret,
                                ServerName = A,
                                ServerSecretFile = serverSecret,
                            },
                        ],
                    },
                    Server(tls, B, tlsAnchors) with { Voucher = options.Chain ? Pair(CertificateAuthority.WritePem(Directory, "voucher-b", vouchers.IssueVoucherSigner(B))) : null },
                    .. options.Chain ? (ServerConfiguration[])[Server(tls, D, tlsAnchors)] : [],
                ],
            },
            cancel);
        foreach (var (server, peer) in options.Chain ? ((string, string)[])[(A, B), (B, A), (B, D), (D, B)] : [(A, B), (B, A)])
        {
            Servers.Server(server).Peers.Set(peer, new PeerConfiguration
            {
                Address = Servers.S2sAddress(peer)!,
                Pin = Convert.ToBase64String(CertificateAuthority.Pin(Servers.Server(peer).Certificate)),
            });
        }

        var profile = Write("profile.json", Profile(options).ToJsonString());
        var configuration = Write("dmagent.json", Configuration(options, profile, tlsAnchors, voucherAnchors, device, clientSecret, serverSecret).ToJsonString());
        Agent = new AgentProcess(options.Agent, configuration, Path.Combine(Directory, "dmagent.log")) { Environment = options.AgentEnvironment };
        await Agent.StartAsync(cancel);
    }

    private ServerConfiguration Server(CertificateAuthority authority, string serverId, string anchors)
    {
        var (certificate, key) = CertificateAuthority.WritePem(Directory, serverId, authority.IssueServer(serverId));
        return new ServerConfiguration
        {
            ServerId = serverId,
            StateFile = StateFile(serverId),
            Dm = new DmConfiguration { CertificateFile = certificate, KeyFile = key },
            S2s = new S2sConfiguration { AnchorsFile = anchors },
        };
    }

    private static KeyPairFiles Pair((string CertificateFile, string KeyFile) files) => new() { CertificateFile = files.CertificateFile, KeyFile = files.KeyFile };

    /// <summary>A board with two subtrees of A's; with a full or a final delegation A is home authority of the root (DEL-065).</summary>
    private JsonObject Profile(DemoOptions options)
    {
        const string all = $"Add={A}&Delete={A}&Exec={A}&Get=*&Replace={A}";
        return new JsonObject
        {
            ["name"] = "demo-board",
            ["rootAcl"] = options.Type == "full" || options.Duration == "final" ? $"Add=*&Get=*&Replace={A}" : "Add=*&Get=*",
            ["devInfo"] = new JsonObject { ["devId"] = DeviceId, ["man"] = "Example Devices", ["mod"] = "EX-1", ["dmV"] = "1.2", ["lang"] = "en" },
            ["devDetail"] = new JsonObject { ["devTyp"] = "gateway", ["oem"] = "Example", ["fwV"] = "1", ["swV"] = "1", ["hwV"] = "1" },
            ["tree"] = new JsonArray([
                new JsonObject { ["uri"] = "./SCM", ["format"] = "node", ["acl"] = all },
                new JsonObject { ["uri"] = "./SCM/x", ["format"] = "chr", ["value"] = "factory" },
                new JsonObject { ["uri"] = "./Net", ["format"] = "node", ["acl"] = all },
                new JsonObject { ["uri"] = "./Net/eth0", ["format"] = "chr", ["value"] = "up" },
                .. options.Programs.Select(bound => Bound(bound.Key, bound.Value))]),
        };
    }

    private JsonObject Bound(string uri, string script)
    {
        var program = Write("program-" + Path.GetFileName(uri), script);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new JsonObject
        {
            ["uri"] = uri,
            ["format"] = "node",
            ["exec"] = new JsonObject { ["program"] = program, ["argument"] = "text", ["timeoutSeconds"] = 600 },
        };
    }

    /// <summary>Early first contact, a low lockout, one second of backoff; everything else is as it comes.</summary>
    private JsonObject Configuration(
        DemoOptions options, string profile, string tlsAnchors, string voucherAnchors, (string CertificateFile, string KeyFile) device, string clientSecret, string serverSecret) => new()
        {
            ["stateDirectory"] = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "state")).FullName,
            ["runtimeDirectory"] = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "run")).FullName,
            ["profile"] = profile,
            ["identity"] = new JsonObject { ["certificateFile"] = device.CertificateFile, ["keyFile"] = device.KeyFile },
            ["tls"] = new JsonObject { ["trustAnchorsFile"] = tlsAnchors },
            ["clock"] = new JsonObject { ["trust"] = "always" },
            ["session"] = new JsonObject { ["retryBaseSeconds"] = 1, ["retryCapSeconds"] = 2 },
            ["delegation"] = new JsonObject { ["firstContactDelay"] = options.FirstContactSeconds, ["lockout"] = options.Lockout },
            ["voucherAnchorsFile"] = voucherAnchors,
            ["accounts"] = new JsonArray(new JsonObject
            {
                ["name"] = "a",
                ["serverId"] = A,
                ["address"] = Servers.DmAddress(A),
                ["authType"] = "HMAC",
                ["clientName"] = ClientName,
                ["clientSecretFile"] = clientSecret,
                ["serverName"] = A,
                ["serverSecretFile"] = serverSecret,
            }),
        };

    private string Secret(string name) => Write(name, Convert.ToBase64String(RandomNumberGenerator.GetBytes(24)));

    private string Write(string name, string text)
    {
        var path = Path.Combine(Directory, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
