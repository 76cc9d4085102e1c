using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation;

namespace DmDelegation.Engine;

/// <summary>
/// STORE_CORRUPT (502) with Mark <c>fatal</c>, once for each damage (DEL-297, DEL-298). Who had delegated what is lost with the store, so every
/// server with a home account hears of it: each of them may have been a delegating one, and whose delegations are gone.
/// </summary>
internal static class StoreDamageReport
{
    /// <summary>Queues the reports of a damage that has none yet, into the commit that says they are queued: a crash repeats both or neither.</summary>
    public static void Queue(Work work)
    {
        if (work.State.Device.Damage is not { Reported: false } damage)
        {
            return;
        }

        work.State = work.State with { Device = work.State.Device with { Damage = damage with { Reported = true } } };
        AuditLog.Evidence(work, new DelegationRecord { Id = "", By = "" }, "", "StoreCorrupt", ReasonCode.StoreCorrupt);
        foreach (var account in AccountList.All(work.State.Tree))
        {
            Alerts.QueueStoreCorrupt(work, account.ServerId);
        }

        work.Log(
            LogCodes.StoreDamaged, $"the store was unusable ({damage.Code}) and lies in {damage.File}: all delegations are gone, the factory tree is in force",
            ("code", damage.Code), ("file", damage.File));
    }
}
