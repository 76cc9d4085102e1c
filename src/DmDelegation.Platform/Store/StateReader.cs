using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Tree;
using Microsoft.Data.Sqlite;

namespace DmDelegation.Platform.Store;

/// <summary>Makes the state out of the rows; the twin of <see cref="StateWriter"/>.</summary>
internal static class StateReader
{
    private const string Nodes =
        "SELECT id, parent, name, format, type, value, acl, title, tstamp, verno, permanent, access, secret FROM node";

    /// <summary>The state, null if the store is new; a store that holds something else is corrupt.</summary>
    public static AgentState? Read(StoreConnection store)
    {
        try
        {
            var rows = store.Rows(Nodes, ReadNode);
            var documents = store.Rows("SELECT kind, key, value FROM document", ReadDocument).ToLookup(document => document.Kind, StringComparer.Ordinal);
            if (rows.Count == 0 && documents.Count == 0)
                return null;

            var tree = ManagementTree.FromRows(rows, NextNodeId(store));
            return new AgentState
            {
                Tree = tree,
                Device = Ordinal(Only(documents[StoreSchema.Device], StateJson.Device)),
                Clock = Only(documents[StoreSchema.Clock], StateJson.Clock),
                Records = ByText(documents[StoreSchema.Record], StateJson.Record, Ordinal),
                Tombstones = ByText(documents[StoreSchema.Tombstone], StateJson.Tombstone, same => same),
                Servers = ByText(documents[StoreSchema.Server], StateJson.Server, same => same),
                Outbox = ByNumber(documents[StoreSchema.Outbox], StateJson.Outbox),
                Operations = ByNumber(documents[StoreSchema.Operation], StateJson.Operation),
                Evidence = new AuditRing(ByNumber(documents[StoreSchema.Evidence], StateJson.Audit)),
                Noise = new AuditRing(ByNumber(documents[StoreSchema.Noise], StateJson.Audit)),
            };
        }
        catch (Exception fault) when (IsNonsense(fault))
        {
            throw new StoreException(StoreCodes.Corrupt, $"{store.Path} holds no valid state: {fault.Message}", fault);
        }
    }

    /// <summary>What can be read of a store that is damaged or of another format, each part for itself (DEL-298).</summary>
    public static StoreSalvage Salvage(StoreConnection store)
    {
        IEnumerable<Document> Documents(string kind) => Try(() => store.Rows($"SELECT kind, key, value FROM document WHERE kind = '{kind}'", ReadDocument)) ?? [];
        ImmutableSortedDictionary<string, T> Readable<T>(string kind, JsonTypeInfo<T> type)
            where T : class =>
            Documents(kind).Select(document => (document.Key, Value: Try(() => Parse(document, type)))).Where(pair => pair.Value is not null)
                .ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal);
        var tree = Try(() => ManagementTree.FromRows(store.Rows(Nodes, ReadNode), NextNodeId(store)));
        return new StoreSalvage(
            Readable(StoreSchema.Device, StateJson.Device).Values.FirstOrDefault()?.DevId,
            Readable(StoreSchema.Clock, StateJson.Clock).Values.FirstOrDefault(),
            Readable(StoreSchema.Server, StateJson.Server),
            Readable(StoreSchema.Tombstone, StateJson.Tombstone),
            tree is null ? [] : [.. AccountList.All(tree)]);
    }

    /// <summary>A part that makes no sense is not there.</summary>
    private static T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (IsNonsense(fault) || fault is StoreException)
        {
            return null;
        }
    }

    private static bool IsNonsense(Exception fault) =>
        fault is TreeCorruptException or JsonException or FormatException or OverflowException or InvalidCastException or ArgumentException or InvalidOperationException;

    private static long NextNodeId(StoreConnection store) =>
        store.Number($"SELECT value FROM meta WHERE name = '{StoreSchema.MetaNextNodeId}'") ?? throw new FormatException("next-node-id is missing");

    private static NodeRow ReadNode(SqliteDataReader row) => new(
        new NodeId(row.GetInt64(0)),
        new NodeId(row.GetInt64(1)),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.GetFieldValue<byte[]>(5),
        row.IsDBNull(6) ? null : Acl.Parse(row.GetString(6)),
        row.GetString(7),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(8)),
        checked((ushort)row.GetInt64(9)),
        row.GetInt64(10) != 0,
        (AccessTypes)checked((int)row.GetInt64(11)) & AccessTypes.All,
        row.GetInt64(12) != 0);

    private static Document ReadDocument(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), row.GetFieldValue<byte[]>(2));

    private static T Parse<T>(Document document, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(document.Value, type) ?? throw new FormatException($"{document.Kind} '{document.Key}' is null");

    private static T Only<T>(IEnumerable<Document> documents, JsonTypeInfo<T> type) => Parse(documents.Single(), type);

    private static ImmutableSortedDictionary<string, T> ByText<T>(IEnumerable<Document> documents, JsonTypeInfo<T> type, Func<T, T> settle) =>
        documents.ToImmutableSortedDictionary(document => document.Key, document => settle(Parse(document, type)), StringComparer.Ordinal);

    private static ImmutableSortedDictionary<long, T> ByNumber<T>(IEnumerable<Document> documents, JsonTypeInfo<T> type) =>
        documents.ToImmutableSortedDictionary(document => long.Parse(document.Key), document => Parse(document, type));

    // The JSON reader makes sorted collections in the order of the culture; the engine's are ordinal.
    private static DelegationRecord Ordinal(DelegationRecord record) => record with
    {
        Leaves = record.Leaves.WithComparers(StringComparer.Ordinal),
        Interiors = record.Interiors.WithComparer(StringComparer.Ordinal),
    };

    private static DeviceState Ordinal(DeviceState device) =>
        device with { ProvisionedAccounts = device.ProvisionedAccounts.WithComparers(StringComparer.Ordinal) };

    private readonly record struct Document(string Kind, string Key, byte[] Value);
}
