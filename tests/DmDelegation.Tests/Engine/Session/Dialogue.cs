using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using DmDelegation.Engine;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Engine.Session;

/// <summary>
/// A session between the engine and a server that is written by hand: what the engine sends is decoded, what the server says is text.
/// The digests of the server are computed here, from the formulas of security.md 2.
/// </summary>
internal sealed class Dialogue
{
    public const string Server = "s.example";
    public const string DeviceName = "dev-042";
    public const string DevicePassword = "s3cr3t-Cl1ent";
    public const string ServerPassword = "s3cr3t-S3rver";
    public const string DevId = "IMEI:356938035643809";
    public const string Address = "https://s.example/dm";

    public static readonly byte[] DeviceNonce = [.. Enumerable.Range(0x10, 16).Select(value => (byte)value)];
    public static readonly byte[] ServerNonce = [.. Enumerable.Range(0x50, 16).Select(value => (byte)value)];

    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly AgentEngine _engine;
    private int _serverMsgId;

    public Dialogue(string authType = "TRANSPORT", Func<EngineOptions, EngineOptions>? options = null, Func<AgentState, AgentState>? state = null, string address = Address)
    {
        Vault = new TestVault();
        var configuration = new EngineOptions
        {
            Version = "test",
            BuildTime = Start.AddYears(-1),
            FactoryRootAcl = Acl.Parse("Get=*"),
            Description = new TreeDescription(StandardDescriptions.DMAcc),
        };
        _engine = new AgentEngine(options?.Invoke(configuration) ?? configuration, new EnginePorts(new CountingRandom(), Vault, new NoVouchers(), new NoDeviceKey()));
        var durable = Factory(Vault, authType, address);
        State = _engine.Open(state?.Invoke(durable) ?? durable, Now);
    }

    public TestVault Vault { get; }

    public EngineState State { get; private set; }

    public ImmutableArray<Effect> Effects { get; private set; } = [];

    /// <summary>What the transport says of the exchanges to come.</summary>
    public TransportFacts Transport { get; set; } = new(Tls: true, ServerVerified: true, ClientCertificate: false);

    /// <summary>LocName of the server's Source.</summary>
    public string SourceName { get; set; } = Server;

    public string SessionId { get; set; } = "1A";

    public SendMessage? Sending => Effects.OfType<SendMessage>().LastOrDefault();

    public SyncMLMessage Sent => SyncMLXml.Read((Sending ?? throw new AssertFailedException($"nothing was sent; {Ended}")).Body, MessageLimits.Default);

    public EndSession? Ended => Effects.OfType<EndSession>().LastOrDefault();

    public int Persists => Effects.OfType<Persist>().Count();

    /// <summary>Status codes of the last message without that of the SyncHdr, in order.</summary>
    public int[] Codes => [.. Statuses.Skip(1).Select(status => status.Data)];

    public Status[] Statuses => [.. Sent.Commands.OfType<Status>()];

    private static ClockReading Now => new(Start, true, 1_000_000, "boot-1");

    public Dialogue Open()
    {
        Take(new SessionRequested(Server));
        return this;
    }

    /// <summary>Opens, and lets the server accept package 1 with nothing but these commands.</summary>
    public Dialogue Begin(string commands, bool final = true, string meta = "") => Open().Say(HdrStatus(200) + commands, final, meta: meta);

    /// <summary>The server's next message.</summary>
    public Dialogue Say(string commands, bool final = true, string cred = "", string meta = "", string respUri = "", Func<byte[], string>? mac = null, int? msgId = null)
    {
        var body = Message(commands, final, cred, meta, respUri, msgId ?? ++_serverMsgId);
        return SayOctets(body, mac?.Invoke(body));
    }

    public Dialogue SayOctets(byte[] body, string? hmac = null)
    {
        Take(new MessageReceived(Server, Serial, body, hmac, Transport));
        return this;
    }

    public Dialogue Lose(string code = "connect")
    {
        Take(new ExchangeFailed(Server, Serial, code, 0));
        return this;
    }

    public long Serial => State.Sessions.TryGetValue(Server, out var session) ? session.Serial : -1;

    /// <summary>The text of a leaf, null if it is not there.</summary>
    public string? Leaf(string uri) =>
        State.Durable.Tree.Find(NodePath.Parse(uri)) is { } node ? Encoding.UTF8.GetString(node.Value.Span) : null;

    /// <summary>The opened nonce of an AppAuth entry, <c>c</c> or <c>s</c>.</summary>
    public byte[] StoredNonce(string entry)
    {
        var leaf = State.Durable.Tree.Find(NodePath.Parse($"./DMAcc/s/AppAuth/{entry}/AAuthData"))!;
        using var opened = Vault.Open(SecretNames.OfNode(leaf.Id), leaf.Value.Span);
        return opened!.Octets.ToArray();
    }

    public byte[] Message(string commands, bool final, string cred, string meta, string respUri, int msgId) => Encoding.UTF8.GetBytes(
        $"<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>{SessionId}</SessionID><MsgID>{msgId}</MsgID>"
        + $"<Target><LocURI>{DevId}</LocURI></Target><Source><LocURI>{Address}</LocURI><LocName>{SourceName}</LocName></Source>"
        + (respUri.Length > 0 ? $"<RespURI>{respUri}</RespURI>" : "") + cred + (meta.Length > 0 ? $"<Meta>{meta}</Meta>" : "")
        + $"</SyncHdr><SyncBody>{commands}{(final ? "<Final/>" : "")}</SyncBody></SyncML>");

    public string HdrStatus(int code, string chal = "", int? msgRef = null) =>
        $"<Status><CmdID>1</CmdID><MsgRef>{msgRef ?? Sent.Header.MsgID}</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd>{chal}<Data>{code}</Data></Status>";

    public static string StatusOf(int msgRef, string cmdRef, string cmd, int code) =>
        $"<Status><CmdID>9{cmdRef}</CmdID><MsgRef>{msgRef}</MsgRef><CmdRef>{cmdRef}</CmdRef><Cmd>{cmd}</Cmd><Data>{code}</Data></Status>";

    public static string Chal(string type, string? nextNonce, string format = "<Format xmlns=\"syncml:metinf\">b64</Format>") =>
        $"<Chal><Meta>{format}<Type xmlns=\"syncml:metinf\">{type}</Type>{(nextNonce is null ? "" : $"<NextNonce xmlns=\"syncml:metinf\">{nextNonce}</NextNonce>")}</Meta></Chal>";

    public static string Cred(string type, string data) =>
        $"<Cred><Meta><Format xmlns=\"syncml:metinf\">b64</Format><Type xmlns=\"syncml:metinf\">{type}</Type></Meta><Data>{data}</Data></Cred>";

    /// <summary>B64(H(B64(H(user:password)) ":" nonce)).</summary>
    public static string Md5(string user, string password, byte[] nonce) =>
        Convert.ToBase64String(MD5.HashData([.. Encoding.UTF8.GetBytes(Inner(user, password) + ":"), .. nonce]));

    public static string ServerCred(byte[] nonce, string password = ServerPassword) => Cred("syncml:auth-md5", Md5(Server, password, nonce));

    /// <summary>B64(H(B64(H(user:password)) ":" nonce ":" B64(H(body)))) as a header value.</summary>
    public static string Mac(string user, string password, byte[] nonce, byte[] body)
    {
        byte[] text = [.. Encoding.UTF8.GetBytes(Inner(user, password) + ":"), .. nonce, .. Encoding.UTF8.GetBytes(":" + Convert.ToBase64String(MD5.HashData(body)))];
        return $"algorithm=MD5, username=\"{user}\", mac={Convert.ToBase64String(MD5.HashData(text))}";
    }

    public static Func<byte[], string> ServerMac(byte[] nonce, string password = ServerPassword) => body => Mac(Server, password, nonce, body);

    /// <summary>The nonce that the last message gave the server.</summary>
    public byte[] GivenNonce => Convert.FromBase64String(Statuses[0].Chal!.Meta.NextNonce!);

    private static string Inner(string user, string password) => Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private void Take(AgentEvent happening)
    {
        var step = _engine.Handle(State, happening, Now);
        State = step.State;
        Effects = step.Effects;
    }

    private static AgentState Factory(TestVault vault, string authType, string address)
    {
        var tree = new TreeTransaction(ManagementTree.Empty(Acl.Parse("Add=*&Delete=*&Exec=*&Get=*&Replace=*"), Start), Start);
        var root = NodeId.Root;
        var accounts = tree.Add(root, NodeSpec.InteriorNode("DMAcc"));
        _ = accounts;
        var devInfo = tree.Add(root, NodeSpec.InteriorNode("DevInfo"));
        foreach (var (name, value) in new[] { ("DevId", DevId), ("Man", "Example Devices"), ("Mod", "EX-1"), ("DmV", "1.2"), ("Lang", "en") })
        {
            tree.Add(devInfo, NodeSpec.Leaf(name, Encoding.UTF8.GetBytes(value)));
        }

        var scm = tree.Add(root, NodeSpec.InteriorNode("SCM"));
        tree.Add(scm, NodeSpec.Leaf("x", "one"u8.ToArray()));
        tree.Add(scm, NodeSpec.Leaf("y", "two"u8.ToArray()));
        var spec = new AccountSpec("s", Server, address) { AuthType = authType, ClientName = DeviceName, ServerName = Server, Acl = Acl.Parse("Get=*&Replace=*") };
        AccountBuilder.Add(
            tree, new TreeDescription(StandardDescriptions.DMAcc), vault, spec,
            Password(DevicePassword), SecretBuffer.CopyOf(DeviceNonce), Password(ServerPassword), SecretBuffer.CopyOf(ServerNonce));
        return new AgentState
        {
            Tree = tree.Current,
            Device = new DeviceState(DevId, 1, 0x1A, ImmutableSortedDictionary<string, string>.Empty),
            Clock = new ClockMarks(Start.AddDays(-1), "boot-0", 0, Start.AddDays(-1)) { TrustedOnce = true },
        };
    }

    private static SecretBuffer Password(string password) => SecretBuffer.CopyOf([0, .. Encoding.UTF8.GetBytes(password)]);
}

/// <summary>Seals by writing the name in front; opens nothing that was sealed under another name.</summary>
internal sealed class TestVault : IVault
{
    public byte[] Seal(string name, ReadOnlySpan<byte> secret) => [.. Encoding.UTF8.GetBytes(name + "|"), .. secret];

    public SecretBuffer? Open(string name, ReadOnlySpan<byte> sealedOctets)
    {
        var prefix = Encoding.UTF8.GetBytes(name + "|");
        return sealedOctets.StartsWith(prefix) ? SecretBuffer.CopyOf(sealedOctets[prefix.Length..]) : null;
    }
}

/// <summary>Never the same octets twice.</summary>
internal sealed class CountingRandom : IRandomSource
{
    private byte _next = 0x80;

    public void Fill(Span<byte> buffer) => buffer.Fill(_next++);
}

internal sealed class NoVouchers : IVoucherVerifier
{
    public VoucherReading Read(ReadOnlyMemory<byte> voucher, string delegatingServer, DateTimeOffset time, bool timeTrusted) => new(141, default, false);
}

internal sealed class NoDeviceKey : IDeviceKey
{
    public bool CanUnwrap => false;

    public ReadOnlyMemory<byte> Certificate => default;

    public string KeyStore => "file";

    public SecretBuffer? Unwrap(ReadOnlyMemory<byte> envelope) => null;
}
