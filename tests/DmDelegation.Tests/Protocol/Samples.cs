using System.Text;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Protocol;

internal static class Samples
{
    public const string Header =
        "<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1A</SessionID><MsgID>2</MsgID>"
        + "<Target><LocURI>IMEI:1</LocURI></Target><Source><LocURI>https://a.example/oma</LocURI></Source></SyncHdr>";

    public static SyncHdr Hdr { get; } = new()
    {
        SessionID = "1A",
        MsgID = 2,
        Target = new Location("IMEI:1"),
        Source = new Location("https://a.example/oma"),
    };

    public static string Document(string body, string header = Header, string root = "<SyncML xmlns=\"SYNCML:SYNCML1.2\">") =>
        $"{root}{header}<SyncBody>{body}</SyncBody></SyncML>";

    public static SyncMLMessage Read(string xml, MessageLimits? limits = null) =>
        SyncMLXml.Read(Encoding.UTF8.GetBytes(xml), limits ?? MessageLimits.Default);

    /// <summary>The only command of a message with this SyncBody.</summary>
    public static Command ReadCommand(string body, MessageLimits? limits = null) => Read(Document(body), limits).Commands.Single();

    public static string Write(params Command[] commands) =>
        Encoding.UTF8.GetString(SyncMLXml.Write(new SyncMLMessage(Hdr, [.. commands], true)));

    public static MessageFault FaultOf(byte[] octets, MessageLimits? limits = null) =>
        Assert.ThrowsExactly<MessageFormatException>(() => SyncMLXml.Read(octets, limits ?? MessageLimits.Default)).Fault;

    public static MessageFault FaultOf(string xml, MessageLimits? limits = null) => FaultOf(Encoding.UTF8.GetBytes(xml), limits);

    public static byte[] Fixture(string folder, string name) =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", folder, name));
}
