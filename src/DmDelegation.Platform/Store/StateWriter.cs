using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DmDelegation.Engine.State;
using DmDelegation.Tree;
using Microsoft.Data.Sqlite;

namespace DmDelegation.Platform.Store;

/// <summary>Writes the difference of two states; the twin of <see cref="StateReader"/>. Values are compared by reference: the engine keeps what it does not change.</summary>
internal sealed class StateWriter : IDisposable
{
    private readonly SqliteCommand _putNode;
    private readonly SqliteCommand _removeNode;
    private readonly SqliteCommand _putDocument;
    private readonly SqliteCommand _removeDocument;
    private readonly SqliteCommand _putMeta;

    public StateWriter(StoreConnection store)
    {
        _putNode = store.Prepare(
            "INSERT OR REPLACE INTO node VALUES ($id, $parent, $name, $format, $type, $value, $acl, $title, $tstamp, $verno, $permanent, $access, $secret)",
            "$id", "$parent", "$name", "$format", "$type", "$value", "$acl", "$title", "$tstamp", "$verno", "$permanent", "$access", "$secret");
        _removeNode = store.Prepare("DELETE FROM node WHERE id = $id", "$id");
        _putDocument = store.Prepare("INSERT OR REPLACE INTO document VALUES ($kind, $key, $value)", "$kind", "$key", "$value");
        _removeDocument = store.Prepare("DELETE FROM document WHERE kind = $kind AND key = $key", "$kind", "$key");
        _putMeta = store.Prepare("INSERT OR REPLACE INTO meta VALUES ($name, $value)", "$name", "$value");
    }

    /// <summary>Writes within a transaction what turns <paramref name="before"/> (null: nothing) into <paramref name="after"/>.</summary>
    public void Write(SqliteTransaction transaction, AgentState? before, AgentState after)
    {
        foreach (var command in new[] { _putNode, _removeNode, _putDocument, _removeDocument, _putMeta })
            command.Transaction = transaction;

        WriteTree(before?.Tree, after.Tree);
        WriteOne(StoreSchema.Device, before?.Device, after.Device, StateJson.Device);
        WriteOne(StoreSchema.Clock, before?.Clock, after.Clock, StateJson.Clock);
        WriteAll(StoreSchema.Record, before?.Records, after.Records, StateJson.Record);
        WriteAll(StoreSchema.Tombstone, before?.Tombstones, after.Tombstones, StateJson.Tombstone);
        WriteAll(StoreSchema.Outbox, before?.Outbox, after.Outbox, StateJson.Outbox);
        WriteAll(StoreSchema.Operation, before?.Operations, after.Operations, StateJson.Operation);
        WriteAll(StoreSchema.Server, before?.Servers, after.Servers, StateJson.Server);
        WriteAll(StoreSchema.Evidence, before?.Evidence.Entries, after.Evidence.Entries, StateJson.Audit);
        WriteAll(StoreSchema.Noise, before?.Noise.Entries, after.Noise.Entries, StateJson.Audit);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _putNode.Dispose();
        _removeNode.Dispose();
        _putDocument.Dispose();
        _removeDocument.Dispose();
        _putMeta.Dispose();
    }

    private void WriteTree(ManagementTree? before, ManagementTree after)
    {
        if (before?.NextNodeId != after.NextNodeId)
            Run(_putMeta, StoreSchema.MetaNextNodeId, after.NextNodeId);

        var changes = before is null
            ? after.Rows.Select(row => new TreeChange(TreeChangeKind.Put, row.Id, row))
            : TreeDiff.Between(before, after);
        foreach (var change in changes)
        {
            if (change.Row is { } row)
                Put(row);
            else
                Run(_removeNode, change.Id.Value);
        }
    }

    private void Put(NodeRow row) => Run(
        _putNode, row.Id.Value, row.ParentId.Value, row.Name, row.Format, row.Type, row.Value.ToArray(), row.Acl?.ToString() ?? (object)DBNull.Value,
        row.Title, row.TStamp.ToUnixTimeSeconds(), row.VerNo, row.IsPermanent, (int)row.Access, row.IsSecret);

    private void WriteOne<T>(string kind, T? before, T after, JsonTypeInfo<T> type)
        where T : class
    {
        if (!ReferenceEquals(before, after))
            Run(_putDocument, kind, "", JsonSerializer.SerializeToUtf8Bytes(after, type));
    }

    private void WriteAll<TKey, T>(
        string kind, ImmutableSortedDictionary<TKey, T>? before, ImmutableSortedDictionary<TKey, T> after, JsonTypeInfo<T> type)
        where TKey : notnull
        where T : class
    {
        if (ReferenceEquals(before, after))
            return;
        foreach (var (key, value) in after)
        {
            if (!ReferenceEquals(before?.GetValueOrDefault(key), value))
                Run(_putDocument, kind, key.ToString()!, JsonSerializer.SerializeToUtf8Bytes(value, type));
        }

        foreach (var key in before?.Keys ?? [])
        {
            if (!after.ContainsKey(key))
                Run(_removeDocument, kind, key.ToString()!);
        }
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        _ = command.ExecuteNonQuery();
    }
}
