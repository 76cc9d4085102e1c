using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DmDelegation.Protocol;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Dm;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.Tests.ServerStub;

/// <summary>The server side of DM sessions (protocol.md, security.md) against the scripted device and against messages made by hand.</summary>
[TestClass]
public sealed class DmSessionTests
{
    private const string AlertXml =
        "<Delegation v=\"1\" id=\"X\" event=\"End\" n=\"1\" key=\"00112233\"><Result>Failure</Result><Reason>170</Reason><State>10</State></Delegation>";

    [TestMethod]
    [DataRow("HMAC")]
    [DataRow("DIGEST")]
    public void Commands_of_two_batches_are_answered_with_status_and_results_in_two_sessions(string type)
    {
        using var world = World(type);
        for (var session = 0; session < 2; session++)
        {
            var ticket = world.A.Queue(TwoServers.DeviceId, """[[{"get":"./DevInfo/Man"},{"get":"./Nothing"}],[{"replace":{"uri":"./SCM/x","data":"1","format":"int"}}]]""");
            Assert.IsTrue(world.Device.RunSession(world.A), world.Device.LastSessionError);
            var done = world.A.Ticket(ticket)!;
            Assert.IsTrue(done.Done);
            Assert.AreEqual("Example", done.Results[0][0].Items.Single().Data);
            Assert.AreEqual(404, done.Results[0][1].Status);
            Assert.AreEqual(200, done.Results[1][0].Status);
        }

        Assert.AreEqual(2, world.A.View().Sessions);
    }

    [TestMethod]
    [DataRow("HMAC")]
    [DataRow("DIGEST")]
    public void Stale_nonces_on_both_sides_are_repaired_by_one_challenge_SEC_044_SEC_061(string type)
    {
        using var world = World(type);
        world.Device.AccountOf("a.example")!.ClientNonce = RandomNumberGenerator.GetBytes(16);
        world.Device.AccountOf("a.example")!.ServerNonce = RandomNumberGenerator.GetBytes(16);
        var ticket = world.A.Queue(TwoServers.DeviceId, """[{"get":"./DevInfo/Man"}]""");
        Assert.IsTrue(world.Device.RunSession(world.A), world.Device.LastSessionError);
        Assert.AreEqual(200, world.A.Ticket(ticket)!.Results[0][0].Status);
    }

    [TestMethod]
    [DataRow("HMAC")]
    [DataRow("DIGEST")]
    public void A_device_with_a_wrong_secret_is_challenged_and_then_refused_SEC_042(string type)
    {
        using var world = World(type);
        world.Device.AddAccount("a.example", "another secret", "server secret of A", type);
        var ticket = world.A.Queue(TwoServers.DeviceId, """[{"get":"./DevInfo/Man"}]""");
        Assert.IsFalse(world.Device.RunSession(world.A));
        Assert.AreEqual("not authenticated: 401", world.Device.LastSessionError);
        Assert.IsFalse(world.A.Ticket(ticket)!.Done);
        Assert.IsEmpty(world.A.View().Devices.Single().DevInfo, "nothing of an unauthenticated message is used");
    }

    [TestMethod]
    [DataRow("HMAC", true)]
    [DataRow("HMAC", false)]
    [DataRow("DIGEST", true)]
    [DataRow("DIGEST", false)]
    public void A_server_with_a_wrong_or_no_credential_gets_no_command_done_SEC_044(string type, bool wrong)
    {
        using var world = World(type);
        world.A.SetControls(new TestControls { SendWrongCredential = wrong, SendNoCredential = !wrong });
        var ticket = world.A.Queue(TwoServers.DeviceId, """[{"get":"./DevInfo/Man"}]""");
        Assert.IsFalse(world.Device.RunSession(world.A));
        Assert.IsFalse(world.A.Ticket(ticket)!.Done);
    }

    [TestMethod]
    public void A_package_of_the_device_in_several_messages_is_asked_for_with_1222_PRO_075()
    {
        using var world = World();
        world.Device.CommandsPerMessage = 2;
        var ticket = world.A.Queue(TwoServers.DeviceId, """[{"get":"./DevInfo/Man"},{"get":"./DevInfo/DevId"},{"get":"./Delegation/Seq"}]""");
        Assert.IsTrue(world.Device.RunSession(world.A), world.Device.LastSessionError);
        CollectionAssert.AreEqual(new[] { "Example", TwoServers.DeviceId, "16" }, world.A.Ticket(ticket)!.Results[0].Select(result => result.Items.Single().Data).ToArray());
        Assert.IsTrue(world.Device.Wire.Any(body => Encoding.UTF8.GetString(body).Contains("<Data>1222</Data>", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void A_package_of_the_server_in_several_messages_goes_on_when_the_device_sends_1222_PRO_073()
    {
        using var world = World();
        var ticket = world.A.Queue(TwoServers.DeviceId, """[{"commands":[{"get":"./DevInfo/Man"}],"final":false},{"commands":[{"get":"./DevInfo/DevId"}]}]""");
        Assert.IsTrue(world.Device.RunSession(world.A), world.Device.LastSessionError);
        var done = world.A.Ticket(ticket)!;
        Assert.IsTrue(done.Done);
        Assert.AreEqual("Example", done.Results[0][0].Items.Single().Data);
        Assert.AreEqual(TwoServers.DeviceId, done.Results[1][0].Items.Single().Data);
    }

    [TestMethod]
    public void An_alert_answered_500_is_not_recorded_and_comes_again_DEL_238()
    {
        using var world = World();
        var client = new RawClient(world.A);
        world.A.SetControls(new TestControls { AlertStatus = 500 });
        Assert.AreEqual(500, client.Send(RawClient.Initiate, GenericAlert).Single(status => status is { Cmd: "Alert", CmdRef: "2" }).Data);
        Assert.IsEmpty(world.A.View().Alerts);
        world.A.SetControls(new TestControls());
        Assert.AreEqual(200, client.Send(RawClient.Initiate, GenericAlert).Single(status => status is { Cmd: "Alert", CmdRef: "2" }).Data);
        Assert.AreEqual(170, world.A.View().Alerts.Single().Reason);
    }

    [TestMethod]
    public void The_same_alert_twice_is_recorded_once_and_answered_200_DEL_236()
    {
        using var world = World();
        var client = new RawClient(world.A);
        client.Send(RawClient.Initiate, GenericAlert);
        Assert.AreEqual(200, client.Send(RawClient.Initiate, GenericAlert).Single(status => status is { Cmd: "Alert", CmdRef: "2" }).Data);
        Assert.HasCount(1, world.A.View().Alerts);
    }

    [TestMethod]
    public void A_retry_with_the_same_octets_gets_the_same_answer_and_is_not_a_new_session_PRO_030()
    {
        using var world = World();
        var client = new RawClient(world.A);
        client.Send(RawClient.Initiate, GenericAlert);
        var first = client.LastReply!;
        Assert.AreSame(first, world.A.Handle(client.LastRequest!));
        Assert.AreEqual(1, world.A.View().Sessions);
    }

    [TestMethod]
    public void A_message_without_credential_gets_407_with_a_challenge_SEC_042_SEC_043()
    {
        using var world = World();
        var client = new RawClient(world.A) { LeaveOutMac = true };
        var header = client.Send(RawClient.Initiate).First();
        Assert.AreEqual(407, header.Data);
        Assert.AreEqual("syncml:auth-MAC", header.Chal!.Meta.Type);
        Assert.AreEqual("b64", header.Chal.Meta.Format);
        Assert.HasCount(16, Convert.FromBase64String(header.Chal.Meta.NextNonce!));
    }

    [TestMethod]
    public void A_session_abort_is_answered_and_ends_the_session_PRO_110()
    {
        using var world = World();
        world.A.Queue(TwoServers.DeviceId, """[{"get":"./DevInfo/Man"}]""");
        var client = new RawClient(world.A);
        client.Send(id => new Alert(id, AlertCode.SessionAbort));
        Assert.IsTrue(client.LastMessage!.Final);
        Assert.IsTrue(client.LastMessage.Commands.All(command => command is Status));
        Assert.IsTrue(world.Events.After(0).Any(entry => entry.Event == "session-end"));
    }

    [TestMethod]
    public void A_large_value_in_chunks_is_put_together_and_answered_213_PRO_098()
    {
        using var world = World();
        var ticket = world.A.Queue(TwoServers.DeviceId, """[{"get":"./Big"}]""");
        var client = new RawClient(world.A);
        client.Send(RawClient.Initiate);
        var get = client.LastMessage!.Commands.OfType<Get>().Single();
        var message = client.LastMessage.Header.MsgID.ToString();
        Command Chunk(string id, string text, bool more) =>
            new Results(id, message, get.CmdID, null, null, null, [new Item { Source = new Location("./Big"), Data = ItemData.FromText(text), MoreData = more }]);
        var statuses = client.SendPart(id => new Status(id, message, get.CmdID, "Get", 200), id => Chunk(id, "first ", true));
        Assert.AreEqual(213, statuses.Single(status => status.Cmd == "Results").Data);
        Assert.AreEqual(AlertCode.NextMessage, client.LastMessage.Commands.OfType<Alert>().Single().Code);
        client.Send(id => Chunk(id, "second", false));
        Assert.AreEqual("first second", world.A.Ticket(ticket)!.Results[0][0].Items.Single().Data);
    }

    [TestMethod]
    public void MaxMsgSize_is_announced_and_RespURI_sent_if_configured_PRO_023_PRO_027()
    {
        using var world = new TwoServers(options => options with { MaxMsgSize = 4096 });
        world.A.SetControls(new TestControls { RespUri = "http://elsewhere.example/dm" });
        var client = new RawClient(world.A);
        client.Send(RawClient.Initiate);
        Assert.AreEqual(4096, client.LastMessage!.Header.Meta!.MaxMsgSize);
        Assert.AreEqual("http://elsewhere.example/dm", client.LastMessage.Header.RespURI);
    }

    [TestMethod]
    public void Misbehaviour_on_demand_reaches_the_device()
    {
        using var world = World();
        var client = new RawClient(world.A);
        DmReply With(TestControls controls)
        {
            world.A.SetControls(controls);
            return client.Exchange(final: true, RawClient.Initiate);
        }

        Assert.AreEqual(503, With(new TestControls { HttpStatus = 503 }).Status);
        Assert.AreEqual("https://elsewhere.example/", With(new TestControls { Redirect = "https://elsewhere.example/" }).Location);
        Assert.ThrowsExactly<MessageFormatException>(() => SyncMLXml.Read(With(new TestControls { MalformedBody = true }).Body, MessageLimits.Default));
        Assert.Contains("syncml:auth-basic", Encoding.UTF8.GetString(With(new TestControls { ChallengeType = "syncml:auth-basic" }).Body));
        var unknown = Encoding.UTF8.GetString(With(new TestControls { UnknownDevice = true }).Body);
        Assert.Contains("<Data>401</Data>", unknown);
        Assert.DoesNotContain("<Chal>", unknown);
        Assert.AreEqual(400, world.A.Handle(new DmRequest("<SyncML"u8.ToArray())).Status);
        Assert.AreEqual(415, world.A.Handle(new DmRequest(new byte[] { 3 }, ContentType: "application/vnd.syncml.dm+wbxml")).Status);
    }

    [TestMethod]
    [DataRow("""{"put":"./x"}""")]
    [DataRow("""[{"get":"./x","delete":"./y"}]""")]
    [DataRow("""["get"]""")]
    [DataRow("""[{"atomic":[{"atomic":[{"atomic":[{"atomic":[{"atomic":[{"atomic":[{"atomic":[{"atomic":[{"atomic":[]}]}]}]}]}]}]}]}]}]""")]
    public void Commands_that_cannot_be_read_are_refused_when_they_are_given(string json)
    {
        using var world = World();
        Assert.ThrowsExactly<JsonException>(() => world.A.Queue(TwoServers.DeviceId, json));
    }

    [TestMethod]
    public void Every_command_of_the_JSON_form_reaches_the_wire_with_its_data_and_meta()
    {
        using var world = World();
        world.A.Queue(TwoServers.DeviceId, """
            [{"atomic":[{"add":{"uri":"./a","data":"<1>","format":"chr","type":"text/plain"}},{"replace":{"uri":"./b","dataBase64":"AAE="}},{"delete":"./c"}]},
             {"sequence":[{"copy":{"source":"./d","target":"./e"}}]},{"exec":{"uri":"./f","data":"x","correlator":"c1"}}]
            """);
        var client = new RawClient(world.A);
        client.Send(RawClient.Initiate);
        var commands = client.LastMessage!.Commands.Where(command => command is not Status).ToList();
        var atomic = (Atomic)commands[0];
        Assert.AreEqual("<1>", ((Add)atomic.Commands[0]).Items[0].Data!.AsText());
        Assert.AreEqual("text/plain", ((Add)atomic.Commands[0]).Items[0].Meta!.Type);
        Assert.AreEqual("b64", ((Replace)atomic.Commands[1]).Items[0].Meta!.Format);
        Assert.AreEqual("./c", ((Delete)atomic.Commands[2]).Items[0].Target!.LocURI);
        var copy = (Copy)((Sequence)commands[1]).Commands[0];
        Assert.AreEqual("./d", copy.Items[0].Source!.LocURI);
        Assert.AreEqual("./e", copy.Items[0].Target!.LocURI);
        Assert.AreEqual("c1", ((Exec)commands[2]).Correlator);
    }

    private static TwoServers World(string type = "HMAC")
    {
        var world = new TwoServers();
        world.Device.AddAccount("a.example", "client secret of A", "server secret of A", type);
        world.A.AddDevice(DeviceAccounts.Make(TwoServers.DeviceId, "client-" + TwoServers.DeviceId, "client secret of A", "a.example", "server secret of A", type));
        return world;
    }

    private static Command GenericAlert(string id) => new Alert(id, "1226", null, [new Item
    {
        Meta = new MetaInfo { Format = "xml", Type = "Reversed-Domain-Name: org.example.dmagent.delegation/End" },
        Data = ItemData.FromText(AlertXml),
    }]);

    /// <summary>Sends messages made by hand, with good MACs.</summary>
    private sealed class RawClient(DmServer server)
    {
        private byte[] _nonce = [];
        private int _msgId;
        private string? _mustAnswer;

        public bool LeaveOutMac { get; init; }

        public DmRequest? LastRequest { get; private set; }

        public DmReply? LastReply { get; private set; }

        public SyncMLMessage? LastMessage { get; private set; }

        public static Command Initiate(string id) => new Alert(id, AlertCode.ClientInitiatedMgmt);

        public List<Status> Send(params Func<string, Command>[] commands) => Receive(Exchange(final: true, commands));

        public List<Status> SendPart(params Func<string, Command>[] commands) => Receive(Exchange(final: false, commands));

        public DmReply Exchange(bool final, params Func<string, Command>[] commands)
        {
            var inner = new byte[OmaDigest.InnerLength];
            OmaDigest.UserPassword(Encoding.UTF8.GetBytes("client-" + TwoServers.DeviceId), "client secret of A"u8, inner);
            var header = new SyncHdr
            {
                SessionID = "7",
                MsgID = ++_msgId,
                Target = new Location("https://a.example/dm"),
                Source = new Location(TwoServers.DeviceId, "client-" + TwoServers.DeviceId),
            };
            var list = commands.Select((make, index) => make((index + 1).ToString())).ToList();
            if (_mustAnswer is { } message)
                list.Insert(0, new Status("99", message, "0", "SyncHdr", 200));
            var body = SyncMLXml.Write(new SyncMLMessage(header, [.. list], final));
            LastRequest = new DmRequest(body, LeaveOutMac ? null : new HmacHeader("client-" + TwoServers.DeviceId, OmaDigest.Mac(inner, _nonce, body)).Format());
            return LastReply = server.Handle(LastRequest);
        }

        private List<Status> Receive(DmReply reply)
        {
            LastMessage = SyncMLXml.Read(reply.Body, MessageLimits.Default);
            _mustAnswer = LastMessage.Header.MsgID.ToString();
            var statuses = LastMessage.Commands.OfType<Status>().ToList();
            if (statuses[0].Chal?.Meta.NextNonce is { } nonce)
                _nonce = Convert.FromBase64String(nonce);
            return statuses;
        }
    }
}
