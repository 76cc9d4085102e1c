using DmDelegation.Engine;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>The steps that most scenarios have behind them when they begin, and what they look at.</summary>
internal static class NormalCourse
{
    /// <summary>All rights of A on a node, as the factory tree writes them, with B beside A.</summary>
    public const string AllOfAAndB =
        "Add=a.example+b.example&Delete=a.example+b.example&Exec=a.example+b.example&Get=a.example+b.example&Replace=a.example+b.example";

    /// <summary>The same after T2 of an exclusive delegation: A keeps Get (DEL-028).</summary>
    public const string AllOfBAndGetOfA = "Add=b.example&Delete=b.example&Exec=b.example&Get=a.example+b.example&Replace=b.example";

    /// <summary>Steps 7 and 8: the first session of B; in mode exec with its Confirm.</summary>
    public static ScriptedServer Confirm(this TestDevice device, Delegating delegation, params Batch[] after)
    {
        var b = device.Arm(delegation);
        Batch[] confirming = delegation["Confirm/Mode"] == "exec" ? delegation.Confirming() : [_ => [Dm.Get(delegation.Uri + "/State")]];
        device.Manage(delegation.B, [.. confirming, .. after]);
        Assert.AreEqual(DelegationState.Active, device.Record(delegation.Id).State, device.LogText());
        return b;
    }

    /// <summary>Steps 4 to 8.</summary>
    public static ScriptedServer Activate(this TestDevice device, Delegating delegation)
    {
        device.StartAccepted(delegation);
        return device.Confirm(delegation);
    }

    /// <summary>Step 6: B has what it needs, unless it has an account of its own.</summary>
    public static ScriptedServer Arm(this TestDevice device, Delegating delegation) =>
        device.Servers.TryGetValue(delegation.B, out var b) ? b : device.Servers[delegation.B] = delegation.MakeB();

    /// <summary>Nobody answers any more, or everybody does again.</summary>
    public static void Network(this TestDevice device, bool up)
    {
        foreach (var server in device.Servers.Values)
        {
            server.Reachable = up;
        }
    }

    /// <summary>The ACL values alone: they are the same on every device, sealed values are not.</summary>
    public static string Acls(this TestDevice device) => string.Join('\n', device.Scheme().Split('\n').Where(line => line.Contains(' ', StringComparison.Ordinal)));

    public static int AccountsOf(this TestDevice device, string server) => AccountList.All(device.Durable.Tree).Count(account => account.ServerId == server);

    public static Node NodeAt(this TestDevice device, string uri) => device.Durable.Tree.Find(NodePath.Parse(uri))!;

    public static IEnumerable<DeliveredAlert> Of(this ScriptedServer server, string happening) => server.Alerts.Where(alert => alert.Event == happening);

    /// <summary>Position of the first such effect after <paramref name="from"/>; -1 if there is none.</summary>
    public static int IndexOf(this TestDevice device, Func<Effect, bool> which, int from = 0) => device.Effects.FindIndex(from, effect => which(effect));
}
