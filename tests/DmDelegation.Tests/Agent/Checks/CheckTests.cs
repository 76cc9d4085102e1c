using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using DmDelegation.Agent.Checks;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine.Time;
using DmDelegation.Platform;
using DmDelegation.Platform.Cms;
using DmDelegation.Tests.Platform;

namespace DmDelegation.Tests.Agent.Checks;

/// <summary>The checks, each with what it finds right and wrong.</summary>
[TestClass]
public sealed class CheckTests
{
    private static readonly ClockReading Now = Samples.Now;

    private static readonly string[] Statuses = [CheckResult.Ok, CheckResult.Warning, CheckResult.Error, CheckResult.Skipped];

    [TestMethod]
    public async Task Every_finding_has_its_identifier_and_a_remedy_if_something_is_to_be_done()
    {
        using var folder = new AgentFolder();
        var report = await CheckTable.RunAsync(CheckTable.All, Context(folder), default);
        foreach (var result in report.Results)
        {
            StringAssert.StartsWith(result.Id, $"check-{result.Check}-", StringComparison.Ordinal);
            Assert.Contains(result.Status, Statuses, result.Id);
            Assert.IsTrue(result.Status is CheckResult.Ok or CheckResult.Skipped || result.Remedy.Length > 0, result.Id);
        }

        CollectionAssert.AreEqual(CheckTable.All.Select(check => check.Name).ToArray(), report.Results.Select(result => result.Check).Distinct().ToArray());
    }

    [TestMethod]
    [DataRow(true, 0, "trusted followed")]
    [DataRow(false, 0, "untrusted followed")]
    [DataRow(true, 100, "trusted offset")]
    [DataRow(true, -100, "trusted offset")]
    public async Task The_clock_is_trusted_and_followed_or_not(bool trusted, int ahead, string reasons)
    {
        using var folder = new AgentFolder();
        using var samples = new Samples();
        var status = StatusQuery.Report(samples.Context()) with { Clock = new ClockReport("trusted", StatusQuery.TimeText(Now.Wall.AddSeconds(ahead))) };
        Assert.AreEqual(reasons, await ReasonsAsync("clock", Context(folder) with { Clock = Now with { WallTrusted = trusted }, Status = status }));
    }

    [TestMethod]
    public async Task A_clock_before_the_build_is_wrong_whoever_vouches_for_it()
    {
        using var folder = new AgentFolder();
        Assert.AreEqual("past agent", await ReasonsAsync("clock", Context(folder) with { Clock = Now with { Wall = DateTimeOffset.UnixEpoch } }));
    }

    [TestMethod]
    [DataRow(null, "none")]
    [DataRow("", "corrupt size")]
    [DataRow("SQLite format 3 it is not", "corrupt size")]
    public async Task A_store_that_is_not_there_or_damaged_is_told(string? content, string reasons)
    {
        using var folder = new AgentFolder();
        Directory.CreateDirectory(folder.State);
        if (content is not null)
            File.WriteAllText(folder.Store, content.Length > 0 ? content : new string('x', 4096));
        Assert.AreEqual(reasons, await ReasonsAsync("store", Context(folder)));
    }

    [TestMethod]
    public async Task A_store_that_is_whole_is_told_with_its_format_and_while_the_agent_runs_it_is_left_alone()
    {
        using var folder = new AgentFolder();
        using (var store = DmDelegation.Platform.Store.AgentStore.Open(folder.State))
            _ = store.Load();
        Assert.AreEqual("whole size", await ReasonsAsync("store", Context(folder)));
        using var samples = new Samples();
        Assert.AreEqual("open size", await ReasonsAsync("store", Context(folder) with { Status = StatusQuery.Report(samples.Context()) with { Pid = 1 } }));
    }

    [TestMethod]
    [DataRow(-400, -1, "expired key")]
    [DataRow(1, 400, "not-yet key")]
    [DataRow(-1, 12, "expiring key")]
    [DataRow(-1, 400, "valid key")]
    public async Task The_life_of_a_certificate_is_told(int from, int to, string reasons)
    {
        using var pki = new TestPki();
        using var certificate = pki.Issue("device", Now.Wall.AddDays(from), Now.Wall.AddDays(to).AddHours(1));
        using var folder = WithClientCertificate(certificate, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Assert.AreEqual(reasons, await ReasonsAsync("certificates", Context(folder)));
    }

    [TestMethod]
    public async Task A_key_that_does_not_fit_and_anchors_that_are_none_are_errors()
    {
        using var pki = new TestPki();
        using var certificate = pki.Issue("device");
        using var other = pki.Issue("device");
        using var folder = WithClientCertificate(certificate, other.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Assert.AreEqual("valid unusable", await ReasonsAsync("certificates", Context(folder)));
        using var none = new AgentFolder(more: """ "tls": { "trustAnchorsFile": "client" }, """);
        Assert.AreEqual("unusable", await ReasonsAsync("certificates", Context(none)));
    }

    [TestMethod]
    public async Task A_server_is_reached_by_anchor_or_pin_or_it_is_told_how_far_one_comes()
    {
        using var pki = new TestPki();
        using var certificate = pki.Issue("localhost", notAfter: Now.Wall.AddDays(10));
        await using var server = new TestHttpServer(certificate, _ => TestHttpServer.Ok("x"));
        using var folder = new AgentFolder(more: """ "tls": { "trustAnchorsFile": "anchors.pem" }, """);
        folder.Write("anchors.pem", pki.Authority.ExportCertificatePem());
        var pin = Convert.ToBase64String(Certificates.PinOf(certificate));
        foreach (var (address, pins, reason) in new (string Address, ImmutableArray<string> Pins, string Reason)[]
        {
            ($"https://localhost:{server.Port}/dm", [], "expiring"),
            ($"https://localhost:{server.Port}/dm", [pin], "reached"),
            ($"https://localhost:{server.Port}/dm", [Convert.ToBase64String(new byte[32])], "pin"),
            ($"https://127.0.0.2:{server.Port}/dm", [], "connect"),
            ("https://127.0.0.1:9/dm", [], "connect"),
            ("nonsense", [], "name"),
        })
            Assert.AreEqual(reason, await ReasonsAsync("accounts", Context(folder, (address, pins))), $"{address} {pins.Length}");

        using var stranger = new AgentFolder();
        Assert.AreEqual("tls", await ReasonsAsync("accounts", Context(stranger, ($"https://localhost:{server.Port}/dm", []))));
        Assert.IsEmpty(server.Requests, "no session is begun");
        Assert.AreEqual("offline", await ReasonsAsync("accounts", Context(folder, ("https://nobody.invalid/dm", [])) with { Offline = true }));
        Assert.AreEqual("none", await ReasonsAsync("accounts", Context(folder)));
        Assert.AreEqual("unknown", await ReasonsAsync("accounts", Context(folder) with { Accounts = null }));
    }

    [TestMethod]
    public void Room_is_told_by_its_bounds()
    {
        var findings = new Findings("disk");
        foreach (var free in new long[] { 0, 10 << 20, 1L << 30 })
            DiskCheck.Space("/x", free, findings);
        foreach (var free in new ulong[] { 0, 100, 100_000 })
            DiskCheck.Inodes("/x", free, findings);
        Assert.AreEqual("full low space inodes-none inodes-low inodes", Reasons(findings.Results));
    }

    [TestMethod]
    public async Task What_others_could_read_or_change_is_an_error_with_the_command_that_mends_it()
    {
        using var folder = new AgentFolder();
        Directory.CreateDirectory(folder.State, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(folder.Configuration, (UnixFileMode)0b110_110_110);
        File.SetUnixFileMode(folder.File("client"), (UnixFileMode)0b110_100_100);
        var errors = (await RunAsync("permissions", Context(folder))).Where(result => result.Status == CheckResult.Error).ToList();
        CollectionAssert.AreEqual(new[] { "check-permissions-state", "check-permissions-config", "check-permissions-secret" }, errors.Select(error => error.Id).ToArray());
        CollectionAssert.AreEqual(
            new[] { $"chmod go-rwx {folder.State}", $"chmod go-w {folder.Configuration}", $"chmod 0600 {folder.File("client")}" }, errors.Select(error => error.Remedy).ToArray());
    }

    [TestMethod]
    [DataRow("NoNewPrivs:\t1\nSeccomp:\t2\nCapBnd:\t0000000000000000\nUid:\t998\t998\t998\t998", "ok ok ok ok")]
    [DataRow("NoNewPrivs:\t0\nSeccomp:\t0\nCapBnd:\t000001ffffffffff\nUid:\t0\t0\t0\t0", "warning warning warning warning")]
    public void The_sandbox_is_told_by_the_kernels_word(string lines, string statuses)
    {
        var findings = new Findings("sandbox");
        SandboxCheck.Look(ProcessStatus.Parse(lines.Split('\n')), findings);
        Assert.AreEqual(statuses, string.Join(' ', findings.Results.Select(result => result.Status)));
    }

    [TestMethod]
    public async Task A_check_that_hangs_or_fails_holds_nobody_up()
    {
        using var folder = new AgentFolder();
        var hangs = new Check("x", (_, findings, _) =>
        {
            findings.Ok("first", "one");
            return new TaskCompletionSource().Task;
        });
        Assert.AreEqual("first timeout", Reasons(await CheckTable.RunAsync(hangs, Context(folder), TimeSpan.FromMilliseconds(1), default)));
        var fails = Check.AtOnce("x", (_, _) => throw new InvalidOperationException("that was not foreseen"));
        Assert.AreEqual("fault", Reasons(await CheckTable.RunAsync(fails, Context(folder), TimeSpan.FromSeconds(10), default)));
    }

    [TestMethod]
    public void The_first_line_is_the_answer()
    {
        CheckResult Of(string status) => new("x", "check-x-y", status, "found", "");
        string First(params string[] statuses) => CheckText.Of(new CheckReport(true, [.. statuses.Select(Of)])).First();
        Assert.AreEqual("All is well.", First("ok", "ok"));
        Assert.AreEqual("All is well, 1 thing is not looked at.", First("ok", "skipped"));
        Assert.AreEqual("Nothing is wrong, 2 things are worth a look.", First("warning", "warning"));
        Assert.AreEqual("1 thing is wrong, 1 thing is worth a look, 1 thing is not looked at.", First("error", "warning", "skipped"));
    }

    private static AgentFolder WithClientCertificate(X509Certificate2 certificate, string key)
    {
        var folder = new AgentFolder(more: """ "tls": { "clientCertificateFile": "device.pem", "clientKeyFile": "device.key" }, """);
        folder.Write("device.pem", certificate.ExportCertificatePem());
        folder.Write("device.key", key);
        return folder;
    }

    private static CheckContext Context(AgentFolder folder, params (string Address, ImmutableArray<string> Pins)[] accounts)
    {
        var reading = ConfigurationReader.Read(folder.Configuration, _ => null);
        var known = accounts.Select(account => new AccountReport("./DMAcc/a", "a.example", account.Address, "HMAC", false, null, account.Pins));
        return new CheckContext(reading, reading.Configuration!, Now, null, new AccountListReport([.. known]), "", false, Offline: false);
    }

    private static async Task<ImmutableArray<CheckResult>> RunAsync(string name, CheckContext context) =>
        (await CheckTable.RunAsync(CheckTable.All.Where(check => check.Name == name), context, default)).Results;

    private static async Task<string> ReasonsAsync(string name, CheckContext context) => Reasons(await RunAsync(name, context));

    private static string Reasons(IEnumerable<CheckResult> results) => string.Join(' ', results.Select(result => result.Id.Split('-', 3)[2]));
}
