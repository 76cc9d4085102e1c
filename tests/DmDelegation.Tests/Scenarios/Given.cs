using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Scenarios;

/// <summary>Where the scenarios of 17.6 and 17.8 begin.</summary>
internal static class Given
{
    public const string A = "a.example";
    public const string B = "b.example";
    public const string D = "d.example";
    public const string Home = "home.example";

    /// <summary>A device on which B is known too.</summary>
    public static TestDevice WithKnownB() => new(setup => setup.Known.Add(B));

    /// <summary>Step 4 is done; B has derived its keys.</summary>
    public static Delegating Pending(TestDevice device, Delegating? delegation = null)
    {
        delegation ??= new Delegating();
        var answers = device.Manage(delegation.A, delegation.Ask(), delegation.Build());
        Assert.AreEqual(200, answers[^1].Status, Log(device));
        if (!device.Servers.ContainsKey(delegation.B))
        {
            device.Servers[delegation.B] = delegation.MakeB();
        }

        return delegation;
    }

    /// <summary>B has proved itself.</summary>
    public static Delegating Active(TestDevice device, Delegating? delegation = null)
    {
        delegation = Pending(device, delegation);
        device.Manage(delegation.B, delegation["Confirm/Mode"] == "exec" ? delegation.Confirming() : []);
        Assert.AreEqual(DelegationState.Active, device.Record(delegation.Id).State, Log(device));
        return delegation;
    }

    /// <summary>The device was off and does not know for how long.</summary>
    public static Delegating Suspended(TestDevice device, Delegating delegation)
    {
        Active(device, delegation);
        device.Reboot(TimeSpan.FromMinutes(5), clockTrusted: false);
        Assert.AreEqual(DelegationState.Suspended, device.Record(delegation.Id).State, Log(device));
        return delegation;
    }

    public static int[] Statuses(IReadOnlyList<Outcome> outcomes) => [.. outcomes.Select(outcome => outcome.Status)];

    /// <summary>Reason codes of the commands refused since a line of the log.</summary>
    public static string[] Reasons(TestDevice device, int since = 0) =>
        [.. device.Log.Skip(since).Where(line => line.Code == LogCodes.CommandRefused).Select(line => line.Fields.First(field => field.Key == "reason").Value)];

    public static void Ended(TestDevice device, string id, DelegationState state, int reason) =>
        Assert.AreEqual((state, reason), (device.Record(id).State, device.Record(id).Reason), Log(device));

    public static string Log(TestDevice device) => string.Join('\n', device.Log.Select(line => line.Text));

    public static NodeId IdOf(TestDevice device, string uri) => device.Durable.Tree.Find(NodePath.Parse(uri))!.Id;
}
