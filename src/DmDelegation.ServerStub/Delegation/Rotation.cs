using System.Security.Cryptography;
using DmDelegation.Protocol;
using DmDelegation.ServerStub.Dm;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.Keys;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>
/// B replaces the secrets that come from the TDK, for A knows them too (DEL-181): both in one Atomic, saved before they leave, and both old and
/// new kept until the device has shown the new one (DEL-182).
/// </summary>
internal sealed class Rotation(ServerContext context)
{
    // DEL-181: the device's default. With it B takes half of that time, so that it does not depend on the last session before the end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(86_400 / 2);

    /// <summary>Whether the account is this process's own and still on secrets that A knows.</summary>
    public bool IsPending(DelegationProcess process) => AccountOf(process) is { Derived: true };

    /// <summary>Whether it is time: before a final one is confirmed (DEL-183), otherwise once it is active.</summary>
    public bool IsDue(DelegationProcess process)
    {
        if (!IsPending(process))
            return false;
        var terms = process.ReadTerms();
        return terms.DurationType == "final" ? process.State == ProcessState.InSession
            : process is { EndReason: null, ConfirmedAt: { } since } && terms.RotateWithin != 0
                && context.Now >= since + (terms.RotateWithin is null ? Patience : TimeSpan.Zero);
    }

    /// <summary>The commands. The secrets of an attempt that was not answered are sent again: the device has them or has not.</summary>
    public DmBatch Commands(DelegationProcess process)
    {
        var account = AccountOf(process)!;
        account.NextClientSecret ??= NewSecret();
        account.NextServerSecret ??= NewSecret();
        var root = process.AccountRef ?? $"./DMAcc/d-{process.DelegationId}"; // DEL-142
        var replaces = new[] { Replace($"{root}/AppAuth/c/AAuthSecret", account.NextClientSecret), Replace($"{root}/AppAuth/s/AAuthSecret", account.NextServerSecret) };
        return new DmBatch([new DmCommand { Name = "Atomic", Children = replaces }], results =>
        {
            if (results[0].Status is not (0 or StatusCode.Unauthorized) && !StatusCode.IsSuccess(results[0].Status))
                Forget(account); // refused: the next attempt is made with others
        }, Secret: true);
    }

    private DeviceAccount? AccountOf(DelegationProcess process) =>
        context.State.Devices.GetValueOrDefault(process.Device) is { } account && account.MadeBySid == process.Sid ? account : null;

    private byte[] NewSecret()
    {
        var octets = context.Random(32);
        var text = DelegationKeys.Password(octets);
        CryptographicOperations.ZeroMemory(octets);
        return text;
    }

    private static void Forget(DeviceAccount account)
    {
        CryptographicOperations.ZeroMemory(account.NextClientSecret);
        CryptographicOperations.ZeroMemory(account.NextServerSecret);
        (account.NextClientSecret, account.NextServerSecret) = (null, null);
    }

    private static DmCommand Replace(string uri, byte[] secret) => new() { Name = "Replace", Uri = uri, Format = "chr", Data = ItemData.FromOctets(secret) };
}
