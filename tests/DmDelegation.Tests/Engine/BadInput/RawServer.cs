using System.Globalization;
using System.Text;
using DmDelegation.Engine;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Engine.BadInput;

/// <summary>A server of which every octet is the test's, against the production engine and a real store; TLS with certificates authenticates it.</summary>
internal sealed class RawServer : IDisposable
{
    public const string Server = "a.example";

    private int _msgId;
    private int _effects;

    public RawServer()
    {
        Device = new TestDevice(setup => setup.AuthType = AccountBuilder.Transport) { Transport = new TransportFacts(true, true, true) };
    }

    public TestDevice Device { get; }

    public AgentState Durable => Device.Durable;

    /// <summary>Effects of the last event.</summary>
    public IReadOnlyList<Effect> Effects => [.. Device.Effects.Skip(_effects)];

    public SendMessage? Sending => Effects.OfType<SendMessage>().LastOrDefault();

    public SyncMLMessage Sent => SyncMLXml.Read((Sending ?? throw new AssertFailedException("nothing was sent")).Body, MessageLimits.Default);

    public bool IsOpen => Device.State.Sessions.ContainsKey(Server);

    public RawServer Open()
    {
        _msgId = 0;
        return Take(new SessionRequested(Server));
    }

    /// <summary>The server's next message with these commands.</summary>
    public RawServer Say(string commands, bool final = true, string meta = "") => Say(Message(commands, final, meta));

    public RawServer Say(byte[] body)
    {
        var serial = Device.State.Sessions[Server].Serial;
        return Take(new MessageReceived(Server, serial, body, null, Device.Transport));
    }

    /// <summary>Opens a session whose first server message has these commands, and returns the codes of the Status that are no SyncHdr's.</summary>
    public int[] Codes(string commands)
    {
        Open().Say(Accept() + commands);
        int[] codes = Sending is null ? [] : [.. Sent.Commands.OfType<Status>().Where(status => status.CmdRef != "0").Select(status => status.Data)];
        Hang();
        return codes;
    }

    /// <summary>The connection is gone; the session ends.</summary>
    public void Hang()
    {
        if (Device.State.Sessions.TryGetValue(Server, out var session))
        {
            Take(new ExchangeFailed(Server, session.Serial, "connect", 0));
        }
    }

    /// <summary>A session as any other: the agent lives.</summary>
    public void Lives()
    {
        Hang();
        Assert.AreSequenceEqual([200], Codes(Get("./SCM/x")), "the agent does not answer any more");
    }

    public byte[] Message(string commands, bool final = true, string meta = "") => Encoding.UTF8.GetBytes(
        $"<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>{SessionId}</SessionID><MsgID>{++_msgId}</MsgID>"
        + $"<Target><LocURI>{TestDevice.DeviceId}</LocURI></Target><Source><LocURI>https://a.example/dm</LocURI></Source>"
        + (meta.Length > 0 ? $"<Meta>{meta}</Meta>" : "") + $"</SyncHdr><SyncBody>{commands}{(final ? "<Final/>" : "")}</SyncBody></SyncML>");

    private string SessionId { get; set; } = "";

    /// <summary>Status 200 for the SyncHdr of the device's last message.</summary>
    public string Accept() =>
        $"<Status><CmdID>900</CmdID><MsgRef>{Sent.Header.MsgID}</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>200</Data></Status>";

    public static string Get(string uri, int id = 1) => $"<Get><CmdID>{id}</CmdID><Item><Target><LocURI>{uri}</LocURI></Target></Item></Get>";

    public static string Replace(string uri, string data, int id = 1, string meta = "") => Write("Replace", uri, data, id, meta);

    public static string Add(string uri, string data, int id = 1, string meta = "") => Write("Add", uri, data, id, meta);

    public static string Meta(string format) => $"<Meta><Format xmlns=\"syncml:metinf\">{format}</Format></Meta>";

    public void Dispose() => Device.Dispose();

    private static string Write(string command, string uri, string data, int id, string meta) =>
        $"<{command}><CmdID>{id.ToString(CultureInfo.InvariantCulture)}</CmdID><Item><Target><LocURI>{uri}</LocURI></Target>{meta}<Data>{data}</Data></Item></{command}>";

    private RawServer Take(AgentEvent happening)
    {
        _effects = Device.Effects.Count;
        Device.Handle(happening);
        if (happening is SessionRequested)
        {
            SessionId = Sent.Header.SessionID;
        }

        return this;
    }
}
