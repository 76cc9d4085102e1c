using DmDelegation.Protocol;

namespace DmDelegation.Tests.Protocol.Credentials;

[TestClass]
public sealed class HmacHeaderTests
{
    private const string Mac = "FiMrtX0tsX78DhOWPouTyg==";

    [TestMethod]
    [DataRow("algorithm=MD5, username=\"dev-042\", mac=" + Mac, "dev-042")]
    [DataRow("username=\"dev-042\",mac=" + Mac, "dev-042", DisplayName = "algorithm is optional")]
    [DataRow("mac=" + Mac + ", username=\"dev-042\", algorithm=md5", "dev-042", DisplayName = "any order")]
    [DataRow("ALGORITHM=MD5, UserName=\"dev-042\", MAC=" + Mac, "dev-042", DisplayName = "names without case")]
    [DataRow(" \talgorithm = MD5 ,\tusername = \"dev-042\" , mac = " + Mac + " ", "dev-042", DisplayName = "white space")]
    [DataRow(",, username=\"dev-042\",, mac=" + Mac + ",", "dev-042", DisplayName = "empty elements of a list")]
    [DataRow("username=\"dev-042\", mac=\"" + Mac + "\"", "dev-042", DisplayName = "quoted mac")]
    [DataRow("username=\"a,b=c\", mac=" + Mac, "a,b=c", DisplayName = "comma within quotes")]
    [DataRow("username=\"a\\\"b\\\\c\\d\", mac=" + Mac, "a\"b\\cd", DisplayName = "escapes")]
    [DataRow("username=dev-042, mac=" + Mac, "dev-042", DisplayName = "unquoted username")]
    [DataRow("realm=\"x\", username=\"dev-042\", nc=1, mac=" + Mac, "dev-042", DisplayName = "unknown parameters")]
    [DataRow("username=\"Zo\u00EB\", mac=" + Mac, "Zo\u00EB")]
    public void A_header_is_read_SEC_064(string value, string username)
    {
        Assert.IsTrue(HmacHeader.TryParse(value, out var header));
        Assert.AreEqual(new HmacHeader(username, Mac), header);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("   ")]
    [DataRow("algorithm=MD5, mac=" + Mac, DisplayName = "no username")]
    [DataRow("username=\"\", mac=" + Mac, DisplayName = "empty username")]
    [DataRow("username=\"a\"", DisplayName = "no mac")]
    [DataRow("username=\"a\", mac=", DisplayName = "empty mac")]
    [DataRow("algorithm=SHA-256, username=\"a\", mac=" + Mac, DisplayName = "another algorithm")]
    [DataRow("algorithm=, username=\"a\", mac=" + Mac, DisplayName = "empty algorithm")]
    [DataRow("username=\"a\", username=\"b\", mac=" + Mac, DisplayName = "two usernames")]
    [DataRow("username=\"a\", mac=x, mac=" + Mac, DisplayName = "two macs")]
    [DataRow("username=\"a, mac=" + Mac, DisplayName = "open quote")]
    [DataRow("username=\"a\\", DisplayName = "open escape")]
    [DataRow("username=\"a\"b, mac=" + Mac, DisplayName = "text behind the quote")]
    [DataRow("username, mac=" + Mac, DisplayName = "no value")]
    [DataRow("=a, username=\"a\", mac=" + Mac, DisplayName = "no name")]
    [DataRow("username=\"a\u0000\", mac=" + Mac, DisplayName = "control character")]
    [DataRow("username=\"a\", mac=x\r\ny", DisplayName = "line break")]
    public void Anything_else_is_an_authentication_failure_SEC_066(string? value)
    {
        Assert.IsFalse(HmacHeader.TryParse(value, out var header));
        Assert.IsNull(header);
    }

    [TestMethod]
    public void The_length_is_limited()
    {
        string Value(int length) => $"mac={Mac}, username={new string('a', length - 40)}";
        Assert.AreEqual(1024, Value(1024 + 40 - Value(40).Length).Length);
        Assert.IsTrue(HmacHeader.TryParse(Value(1024 + 40 - Value(40).Length), out _));
        Assert.IsFalse(HmacHeader.TryParse(Value(1025 + 40 - Value(40).Length), out _));
    }

    [TestMethod]
    [DataRow("dev-042", "algorithm=MD5, username=\"dev-042\", mac=" + Mac)]
    [DataRow("a\"b\\c,d", "algorithm=MD5, username=\"a\\\"b\\\\c,d\", mac=" + Mac)]
    public void What_is_sent_is_quoted_and_reads_back_SEC_064(string username, string expected)
    {
        var header = new HmacHeader(username, Mac);
        Assert.AreEqual(expected, header.Format());
        Assert.IsTrue(HmacHeader.TryParse(header.Format(), out var read));
        Assert.AreEqual(header, read);
    }
}
