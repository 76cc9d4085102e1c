using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Delegation.Start;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Cms;
using DmDelegation.Platform.Secrets;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;
using Content = DmDelegation.Engine.Delegation.Start.VoucherContent;

namespace DmDelegation.Tests.Engine.Delegation;

/// <summary>
/// Voucher and key as Start checks them, with the production verifier and device key, against every file of the vectors. The order is
/// form, key usage, signature, trust, content, key (DEL-164).
/// </summary>
[TestClass]
public sealed class VoucherTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "delegation");
    private static readonly JsonElement Expected = BindingTests.Load("expected.json");
    private static readonly DateTimeOffset Time = new(2030, 1, 1, 3, 4, 5, TimeSpan.Zero);

    public static IEnumerable<object[]> Vouchers => Rows("vouchers", row =>
        [Text(row, "file")!, Text(row, "keyValue") ?? "", Text(row, "record")!, Text(row, "keyMethod")!, row.GetProperty("code").GetInt32()]);

    public static IEnumerable<object[]> Pairs => Rows("pairs", row =>
        [Text(row, "voucher")!, Text(row, "keyValue")!, Text(row, "record")!, "cms", row.GetProperty("code").GetInt32()]);

    public static IEnumerable<object[]> AlteredRecords =>
        Expected.GetProperty("alteredRecords").GetProperty("cases").EnumerateArray().Select(row => new object[] { Text(row, "altered")!, row.GetProperty("code").GetInt32() });

    [TestMethod]
    [DynamicData(nameof(Vouchers))]
    [DynamicData(nameof(Pairs))]
    public void Voucher_and_key_are_judged_as_the_vectors_say_DEL_116_DEL_117_DEL_159_DEL_164_DEL_165(string voucher, string keyValue, string name, string method, int code)
    {
        var inputs = RecordKit.Inputs(name);
        var tdk = Convert.FromHexString(Text(inputs, "tdkHex")!);
        var key = new CountingDeviceKey(DeviceKey.Load(File("keys/TEST-ONLY-device.cert.pem"), File("keys/TEST-ONLY-device.key.pem")));
        var record = RecordKit.Record(name, method).With("Voucher", Octets(voucher));
        var (opened, fault) = Check(record, Text(inputs, "deviceId")!, keyValue.Length > 0 ? Octets(keyValue) : tdk, key);
        using (opened)
        {
            Assert.AreEqual(code, (fault ?? ReasonCode.Ok).Code);
            Assert.AreEqual(code == 0, opened is not null);
            Assert.AreEqual(code is 0 or 151 && method == "cms" ? 1 : 0, key.Unwraps, "nothing is decrypted before the voucher is good");
            if (code == 0 && !keyValue.Contains("bitflip-iv", StringComparison.Ordinal))
            {
                Assert.IsTrue(opened!.Octets.SequenceEqual(tdk));
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(AlteredRecords))]
    public void A_record_that_was_changed_after_signing_does_not_fit_DEL_165(string name, int code)
    {
        var (record, device) = RecordKit.Altered(name);
        var reading = Verifier().Read(Octets("vouchers/good.der"), "a.example", Time, timeTrusted: true);
        Assert.AreEqual(0, reading.Reason);
        Assert.AreEqual(code, Compare(reading.Content, record, device));
    }

    [TestMethod]
    [DataRow("full", "tls", false, 140)]
    [DataRow("final-partial", "tls", false, 140)]
    [DataRow("minimal-partial", "cms", false, 140)]
    [DataRow("minimal-partial", "tls", true, 140)]
    [DataRow("minimal-partial", "tls", false, 0)]
    public void A_voucher_is_required_for_full_final_cms_and_where_the_account_says_so_DEL_161(string name, string method, bool configured, int code)
    {
        var inputs = RecordKit.Inputs(name);
        using var key = DeviceKey.None();
        var (tdk, fault) = Check(RecordKit.Record(name, method), Text(inputs, "deviceId")!, Convert.FromHexString(Text(inputs, "tdkHex")!), key, configured);
        tdk?.Dispose();
        Assert.AreEqual(code, (fault ?? ReasonCode.Ok).Code);
    }

    [TestMethod]
    [DataRow(false, true, 150)]
    [DataRow(true, false, 154)]
    public void A_key_must_be_there_and_come_over_TLS_DEL_117_DEL_157(bool present, bool tls, int code)
    {
        var inputs = RecordKit.Inputs("minimal-partial");
        using var key = DeviceKey.None();
        var value = present ? Convert.FromHexString(Text(inputs, "tdkHex")!) : [];
        var (tdk, fault) = Check(RecordKit.Record("minimal-partial"), Text(inputs, "deviceId")!, value, key, serverVerified: tls);
        Assert.IsNull(tdk);
        Assert.AreEqual(code, fault!.Code);
    }

    [TestMethod]
    [DataRow("as it is", "", "", 0)]
    [DataRow("entries in another order", "{'uri':'./SCM','rights':'Get+Replace'},{'uri':'./Net/eth0','rights':'Exec+Get'}", "{'uri':'./Net/eth0','rights':'Exec+Get'},{'uri':'./SCM','rights':'Get+Replace'}", 0)]
    [DataRow("rights in another order", "Get+Replace", "Replace+Get", 0)]
    [DataRow("fields of an entry in another order", "{'uri':'./SCM','rights':'Get+Replace'}", "{'rights':'Get+Replace','uri':'./SCM'}", 0)]
    [DataRow("an entry twice", "{'uri':'./SCM','rights':'Get+Replace'},", "{'uri':'./SCM','rights':'Get+Replace'},{'uri':'./SCM','rights':'Get+Replace'},", 143)]
    [DataRow("an unknown field in an entry", "'rights':'Get+Replace'}", "'rights':'Get+Replace','x':'1'}", 143)]
    [DataRow("scope that is no list", "'scope':[", "'scope':1,'x':[", 143)]
    [DataRow("another version", "'version':'1'", "'version':'2'", 143)]
    [DataRow("version as a number", "'version':'1'", "'version':1", 143)]
    [DataRow("another assertion", "'assertion':'delegated'", "'assertion':'verified'", 143)]
    [DataRow("no created-on", "'created-on':'2030-01-01T03:04:05Z',", "", 143)]
    [DataRow("no account", "'account':{'addr':'https://b.example/dm','auth-type':'HMAC','client-name':'client-at-b','con-ref':'./NAP/lan'},", "", 143)]
    [DataRow("another A", "'delegating-server':'a.example'", "'delegating-server':'d.example'", 143)]
    [DataRow("number as text", "'seq':18", "'seq':'18'", 143)]
    [DataRow("number in another spelling", "'seq':18", "'seq':18.0", 143)]
    [DataRow("number with an exponent", "'seq':18", "'seq':1.8e1", 143)]
    [DataRow("text as null", "'control':'shared'", "'control':null", 143)]
    [DataRow("pins not base64", "pk3Yu89UQMmKFg7uBmTQF5V", "!!3Yu89UQMmKFg7uBmTQF5V", 143)]
    [DataRow("key-digest of other octets", "tY8ZFpaVjq6xMf6GRf7u", "tY8ZFpaVjq6xMf6GRf7v", 143)]
    [DataRow("no key-digest", ",'key-digest':'tY8ZFpaVjq6xMf6GRf7uYq40QpnEtR5Z1ungtusmjL8='", "", 143)]
    [DataRow("a name twice", "'seq':18", "'seq':18,'seq':18", 144)]
    [DataRow("a name twice, once escaped", "'seq':18", "'seq':18,'s\\u0065q':18", 144)]
    [DataRow("a name twice in the account", "'con-ref':'./NAP/lan'", "'con-ref':'./NAP/lan','con-ref':'./NAP/lan'", 144)]
    [DataRow("a name twice in an entry", "'rights':'Get+Replace'}", "'rights':'Get+Replace','rights':'Get+Replace'}", 144)]
    [DataRow("not closed", "}", "", 144)]
    public void The_content_is_compared_field_by_field_DEL_164_DEL_165(string what, string from, string to, int code)
    {
        var content = Encoding.UTF8.GetString(Octets("vouchers/good.json"));
        (from, to) = (from.Replace('\'', '"'), to.Replace('\'', '"')); // quotes within quotes cannot be read
        if (from.Length > 0)
        {
            var at = from == "}" ? content.Length - 1 : content.IndexOf(from, StringComparison.Ordinal);
            Assert.IsGreaterThanOrEqualTo(0, at, what);
            content = content[..at] + to + content[(at + from.Length)..];
        }

        Assert.AreEqual(code, Compare(Encoding.UTF8.GetBytes(content), RecordKit.Record("all-fields", "cms"), "dev-42"), what);
    }

    [TestMethod]
    [DataRow("[]")]
    [DataRow("\"text\"")]
    [DataRow("")]
    [DataRow("{\"version\":\"1\"} {}")]
    [DataRow("{\"version\":\"1\",}")]
    public void What_is_no_JSON_object_is_a_fault_of_form_DEL_164(string content) =>
        Assert.AreEqual(144, Compare(Encoding.UTF8.GetBytes(content), RecordKit.Record("all-fields", "cms"), "dev-42"));

    [TestMethod]
    [DataRow("Server/Name", 0)]
    [DataRow("Expiry/Now", 0)]
    [DataRow("Ext/x", 143)]
    [DataRow("Account/Ref", 143)]
    [DataRow("Policy/New", 143)]
    public void A_leaf_that_the_voucher_does_not_speak_of_is_refused_with_few_exceptions_DEL_165(string leaf, int code) =>
        Assert.AreEqual(code, Compare(Octets("vouchers/good.json"), RecordKit.Record("all-fields", "cms").With(leaf, "x"), "dev-42"));

    private static int Compare(ReadOnlyMemory<byte> content, DelegationRecord record, string device) =>
        (Content.Compare(content, record, device, SHA256.HashData(Octets("envelopes/good.der"))) ?? ReasonCode.Ok).Code;

    private static (SecretBuffer? Tdk, ReasonCode? Fault) Check(
        DelegationRecord record, string deviceId, byte[] keyValue, IDeviceKey key, bool voucherRequired = false, bool serverVerified = true)
    {
        using var vaultKey = SecretBuffer.CopyOf(new byte[32]);
        using var vault = new AesGcmVault(vaultKey);
        if (keyValue.Length > 0)
        {
            record = record.With("Key/Value", []) with { SealedKeyValue = vault.Seal(SecretNames.OfKeyValue(record.Id), keyValue) };
        }

        var (terms, incomplete) = TermsReader.Read(record);
        Assert.IsNull(incomplete);
        var session = new SessionState { Server = record.By, Serial = 1, Account = default, ServerVerifiedByTls = serverVerified };
        using var check = new KeyCheck(Work(deviceId, record.By, vault, key, voucherRequired), session, record, terms!);
        return check.Run();
    }

    private static Work Work(string deviceId, string a, IVault vault, IDeviceKey key, bool voucherRequired)
    {
        var now = new ClockReading(Time, WallTrusted: true, 1000, "boot");
        var tree = ManagementTree.Empty(Acl.Parse("Add=*&Get=*"), Time);
        var durable = new AgentState
        {
            Tree = tree,
            Device = new DeviceState(deviceId, 1, 1, ImmutableSortedDictionary<string, string>.Empty),
            Clock = new ClockMarks(Time.AddDays(-1), "boot", 0, Time.AddDays(-1)),
        };
        var options = new EngineOptions
        {
            Version = "test",
            BuildTime = Time.AddYears(-1),
            FactoryRootAcl = Acl.Parse("Add=*&Get=*"),
            Description = new TreeDescription([]),
            Accounts = ImmutableDictionary<string, AccountOptions>.Empty.Add(a, new AccountOptions { VoucherRequired = voucherRequired }),
        };
        var ports = new EnginePorts(new SystemRandomSource(), vault, Verifier(), key);
        return new Work(new AgentEngine(options, ports).Open(durable, now), now, options, ports);
    }

    private static VoucherVerifier Verifier() => new(new VoucherAnchors(
        Certificates.LoadAnchors(File("keys/TEST-ONLY-voucher-ca.cert.pem")), ImmutableDictionary<string, X509Certificate2Collection>.Empty));

    private static IEnumerable<object[]> Rows(string section, Func<JsonElement, object[]> row) => Expected.GetProperty(section).EnumerateArray().Select(row);

    private static string File(string name) => Path.Combine(Folder, name);

    private static byte[] Octets(string file) => System.IO.File.ReadAllBytes(File(file));

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value.GetString() : null;
}
