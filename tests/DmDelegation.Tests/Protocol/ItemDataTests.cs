using System.Security.Cryptography;
using System.Text;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Protocol;

[TestClass]
public sealed class ItemDataTests
{
    [TestMethod]
    public void Equality_is_by_octets()
    {
        Assert.AreEqual(ItemData.FromText("é"), ItemData.FromOctets([0xC3, 0xA9]));
        Assert.AreNotEqual(ItemData.FromText("a"), ItemData.FromText("b"));
        Assert.AreNotEqual(ItemData.FromText("a"), ItemData.FromText("aa"));
        Assert.AreEqual(ItemData.FromText("a").GetHashCode(), ItemData.FromText("b").GetHashCode());
    }

    [TestMethod]
    public void Zero_overwrites_for_every_holder_DEL_188()
    {
        var data = ItemData.FromText("secret");
        var octets = data.Octets;
        new Sequence("1", null, [new Add("2", null, [new Item { Data = data }])]).Zero();
        Assert.IsTrue(octets.Span.IndexOfAnyExcept((byte)0) < 0);
        Assert.AreEqual(6, data.Length);
    }

    [TestMethod]
    public void No_text_of_a_record_shows_data_credentials_or_nonces_SEC_012()
    {
        var cred = new Cred(new MetaInfo { Type = AuthType.Basic, NextNonce = "hunter2" }, "hunter2");
        var message = new SyncMLMessage(Samples.Hdr with { Cred = cred }, [], true);
        Assert.DoesNotContain("hunter2", message.ToString());
        Assert.DoesNotContain("hunter2", new Item { Data = ItemData.FromText("hunter2") }.ToString());
    }

    [TestMethod]
    [DataRow("<Data>", "</Data>", 48)]
    [DataRow("<Data>", "</Data>", 30000)]
    [DataRow("<Data><![CDATA[", "]]></Data>", 48)]
    [DataRow("<Data>a&amp;", "&lt;b</Data>", 5000)]
    [DataRow("<Data>\r\n \r\n", "\r\n</Data>", 48)]
    [DataRow("<Data> &#32;\n&#10; ", "&#32;</Data>", 5000)]
    [DataRow("<Data><MgmtTree xmlns='syncml:dmddf1.2'><Value>", "</Value></MgmtTree></Data>", 48)]
    public void A_secret_that_was_read_and_overwritten_is_nowhere_in_the_process_DEL_188_S_085(string before, string after, int length)
    {
        using var secret = new MaskedSecret(length);
        ReadWriteAndZero(secret, before, after);
        Assert.AreEqual(0, secret.CountInMemory());
    }

    [TestMethod]
    public void The_search_for_a_secret_finds_one_that_was_kept()
    {
        using var secret = new MaskedSecret(48);
        var kept = GC.AllocateArray<byte>(48, pinned: true);
        secret.CopyTo(kept);
        Assert.IsGreaterThan(0, secret.CountInMemory());
        CryptographicOperations.ZeroMemory(kept);
    }

    // What an engine does with a message: read, answer with the value in it, overwrite all.
    private static void ReadWriteAndZero(MaskedSecret secret, string before, string after)
    {
        var start = Encoding.UTF8.GetBytes(
            $"<SyncML>{Samples.Header}<SyncBody><Replace><CmdID>1</CmdID><Item><Target><LocURI>./K</LocURI></Target>{before}");
        var end = Encoding.UTF8.GetBytes($"{after}</Item></Replace></SyncBody></SyncML>");
        var body = GC.AllocateArray<byte>(start.Length + secret.Length + end.Length, pinned: true);
        start.CopyTo(body, 0);
        secret.CopyTo(body.AsSpan(start.Length));
        end.CopyTo(body, start.Length + secret.Length);

        var message = SyncMLXml.Read(body, MessageLimits.Default);
        Assert.IsGreaterThanOrEqualTo(secret.Length, ((Replace)message.Commands[0]).Items[0].Data!.Length);
        var written = SyncMLXml.Write(message);
        SyncMLXml.Measure(message.Commands[0]);

        message.Zero();
        CryptographicOperations.ZeroMemory(body);
        CryptographicOperations.ZeroMemory(written);
    }
}
