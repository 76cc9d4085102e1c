using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Platform.Store;
using DmDelegation.Tree;
using Microsoft.Data.Sqlite;

namespace DmDelegation.Tests.Platform;

[TestClass]
public sealed class AgentStoreTests
{
    // Reflection-based serialization reads what the engine's records hold by itself, and not by the store's own code.
    private static readonly JsonSerializerOptions Independent = new() { IncludeFields = false };

    private static string Picture(AgentState state) => string.Join('\n', state.Tree.Rows.Select(row => string.Join('|',
            row.Id, row.ParentId, row.Name, row.Format, row.Type, Convert.ToHexString(row.Value.Span), row.Acl, row.Title,
            row.TStamp.ToUnixTimeSeconds(), row.VerNo, row.IsPermanent, row.Access, row.IsSecret)))
        + state.Tree.NextNodeId
        + JsonSerializer.Serialize(new { state.Device, state.Clock, state.Records, state.Tombstones, state.Outbox, state.Operations, state.Servers, Evidence = state.Evidence.Entries.Values, Noise = state.Noise.Entries.Values }, Independent);

    private static AgentStore Filled(TemporaryFolder folder, out AgentState state)
    {
        var store = AgentStore.Open(folder.Path);
        Assert.IsNull(store.Load());
        state = SampleStates.Full();
        store.Commit(null, state);
        return store;
    }

    private static void Execute(TemporaryFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.File(AgentStore.FileName)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static byte[] AllOctets(TemporaryFolder folder) => [.. Directory.GetFiles(folder.Path).SelectMany(File.ReadAllBytes)];

    [TestMethod]
    public void A_full_state_comes_back_as_it_was_DEL_121()
    {
        using var folder = new TemporaryFolder();
        Filled(folder, out var state).Dispose();

        using var store = AgentStore.Open(folder.Path);
        var loaded = store.Load()!;
        Assert.AreEqual(Picture(state), Picture(loaded));
        Assert.AreSame(StringComparer.Ordinal, loaded.Records.KeyComparer);
        Assert.AreSame(StringComparer.Ordinal, loaded.Records["7QK2"].Leaves.KeyComparer);
        Assert.AreSame(StringComparer.Ordinal, loaded.Records["7QK2"].Interiors.KeyComparer);
        Assert.AreSame(StringComparer.Ordinal, loaded.Device.ProvisionedAccounts.KeyComparer);
    }

    [TestMethod]
    public void The_format_stands_in_the_header_where_a_package_finds_it_DEL_297()
    {
        using var folder = new TemporaryFolder();
        Filled(folder, out _).Dispose();
        // SQLite's file format, 1.3: the user version, big-endian, at octet 60.
        var header = BinaryPrimitives.ReadInt32BigEndian(File.ReadAllBytes(folder.File(AgentStore.FileName)).AsSpan(60));
        Assert.AreEqual(1, header);
        using var connection = new SqliteConnection($"Data Source={folder.File(AgentStore.FileName)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM meta WHERE name = 'format'";
        Assert.AreEqual((long)header, command.ExecuteScalar());
    }

    [TestMethod]
    public void A_commit_writes_the_difference_in_one_transaction_and_nothing_if_there_is_none_DEL_120()
    {
        using var folder = new TemporaryFolder();
        using var store = Filled(folder, out var first);
        Assert.AreEqual(1, store.Commits);
        var before = first with { };
        store.Commit(first, before);
        Assert.AreEqual(1, store.Commits);

        var tree = new TreeTransaction(before.Tree, SampleStates.Time);
        tree.SetValue(before.Tree.Find(NodePath.Parse("./SCM/x"))!.Id, "chr", "text/plain", "2"u8.ToArray());
        tree.Delete(before.Tree.Find(NodePath.Parse("./SCM/empty"))!.Id);
        var after = before with { Tree = tree.Current, Outbox = before.Outbox.Remove(9), Operations = before.Operations.Remove(8), Records = before.Records.Remove("7qk2") };
        store.Commit(before, after);
        Assert.AreEqual(2, store.Commits);
        store.Dispose();

        using var again = AgentStore.Open(folder.Path);
        Assert.AreEqual(Picture(after), Picture(again.Load()!));
    }

    [TestMethod]
    public void A_difference_from_another_state_than_the_held_one_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var store = Filled(folder, out var state);
        Assert.ThrowsExactly<InvalidOperationException>(() => store.Commit(state with { }, state));
    }

    [TestMethod]
    public void What_was_committed_survives_a_stop_without_a_close_DEL_120()
    {
        using var folder = new TemporaryFolder();
        using var copy = new TemporaryFolder();
        using var store = Filled(folder, out var state);
        var after = state with { Device = state.Device with { NextSessionId = 43 } };
        store.Commit(state, after);

        // What a killed process leaves behind: the files as they are while the store is open.
        foreach (var file in Directory.GetFiles(folder.Path))
            File.Copy(file, copy.File(Path.GetFileName(file)));
        using var again = AgentStore.Open(copy.Path);
        Assert.AreEqual(Picture(after), Picture(again.Load()!));
    }

    [TestMethod]
    public void A_second_instance_is_refused_at_once()
    {
        using var folder = new TemporaryFolder();
        using var store = AgentStore.Open(folder.Path);
        var fault = Assert.ThrowsExactly<StoreException>(() => AgentStore.Open(folder.Path));
        Assert.AreEqual(StoreCodes.Busy, fault.Code);
        store.Load();
        store.Commit(null, SampleStates.Full());
    }

    [TestMethod]
    public void A_newer_format_is_refused_DEL_297()
    {
        using var folder = new TemporaryFolder();
        Filled(folder, out _).Dispose();
        Execute(folder, "UPDATE meta SET value = 2 WHERE name = 'format'");
        Assert.AreEqual(StoreCodes.Newer, Assert.ThrowsExactly<StoreException>(() => AgentStore.Open(folder.Path)).Code);
        Assert.AreEqual(StoreCodes.Newer, Assert.ThrowsExactly<StoreException>(() => AgentStore.ReadOffline(folder.Path)).Code);
    }

    [TestMethod]
    [DataRow("DELETE FROM meta")]
    [DataRow("DROP TABLE meta")]
    public void A_database_that_is_no_store_is_corrupt_DEL_298(string sql)
    {
        using var folder = new TemporaryFolder();
        Filled(folder, out _).Dispose();
        Execute(folder, sql);
        Assert.AreEqual(StoreCodes.Corrupt, Assert.ThrowsExactly<StoreException>(() => AgentStore.Open(folder.Path)).Code);
    }

    [TestMethod]
    [DataRow("DELETE FROM node WHERE id = 1")]
    [DataRow("UPDATE node SET format = 'strange' WHERE name = 'x'")]
    [DataRow("UPDATE node SET acl = 'Get=' WHERE name = 'SCM'")]
    [DataRow("UPDATE node SET verno = 65536 WHERE name = 'x'")]
    [DataRow("UPDATE document SET value = CAST('{' AS BLOB) WHERE kind = 'record'")]
    [DataRow("UPDATE document SET value = CAST('null' AS BLOB) WHERE kind = 'record'")]
    [DataRow("UPDATE document SET value = CAST('{\"Id\":\"x\"}' AS BLOB) WHERE kind = 'record'")]
    [DataRow("UPDATE document SET value = CAST('{}' AS BLOB) WHERE kind = 'device'")]
    [DataRow("UPDATE document SET value = CAST('{\"DevId\":null,\"NextOutboxEntry\":1,\"NextSessionId\":1,\"ProvisionedAccounts\":{}}' AS BLOB) WHERE kind = 'device'")]
    [DataRow("UPDATE document SET value = CAST('{\"DevId\":\"d\",\"NextOutboxEntry\":1,\"NextSessionId\":1,\"ProvisionedAccounts\":null}' AS BLOB) WHERE kind = 'device'")]
    [DataRow("UPDATE document SET key = 'x' WHERE kind = 'outbox' AND key = '9'")]
    [DataRow("DELETE FROM document WHERE kind = 'clock'")]
    [DataRow("DELETE FROM node")]
    public void Rows_that_make_no_state_are_corrupt_DEL_298(string sql)
    {
        using var folder = new TemporaryFolder();
        Filled(folder, out _).Dispose();
        Execute(folder, sql);
        using var store = AgentStore.Open(folder.Path);
        Assert.AreEqual(StoreCodes.Corrupt, Assert.ThrowsExactly<StoreException>(() => store.Load()).Code);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(4096)]
    public void A_damaged_file_is_corrupt_DEL_298(int at)
    {
        using var folder = new TemporaryFolder();
        Filled(folder, out _).Dispose();
        var octets = File.ReadAllBytes(folder.File(AgentStore.FileName));
        octets.AsSpan(at, 64).Fill(0x5A);
        File.WriteAllBytes(folder.File(AgentStore.FileName), octets);
        Assert.AreEqual(StoreCodes.Corrupt, Assert.ThrowsExactly<StoreException>(() => AgentStore.Open(folder.Path)).Code);
    }

    [TestMethod]
    public void The_files_are_for_the_owner_only_and_there_is_no_shared_memory()
    {
        using var folder = new TemporaryFolder();
        var state = folder.File("state");
        using var store = AgentStore.Open(state);
        store.Load();
        store.Commit(null, SampleStates.Full());
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(state));
        CollectionAssert.AreEquivalent(
            new[] { "dmagent.db", "dmagent.db-wal" }, Directory.GetFiles(state).Select(Path.GetFileName).ToArray());
        foreach (var file in Directory.GetFiles(state))
            Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file), file);
    }

    [TestMethod]
    public void Secrets_that_went_are_not_in_the_files_any_more_DEL_155_DEL_193_S_085()
    {
        using var folder = new TemporaryFolder();
        using var store = Filled(folder, out var state);
        Assert.IsTrue(AllOctets(folder).AsSpan().IndexOf("SEALED-SECRET"u8) >= 0);

        var record = state.Records["7QK2"];
        var noKeys = state with
        {
            Records = state.Records.SetItem("7QK2", record with { SealedKeyValue = default, Grant = record.Grant! with { SealedProofKey = default } }),
        };
        store.Commit(state, noKeys);
        var tree = new TreeTransaction(state.Tree, SampleStates.Time);
        tree.Delete(state.Tree.Find(NodePath.Parse("./SCM/secret"))!.Id);
        store.Commit(noKeys, noKeys with { Tree = tree.Current });

        var octets = AllOctets(folder);
        Assert.IsTrue(octets.AsSpan().IndexOf("SEALED-SECRET"u8) < 0);
        Assert.IsTrue(octets.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Convert.ToBase64String("SEALED-KEY-VALUE"u8))) < 0);
        Assert.IsTrue(octets.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Convert.ToBase64String("SEALED-PROOF-KEY"u8))) < 0);
    }

    [TestMethod]
    public void The_state_can_be_read_offline_and_a_log_that_is_left_is_told()
    {
        using var folder = new TemporaryFolder();
        using (var store = Filled(folder, out var state))
        {
            Assert.IsTrue(AgentStore.ReadOffline(folder.Path).LogLeft);
            store.Dispose();
            var offline = AgentStore.ReadOffline(folder.Path);
            Assert.IsFalse(offline.LogLeft);
            Assert.AreEqual(Picture(state), Picture(offline.State!));
        }

        CollectionAssert.AreEqual(new[] { "dmagent.db" }, Directory.GetFiles(folder.Path).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void The_stored_form_of_a_record_does_not_change_by_accident_DEL_297()
    {
        using var folder = new TemporaryFolder();
        Filled(folder, out _).Dispose();
        using var connection = new SqliteConnection($"Data Source={folder.File(AgentStore.FileName)};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM document WHERE kind = 'record' AND key = '7qk2'";
        Assert.AreEqual(
            """{"Id":"7qk2","By":"a.example","State":0,"Reason":0,"Leaves":{},"Interiors":[],"SealedKeyValue":"","StagedBootMs":0,"""
            + "\"CreatorSessions\":0,\"Grant\":null,\"AckDelegating\":0,\"AckDelegated\":0,\"AlertsQueued\":0,\"Correlator\":\"\","
            + "\"StartedAt\":null,\"ActivatedAt\":null,\"EndedAt\":null}",
            Encoding.UTF8.GetString((byte[])command.ExecuteScalar()!));
    }

    [TestMethod]
    public void A_path_with_reserved_characters_of_a_URI_is_a_path()
    {
        using var folder = new TemporaryFolder();
        using (var store = AgentStore.Open(folder.File("a?b#c%20d")))
        {
            store.Load();
            store.Commit(null, SampleStates.Full());
        }

        Assert.AreEqual(DelegationState.Active, AgentStore.ReadOffline(folder.File("a?b#c%20d")).State!.Records["7QK2"].State);
    }
}
