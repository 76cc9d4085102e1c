using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>What the device answered to one command: the Status codes of its items and the data of its Results.</summary>
public sealed record Outcome(string Name, string Uri, ImmutableArray<int> Statuses, ImmutableArray<Item> Results)
{
    public int Status => Statuses.IsEmpty ? 0 : Statuses[0];

    public string Text => Results.IsEmpty || Results[0].Data is null ? "" : Results[0].Data!.AsText();

    public byte[] Octets => Results[0].Meta?.Format == "b64" ? Convert.FromBase64String(Text) : Results[0].Data!.Octets.ToArray();
}

/// <summary>A Generic Alert the device delivered.</summary>
public sealed record DeliveredAlert(string Type, string Mark, string Source, string Correlator, string Payload, int MessageNumber)
{
    public string Event => Type[(Type.LastIndexOf('/') + 1)..];

    public string Element(string name) => System.Xml.Linq.XElement.Parse(Payload).Element(name)?.Value ?? "";

    public string Attribute(string name) => System.Xml.Linq.XElement.Parse(Payload).Attribute(name)?.Value ?? "";

    public string AclAttribute(string name) => System.Xml.Linq.XElement.Parse(Payload).Element("Acl")?.Attribute(name)?.Value ?? "";
}

/// <summary>The commands of one server message, made when it is their turn, from the answers so far.</summary>
public delegate IReadOnlyList<Command>? Batch(IReadOnlyList<Outcome> before);

/// <summary>
/// A DM server in memory that does what a test says: the server side of a session with md5 or MAC in both directions. It shares the
/// codec with the agent and nothing else: its digests are its own.
/// </summary>
public sealed class ScriptedServer(string serverId, string authType)
{
    private readonly List<(Command Command, string Uri, int Message)> _sent = [];
    private readonly Dictionary<(int Message, string CmdId), List<Status>> _statuses = [];
    private readonly Dictionary<(int Message, string CmdId), List<Item>> _results = [];
    private int _messages;
    private bool _clientAccepted;
    private bool _proved;
    private int _commandNumber;

    public string ServerId { get; } = serverId;

    /// <summary>B64(H(user:password)) of the client credential; empty: the device uses TLS alone.</summary>
    public byte[] ClientInner { get; set; } = [];

    public byte[] ServerInner { get; set; } = [];

    public byte[] ClientNonce { get; set; } = [];

    public byte[] ServerNonce { get; set; } = [];

    public string ServerName { get; set; } = serverId;

    /// <summary>User name in the MAC header, where it is to differ from that of the message.</summary>
    public string? MacUser { get; set; }

    public bool Reachable { get; set; } = true;

    public bool KnowsDevice { get; set; } = true;

    public bool SendCredential { get; set; } = true;

    public bool WrongCredential { get; set; }

    /// <summary>Type of the challenge the server makes instead of the agreed one.</summary>
    public string? ChallengeType { get; set; }

    public int AlertStatus { get; set; } = 200;

    /// <summary>Answers Generic Alerts one by one; null: all with <see cref="AlertStatus"/>.</summary>
    public Func<Alert, int>? AlertStatusOf { get; set; }

    /// <summary>Cred that the server puts into its SyncHdr instead of its own.</summary>
    public Cred? OwnCred { get; set; }

    /// <summary>Pin of the key with which the endpoint shows itself in TLS; null: whatever the device expects.</summary>
    public byte[]? TlsPin { get; set; }

    /// <summary>The one address at which it answers; null: at any.</summary>
    public Uri? AnswersAt { get; set; }

    /// <summary>Changes the octets of an answer before they are authenticated: how a test sends what it must not hold in the clear.</summary>
    public Func<byte[], byte[]>? Patch { get; set; }

    public long? MaxMsgSize { get; set; }

    public string? RespUri { get; set; }

    public Queue<Batch> Script { get; } = [];

    /// <summary>Makes the nonces of this server; a simulation makes them from its seed.</summary>
    public Func<int, byte[]> NewNonce { get; set; } = RandomNumberGenerator.GetBytes;

    /// <summary>Called with each message of the device, before it is answered.</summary>
    public Action<SyncMLMessage>? OnMessage { get; set; }

    /// <summary>The connection breaks after the server has taken in such a message: its answer is lost.</summary>
    public Func<SyncMLMessage, bool>? BreaksAfter { get; set; }

    /// <summary>Keep what the server sends: it may hold a key in the clear, so only where a test asks for it.</summary>
    public bool KeepSent { get; set; }

    /// <summary>What the server sent, octet by octet, with its MAC.</summary>
    public List<(byte[] Body, string? Hmac)> Sent { get; } = [];

    /// <summary>Recorded messages to send instead of its own.</summary>
    public Queue<(byte[] Body, string? Hmac)> Replayed { get; } = [];

    public List<DeliveredAlert> Alerts { get; } = [];

    public List<SyncMLMessage> Received { get; } = [];

    public int Sessions { get; private set; }

    public bool AbortedByDevice { get; private set; }

    /// <summary>Answers to all commands of this session, in the order in which they were sent.</summary>
    public IReadOnlyList<Outcome> Outcomes =>
        [.. _sent.Select(sent => new Outcome(
            sent.Command.Name,
            sent.Uri,
            [.. _statuses.GetValueOrDefault((sent.Message, sent.Command.CmdID), []).Select(status => status.Data)],
            [.. _results.GetValueOrDefault((sent.Message, sent.Command.CmdID), [])]))];

    public void Knows(string clientUser, string clientPassword, string serverPassword)
    {
        ClientInner = Inner(clientUser, Encoding.UTF8.GetBytes(clientPassword));
        ServerInner = Inner(ServerName, Encoding.UTF8.GetBytes(serverPassword));
    }

    public static byte[] Inner(string user, ReadOnlySpan<byte> password) =>
        Encoding.ASCII.GetBytes(Convert.ToBase64String(MD5.HashData([.. Encoding.UTF8.GetBytes(user), (byte)':', .. password])));

    /// <summary>Answers one message; null: the connection fails.</summary>
    public (byte[] Body, string? Hmac)? Answer(ReadOnlyMemory<byte> body, string? hmac)
    {
        if (!Reachable)
        {
            return null;
        }

        var message = SyncMLXml.Read(body, MessageLimits.Default);
        Received.Add(message);
        if (message.Header.MsgID == 1)
        {
            BeginSession();
        }

        OnMessage?.Invoke(message);
        Learn(message);
        if (BreaksAfter?.Invoke(message) == true)
        {
            return null;
        }

        if (AbortedByDevice)
        {
            return (SyncMLXml.Write(Build(message, [HeaderStatus(message, 200)], final: true)), null);
        }

        if (Replayed.TryDequeue(out var recorded))
        {
            return ([.. recorded.Body], recorded.Hmac);
        }

        var reply = Reply(message, body, hmac);
        if (KeepSent && reply is { } sent)
        {
            Sent.Add(([.. sent.Body], sent.Hmac));
        }

        return reply;
    }

    private void BeginSession()
    {
        Sessions++;
        _messages = 0;
        _sent.Clear();
        _statuses.Clear();
        _results.Clear();
        _clientAccepted = ClientInner.Length == 0;
        _proved = ClientInner.Length == 0;
        AbortedByDevice = false;
    }

    private (byte[] Body, string? Hmac)? Reply(SyncMLMessage message, ReadOnlyMemory<byte> body, string? hmac)
    {
        _messages++;
        _commandNumber = 0;
        var accepted = KnowsDevice && (_clientAccepted || ClientProved(message, body, hmac));
        var commands = new List<Command>();
        if (!accepted)
        {
            var code = message.Header.Cred is null && hmac is null ? 407 : 401;
            commands.Add(HeaderStatus(message, code, challenge: true));
            commands.AddRange(Statuses(message, code));
            return Send(message, commands, final: true);
        }

        var mac = authType == "HMAC" && ClientInner.Length > 0;
        _clientAccepted = !mac;
        commands.Add(HeaderStatus(message, mac || ClientInner.Length == 0 ? 200 : 212, challenge: ClientInner.Length > 0 && (mac || _messages <= 2)));
        commands.AddRange(Statuses(message, 200));
        if (!message.Final)
        {
            commands.Add(new Alert(NextId(), AlertCode.NextMessage));
            return Send(message, commands, final: false);
        }

        if (Script.TryDequeue(out var batch) && batch(Outcomes) is { } next)
        {
            foreach (var command in next)
            {
                commands.Add(Numbered(command));
            }
        }

        return Send(message, commands, final: true);
    }

    private (byte[] Body, string? Hmac)? Send(SyncMLMessage request, List<Command> commands, bool final)
    {
        var reply = Build(request, commands, final);
        var octets = SyncMLXml.Write(reply);
        octets = Patch?.Invoke(octets) ?? octets;
        if (authType != "HMAC" || ServerInner.Length == 0 || !SendCredential)
        {
            return (octets, null);
        }

        var inner = WrongCredential ? Inner(ServerName, "wrong"u8) : ServerInner;
        return (octets, $"algorithm=MD5, username=\"{MacUser ?? ServerName}\", mac={Mac(inner, ServerNonce, octets)}");
    }

    private SyncMLMessage Build(SyncMLMessage request, IReadOnlyList<Command> commands, bool final)
    {
        Cred? cred = null;
        if (authType == "DIGEST" && ServerInner.Length > 0 && SendCredential && !_proved)
        {
            var inner = WrongCredential ? Inner(ServerName, "wrong"u8) : ServerInner;
            cred = new Cred(new MetaInfo { Format = "b64", Type = "syncml:auth-md5" }, Convert.ToBase64String(MD5.HashData([.. inner, (byte)':', .. ServerNonce])));
        }

        return new SyncMLMessage(
            new SyncHdr
            {
                SessionID = request.Header.SessionID,
                MsgID = Math.Max(1, _messages),
                Target = new Location(request.Header.Source.LocURI),
                Source = new Location(request.Header.Target.LocURI, ServerName),
                RespURI = RespUri,
                Cred = OwnCred ?? cred,
                Meta = MaxMsgSize is { } size ? new MetaInfo { MaxMsgSize = size } : null,
            },
            [.. commands],
            final);
    }

    private bool ClientProved(SyncMLMessage message, ReadOnlyMemory<byte> body, string? hmac)
    {
        if (authType == "HMAC")
        {
            return hmac is not null && hmac.Contains("mac=" + Mac(ClientInner, ClientNonce, body.Span), StringComparison.Ordinal);
        }

        return message.Header.Cred?.Data == Convert.ToBase64String(MD5.HashData([.. ClientInner, (byte)':', .. ClientNonce]));
    }

    /// <summary>The MAC of a body, as security.md 2 has it.</summary>
    public static string Mac(byte[] inner, byte[] nonce, ReadOnlySpan<byte> body) =>
        Convert.ToBase64String(MD5.HashData([.. inner, (byte)':', .. nonce, (byte)':', .. Encoding.ASCII.GetBytes(Convert.ToBase64String(MD5.HashData(body)))]));

    private void Learn(SyncMLMessage message)
    {
        foreach (var status in message.Commands.OfType<Status>())
        {
            if (status.Chal?.Meta.NextNonce is { } nonce)
            {
                ServerNonce = Convert.FromBase64String(nonce);
            }

            if (status.Cmd == Status.SyncHdrCmd)
            {
                _proved |= status.Data is 200 or 212;
                continue;
            }

            Bucket(_statuses, (int.Parse(status.MsgRef), status.CmdRef)).Add(status);
        }

        foreach (var results in message.Commands.OfType<Results>())
        {
            Bucket(_results, (int.Parse(results.MsgRef!), results.CmdRef!)).AddRange(results.Items);
        }

        foreach (var alert in message.Commands.OfType<Alert>())
        {
            AbortedByDevice |= alert.Code == AlertCode.SessionAbort;
            if (alert.Code == AlertCode.GenericAlert)
            {
                var item = alert.Items[0];
                Alerts.Add(new DeliveredAlert(item.Meta!.Type!, item.Meta.Mark ?? "", item.Source!.LocURI, alert.Correlator ?? "", item.Data!.AsText(), message.Header.MsgID));
            }
        }
    }

    private static List<T> Bucket<T>(Dictionary<(int, string), List<T>> map, (int, string) key)
    {
        if (!map.TryGetValue(key, out var list))
        {
            map[key] = list = [];
        }

        return list;
    }

    private IEnumerable<Command> Statuses(SyncMLMessage message, int code)
    {
        foreach (var command in message.Commands.Where(command => command is Alert or Replace))
        {
            var answer = code == 200 && command is Alert { Code: AlertCode.GenericAlert } alert ? AlertStatusOf?.Invoke(alert) ?? AlertStatus : code;
            yield return new Status(NextId(), message.Header.MsgID.ToString(), command.CmdID, command.Name, answer);
        }
    }

    private Status HeaderStatus(SyncMLMessage message, int code, bool challenge = false)
    {
        Chal? chal = null;
        if (challenge)
        {
            ClientNonce = NewNonce(16);
            var type = ChallengeType ?? (authType == "HMAC" ? "syncml:auth-MAC" : "syncml:auth-md5");
            chal = new Chal(new MetaInfo { Format = "b64", Type = type, NextNonce = Convert.ToBase64String(ClientNonce) });
        }

        return new Status(NextId(), message.Header.MsgID.ToString(), "0", Status.SyncHdrCmd, code) with { Chal = chal };
    }

    /// <summary>Gives a command and its children their CmdIDs and remembers them.</summary>
    private Command Numbered(Command command)
    {
        var numbered = command with { CmdID = NextId() };
        _sent.Add((numbered, Uri(numbered), _messages));
        return numbered switch
        {
            Atomic atomic => atomic with { Commands = [.. atomic.Commands.Select(Numbered)] },
            Sequence sequence => sequence with { Commands = [.. sequence.Commands.Select(Numbered)] },
            _ => numbered,
        };
    }

    private static string Uri(Command command) => command is ItemCommand { Items: [var item, ..] } ? item.Target?.LocURI ?? "" : "";

    private string NextId() => (++_commandNumber).ToString();
}
