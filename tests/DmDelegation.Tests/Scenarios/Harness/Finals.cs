using System.Security.Cryptography;
using DmDelegation.Engine.Delegation;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>Final delegations, from the terms to the point of no return.</summary>
public static class Finals
{
    /// <summary>Partial, final, mode exec, pin and voucher.</summary>
    public static Delegating Final(this Delegating delegation)
    {
        delegation["DurationType"] = "final";
        delegation.Signed = true;
        if (delegation["Account/Addr"] is not null)
        {
            delegation.CertPin = RandomNumberGenerator.GetBytes(32);
        }

        return delegation.Exec();
    }

    /// <summary>Step 4, rotation in a first session, Confirm in a second on the new secrets (DEL-183).</summary>
    public static Delegating Finalise(this TestDevice device, Delegating delegation)
    {
        if (!device.Durable.Records.ContainsKey(delegation.Id))
        {
            Given.Pending(device, delegation);
        }

        if (delegation["Account/Addr"] is not null)
        {
            device.Rotate(delegation);
        }

        device.Manage(delegation.B, delegation.Confirming()).Answers(200, 200);
        Assert.AreEqual(DelegationState.Finalised, device.Record(delegation.Id).State, device.LogText());
        return delegation;
    }
}
