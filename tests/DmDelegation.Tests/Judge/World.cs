using DmDelegation.Engine;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Tests.Scenarios.Harness;
using ScopeEntry = DmDelegation.ServerStub.Delegation.ScopeEntry;

namespace DmDelegation.Tests.Judge;

/// <summary>
/// A device with a random tree, random ACL values and a delegation of A to B (and sometimes one of A to D) in a random state, brought there
/// by real sessions; then a session of every server is open.
/// </summary>
public sealed class World : IDisposable
{
    public const string Protected = "./Vendor/Trust";

    private static readonly string[] Roots = ["./SCM", "./SCM/dir", "./Net", "./Vendor", "./Rogue"];
    private readonly TestDevice _device;

    public World(int seed)
    {
        var random = new Random(seed);
        var known = random.Next(2) == 0;
        var full = random.Next(4) == 0;
        _device = new TestDevice(setup =>
        {
            if (known)
            {
                setup.Known.Add("b.example");
            }

            if (full || random.Next(3) == 0)
            {
                setup.AIsHomeAuthority();
            }

            Grow(setup, random);
        });
        Description = $"{(known ? "known" : "guest")} B, {(full ? "full" : "partial")}";
        Delegate(random, known, full);
        State = Opened(_device.State);
    }

    public string Description { get; private set; }

    public EngineState State { get; }

    public ClockReading Now => _device.Now;

    public EngineOptions Options => _device.Engine.Options;

    public EnginePorts Ports => _device.Ports;

    public void Dispose() => _device.Dispose();

    private static void Grow(TestDeviceSetup setup, Random random)
    {
        foreach (var (uri, value) in new (string, string?)[] { ("./SCM/dir/deep", null), ("./SCM/dir/deep/leaf", "3"), ("./SCM/y", null), ("./SCM/y/leaf", "4"), ("./Vendor/data", "5") })
        {
            setup.Nodes.Add((uri, "", value));
        }

        for (var i = 0; i < setup.Nodes.Count; i++)
        {
            var (uri, acl, value) = setup.Nodes[i];
            var roots = Roots.Contains(uri);
            if (!uri.StartsWith("./DMAcc") && !uri.StartsWith("./Delegation") && random.Next(roots ? 3 : 2) == 0)
            {
                setup.Nodes[i] = (uri, RandomAcl(random, favourA: roots), value);
            }
        }

        if (random.Next(3) == 0)
        {
            setup.RootAcl += "&Exec=*";
        }
    }

    /// <summary>A well-formed value over the servers there are, wildcards included; sometimes none.</summary>
    public static string RandomAcl(Random random, bool favourA = false)
    {
        var entries = new List<string>();
        foreach (var command in (string[])["Add", "Delete", "Exec", "Get", "Replace"])
        {
            string[] names = [.. ((string[])["a.example", "b.example", "d.example", "home.example", "*"])
                .Where(name => random.Next(name == "*" ? 6 : 3) == 0 || (favourA && name == "a.example" && random.Next(5) > 0))];
            if (names.Length > 0)
            {
                entries.Add(command + "=" + string.Join('+', names));
            }
        }

        return string.Join('&', entries);
    }

    private void Delegate(Random random, bool known, bool full)
    {
        var state = random.Next(6);
        var delegation = new Delegating { ["Server/Name"] = "Company B" };
        if (full)
        {
            delegation.Full(signed: false);
        }
        else
        {
            delegation.Scope.Clear();
            foreach (var root in Roots.Where(_ => random.Next(3) == 0).DefaultIfEmpty("./SCM").Where((root, i) => i == 0 || root != "./SCM/dir"))
            {
                delegation.Scope.Add(new ScopeEntry(root, RandomRights(random)));
            }
        }

        delegation["Control"] = random.Next(2) == 0 ? "exclusive" : "shared";
        delegation = known ? delegation.KnownB() : delegation;
        delegation = state == 4 ? delegation.Temporary(86_400) : delegation;
        var final = state == 3;
        if (final)
        {
            delegation["Control"] = "exclusive";
            delegation.Final();
            for (var i = 0; i < delegation.Scope.Count; i++)
            {
                var rights = delegation.Scope[i].Rights.Split('+').Union(["Get", "Replace"]);
                delegation.Scope[i] = new ScopeEntry(delegation.Scope[i].Uri, string.Join('+', rights.Order(StringComparer.Ordinal)));
            }
        }

        var status = state == 0 ? 0 : _device.Manage("a.example", delegation.Ask(), delegation.Build())[^1].Status;
        if (status == 200 && !known)
        {
            _device.Servers["b.example"] = delegation.MakeB();
        }

        if (status == 200 && final && !known)
        {
            _device.Rotate(delegation);
        }

        if (status == 200 && state >= 2)
        {
            _device.Manage("b.example", known || final ? delegation.Confirming() : []);
        }

        if (status == 200 && state == 4)
        {
            _device.Reboot(TimeSpan.FromMinutes(5), clockTrusted: false);
        }
        else if (status == 200 && state == 5)
        {
            _device.Manage("a.example", delegation.Operation("Revoke"));
        }

        DelegateOther(random, status);
        Description += $", {delegation["Control"]}, start {status}, {string.Join(' ', _device.Durable.Records.Values.Select(record => $"{record.Id} {record.State}"))}, "
            + string.Join(' ', delegation.Scope.Select(entry => $"{entry.Uri}={entry.Rights}"));
    }

    // A second one, to D, whose account is its own.
    private void DelegateOther(Random random, int status)
    {
        if (random.Next(3) != 0 || status == 0 || _device.Record("7QK2").State is DelegationState.Suspended)
        {
            return;
        }

        var other = new Delegating("OTHER", "a.example", "d.example").KnownB();
        other.Scope.Clear();
        other.Scope.Add(new ScopeEntry(Roots[random.Next(Roots.Length)], RandomRights(random)));
        other["Control"] = "shared";
        if (_device.Manage("a.example", other.Ask(), other.Build())[^1].Status == 200)
        {
            _device.Manage("d.example", other.Confirming());
        }
    }

    private static string RandomRights(Random random)
    {
        string[] rights = [.. ((string[])["Add", "Delete", "Exec", "Get", "Replace"]).Where(_ => random.Next(4) > 0)];
        return rights.Length == 0 ? "Get" : string.Join('+', rights);
    }

    private static EngineState Opened(EngineState state)
    {
        var sessions = state.Sessions.Clear();
        foreach (var account in AccountList.All(state.Durable.Tree))
        {
            sessions = sessions.SetItem(account.ServerId, new SessionState
            {
                Server = account.ServerId,
                Serial = 1,
                Account = account.Node,
                Proof = ServerProof.ApplicationLayer,
                Introduced = true,
            });
        }

        return state with { Sessions = sessions };
    }
}
