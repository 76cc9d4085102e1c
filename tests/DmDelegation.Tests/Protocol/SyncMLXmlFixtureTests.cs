using DmDelegation.Protocol;

namespace DmDelegation.Tests.Protocol;

[TestClass]
public sealed class SyncMLXmlFixtureTests
{
    [TestMethod]
    [DataRow("01-pkg1-client-init", 2, true)]
    [DataRow("02-pkg2-challenge-md5", 3, true)]
    [DataRow("03-pkg2-all-commands", 6, true)]
    [DataRow("04-pkg3-status-results", 4, true)]
    [DataRow("05-large-object-first-chunk", 2, false)]
    [DataRow("06-large-object-last-chunk", 3, true)]
    [DataRow("07-client-next-message-1222", 3, false)]
    [DataRow("08-generic-alert-1226", 3, true)]
    [DataRow("09-utf8-and-entities", 1, true)]
    [DataRow("10-string-table", 1, true)]
    [DataRow("11-cdata-opaque", 1, true)]
    [DataRow("12-bootstrap-inbox-tnds", 1, true)]
    [DataRow("14-publicid-in-string-table", 3, false)]
    public void A_vector_is_read_and_survives_a_rewrite_REP_005(string name, int commands, bool final)
    {
        var message = SyncMLXml.Read(Samples.Fixture("wbxml", name + ".xml"), MessageLimits.Default);
        Assert.HasCount(commands, message.Commands);
        Assert.AreEqual(final, message.Final);
        Assert.DoesNotContain(command => command is UnknownCommand, message.Commands);
        Assert.AreEqual(message, SyncMLXml.Read(SyncMLXml.Write(message), MessageLimits.Default));
    }

    [TestMethod]
    public void A_provisioning_document_with_its_DOCTYPE_is_refused_DEL_337() =>
        Assert.AreEqual(MessageFault.DtdForbidden, Samples.FaultOf(Samples.Fixture("wbxml", "13-cp-w7-account.xml")));

    [TestMethod]
    public void A_list_of_all_elements_without_header_is_no_message() =>
        Assert.AreEqual(MessageFault.MissingElement, Samples.FaultOf(Samples.Fixture("wbxml", "99-token-table-check.xml")));

    [TestMethod]
    public void Package_1_has_the_values_of_the_document_PRO_040()
    {
        var message = SyncMLXml.Read(Samples.Fixture("wbxml", "01-pkg1-client-init.xml"), MessageLimits.Default);
        var expected = new SyncHdr
        {
            SessionID = "1A",
            MsgID = 1,
            Target = new Location("https://dm.example.net/oma"),
            Source = new Location("IMEI:356938035643809", "dev-042"),
            Cred = new Cred(new MetaInfo { Format = "b64", Type = AuthType.Md5 }, "vw4qKcgi933D6BZyd9gWxg=="),
            Meta = new MetaInfo { MaxMsgSize = 16384, MaxObjSize = 1048576 },
        };
        Assert.AreEqual(expected, message.Header);
        Assert.AreEqual(AlertCode.ClientInitiatedMgmt, ((Alert)message.Commands[0]).Code);
        var replace = (Replace)message.Commands[1];
        Assert.HasCount(5, replace.Items);
        Assert.AreEqual("./DevInfo/DevId", replace.Items[0].Source!.LocURI);
        Assert.AreEqual("en-US", replace.Items[4].Data!.AsText());
    }

    [TestMethod]
    public void Every_command_of_package_2_has_its_record_REP_030()
    {
        var message = SyncMLXml.Read(Samples.Fixture("wbxml", "03-pkg2-all-commands.xml"), MessageLimits.Default);
        CollectionAssert.AreEqual(
            new[] { "Status", "Get", "Add", "Sequence", "Atomic", "Exec" }, message.Commands.Select(command => command.Name).ToArray());
        var sequence = (Sequence)message.Commands[3];
        CollectionAssert.AreEqual(new[] { "Alert", "Replace" }, sequence.Commands.Select(command => command.Name).ToArray());
        var atomic = (Atomic)message.Commands[4];
        var copy = (Copy)atomic.Commands[1];
        Assert.AreEqual("./Vendor/Ex/Backup", copy.Items[0].Target!.LocURI);
        Assert.AreEqual("./Vendor/Ex/Live", copy.Items[0].Source!.LocURI);
        Assert.AreEqual("upd-7781", ((Exec)message.Commands[5]).Correlator);
    }

    [TestMethod]
    public void A_challenge_carries_its_nonce_REP_003()
    {
        var message = SyncMLXml.Read(Samples.Fixture("wbxml", "02-pkg2-challenge-md5.xml"), MessageLimits.Default);
        var status = (Status)message.Commands[0];
        Assert.AreEqual(StatusCode.Unauthorized, status.Data);
        Assert.AreEqual(new MetaInfo { Format = "b64", Type = AuthType.Md5, NextNonce = "ICEiIyQlJicoKSorLC0uLw==" }, status.Chal!.Meta);
        Assert.AreEqual("https://dm.example.net/oma?sid=77", message.Header.RespURI);
    }

    [TestMethod]
    public void MoreData_is_a_flag_beside_the_value_PRO_092()
    {
        var message = SyncMLXml.Read(Samples.Fixture("wbxml", "05-large-object-first-chunk.xml"), MessageLimits.Default);
        var expected = new Item
        {
            Target = new Location("./Vendor/Ex/Blob"),
            Meta = new MetaInfo { Size = 36 },
            Data = ItemData.FromText("0123456789abcdefghij"),
            MoreData = true,
        };
        Assert.AreEqual(expected, ((Replace)message.Commands[1]).Items.Single());
    }

    [TestMethod]
    public void Entities_and_CDATA_are_text_REP_016()
    {
        var entities = SyncMLXml.Read(Samples.Fixture("wbxml", "09-utf8-and-entities.xml"), MessageLimits.Default);
        var alert = (Alert)entities.Commands[0];
        Assert.IsNull(alert.Items[0].Data);
        Assert.AreEqual("Wähle: größer < kleiner & \"gleich\"", alert.Items[1].Data!.AsText());
        Assert.AreEqual("日本語", alert.Items[2].Data!.AsText());
        var cdata = SyncMLXml.Read(Samples.Fixture("wbxml", "11-cdata-opaque.xml"), MessageLimits.Default);
        var policy = ((Replace)cdata.Commands[0]).Items[0].Data!.AsText();
        Assert.AreEqual("<policy level=\"2\"><allow>wifi &amp; lte</allow></policy>", policy);
    }

    [TestMethod]
    public void Inline_TNDS_is_kept_as_its_own_text()
    {
        var octets = Samples.Fixture("wbxml", "12-bootstrap-inbox-tnds.xml");
        var document = System.Text.Encoding.UTF8.GetString(octets);
        var from = document.IndexOf("<Data>", StringComparison.Ordinal) + "<Data>".Length;
        var expected = document[from..document.IndexOf("</Data>", StringComparison.Ordinal)];
        var message = SyncMLXml.Read(octets, MessageLimits.Default);
        Assert.AreEqual(expected, ((Add)message.Commands[0]).Items[0].Data!.AsText());
    }
}
