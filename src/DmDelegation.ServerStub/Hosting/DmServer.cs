using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Dm;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Hosting;

/// <summary>
/// One DM server without HTTP: messages of devices and of peers in, answers out; time and randomness come from the options.
/// Every call is one event: it runs alone, its effects are saved, then it returns.
/// </summary>
public sealed class DmServer
{
    private readonly Lock _lock = new();
    private readonly ServerContext _context;
    private readonly Processes _processes;
    private readonly DelegatingServer _delegating;
    private readonly DelegatedServer _delegated;
    private readonly S2sEndpoint _s2s;
    private readonly DmEndpoint _dm;

    /// <summary>Makes a server; with a state file that exists it goes on where the last one stopped (DEL-374).</summary>
    public DmServer(DmServerOptions options)
    {
        _context = new ServerContext(options);
        _processes = new Processes(_context);
        _delegating = new DelegatingServer(_processes);
        _delegated = new DelegatedServer(_processes);
        var recovery = new Recovery(_processes, _delegated);
        _s2s = new S2sEndpoint(_processes, _delegating, _delegated, recovery, Peers);
        _dm = new DmEndpoint(_context, new DeviceWork(_processes, _delegating, _delegated));
        recovery.Begin();
        _context.Save();
    }

    /// <summary>DM Server Identifier.</summary>
    public string ServerId => _context.ServerId;

    /// <summary>Address of the DM endpoint, as it goes into the terms; the port may be known only after the bind.</summary>
    public string DmAddress
    {
        get => _context.DmAddress;
        set => _context.DmAddress = value;
    }

    /// <summary>TLS certificate of this server.</summary>
    public X509Certificate2 Certificate => _context.Options.Certificate;

    /// <summary>The peers that this server knows.</summary>
    public PeerDirectory Peers { get; } = new();

    /// <summary>Events of this server (shared with others if the options say so).</summary>
    public EventLog Events => _context.Events;

    /// <summary>Called when a message may have become due.</summary>
    public Action? Changed { get; set; }

    /// <summary>One message of a device.</summary>
    public DmReply Handle(DmRequest request) => Event(() => _dm.Handle(request));

    /// <summary>One message of a peer that showed this certificate on its connection.</summary>
    public S2sReply HandleS2s(X509Certificate2 certificate, byte[] body) => Event(() => _s2s.Receive(certificate, body));

    /// <summary>Adds the account of a device, or replaces it.</summary>
    public void AddDevice(DeviceAccount account) => Event(() => _context.State.Devices[account.DeviceId] = account);

    /// <summary>Whether a device has an account here.</summary>
    public bool HasDevice(string device) => Event(() => _context.State.Devices.ContainsKey(device));

    /// <summary>Begins a delegation (DEL-360) and returns its session id.</summary>
    public string Delegate(DelegateRequest request) => Event(() =>
    {
        if (request.Terms is null)
            throw new JsonException("delegate: terms are needed");
        if (request.Role is not (ProcessRole.Delegating or ProcessRole.Delegated))
            throw new JsonException($"delegate: role \"{request.Role}\" is not allowed; allowed: delegating, delegated");
        if (request.KeyMethod is not ("tls" or "cms"))
            throw new JsonException($"delegate: keyMethod \"{request.KeyMethod}\" is not allowed; allowed: tls, cms");
        if (request.StepFourSeconds is < 1 or > 604_800)
            throw new JsonException($"delegate: stepFourSeconds {request.StepFourSeconds} is not allowed; allowed: 1 … 604800");
        DelegationTerms.Parse(request.Terms.ToJson());
        var sid = Convert.ToHexStringLower(_context.Random(16));
        return (request.Role == ProcessRole.Delegating ? _delegating.Begin(request, sid) : _delegated.Begin(request, sid)).Sid;
    });

    /// <summary>
    /// Ends a delegation: closed, in the device's next session, by Revoke of A or Relinquish of B; before, by Delegation Failure and A's Cancel.
    /// False: no such delegation.
    /// </summary>
    public bool End(string delegationId) => Event(() =>
    {
        if (_context.State.Processes.Find(process => process.DelegationId == delegationId) is not { } process)
            return false;
        if (process.State == ProcessState.Closed)
            process.EndWanted = true;
        else
            _processes.Fail(process, process.Step, ReasonCode.Cancelled, "cancelled by the operator", tellPeer: true);
        return true;
    });

    /// <summary>Queues commands for the device's next sessions: a JSON array of batches, or one batch; returns the ticket.</summary>
    public long Queue(string device, string json) => Event(() =>
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var batches = IsListOfBatches(root) ? root.EnumerateArray().ToList() : [root];
        foreach (var batch in batches)
            CommandJson.ReadBatch(batch);
        var ticket = new CommandTicket { Number = ++_context.State.LastTicket, Device = device, Waiting = [.. batches.Select(batch => batch.GetRawText())] };
        _context.State.Tickets.Add(ticket);
        return ticket.Number;
    });

    /// <summary>What became of queued commands; null: no such ticket.</summary>
    public CommandTicket? Ticket(long number) => Event(() => _context.State.Tickets.Find(ticket => ticket.Number == number) is not { } found
        ? null
        : new CommandTicket { Number = found.Number, Device = found.Device, Waiting = [.. found.Waiting], Results = [.. found.Results], Done = found.Done });

    /// <summary>Replaces the test controls (DEL-380).</summary>
    public void SetControls(TestControls controls) => Event(() => _context.Controls = controls);

    /// <summary>Timers that are due (DEL-373).</summary>
    public void Tick()
    {
        if (Event(() => _s2s.IsTimerDue(), save: false))
            Event(() =>
            {
                _s2s.Tick();
                return true;
            });
    }

    /// <summary>When to call <see cref="Tick"/> and <see cref="TakeDue"/> next; null: when something happens.</summary>
    public DateTimeOffset? NextDue() => Event(() => _s2s.NextDue()?.AddSeconds(-_context.Controls.ClockOffsetSeconds), save: false);

    /// <summary>Messages to send now; each is given back to <see cref="Answered"/>.</summary>
    public IReadOnlyList<OutgoingMessage> TakeDue() => Event(() => _s2s.TakeDue(), save: false); // attempts are no loss

    /// <summary>The answer to a message; status 0 when there was none.</summary>
    public void Answered(OutgoingMessage message, S2sReply reply) => Event(() =>
    {
        _s2s.Answered(message, reply);
        return true;
    });

    /// <summary>What the admin endpoint shows: no secret.</summary>
    public ServerView View() => Event(() => ServerView.Of(_context.State), save: false);

    private static bool IsListOfBatches(JsonElement root) =>
        root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0
        && root.EnumerateArray().All(element => element.ValueKind == JsonValueKind.Array || (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("commands", out _)));

    private T Event<T>(Func<T> body, bool save = true)
    {
        T result;
        lock (_lock)
        {
            _context.RefuseIfCrashed();
            result = body();
            if (save)
                _context.Save();
            _context.CrashIfWanted();
        }

        if (save)
            Changed?.Invoke();
        return result;
    }
}

/// <summary>State of a server for people and tests; no secret, no key (DEL-380 tests read it).</summary>
public sealed record ServerView
{
    /// <summary>DM Server Identifier.</summary>
    public string ServerId { get; init; } = "";

    /// <summary>Processes that are not purged.</summary>
    public IReadOnlyList<ProcessView> Processes { get; init; } = [];

    /// <summary>What is left of failed ones.</summary>
    public IReadOnlyList<ProcessTombstone> Tombstones { get; init; } = [];

    /// <summary>Devices with an account.</summary>
    public IReadOnlyList<DeviceView> Devices { get; init; } = [];

    /// <summary>DM sessions begun.</summary>
    public long Sessions { get; init; }

    /// <summary>Generic Alerts, oldest first.</summary>
    public IReadOnlyList<ReceivedAlert> Alerts { get; init; } = [];

    /// <summary>Messages to peers not yet answered, by type.</summary>
    public IReadOnlyList<string> Outgoing { get; init; } = [];

    /// <summary>The latest faults.</summary>
    public IReadOnlyList<string> LastErrors { get; init; } = [];

    internal static ServerView Of(ServerState state) => new()
    {
        ServerId = state.ServerId,
        Processes = [.. state.Processes.Select(ProcessView.Of)],
        Tombstones = [.. state.Tombstones],
        Devices = [.. state.Devices.Values.Select(device => new DeviceView(device.DeviceId, device.AuthType, device.MadeBySid, device.Derived, new Dictionary<string, string>(device.DevInfo)))],
        Sessions = state.Sessions,
        Alerts = [.. state.Alerts],
        Outgoing = [.. state.Outgoing.Select(message => message.Type)],
        LastErrors = [.. state.LastErrors],
    };
}

/// <summary>A device account without its secrets.</summary>
/// <param name="DeviceId">Device id.</param>
/// <param name="AuthType">HMAC or DIGEST.</param>
/// <param name="MadeBySid">Process that made it; null for a configured one.</param>
/// <param name="Derived">Whether its secrets come from a TDK still (DEL-181).</param>
/// <param name="DevInfo">What the device said in package 1.</param>
public sealed record DeviceView(string DeviceId, string AuthType, string? MadeBySid, bool Derived, IReadOnlyDictionary<string, string> DevInfo);

/// <summary>A process without its keys.</summary>
public sealed record ProcessView
{
    /// <summary>Session id.</summary>
    public string Sid { get; init; } = "";

    /// <summary>delegating or delegated.</summary>
    public string Role { get; init; } = "";

    /// <summary>The other server.</summary>
    public string Peer { get; init; } = "";

    /// <summary>Device id.</summary>
    public string Device { get; init; } = "";

    /// <summary>State of delegation.md 14.3.</summary>
    public ProcessState State { get; init; }

    /// <summary>Delegation id.</summary>
    public string? DelegationId { get; init; }

    /// <summary>The last step begun.</summary>
    public int Step { get; init; }

    /// <summary>State of the record as the device said last.</summary>
    public int? DeviceState { get; init; }

    /// <summary>Whether a key is held: TDK at A, proof key at B.</summary>
    public bool HoldsKey { get; init; }

    /// <summary>BH, hex (no secret, DEL-195).</summary>
    public string? Bind { get; init; }

    /// <summary>Key check value, hex (no secret, DEL-195).</summary>
    public string? Check { get; init; }

    /// <summary>Why it ended after it was closed.</summary>
    public int? EndReason { get; init; }

    /// <summary>When the present state runs out.</summary>
    public DateTimeOffset? Deadline { get; init; }

    internal static ProcessView Of(DelegationProcess process) => new()
    {
        Sid = process.Sid,
        Role = process.Role,
        Peer = process.Peer,
        Device = process.Device,
        State = process.State,
        DelegationId = process.DelegationId,
        Step = process.Step,
        DeviceState = process.DeviceState,
        HoldsKey = process.Tdk is not null || process.ProofKey is not null,
        Bind = process.Bind is { } bind ? Convert.ToHexStringLower(bind) : null,
        Check = process.Check is { } check ? Convert.ToHexStringLower(check) : null,
        EndReason = process.EndReason,
        Deadline = process.Deadline,
    };
}

/// <summary>An account from text, as configuration and tests give it.</summary>
public static class DeviceAccounts
{
    /// <summary>A configured account.</summary>
    public static DeviceAccount Make(string deviceId, string clientName, string clientPassword, string serverName, string serverPassword, string authType = "HMAC") => new()
    {
        DeviceId = deviceId,
        ClientName = clientName,
        ClientSecret = Encoding.UTF8.GetBytes(clientPassword),
        ServerName = serverName,
        ServerSecret = Encoding.UTF8.GetBytes(serverPassword),
        AuthType = authType,
    };
}
