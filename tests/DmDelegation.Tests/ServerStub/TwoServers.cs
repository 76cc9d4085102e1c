using System.Security.Cryptography.X509Certificates;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.State;

namespace DmDelegation.Tests.ServerStub;

/// <summary>A clock that a test sets.</summary>
internal sealed class DrivenTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2030, 1, 1, 3, 4, 5, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>A state that outlives its server without a disk: for thousands of restarts.</summary>
internal sealed class StateMemory() : StateFile(null)
{
    private byte[]? _octets;

    protected override bool IsKept => true;

    public string Text => System.Text.Encoding.UTF8.GetString(_octets ?? []);

    protected override byte[]? Read() => _octets?.ToArray();

    protected override void Write(byte[] octets) => _octets = [.. octets];
}

/// <summary>A, B and a device in memory and in driven time; A has an account on the device.</summary>
internal sealed class TwoServers : IDisposable
{
    public const string DeviceId = "dev-42";
    private static readonly CertificateAuthority Authority = new("test", DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(150));
    private static readonly X509Certificate2 CertificateA = Authority.IssueServer("a.example");
    private static readonly X509Certificate2 CertificateB = Authority.IssueServer("b.example");
    private static readonly X509Certificate2 CertificateD = Authority.IssueServer("d.example");
    private static readonly X509Certificate2 VoucherSigner = Authority.IssueVoucherSigner("a.example");
    private static readonly X509Certificate2 DeviceCertificate = Authority.IssueDevice(DeviceId);
    private DmServer? _d;
    private readonly Dictionary<string, StateMemory>? _memory;
    private readonly string _folder = Directory.CreateTempSubdirectory("dmstub-test").FullName;

    public TwoServers(Func<DmServerOptions, DmServerOptions>? configure = null, bool onDisk = true)
    {
        Configure = configure ?? (options => options);
        _memory = onDisk ? null : new() { ["a.example"] = new(), ["b.example"] = new(), ["d.example"] = new() };
        Network = new InMemoryNetwork(Time);
        Device = new ScriptedDevice(DeviceId) { Certificate = DeviceCertificate, Time = Time };
        Events = new EventLog(Time);
        A = Make("a.example", CertificateA);
        B = Make("b.example", CertificateB);
        Device.AddAccount("a.example", "client secret of A", "server secret of A");
        A.AddDevice(DeviceAccounts.Make(DeviceId, "client-" + DeviceId, "client secret of A", "a.example", "server secret of A"));
    }

    public DrivenTime Time { get; } = new();
    public EventLog Events { get; }
    public InMemoryNetwork Network { get; }
    public ScriptedDevice Device { get; }
    public DmServer A { get; private set; }
    public DmServer B { get; private set; }
    /// <summary>A third server, for chains; it is on the network once it was asked for.</summary>
    public DmServer D => _d ??= Make("d.example", CertificateD);

    public Func<DmServerOptions, DmServerOptions> Configure { get; }

    public static DelegationTerms Terms(string confirm = "auth") => new()
    {
        ScopeType = "partial",
        Scope = [new ScopeEntry("./SCM", "Add+Delete+Exec+Get+Replace")],
        DurationType = "temporary",
        Control = "exclusive",
        MaxSeconds = 86400,
        ConfirmMode = confirm,
        Window = 7200,
    };

    public static DelegationTerms FinalTerms() => Terms("exec") with { DurationType = "final", MaxSeconds = null };

    public string StateFile(string serverId) => Path.Combine(_folder, serverId + ".json");

    public string StateText(string serverId) => _memory?[serverId].Text ?? File.ReadAllText(StateFile(serverId));

    public DmServer Restart(string serverId)
    {
        var server = Make(serverId, serverId == "a.example" ? CertificateA : CertificateB);
        if (serverId == "a.example")
            A = server;
        else
            B = server;
        return server;
    }

    public string Begin(DmServer? by = null, string keyMethod = "tls", string confirm = "auth")
    {
        var server = by ?? A;
        return Begin(server, server == A ? "b.example" : "a.example", Terms(confirm), server == A ? ProcessRole.Delegating : ProcessRole.Delegated, keyMethod);
    }

    public string Begin(DmServer server, string peer, DelegationTerms terms, string role = ProcessRole.Delegating, string keyMethod = "tls")
    {
        var sid = server.Delegate(new DelegateRequest { Role = role, Peer = peer, Device = DeviceId, Terms = terms, KeyMethod = keyMethod });
        Network.Run();
        return sid;
    }

    public void Advance(double seconds)
    {
        Time.Now = Time.Now.AddSeconds(seconds);
        Network.Run();
    }

    public void DeviceMeets(DmServer server)
    {
        Device.RunSession(server);
        Network.Run();
    }

    public ProcessState? StateOf(DmServer server, string sid) => server.View() is var view && view.Processes.FirstOrDefault(process => process.Sid == sid) is { } process
        ? process.State : view.Tombstones.Any(tombstone => tombstone.Sid == sid) ? ProcessState.Failed : null;

    public int? ReasonAt(DmServer server, string sid) => server.View().Tombstones.LastOrDefault(tombstone => tombstone.Sid == sid)?.Reason;

    /// <summary>Types of the messages that reached a server, with their order.</summary>
    public List<string> Received(string server) => [.. Events.After(0).Where(entry => entry.Server == server && entry.Event == "s2s-received").Select(entry => entry.Type + (entry.Phase is { } phase ? phase.ToString() : ""))];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private DmServer Make(string serverId, X509Certificate2 certificate)
    {
        var server = new DmServer(Configure(new DmServerOptions
        {
            ServerId = serverId,
            DmAddress = $"https://{serverId}/dm",
            Certificate = certificate,
            VoucherSigner = serverId == "a.example" ? VoucherSigner : null,
            StateFile = StateFile(serverId),
            Store = _memory?[serverId],
            Time = Time,
            Events = Events,
        }));
        Network.Connect(server);
        return server;
    }
}
