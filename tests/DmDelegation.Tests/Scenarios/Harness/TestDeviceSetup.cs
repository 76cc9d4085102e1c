using DmDelegation.Engine;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.Ports;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>What a test device starts with; the defaults are those of section 17.</summary>
public sealed class TestDeviceSetup
{
    private const string AllOfA = "Add=a.example&Delete=a.example&Exec=a.example&Get=a.example&Replace=a.example";

    public string RootAcl { get; set; } = "Add=*&Get=*&Replace=home.example&Delete=home.example";

    public string HomeAuthority { get; set; } = "home.example";

    public string AuthType { get; set; } = "HMAC";

    public bool ClockTrusted { get; set; } = true;

    public bool HostNamesVerifiable { get; set; } = true;

    public IDeviceKey? DeviceKey { get; set; }

    /// <summary>Puts something between the engine and the world, to count or to refuse.</summary>
    public Func<EnginePorts, EnginePorts> ChangePorts { get; set; } = ports => ports;

    /// <summary>Servers with an account.</summary>
    public List<string> Known { get; } = ["a.example", "d.example", "home.example"];

    public List<string> Protected { get; } = ["./Vendor/Trust"];

    public HashSet<string> Permanent { get; } = ["./DevInfo", "./DMAcc", "./Delegation"];

    public DelegationOptions Delegation { get; set; } = new() { FinalAllowed = ["a.example"] };

    public SessionOptions Session { get; set; } = new();

    public TreeSize TreeSize { get; set; } = new();

    public IStorage? Storage { get; set; }

    public Dictionary<string, AccountOptions> Accounts { get; } = [];

    /// <summary>Nodes bound to programs; the test plays the programs.</summary>
    public Dictionary<string, OperationBinding> Operations { get; } = [];

    /// <summary>Nodes of the factory tree, parents first: URI, own ACL, value (null: interior).</summary>
    public List<(string Uri, string Acl, string? Value)> Nodes { get; } =
    [
        ("./DMAcc", "Get=*&Add=home.example&Delete=home.example&Replace=home.example", null),
        ("./Delegation", "Add=*&Get=*", null),
        ("./DevInfo", "", null),
        ("./DevInfo/DevId", "", TestDevice.DeviceId),
        ("./DevInfo/Man", "", "Example"),
        ("./DevInfo/Mod", "", "EX-1"),
        ("./DevInfo/DmV", "", "1.2"),
        ("./DevInfo/Lang", "", "en"),
        ("./SCM", AllOfA, null),
        ("./SCM/x", "", "1"),
        ("./SCM/dir", "", null),
        ("./SCM/dir/leaf", "", "2"),
        ("./Net", AllOfA, null),
        ("./Net/eth0", "", "up"),
        ("./Net/secret", "Get=a.example&Replace=a.example", "hidden"),
        ("./Vendor", AllOfA, null),
        ("./Vendor/Trust", "", null),
        ("./Vendor/Trust/anchor", "", "anchor-1"),
        ("./Rogue", "Add=d.example&Delete=d.example&Get=d.example&Replace=d.example", null),
        ("./Rogue/n", "", "rogue"),
    ];

    /// <summary>Sets the ACL of a factory node.</summary>
    public void Acl(string uri, string acl)
    {
        var index = Nodes.FindIndex(node => node.Uri == uri);
        Nodes[index] = Nodes[index] with { Acl = acl };
    }

    /// <summary>A is home authority of the root, as the scenarios with <c>full</c> need it.</summary>
    public void AIsHomeAuthority()
    {
        RootAcl = "Add=*&Get=*&Replace=a.example&Delete=a.example&Exec=a.example";
        HomeAuthority = "a.example";
        Acl("./DMAcc", "Get=*&Add=a.example&Delete=a.example&Replace=a.example");
    }
}
