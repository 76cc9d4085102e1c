using System.Text;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Accounts;
using DmDelegation.Platform.Secrets;
using DmDelegation.Platform.Store;
using Microsoft.Data.Sqlite;

namespace DmDelegation.Tests.Platform;

/// <summary>A store that cannot be used is set aside, and what of it can do no harm is carried over (DEL-297, DEL-298).</summary>
[TestClass]
public sealed class StoreRescueTests
{
    private static readonly DateTimeOffset Built = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ClockReading Now = new(Built.AddYears(4), false, 5000, "boot");

    [TestMethod]
    public void A_good_store_and_a_new_one_are_opened_as_they_are_DEL_298()
    {
        using var folder = new TemporaryFolder();
        var (store, state, setAside) = StoreRescue.Open(folder.Path);
        Assert.IsNull(state);
        Assert.IsNull(setAside);
        store.Commit(null, SampleStates.Full());
        store.Dispose();
        (store, state, setAside) = StoreRescue.Open(folder.Path);
        using (store)
        {
            Assert.IsNotNull(state);
            Assert.IsNull(setAside);
        }
    }

    [TestMethod]
    public void A_store_that_is_busy_is_not_set_aside_DEL_298()
    {
        using var folder = new TemporaryFolder();
        using var first = AgentStore.Open(folder.Path);
        Assert.AreEqual(StoreCodes.Busy, Assert.ThrowsExactly<StoreException>(() => StoreRescue.Open(folder.Path)).Code);
    }

    [TestMethod]
    public void Setting_aside_keeps_the_first_ones_and_the_newest_DEL_298()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File(AgentStore.FileName);
        for (var i = 1; i <= 5; i++)
        {
            File.WriteAllText(file, new string((char)('a' + i), 5000));
            var (store, state, setAside) = StoreRescue.Open(folder.Path);
            store.Dispose();
            Assert.IsNull(state);
            Assert.AreEqual((StoreCodes.Corrupt, i), (setAside!.Code, setAside.Number));
            Assert.AreEqual((char)('a' + i), File.ReadAllText(setAside.File)[0]);
        }

        var kept = Directory.GetFiles(folder.Path, "dmagent.db.store-corrupt-*").Where(name => !name.EndsWith("-wal", StringComparison.Ordinal)).Select(name => name[^1]).Order().ToArray();
        CollectionAssert.AreEqual(new[] { '1', '2', '5' }, kept);
    }

    /// <summary>Between the two renames, and between them and the first commit of the new store.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_power_cut_while_setting_aside_loses_neither_the_damage_nor_the_new_store_DEL_294_DEL_298(bool logStays)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File(AgentStore.FileName);
        using (var whole = AgentStore.Open(folder.Path))
        {
            Assert.IsNull(whole.Load());
            whole.Commit(null, SampleStates.Full());
            File.Copy(file + "-wal", folder.File("log"));
        }

        File.Move(file, file + ".store-corrupt-1");
        if (logStays)
        {
            File.Move(folder.File("log"), file + "-wal");
        }

        var (store, state, setAside) = StoreRescue.Open(folder.Path);
        using (store)
        {
            Assert.IsNull(state, "the log of the old store does not come back in the new one");
            Assert.AreEqual(file + ".store-corrupt-1", setAside!.File);
        }
    }

    [TestMethod]
    [DataRow("UPDATE document SET value = x'7B7D' WHERE kind = 'audit-evidence' OR kind = 'record'")]
    [DataRow("UPDATE meta SET value = 99 WHERE name = 'format'")]
    public void What_only_refuses_and_the_home_accounts_are_carried_over_DEL_101_DEL_106_DEL_169_DEL_202_DEL_298(string damage)
    {
        using var folder = new TemporaryFolder();
        using var vault = new AesGcmVault(new DmDelegation.Engine.Ports.SecretBuffer(DeviceKeyFile.KeyOctets));
        var setting = Setting(folder);
        var profile = ProfileTests.Read(ProfileTests.Good);
        var old = FactoryState.Build(profile, [setting], vault, Now, Built);
        var sample = SampleStates.Full();
        var later = Built.AddYears(5);
        old = old with
        {
            Clock = old.Clock with { HighWater = later },
            Servers = old.Servers.SetItem("a.example", ServerState.None with { HighestSeq = 41 }),
            Tombstones = sample.Tombstones,
            Records = sample.Records,
        };
        Fill(folder, old, damage);

        // The passwords of the first start are gone.
        File.Delete(setting.ClientSecretFile!);
        File.Delete(setting.ServerSecretFile!);
        var (store, _, setAside) = StoreRescue.Open(folder.Path);
        using (store)
        {
            var state = FactoryState.Build(profile, [setting], vault, Now, Built, setAside: setAside);
            Assert.AreEqual((old.Device.DevId, later, 41L), (state.Device.DevId, state.Clock.HighWater, state.ServerOf("a.example").HighestSeq));
            CollectionAssert.AreEqual(old.Tombstones.Keys.ToArray(), state.Tombstones.Keys.ToArray());
            Assert.IsEmpty(state.Records);
            Assert.AreEqual(new StoreDamage(setAside!.Code, setAside.File, Reported: false), state.Device.Damage);
            var account = AccountList.Find(state.Tree, "a.example")!;
            using var secret = vault.Open("node:" + account.Server!.Secret!.Id.Value, account.Server.Secret.Value.Span);
            Assert.AreEqual("server password", Encoding.UTF8.GetString(secret!.Octets[1..]));
            store.Commit(null, state);
        }
    }

    [TestMethod]
    public void Of_an_unreadable_store_nothing_is_left_and_the_configuration_provisions_DEL_298()
    {
        using var folder = new TemporaryFolder();
        using var vault = new AesGcmVault(new DmDelegation.Engine.Ports.SecretBuffer(DeviceKeyFile.KeyOctets));
        File.WriteAllBytes(folder.File(AgentStore.FileName), [.. Enumerable.Repeat((byte)1, 9000)]);
        var (store, _, setAside) = StoreRescue.Open(folder.Path);
        using (store)
        {
            var state = FactoryState.Build(ProfileTests.Read(ProfileTests.Good), [Setting(folder)], vault, Now, Built, setAside: setAside);
            Assert.IsNotNull(AccountList.Find(state.Tree, "a.example"));
            Assert.IsNotNull(state.Device.Damage);
            Assert.IsEmpty(state.Tombstones);
        }
    }

    [TestMethod]
    public void Who_removes_the_file_has_seen_to_it_DEL_298()
    {
        using var folder = new TemporaryFolder();
        var state = SampleStates.Full();
        var damaged = state with { Device = state.Device with { Damage = new StoreDamage(StoreCodes.Corrupt, folder.Write("aside", "x"), Reported: true) } };
        Assert.IsNull(StoreRescue.Acknowledged(state));
        Assert.IsNull(StoreRescue.Acknowledged(damaged));
        File.Delete(folder.File("aside"));
        Assert.IsNull(StoreRescue.Acknowledged(damaged)!.Device.Damage);
        Assert.IsNull(StoreRescue.Acknowledged(damaged with { Device = damaged.Device with { Damage = damaged.Device.Damage! with { Reported = false } } }), "not before it was reported");
    }

    private static AccountSetting Setting(TemporaryFolder folder) => new()
    {
        Name = "a",
        ServerId = "a.example",
        Address = new Uri("https://a.example/dm"),
        ClientName = "dev-42",
        ClientSecretFile = folder.Write("client", "client password\n"),
        ServerSecretFile = folder.Write("server", "server password"),
    };

    private static void Fill(TemporaryFolder folder, AgentState state, string damage)
    {
        using (var store = AgentStore.Open(folder.Path))
        {
            Assert.IsNull(store.Load());
            store.Commit(null, state);
        }

        using var connection = new SqliteConnection($"Data Source={folder.File(AgentStore.FileName)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = damage;
        Assert.IsGreaterThan(0, command.ExecuteNonQuery());
    }
}
