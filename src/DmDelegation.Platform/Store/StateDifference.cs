using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Platform.Store;

/// <summary>Questions about the difference of two states that decide how it is written.</summary>
internal static class StateDifference
{
    /// <summary>Nothing to write: the two hold the same values, part by part.</summary>
    public static bool IsNothing(AgentState before, AgentState after) =>
        ReferenceEquals(before, after)
        || (ReferenceEquals(before.Tree, after.Tree)
            && ReferenceEquals(before.Device, after.Device)
            && ReferenceEquals(before.Clock, after.Clock)
            && ReferenceEquals(before.Records, after.Records)
            && ReferenceEquals(before.Tombstones, after.Tombstones)
            && ReferenceEquals(before.Outbox, after.Outbox)
            && ReferenceEquals(before.Operations, after.Operations)
            && ReferenceEquals(before.Servers, after.Servers)
            && ReferenceEquals(before.Evidence, after.Evidence)
            && ReferenceEquals(before.Noise, after.Noise));

    /// <summary>A sealed secret goes or is overwritten: what was written of it before must leave the write-ahead log too (DEL-155, DEL-193).</summary>
    public static bool TakesSecretsAway(AgentState before, AgentState after) =>
        TreeDiff.Between(before.Tree, after.Tree).Any(change => TakesSecretAway(before.Tree, change)) || RecordsLoseSecrets(before, after);

    private static bool TakesSecretAway(ManagementTree before, TreeChange change) =>
        before.Find(change.Id) is { IsSecret: true, Value.IsEmpty: false } old
        && (change.Row is null || !change.Row.Value.Span.SequenceEqual(old.Value.Span));

    private static bool RecordsLoseSecrets(AgentState before, AgentState after)
    {
        if (ReferenceEquals(before.Records, after.Records))
            return false;
        foreach (var (id, old) in before.Records)
        {
            var now = after.Records.GetValueOrDefault(id);
            if (ReferenceEquals(now, old))
                continue;
            if (Goes(old.SealedKeyValue, now?.SealedKeyValue) || Goes(old.Grant?.SealedProofKey, now?.Grant?.SealedProofKey))
                return true;
        }

        return false;
    }

    private static bool Goes(ReadOnlyMemory<byte>? before, ReadOnlyMemory<byte>? after) =>
        before is { IsEmpty: false } old && !(after ?? default).Span.SequenceEqual(old.Span);
}
