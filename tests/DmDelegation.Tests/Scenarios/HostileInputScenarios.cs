using System.Text;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Delegation.Start;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>What a server may write into a record without stopping the agent.</summary>
[TestClass]
public sealed class HostileInputScenarios
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Times_at_the_end_of_the_calendar_are_an_invalid_expiry_DEL_208(bool clockTrusted)
    {
        using var device = new TestDevice(setup => setup.ClockTrusted = clockTrusted);
        device.StartFails(
            new Delegating { ["Expiry/NotAfter"] = "99991231T235959Z", ["Expiry/Now"] = "99991231T235959Z" }.Temporary(3600),
            ReasonCode.ExpiryInvalid.Status,
            130);
    }

    [TestMethod]
    [DataRow("""{"version":"\ud800"}""")]
    [DataRow("""{"\ud800":"1"}""")]
    [DataRow("""{"created-on":"\udc00"}""")]
    public void A_voucher_with_half_a_character_has_no_form_DEL_164(string content)
    {
        var octets = Encoding.UTF8.GetBytes(content);
        Assert.AreEqual(ReasonCode.VoucherFormat, VoucherContent.Compare(octets, new DelegationRecord { Id = "7QK2", By = "a.example" }, "dev", []));
        Assert.IsNull(VoucherContent.CreatedOn(octets));
    }

    [TestMethod]
    public void A_node_with_the_name_of_the_new_account_makes_it_invalid_DEL_114_DEL_127()
    {
        using var device = new TestDevice();
        Assert.AreEqual(200, device.Manage("home.example", Dm.AddNode("./DMAcc/d-7QK2"))[0].Status);
        device.StartFails(new Delegating(), ReasonCode.AccountInvalid.Status, 126);
    }

    [TestMethod]
    [DataRow("https://xn--\u00fc/dm")]
    [DataRow("https://xn--a/dm")]
    [DataRow("https://xn--0000000000h/dm")]
    [DataRow("https://\u200d/dm")]
    [DataRow("https://a\u200db/dm")]
    [DataRow("https://\u0301a/dm")]
    [DataRow("https://\u05d0a/dm")]
    [DataRow("https://\ud83d\ude00.example/dm")]
    [DataRow("https://\u3002/dm")]
    [DataRow("https://a\uff0e/dm")]
    [DataRow("https://-/dm")]
    [DataRow("https://a..b/dm")]
    [DataRow("https://\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc/dm")]
    public void No_host_name_stops_the_agent_DEL_093(string address)
    {
        using var device = new TestDevice();
        device.Start(new Delegating { ["Account/Addr"] = address });
        device.Advance(TimeSpan.FromMinutes(10));
        Assert.AreEqual(200, device.Manage("home.example", Dm.Get("./DevInfo"))[0].Status);
    }

    [TestMethod]
    public void Endless_Starts_that_fail_early_leave_no_endless_records_DEL_050_DEL_105()
    {
        using var device = new TestDevice();
        for (var i = 0; i < 20; i++)
        {
            device.Start(new Delegating($"r{i}", a: "d.example") { ["Server/ServerID"] = null });
            Assert.AreEqual((DelegationState.Failed, 101), (device.Record($"r{i}").State, device.Record($"r{i}").Reason));
        }

        Assert.AreEqual(420, device.Manage("d.example", Dm.AddNode("./Delegation/r20"))[0].Status);
        Assert.AreEqual(104, device.LastReason());
        Assert.AreEqual(200, device.Manage("a.example", Dm.AddNode("./Delegation/other"))[0].Status);
        device.Pass(3_600_000);
        Assert.AreEqual(200, device.Manage("d.example", Dm.AddNode("./Delegation/r20"))[0].Status);
    }

    [TestMethod]
    public void Failures_under_a_wild_clock_do_not_count_for_years_once_the_operator_has_set_it_right_DEL_223()
    {
        using var device = new TestDevice();
        for (var i = 0; i < 20; i++)
        {
            device.Start(new Delegating($"r{i}", a: "d.example") { ["Server/ServerID"] = null });
        }

        device.Tamper(state => state with
        {
            Tombstones = state.Tombstones.SetItems(state.Tombstones.Select(pair => KeyValuePair.Create(pair.Key, pair.Value with { EndedAt = pair.Value.EndedAt.AddYears(7) }))),
        });
        Assert.AreEqual(200, device.Manage("d.example", Dm.AddNode("./Delegation/r20"))[0].Status);
    }
}
