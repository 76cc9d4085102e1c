using System.Collections.Immutable;
using System.Text;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation.Transactions;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation;

/// <summary>
/// Exec of <c>Operations/Reduce</c> by A (DEL-264): whole entries leave a partial, non-final delegation, with T3 for their part of the undo
/// record. Everything else goes on: state, account, keys, BH, clocks.
/// </summary>
internal static class Reduction
{
    /// <summary>Runs the operation; the argument is the names of entries, joined by <c>+</c>.</summary>
    public static CommandOutcome Run(Work work, DelegationRecord record, ReadOnlyMemory<byte> argument)
    {
        if (TransitionTable.Refusal(record.State, DelegationEvent.Reduce) is { } refused)
        {
            return Operations.RefusedByState(refused);
        }

        var grant = record.Grant!;
        if (grant.ScopeType != ScopeType.Partial)
        {
            return Operations.Outcome(ReasonCode.StateConflict, "DEL-264");
        }

        if (Named(grant, argument) is not { } names)
        {
            return Operations.Outcome(ReasonCode.Incomplete, "DEL-264");
        }

        return names.Count == grant.Scope.Length
            ? Operations.End(work, record, DelegationEvent.Reduce, ReasonCode.Revoked) // row 34
            : TakeAway(work, record, grant, names);
    }

    /// <summary>
    /// The entries that the argument names; null if it is empty or names one twice or one that is not there. As for a leaf of that form, that
    /// is INCOMPLETE (DEL-102): nothing is taken away on a guess.
    /// </summary>
    private static HashSet<string>? Named(DelegationGrant grant, ReadOnlyMemory<byte> argument)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in Encoding.UTF8.GetString(argument.Span).Split('+', grant.Scope.Length + 1))
        {
            if (!grant.Scope.Any(entry => entry.Name == name) || !names.Add(name))
            {
                return null;
            }
        }

        return names;
    }

    private static CommandOutcome TakeAway(Work work, DelegationRecord record, DelegationGrant grant, HashSet<string> names)
    {
        work.CommitBefore();
        EndChildren(work, record.Id, [.. grant.Scope.Where(entry => names.Contains(entry.Name))]);
        record = work.State.Records[record.Id]; // the ends below have told it what lies under it now (DEL-135)
        grant = record.Grant!;
        var (taken, left) = Split(work.State.Tree, grant, names);
        var (kept, complete) = AclRestoration.Restore(work, record, taken);
        var reason = complete ? ReasonCode.Revoked : ReasonCode.RollbackIncomplete;
        var reduced = record.Move(DelegationEvent.Reduce, record.State, record.Reason) with
        {
            Leaves = record.Leaves.RemoveRange(record.Leaves.Keys.Where(path => BelongsTo(names, path))),
            Interiors = record.Interiors.Except(record.Interiors.Where(path => BelongsTo(names, path))),
            Grant = left with { KeptCount = grant.KeptCount + kept },
        };
        work.Put(reduced);
        AuditLog.Evidence(work, reduced, record.By, AuditEvents.Reduce, reason);
        Alerts.QueueReduced(work, reduced, reason);
        var uris = string.Join(", ", taken.Scope.Select(entry => entry.Uri));
        work.Log(
            LogCodes.DelegationReduced,
            $"delegation {record.Id} of {record.By} to {grant.To}: {uris} taken away",
            ("delegation", record.Id), ("by", record.By), ("to", grant.To), ("scope", uris));
        work.Mark(CrashPoint.C15BeforeT3CommitOfCommand);
        work.CommitOwn(CommitPoint.T3);
        DelegationEvents.MarkAfterEnd(work);
        return complete ? Operations.Outcome(ReasonCode.Ok, "DEL-264") : Operations.Outcome(ReasonCode.RollbackIncomplete, "DEL-139");
    }

    /// <summary>A child with an entry in one that goes ends whole: entries of the child cannot be split off it either (DEL-264).</summary>
    private static void EndChildren(Work work, string parent, ImmutableArray<ScopeEntry> taken)
    {
        bool LiesIn(ScopeEntry entry) => work.State.Tree.Resolve(entry.Root) is { } chain && taken.Any(gone => chain.Contains(gone.Root));
        foreach (var (child, _) in work.State.Live().Where(live => live.Grant.Parent == parent && live.Grant.Scope.Any(LiesIn)).ToList())
        {
            T3End.EndChild(work, child.Id);
        }
    }

    /// <summary>
    /// The grant of what goes and the grant of what stays. Entries do not overlap (DEL-054) and no node leaves its entry by a Rename, so each
    /// node below a root belongs to that entry; what is gone from the tree is nobody's.
    /// </summary>
    private static (DelegationGrant Taken, DelegationGrant Left) Split(ManagementTree tree, DelegationGrant grant, HashSet<string> names)
    {
        var taken = grant.Scope.Where(entry => names.Contains(entry.Name)).ToImmutableArray();
        bool Goes(NodeId node) => tree.Resolve(node) is { } chain && taken.Any(entry => chain.Contains(entry.Root));
        DelegationGrant Part(ImmutableArray<ScopeEntry> scope, Func<NodeId, bool> has) => grant with
        {
            Scope = scope,
            Undo = grant.Undo with
            {
                Entries = [.. grant.Undo.Entries.Where(entry => has(entry.Node))],
                Skipped = [.. grant.Undo.Skipped.Where(has)],
                NamedBefore = [.. grant.Undo.NamedBefore.Where(has)],
            },
        };
        return (Part(taken, Goes), Part([.. grant.Scope.Except(taken)], node => !Goes(node)));
    }

    private static bool BelongsTo(HashSet<string> names, string path) => path.Split('/') is ["Scope", var name, ..] && names.Contains(name);
}
