using DmDelegation.Engine;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Engine.BadInput;

/// <summary>What breaks C clients of OMA DM that are in the field (design 5).</summary>
[TestClass]
public sealed class KnownBreakerTests
{
    [TestMethod]
    public void An_Add_of_an_interior_node_has_no_Data_and_needs_none_TND_057_TND_059()
    {
        using var server = new RawServer();
        var add = "<Add><CmdID>1</CmdID><Item><Target><LocURI>./SCM/new</LocURI></Target>" + RawServer.Meta("node") + "</Item></Add>";
        Assert.AreSequenceEqual([200, 200], server.Codes(add + RawServer.Add("./SCM/new/leaf", "v", 2)));
        Assert.IsTrue(server.Device.Durable.Tree.Find(DmDelegation.Tree.NodePath.Parse("./SCM/new"))!.IsInterior);
        server.Lives();
    }

    [TestMethod]
    public void Commands_in_a_Sequence_are_executed_in_order_and_each_has_its_Status_REP_086_REP_087()
    {
        using var server = new RawServer();
        var sequence = "<Sequence><CmdID>1</CmdID>" + RawServer.Replace("./SCM/x", "first", 2) + RawServer.Get("./Nowhere", 3) + RawServer.Replace("./SCM/x", "second", 4) + "</Sequence>";
        Assert.AreSequenceEqual([200, 200, 404, 200], server.Codes(sequence));
        Assert.AreEqual("second", server.Device.ValueOf("./SCM/x"));
        server.Lives();
    }

    [TestMethod]
    public void A_server_that_answers_401_for_ever_is_left_after_a_few_messages_SEC_031()
    {
        using var device = new TestDevice();
        var server = device.Servers[Given.A];
        server.KnowsDevice = false;
        var before = device.Scheme();
        device.Manage(Given.A, Dm.Get("./SCM/x"));
        Assert.IsLessThanOrEqualTo(3, server.Received.Count);
        Assert.AreEqual("client-auth", device.Ended[^1].Error);
        Assert.AreEqual(before, device.Scheme());
        server.KnowsDevice = true;
        Assert.AreEqual(200, device.Manage(Given.A, Dm.Get("./SCM/x"))[0].Status, "and it may come back");
    }

    [TestMethod]
    public void A_chunk_with_MoreData_is_not_the_value_PRO_107()
    {
        using var server = new RawServer();
        string Chunk(string data, bool more) => "<Replace><CmdID>1</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target>"
            + (more ? "<Meta><Size xmlns=\"syncml:metinf\">8</Size></Meta>" : "") + $"<Data>{data}</Data>{(more ? "<MoreData/>" : "")}</Item></Replace>";
        server.Open().Say(server.Accept() + Chunk("half", true), final: false);
        server.Say(server.Accept() + Chunk("rest", false));
        server.Hang();
        Assert.AreEqual("1", server.Device.ValueOf("./SCM/x"));
        server.Lives();
    }

    [TestMethod]
    public void No_message_is_longer_than_MaxMsgSize_of_the_server_and_nothing_is_lost_PRO_024()
    {
        const int Limit = 2000;
        using var server = new RawServer();
        var gets = string.Concat(Enumerable.Range(1, 40).Select(id => RawServer.Get("./SCM/x", id)));
        server.Open().Say(server.Accept() + gets, meta: $"<MaxMsgSize xmlns=\"syncml:metinf\">{Limit}</MaxMsgSize>");
        var (statuses, results, messages) = (0, 0, 0);
        while (true)
        {
            Assert.IsLessThanOrEqualTo(Limit, server.Sending!.Body.Length);
            Assert.IsLessThan(100, ++messages);
            var sent = server.Sent;
            statuses += sent.Commands.OfType<Status>().Count(status => status.CmdRef != "0" && status.Cmd == "Get");
            results += sent.Commands.OfType<Results>().Count();
            if (sent.Final)
            {
                break;
            }

            server.Say(server.Accept() + "<Alert><CmdID>1</CmdID><Data>1222</Data></Alert>");
        }

        Assert.AreEqual((40, 40), (statuses, results));
        Assert.IsGreaterThan(1, messages);
        server.Lives();
    }

    [TestMethod]
    public void A_nonce_that_is_text_and_not_base64_does_not_end_the_device_SEC_030()
    {
        using var device = new TestDevice(setup => setup.AuthType = "DIGEST");
        device.Open(Given.A);
        var sent = SyncMLXml.Read(device.Effects.OfType<SendMessage>().Last().Body, MessageLimits.Default);
        var chal = "<Chal><Meta><Format xmlns=\"syncml:metinf\">b64</Format><Type xmlns=\"syncml:metinf\">syncml:auth-md5</Type><NextNonce xmlns=\"syncml:metinf\">not base64!</NextNonce></Meta></Chal>";
        var body = "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
            + $"<SessionID>{sent.Header.SessionID}</SessionID><MsgID>1</MsgID><Target><LocURI>{TestDevice.DeviceId}</LocURI></Target><Source><LocURI>https://a.example/dm</LocURI></Source></SyncHdr>"
            + $"<SyncBody><Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd>{chal}<Data>401</Data></Status><Final/></SyncBody></SyncML>";
        var before = device.Durable.Tree;
        device.Handle(new MessageReceived(Given.A, device.State.Sessions[Given.A].Serial, System.Text.Encoding.UTF8.GetBytes(body), null, device.Transport));
        Assert.AreSame(before, device.Durable.Tree, "no nonce of a server that has proved nothing is stored");
        Assert.IsTrue(device.Effects.OfType<SendMessage>().Count() is 1 or 2);
    }

    [TestMethod]
    public void A_message_is_one_commit_however_many_commands_it_has_DEL_143()
    {
        using var server = new RawServer();
        var commands = string.Concat(Enumerable.Range(1, 50).Select(id => RawServer.Replace("./SCM/x", $"v{id}", id)));
        server.Open().Say(server.Accept() + commands);
        Assert.AreEqual(1, server.Effects.OfType<Persist>().Count());
        Assert.AreEqual("v50", server.Device.ValueOf("./SCM/x"));
        server.Lives();
    }

    [TestMethod]
    public void An_ACL_with_several_commands_is_stored_and_returned_whole_ACL_063()
    {
        const string Acl = "Add=a.example&Delete=a.example&Get=a.example+d.example&Replace=a.example";
        using var server = new RawServer();
        var escaped = Acl.Replace("&", "&amp;", StringComparison.Ordinal);
        Assert.AreSequenceEqual([200], server.Codes(RawServer.Replace("./SCM/dir?prop=ACL", escaped)));
        Assert.AreEqual(Acl, server.Device.AclOf("./SCM/dir"));
        server.Open().Say(server.Accept() + RawServer.Get("./SCM/dir?prop=ACL"));
        Assert.AreEqual(Acl, server.Sent.Commands.OfType<Results>().Single().Items[0].Data!.AsText());
        server.Hang();
        Assert.AreSequenceEqual([200], server.Codes(RawServer.Replace("./SCM/dir?prop=ACL", $"<![CDATA[{Acl}]]>")));
        Assert.AreEqual(Acl, server.Device.AclOf("./SCM/dir"));
        server.Lives();
    }
}
