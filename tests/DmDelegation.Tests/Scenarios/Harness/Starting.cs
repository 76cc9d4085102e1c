using System.Globalization;
using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>Starting a delegation, and what a refused one must look like.</summary>
public static class Starting
{
    /// <summary>A's session: nonce and sequence number, record, Start. The answer is that to the Exec.</summary>
    public static Outcome Start(this TestDevice device, Delegating delegation) =>
        device.Manage(delegation.A, delegation.Ask(), delegation.Build())[^1];

    /// <summary>As <see cref="Start"/>, and it must be accepted.</summary>
    public static void StartAccepted(this TestDevice device, Delegating delegation)
    {
        Assert.AreEqual(200, device.Start(delegation).Status, device.LogText());
        Assert.AreEqual(DelegationState.Pending, device.Record(delegation.Id).State);
    }

    /// <summary>Start, then the agent contacts B by itself (DEL-178), T2.</summary>
    public static ScriptedServer ActivateByItself(this TestDevice device, Delegating delegation)
    {
        device.StartAccepted(delegation);
        var b = delegation.MakeB();
        device.Servers[delegation.B] = b;
        device.Advance(TimeSpan.FromSeconds(61));
        Assert.AreEqual(DelegationState.Active, device.Record(delegation.Id).State, device.LogText());
        return b;
    }

    /// <summary>
    /// Start is refused with a status and a reason: the record is Failed and its key gone, the home scheme is untouched, and A hears of it
    /// (DEL-097).
    /// </summary>
    public static void StartFails(this TestDevice device, Delegating delegation, int status, int reason)
    {
        var (home, alerts) = (device.Scheme(), device.Servers[delegation.A].Alerts.Count);
        var outcome = device.Start(delegation);
        Assert.AreEqual((status, reason), (outcome.Status, device.LastReason()), device.LogText());
        device.HasFailed(delegation, reason, home);
        var ack = device.Servers[delegation.A].Alerts.Skip(alerts).Single(alert => alert.Event == "Ack" && alert.Source == delegation.Uri);
        Assert.AreEqual(("Failure", reason.ToString(CultureInfo.InvariantCulture)), (ack.Element("Result"), ack.Element("Reason")));
    }

    /// <summary>The record is Failed with a reason, its key is gone, and the scheme is as it was.</summary>
    public static void HasFailed(this TestDevice device, Delegating delegation, int reason, string home)
    {
        var record = device.Record(delegation.Id);
        Assert.AreEqual((DelegationState.Failed, reason), (record.State, record.Reason));
        Assert.IsTrue(record.SealedKeyValue.IsEmpty, "the key of a failed record is wiped");
        Assert.AreEqual(home, device.Scheme());
    }

    /// <summary>Reason code of the newest refused command, as the agent logged it.</summary>
    public static int LastReason(this TestDevice device) => int.Parse(
        device.Log.Last(line => line.Code == LogCodes.CommandRefused).Fields.Single(field => field.Key == "reason").Value,
        CultureInfo.InvariantCulture);

    public static string LogText(this TestDevice device) => string.Join('\n', device.Log.Select(line => line.Text));

    /// <summary>Answers of one session, checked one by one.</summary>
    public static void Answers(this IReadOnlyList<Outcome> outcomes, params int[] statuses) =>
        CollectionAssert.AreEqual(statuses, outcomes.Select(outcome => outcome.Status).ToArray(), string.Join(' ', outcomes.Select(outcome => outcome.Name + " " + outcome.Uri)));

    /// <summary>The commands of one message.</summary>
    public static Batch Say(params Command[] commands) => _ => commands;
}
