using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DmDelegation.Engine;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Cms;
using DmDelegation.Platform.Secrets;
using DmDelegation.Platform.Store;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>The process was stopped at a crash point; nothing after it happened.</summary>
public sealed class PowerCutException(string where) : Exception(where)
{
    public PowerCutException(CrashPoint point) : this(point.ToString())
    {
    }
}

/// <summary>
/// A device in driven time: the production engine, store, vault and CMS on a real SQLite file; only time, power and the network are the
/// test's. Messages are exchanged one at a time, so sessions interleave where a test wants them to.
/// </summary>
public sealed partial class TestDevice : IDisposable
{
    public const string DeviceId = "urn:uuid:0f4ed0a2-7f0c-4a7e-9d5c-test00000001";

    private static readonly DateTimeOffset BuildTime = new(2029, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SecretBuffer _deviceKey = SecretBuffer.CopyOf(RandomNumberGenerator.GetBytes(32));
    private readonly Queue<SendMessage> _network = [];
    private readonly AesGcmVault _vault;
    private readonly TestDeviceSetup _setup;
    private AgentStore _store;
    private bool _storeWaits;

    public TestDevice(Action<TestDeviceSetup>? change = null)
    {
        var setup = new TestDeviceSetup();
        change?.Invoke(setup);
        _setup = setup;
        Directory = StoreFolder.Create("dmagent-test-");
        _vault = new AesGcmVault(_deviceKey);
        Pki = TestPki.Shared;
        Ports = setup.ChangePorts(MakePorts(setup));
        Engine = new AgentEngine(Options(setup), Ports);
        Now = new ClockReading(new DateTimeOffset(2030, 1, 1, 3, 4, 5, TimeSpan.Zero), setup.ClockTrusted, 100_000, Guid.NewGuid().ToString());
        _store = AgentStore.Open(Directory);
        var factory = Factory(setup);
        _store.Commit(null, factory);
        State = Engine.Open(factory, Now);
        Handle(new Started());
    }

    public string Directory { get; }

    public AgentEngine Engine { get; }

    public EnginePorts Ports { get; }

    public EngineState State { get; private set; }

    public ClockReading Now { get; private set; }

    public TestPki Pki { get; }

    public Dictionary<string, ScriptedServer> Servers { get; } = new(StringComparer.Ordinal);

    public List<LogLine> Log { get; } = [];

    public List<Effect> Effects { get; } = [];

    /// <summary>Bodies exchanged, both ways, as the network saw them.</summary>
    public List<string> Traffic { get; } = [];

    public bool KeepTraffic { get; set; } = true;

    /// <summary>When the agent opened a session, with whom.</summary>
    public List<(string Server, long BootMs)> Opened { get; } = [];

    public List<EndSession> Ended { get; } = [];

    public List<CrashPoint> Passed { get; } = [];

    public CrashPoint? CrashAt { get; set; }

    /// <summary>The process stops right after the first such effect.</summary>
    public Func<Effect, bool>? CutAfter { get; set; }

    /// <summary>The process stops right before the first such effect.</summary>
    public Func<Effect, bool>? CutBefore { get; set; }

    public TransportFacts Transport { get; set; } = new(true, true, false);

    public AgentState Durable => State.Durable;

    public DelegationRecord Record(string id) => Durable.Records[id];

    public string AclOf(string uri) => Durable.Tree.Find(NodePath.Parse(uri))?.Acl?.ToString() ?? "";

    public string ValueOf(string uri) => Encoding.UTF8.GetString(Durable.Tree.Find(NodePath.Parse(uri))!.Value.Span);

    public bool Exists(string uri) => Durable.Tree.Find(NodePath.Parse(uri)) is not null;

    /// <summary>The scheme of the device, byte for byte: all ACL values and all DMAcc nodes (17, "home scheme").</summary>
    public string Scheme()
    {
        var text = new StringBuilder();
        foreach (var node in Durable.Tree.Root.SelfAndDescendants())
        {
            var path = Durable.Tree.PathOf(node.Id)!;
            if (node.Acl is not null)
            {
                text.AppendLine($"{path} {node.Acl}");
            }

            if (path.IsAtOrBelow(AccountList.Root) && !node.IsInterior && node.Name != "AAuthData")
            {
                text.AppendLine($"{path}={Convert.ToHexString(node.Value.Span)}");
            }
        }

        return text.ToString();
    }

    /// <summary>All values outside ./Delegation and ./DMAcc (S-013).</summary>
    public string Values() => string.Join('\n', Durable.Tree.Root.SelfAndDescendants()
        .Where(node => !node.IsInterior)
        .Select(node => (Path: Durable.Tree.PathOf(node.Id)!, node.Value))
        .Where(pair => !pair.Path.IsAtOrBelow(AccountList.Root))
        .Select(pair => $"{pair.Path}={Convert.ToHexString(pair.Value.Span)}"));

    /// <summary>A session of a server: each batch is one server message. Returns the answers to all commands.</summary>
    public IReadOnlyList<Outcome> Manage(string server, params Batch[] batches)
    {
        var scripted = Servers[server];
        scripted.Script.Clear();
        foreach (var batch in batches)
        {
            scripted.Script.Enqueue(batch);
        }

        Handle(new SessionRequested(server));
        Pump();
        return scripted.Outcomes;
    }

    /// <summary>A session with commands in one message.</summary>
    public IReadOnlyList<Outcome> Manage(string server, params DmDelegation.Protocol.Command[] commands) => Manage(server, _ => commands);

    /// <summary>Opens a session and exchanges nothing yet.</summary>
    public void Open(string server, params Batch[] batches)
    {
        foreach (var batch in batches)
        {
            Servers[server].Script.Enqueue(batch);
        }

        Handle(new SessionRequested(server));
    }

    /// <summary>A whole session of one server while the messages of all others wait.</summary>
    public IReadOnlyList<Outcome> ManageAlone(string server, params Batch[] batches)
    {
        Open(server, batches);
        while (State.Sessions.ContainsKey(server))
        {
            Exchange(server);
        }

        return Servers[server].Outcomes;
    }

    /// <summary>Exchanges messages until the network is quiet.</summary>
    public void Pump()
    {
        for (var exchanges = 0; _network.Count > 0; exchanges++)
        {
            Assert.IsLessThan(1000, exchanges, "the exchange does not end");
            Exchange();
        }
    }

    /// <summary>One exchange of the session of a server: its waiting message is answered.</summary>
    public void Exchange(string? server = null)
    {
        var waiting = _network.Count;
        while (server is not null && waiting-- > 0 && _network.Peek().Server != server)
        {
            _network.Enqueue(_network.Dequeue());
        }

        var message = _network.Dequeue();
        Keep(message.Body.Span);
        var peer = Servers.GetValueOrDefault(message.Server);
        if (peer?.TlsPin is { } pin && !message.Pins.IsEmpty && !message.Pins.ToArray().Chunk(pin.Length).Any(pinned => pinned.SequenceEqual(pin)))
        {
            Handle(new ExchangeFailed(message.Server, message.SessionSerial, "tls-pin", 0));
        }
        else if (peer?.AnswersAt is { } at && message.Uri != at)
        {
            Handle(new ExchangeFailed(message.Server, message.SessionSerial, "connect", 0));
        }
        else if (peer?.Answer(message.Body, message.HmacHeader) is { } reply)
        {
            Keep(reply.Body);
            Handle(new MessageReceived(message.Server, message.SessionSerial, reply.Body, reply.Hmac, Transport with { PeerPin = peer.TlsPin }));
            CryptographicOperations.ZeroMemory(reply.Body); // as the loop does
        }
        else
        {
            Handle(new ExchangeFailed(message.Server, message.SessionSerial, "connect", 0));
        }
    }

    /// <summary>Lets time pass: every timer is served when it is due, and the network runs.</summary>
    public void Advance(TimeSpan time)
    {
        var until = Now.BootMs + (long)time.TotalMilliseconds;
        for (var steps = 0; ; steps++)
        {
            Assert.IsLessThan(100_000, steps, "timers do not come to rest");
            Pump();
            var due = Engine.NextDue(State, Now);
            var next = due is { } wait ? Now.BootMs + Math.Max(1, (long)Math.Ceiling(wait.TotalMilliseconds)) : long.MaxValue;
            if (next > until)
            {
                break;
            }

            Pass(next - Now.BootMs);
            Handle(new Tick());
        }

        Pass(until - Now.BootMs);
        Handle(new Tick());
        Pump();
    }

    /// <summary>Time passes and nobody looks at the clock.</summary>
    public void Pass(long milliseconds) => Now = Now with
    {
        BootMs = Now.BootMs + milliseconds,
        Wall = Now.Wall.AddMilliseconds(milliseconds),
        Rtc = Now.Rtc?.AddMilliseconds(milliseconds),
    };

    /// <summary>Effective time T (9.2).</summary>
    public DateTimeOffset EffectiveTime => State.Clock.Now(Now);

    /// <summary>Somebody sets the clock, or starts or stops vouching for it; the agent looks.</summary>
    public void SetClock(DateTimeOffset wall, bool trusted, DateTimeOffset? rtc = null)
    {
        Now = Now with { Wall = wall, WallTrusted = trusted, Rtc = rtc };
        Handle(new Tick());
        Pump();
    }

    /// <summary>The agent process stops without a word and starts again in the same boot.</summary>
    public void Restart()
    {
        Reopen();
        Handle(new Started());
        Pump();
    }

    /// <summary>Power goes and comes back after a while.</summary>
    public void Reboot(TimeSpan off, bool clockTrusted = true)
    {
        // A clock that is trusted at boot is that of an RTC: the second source of DEL-205.
        var wall = clockTrusted ? Now.Wall + off : new DateTimeOffset(1970, 1, 1, 0, 0, 30, TimeSpan.Zero);
        Now = new ClockReading(wall, clockTrusted, 10_000, Guid.NewGuid().ToString(), clockTrusted ? wall : null);
        Reopen();
        Handle(new Started());
        Pump();
    }

    /// <summary>Somebody changes the store while the agent is down; then it starts again.</summary>
    public void Tamper(Func<AgentState, AgentState> change)
    {
        _store.Commit(Durable, change(Durable));
        Restart();
    }

    /// <summary>Thousands of sessions that ask nothing of the store: it gets what has become of the state in one commit.</summary>
    public void InOneCommit(Action course)
    {
        var before = Durable;
        _storeWaits = true;
        course();
        _storeWaits = false;
        _store.Commit(before, Durable);
    }

    /// <summary>The operator puts the device back to its factory scheme; the servers' credentials are those of the beginning again.</summary>
    public void FactoryReset()
    {
        Handle(new FactoryResetRequested(FactoryState()));
        Pump();
    }

    /// <summary>What a device of this kind begins with.</summary>
    public AgentState FactoryState() => Factory(_setup);

    /// <summary>The clock becomes trusted at a time.</summary>
    public void TrustClock(DateTimeOffset wall)
    {
        Now = Now with { Wall = wall, WallTrusted = true };
        Handle(new Tick());
        Pump();
    }

    public void Handle(AgentEvent happening)
    {
        var step = Engine.Handle(State, happening, Now);
        foreach (var effect in step.Effects)
        {
            if (CutBefore?.Invoke(effect) == true)
            {
                CutBefore = null;
                throw new PowerCutException("before " + effect);
            }

            Effects.Add(effect);
            Carry(effect);
            if (CutAfter?.Invoke(effect) == true)
            {
                CutAfter = null;
                throw new PowerCutException(effect.ToString());
            }
        }

        State = step.State;
    }

    public void Dispose()
    {
        _store.Dispose();
        _vault.Dispose();
        _deviceKey.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>The answer of the access decision, as the policy gives it at this moment.</summary>
    public AccessAnswer Decide(string server, AccessOperation operation, string uri) =>
        new DmDelegation.Engine.Guard.DelegationPolicy(Durable, Engine.Options)
            .Decide(new AccessQuestion(server, operation, Durable.Tree.Resolve(NodePath.Parse(uri))!));

    private void Keep(ReadOnlySpan<byte> body)
    {
        if (KeepTraffic)
        {
            Traffic.Add(Encoding.UTF8.GetString(body));
        }
    }

    private void Carry(Effect effect)
    {
        switch (effect)
        {
            case Persist when _storeWaits:
                break;
            case Persist persist:
                _store.Commit(persist.Before, persist.After);
                break;
            case Report { Line: var line } when line.Code == LogCodes.SessionOpened:
                Log.Add(line);
                Opened.Add((line.Fields.First(field => field.Key == "server").Value, Now.BootMs));
                break;
            case SendMessage message:
                _network.Enqueue(message);
                break;
            case EndSession ended:
                Ended.Add(ended);
                break;
            case Report report:
                Log.Add(report.Line);
                break;
            case CrashMark mark:
                Passed.Add(mark.Point);
                if (CrashAt == mark.Point)
                {
                    CrashAt = null;
                    throw new PowerCutException(mark.Point);
                }

                break;
        }
    }

    private void Reopen()
    {
        _network.Clear();
        _store.Dispose();
        _store = AgentStore.Open(Directory);
        State = Engine.Open(_store.Load()!, Now);
    }

    private EngineOptions Options(TestDeviceSetup setup) => new()
    {
        Version = "test",
        BuildTime = BuildTime,
        FactoryRootAcl = Acl.Parse(setup.RootAcl),
        Description = new TreeDescription(StandardDescriptions.DMAcc),
        UriLimits = new UriLimits(16, 512, 64),
        HostNamesVerifiable = setup.HostNamesVerifiable,
        Protected = [.. setup.Protected.Select(NodePath.Parse)],
        Delegation = setup.Delegation,
        Session = setup.Session,
        TreeSize = setup.TreeSize,
        Accounts = setup.Accounts.ToImmutableDictionary(StringComparer.Ordinal),
        Operations = setup.Operations.ToImmutableDictionary(bound => NodePath.Parse(bound.Key), bound => bound.Value),
    };

    private EnginePorts MakePorts(TestDeviceSetup setup) => new(
        new SystemRandomSource(),
        _vault,
        new VoucherVerifier(new VoucherAnchors([Pki.VoucherAuthority.Certificate], ImmutableDictionary<string, X509Certificate2Collection>.Empty)),
        setup.DeviceKey ?? Pki.DeviceKey,
        setup.Storage);

    private AgentState Factory(TestDeviceSetup setup)
    {
        var tree = new TreeTransaction(ManagementTree.Empty(Acl.Parse(setup.RootAcl), Now.Wall), Now.Wall);
        foreach (var (uri, acl, value) in setup.Nodes)
        {
            var path = NodePath.Parse(uri);
            var own = acl.Length == 0 ? null : Acl.Parse(acl);
            var parent = tree.Current.Find(path.Parent)!.Id;
            tree.Add(parent, value is null
                ? NodeSpec.InteriorNode(path.Name, "", own) with { Permanent = setup.Permanent.Contains(uri), Access = AccessTypes.All }
                : NodeSpec.Leaf(path.Name, Encoding.UTF8.GetBytes(value), "chr", "text/plain", own) with { Access = AccessTypes.All });
        }

        foreach (var server in setup.Known)
        {
            Provision(tree, setup, server);
        }

        return new AgentState
        {
            Tree = tree.Current,
            Device = new DeviceState(DeviceId, 1, 1, ImmutableSortedDictionary<string, string>.Empty),
            Clock = new ClockMarks(Now.Wall.AddDays(-1), Now.BootId, Now.BootMs, Now.Wall) { TrustedOnce = true },
        };
    }

    private void Provision(TreeTransaction tree, TestDeviceSetup setup, string server)
    {
        var name = server.Split('.')[0];
        var scripted = new ScriptedServer(server, setup.AuthType == AccountBuilder.Transport ? "HMAC" : setup.AuthType);
        Servers[server] = scripted;
        var (clientPassword, serverPassword) = ($"client-secret-for-{name}", $"server-secret-of-{name}");
        using var client = AccountSecret.OfPassword("dev-42", Encoding.UTF8.GetBytes(clientPassword));
        using var own = AccountSecret.OfPassword(server, Encoding.UTF8.GetBytes(serverPassword));
        using var clientNonce = SecretBuffer.CopyOf(Encoding.ASCII.GetBytes("nonce-of-client-" + name));
        using var serverNonce = SecretBuffer.CopyOf(Encoding.ASCII.GetBytes("nonce-of-server-" + name));
        if (setup.AuthType != AccountBuilder.Transport)
        {
            scripted.Knows("dev-42", clientPassword, serverPassword);
            scripted.ClientNonce = clientNonce.Octets.ToArray();
            scripted.ServerNonce = serverNonce.Octets.ToArray();
        }

        AccountBuilder.Add(
            tree,
            new TreeDescription(StandardDescriptions.DMAcc),
            _vault,
            new AccountSpec(name, server, $"https://{server}/dm")
            {
                AuthType = setup.AuthType,
                ClientName = "dev-42",
                ServerName = server,
                Acl = Acl.Parse($"Get={server}&Replace={server}&Delete={server}" + (setup.HomeAuthority.Length > 0 && setup.HomeAuthority != server
                    ? $"&Add={setup.HomeAuthority}&Delete={setup.HomeAuthority}&Get={setup.HomeAuthority}&Replace={setup.HomeAuthority}"
                    : "")),
            },
            client,
            clientNonce,
            own,
            serverNonce);
    }
}
