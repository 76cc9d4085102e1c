using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Engine.Session;

[TestClass]
public sealed class Package1Tests
{
    [TestMethod]
    public void The_header_names_versions_session_message_and_both_parties_PRO_010_PRO_011_PRO_014_PRO_018_PRO_019()
    {
        var header = new Dialogue().Open().Sent.Header;
        Assert.AreEqual("1.2", header.VerDTD);
        Assert.AreEqual("DM/1.2", header.VerProto);
        Assert.AreEqual("1A", header.SessionID);
        Assert.AreEqual(new Location(Dialogue.Address), header.Target);
        Assert.AreEqual(Dialogue.DevId, header.Source.LocURI);
    }

    [TestMethod]
    public void The_first_message_is_number_1_and_announces_MaxMsgSize_PRO_017_PRO_023()
    {
        var header = new Dialogue().Open().Sent.Header;
        Assert.AreEqual(1, header.MsgID);
        Assert.AreEqual(64 * 1024, header.Meta!.MaxMsgSize);
        Assert.IsNull(header.Meta.MaxObjSize, "large objects are not supported");
    }

    [TestMethod]
    public void The_body_is_Alert_1201_and_the_Replace_of_all_DevInfo_leaves_and_is_closed_PRO_040_PRO_041_PRO_042_PRO_045()
    {
        var sent = new Dialogue().Open().Sent;
        Assert.HasCount(2, sent.Commands);
        Assert.AreEqual(new Alert("1", 1201), sent.Commands[0]);
        var items = ((Replace)sent.Commands[1]).Items.ToDictionary(item => item.Source!.LocURI, item => item.Data!.AsText());
        Assert.HasCount(5, items);
        Assert.AreEqual(Dialogue.DevId, items["./DevInfo/DevId"]);
        Assert.AreEqual("Example Devices", items["./DevInfo/Man"]);
        Assert.AreEqual("EX-1", items["./DevInfo/Mod"]);
        Assert.AreEqual("1.2", items["./DevInfo/DmV"]);
        Assert.IsTrue(sent.Final);
    }

    [TestMethod]
    public void With_md5_the_user_name_and_the_digest_over_the_stored_nonce_are_in_the_header_PRO_020_PRO_021_SEC_027()
    {
        var header = new Dialogue("DIGEST").Open().Sent.Header;
        Assert.AreEqual(Dialogue.DeviceName, header.Source.LocName);
        Assert.AreEqual("syncml:auth-md5", header.Cred!.Meta!.Type);
        Assert.AreEqual("b64", header.Cred.Meta.Format);
        // The worked example of security.md 2.
        Assert.AreEqual("vw4qKcgi933D6BZyd9gWxg==", header.Cred.Data);
    }

    [TestMethod]
    public void The_number_of_the_session_is_stored_before_the_message_goes_and_skips_0_PRO_014()
    {
        var dialogue = new Dialogue(state: state => state with { Device = state.Device with { NextSessionId = 0xFFFF } }).Open();
        Assert.AreEqual("FFFF", dialogue.Sent.Header.SessionID);
        Assert.AreEqual(1, dialogue.State.Durable.Device.NextSessionId);
        Assert.AreEqual(1, dialogue.Persists);
        Assert.IsLessThan(
            dialogue.Effects.IndexOf(dialogue.Sending!), dialogue.Effects.IndexOf(dialogue.Effects.OfType<DmDelegation.Engine.Persist>().Single()));
    }

    [TestMethod]
    public void A_value_that_XML_cannot_carry_goes_as_base64_REP_084()
    {
        var dialogue = new Dialogue(state: state =>
        {
            var tree = new TreeTransaction(state.Tree, state.Clock.HighWater);
            tree.SetValue(state.Tree.Find(NodePath.Parse("./DevInfo/Man"))!.Id, Formats.Chr, Formats.TextPlain, new byte[] { 1, 2 });
            return state with { Tree = tree.Current };
        }).Open();
        var item = ((Replace)dialogue.Sent.Commands[1]).Items.Single(item => item.Source!.LocURI == "./DevInfo/Man");
        Assert.AreEqual("b64", item.Meta!.Format);
        Assert.AreEqual("AQI=", item.Data!.AsText());
    }

    [TestMethod]
    public void Without_an_account_there_is_no_session()
    {
        var dialogue = new Dialogue(state: state => state with { Tree = ManagementTree.Empty(state.Tree.Root.Acl!, state.Clock.HighWater) }).Open();
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("no-account", dialogue.Ended!.Error);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("ftp://s.example/dm")]
    [DataRow("https://xn--\u00fc.example/dm")]
    public void An_address_that_leads_nowhere_is_the_end_of_the_session_and_not_of_the_agent(string address)
    {
        var dialogue = new Dialogue(address: address).Open();
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("address", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void A_second_session_with_the_same_server_is_not_opened_DEL_245()
    {
        var dialogue = new Dialogue().Open();
        Assert.IsNotNull(dialogue.Sending);
        Assert.IsNull(dialogue.Open().Sending);
        Assert.IsNull(dialogue.Ended);
    }

    [TestMethod]
    public void A_secret_that_does_not_open_refuses_the_login_DEL_190()
    {
        var dialogue = new Dialogue("DIGEST", state: state =>
        {
            var tree = new TreeTransaction(state.Tree, state.Clock.HighWater);
            var (client, server) = (Secret(state, "c"), Secret(state, "s"));
            tree.SetValue(client.Id, client.Format, client.Type, server.Value);
            return state with { Tree = tree.Current };
        }).Open();
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("credentials", dialogue.Ended!.Error);
    }

    private static Node Secret(DmDelegation.Engine.State.AgentState state, string entry) =>
        state.Tree.Find(NodePath.Parse($"./DMAcc/s/AppAuth/{entry}/AAuthSecret"))!;
}
