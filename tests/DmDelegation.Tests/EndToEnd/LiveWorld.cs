using System.Diagnostics;
using System.Text.Json;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Demo;
using DmDelegation.ServerStub.Dm;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.State;

namespace DmDelegation.Tests.EndToEnd;

/// <summary>A delegation in the making: the session between the servers, and its id on the device.</summary>
internal sealed record Live(string Sid, string Id);

/// <summary>
/// A real agent process, A and B over TLS on loopback and a real store, for one test. By default the agent's first contact with B is
/// so late that it happens when the test asks for it; everything is looked at from outside.
/// </summary>
internal sealed class LiveWorld : IAsyncDisposable
{
    public const string A = DemoWorld.A;
    public const string B = DemoWorld.B;
    public const string Device = DemoWorld.DeviceId;

    /// <summary>So long that nothing of it runs out in a test.</summary>
    public const long Window = 3600;

    // A bound for what is broken, not a wait: everything here takes fractions of a second.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(100);

    private readonly DemoWorld _world;
    private readonly CancellationToken _cancel;
    private long _seen;

    private LiveWorld(DemoWorld world, CancellationToken cancel) => (_world, _cancel) = (world, cancel);

    public static DemoOptions Late { get; } = new() { Duration = "until-revoked", FirstContactSeconds = 3600, Lockout = 5 };

    public DmServer ServerA => _world.Servers.Server(A);

    public DmServer ServerB => _world.Servers.Server(B);

    public DmServer ServerD => _world.Servers.Server(DemoWorld.D);

    public StubHost Servers => _world.Servers;

    public AgentProcess Agent => _world.Agent;

    public string Folder => _world.Directory;

    public static async Task<LiveWorld> StartAsync(TestContext test, DemoOptions? options = null) =>
        new(await DemoWorld.StartAsync(options ?? Late, test.CancellationToken), test.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _world.Agent.Kill();
        await _world.DisposeAsync();
    }

    public static DelegationTerms Terms(DemoOptions? options = null, string uri = "./SCM") => options?.Type == "full"
        ? options.Terms(options.Confirm, options.Scope, Window)
        : (options ?? Late).Terms((options ?? Late).Confirm, [new ScopeEntry(uri, "Add+Delete+Exec+Get+Replace")], Window);

    /// <summary>Steps 1 to 3.</summary>
    public async Task<Live> BeginAsync(DelegationTerms? terms = null, string key = "tls")
    {
        var sid = ServerA.Delegate(new DelegateRequest { Peer = B, Device = Device, Terms = terms ?? Terms(), KeyMethod = key });
        await UntilAsync("A waits for the device", () => View(ServerA, sid)?.State == ProcessState.Started);
        return new Live(sid, View(ServerA, sid)!.DelegationId!);
    }

    /// <summary>Steps 1 to 6: the device has executed T1, B has the key.</summary>
    public async Task<Live> PendingAsync(DelegationTerms? terms = null, string key = "tls")
    {
        var live = await BeginAsync(terms, key);
        Assert.IsTrue(await SessionAsync(A), "session of A, step 4");
        await UntilAsync("B has the key", () => View(ServerB, live.Sid)?.State == ProcessState.Armed);
        return live;
    }

    /// <summary>All nine steps.</summary>
    public async Task<Live> ActiveAsync(DelegationTerms? terms = null, string key = "tls")
    {
        var live = await PendingAsync(terms, key);
        Assert.IsTrue(await SessionAsync(B), "first session of B");
        await UntilClosedAsync(live);
        return live;
    }

    public Task UntilClosedAsync(Live live) => UntilAsync(
        "both servers have closed the process",
        () => View(ServerA, live.Sid)?.State == ProcessState.Closed && View(ServerB, live.Sid)?.State == ProcessState.Closed);

    /// <summary>Both servers have purged the process and owe each other nothing (DEL-369).</summary>
    public Task UntilPurgedAsync(Live live) => UntilAsync(
        "both servers have purged the process",
        () => ((DmServer[])[ServerA, ServerB]).All(server => View(server, live.Sid) is null && server.View().Outgoing.Count == 0));

    public Task<bool> SessionAsync(string server) => Agent.SessionAsync(server, _cancel);

    public Task<string?> SessionErrorAsync(string server) => Agent.SessionErrorAsync(server, _cancel);

    /// <summary>One batch in a session of its own; the status of every command, with the value of a Get behind it.</summary>
    public async Task<string> CommandAsync(DmServer server, string commands)
    {
        var ticket = server.Queue(Device, commands);
        Assert.IsTrue(await SessionAsync(server.ServerId), $"session of {server.ServerId}");
        return await AnswersAsync(server, ticket);
    }

    public async Task<string> AnswersAsync(DmServer server, long ticket)
    {
        await UntilAsync($"{server.ServerId} has its answers", () => server.Ticket(ticket)!.Done);
        return string.Join(' ', server.Ticket(ticket)!.Results.SelectMany(batch => batch).Select(Text));
    }

    public Task<JsonElement> AskAsync(params string[] arguments) => Agent.AskAsync(_cancel, arguments);

    /// <summary>State and reason of a record as the device's command line tells them.</summary>
    public async Task<string> RecordAsync(Live live)
    {
        var record = await AskAsync("delegation", "show", live.Id);
        return $"{record.GetProperty("state").GetString()} {record.GetProperty("reasonCode").GetInt32()}";
    }

    public async Task UntilRecordAsync(Live live, string expected)
    {
        var watch = Stopwatch.StartNew();
        while (await RecordAsync(live) is var found && found != expected)
        {
            Assert.IsLessThan(Patience, watch.Elapsed, $"the record is {found}, not {expected}{Diagnosis()}");
            await Task.Delay(AskInterval, _cancel);
        }
    }

    /// <summary>ACL values and accounts, as text to compare.</summary>
    public async Task<string> SchemeAsync()
    {
        var facts = new List<string>();
        foreach (var uri in (string[])[".", "./SCM", "./SCM/x", "./Net"])
            facts.Add($"{uri} {Sorted((await AskAsync("acl", "show", uri)).GetProperty("acl").GetString()!)}");
        var accounts = await AskAsync("account", "list");
        facts.Add("DMAcc " + string.Join(' ', accounts.GetProperty("accounts").EnumerateArray().Select(account => account.GetProperty("serverId").GetString()).Order()));
        return string.Join('\n', facts);
    }

    /// <summary>The daemon dies of SIGKILL at the hook it was given.</summary>
    public async Task DiesAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_cancel);
        patience.CancelAfter(Patience);
        try
        {
            Assert.AreEqual(128 + 9, await Agent.WaitForEndAsync(patience.Token), "exit code of a process that SIGKILL ended");
        }
        catch (OperationCanceledException) when (!_cancel.IsCancellationRequested)
        {
            Assert.Fail("the agent never came to the place where it is to die" + Diagnosis());
        }
    }

    /// <summary>Starts the agent again, on the same store.</summary>
    public async Task RestartAsync(IReadOnlyDictionary<string, string>? environment = null)
    {
        await Agent.StopAsync();
        Agent.Environment = environment ?? new Dictionary<string, string>();
        await Agent.StartAsync(_cancel);
    }

    public async Task UntilAsync(string what, Func<bool> holds)
    {
        var watch = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.IsLessThan(Patience, watch.Elapsed, $"waited in vain until {what}{Diagnosis()}");
            if (await Servers.Events.AfterAsync(_seen, AskInterval, _cancel) is [.., var last])
                _seen = last.N;
        }
    }

    public IReadOnlyList<StubEvent> Events() => Servers.Events.After(0);

    public static ProcessView? View(DmServer server, string sid) => server.View().Processes.FirstOrDefault(process => process.Sid == sid);

    public static ReceivedAlert[] Alerts(DmServer server, Live live, string happening) =>
        [.. server.View().Alerts.Where(alert => alert.Id == live.Id && alert.Event == happening)];

    public static ProcessTombstone Tombstone(DmServer server, Live live) => server.View().Tombstones.Single(tombstone => tombstone.Sid == live.Sid);

    public string StateFile(string server) => _world.StateFile(server);

    /// <summary>
    /// S-252: what a server's state file keeps of a process that failed is its tombstone; there is no key in it, no account of the device
    /// and no message on its way.
    /// </summary>
    public void AssertOnlyATombstoneIsLeft(DmServer server, Live live)
    {
        using var state = JsonDocument.Parse(File.ReadAllBytes(StateFile(server.ServerId)));
        var root = state.RootElement;
        Assert.DoesNotContain(process => process.GetProperty("sid").GetString() == live.Sid, root.GetProperty("processes").EnumerateArray(), "process");
        Assert.AreEqual(0, root.GetProperty("outgoing").GetArrayLength(), "messages to the peer");
        Assert.DoesNotContain(device => device.Value.TryGetProperty("madeBySid", out var sid) && sid.GetString() == live.Sid, root.GetProperty("devices").EnumerateObject(), "account of the device");
        var tombstone = root.GetProperty("tombstones").EnumerateArray().Single(entry => entry.GetProperty("sid").GetString() == live.Sid);
        string[] allowed = ["sid", "role", "peer", "device", "termsHash", "step", "reason", "time", "cancelId", "sentN"];
        Assert.AreEqual("", string.Join(' ', tombstone.EnumerateObject().Select(member => member.Name).Except(allowed)), "members of the tombstone");
    }

    /// <summary>Files of servers, store and logs that hold a secret, raw, in base64 or in hex; certificates and configurations are not looked at.</summary>
    public string FilesWith(byte[] secret)
    {
        byte[][] forms =
        [
            secret,
            System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(secret)),
            System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret)),
            System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(secret)),
        ];
        var files = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".pem", StringComparison.Ordinal) && !file.EndsWith(".sock", StringComparison.Ordinal));
        return string.Join(' ', files.Where(file => Content(file) is var content && forms.Any(form => content.AsSpan().IndexOf(form) >= 0)).Select(Path.GetFileName));
    }

    private static byte[] Content(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static string Text(CommandResult result) => result.Items is [var item, ..] ? $"{result.Status}={item.Data}" : result.Status.ToString();

    private static string Sorted(string acl) =>
        string.Join('&', acl.Split('&').Order().Select(entry => entry.Split('=') is [var command, var ids] ? $"{command}={string.Join('+', ids.Split('+').Order())}" : entry));

    private string Diagnosis()
    {
        var log = Path.Combine(Folder, "dmagent.log");
        var happened = Events().TakeLast(25).Select(entry => $"{entry.Server} {entry.Event} {entry.Type} {entry.State} {entry.Status} {entry.Reason} {entry.Text}");
        var lines = File.Exists(log) ? System.Text.Encoding.UTF8.GetString(Content(log)).Split('\n').TakeLast(25) : [];
        return $"\nservers:\n{string.Join('\n', happened)}\nagent{(Agent.HasDied ? " (ended)" : "")}:\n{string.Join('\n', lines)}";
    }
}
