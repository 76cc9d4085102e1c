using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Time;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Transactions;

/// <summary>
/// T2 (7.1): B has proved itself. <c>exclusive</c> takes A's changing rights away, the guard entries are live with the state, the life
/// clock starts: Pending becomes Active. The undo record is kept and closed (DEL-131). Or it is final, and Pending becomes Finalised (DEL-130).
/// </summary>
internal static class T2Confirm
{
    /// <summary>Carries out T2 on the open transaction. The caller commits.</summary>
    public static DelegationRecord Apply(Work work, DelegationRecord record, DelegationEvent happening)
    {
        var grant = record.Grant!;
        if (grant.DurationType == DurationType.Final)
        {
            return Finalise(work, record, happening);
        }

        var entries = grant.Exclusive ? TakeFromA(work, record.By, grant, Treatment.Changing) : grant.Undo.Entries;
        return Confirmed(work, record, happening, DelegationState.Active, grant.Undo with { Entries = entries, Closed = true });
    }

    /// <summary>
    /// DEL-130: A is out of everything, Get included; the undo record is destroyed, so that there is nothing to go back to; nothing that A
    /// knows opens anything (DEL-183). B's account is a home account by the new state.
    /// </summary>
    private static DelegationRecord Finalise(Work work, DelegationRecord record, DelegationEvent happening)
    {
        var grant = record.Grant!;
        if (grant.ScopeType == ScopeType.Full)
        {
            Finality.HandOver(work, record.By, grant.To);
        }

        TakeFromA(work, record.By, grant, AclCommands.All);
        SecretRotation.EraseDerived(work, grant.To);
        return Confirmed(work, record, happening, DelegationState.Finalised, Finality.Forget(grant.Undo));
    }

    private static DelegationRecord Confirmed(Work work, DelegationRecord record, DelegationEvent happening, DelegationState to, UndoRecord undo) =>
        record.Move(happening, to, ReasonCode.Ok.Code) with
        {
            ActivatedAt = work.Time,
            Grant = record.Grant! with
            {
                Undo = undo,
                Life = ElapsedTime.Start(work.Now, work.Options.Delegation.ClockPersistSeconds * 1000L),
                SealedProofKey = default,
            },
        };

    private static ImmutableArray<UndoEntry> TakeFromA(Work work, string a, DelegationGrant grant, AclCommands commands)
    {
        var tree = work.OpenTree();
        var entries = grant.Undo.Entries.ToBuilder();
        for (var i = 0; i < entries.Count; i++)
        {
            if (!entries[i].Protected && tree.Current.Resolve(entries[i].Node) is { } chain)
            {
                entries[i] = Take(tree, chain, a, entries[i], commands);
            }
        }

        work.KeepTree(tree);
        return entries.ToImmutable();
    }

    private static UndoEntry Take(TreeTransaction tree, NodeChain chain, string a, UndoEntry entry, AclCommands commands)
    {
        // A node that inherits gets the inherited value in full first (DEL-123); there is always one of B or a wildcard left in it,
        // because A held one of the rights here.
        var present = chain.EffectiveAcl();
        var taken = present.CommandsOf(a) & commands;
        if (taken == AclCommands.None || present.Without(taken, a) is not { } reduced)
        {
            return entry;
        }

        var untouched = string.Equals(chain.Target.Acl?.ToString(), entry.Written ?? entry.Before, StringComparison.Ordinal);
        tree.SetAcl(chain.Target.Id, reduced);
        return entry with { Taken = taken, Written = untouched ? reduced.ToString() : entry.Written };
    }
}
