using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation.Transactions;
using DmDelegation.Engine.Guard;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation;

/// <summary>Events of a delegation that are no operations of its record: logins, deletions elsewhere, changed ACLs.</summary>
internal static class DelegationEvents
{
    private const int ChallengeOctets = 32;

    /// <summary>Sessions of its creator a staged record survives (DEL-085).</summary>
    private const int MaxCreatorSessions = 2;

    /// <summary>Carries out what is due by the clock: expiry, windows, age. Called by timer, before each session, message and command (DEL-216).</summary>
    public static void CheckDue(Work work) => DueByClock.Run(work);

    /// <summary>The first valid credential of a server in a session (12.2): T2 in mode auth, a new challenge in mode exec, refusal while suspended.</summary>
    public static void ServerAuthenticated(Work work, SessionState session)
    {
        CountCreatorSession(work, session.Server);
        IgnoredEvents.Count(work, DelegationEvent.BAuthenticated, Naming(work, session.Server));
        var guest = work.State.IsGuest(session.Server);
        foreach (var (record, grant) in work.State.LiveTo(session.Server).ToList())
        {
            if (record.State == DelegationState.Pending && Suspension.HoldsPending(work.State, grant))
            {
                continue; // row 12: refused until the clock is trusted and no ancestor is Suspended (DEL-063, DEL-222)
            }

            if (record.State == DelegationState.Pending && grant.ConfirmMode == ConfirmMode.Exec)
            {
                work.Put(work.Engine.Sessions[session.Server] with { Challenge = work.Random(ChallengeOctets) });
            }
            else if (record.State == DelegationState.Pending && session.Proof == ServerProof.ApplicationLayer)
            {
                work.CommitBefore();
                Activate(work, record, DelegationEvent.BAuthenticated);
            }
        }

        if (guest && work.State.LiveTo(session.Server).All(live => Suspension.Holds(work.State, live.Record, live.Grant)))
        {
            work.Put(work.Engine.Sessions[session.Server] with { AbortReason = ReasonCode.ClockUntrusted.Code }); // DEL-213, DEL-222
        }
    }

    /// <summary>A server presented a wrong credential and the one further challenge failed too (DEL-184). After confirmation it only delays (DEL-186).</summary>
    public static void LoginFailed(Work work, SessionState session)
    {
        IgnoredEvents.Count(work, DelegationEvent.LoginOfBFailed, Naming(work, session.Server));
        foreach (var (record, _) in work.State.LiveTo(session.Server).ToList())
        {
            if (record.State == DelegationState.Pending)
            {
                // The one before may just have ended, and this one's undo record been told (DEL-135).
                CountBadAttempt(work, work.State.Records[record.Id], session.Server, DelegationEvent.LoginOfBFailed);
            }
        }
    }

    /// <summary>T2, its alerts and its commit.</summary>
    public static void Activate(Work work, DelegationRecord record, DelegationEvent happening)
    {
        var active = T2Confirm.Apply(work, record, happening);
        work.Put(active);
        AuditLog.Evidence(work, active, active.Grant!.To, AuditEvents.T2, ReasonCode.Ok);
        Alerts.QueueActive(work, active);
        work.Log(
            LogCodes.DelegationActive,
            active.State == DelegationState.Finalised
                ? $"delegation {record.Id}: {active.Grant!.To} owns its scope for good, {record.By} has given it away"
                : $"delegation {record.Id}: {active.Grant!.To} manages its scope for {record.By}",
            ("delegation", record.Id), ("by", record.By), ("to", active.Grant.To));
        work.Mark(CrashPoint.C8BeforeT2Commit);
        work.CommitOwn(CommitPoint.T2);
        work.Mark(active.State == DelegationState.Finalised ? CrashPoint.C11AfterFinalCommit : CrashPoint.C9AfterT2Commit);
    }

    /// <summary>Counts a wrong credential or proof of B, once per session; at the limit T3 runs (DEL-184).</summary>
    public static void CountBadAttempt(Work work, DelegationRecord record, string server, DelegationEvent happening)
    {
        if (work.Engine.Sessions.TryGetValue(server, out var session))
        {
            if (session.BadAttemptCountedFor.Contains(record.Id))
            {
                return;
            }

            work.Put(session with { BadAttemptCountedFor = session.BadAttemptCountedFor.Add(record.Id) });
        }

        var count = record.Grant!.BadAttempts + 1;
        work.Log(LogCodes.LoginCounted, $"{server} failed to prove itself for delegation {record.Id}, {count} of {work.Options.Delegation.Lockout}", ("delegation", record.Id), ("server", server));
        var counted = record with { Grant = record.Grant with { BadAttempts = count } };
        var proof = happening == DelegationEvent.ConfirmProofBad;
        if (proof)
        {
            AuditLog.Noise(work, record, server, AuditEvents.Proof, ReasonCode.ProofBad);
        }

        if (count < work.Options.Delegation.Lockout)
        {
            work.Put(counted);
            if (proof)
            {
                Alerts.QueueConfirmationFailed(work, counted, ReasonCode.ProofBad);
            }

            work.CommitOwn(CommitPoint.Record);
            return;
        }

        T3End.Apply(work, counted, happening, DelegationState.Failed, ReasonCode.KeyLockout);
        work.CommitOwn(CommitPoint.T3);
        MarkAfterEnd(work);
    }

    /// <summary>
    /// A Delete in the tree that ends delegations: of a scope root or ancestor by the home authority of the root (DEL-141), of an account
    /// in use (DEL-275, DEL-276). They end first, in the commit of the Delete. ACL-052 runs for an account that goes.
    /// </summary>
    /// <param name="delete">Carries out the Delete on the open transaction.</param>
    public static CommandOutcome Delete(Work work, SessionState session, NodePath path, Func<CommandOutcome> delete)
    {
        if (work.State.Tree.Resolve(path) is not { } chain)
        {
            return delete();
        }

        var account = AccountList.At(work.State.Tree, chain.Target.Id);
        var ends = EndedBy(work, chain, account).ToList();
        var allowed = work.Policy.Decide(new AccessQuestion(session.Server, AccessOperation.Delete, chain)).Allowed;
        if (!allowed)
        {
            return delete();
        }

        CountIgnored(work, chain, account);
        if (ends.Count == 0 && account is null)
        {
            return delete();
        }

        work.CommitBefore();
        var before = work.Engine;
        // Parents first; what descends from them ends with them (DEL-066).
        foreach (var (record, happening, reason) in ends.Where(end => work.State.Records[end.Record.Id].State.IsLive()))
        {
            var to = record.State == DelegationState.Pending ? DelegationState.Cancelled : DelegationState.Revoked;
            T3End.Apply(work, work.State.Records[record.Id], happening, to, reason);
        }

        var outcome = delete();
        if (!outcome.Succeeded)
        {
            work.Engine = before;
            return outcome;
        }

        if (account is not null)
        {
            RemoveServer(work, account.ServerId, before.Durable);
        }

        work.CommitOwn(CommitPoint.T3);
        return outcome;
    }

    /// <summary>Remembers who replaced the ACL of a treated node, and what a known B itself wrote elsewhere in its scope, for T3 (DEL-135, DEL-136).</summary>
    public static void AclReplaced(Work work, string server, NodeId node)
    {
        foreach (var (record, grant) in work.State.Live().ToList())
        {
            var undo = grant.Undo;
            var index = undo.Entries.IndexOf(undo.Entries.FirstOrDefault(entry => entry.Node == node)!);
            undo = index >= 0 ? undo with { Entries = undo.Entries.SetItem(index, undo.Entries[index] with { LastWriter = server }) }
                : grant.To != server || undo.NamedBefore.Contains(node) ? undo
                : work.State.Tree.Resolve(node) is { } chain && ScopeMembership.EntryFor(work.Options, grant, chain) is not null
                    ? undo with { NamedBefore = undo.NamedBefore.Add(node) }
                : undo;
            if (!ReferenceEquals(undo, grant.Undo))
            {
                work.Put(record with { Grant = grant with { Undo = undo } });
            }
        }
    }

    /// <summary>
    /// The operator ends a delegation: a Staged record goes, a live one ends with LOCAL, a Finalised one stays (DEL-278; rows 8, 21, 37, 47).
    /// Done or refused, the log tells.
    /// </summary>
    public static void EndLocally(Work work, string id)
    {
        var record = work.State.Records.GetValueOrDefault(id);
        var refusal = record is null ? ReasonCode.StateConflict : TransitionTable.Refusal(record.State, DelegationEvent.LocalEnd);
        var outcome = record is null ? "no such record"
            : refusal?.Name ?? (record.State == DelegationState.Staged ? "staged record deleted" : "ended");
        if (refusal is null)
        {
            Operations.End(work, record!, DelegationEvent.LocalEnd, ReasonCode.Local);
        }
        else
        {
            AuditLog.Evidence(work, record, "", AuditEvents.LocalEnd, refusal);
        }

        work.Log(LogCodes.LocalEnd, $"end of delegation {id} asked for at the device: {outcome}", ("delegation", id), ("outcome", outcome));
    }

    /// <summary>Crash points behind the commit of T3 (12.4).</summary>
    public static void MarkAfterEnd(Work work)
    {
        work.Mark(CrashPoint.C16AfterT3Commit);
        if (work.Engine.Sessions.Values.Any(session => session.AbortReason != 0))
        {
            work.Mark(CrashPoint.C17BeforeAbortOfB);
        }
    }

    private static IEnumerable<(DelegationRecord Record, DelegationEvent Happening, ReasonCode Reason)> EndedBy(Work work, NodeChain chain, Account? account)
    {
        foreach (var (record, grant) in Chain.ParentsFirst(work.State).Where(live => live.Record.State != DelegationState.Finalised))
        {
            if (ScopeMembership.IsPinned(work.State.Tree, grant, chain.Target.Id))
            {
                yield return (record, DelegationEvent.OwnerDeletesTheScope, ReasonCode.Local);
            }
            else if (account is not null && record.By == account.ServerId)
            {
                yield return (record, DelegationEvent.AccountOfAGone, ReasonCode.AAccountGone);
            }
            else if (account is not null && grant.Account == account.Node)
            {
                yield return (record, DelegationEvent.AccountOfBGone, ReasonCode.BAccountGone);
            }
        }
    }

    /// <summary>Counts the records that such a Delete concerns and does not end (DEL-291).</summary>
    private static void CountIgnored(Work work, NodeChain chain, Account? account)
    {
        IgnoredEvents.Count(work, DelegationEvent.OwnerDeletesTheScope, work.State.Records.Values.Where(record =>
            record.Grant is { } grant && ScopeMembership.IsPinned(work.State.Tree, grant, chain.Target.Id)));
        if (account is not null)
        {
            IgnoredEvents.Count(work, DelegationEvent.AccountOfAGone, work.State.Records.Values.Where(record => record.By == account.ServerId));
            IgnoredEvents.Count(work, DelegationEvent.AccountOfBGone, Naming(work, account.ServerId));
        }
    }

    /// <summary>Records whose B is a server, whatever their state.</summary>
    private static IEnumerable<DelegationRecord> Naming(Work work, string server) =>
        work.State.Records.Values.Where(record => record.B() == server);

    private static void RemoveServer(Work work, string server, AgentState before)
    {
        var tree = work.OpenTree();
        AclRemoval.RemoveServer(tree, server, work.Options.FactoryRootAcl);
        work.KeepTree(tree);
        if (!work.Engine.Sessions.TryGetValue(server, out var session))
        {
            Outbox.GiveUpAll(work, server, before); // DEL-338: what it still holds
        }
        else
        {
            // A session is as good as the account it was opened with: without it there is no principal (DEL-320).
            work.Put(session with { AbortReason = ReasonCode.NotCreator.Code });
        }

        foreach (var staged in work.State.Records.Values.Where(record => record.State == DelegationState.Staged && record.By == server).ToList())
        {
            work.State = work.State with { Records = work.State.Records.Remove(staged.Id) };
        }
    }

    private static void CountCreatorSession(Work work, string server)
    {
        foreach (var record in work.State.Records.Values.Where(record => record.State == DelegationState.Staged && record.By == server).ToList())
        {
            work.State = record.CreatorSessions >= MaxCreatorSessions
                ? work.State with { Records = work.State.Records.Remove(record.Id) }
                : work.State with { Records = work.State.Records.SetItem(record.Id, record with { CreatorSessions = record.CreatorSessions + 1 }) };
        }
    }
}
