using System.Text;
using DmDelegation.Engine.Execution;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>The programs behind the bound nodes of a test device, played by the test.</summary>
public static class Programs
{
    public const string Update = "./SCM/dir/update";
    public const string Fetch = "./SCM/dir/fetch";
    public const string Plain = "./SCM/dir/plain";

    /// <summary>Three bound nodes in <c>./SCM/dir</c>: one takes text, one a target, one nothing.</summary>
    public static void Bind(TestDeviceSetup setup)
    {
        setup.Nodes.AddRange([(Update, "", null), (Fetch, "", null), (Plain, "", null)]);
        setup.Permanent.UnionWith([Update, Fetch, Plain]);
        setup.Operations[Update] = new OperationBinding("/usr/libexec/update", ["--quiet"], 600, OperationArgument.Text);
        setup.Operations[Fetch] = new OperationBinding("/usr/libexec/fetch", [], 600, OperationArgument.Uri);
        setup.Operations[Plain] = new OperationBinding("/usr/libexec/plain", [], 60, OperationArgument.None);
    }

    public static StartOperation[] Started(this TestDevice device) => [.. device.Effects.OfType<StartOperation>()];

    public static long[] Cancelled(this TestDevice device) => [.. device.Effects.OfType<CancelOperation>().Select(effect => effect.Number)];

    public static long[] Passed(this TestDevice device) => [.. device.Effects.OfType<PassPoint>().Select(effect => effect.Number)];

    /// <summary>The program has come to its point of no return and asks.</summary>
    public static void AtPoint(this TestDevice device, long number)
    {
        device.Handle(new OperationAtPoint(number));
        device.Pump();
    }

    /// <summary>The program has ended; the reports that go out at once go out.</summary>
    public static void Ends(this TestDevice device, long number, int? exit = 0, string output = "", bool overflow = false)
    {
        device.Handle(new OperationEnded(number, exit, Encoding.UTF8.GetBytes(output), overflow, ""));
        device.Pump();
    }

    /// <summary>Reports of operations that a server has got.</summary>
    public static DeliveredAlert[] Results(this ScriptedServer server) =>
        [.. server.Alerts.Where(alert => alert.Type == "Reversed-Domain-Name: org.example.dmagent.operation/Result")];
}
