using System.Text;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Protocol;

[TestClass]
public sealed class HostileXmlTests
{
    private const string Bomb =
        "<!DOCTYPE SyncML [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>]>";

    [TestMethod]
    [DataRow("", MessageFault.Truncated)]
    [DataRow(" \r\n", MessageFault.Truncated)]
    [DataRow("<", MessageFault.Truncated)]
    [DataRow("hello", MessageFault.XmlMalformed)]
    [DataRow("{\"a\":1}", MessageFault.XmlMalformed)]
    [DataRow("<html></html>", MessageFault.WrongRoot)]
    [DataRow("<syncml></syncml>", MessageFault.WrongRoot)]
    [DataRow("<SyncML xmlns='urn:other'></SyncML>", MessageFault.WrongNamespace)]
    [DataRow("<SyncML/>", MessageFault.MissingElement)]
    [DataRow("<SyncML></SyncHdr></SyncML>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML><a></b></SyncML>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML a='1' a='2'/>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML a=1/>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML><a b='<'/></SyncML>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML>&undefined;</SyncML>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML>&#0;</SyncML>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML>&#xD800;</SyncML>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML>\u0001</SyncML>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML>\uFFFE</SyncML>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML>a\0b</SyncML>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML>]]></SyncML>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML><!-- a -- b --></SyncML>", MessageFault.XmlMalformed)]
    [DataRow("<SyncML><p:a/></SyncML>", MessageFault.XmlMalformed)]
    [DataRow("<!-- ", MessageFault.Truncated)]
    [DataRow("<SyncML><![CDATA[ ]]", MessageFault.Truncated)]
    [DataRow("<SyncML><![CDA", MessageFault.Truncated)]
    [DataRow("<SyncML a='>", MessageFault.Truncated)]
    public void Malformed_documents_are_refused_with_a_code(string xml, MessageFault fault) => Assert.AreEqual(fault, Samples.FaultOf(xml));

    [TestMethod]
    [DataRow("<!DOCTYPE SyncML>")]
    [DataRow("<!DOCTYPE SyncML SYSTEM 'http://127.0.0.1:9/x.dtd'>")]
    [DataRow("<!DOCTYPE SyncML [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>")]
    [DataRow("<!doctype SyncML>")]
    [DataRow(Bomb)]
    public void A_DTD_is_refused_before_it_is_parsed_DEL_337_S_211(string dtd) =>
        Assert.AreEqual(MessageFault.DtdForbidden, Samples.FaultOf("<?xml version='1.0'?>" + dtd + Samples.Document("<Final/>")));

    [TestMethod]
    public void Something_behind_the_root_is_refused()
    {
        var document = Samples.Document("<Final/>");
        Assert.IsTrue(Samples.Read(document + " \r\n<!-- end --><?end?>").Final);
        Assert.AreEqual(MessageFault.XmlMalformed, Samples.FaultOf(document + "x"));
        Assert.AreEqual(MessageFault.XmlMalformed, Samples.FaultOf(document + "\0"));
        Assert.AreEqual(MessageFault.XmlMalformed, Samples.FaultOf(document + document));
    }

    [TestMethod]
    [DataRow("UTF-8")]
    [DataRow("utf-8")]
    [DataRow("US-ASCII")]
    public void UTF_8_may_be_declared(string encoding) =>
        Assert.IsTrue(Samples.Read($"\uFEFF<?xml version=\"1.0\" encoding=\"{encoding}\"?>{Samples.Document("<Final/>")}").Final);

    [TestMethod]
    [DataRow("UTF-16")]
    [DataRow("ISO-8859-1")]
    [DataRow("UTF-7")]
    [DataRow("IBM037")]
    public void Another_declared_encoding_is_refused(string encoding) =>
        Assert.AreEqual(MessageFault.BadEncoding, Samples.FaultOf($"<?xml version='1.0' encoding='{encoding}'?>{Samples.Document("")}"));

    [TestMethod]
    public void Another_encoding_is_refused()
    {
        var document = Samples.Document("<Final/>");
        foreach (var encoding in new Encoding[] { Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, new UTF32Encoding(true, true) })
        {
            Assert.AreEqual(MessageFault.BadEncoding, Samples.FaultOf(encoding.GetBytes(document)));
            Assert.AreEqual(MessageFault.BadEncoding, Samples.FaultOf([.. encoding.GetPreamble(), .. encoding.GetBytes(document)]));
        }
        Assert.AreEqual(MessageFault.BadUtf8, Samples.FaultOf(Encoding.Latin1.GetBytes(Samples.Document("<x>é</x>"))));
    }

    [TestMethod]
    [DataRow("C0 BC", DisplayName = "overlong <")]
    [DataRow("ED A0 80", DisplayName = "surrogate")]
    [DataRow("F4 90 80 80", DisplayName = "above U+10FFFF")]
    [DataRow("C3", DisplayName = "cut off")]
    [DataRow("80", DisplayName = "continuation alone")]
    public void Octets_that_are_not_UTF_8_are_refused(string hex)
    {
        var document = Samples.Document("<x>@</x>");
        var at = document.IndexOf('@', StringComparison.Ordinal);
        byte[] octets =
        [
            .. Encoding.UTF8.GetBytes(document[..at]), .. Convert.FromHexString(hex.Replace(" ", "")), .. Encoding.UTF8.GetBytes(document[(at + 1)..]),
        ];
        Assert.AreEqual(MessageFault.BadUtf8, Samples.FaultOf(octets));
    }

    [TestMethod]
    public void A_message_cut_off_at_any_octet_is_never_a_message()
    {
        foreach (var name in new[] { "03-pkg2-all-commands.xml", "09-utf8-and-entities.xml", "11-cdata-opaque.xml" })
        {
            var octets = Samples.Fixture("wbxml", name);
            var end = octets.AsSpan().LastIndexOf((byte)'>');
            for (var length = 0; length <= end; length++)
            {
                var fault = Samples.FaultOf(octets[..length]);
                Assert.IsTrue(fault is MessageFault.Truncated or MessageFault.BadUtf8, $"{name} at {length}: {fault}");
            }
        }
    }

    [TestMethod]
    [DataRow(20260731)]
    [DataRow(4711)]
    public void A_mutated_message_is_a_message_or_a_fault_and_nothing_else_S_211(int seed)
    {
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var corpus = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures", "wbxml"), "*.xml").Order().Select(File.ReadAllBytes).ToArray();
        var read = 0;
        for (var round = 0; round < 4000; round++)
        {
            var octets = Mutate(random, corpus);
            try
            {
                var message = SyncMLXml.Read(octets, MessageLimits.Default);
                read++;
                if (message.Commands.All(command => command is not (UnknownCommand or CommandContainer)))
                    Assert.AreEqual(message, SyncMLXml.Read(SyncMLXml.Write(message), MessageLimits.Default), $"seed {seed}, round {round}");
            }
            catch (MessageFormatException fault)
            {
                Assert.IsFalse(string.IsNullOrEmpty(fault.Position));
            }
        }
        Assert.IsGreaterThan(100, read, "the mutations are too coarse to test anything behind the parser");
    }

    private static byte[] Mutate(Random random, byte[][] corpus)
    {
        var octets = corpus[random.Next(corpus.Length)].ToList();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var at = random.Next(octets.Count);
            var length = random.Next(Math.Min(40, octets.Count - at));
            switch (random.Next(5))
            {
                case 0: octets[at] = (byte)random.Next(256); break;
                case 1: octets[at] = (byte)"<>&/'\" \r0919az"[random.Next(13)]; break;
                case 2: octets.RemoveRange(at, length); break;
                case 3: octets.InsertRange(at, octets.GetRange(random.Next(octets.Count - length), length)); break;
                default: RemoveOrRepeatLine(random, octets); break;
            }
        }
        return [.. octets];
    }

    // The samples have one element in most lines: this keeps them well-formed and changes their structure.
    private static void RemoveOrRepeatLine(Random random, List<byte> octets)
    {
        var from = octets.IndexOf((byte)'\n', random.Next(octets.Count));
        var to = from < 0 ? -1 : octets.IndexOf((byte)'\n', from + 1);
        if (to < 0)
            return;
        if (random.Next(2) == 0)
            octets.RemoveRange(from, to - from);
        else
            octets.InsertRange(from, octets.GetRange(from, to - from));
    }

    [TestMethod]
    public void A_fault_tells_where_and_never_what()
    {
        var fault = Assert.ThrowsExactly<MessageFormatException>(
            () => Samples.Read(Samples.Document("", Samples.Header.Replace("<MsgID>2", "<MsgID>hunter2"))));
        Assert.AreEqual("/SyncML/SyncHdr", fault.Position);
        Assert.DoesNotContain("hunter2", fault.ToString());
        var malformed = Assert.ThrowsExactly<MessageFormatException>(() => Samples.Read(Samples.Document("<Data>&hunter2;</Data>")));
        Assert.DoesNotContain("hunter2", malformed.ToString());
        Assert.IsNull(malformed.InnerException);
    }
}
