using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Transactions;

/// <summary>
/// T3 (7.1): restores the home scheme from the undo record, removes account and keys, leaves a tombstone, queues End. It undoes only
/// what T1 and T2 of this delegation did (DEL-138) and no values (DEL-137).
/// </summary>
internal static class T3End
{
    /// <summary>
    /// Carries out T3 on the open transaction and queues its alerts. The caller commits. Where the undo record is damaged, B is out all the
    /// same, the reason is ROLLBACK_INCOMPLETE, and the undo record is kept for repair (DEL-139).
    /// </summary>
    public static void Apply(Work work, DelegationRecord record, DelegationEvent happening, DelegationState to, ReasonCode reason)
    {
        var grant = record.Grant!;
        var (kept, complete) = AclRestoration.Restore(work, record, grant);
        reason = complete ? reason : ReasonCode.RollbackIncomplete;
        var lastOfAccount = grant.AccountMade && !UsedByOthers(work.State, record.Id, grant.Account);
        if (lastOfAccount)
        {
            RemoveAccount(work, grant.Account);
        }

        var ended = record.Move(happening, to, reason.Code) with
        {
            EndedAt = work.Time,
            SealedKeyValue = default,
            Grant = grant with { SealedProofKey = default, Undo = complete ? UndoRecord.Empty : grant.Undo, KeptCount = grant.KeptCount + kept },
        };
        work.State = work.State with { Records = work.State.Records.SetItem(record.Id, ended) };
        Tombstones.Add(work, ended);
        AuditLog.Evidence(work, ended, ActorOf(happening, record.By, grant.To), AuditEvents.T3, reason);
        Alerts.QueueEnd(work, ended);
        if (lastOfAccount)
        {
            CutOffGuest(work, ended, reason);
        }

        work.Log(
            LogCodes.DelegationEnded,
            $"delegation {record.Id} of {record.By} to {grant.To}: {to}, {reason.Name}",
            ("delegation", record.Id), ("by", record.By), ("to", grant.To), ("state", to.ToString()), ("reason", reason.Name));
    }

    /// <summary>Who brought the end about; empty: the device itself, or somebody the log line before this one names.</summary>
    private static string ActorOf(DelegationEvent happening, string a, string b) => happening switch
    {
        DelegationEvent.Relinquish => b,
        DelegationEvent.Cancel or DelegationEvent.Revoke or DelegationEvent.DeleteOfTheRecord => a,
        _ => "",
    };

    private static bool UsedByOthers(AgentState state, string id, NodeId account) =>
        state.Live().Any(live => live.Record.Id != id && live.Grant.Account == account);

    private static void RemoveAccount(Work work, NodeId account)
    {
        var tree = work.OpenTree();
        if (tree.Current.Find(account) is not null)
        {
            // Without ACL-047: which ACL entries go is said by DEL-135 and DEL-136 (DEL-193).
            tree.Delete(account);
        }

        work.KeepTree(tree);
    }

    /// <summary>
    /// A guest with an open session hears of the end there and is then cut off (DEL-217, DEL-247); for one without, what is still queued
    /// is given up: no key is kept for a farewell.
    /// </summary>
    private static void CutOffGuest(Work work, DelegationRecord record, ReasonCode reason)
    {
        var guest = record.Grant!.To;
        if (work.Engine.Sessions.TryGetValue(guest, out var session) && session.Proof != ServerProof.None)
        {
            work.Put(session with { AbortReason = reason.Code });
            return;
        }

        Outbox.GiveUpAll(work, guest);
        NonceStore.Forget(work, guest);
        ContactPlan.Forget(work, guest);
    }
}
