using DmDelegation.Tree;
using static DmDelegation.Tests.Tree.TreeTestKit;

namespace DmDelegation.Tests.Tree;

[TestClass]
public sealed class FormatRulesTests
{
    [TestMethod]
    [DataRow(null, null, null, "chr")]
    [DataRow("int", null, null, "int")]
    [DataRow("bin", "image/png", null, "bin")]
    [DataRow("b64", "image/png", null, "bin")]
    [DataRow("b64", "text/plain", null, "b64")]
    [DataRow("b64", null, null, "b64")]
    [DataRow("b64", "text/plain", "bin", "bin")]
    [DataRow("b64", "image/png", "b64", "b64")]
    [DataRow("b64", "text/plain", "chr", "b64")]
    public void The_stored_format_follows_from_Meta_and_description_TND_121_TND_122_TND_123_TND_124(string? meta, string? type, string? described, string expected) =>
        Assert.AreEqual(expected, FormatRules.StoredFormat(meta, type, described));

    [TestMethod]
    public void Octets_travel_as_Base64_in_XML_and_raw_in_WBXML_TND_123_TND_125()
    {
        Assert.AreEqual("b64", FormatRules.WireFormat("bin", xml: true));
        Assert.AreEqual("bin", FormatRules.WireFormat("bin", xml: false));
        Assert.AreEqual("chr", FormatRules.WireFormat("chr", xml: true));
    }

    [TestMethod]
    [DataRow("int", "2147483647", "-2147483648", "+7", "007")]
    [DataRow("bool", "true", "false")]
    [DataRow("null", "")]
    [DataRow("chr", "", "é")]
    [DataRow("b64", "", "AAEC", "QQ==")]
    [DataRow("float", "1", "-1.5E-3", "INF", "-INF", "NaN")]
    [DataRow("date", "20240229", "2024-02-29")]
    [DataRow("time", "081500", "08:15:00", "08:15:00Z", "081500.25", "08:15:00+01:00")]
    [DataRow("xml", "<a/>", "<a><b>t</b></a>")]
    public void A_value_of_the_format_is_taken_DDF_029(string format, params string[] values)
    {
        foreach (var value in values)
            Assert.IsTrue(FormatRules.IsValue(format, Octets(value)), value);
    }

    [TestMethod]
    [DataRow("int", "", "2147483648", "1.0", " 1", "1 ", "0x1", "1,000")]
    [DataRow("bool", "", "TRUE", "1", "true ")]
    [DataRow("null", " ")]
    [DataRow("b64", "A", "A===", "%%%%")]
    [DataRow("float", "", "Infinity", "∞", "1,5", "e")]
    [DataRow("date", "", "240229", "20230229", "2024-2-29", "2024-02-29T00:00")]
    [DataRow("time", "", "8:15", "250000", "08:61:00")]
    [DataRow("xml", "", "<a>", "text", "<a/><b/>", "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>")]
    [DataRow("node", "")]
    [DataRow("chair", "")]
    public void A_value_that_is_not_of_the_format_is_not_DDF_029(string format, params string[] values)
    {
        foreach (var value in values)
            Assert.IsFalse(FormatRules.IsValue(format, Octets(value)), value);
    }

    [TestMethod]
    public void Octets_that_are_no_text_are_no_chr_and_deep_XML_is_refused()
    {
        Assert.IsFalse(FormatRules.IsValue(Formats.Chr, [0xFF]));
        Assert.IsTrue(FormatRules.IsValue(Formats.Bin, [0xFF]));
        Assert.IsFalse(FormatRules.IsValue(Formats.Xml, Octets(string.Concat(Enumerable.Repeat("<a>", 70)) + string.Concat(Enumerable.Repeat("</a>", 70)))));
    }
}
