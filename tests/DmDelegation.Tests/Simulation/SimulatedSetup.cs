using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DmDelegation.Engine;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Cms;
using DmDelegation.Platform.Secrets;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Simulation;

/// <summary>Octets from a seed, in the place of the system's random source.</summary>
public sealed class SeededRandomSource(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> buffer) => _random.NextBytes(buffer);
}

/// <summary>The device that a seed gives: its configuration, its factory state, and the servers it knows.</summary>
public sealed class SimulatedSetup : IDisposable
{
    /// <summary>Nodes bound to programs that take nothing.</summary>
    public static readonly string[] Run = ["./SCM/dir/run", "./Net/run", "./Vendor/run"];

    /// <summary>A node bound to a program whose output goes where its argument says.</summary>
    public const string Fetch = "./SCM/fetch";

    private readonly SecretBuffer _deviceKey = SecretBuffer.CopyOf(SHA256.HashData("device key of the simulation"u8));
    private readonly TestDeviceSetup _setup = new();
    private readonly AesGcmVault _vault;
    private readonly string _authType;

    public SimulatedSetup(Random random)
    {
        BIsKnown = random.Next(3) == 0;
        AIsHomeAuthority = random.Next(3) == 0;
        GuestsAreNamed = random.Next(5) == 0;
        HasRtc = random.Next(3) == 0;
        _authType = random.Next(3) == 0 ? "DIGEST" : "HMAC";
        _vault = new AesGcmVault(_deviceKey);
        if (BIsKnown)
        {
            _setup.Known.Add("b.example");
        }

        if (AIsHomeAuthority)
        {
            _setup.AIsHomeAuthority();
        }

        foreach (var (uri, acl, value) in new (string, string, string?)[]
        {
            ("./SCM/dir/deep", "Add=a.example&Delete=a.example&Get=a.example+d.example&Replace=a.example", null), ("./SCM/dir/deep/leaf", "", "3"),
            ("./SCM/y", "Get=*&Replace=a.example", null), ("./SCM/y/leaf", "", "4"), ("./Vendor/data", "", "5"), ("./Rogue/dir", "", null), ("./Rogue/dir/leaf", "", "6"), (Run[0], "", null), (Run[1], "", null), (Run[2], "", null), (Fetch, "", null),
        })
        {
            _setup.Nodes.Add((uri, acl, value));
        }
    }

    /// <summary>B has an account of its own; otherwise it is a guest.</summary>
    public bool BIsKnown { get; }

    public bool AIsHomeAuthority { get; }

    /// <summary>ACL values that servers write may name a guest; then its traces say nothing of delegations.</summary>
    public bool GuestsAreNamed { get; }

    public bool HasRtc { get; }

    public IReadOnlyList<string> Known => _setup.Known;

    public IVault Vault => _vault;

    public EngineOptions Options => new()
    {
        Version = "test",
        BuildTime = new(2029, 1, 1, 0, 0, 0, TimeSpan.Zero),
        FactoryRootAcl = Acl.Parse(_setup.RootAcl),
        Description = new TreeDescription(StandardDescriptions.DMAcc),
        HostNamesVerifiable = true,
        Protected = [.. _setup.Protected.Select(NodePath.Parse)],
        Operations = Run.ToImmutableDictionary(NodePath.Parse, _ => new OperationBinding("/run", [], 3600, OperationArgument.None))
            .Add(NodePath.Parse(Fetch), new OperationBinding("/fetch", [], 3600, OperationArgument.Uri)),
        Delegation = new DelegationOptions { FinalAllowed = ["a.example"], StartsPerHour = 1000, Lockout = 3, ClockPersistSeconds = 300 },
    };

    public EnginePorts Ports(IRandomSource random) => new(
        random,
        _vault,
        new VoucherVerifier(new VoucherAnchors([TestPki.Shared.VoucherAuthority.Certificate], ImmutableDictionary<string, X509Certificate2Collection>.Empty)),
        TestPki.Shared.DeviceKey);

    public AgentState Factory(ClockReading now, Dictionary<string, ScriptedServer> servers, Func<int, byte[]> nonces)
    {
        var tree = new TreeTransaction(ManagementTree.Empty(Acl.Parse(_setup.RootAcl), now.Wall), now.Wall);
        foreach (var (uri, acl, value) in _setup.Nodes)
        {
            var path = NodePath.Parse(uri);
            var own = acl.Length == 0 ? null : Acl.Parse(acl);
            tree.Add(tree.Current.Find(path.Parent)!.Id, value is null
                ? NodeSpec.InteriorNode(path.Name, "", own) with { Permanent = _setup.Permanent.Contains(uri), Access = AccessTypes.All }
                : NodeSpec.Leaf(path.Name, Encoding.UTF8.GetBytes(value), "chr", "text/plain", own) with { Access = AccessTypes.All });
        }

        foreach (var server in _setup.Known)
        {
            servers[server] = Provision(tree, server, nonces);
        }

        return new AgentState
        {
            Tree = tree.Current,
            Device = new DeviceState(TestDevice.DeviceId, 1, 1, ImmutableSortedDictionary<string, string>.Empty),
            Clock = new ClockMarks(now.Wall, now.BootId, now.BootMs, now.Wall) { TrustedOnce = true },
        };
    }

    public void Dispose()
    {
        _vault.Dispose();
        _deviceKey.Dispose();
    }

    private ScriptedServer Provision(TreeTransaction tree, string server, Func<int, byte[]> nonces)
    {
        var name = server.Split('.')[0];
        var scripted = new ScriptedServer(server, _authType) { NewNonce = nonces, ClientNonce = nonces(16), ServerNonce = nonces(16) };
        var (clientPassword, serverPassword) = ($"client-secret-for-{name}", $"server-secret-of-{name}");
        scripted.Knows("dev-42", clientPassword, serverPassword);
        using var client = AccountSecret.OfPassword("dev-42", Encoding.UTF8.GetBytes(clientPassword));
        using var own = AccountSecret.OfPassword(server, Encoding.UTF8.GetBytes(serverPassword));
        using var clientNonce = SecretBuffer.CopyOf(scripted.ClientNonce);
        using var serverNonce = SecretBuffer.CopyOf(scripted.ServerNonce);
        var home = AIsHomeAuthority ? "a.example" : "home.example";
        var spec = new AccountSpec(name, server, $"https://{server}/dm")
        {
            AuthType = _authType,
            ClientName = "dev-42",
            ServerName = server,
            Acl = Acl.Parse($"Get={server}&Replace={server}&Delete={server}" + (home == server ? "" : $"&Add={home}&Delete={home}&Get={home}&Replace={home}")),
        };
        AccountBuilder.Add(tree, new TreeDescription(StandardDescriptions.DMAcc), _vault, spec, client, clientNonce, own, serverNonce);
        return scripted;
    }
}
