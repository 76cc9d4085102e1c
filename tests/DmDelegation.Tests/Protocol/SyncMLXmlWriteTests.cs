using System.Text;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Protocol;

[TestClass]
public sealed class SyncMLXmlWriteTests
{
    private const string Declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

    private static string Body(string commands) => Declaration + Samples.Document(commands + "<Final/>");

    private static ItemData Text(string text) => ItemData.FromText(text);

    [TestMethod]
    public void A_header_has_the_order_of_the_DTD_PRO_010_PRO_011()
    {
        var header = new SyncHdr
        {
            Meta = new MetaInfo { MaxObjSize = 1048576, MaxMsgSize = 16384 },
            Cred = new Cred(new MetaInfo { Type = AuthType.Md5, Format = "b64" }, "vw4qKcgi933D6BZyd9gWxg=="),
            RespURI = "https://a.example/oma?sid=77&x=1",
            Source = new Location("IMEI:1", "dev-042"),
            Target = new Location("https://a.example/oma"),
            MsgID = int.MaxValue,
            SessionID = "FFFF",
        };
        var expected = Declaration + "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
            + "<SessionID>FFFF</SessionID><MsgID>2147483647</MsgID><Target><LocURI>https://a.example/oma</LocURI></Target>"
            + "<Source><LocURI>IMEI:1</LocURI><LocName>dev-042</LocName></Source><RespURI>https://a.example/oma?sid=77&amp;x=1</RespURI>"
            + "<Cred><Meta><Format xmlns=\"syncml:metinf\">b64</Format><Type xmlns=\"syncml:metinf\">syncml:auth-md5</Type></Meta>"
            + "<Data>vw4qKcgi933D6BZyd9gWxg==</Data></Cred><Meta><MaxMsgSize xmlns=\"syncml:metinf\">16384</MaxMsgSize>"
            + "<MaxObjSize xmlns=\"syncml:metinf\">1048576</MaxObjSize></Meta></SyncHdr><SyncBody></SyncBody></SyncML>";
        var octets = SyncMLXml.Write(new SyncMLMessage(header, [], false));
        Assert.AreEqual(expected, Encoding.UTF8.GetString(octets));
        Assert.AreEqual((byte)'<', octets[0]);
    }

    [TestMethod]
    public void A_Status_has_the_order_of_the_DTD_STA_004()
    {
        var status = new Status("3", "2", "0", "SyncHdr", ["IMEI:1"], ["https://a.example/oma"], null,
            new Chal(new MetaInfo { NextNonce = "bm9uY2U=", Type = AuthType.Mac, Format = "b64" }), 407, [new Item { Data = Text("3") }]);
        Assert.AreEqual(
            Body("<Status><CmdID>3</CmdID><MsgRef>2</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><TargetRef>IMEI:1</TargetRef>"
                + "<SourceRef>https://a.example/oma</SourceRef><Chal><Meta><Format xmlns=\"syncml:metinf\">b64</Format>"
                + "<Type xmlns=\"syncml:metinf\">syncml:auth-MAC</Type><NextNonce xmlns=\"syncml:metinf\">bm9uY2U=</NextNonce></Meta></Chal>"
                + "<Data>407</Data><Item><Data>3</Data></Item></Status>"),
            Samples.Write(status));
    }

    [TestMethod]
    public void A_generic_alert_is_laid_out_as_PRO_131_says()
    {
        var item = new Item
        {
            Data = Text("200"),
            Meta = new MetaInfo { Mark = "warning", Type = "Reversed-Domain-Name: net.example.ops.done", Format = "int" },
            Source = new Location("./Vendor/Ex/Ops/Restart"),
        };
        Assert.AreEqual(
            Body("<Alert><CmdID>2</CmdID><Data>1226</Data><Correlator>upd-7781</Correlator><Item><Source>"
                + "<LocURI>./Vendor/Ex/Ops/Restart</LocURI></Source><Meta><Format xmlns=\"syncml:metinf\">int</Format>"
                + "<Type xmlns=\"syncml:metinf\">Reversed-Domain-Name: net.example.ops.done</Type>"
                + "<Mark xmlns=\"syncml:metinf\">warning</Mark></Meta><Data>200</Data></Item></Alert>"),
            Samples.Write(new Alert("2", "1226", "upd-7781", [item])));
    }

    [TestMethod]
    public void Results_of_a_first_chunk_have_the_order_of_the_DTD_PRO_100()
    {
        var item = new Item { MoreData = true, Data = Text("a<b"), Meta = new MetaInfo { Size = 36 }, Source = new Location("./A") };
        Assert.AreEqual(
            Body("<Results><CmdID>3</CmdID><MsgRef>2</MsgRef><CmdRef>7</CmdRef><Meta><Type xmlns=\"syncml:metinf\">text/plain</Type></Meta>"
                + "<TargetRef>./T</TargetRef><SourceRef>./S</SourceRef><Item><Source><LocURI>./A</LocURI></Source>"
                + "<Meta><Size xmlns=\"syncml:metinf\">36</Size></Meta><Data>a&lt;b</Data><MoreData/></Item></Results>"),
            Samples.Write(new Results("3", "2", "7", new MetaInfo { Type = "text/plain" }, "./T", "./S", [item])));
    }

    [TestMethod]
    public void Commands_nest_and_an_Exec_has_its_Correlator_before_the_Item()
    {
        var exec = new Exec("3", new MetaInfo { Format = "chr" }, "c-1", [new Item { Target = new Location("./Op"), Data = ItemData.Empty }]);
        var delete = new Delete("5", null, [new Item { Target = new Location("./Old") }]);
        Assert.AreEqual(
            Body("<Sequence><CmdID>2</CmdID><Exec><CmdID>3</CmdID><Meta><Format xmlns=\"syncml:metinf\">chr</Format></Meta>"
                + "<Correlator>c-1</Correlator><Item><Target><LocURI>./Op</LocURI></Target><Data/></Item></Exec></Sequence>"
                + "<Atomic><CmdID>4</CmdID><Delete><CmdID>5</CmdID><Item><Target><LocURI>./Old</LocURI></Target></Item></Delete></Atomic>"),
            Samples.Write(new Sequence("2", null, [exec]), new Atomic("4", null, [delete])));
    }

    [TestMethod]
    public void Markup_characters_and_carriage_returns_are_escaped_REP_016()
    {
        var written = Samples.Write(new Add("1", null, [new Item { Target = new Location("./A&<"), Data = Text("<a>&\"'\r\n\t]]>é€😀") }]));
        Assert.Contains("<LocURI>./A&amp;&lt;</LocURI>", written);
        Assert.Contains("<Data>&lt;a&gt;&amp;\"'&#13;\n\t]]&gt;é€😀</Data>", written);
        var item = ((Add)Samples.Read(written).Commands[0]).Items[0];
        Assert.AreEqual("<a>&\"'\r\n\t]]>é€😀", item.Data!.AsText());
    }

    [TestMethod]
    [DataRow("00")]
    [DataRow("61 0B")]
    [DataRow("1F 61")]
    [DataRow("EF BF BE")]
    [DataRow("61 EF BF BF")]
    [DataRow("ED A0 80")]
    [DataRow("C3")]
    [DataRow("FF")]
    public void Octets_that_XML_cannot_carry_are_refused_and_known_in_advance_REP_084(string hex)
    {
        var data = ItemData.FromOctets(Convert.FromHexString(hex.Replace(" ", "")));
        Assert.IsFalse(data.IsXmlText);
        var command = new Replace("1", null, [new Item { Data = data }]);
        Assert.AreEqual(MessageFault.NotXmlText, Assert.ThrowsExactly<MessageFormatException>(() => SyncMLXml.Measure(command)).Fault);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("a\tb\r\n")]
    [DataRow("\uFFFD \uFEFF \uE000")]
    [DataRow("\u007F\u0085")]
    public void Octets_that_XML_can_carry_come_back_REP_084(string text)
    {
        var data = Text(text);
        Assert.IsTrue(data.IsXmlText);
        Assert.AreEqual(data, ((Replace)Samples.Read(Samples.Write(new Replace("1", null, [new Item { Data = data }]))).Commands[0]).Items[0].Data);
    }

    [TestMethod]
    public void A_text_that_XML_cannot_carry_is_refused()
    {
        // A lone surrogate cannot stand in an attribute, so no data rows.
        foreach (var text in new[] { "a\0b", "a\uD800b", "\uFFFE" })
        {
            var command = new Alert("1", text, null, []);
            Assert.AreEqual(MessageFault.NotXmlText, Assert.ThrowsExactly<MessageFormatException>(() => SyncMLXml.Measure(command)).Fault);
        }
    }

    [TestMethod]
    public void An_UnknownCommand_is_never_sent() =>
        Assert.ThrowsExactly<ArgumentException>(() => SyncMLXml.Measure(new UnknownCommand("1", "Put")));

    [TestMethod]
    public void The_measures_add_up_to_the_message_PRO_024()
    {
        foreach (var path in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures", "wbxml"), "*.xml"))
        {
            if (Path.GetFileName(path)[..2] is "13" or "99")
                continue;
            var message = SyncMLXml.Read(File.ReadAllBytes(path), MessageLimits.Default);
            var measured = SyncMLXml.MeasureEnvelope(message.Header, message.Final) + message.Commands.Sum(SyncMLXml.Measure);
            Assert.AreEqual(SyncMLXml.Write(message).Length, measured, path);
        }
    }
}
