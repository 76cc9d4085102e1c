using System.Text;
using DmDelegation.Engine;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Cms;
using DmDelegation.Platform.Http;

namespace DmDelegation.Tests.Platform;

[TestClass]
public sealed class TransportTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public TestContext TestContext { get; set; } = null!;

    private static SendMessage Message(Uri uri, byte[]? pins = null, string body = "<SyncML/>", string? hmac = null, bool fresh = false, string? guestOf = null) =>
        new("a.example", 1, uri, pins ?? [], Encoding.UTF8.GetBytes(body), hmac, fresh, guestOf);

    private static Transport New(TestPki pki, DateTimeOffset? time = null, TransportOptions? options = null, TimeProvider? clock = null) =>
        new((options ?? new TransportOptions()) with { TrustAnchors = pki.Anchors }, () => time ?? Now, clock);

    private Task<ExchangeResult> ExchangeAsync(Transport transport, SendMessage message) =>
        transport.ExchangeAsync(message, TestContext.CancellationToken);

    [TestMethod]
    public async Task A_message_is_posted_and_the_answer_read_HTTP_001_HTTP_002_HTTP_004_HTTP_005()
    {
        using var pki = new TestPki();
        await using var server = new TestHttpServer(pki.Issue("localhost"), _ => TestHttpServer.Ok("<answer/>", "X-SyncML-Hmac: algorithm=MD5, username=\"a\", mac=x\r\n"));
        using var transport = New(pki);
        var result = await ExchangeAsync(transport, Message(server.Address(), hmac: "the mac"));

        Assert.IsNull(result.Error);
        Assert.AreEqual("<answer/>", Encoding.ASCII.GetString(result.Body!.Octets.Span));
        Assert.AreEqual("algorithm=MD5, username=\"a\", mac=x", result.HmacHeader);
        Assert.AreEqual(new TransportFacts(Tls: true, ServerVerified: true, ClientCertificate: false), result.Transport with { PeerPin = default });

        var request = server.Requests.Single();
        Assert.AreEqual("POST /dm HTTP/1.1", request.Line);
        Assert.AreEqual("application/vnd.syncml.dm+xml", request.Headers["Content-Type"]);
        Assert.AreEqual("application/vnd.syncml.dm+wbxml, application/vnd.syncml.dm+xml", request.Headers["Accept"]);
        Assert.AreEqual("utf-8", request.Headers["Accept-Charset"]);
        Assert.AreEqual("no-store", request.Headers["Cache-Control"]);
        Assert.AreEqual("dmagent", request.Headers["User-Agent"]);
        Assert.AreEqual("the mac", request.Headers["x-syncml-hmac"]);
        Assert.AreEqual($"localhost:{server.Port}", request.Headers["Host"]);
        Assert.AreEqual("<SyncML/>", Encoding.ASCII.GetString(request.Body));

        var body = result.Body.Octets;
        result.Body.Dispose();
        Assert.IsFalse(body.Span.ContainsAnyExcept((byte)0), "the buffer is overwritten (DEL-188)");
    }

    [TestMethod]
    public async Task The_coding_shows_in_the_first_octet_HTTP_003()
    {
        using var pki = new TestPki();
        await using var server = new TestHttpServer(pki.Issue("localhost"), _ => TestHttpServer.Ok("x"));
        using var transport = New(pki);
        await ExchangeAsync(transport, Message(server.Address(), body: "\u0002\0\0"));
        Assert.AreEqual("application/vnd.syncml.dm+wbxml", server.Requests.Single().Headers["Content-Type"]);
    }

    [TestMethod]
    public async Task A_connection_and_its_cookies_last_as_long_as_the_session_and_a_fresh_one_is_made_on_request_HTTP_011_DEL_188()
    {
        using var pki = new TestPki();
        await using var server = new TestHttpServer(pki.Issue("localhost"), _ => TestHttpServer.Ok("x", "Set-Cookie: s=1; Path=/; Secure\r\n"));
        using var transport = New(pki);
        await ExchangeAsync(transport, Message(server.Address()));
        await ExchangeAsync(transport, Message(server.Address()));
        await ExchangeAsync(transport, Message(server.Address(), fresh: true));
        transport.EndSession("a.example", 1);
        await ExchangeAsync(transport, Message(server.Address()));

        CollectionAssert.AreEqual(new[] { 1, 1, 2, 3 }, server.Requests.Select(request => request.Connection).ToArray());
        CollectionAssert.AreEqual(
            new[] { false, true, true, false }, server.Requests.Select(request => request.Headers.ContainsKey("Cookie")).ToArray());
    }

    [TestMethod]
    public async Task A_pin_decides_without_chain_and_host_name_and_a_wrong_pin_refuses_in_spite_of_them_DEL_093()
    {
        using var pki = new TestPki();
        using var foreign = new TestPki();
        using var stranger = foreign.Issue("elsewhere.example");
        await using var pinned = new TestHttpServer(stranger, _ => TestHttpServer.Ok("x"));
        await using var chained = new TestHttpServer(pki.Issue("localhost"), _ => TestHttpServer.Ok("x"));
        using var transport = New(pki);
        byte[] pins = [.. new byte[32], .. Certificates.PinOf(stranger)];

        var good = await ExchangeAsync(transport, Message(pinned.Address(), pins));
        Assert.IsNull(good.Error);
        Assert.IsTrue(good.Transport.ServerVerified);
        Assert.IsTrue(good.Transport.PeerPin.Span.SequenceEqual(Certificates.PinOf(stranger)), "what the server showed, for DEL-342");
        Assert.AreEqual("tls-pin", (await ExchangeAsync(transport, Message(chained.Address(), pins))).Error);
        Assert.AreEqual("tls-pin", (await ExchangeAsync(transport, Message(pinned.Address(), new byte[32]))).Error);
        Assert.AreEqual("tls", (await ExchangeAsync(transport, Message(pinned.Address()))).Error, "pins of an earlier message do not last");
        Assert.AreEqual(1, pinned.Requests.Count);
        Assert.IsEmpty(chained.Requests);
    }

    [TestMethod]
    public async Task Without_pins_the_anchor_and_the_host_name_must_hold_SEC_095()
    {
        using var pki = new TestPki();
        using var foreign = new TestPki();
        await using var wrongHost = new TestHttpServer(pki.Issue("elsewhere.example"), _ => TestHttpServer.Ok("x"));
        await using var wrongAnchor = new TestHttpServer(foreign.Issue("localhost"), _ => TestHttpServer.Ok("x"));
        await using var byAddress = new TestHttpServer(pki.Issue("localhost"), _ => TestHttpServer.Ok("x"));
        using var transport = New(pki);
        Assert.AreEqual("tls", (await ExchangeAsync(transport, Message(wrongHost.Address()))).Error);
        Assert.AreEqual("tls", (await ExchangeAsync(transport, Message(wrongAnchor.Address()))).Error);
        Assert.IsNull((await ExchangeAsync(transport, Message(byAddress.Address("127.0.0.1")))).Error);
        Assert.IsEmpty(wrongHost.Requests);
        Assert.IsEmpty(wrongAnchor.Requests);
    }

    [TestMethod]
    [DataRow("2024-06-01", "tls")]
    [DataRow("2030-06-01", null)]
    [DataRow("2056-06-01", "tls")]
    public async Task Certificates_are_checked_at_the_time_given_SEC_095(string time, string? error)
    {
        using var pki = new TestPki();
        await using var server = new TestHttpServer(pki.Issue("localhost"), _ => TestHttpServer.Ok("x"));
        using var transport = New(pki, DateTimeOffset.Parse(time + "T00:00:00Z"));
        Assert.AreEqual(error, (await ExchangeAsync(transport, Message(server.Address()))).Error);
    }

    [TestMethod]
    public async Task An_expired_server_certificate_is_refused_SEC_095()
    {
        using var pki = new TestPki();
        await using var server = new TestHttpServer(pki.Issue("localhost", notAfter: TestPki.Start.AddDays(1)), _ => TestHttpServer.Ok("x"));
        using var transport = New(pki);
        Assert.AreEqual("tls", (await ExchangeAsync(transport, Message(server.Address()))).Error);
    }

    [TestMethod]
    public void The_time_of_certificates_is_wall_time_only_while_trusted_SEC_095()
    {
        var wall = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var reading = new ClockReading(wall, false, 5000, "b");
        var clock = new EffectiveClock(Now, 4000, "b", ClockTrust.Unknown, false);
        Assert.AreEqual(Now.AddSeconds(1), CertificateTime.Of(clock, reading, TestPki.Start));
        Assert.AreEqual(Now.AddYears(1), CertificateTime.Of(clock, reading, Now.AddYears(1)));
        Assert.AreEqual(wall, CertificateTime.Of(clock with { Trust = ClockTrust.Trusted }, reading, TestPki.Start));
    }

    [TestMethod]
    [DataRow(true, true)]
    [DataRow(false, false)]
    public async Task The_client_certificate_is_shown_to_a_server_that_asks_and_that_is_reported_DEL_104(bool asked, bool shown)
    {
        using var pki = new TestPki();
        using var device = pki.Issue("dev-42");
        await using var server = new TestHttpServer(pki.Issue("localhost"), _ => TestHttpServer.Ok("x"), askForCertificate: asked);
        using var transport = New(pki, options: new TransportOptions { ClientCertificate = device });
        var result = await ExchangeAsync(transport, Message(server.Address()));
        Assert.IsNull(result.Error);
        Assert.AreEqual(shown, result.Transport.ClientCertificate);
        Assert.AreEqual(shown, server.Requests.Single().ClientCertificate is not null);
    }

    [TestMethod]
    [DataRow(301)]
    [DataRow(302)]
    [DataRow(307)]
    [DataRow(308)]
    public async Task A_redirect_on_the_same_host_is_followed_with_the_body_HTTP_010(int status)
    {
        using var pki = new TestPki();
        await using var server = new TestHttpServer(pki.Issue("localhost"), request => request.Line.Contains("/dm ", StringComparison.Ordinal)
            ? TestHttpServer.Status(status, "Location: /other\r\n")
            : TestHttpServer.Ok("x"));
        using var transport = New(pki);
        var result = await ExchangeAsync(transport, Message(server.Address(), guestOf: "localhost"));
        Assert.IsNull(result.Error);
        Assert.AreEqual("POST /other HTTP/1.1", server.Requests.Last().Line);
        Assert.AreEqual("<SyncML/>", Encoding.ASCII.GetString(server.Requests.Last().Body));
    }

    [TestMethod]
    [DataRow(307, "https://127.0.0.1:1/dm", "another host")]
    [DataRow(307, "http://localhost:1/dm", "from https to http")]
    [DataRow(303, "/dm", "would lose the body")]
    [DataRow(307, "https://user@localhost/dm", "user information")]
    [DataRow(307, "ftp://localhost/dm", "another scheme")]
    [DataRow(307, null, "no address")]
    [DataRow(307, "//[", "no URI")]
    [DataRow(307, "/dm", "for ever")]
    public async Task Other_redirects_end_the_exchange_HTTP_010_DEL_336_S_208(int status, string? location, string why)
    {
        using var pki = new TestPki();
        await using var server = new TestHttpServer(
            pki.Issue("localhost"), _ => TestHttpServer.Status(status, location is null ? "" : $"Location: {location}\r\n"));
        using var transport = New(pki);
        Assert.AreEqual("redirect", (await ExchangeAsync(transport, Message(server.Address()))).Error, why);
        Assert.AreEqual("redirect", (await ExchangeAsync(transport, Message(server.Address(), guestOf: "localhost"))).Error, why);
        Assert.IsTrue(server.Requests.Count is 2 or 12);
    }

    [TestMethod]
    public async Task A_redirect_of_a_guest_is_bound_to_the_host_of_its_account_DEL_336()
    {
        using var pki = new TestPki();
        await using var server = new TestHttpServer(pki.Issue("localhost"), _ => TestHttpServer.Status(307, "Location: /other\r\n"));
        using var transport = New(pki);
        Assert.AreEqual("redirect", (await ExchangeAsync(transport, Message(server.Address(), guestOf: "b.example"))).Error);
        Assert.AreEqual(1, server.Requests.Count);
    }

    [TestMethod]
    [DataRow("Content-Length: 81921", "", "announced")]
    [DataRow("Connection: close", "x", "not announced")]
    public async Task A_larger_entity_is_cut_off_HTTP_013(string header, string fill, string what)
    {
        using var pki = new TestPki();
        var body = new string('x', fill.Length * 100_000);
        await using var server = new TestHttpServer(
            pki.Issue("localhost"), _ => $"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.syncml.dm+xml\r\n{header}\r\n\r\n{body}");
        using var transport = New(pki);
        Assert.AreEqual("too-large", (await ExchangeAsync(transport, Message(server.Address()))).Error, what);
    }

    [TestMethod]
    [DataRow(65_536)]
    [DataRow(81_920)]
    [DataRow(1)]
    public async Task An_entity_up_to_the_limit_is_taken_with_and_without_a_length_HTTP_006_HTTP_013(int length)
    {
        using var pki = new TestPki();
        var body = new string('x', length);
        await using var server = new TestHttpServer(pki.Issue("localhost"), request => request.Connection == 1
            ? TestHttpServer.Ok(body)
            : $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n");
        using var transport = New(pki);
        Assert.AreEqual(length, (await ExchangeAsync(transport, Message(server.Address()))).Body!.Octets.Length);
        Assert.AreEqual(length, (await ExchangeAsync(transport, Message(server.Address(), fresh: true))).Body!.Octets.Length);
    }

    [TestMethod]
    [DataRow("HTTP/1.1 503 X\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", "http-503", 120)]
    [DataRow("HTTP/1.1 503 X\r\nRetry-After: 99999999\r\nContent-Length: 0\r\n\r\n", "http-503", 86_400)]
    [DataRow("HTTP/1.1 503 X\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", "http-503", 0)]
    [DataRow("HTTP/1.1 429 X\r\nDate: Tue, 01 Jan 2030 00:00:00 GMT\r\nRetry-After: Tue, 01 Jan 2030 00:01:00 GMT\r\nContent-Length: 0\r\n\r\n", "http-429", 60)]
    [DataRow("HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n", "http-401", 0)]
    [DataRow("HTTP/1.1 204 X\r\n\r\n", "http-204", 0)]
    [DataRow("HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n", "empty", 0)]
    [DataRow("HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\nx", "content-type", 0)]
    [DataRow("nonsense\r\n\r\n", "connect", 0)]
    [DataRow("HTTP/1.1 200 X\r\nContent-Length: 5\r\nConnection: close\r\n\r\n", "timeout", 0)]
    public async Task Anything_but_200_with_a_message_is_a_failure_with_a_stable_code_HTTP_008(string answer, string code, int retryAfter)
    {
        using var pki = new TestPki();
        await using var server = new TestHttpServer(pki.Issue("localhost"), _ => answer);
        var clock = new ManualTime();
        using var transport = New(pki, clock: clock);
        var exchange = ExchangeAsync(transport, Message(server.Address()));
        if (code == "timeout")
            clock.FireAll();
        var result = await exchange;
        Assert.AreEqual(code, result.Error);
        Assert.AreEqual(retryAfter, result.RetryAfterSeconds);
        Assert.AreEqual(new ExchangeFailed("a.example", 1, code, retryAfter), result.ToEvent(Message(server.Address())));
    }

    [TestMethod]
    public async Task A_silent_server_is_given_up_after_the_timeout_and_cancellation_is_the_callers()
    {
        using var pki = new TestPki();
        await using var server = new TestHttpServer(pki.Issue("localhost"), _ => null);
        var clock = new ManualTime();
        using var transport = New(pki, clock: clock);
        var exchange = ExchangeAsync(transport, Message(server.Address()));
        clock.FireAll();
        Assert.AreEqual("timeout", (await exchange).Error);

        using var cancel = new CancellationTokenSource();
        var second = transport.ExchangeAsync(Message(server.Address()), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => second);
    }

    [TestMethod]
    public async Task Nobody_there_is_connect_and_clear_http_needs_permission_SEC_091()
    {
        using var pki = new TestPki();
        await using var clear = new TestHttpServer(null, _ => TestHttpServer.Ok("x"));
        using var strict = New(pki);
        Assert.AreEqual("clear-http", (await ExchangeAsync(strict, Message(clear.Address()))).Error);
        using var lax = New(pki, options: new TransportOptions { AllowClearHttp = true });
        var result = await ExchangeAsync(lax, Message(clear.Address()));
        Assert.IsNull(result.Error);
        Assert.AreEqual(default, result.Transport);

        var gone = new TestHttpServer(pki.Issue("localhost"), _ => null);
        var address = gone.Address();
        await gone.DisposeAsync();
        Assert.AreEqual("connect", (await ExchangeAsync(strict, Message(address))).Error);
    }
}
