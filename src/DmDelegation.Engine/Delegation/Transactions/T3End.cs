using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Transactions;

/// <summary>
/// T3 (7.1): restores the home scheme from the undo record, removes account and keys, leaves a tombstone, queues End. It undoes only
/// what T1 and T2 of this delegation did (DEL-138) and no values (DEL-137). All that descends from it ends first, in the same commit.
/// </summary>
internal static class T3End
{
    /// <summary>
    /// Carries out T3 on the open transaction, descendants first, and queues the alerts. The caller commits. Where the undo record is damaged, B is
    /// out all the same, the reason is ROLLBACK_INCOMPLETE, and the undo record is kept for repair (DEL-139).
    /// </summary>
    /// <param name="actor">Who brought it about, where it is not the one that the event names: an ancestor's delegating server (DEL-067).</param>
    public static void Apply(Work work, DelegationRecord record, DelegationEvent happening, DelegationState to, ReasonCode reason, string? actor = null)
    {
        Cascade(work, record.Id, to);
        // The ends below have told this one what lies under it now (DEL-135); the record itself may hold more than the state does yet.
        var told = work.State.Records[record.Id].Grant!.Undo;
        EndOne(work, record with { Grant = record.Grant! with { Undo = told } }, happening, to, reason, actor);
    }

    /// <summary>
    /// Ends all that descends from a delegation, the deepest first: no authority without source, and no state between to crash in (DEL-066,
    /// DEL-272, C20).
    /// </summary>
    /// <param name="parentTo">State the parent ends in; Expired is handed down (row 36, DEL-221).</param>
    public static void Cascade(Work work, string id, DelegationState parentTo)
    {
        foreach (var descendant in Chain.Descendants(work.State, id))
        {
            EndBelow(work, descendant.Id, parentTo);
        }
    }

    /// <summary>Ends a child whose authority is taken away although its parent goes on, with all that descends from it (DEL-264).</summary>
    public static void EndChild(Work work, string id)
    {
        Cascade(work, id, DelegationState.Revoked);
        EndBelow(work, id, DelegationState.Revoked);
    }

    // Read anew: the end of one below has told the others what is under them now (DEL-135).
    private static void EndBelow(Work work, string id, DelegationState parentTo)
    {
        var record = work.State.Records[id];
        var to = record.State == DelegationState.Pending ? DelegationState.Cancelled
            : parentTo == DelegationState.Expired ? DelegationState.Expired
            : DelegationState.Revoked;
        EndOne(work, record, DelegationEvent.ParentEnded, to, ReasonCode.ParentEnded);
        work.Mark(CrashPoint.C20InCascade);
    }

    private static void EndOne(Work work, DelegationRecord record, DelegationEvent happening, DelegationState to, ReasonCode reason, string? actor = null)
    {
        var grant = record.Grant!;
        var (kept, complete) = AclRestoration.Restore(work, record, grant);
        reason = complete ? reason : ReasonCode.RollbackIncomplete;
        var lastOfAccount = grant.AccountMade && !UsedByOthers(work.State, record.Id, grant.Account);
        if (lastOfAccount)
        {
            RemoveAccount(work, grant.Account);
            SecretRotation.Forget(work, grant.To);
        }

        var ended = record.Move(happening, to, reason.Code) with
        {
            EndedAt = work.Time,
            SealedKeyValue = default,
            Grant = grant with { SealedProofKey = default, Undo = complete ? UndoRecord.Empty : grant.Undo, KeptCount = grant.KeptCount + kept },
        };
        work.Put(ended);
        Tombstones.Add(work, ended);
        AuditLog.Evidence(work, ended, actor ?? ActorOf(happening, record.By, grant.To), AuditEvents.T3, reason);
        Alerts.QueueEnd(work, ended);
        if (lastOfAccount)
        {
            DropStaged(work, grant.To);
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

    /// <summary>A guest without an account has no records left to start (row 8: account of A gone).</summary>
    private static void DropStaged(Work work, string guest)
    {
        var staged = work.State.Records.Values.Where(record => record.State == DelegationState.Staged && record.By == guest).Select(record => record.Id);
        work.State = work.State with { Records = work.State.Records.RemoveRange(staged.ToList()) };
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
