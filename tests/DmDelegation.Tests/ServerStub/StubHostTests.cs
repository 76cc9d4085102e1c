using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.Tests.ServerStub;

/// <summary>The servers behind real HTTPS on free loopback ports.</summary>
[TestClass]
public sealed class StubHostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task Without_a_client_certificate_or_with_a_foreign_one_the_connection_is_closed_S_243_DEL_351()
    {
        await using var world = await World.StartAsync();
        using var foreign = new CertificateAuthority("foreign", DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var stranger = foreign.IssueServer("a.example");
        foreach (var certificate in new[] { null, stranger })
        {
            using var client = world.Client(certificate);
            await Assert.ThrowsExactlyAsync<HttpRequestException>(() => client.PostAsync(world.MessagesOf("b.example"), new StringContent("{}"), TestContext.CancellationToken));
        }
    }

    [TestMethod]
    public async Task A_sender_that_does_not_match_its_certificate_gets_403_S_243_DEL_350_DEL_352()
    {
        await using var world = await World.StartAsync();
        using var client = world.Client(world.Certificates["a.example"]);
        async Task<HttpStatusCode> Post(string from, string to)
        {
            var envelope = $$$"""{"v":1,"type":"StatusQuery","sid":"1","mid":"{{{from}}}{{{to}}}","n":1,"from":"{{{from}}}","to":"{{{to}}}","device":"dev-42","ts":"2030-01-01T00:00:00Z","body":{ } }""";
            using var response = await client.PostAsync(world.MessagesOf("b.example"), new StringContent(envelope, Encoding.UTF8, "application/json"), TestContext.CancellationToken);
            return response.StatusCode;
        }

        Assert.AreEqual(HttpStatusCode.Forbidden, await Post("d.example", "b.example"));
        Assert.AreEqual(HttpStatusCode.Forbidden, await Post("a.example", "d.example"));
        Assert.AreEqual(HttpStatusCode.NotFound, await Post("a.example", "b.example"), "right sender, unknown sid (DEL-355)");
    }

    [TestMethod]
    [DataRow("""{"dropp":[]}""")]
    [DataRow("""{"crashIn":"Sleeping"}""")]
    [DataRow("""{"wrongTermsIn":4}""")]
    [DataRow("""{"drop":[{"type":"DelegationResults"}]}""")]
    [DataRow("""{"repeat":[{"type":"answer:DelegationResult"}]}""")]
    [DataRow("""{"delay":[{"type":"DelegationResult","seconds":-1}]}""")]
    [DataRow("""{"delay":[{"type":"DelegationResult","count":-2}]}""")]
    public async Task A_misspelt_control_is_refused_with_what_is_allowed_DEL_380(string controls)
    {
        await using var world = await World.StartAsync();
        using var admin = new HttpClient { BaseAddress = new Uri(world.Host.AdminAddress) };
        using var refused = await admin.PostAsync("/servers/a.example/controls", new StringContent(controls), TestContext.CancellationToken);
        Assert.AreEqual(HttpStatusCode.BadRequest, refused.StatusCode);
        using var accepted = await admin.PostAsync(
            "/servers/a.example/controls", new StringContent("""{"drop":[{"type":"answer:MutualAuthentication3","count":-1}],"crashIn":"Handed"}"""), TestContext.CancellationToken);
        Assert.AreEqual(HttpStatusCode.NoContent, accepted.StatusCode);
    }

    [TestMethod]
    public async Task The_servers_agree_over_mutual_TLS_and_the_admin_endpoint_shows_it_without_a_secret_S_240()
    {
        await using var world = await World.StartAsync();
        using var admin = new HttpClient { BaseAddress = new Uri(world.Host.AdminAddress) };
        using var begun = await admin.PostAsync("/servers/a.example/delegate", new StringContent("""
            {"role":"delegating","peer":"b.example","device":"dev-42","terms":{"scopeType":"partial","scope":[{"uri":"./SCM","rights":"Get+Replace"}],
             "durationType":"until-revoked","confirmMode":"auth","window":3600}}
            """), TestContext.CancellationToken);
        Assert.AreEqual(HttpStatusCode.OK, begun.StatusCode, await begun.Content.ReadAsStringAsync(TestContext.CancellationToken));
        var sid = (await begun.Content.ReadFromJsonAsync<JsonElement>(TestContext.CancellationToken)).GetProperty("sid").GetString();
        var seen = 0L;
        var deadline = DateTime.UtcNow + Patience;
        JsonElement started = default;
        while (started.ValueKind == JsonValueKind.Undefined && DateTime.UtcNow < deadline)
        {
            var events = await admin.GetFromJsonAsync<JsonElement>($"/events?after={seen}&wait=5", TestContext.CancellationToken);
            foreach (var entry in events.EnumerateArray())
            {
                seen = entry.GetProperty("n").GetInt64();
                if (entry.GetProperty("event").GetString() == "state" && entry.GetProperty("state").GetString() == "Started")
                    started = entry;
            }
        }

        Assert.AreEqual("a.example", started.GetProperty("server").GetString());
        Assert.AreEqual(sid, started.GetProperty("sid").GetString());
        var view = await admin.GetStringAsync("/servers/b.example", TestContext.CancellationToken);
        Assert.Contains("\"state\":\"Waiting\"", view);
        Assert.DoesNotContain("ecret", view);
    }

    [TestMethod]
    public async Task Commands_are_queued_and_unknown_ones_refused_through_the_admin_endpoint()
    {
        await using var world = await World.StartAsync();
        using var admin = new HttpClient { BaseAddress = new Uri(world.Host.AdminAddress) };
        using var good = await admin.PostAsync("/servers/a.example/devices/dev-42/commands", new StringContent("""[{"get":"./DevInfo/Man"}]"""), TestContext.CancellationToken);
        Assert.AreEqual("""{"ticket":1}""", await good.Content.ReadAsStringAsync(TestContext.CancellationToken));
        Assert.Contains("\"done\":false", await admin.GetStringAsync("/servers/a.example/tickets/1", TestContext.CancellationToken));
        using var bad = await admin.PostAsync("/servers/a.example/devices/dev-42/commands", new StringContent("""[{"put":"./DevInfo/Man"}]"""), TestContext.CancellationToken);
        Assert.AreEqual(HttpStatusCode.BadRequest, bad.StatusCode);
        using var unknown = await admin.GetAsync("/servers/x.example", TestContext.CancellationToken);
        Assert.AreEqual(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [TestMethod]
    public async Task The_DM_endpoint_answers_a_device_it_does_not_know_with_401_and_other_paths_with_404()
    {
        await using var world = await World.StartAsync();
        using var client = world.Client(null);
        using var body = new StringContent("""
            <SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>1</MsgID>
            <Target><LocURI>x</LocURI></Target><Source><LocURI>stranger</LocURI></Source></SyncHdr><SyncBody><Alert><CmdID>1</CmdID><Data>1201</Data></Alert><Final/></SyncBody></SyncML>
            """, Encoding.UTF8, "application/vnd.syncml.dm+xml");
        using var answer = await client.PostAsync(world.Host.DmAddress("a.example"), body, TestContext.CancellationToken);
        Assert.Contains("<Data>401</Data>", await answer.Content.ReadAsStringAsync(TestContext.CancellationToken));
        using var elsewhere = await client.PostAsync(world.Host.DmAddress("a.example") + "x", new StringContent(""), TestContext.CancellationToken);
        Assert.AreEqual(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    [TestMethod]
    public void A_configuration_fault_names_file_key_value_and_what_is_allowed()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """{"admin":"https://0.0.0.0:1","servers":[{"serverId":"a.example"}]}""");
        var fault = Assert.ThrowsExactly<ConfigurationException>(() => StubConfiguration.Load(file));
        Assert.AreEqual($"{file}: admin: \"https://0.0.0.0:1\" is not allowed; allowed: an absolute http URI on loopback", fault.Message);
        File.Delete(file);
    }

    private sealed class World : IAsyncDisposable
    {
        private readonly CertificateAuthority _authority = new("test", DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        private readonly string _folder = Directory.CreateTempSubdirectory("dmstub-test").FullName;

        public Dictionary<string, X509Certificate2> Certificates { get; } = [];

        public StubHost Host { get; private set; } = null!;

        public Uri MessagesOf(string server) => new(Host.S2sAddress(server) + "/delegation/v1/messages");

        public static async Task<World> StartAsync()
        {
            var world = new World();
            var servers = new[] { "a.example", "b.example" }.Select(world.Configure).ToList();
            world.Host = await StubHost.StartAsync(new StubConfiguration { Servers = servers });
            foreach (var (one, other) in new[] { ("a.example", "b.example"), ("b.example", "a.example") })
                world.Host.Server(one).Peers.Set(other, new PeerConfiguration { Address = world.Host.S2sAddress(other)! });
            return world;
        }

        public HttpClient Client(X509Certificate2? certificate)
        {
            var handler = new SocketsHttpHandler { UseProxy = false };
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { _authority.Certificate },
                RevocationMode = X509RevocationMode.NoCheck,
            };
            if (certificate is not null)
                handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
            return new HttpClient(handler);
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            _authority.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        private ServerConfiguration Configure(string serverId)
        {
            var certificate = Certificates[serverId] = _authority.IssueServer(serverId);
            var (certificateFile, keyFile) = CertificateAuthority.WritePem(_folder, serverId, certificate);
            var anchors = Path.Combine(_folder, "anchors.pem");
            File.WriteAllText(anchors, _authority.Certificate.ExportCertificatePem());
            var other = serverId == "a.example" ? "b.example" : "a.example";
            return new ServerConfiguration
            {
                ServerId = serverId,
                StateFile = Path.Combine(_folder, serverId + ".json"),
                Dm = new DmConfiguration { CertificateFile = certificateFile, KeyFile = keyFile },
                S2s = new S2sConfiguration { AnchorsFile = anchors, Peers = new Dictionary<string, PeerConfiguration> { [other] = new() } },
            };
        }
    }
}
