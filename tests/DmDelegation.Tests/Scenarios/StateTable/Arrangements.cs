using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios.StateTable;

/// <summary>How a device comes into each state.</summary>
internal static class Arrangements
{
    public static readonly Dictionary<DelegationState, Action<Course>> Of = new()
    {
        [DelegationState.Staged] = course => course.Say(Given.A, course.Delegation.Ask(), course.Delegation.Build(start: false)),
        [DelegationState.Pending] = Pending,
        [DelegationState.Active] = Active,
        [DelegationState.Suspended] = Suspended,
        [DelegationState.Finalised] = Finalised,
        [DelegationState.Failed] = course => { Pending(course); course.Pass(TimeSpan.FromSeconds(Course.WindowSeconds)); },
        [DelegationState.Cancelled] = course => { Pending(course); course.Say(Given.A, course.Delegation.Operation("Cancel")); },
        [DelegationState.Revoked] = course => { Active(course); course.Say(Given.A, course.Delegation.Operation("Revoke")); },
        [DelegationState.Expired] = course => { Active(course); course.Pass(TimeSpan.FromSeconds(Course.LifeSeconds)); },
        [DelegationState.Relinquished] = course => { Active(course); course.Say(Given.B, course.Delegation.Operation("Relinquish")); },
    };

    private static void Pending(Course course)
    {
        Assert.AreEqual(200, course.Say(Given.A, course.Delegation.Ask(), course.Delegation.Build()), Given.Log(course.Device));
        course.Device.Arm(course.Delegation);
    }

    private static void Active(Course course)
    {
        Pending(course);
        course.Say(Given.B, course.Delegation["Confirm/Mode"] == "exec" ? course.Delegation.Confirming() : []);
    }

    private static void Finalised(Course course)
    {
        Pending(course);
        if (!course.Case.KnownB)
        {
            course.Device.Rotate(course.Delegation);
        }

        course.Say(Given.B, course.Delegation.Confirming());
    }

    private static void Suspended(Course course)
    {
        Active(course);
        course.Reboot(TimeSpan.FromMinutes(5), clockTrusted: false);
    }
}
