using System.Text;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Protocol;

[TestClass]
public sealed class MessageLimitsTests
{
    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static string AddWith(string locURI, string data) =>
        $"<Add><CmdID>1</CmdID><Item><Target><LocURI>{locURI}</LocURI></Target><Data>{data}</Data></Item></Add>";

    [TestMethod]
    public void The_default_limits_are_those_of_the_design()
    {
        var limits = MessageLimits.Default;
        Assert.AreEqual((1048576, 64, 5000, 1000), (limits.MaxMessageOctets, limits.MaxDepth, limits.MaxCommands, limits.MaxItemsPerCommand));
    }

    [TestMethod]
    public void Message_octets()
    {
        var document = Samples.Document("<Final/>");
        var limits = new MessageLimits { MaxMessageOctets = document.Length };
        Assert.IsTrue(Samples.Read(document, limits).Final);
        Assert.AreEqual(MessageFault.TooLarge, Samples.FaultOf(document + " ", limits));
    }

    [TestMethod]
    public void Depth()
    {
        // SyncML, SyncBody and 62 of ours.
        string Deep(int levels) => Samples.Document(Repeat("<a>", levels) + Repeat("</a>", levels));
        Assert.HasCount(1, Samples.Read(Deep(62)).Commands);
        Assert.AreEqual(MessageFault.TooDeep, Samples.FaultOf(Deep(63)));
        string DeepEmpty(int levels) => Samples.Document(Repeat("<a>", levels) + "<b/>" + Repeat("</a>", levels));
        Assert.HasCount(1, Samples.Read(DeepEmpty(61)).Commands);
        Assert.AreEqual(MessageFault.TooDeep, Samples.FaultOf(DeepEmpty(62)));
    }

    [TestMethod]
    [DataRow("<a>", "</a>")]
    [DataRow("<Atomic>", "</Atomic>")]
    [DataRow("<Add><CmdID>1</CmdID><Item><Data>", "")]
    public void Nesting_of_10_000_is_refused_S_211(string open, string close) =>
        Assert.AreEqual(MessageFault.TooDeep, Samples.FaultOf(Samples.Document(Repeat(open, 10_000) + Repeat(close, 10_000))));

    [TestMethod]
    public void Commands_those_of_containers_too()
    {
        string Gets(int count) => Samples.Document($"<Sequence><CmdID>1</CmdID>{Repeat("<Get/>", count)}</Sequence>");
        Assert.HasCount(4999, ((Sequence)Samples.Read(Gets(4999)).Commands[0]).Commands);
        Assert.AreEqual(MessageFault.TooManyCommands, Samples.FaultOf(Gets(5000)));
    }

    [TestMethod]
    public void Items_of_a_command()
    {
        string Items(int count) => $"<Get><CmdID>1</CmdID>{Repeat("<Item/>", count)}</Get>";
        Assert.HasCount(1000, ((Get)Samples.ReadCommand(Items(1000))).Items);
        Assert.AreEqual(MessageFault.TooManyItems, Samples.FaultOf(Samples.Document(Items(1001))));
    }

    [TestMethod]
    [DataRow("TargetRef")]
    [DataRow("SourceRef")]
    public void References_of_a_Status(string name)
    {
        string Refs(int count) =>
            $"<Status><MsgRef>1</MsgRef><CmdRef>1</CmdRef><Cmd>Get</Cmd>{Repeat($"<{name}/>", count)}<Data>200</Data></Status>";
        Assert.IsInstanceOfType<Status>(Samples.ReadCommand(Refs(1000)));
        Assert.AreEqual(MessageFault.TooManyItems, Samples.FaultOf(Samples.Document(Refs(1001))));
    }

    [TestMethod]
    public void Characters_of_a_LocURI()
    {
        var limits = new MessageLimits { MaxLocUriChars = 30 };
        Assert.IsInstanceOfType<Add>(Samples.ReadCommand(AddWith("./" + new string('é', 28), ""), limits));
        Assert.AreEqual(new UnknownCommand("1", "Add", MessageFault.UriTooLong), Samples.ReadCommand(AddWith("./" + new string('é', 29), ""), limits));
        Assert.AreEqual(new UnknownCommand("1", "Add", MessageFault.UriTooLong), Samples.ReadCommand(AddWith(new string('a', 8193), "")));
        Assert.IsInstanceOfType<Add>(Samples.ReadCommand(AddWith(new string('a', 8192), "")));
    }

    [TestMethod]
    public void Characters_of_any_other_text()
    {
        string Alert(int length) => $"<Alert><CmdID>1</CmdID><Data>{new string('1', length)}</Data></Alert>";
        Assert.IsInstanceOfType<Alert>(Samples.ReadCommand(Alert(1024)));
        Assert.AreEqual(new UnknownCommand("1", "Alert", MessageFault.TextTooLong), Samples.ReadCommand(Alert(1025)));
        var header = Samples.Header.Replace(">1A<", $">{new string('A', 1025)}<");
        Assert.AreEqual(MessageFault.TextTooLong, Samples.FaultOf(Samples.Document("", header)));
    }

    [TestMethod]
    public void Octets_of_Data()
    {
        var limits = new MessageLimits { MaxDataOctets = 10 };
        Assert.IsInstanceOfType<Add>(Samples.ReadCommand(AddWith("./A", "ééééé"), limits));
        Assert.AreEqual(new UnknownCommand("1", "Add", MessageFault.DataTooLarge), Samples.ReadCommand(AddWith("./A", "éééééa"), limits));
        Assert.IsInstanceOfType<Add>(Samples.ReadCommand(AddWith("./A", "<a/>&amp;a"), limits));
        Assert.AreEqual(new UnknownCommand("1", "Add", MessageFault.DataTooLarge), Samples.ReadCommand(AddWith("./A", "<a/>&amp;ab"), limits));
    }

    [TestMethod]
    public void Octets_of_a_tag()
    {
        string Tag(int length) => Samples.Document($"<a b='{new string('c', length - 9)}'/>");
        Assert.HasCount(1, Samples.Read(Tag(4096)).Commands);
        Assert.AreEqual(MessageFault.TagTooLong, Samples.FaultOf(Tag(4097)));
    }

    [TestMethod]
    public void A_name_longer_than_a_text_is_not_repeated()
    {
        var name = new string('n', 1025);
        Assert.AreEqual(new UnknownCommand("", ""), Samples.ReadCommand($"<{name}/>"));
        Assert.AreEqual(new UnknownCommand("", name[1..]), Samples.ReadCommand($"<{name[1..]}/>"));
    }

    [TestMethod]
    public void Memory_stays_in_proportion_to_the_message_S_211()
    {
        // The worst that fits into 1 MiB: many tiny elements, and attributes up to the limit of a tag.
        var attributes = "<a " + string.Concat(Enumerable.Range(0, 450).Select(i => $"a{i}='' ")) + "/>";
        foreach (var part in new[] { "<a/>", "<a></a>", attributes, "&lt;", "<![CDATA[x]]>" })
        {
            var octets = Encoding.UTF8.GetBytes(Samples.Document($"<x>{Repeat(part, 900_000 / part.Length)}</x>"));
            var before = GC.GetAllocatedBytesForCurrentThread();
            SyncMLXml.Read(octets, MessageLimits.Default);
            Assert.IsLessThan(4L * octets.Length, GC.GetAllocatedBytesForCurrentThread() - before, part[..Math.Min(10, part.Length)]);
        }
    }
}
