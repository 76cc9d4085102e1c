using System.Text;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;
using ScopeEntry = DmDelegation.ServerStub.Delegation.ScopeEntry;
using StubVoucher = DmDelegation.ServerStub.Keys.Voucher;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.3, S-068: a record that says something else than what was signed, one thing at a time, changed or added.</summary>
[TestClass]
public sealed class VoucherFieldScenarios
{
    private static readonly (string Name, Action<Delegating> Alter)[] AfterSigning =
    [
        ("scope: another node", d => d.Scope[0] = d.Scope[0] with { Uri = "./Vendor" }),
        ("scope: one node deeper", d => d.Scope[0] = d.Scope[0] with { Uri = "./SCM/dir" }),
        ("scope: an entry more", d => d.Scope.Add(new ScopeEntry("./Vendor", "Get"))),
        ("scope: an entry less", d => d.Scope.RemoveAt(1)),
        ("rights: one more", d => d.Scope[0] = d.Scope[0] with { Rights = "Get+Replace+Delete" }),
        ("rights: one less", d => d.Scope[0] = d.Scope[0] with { Rights = "Get" }),
        ("rights: exchanged between entries", d => (d.Scope[0], d.Scope[1]) = (d.Scope[0] with { Rights = d.Scope[1].Rights }, d.Scope[1] with { Rights = d.Scope[0].Rights })),
        ("B", d => d["Server/ServerID"] = "c.example"),
        ("ScopeType", d => { d["ScopeType"] = "full"; d.Scope.Clear(); d.Scope.Add(new ScopeEntry(".", "Get+Replace")); }),
        ("Control changed", d => d["Control"] = "exclusive"),
        ("Control away", d => d["Control"] = null),
        ("DurationType", d => { d["DurationType"] = "until-revoked"; d["Expiry/NotAfter"] = d["Expiry/MaxSeconds"] = d["Policy/OnTimeUnknown"] = d["Policy/RotateWithin"] = null; }),
        ("NotAfter changed", d => d["Expiry/NotAfter"] = "20300102T030406Z"),
        ("NotAfter away", d => d["Expiry/NotAfter"] = null),
        ("MaxSeconds changed", d => d["Expiry/MaxSeconds"] = "7201"),
        ("MaxSeconds away", d => d["Expiry/MaxSeconds"] = null),
        ("SubDelegation changed", d => d["SubDelegation"] = "1"),
        ("SubDelegation away", d => d["SubDelegation"] = null),
        ("Addr", d => d["Account/Addr"] = "https://b.example/dm2"),
        ("Addr in another case", d => d["Account/Addr"] = "https://B.example/dm"),
        ("AuthType changed", d => d["Account/AuthType"] = "HMAC"),
        ("AuthType away", d => d["Account/AuthType"] = null),
        ("ClientName changed", d => d["Account/ClientName"] = "dev-43"),
        ("ClientName away", d => d["Account/ClientName"] = null),
        ("ConRef changed", d => d["Account/ConRef"] = "./NAP/wan"),
        ("ConRef away", d => d["Account/ConRef"] = null),
        ("pins: one bit", d => d.CertPin = [.. d.CertPin[..31], (byte)(d.CertPin[31] ^ 1)]),
        ("pins: one more", d => d.CertPin = [.. d.CertPin, .. new byte[32]]),
        ("pins away", d => d.CertPin = []),
        ("mode", d => d["Confirm/Mode"] = "auth"),
        ("window", d => d["Confirm/Window"] = "3601"),
        ("RotateWithin changed", d => d["Policy/RotateWithin"] = "86400"),
        ("RotateWithin away", d => d["Policy/RotateWithin"] = null),
        ("OnTimeUnknown changed", d => d["Policy/OnTimeUnknown"] = "budget"),
        ("OnTimeUnknown away", d => d["Policy/OnTimeUnknown"] = null),
        ("seq", d => d.GivenSeq = (d.Seq + 1).ToString()),
        ("key", d => d.KeyValue = d.Tdk = Delegating.StrongKey()),
    ];

    /// <summary>What a bare record gets beside what was signed.</summary>
    private static readonly (string Name, Action<Delegating> Alter)[] Added =
    [
        ("Control added", d => d["Control"] = "exclusive"),
        ("SubDelegation added", d => d["SubDelegation"] = "1"),
        ("SubDelegation added with its default", d => d["SubDelegation"] = "0"),
        ("AuthType added with its default", d => d["Account/AuthType"] = "HMAC"),
        ("ClientName added", d => d["Account/ClientName"] = "dev-42"),
        ("ConRef added", d => d["Account/ConRef"] = "./NAP/lan"),
        ("pins added", d => d.CertPin = new byte[32]),
        ("NotAfter and type added", d => { d["DurationType"] = "temporary"; d["Expiry/NotAfter"] = "20300102T030405Z"; }),
        ("RotateWithin added", d => d["Policy/RotateWithin"] = "86400"),
        ("OnTimeUnknown added", d => d["Policy/OnTimeUnknown"] = "suspend"),
    ];

    /// <summary>Fields that a record cannot say otherwise without failing an earlier check: here the voucher is the one that differs.</summary>
    private static readonly (string Name, string From, string To)[] InTheVoucher =
    [
        ("device", TestDevice.DeviceId, "urn:uuid:another-device"),
        ("id", "\"delegation-id\":\"7QK2\"", "\"delegation-id\":\"7QK3\""),
        ("A", "\"delegating-server\":\"a.example\"", "\"delegating-server\":\"d.example\""),
        ("nonce", "\"nonce\":\"", "\"nonce\":\"AAAA"),
    ];

    public static IEnumerable<object[]> Changes => AfterSigning.Select(row => new object[] { row.Name, false }).Concat(Added.Select(row => new object[] { row.Name, true }));

    public static IEnumerable<object[]> Fields => InTheVoucher.Select(row => new object[] { row.Name });

    [TestMethod]
    [DynamicData(nameof(Changes))]
    public void S_068_A_record_that_differs_from_what_was_signed_is_refused_DEL_165(string what, bool bare)
    {
        using var device = Device();
        var delegation = bare ? Bare() : Complete();
        Start(device, delegation, () => AfterSigning.Concat(Added).Single(row => row.Name == what).Alter(delegation));
        Refused(device, what);
    }

    [TestMethod]
    [DynamicData(nameof(Fields))]
    public void S_068_A_voucher_for_another_device_id_A_or_nonce_is_refused_DEL_165(string what)
    {
        var (_, from, to) = InTheVoucher.Single(row => row.Name == what);
        using var device = Device();
        var delegation = Complete();
        delegation.Sign = content =>
        {
            var text = Encoding.UTF8.GetString(content);
            Assert.Contains(from, text);
            return StubVoucher.Sign(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)), TestPki.Shared.VoucherSigner);
        };
        Start(device, delegation, () => { });
        Refused(device, what);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void S_068_Both_records_are_accepted_as_they_were_signed_DEL_165(bool bare)
    {
        using var device = Device();
        Start(device, bare ? Bare() : Complete(), () => { });
        Assert.AreEqual(DelegationState.Pending, device.Record("7QK2").State, device.LogText());
    }

    private static void Refused(TestDevice device, string what) =>
        Assert.AreEqual((DelegationState.Failed, 143), (device.Record("7QK2").State, device.Record("7QK2").Reason), what + "\n" + device.LogText());

    private static TestDevice Device() => new(setup => setup.AIsHomeAuthority());

    /// <summary>A signs the record as it is, then something happens to it.</summary>
    private static void Start(TestDevice device, Delegating delegation, Action alter) => device.Manage(delegation.A, delegation.Ask(), before =>
    {
        delegation.Learn(before);
        delegation.Voucher = delegation.SignedVoucher(delegation.Tdk);
        alter();
        return [Dm.Atomic([.. delegation.Adds()]), delegation.Start()];
    });

    private static Delegating Bare() => new() { ["Account/ClientName"] = null };

    private static Delegating Complete()
    {
        var delegation = new Delegating().Exec().Temporary(7200);
        delegation["Expiry/NotAfter"] = "20300102T030405Z";
        delegation["Control"] = "shared";
        delegation["SubDelegation"] = "0";
        delegation["Account/AuthType"] = "DIGEST";
        delegation["Account/ConRef"] = "./NAP/lan";
        delegation["Policy/RotateWithin"] = "43200";
        delegation["Policy/OnTimeUnknown"] = "suspend";
        delegation.CertPin = [.. Enumerable.Repeat((byte)7, 32)];
        delegation.Scope.Clear();
        delegation.Scope.Add(new ScopeEntry("./SCM", "Get+Replace"));
        delegation.Scope.Add(new ScopeEntry("./Net", "Get"));
        return delegation;
    }
}
