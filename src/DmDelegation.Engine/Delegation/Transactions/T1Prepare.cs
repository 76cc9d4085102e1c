using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation.Keys;
using DmDelegation.Engine.Delegation.Start;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Transactions;

/// <summary>
/// T1 (7.1): writes the undo record, makes or references B's account, writes out inherited ACLs on protected subtrees, adds B to the
/// ACLs, derives the keys, wipes <c>Key/Value</c>: Staged becomes Pending. A's rights are unchanged (DEL-132).
/// </summary>
internal static class T1Prepare
{
    /// <summary>Carries out T1 on the open transaction. The caller commits.</summary>
    /// <param name="terms">What validation made of the record.</param>
    /// <param name="tdk">The TDK; the caller overwrites it (DEL-155).</param>
    public static DelegationRecord Apply(Work work, DelegationRecord record, DelegationTerms terms, SecretBuffer tdk)
    {
        var bindingHash = Binding.Hash(record, work.State.Device.DevId);
        var check = DelegationKeys.Check(tdk.Octets, bindingHash);
        using var prk = DelegationKeys.Extract(tdk.Octets, bindingHash);

        var tree = work.OpenTree();
        var undo = AddToAcls(tree, terms) with { Order = work.State.Live().Select(live => live.Grant.Undo.Order).DefaultIfEmpty().Max() + 1 };
        var ofGuest = work.State.IsGuest(terms.To);
        var account = terms.KnownAccount ?? MakeAccount(work, tree, record, terms, prk);
        work.KeepTree(tree);

        var grant = new DelegationGrant
        {
            To = terms.To,
            ScopeType = terms.ScopeType,
            DurationType = terms.DurationType,
            Exclusive = terms.Exclusive,
            Scope = terms.Scope,
            ConfirmMode = terms.ConfirmMode,
            WindowSeconds = terms.WindowSeconds,
            NotAfter = terms.NotAfter,
            MaxSeconds = terms.MaxSeconds,
            BudgetWhenTimeUnknown = terms.BudgetWhenTimeUnknown,
            RotateWithinSeconds = terms.RotateWithinSeconds,
            Rotation = terms.RotateWithinSeconds > 0 && work.State.ServerOf(terms.To).Rotation is { IsDone: false } ? RotationDuty.Due : RotationDuty.None,
            SubDelegation = terms.SubDelegation,
            Parent = terms.Parent?.Id ?? "",
            Lenders = terms.Parent is { } parent ? [parent.By, .. parent.Grant!.Lenders] : [],
            BindingHash = bindingHash,
            Check = check,
            Account = account,
            AccountMade = terms.KnownAccount is null || ofGuest,
            Pins = ofGuest ? work.State.PinsOf(terms.To) : terms.Pins, // the account stays as it is (DEL-056)
            Mark = MarkOf(work, terms),
            SealedProofKey = terms.ConfirmMode == ConfirmMode.Exec ? SealProofKey(work, record.Id, prk) : default,
            Window = ElapsedTime.Start(work.Now, work.Options.Delegation.ClockPersistSeconds * 1000L),
            Undo = undo,
            SkippedCount = terms.Treatment.Skipped.Length,
            ChangedCount = terms.Treatment.Treated.Length,
        };
        return record.Move(DelegationEvent.Start, DelegationState.Pending, ReasonCode.Ok.Code) with
        {
            SealedKeyValue = default,
            Grant = grant,
            StartedAt = work.Time,
            Leaves = WithAccountPath(work, record, terms, account),
        };
    }

    /// <summary>What A has stated, or what was stated for the parent, which descends to this one (DEL-203, DEL-204): the later.</summary>
    private static TimeMark? MarkOf(Work work, DelegationTerms terms)
    {
        var lent = terms.Parent?.Grant!.Mark;
        return terms.TimeOfA is { } stated ? TimeMark.Raise(lent, stated, work.Now) : lent;
    }

    private static UndoRecord AddToAcls(TreeTransaction tree, DelegationTerms terms)
    {
        var entries = ImmutableArray.CreateBuilder<UndoEntry>();
        // Before any value changes, so that a protected subtree keeps what it had (DEL-122).
        foreach (var chain in terms.Treatment.WrittenOut)
        {
            var inherited = chain.EffectiveAcl();
            tree.SetAcl(chain.Target.Id, inherited);
            entries.Add(new UndoEntry(chain.Target.Id, chain.ToString(), null, inherited.ToString(), AclCommands.None, AclCommands.None, Protected: true, ""));
        }

        foreach (var node in terms.Treatment.Treated)
        {
            var target = node.Chain.Target;
            string? written = null;
            if (node.Added != AclCommands.None)
            {
                var value = node.Effective.With(node.Added, terms.To);
                tree.SetAcl(target.Id, value);
                written = value.ToString();
            }

            entries.Add(new UndoEntry(target.Id, node.Chain.ToString(), target.Acl?.ToString(), written, node.Added, AclCommands.None, Protected: false, ""));
        }

        return new UndoRecord(entries.ToImmutable(), terms.Treatment.Skipped, terms.Treatment.NamedBefore, Closed: false);
    }

    private static NodeId MakeAccount(Work work, TreeTransaction tree, DelegationRecord record, DelegationTerms terms, SecretBuffer prk)
    {
        using var clientPassword = DelegationKeys.Password(prk, "client-cred");
        using var serverPassword = DelegationKeys.Password(prk, "server-cred");
        using var clientNonce = DelegationKeys.Expand(prk, "client-nonce", 16);
        using var serverNonce = DelegationKeys.Expand(prk, "server-nonce", 16);
        SecretRotation.Begin(work, terms.To, clientPassword, serverPassword);
        var clientName = terms.ClientName.Length > 0 ? terms.ClientName : work.State.Device.DevId;
        using var client = AccountSecret.OfPassword(clientName, clientPassword.Octets);
        using var server = AccountSecret.OfPassword(terms.To, serverPassword.Octets);
        return AccountBuilder.Add(
            tree,
            work.Options.Description,
            work.Ports.Vault,
            new AccountSpec(AccountBuilder.NodeNameOf(record.Id), terms.To, terms.Address)
            {
                Name = terms.ServerName,
                PrefConRef = terms.ConRef,
                AuthType = terms.AuthType,
                ClientName = clientName,
                ServerName = terms.To,
                Acl = Acl.Of(AclCommands.Get | AclCommands.Replace, terms.To), // DEL-142
            },
            client,
            clientNonce,
            server,
            serverNonce);
    }

    private static byte[] SealProofKey(Work work, string id, SecretBuffer prk)
    {
        using var key = DelegationKeys.Expand(prk, "proof", 32);
        return work.Ports.Vault.Seal(SecretNames.OfProofKey(id), key.Octets);
    }

    /// <summary>T1 writes the path of a known B's account into <c>Account/Ref</c>; BH keeps what A wrote (DEL-056).</summary>
    private static ImmutableSortedDictionary<string, RecordLeaf> WithAccountPath(Work work, DelegationRecord record, DelegationTerms terms, NodeId account)
    {
        const string path = "Account/Ref";
        return terms.KnownAccount is not null && work.State.Tree.PathOf(account) is { } at
            ? record.Leaves.SetItem(path, record.Leaves[path] with { Octets = System.Text.Encoding.UTF8.GetBytes(at.ToString()) })
            : record.Leaves;
    }
}
