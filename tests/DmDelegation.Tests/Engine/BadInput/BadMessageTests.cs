using System.Globalization;
using System.Text;
using DmDelegation.Engine;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Engine.BadInput;

/// <summary>Messages that are none: the session is aborted with a log line DM1004 that names the fault, nothing is executed, and the agent lives.</summary>
[TestClass]
public sealed class BadMessageTests
{
    private const string Head = "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>";

    private static readonly (string What, MessageFault Fault, Func<RawServer, byte[]> Body)[] Cases =
    [
        ("no XML at all", MessageFault.XmlMalformed, _ => Text("hello")),
        ("an element that is not closed", MessageFault.XmlMalformed, server => Changed(server, "</SyncBody>", "</SyncBody2>")),
        ("an attribute twice", MessageFault.XmlMalformed, server => Changed(server, "<SyncBody>", "<SyncBody a='1' a='2'>")),
        ("an undeclared entity", MessageFault.XmlMalformed, server => Changed(server, ">changed<", ">&xxe;<")),
        ("a DTD", MessageFault.DtdForbidden, server => Changed(server, "<SyncML ", "<!DOCTYPE SyncML [<!ENTITY xxe SYSTEM \"file:///etc/passwd\">]><SyncML ")),
        ("entities that multiply", MessageFault.DtdForbidden, server => Changed(server, "<SyncML ", "<!DOCTYPE a [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;&l;&l;\">]><SyncML ")),
        ("nesting of 10,000", MessageFault.TooDeep, _ => Text(Head + string.Concat(Enumerable.Repeat("<a>", 10_000)))),
        ("more than 1 MiB", MessageFault.TooLarge, server => Changed(server, ">changed<", $">{new string('x', MessageLimits.DefaultMaxMessageOctets)}<")),
        ("5,001 commands", MessageFault.TooManyCommands, server => server.Message(server.Accept() + string.Concat(Enumerable.Range(1, 5001).Select(id => RawServer.Get("./SCM/x", id))))),
        ("1,001 items", MessageFault.TooManyItems, server => server.Message(
            server.Accept() + "<Get><CmdID>1</CmdID>" + string.Concat(Enumerable.Repeat("<Item><Target><LocURI>./SCM/x</LocURI></Target></Item>", 1001)) + "</Get>")),
        ("bad UTF-8", MessageFault.BadUtf8, server => [.. Changed(server, "</SyncML>", ""), 0xC3, 0x28, .. Text("</SyncML>")]),
        ("another root", MessageFault.WrongRoot, _ => Text("<html><body/></html>")),
        ("another namespace", MessageFault.WrongNamespace, server => Changed(server, "SYNCML:SYNCML1.2", "SYNCML:SYNCML9.9")),
        ("no SessionID", MessageFault.MissingElement, server => Changed(server, "<SessionID>", "<Unknown>", "</SessionID>", "</Unknown>")),
        ("two bodies", MessageFault.DuplicateElement, server => Changed(server, "</SyncML>", "<SyncBody></SyncBody></SyncML>")),
        ("MsgID that is no number", MessageFault.BadNumber, server => Changed(server, "<MsgID>1<", "<MsgID>one<")),
        ("MsgID beyond 64 bits", MessageFault.BadNumber, server => Changed(server, "<MsgID>1<", "<MsgID>99999999999999999999999<")),
        ("a SessionID of 2,000 characters", MessageFault.TextTooLong, server => Changed(server, "<SessionID>", "<SessionID>" + new string('9', 2000))),
        ("a tag of 8 KiB", MessageFault.TagTooLong, server => Changed(server, "<SyncBody>", $"<SyncBody a='{new string('x', 8192)}'>")),
    ];

    [TestMethod]
    public void A_message_that_is_none_aborts_the_session_and_changes_nothing_DEL_337()
    {
        using var server = new RawServer();
        foreach (var (what, fault, body) in Cases)
        {
            server.Open();
            var octets = body(server);
            Refused(server, octets, what, fault);
        }

        server.Lives();
    }

    [TestMethod]
    public void A_message_cut_anywhere_aborts_the_session_and_changes_nothing_DEL_337()
    {
        using var server = new RawServer();
        var whole = server.Open().Message(server.Accept() + RawServer.Replace("./SCM/x", "changed"));
        server.Hang();
        foreach (var cut in Enumerable.Range(0, whole.Length - 1).Where(at => at % 9 == 0 || at > whole.Length - 12))
        {
            server.Open();
            Refused(server, server.Message(server.Accept() + RawServer.Replace("./SCM/x", "changed"))[..cut], $"cut at {cut}", null);
        }

        server.Lives();
    }

    [TestMethod]
    [DataRow("<VerDTD>1.2</VerDTD>", "<VerDTD>9.9</VerDTD>")]
    [DataRow("<VerProto>DM/1.2</VerProto>", "<VerProto>DM/2.0</VerProto>")]
    [DataRow("<SessionID>", "<SessionID>9")]
    public void A_message_of_another_version_or_session_ends_the_session_with_a_stable_code(string text, string other)
    {
        using var server = new RawServer();
        server.Open();
        var before = server.Durable.Tree;
        server.Say(Changed(server, text, other));
        server.Hang();
        Assert.AreSame(before, server.Durable.Tree);
        Assert.IsTrue(server.Device.Log.Any(line => line.Code == LogCodes.SessionFailed && line.Fields.Any(field => field.Value is "version" or "session-id")));
        server.Lives();
    }

    private static void Refused(RawServer server, byte[] octets, string what, MessageFault? fault)
    {
        var (tree, records, lines) = (server.Durable.Tree, server.Durable.Records, server.Device.Log.Count);
        server.Say(octets);
        var line = server.Device.Log.Skip(lines).SingleOrDefault(line => line.Code == LogCodes.MessageMalformed);
        Assert.IsNotNull(line, what);
        Assert.AreEqual("DM1004", line.Code.ToString());
        if (fault is { } expected)
        {
            Assert.AreEqual(((int)expected).ToString(CultureInfo.InvariantCulture), line.Fields.First(field => field.Key == "fault").Value, what);
        }

        Assert.DoesNotContain("changed", line.Text, what);
        Assert.IsTrue(server.Sent.Commands.OfType<Alert>().Any(alert => alert.Code == AlertCode.SessionAbort), what);
        server.Hang();
        Assert.IsFalse(server.IsOpen, what);
        Assert.AreSame(tree, server.Durable.Tree, what);
        Assert.AreSame(records, server.Durable.Records, what);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    // A message that would change ./SCM/x, with one thing wrong.
    private static byte[] Changed(RawServer server, params string[] pairs)
    {
        var text = Encoding.UTF8.GetString(server.Message(server.Accept() + RawServer.Replace("./SCM/x", "changed")));
        for (var i = 0; i < pairs.Length; i += 2)
        {
            Assert.Contains(pairs[i], text);
            text = text.Replace(pairs[i], pairs[i + 1], StringComparison.Ordinal);
        }

        return Text(text);
    }
}
