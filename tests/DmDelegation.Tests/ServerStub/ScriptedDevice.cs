using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DmDelegation.Protocol;
using DmDelegation.ServerStub.Dm;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.Keys;

namespace DmDelegation.Tests.ServerStub;

/// <summary>A device that does what the scenarios need of one, no more: a peer for the servers, not a model of the agent.</summary>
internal sealed partial class ScriptedDevice(string deviceId)
{
    private readonly Dictionary<string, Account> _accounts = [];
    private readonly Dictionary<string, Record> _records = [];
    private readonly Dictionary<string, List<(string Key, string Xml)>> _outbox = [];
    private readonly Dictionary<string, long> _sent = [];
    private readonly Dictionary<string, byte[]> _nonces = [];
    private int _sessionId;

    public sealed class Account
    {
        public required string ClientName { get; init; }
        public required byte[] ClientSecret { get; set; }
        public required string ServerName { get; init; }
        public required byte[] ServerSecret { get; set; }
        public byte[]? EarlierClientSecret { get; set; }
        public byte[]? EarlierServerSecret { get; set; }
        public bool Derived { get; set; }
        public byte[] ClientNonce { get; set; } = [];
        public byte[] ServerNonce { get; set; } = [];
        public string Type { get; init; } = "HMAC";
        public string? Guest { get; init; }
    }

    public sealed class Record
    {
        public Dictionary<string, byte[]> Leaves { get; } = [];
        public string A { get; init; } = "";
        public int State { get; set; }
        public int Reason { get; set; }
        public byte[] Bind { get; set; } = [];
        public byte[] Check { get; set; } = [];
        public byte[] Proof { get; set; } = [];
        public byte[] Challenge { get; set; } = [];
        public int Failures { get; set; }
        public DateTimeOffset WindowEnds { get; set; }
        public string? Parent { get; set; }
        public bool IsFinal => Text("DurationType") == "final";

        public string? Text(string name) => Leaves.TryGetValue(name, out var value) ? Encoding.UTF8.GetString(value) : null;
        public string B => Text("Server/ServerID")!;
    }

    /// <summary>Reason with which Start is refused; 0 accepts it.</summary>
    public int RefuseStart { get; set; }

    /// <summary>The notice of T2 does not reach A (step 9 or State have to do).</summary>
    public bool LoseNotice { get; set; }

    /// <summary>Clock of the fail-safe window; null: it never runs out.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>The session breaks off after so many exchanges, the last answer being lost; counts down to the next session only.</summary>
    public int? BreakAfter { get; set; }

    /// <summary>The device carries out the answer of this exchange and then loses the line, before it can say so; for the next session only.</summary>
    public int? StopAfter { get; set; }

    /// <summary>The check value it shows is another one.</summary>
    public bool ShowWrongCheck { get; set; }

    /// <summary>Octets of a client message at most; results that do not fit go into further messages.</summary>
    public int? CommandsPerMessage { get; set; }

    public X509Certificate2? Certificate { get; set; }

    /// <summary>Statuses that the servers gave for commands of this device, in order.</summary>
    public List<Status> ServerStatuses { get; } = [];

    /// <summary>Everything on the wire with the servers, both ways.</summary>
    public List<byte[]> Wire { get; } = [];

    public IReadOnlyDictionary<string, Record> Records => _records;

    public string? LastSessionError { get; private set; }

    public Account? AccountOf(string server) => _accounts.GetValueOrDefault(server);

    public void AddAccount(string server, string clientPassword, string serverPassword, string type = "HMAC") =>
        _accounts[server] = new Account
        {
            ClientName = "client-" + deviceId,
            ClientSecret = Encoding.UTF8.GetBytes(clientPassword),
            ServerName = server,
            ServerSecret = Encoding.UTF8.GetBytes(serverPassword),
            Type = type,
        };

    public void End(string id, int state, int reason)
    {
        var record = _records[id];
        foreach (var child in _records.Where(child => child.Value.Parent == id && child.Value.State < 10).Select(child => child.Key).ToList())
            End(child, state == 13 ? 13 : 12, 183); // DEL-066: deepest first
        (record.State, record.Reason) = (state, reason);
        foreach (var server in _accounts.Where(account => account.Value.Guest == id).Select(account => account.Key).ToList())
            _accounts.Remove(server);
        Queue(record.A, id, "End", record);
        if (record.Parent is { } parent)
            Queue(_records[parent].A, id, "End", record); // DEL-069
    }

    /// <summary>Puts an alert about a record into the outbox for a server.</summary>
    public void Report(string server, string id, string name, int state, int reason)
    {
        (_records[id].State, _records[id].Reason) = (state, reason);
        Queue(server, id, name, _records[id]);
    }

    /// <summary>One session with a server, from package 1 to its end; false when it failed.</summary>
    public bool RunSession(DmServer server)
    {
        LastSessionError = null;
        CloseWindows();
        if (!_accounts.TryGetValue(server.ServerId, out var account))
            return Failed("no account");
        var session = new Session(account, server, (++_sessionId).ToString("X")) { ClientSecret = account.ClientSecret };
        session.Queue.AddRange(PackageOne(server.ServerId));
        var rounds = BreakAfter ?? 60;
        var last = StopAfter;
        (BreakAfter, StopAfter) = (null, null);
        for (var round = 0; round < rounds; round++)
        {
            if (Round(session, lost: round == rounds - 1 && rounds < 60) is { } end)
                return end;
            if (round + 1 == last)
                return Failed("stopped");
        }

        return Failed("too many rounds");
    }

    // DEL-134.
    private void CloseWindows()
    {
        foreach (var (id, record) in _records.Where(record => record.Value.State == 1 && record.Value.WindowEnds <= Time?.GetUtcNow()).ToList())
            End(id, 10, 170);
    }

    private sealed class Session(Account account, DmServer server, string id)
    {
        public Account Account { get; } = account;
        public DmServer Server { get; } = server;
        public string Id { get; } = id;
        public int MsgId { get; set; }
        public int CmdId { get; set; }
        public List<Func<string, Command>> Queue { get; } = [];
        public List<Status> HeaderStatus { get; } = [];
        public int Attempts { get; set; }
        public int ServerFailures { get; set; }
        public bool ServerAccepted { get; set; }
        public bool ClientAccepted { get; set; }
        public List<string> AlertKeys { get; } = [];
        public required byte[] ClientSecret { get; set; }
        public bool ServerOnEarlier { get; set; }
        public bool Derived { get; } = account.Derived; // a rotation counts from the next session on (DEL-182, DEL-183)
    }

    private IEnumerable<Func<string, Command>> PackageOne(string server)
    {
        yield return id => new Alert(id, AlertCode.ClientInitiatedMgmt);
        yield return id => new Replace(id, null, [Leaf("./DevInfo/DevId", deviceId), Leaf("./DevInfo/Man", "Example"), Leaf("./DevInfo/Mod", "EX-1")]);
        foreach (var alert in Alerts(server))
            yield return alert;
    }

    private IEnumerable<Func<string, Command>> Alerts(string server)
    {
        foreach (var (_, xml) in _outbox.GetValueOrDefault(server) ?? [])
            yield return id => new Alert(id, "1226", null, [new Item
            {
                Meta = new MetaInfo { Format = "xml", Type = "Reversed-Domain-Name: org.example.dmagent.delegation/Ack", Mark = "informational" },
                Data = ItemData.FromText(xml),
            }]);
    }

    // One message there and one back; null goes on.
    private bool? Round(Session session, bool lost)
    {
        var take = CommandsPerMessage is { } most && session.Queue.Count > most ? most : session.Queue.Count;
        var partial = take < session.Queue.Count;
        var commands = session.Queue.Take(take).Select(make => make((++session.CmdId).ToString())).ToList();
        session.Queue.RemoveRange(0, take);
        var reply = Exchange(session, [.. session.HeaderStatus.Cast<Command>(), .. commands], !partial);
        if (reply.Status != 200 || lost)
            return Failed(lost ? "broken off" : $"HTTP {reply.Status}");
        var message = SyncMLXml.Read(reply.Body, MessageLimits.Default);
        var header = message.Commands.OfType<Status>().First(status => status.CmdRef == "0");
        session.HeaderStatus.Clear();
        TakeNonce(session.Account, header);
        var serverStatus = ServerStatus(session, message, reply);
        session.HeaderStatus.Add(serverStatus);
        if (header.Data is 401 or 407)
        {
            if (header.Chal is null || ++session.Attempts > 2)
                return Failed($"not authenticated: {header.Data}");
            if (session.Attempts == 2 && session.Account.EarlierClientSecret is { } earlier)
                session.ClientSecret = earlier;
            session.Queue.Clear();
            session.Queue.AddRange(PackageOne(session.Server.ServerId));
            return null;
        }

        session.ClientAccepted = true;
        if (serverStatus.Data is 401 or 407)
            return ServerRefused(session, message);
        session.ServerAccepted = true;
        if (session.ClientSecret == session.Account.ClientSecret && !session.ServerOnEarlier)
            (session.Account.EarlierClientSecret, session.Account.EarlierServerSecret) = (null, null);
        Delivered(session, message);
        if (Guest(session) is { State: 1 } pending && pending.Text("Confirm/Mode") == "auth")
            Confirmed(session.Account.Guest!, pending);
        return Execute(session, message, partial);
    }

    private bool? ServerRefused(Session session, SyncMLMessage message)
    {
        if (++session.ServerFailures > 1)
        {
            if (Guest(session) is { State: 1 } record && ++record.Failures >= 5)
                End(session.Account.Guest!, 10, 171);
            return Failed("server not authenticated");
        }

        foreach (var command in message.Commands.Where(command => command is not Status))
            session.Queue.Add(id => new Status(id, message.Header.MsgID.ToString(), command.CmdID, command.Name, 401));
        return null;
    }

    private bool? Execute(Session session, SyncMLMessage message, bool partial)
    {
        var answers = new List<Func<string, Command>>();
        foreach (var command in message.Commands.Where(command => command is not Status))
            Execute(session, message, command, answers);
        if (message.Commands.OfType<Alert>().Any(alert => alert.Code == AlertCode.NextMessage) && partial)
        {
            session.Queue.InsertRange(0, answers);
            return null;
        }

        session.Queue.AddRange(answers);
        session.Queue.AddRange(Alerts(session.Server.ServerId).Where(_ => answers.Count > 0));
        if (!message.Final)
            session.Queue.Add(id => new Alert(id, AlertCode.NextMessage));
        return session.Queue.Count == 0 ? true : null;
    }

    private void Execute(Session session, SyncMLMessage message, Command command, List<Func<string, Command>> answers)
    {
        var msg = message.Header.MsgID.ToString();
        switch (command)
        {
            case Atomic atomic:
                answers.Add(id => new Status(id, msg, atomic.CmdID, "Atomic", 200));
                foreach (var child in atomic.Commands)
                    Execute(session, message, child, answers);
                break;
            case Get get:
                var value = Read(session.Server.ServerId, get.Items[0].Target!.LocURI);
                answers.Add(id => new Status(id, msg, get.CmdID, "Get", value is null ? 404 : 200));
                if (value is { } found)
                    answers.Add(id => new Results(id, msg, get.CmdID, null, null, null, [new Item
                    {
                        Source = get.Items[0].Target,
                        Meta = new MetaInfo { Format = found.Format },
                        Data = found.Format == "b64" ? ItemData.FromText(Convert.ToBase64String(found.Value)) : ItemData.FromOctets(found.Value),
                    }]));
                break;
            case Add add:
                var code = Store(session.Server.ServerId, add.Items[0]);
                answers.Add(id => new Status(id, msg, add.CmdID, "Add", code));
                break;
            case Replace replace:
                var changed = Rotate(session, replace.Items[0]);
                answers.Add(id => new Status(id, msg, replace.CmdID, "Replace", changed));
                break;
            case Exec exec:
                var status = Exec(session, exec);
                answers.Add(id => new Status(id, msg, exec.CmdID, "Exec", status));
                break;
            default:
                answers.Add(id => new Status(id, msg, command.CmdID, command.Name, 200));
                break;
        }
    }

    private (byte[] Value, string Format)? Read(string server, string uri)
    {
        (byte[], string)? Text(string text) => (Encoding.UTF8.GetBytes(text), "chr");
        switch (uri)
        {
            case "./Delegation/Nonce":
                return (_nonces[server] = RandomNumberGenerator.GetBytes(32), "b64");
            case "./Delegation/Seq":
                return Text("16");
            case "./Delegation/Cap/KeyMethods":
                return Text("tls+cms");
            case "./Delegation/Cap/DeviceCert":
                return Certificate is null ? null : (Certificate.RawData, "b64");
            case "./DevInfo/DevId":
                return Text(deviceId);
            case "./DevInfo/Man":
                return Text("Example");
        }

        if (!uri.StartsWith("./Delegation/", StringComparison.Ordinal) || uri.Split('/', 4) is not [_, _, var id, var rest] || !_records.TryGetValue(id, out var record))
            return null;
        switch (rest)
        {
            case "State":
                return Text(record.State.ToString());
            case "Reason":
                return Text(record.Reason.ToString());
            case "Key/Check":
                return (ShowWrongCheck ? [.. record.Check.Reverse()] : record.Check, "b64");
            case "Confirm/Challenge":
                record.Challenge = RandomNumberGenerator.GetBytes(32);
                return server == record.B ? (record.Challenge, "b64") : null;
            default:
                return null;
        }
    }

    private int Store(string server, Item item)
    {
        var parts = item.Target!.LocURI.Split('/', 4);
        var value = item.Data?.AsText() ?? "";
        if (!_records.TryGetValue(parts[2], out var record))
            _records[parts[2]] = record = new Record { A = server };
        if (parts.Length == 4)
            record.Leaves[parts[3]] = item.Meta?.Format == "b64" ? Convert.FromBase64String(value) : Encoding.UTF8.GetBytes(value);
        return 200;
    }

    // DEL-181, DEL-182. The order of the two Replaces does not matter: both are in one Atomic.
    private static int Rotate(Session session, Item item)
    {
        var account = session.Account;
        var secret = item.Data!.Octets.ToArray();
        if (item.Target!.LocURI == $"./DMAcc/d-{account.Guest}/AppAuth/c/AAuthSecret")
            (account.EarlierClientSecret, account.ClientSecret) = (account.ClientSecret, secret);
        else if (item.Target.LocURI == $"./DMAcc/d-{account.Guest}/AppAuth/s/AAuthSecret")
            (account.EarlierServerSecret, account.ServerSecret, account.Derived) = (account.ServerSecret, secret, false);
        else
            return 200;
        return secret.Length < 16 ? 403 : 200;
    }

    private Record? Guest(Session session) => session.Account.Guest is { } id ? _records.GetValueOrDefault(id) : null;

    private void Queue(string server, string id, string name, Record record)
    {
        var n = _sent[server] = _sent.GetValueOrDefault(server) + 1;
        var key = DelegationKeys.IdempotenceKey(id, server, n);
        var xml = $"<Delegation v=\"1\" id=\"{id}\" event=\"{name}\" n=\"{n}\" key=\"{key}\"><Result>{(record.Reason == 0 ? "Success" : "Failure")}</Result>"
            + $"<Reason>{record.Reason}</Reason><State>{record.State}</State><By>{record.A}</By><To>{record.B}</To>"
            + $"<Acl changed=\"3\" skipped=\"0\" kept=\"0\"/><Account>./DMAcc/d-{id}</Account></Delegation>";
        if (!_outbox.TryGetValue(server, out var list))
            _outbox[server] = list = [];
        list.Add((key, xml));
    }

    // DEL-237: an entry is delivered with 200 or 202 for its Alert.
    private void Delivered(Session session, SyncMLMessage message)
    {
        var statuses = message.Commands.OfType<Status>().Where(status => status.CmdRef != "0").ToList();
        ServerStatuses.AddRange(statuses);
        var outbox = _outbox.GetValueOrDefault(session.Server.ServerId) ?? [];
        if (statuses.Count(status => status.Cmd == "Alert" && status.Data is 200 or 202) > (session.AlertKeys.Count == 0 ? 0 : 1) || session.AlertKeys.Count > 0)
            outbox.RemoveAll(entry => session.AlertKeys.Contains(entry.Key) && statuses.All(status => status.Cmd != "Alert" || status.Data is 200 or 202));
        session.AlertKeys.Clear();
    }

    private DmReply Exchange(Session session, IReadOnlyList<Command> commands, bool final)
    {
        session.AlertKeys.AddRange((_outbox.GetValueOrDefault(session.Server.ServerId) ?? []).Where(entry => commands.OfType<Alert>().Any(alert => alert.Items.Any(item => item.Data!.AsText() == entry.Xml))).Select(entry => entry.Key));
        var account = session.Account;
        var inner = new byte[OmaDigest.InnerLength];
        OmaDigest.UserPassword(Encoding.UTF8.GetBytes(account.ClientName), session.ClientSecret, inner);
        var header = new SyncHdr
        {
            SessionID = session.Id,
            MsgID = ++session.MsgId,
            Target = new Location("https://server/dm"),
            Source = new Location(deviceId, account.ClientName),
            Cred = account.Type == "DIGEST" && !session.ClientAccepted
                ? new Cred(new MetaInfo { Type = AuthType.Md5, Format = "b64" }, OmaDigest.Md5Credential(inner, account.ClientNonce)) : null,
        };
        var body = SyncMLXml.Write(new SyncMLMessage(header, [.. commands], final));
        Wire.Add([.. body]);
        var mac = account.Type == "HMAC" ? new HmacHeader(account.ClientName, OmaDigest.Mac(inner, account.ClientNonce, body)).Format() : null;
        session.CmdId = 0;
        var reply = session.Server.Handle(new DmRequest(body, mac, "application/vnd.syncml.dm+xml"));
        Wire.Add([.. reply.Body]);
        return reply;
    }

    private Status ServerStatus(Session session, SyncMLMessage message, DmReply reply)
    {
        var account = session.Account;
        var code = Proves(session, account.ServerSecret, message, reply);
        if (code == 401 && account.EarlierServerSecret is { } earlier)
        {
            code = Proves(session, earlier, message, reply);
            session.ServerOnEarlier = code != 401;
        }

        account.ServerNonce = RandomNumberGenerator.GetBytes(16);
        var chal = new Chal(new MetaInfo { Type = AuthType.FromAAuthType(account.Type), Format = "b64", NextNonce = Convert.ToBase64String(account.ServerNonce) });
        return new Status("900", message.Header.MsgID.ToString(), "0", "SyncHdr", [], [], null, chal, code, []);
    }

    private static int Proves(Session session, byte[] secret, SyncMLMessage message, DmReply reply)
    {
        var account = session.Account;
        var inner = new byte[OmaDigest.InnerLength];
        OmaDigest.UserPassword(Encoding.UTF8.GetBytes(account.ServerName), secret, inner);
        if (account.Type == "DIGEST")
            return session.ServerAccepted ? 212 : message.Header.Cred is not { } cred ? 407 : OmaDigest.VerifyMd5(inner, account.ServerNonce, cred.Data) ? 212 : 401;
        return !HmacHeader.TryParse(reply.Hmac, out var hmac) ? 407 : OmaDigest.VerifyMac(inner, account.ServerNonce, reply.Body, hmac!.Mac) ? 200 : 401;
    }

    private static void TakeNonce(Account account, Status header)
    {
        if (header.Chal?.Meta.NextNonce is { } nonce)
            account.ClientNonce = Convert.FromBase64String(nonce);
    }

    private static Item Leaf(string uri, string value) => new() { Source = new Location(uri), Data = ItemData.FromText(value) };

    private bool Failed(string text)
    {
        LastSessionError = text;
        return false;
    }
}
