using DmDelegation.Protocol;

namespace DmDelegation.Tests.Protocol;

[TestClass]
public sealed class SyncMLXmlReadTests
{
    private const string Item = "<Item><Target><LocURI>./A</LocURI></Target><Data>v</Data></Item>";

    private static Item Single(string body) => ((ItemCommand)Samples.ReadCommand(body)).Items.Single();

    [TestMethod]
    [DataRow("<SyncML>", DisplayName = "none")]
    [DataRow("<SyncML xmlns='SYNCML:SYNCML1.1'>", DisplayName = "older, its VerDTD decides (PRO-029)")]
    [DataRow("<SyncML xmlns='syncml:syncml1.2'>", DisplayName = "another case")]
    public void Namespaces_are_tolerated_as_servers_send_them(string root)
    {
        var message = Samples.Read(Samples.Document($"<Get><CmdID>1</CmdID><Meta><Type>text/plain</Type></Meta>{Item}</Get>", root: root));
        Assert.AreEqual("text/plain", ((Get)message.Commands[0]).Meta!.Type);
    }

    [TestMethod]
    public void A_prefix_for_SyncML_is_as_good_as_none()
    {
        var message = Samples.Read(
            "<s:SyncML xmlns:s='SYNCML:SYNCML1.2'><s:SyncHdr><s:VerDTD>1.2</s:VerDTD><s:VerProto>DM/1.2</s:VerProto><s:SessionID>1</s:SessionID>"
            + "<s:MsgID>1</s:MsgID><s:Target><s:LocURI>t</s:LocURI></s:Target><s:Source><s:LocURI>s</s:LocURI></s:Source></s:SyncHdr>"
            + "<s:SyncBody><s:Final/></s:SyncBody></s:SyncML>");
        Assert.IsTrue(message.Final);
    }

    [TestMethod]
    public void Meta_may_be_wrapped_in_MetInf_REP_011()
    {
        var item = Single("<Add><CmdID>1</CmdID><Item><Meta><MetInf xmlns='syncml:metinf'><Format>int</Format><Size>7</Size></MetInf></Meta></Item></Add>");
        Assert.AreEqual(new MetaInfo { Format = "int", Size = 7 }, item.Meta);
    }

    [TestMethod]
    public void Order_does_not_matter_on_receipt()
    {
        var message = Samples.Read(
            "<SyncML><SyncBody><Final/><Replace><Item><MoreData/><Data>v</Data><Target><LocName>n</LocName><LocURI>./A</LocURI></Target></Item>"
            + $"<CmdID>9</CmdID></Replace></SyncBody>{Samples.Header}</SyncML>");
        Assert.IsTrue(message.Final);
        Assert.AreEqual(
            new Replace("9", null, [new Item { Target = new Location("./A", "n"), Data = ItemData.FromText("v"), MoreData = true }]),
            message.Commands[0]);
    }

    [TestMethod]
    public void White_space_around_identifiers_goes_and_in_values_stays_REP_022()
    {
        var replace = (Replace)Samples.ReadCommand(
            "<Replace><CmdID>\r\n 7 </CmdID><Item><Target><LocURI>\t./A b </LocURI></Target><Data> \n v </Data></Item></Replace>");
        Assert.AreEqual("7", replace.CmdID);
        Assert.AreEqual("./A b", replace.Items[0].Target!.LocURI);
        Assert.AreEqual(" \n v ", replace.Items[0].Data!.AsText());
        var blank = Single("<Replace><CmdID>1</CmdID><Item><Data>  </Data></Item></Replace>");
        Assert.AreEqual("  ", blank.Data!.AsText());
    }

    [TestMethod]
    public void Comments_and_processing_instructions_are_ignored_REP_021()
    {
        var item = Single("<?x <!DOCTYPE?><Add><!-- <!DOCTYPE --><CmdID>1</CmdID><Item><Data>a<!-- b -->c<?d e?>f</Data></Item></Add>");
        Assert.AreEqual("acf", item.Data!.AsText());
    }

    [TestMethod]
    public void Unknown_and_unused_elements_are_skipped_REP_018_REP_021_PRO_028()
    {
        var delete = (Delete)Samples.ReadCommand(
            "<x:Note xmlns:x='urn:x'><CmdID>5</CmdID></x:Note><Delete><CmdID>1</CmdID><NoResp/><Archive/><SftDel/><Cred><Data>x</Data></Cred>"
            + "<Future><CmdID>2</CmdID><Item/></Future><x:Item xmlns:x='urn:x'/><Item><SourceParent/><Target><LocURI>./A</LocURI><Filter/></Target></Item></Delete>");
        Assert.AreEqual(new Delete("1", null, [new Item { Target = new Location("./A") }]), delete);
        var meta = Single("<Add><CmdID>1</CmdID><Item><Meta><EMI xmlns='syncml:metinf'>x</EMI><Mem><FreeID>1</FreeID></Mem></Meta></Item></Add>").Meta;
        Assert.AreEqual(new MetaInfo(), meta);
    }

    [TestMethod]
    public void Missing_and_empty_Data_are_different_REP_017()
    {
        Assert.IsNull(Single("<Add><CmdID>1</CmdID><Item></Item></Add>").Data);
        Assert.AreEqual(0, Single("<Add><CmdID>1</CmdID><Item><Data/></Item></Add>").Data!.Length);
        Assert.AreEqual(0, Single("<Add><CmdID>1</CmdID><Item><Data></Data></Item></Add>").Data!.Length);
        Assert.AreEqual(0, Single("<Add><CmdID>1</CmdID><Item><Data><![CDATA[]]></Data></Item></Add>").Data!.Length);
    }

    [TestMethod]
    public void An_Add_of_an_interior_node_needs_no_Data()
    {
        var item = Single("<Add><CmdID>1</CmdID><Item><Target><LocURI>./A</LocURI></Target><Meta><Format xmlns='syncml:metinf'>node</Format></Meta></Item></Add>");
        Assert.AreEqual(new Item { Target = new Location("./A"), Meta = new MetaInfo { Format = "node" } }, item);
    }

    [TestMethod]
    public void Character_data_is_joined_from_all_its_pieces_REP_016()
    {
        var item = Single("<Add><CmdID>1</CmdID><Item><Data>Get=*&amp;Replace=a<![CDATA[&Delete=<b>]]>&#x26;&#233;\r\nz</Data></Item></Add>");
        Assert.AreEqual("Get=*&Replace=a&Delete=<b>&é\nz", item.Data!.AsText());
    }

    [TestMethod]
    public void Markup_within_Data_is_kept_as_text_and_what_stood_before_it_too()
    {
        var item = Single(
            "<Add><CmdID>1</CmdID><Item><Data>1 &lt; 2 <a:b xmlns:a='urn:a' c='&quot;&lt;&#10;'><d/>x &amp; y<![CDATA[<z>]]></a:b> end</Data></Item></Add>");
        Assert.AreEqual(
            "1 &lt; 2 <a:b xmlns:a=\"urn:a\" c=\"&quot;&lt;&#10;\"><d/>x &amp; y&lt;z&gt;</a:b> end", item.Data!.AsText());
    }

    [TestMethod]
    [DataRow(1023)]
    [DataRow(1024)]
    [DataRow(4095)]
    [DataRow(4096)]
    [DataRow(70001)]
    public void Long_values_with_pairs_at_every_edge_come_whole(int length)
    {
        var text = new string('x', length) + "😀é" + new string('y', length) + "&amp;" + string.Concat(Enumerable.Repeat("😀", length / 2));
        var item = Single($"<Add><CmdID>1</CmdID><Item><Data>{text}</Data></Item></Add>");
        Assert.AreEqual(text.Replace("&amp;", "&"), item.Data!.AsText());
    }

    [TestMethod]
    [DataRow("<Put><CmdID>4</CmdID></Put>", "4", "Put")]
    [DataRow("<Search><CmdID> 4 </CmdID><x><CmdID>5</CmdID></x></Search>", "4", "Search")]
    [DataRow("<Item/>", "", "Item")]
    [DataRow("<Nonsense>text</Nonsense>", "", "Nonsense")]
    public void A_command_that_DM_does_not_use_is_unknown_AMB_020(string body, string cmdID, string name) =>
        Assert.AreEqual(new UnknownCommand(cmdID, name), Samples.ReadCommand(body));

    [TestMethod]
    [DataRow("<Add>" + Item + "</Add>", "", "Add", MessageFault.MissingElement)]
    [DataRow("<Alert><Data>1222</Data></Alert>", "", "Alert", MessageFault.MissingElement)]
    [DataRow("<Get><CmdID>1</CmdID><Item><Target/></Item></Get>", "1", "Get", MessageFault.MissingElement)]
    [DataRow("<Get><CmdID>1</CmdID><CmdID>2</CmdID>" + Item + "</Get>", "2", "Get", MessageFault.DuplicateElement)]
    [DataRow("<Get><CmdID>1</CmdID><Item><Target><LocURI>a</LocURI></Target><Target><LocURI>b</LocURI></Target></Item></Get>", "1", "Get", MessageFault.DuplicateElement)]
    [DataRow("<Get><CmdID>1</CmdID><Item><Target><LocURI>a</LocURI><LocURI>b</LocURI></Target></Item></Get>", "1", "Get", MessageFault.DuplicateElement)]
    [DataRow("<Add><CmdID>1</CmdID><Item><Data>a</Data><Data>b</Data></Item></Add>", "1", "Add", MessageFault.DuplicateElement)]
    [DataRow("<Add><CmdID>1</CmdID><Item><Meta><Size>-1</Size></Meta></Item></Add>", "1", "Add", MessageFault.BadNumber)]
    [DataRow("<Add><CmdID>1</CmdID><Item><Meta><Size>9223372036854775808</Size></Meta></Item></Add>", "1", "Add", MessageFault.BadNumber)]
    [DataRow("<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>1</CmdRef><Cmd>Get</Cmd><Data>2OO</Data></Status>", "1", "Status", MessageFault.BadNumber)]
    [DataRow("<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>1</CmdRef><Cmd>Get</Cmd><Data>99</Data></Status>", "1", "Status", MessageFault.BadNumber)]
    [DataRow("<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>1</CmdRef><Cmd>Get</Cmd></Status>", "1", "Status", MessageFault.MissingElement)]
    [DataRow("<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><Cmd>Get</Cmd><Data>200</Data></Status>", "1", "Status", MessageFault.MissingElement)]
    [DataRow("<Results><CmdID>1</CmdID>" + Item + "</Results>", "1", "Results", MessageFault.MissingElement)]
    public void A_malformed_command_does_not_block_those_behind_it_AMB_020(string bad, string cmdID, string name, MessageFault fault)
    {
        var message = Samples.Read(Samples.Document($"{bad}<Get><CmdID>9</CmdID>{Item}</Get>"));
        Assert.AreEqual(new UnknownCommand(cmdID, name, fault), message.Commands[0]);
        Assert.IsInstanceOfType<Get>(message.Commands[1]);
    }

    [TestMethod]
    public void A_malformed_child_leaves_its_Sequence_and_its_siblings_intact()
    {
        var sequence = (Sequence)Samples.ReadCommand(
            $"<Sequence><CmdID>1</CmdID><Get>{Item}</Get><Put><CmdID>3</CmdID></Put><Get><CmdID>4</CmdID>{Item}</Get></Sequence>");
        Assert.AreEqual(new UnknownCommand("", "Get", MessageFault.MissingElement), sequence.Commands[0]);
        Assert.AreEqual(new UnknownCommand("3", "Put"), sequence.Commands[1]);
        Assert.AreEqual("4", ((Get)sequence.Commands[2]).CmdID);
    }

    [TestMethod]
    public void A_Status_for_the_header_may_lack_CmdID_and_CmdRef_AMB_031()
    {
        var status = (Status)Samples.ReadCommand("<Status><MsgRef>1</MsgRef><Cmd>SyncHdr</Cmd><Data>212</Data></Status>");
        Assert.AreEqual(new Status("", "1", "0", "SyncHdr", 212), status);
    }

    [TestMethod]
    [DataRow("1100", 1100)]
    [DataRow(" 1222 ", 1222)]
    [DataRow("999999999", 999999999)]
    [DataRow("99999999999999999999", null)]
    [DataRow("+1222", null)]
    [DataRow("", null)]
    [DataRow("r\u00E9sum\u00E9", null)]
    public void An_unknown_Alert_is_read_whatever_its_code_PRO_125(string data, int? code) =>
        Assert.AreEqual(code, ((Alert)Samples.ReadCommand($"<Alert><CmdID>1</CmdID><Data>{data}</Data></Alert>")).Code);

    [TestMethod]
    [DataRow("<VerDTD>1.2</VerDTD>", "", MessageFault.MissingElement)]
    [DataRow("<VerProto>DM/1.2</VerProto>", "", MessageFault.MissingElement)]
    [DataRow("<SessionID>1A</SessionID>", "", MessageFault.MissingElement)]
    [DataRow("<MsgID>2</MsgID>", "", MessageFault.MissingElement)]
    [DataRow("<Target><LocURI>IMEI:1</LocURI></Target>", "", MessageFault.MissingElement)]
    [DataRow("<Source><LocURI>https://a.example/oma</LocURI></Source>", "<Source/>", MessageFault.MissingElement)]
    [DataRow("<MsgID>2</MsgID>", "<MsgID>0</MsgID>", MessageFault.BadNumber)]
    [DataRow("<MsgID>2</MsgID>", "<MsgID>-1</MsgID>", MessageFault.BadNumber)]
    [DataRow("<MsgID>2</MsgID>", "<MsgID>2147483648</MsgID>", MessageFault.BadNumber)]
    [DataRow("<MsgID>2</MsgID>", "<MsgID>1,000</MsgID>", MessageFault.BadNumber)]
    [DataRow("<MsgID>2</MsgID>", "<MsgID>2</MsgID><MsgID>2</MsgID>", MessageFault.DuplicateElement)]
    public void A_header_that_is_not_complete_makes_no_message_PRO_012_PRO_016(string part, string instead, MessageFault fault) =>
        Assert.AreEqual(fault, Samples.FaultOf(Samples.Document("", Samples.Header.Replace(part, instead))));

    [TestMethod]
    public void Other_versions_are_for_the_engine_to_refuse_PRO_029()
    {
        var header = Samples.Read(Samples.Document("", Samples.Header.Replace(">1.2<", ">1.1<").Replace("DM/1.2", "DM/2.0"))).Header;
        Assert.AreEqual(("1.1", "DM/2.0"), (header.VerDTD, header.VerProto));
    }
}
