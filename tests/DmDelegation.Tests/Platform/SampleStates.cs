using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Platform;

/// <summary>States with every field filled, for round trips through the store.</summary>
internal static class SampleStates
{
    public static readonly DateTimeOffset Time = new(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    public static AgentState Full()
    {
        var tree = new TreeTransaction(ManagementTree.Empty(Acl.Parse("Add=*&Get=*&Replace=a.example"), Time), Time);
        var scm = tree.Add(NodeId.Root, NodeSpec.InteriorNode("SCM", "org.example/1.0", Acl.Parse("Get=*&Exec=a.example+b.example")));
        var leaf = tree.Add(scm, NodeSpec.Leaf("x", "1"u8.ToArray()));
        tree.SetTitle(leaf, "Überschrift");
        tree.Add(scm, NodeSpec.Leaf("empty", default, Formats.Bin, "application/octet-stream"));
        var secret = tree.Add(scm, new NodeSpec("secret", false, Formats.Chr, "text/plain", "SEALED-SECRET"u8.ToArray(), null, true, AccessTypes.Replace, true));
        tree.Delete(tree.Add(scm, NodeSpec.Leaf("gone", "2"u8.ToArray())));
        return new AgentState
        {
            Tree = tree.Current,
            Device = new DeviceState("urn:uuid:1", 7, 42, ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("b", "h2").Add("B", "h1")),
            Clock = new ClockMarks(Time, "boot-1", 123_456, Time.AddSeconds(-3)) { TrustedOnce = true, Jump = new ClockJump(Time.AddYears(7), Time, "boot-1") },
            Records = ImmutableSortedDictionary.Create<string, DelegationRecord>(StringComparer.Ordinal)
                .Add("7QK2", Record("7QK2", scm, secret)).Add("7qk2", new DelegationRecord { Id = "7qk2", By = "a.example" }),
            Tombstones = ImmutableSortedDictionary.Create<string, Tombstone>(StringComparer.Ordinal).Add("old", new Tombstone(
                "old", new byte[] { 9, 8 }, "a.example", "b.example", DelegationState.Revoked, 163, Time, Time.AddDays(1), Time.AddDays(2), new byte[] { 1 }, 5)),
            Outbox = ImmutableSortedDictionary<long, OutboxEntry>.Empty
                .Add(9, new OutboxEntry(9, "k9", "a.example", "7QK2", "Ack", "informational", "corr", "<x>&</x>", 1, Time))
                .Add(10, new OutboxEntry(10, "k10", "b.example", "7QK2", "End", "critical", "", "", 0, Time)),
            Operations = ImmutableSortedDictionary<long, DeviceOperation>.Empty
                .Add(8, new DeviceOperation(8, scm, "./SCM", "b.example", "7QK2", ["a.example", "home.example"], "corr", "./SCM/x", 5, 60, OperationPhase.Cancelling, true, 181)),
            Servers = ImmutableSortedDictionary.Create<string, ServerState>(StringComparer.Ordinal).Add("a.example", new ServerState(long.MaxValue, "boot-1", 5, 2, [new byte[] { 1, 2 }]) { Rotation = new(new(true, new byte[] { 3 }, true), new(false, default, false), new byte[] { 4 }), Reach = new("https://b.example/dm", new byte[32], 2) }),
            Evidence = AuditRing.Empty.Add(Audited("Start")).Add(Audited("T1")),
            Noise = AuditRing.Empty.Add(Audited("Login")),
        };
    }

    private static AuditEntry Audited(string happening) =>
        new(0, Time, ClockTrust.Plausible, "boot-1", "7QK2", "a.example", "b.example", "", happening, 181, default);

    private static DelegationRecord Record(string id, NodeId scope, NodeId account) => new()
    {
        Id = id,
        By = "a.example",
        State = DelegationState.Active,
        Reason = 3,
        Leaves = ImmutableSortedDictionary.Create<string, RecordLeaf>(StringComparer.Ordinal)
            .Add("Scope/a/URI", new RecordLeaf("chr", "./SCM"u8.ToArray())).Add("Scope/B/URI", new RecordLeaf("bin", new byte[] { 0, 255 })),
        Interiors = ImmutableSortedSet.Create<string>(StringComparer.Ordinal, "Scope", "Scope/a", "Scope/B"),
        SealedKeyValue = "SEALED-KEY-VALUE"u8.ToArray(),
        StagedBootMs = 11,
        CreatorSessions = 1,
        Grant = new DelegationGrant
        {
            To = "b.example",
            ScopeType = ScopeType.Full,
            DurationType = DurationType.Temporary,
            Exclusive = true,
            Scope = [new ScopeEntry("a", "./SCM", scope, AclCommands.Get | AclCommands.Replace)],
            ConfirmMode = ConfirmMode.Exec,
            WindowSeconds = 3600,
            NotAfter = Time.AddYears(1),
            MaxSeconds = 86_400,
            BudgetWhenTimeUnknown = true,
            RotateWithinSeconds = 300,
            Rotation = RotationDuty.Overdue,
            SubDelegation = 1,
            Parent = "P",
            Lenders = ["l.example"],
            BindingHash = new byte[] { 1, 2, 3 },
            Check = new byte[] { 4 },
            Account = account,
            AccountMade = true,
            Pins = new byte[32],
            SealedProofKey = "SEALED-PROOF-KEY"u8.ToArray(),
            BadAttempts = 2,
            Window = new ElapsedTime(1, 2, "boot-1", 3),
            Life = new ElapsedTime(4, 5, "boot-1", 6),
            Mark = new TimeMark(Time, 8, "boot-1"),
            AckDeliveredBootMs = 77,
            Undo = new UndoRecord(
                [new UndoEntry(scope, "./SCM", null, "Get=*", AclCommands.Get, AclCommands.None, true, "d.example")], [scope], [account], true)
            {
                Order = 9,
                Treated = [account],
            },
            SkippedCount = 1,
            ChangedCount = 2,
            KeptCount = 3,
            OffTimeUnknown = true,
        },
        AckDelegating = AckState.Delivered,
        AckDelegated = AckState.Queued,
        AlertsQueued = 4,
        Correlator = "c",
        StartedAt = Time,
        ActivatedAt = Time.AddMinutes(1),
        EndedAt = null,
    };
}
