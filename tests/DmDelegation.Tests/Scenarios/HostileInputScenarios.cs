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
}
