using System.Text;
using DmDelegation.Engine.Execution;
using DmDelegation.Tests.Judge;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.AttackBook.Kit;

/// <summary>
/// The programs that an attacker has started: they come to their point of no return and end when it suits it, and what their output changes
/// is judged as if the attacker had sent the value itself at that moment.
/// </summary>
internal sealed class Plays(TestDevice device, Siege siege, Arsenal arsenal)
{
    /// <summary>Outputs that became the value of a node.</summary>
    public int Written { get; private set; }

    /// <summary>Some of them go on; all of them end if that is wanted.</summary>
    public void Go(bool endAll)
    {
        foreach (var operation in device.Durable.Operations.Values)
        {
            if (endAll || arsenal.OneIn(2))
            {
                End(operation);
            }
            else if (arsenal.OneIn(3))
            {
                device.Handle(new OperationAtPoint(operation.Number));
            }
        }
    }

    private void End(DeviceOperation operation)
    {
        var before = device.Durable;
        device.Handle(new OperationEnded(operation.Number, arsenal.OneIn(5) ? 1 : 0, Encoding.UTF8.GetBytes("evil-" + arsenal.Text()), false, ""));
        if (ReferenceEquals(before.Tree, device.Durable.Tree))
        {
            return;
        }

        Written++;
        var (node, uri) = Place.Of(operation.Target).Nearest(before.Tree.Root);
        var verdict = new AccessJudge(before.Tree.Root, before.Records.Values, ["./Vendor/Trust"]).Decide(siege.Attacker, node is null ? Ask.Add : Ask.Replace, uri);
        Assert.IsTrue(verdict.Allowed, $"the output of {operation.Uri} was written to {operation.Target}, the judge refuses by {verdict.Rule}");
    }
}
