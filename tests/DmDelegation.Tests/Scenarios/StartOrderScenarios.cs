using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Ports;
using DmDelegation.ServerStub.Keys;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;
using ScopeEntry = DmDelegation.ServerStub.Delegation.ScopeEntry;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.2, S-055: every pair of the checks of 6.3, both of them failing. The earlier one gives its code, and what is costly comes last.</summary>
[TestClass]
public sealed class StartOrderScenarios
{
    /// <summary>The order that stands under the table of 6.3, with a fault for each check.</summary>
    private static readonly Fault[] Order =
    [
        new("DEL-104", 103) { Setup = setup => setup.AuthType = "TRANSPORT", BeforeStart = device => device.Transport = new(true, true, false) },
        new("DEL-102", 101) { Change = delegation => delegation["Confirm/Window"] = "9" },
        new("DEL-103", 102) { Change = delegation => delegation.Scope.Add(new ScopeEntry(".", "Get")) },
        new("DEL-105", 104) { Setup = setup => setup.Delegation = setup.Delegation with { StartsPerHour = 1 }, Before = UseUpTheRate },
        new("DEL-107", 106) { Change = delegation => delegation["Server/ServerID"] = "b+*" },
        new("DEL-100", 110) { Change = delegation => delegation.GivenNonce = new byte[32] },
        new("DEL-101", 111) { Change = delegation => delegation.GivenSeq = "1048577" },
        Entry("DEL-108", 120, "./missing", "Get"),
        Entry("DEL-109", 121, "./Vendor/Trust", "Get"),
        Entry("DEL-110", 122, "./Rogue", "Get"),
        Entry("DEL-111", 123, "./Limited", "Get+Exec"),
        Entry("DEL-112", 124, "./Busy", "Get") with { Before = KeepBusy },
        new("DEL-113", 125) { Change = delegation => delegation["SubDelegation"] = "99" },
        new("DEL-114", 126) { Change = delegation => delegation["Account/Addr"] = "http://b.example/dm" },
        new("DEL-115", 130) { Change = delegation => delegation.Temporary(9) },
        new("DEL-116", 143) { Change = delegation => delegation.Sign = _ => Foreign(delegation) },
        new("DEL-117", 151) { Change = delegation => delegation.KeyValue = KeyEnvelope.Seal(delegation.Tdk, "OTHER", TestDevice.DeviceId, "b.example", TestPki.Shared.Device) },
        Entry("DEL-118", 160, "./Wide", "Get"),
    ];

    public static IEnumerable<object[]> Checks => Order.Select(fault => new object[] { fault.Rule });

    [TestMethod]
    [DynamicData(nameof(Checks))]
    public void S_055_Of_two_faults_the_first_in_the_order_of_the_checks_decides_DEL_100_DEL_117_DEL_390(string rule)
    {
        var at = Array.FindIndex(Order, fault => fault.Rule == rule);
        Refused(Order[at]);
        foreach (var later in Order.Skip(at + 1))
        {
            Refused(Order[at], later);
        }
    }

    [TestMethod]
    public void S_055_Without_a_fault_the_same_Start_is_accepted_and_pays_for_its_cryptography_DEL_100()
    {
        var costs = new Costs();
        using var device = Device(costs);
        KeepBusy(device);
        var delegation = new Delegating().Cms();
        device.StartAccepted(delegation);
        Assert.AreEqual((1, 1, 1), (costs.VouchersRead, costs.KeysDecrypted, costs.Opened[SecretNames.OfKeyValue(delegation.Id)]));
    }

    private static void Refused(params Fault[] faults)
    {
        var costs = new Costs();
        var what = string.Join(" and ", faults.Select(fault => fault.Rule));
        using var device = Device(costs, faults);
        foreach (var fault in faults)
        {
            fault.Before(device);
        }

        var delegation = new Delegating().Cms();
        foreach (var fault in faults)
        {
            fault.Change(delegation);
        }

        var home = device.Scheme();
        device.Manage(delegation.A, delegation.Ask(), delegation.Build(start: false), _ =>
        {
            foreach (var fault in faults)
            {
                fault.BeforeStart(device);
            }

            return [delegation.Start()];
        });

        var expected = faults[0];
        Assert.AreEqual(expected.Code, device.LastReason(), what);
        Assert.AreEqual(ReasonCode.Of(expected.Code).Status, device.Servers[delegation.A].Outcomes[^1].Status, what);
        Assert.AreEqual(home, device.Scheme(), what);
        Assert.AreEqual(expected.Code is 103 or 104 or 110 ? DelegationState.Staged : DelegationState.Failed, device.Record(delegation.Id).State, what);
        // Cheap checks come before the voucher, the voucher before the key; the key is not even unsealed before.
        Assert.AreEqual(expected.Code >= 140 ? 1 : 0, costs.VouchersRead, what);
        Assert.AreEqual(expected.Code >= 140 ? 1 : 0, costs.Opened.GetValueOrDefault(SecretNames.OfKeyValue(delegation.Id)), what);
        Assert.AreEqual(expected.Code >= 151 ? 1 : 0, costs.KeysDecrypted, what);
    }

    private static TestDevice Device(Costs costs, params Fault[] faults)
    {
        var device = new TestDevice(setup =>
        {
            const string aAndD = "a.example+d.example";
            setup.Nodes.Add(("./Limited", "Add=a.example&Get=a.example&Replace=a.example", null));
            setup.Nodes.Add(("./Busy", $"Add={aAndD}&Get={aAndD}&Replace={aAndD}", null));
            setup.Nodes.Add(("./Wide", $"Get=a.example+{new string('w', Acl.MaxOctets - 36)}&Replace=a.example", null));
            setup.ChangePorts = costs.Count;
            foreach (var fault in faults)
            {
                fault.Setup(setup);
            }
        });
        device.Transport = new(true, true, true);
        return device;
    }

    private static Fault Entry(string rule, int code, string uri, string rights) =>
        new(rule, code) { Change = delegation => delegation.Scope.Add(new ScopeEntry(uri, rights)) };

    /// <summary>D delegates a node that A could delegate as well.</summary>
    private static void KeepBusy(TestDevice device)
    {
        var busy = new Delegating("BUSY", "d.example", "busy.example");
        busy.Scope[0] = new ScopeEntry("./Busy", "Get+Replace");
        device.StartAccepted(busy);
    }

    /// <summary>A has started as often as it may: a Start counts from the check of its rate on.</summary>
    private static void UseUpTheRate(TestDevice device)
    {
        device.Start(new Delegating("FIRST") { ["Account/Addr"] = "http://b.example/dm" });
        Assert.AreEqual(126, device.LastReason());
    }

    /// <summary>A voucher of A, well made, over another delegation.</summary>
    private static byte[] Foreign(Delegating delegation)
    {
        var other = new Delegating("OTHER", delegation.A, "other.example") { Tdk = delegation.Tdk };
        return other.SignedVoucher(other.Tdk);
    }

    private sealed record Fault(string Rule, int Code)
    {
        public Action<TestDeviceSetup> Setup { get; init; } = _ => { };

        public Action<TestDevice> Before { get; init; } = _ => { };

        public Action<Delegating> Change { get; init; } = _ => { };

        public Action<TestDevice> BeforeStart { get; init; } = _ => { };
    }
}
