using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Platform.Store;
using DmDelegation.Tests.Scenarios.Harness;
using Microsoft.Data.Sqlite;

namespace DmDelegation.Tests.Scenarios;

/// <summary>17.9, S-231: the store is unreadable, or that of a newer agent.</summary>
[TestClass]
public sealed class DamagedStoreScenarios
{
    [TestMethod]
    [DataRow("garbage", StoreCodes.Corrupt)]
    [DataRow("half of it", StoreCodes.Corrupt)]
    [DataRow("a page", StoreCodes.Corrupt)]
    [DataRow("a record", StoreCodes.Corrupt)]
    [DataRow("newer", StoreCodes.Newer)]
    public void S_231_Guests_are_locked_out_home_accounts_work_and_502_is_reported_DEL_297_DEL_298(string damage, string code)
    {
        using var device = new TestDevice();
        var factory = device.Acls();
        var b = device.Activate(new Delegating());
        device.Manage("b.example", Dm.Replace("./SCM/x", "of B")).Answers(200);
        var sessions = b.Sessions;

        var setAside = device.Damage(file => Destroy(file, damage))!;

        Assert.AreEqual((code, true), (setAside.Code, File.Exists(setAside.File)), "kept for repair");
        Assert.IsEmpty(device.Durable.Records);
        Assert.AreEqual(0, device.AccountsOf("b.example"));
        Assert.AreEqual(factory, device.Acls());
        device.Advance(TimeSpan.FromDays(1));
        Assert.AreEqual(sessions, b.Sessions, "B is never contacted");
        foreach (var server in new[] { "a.example", "d.example", "home.example" })
        {
            var report = Reports(device, server).Single();
            Assert.AreEqual(("fatal", "./Delegation", "Failure", "502"), (report.Mark, report.Source, report.Element("Result"), report.Element("Reason")));
        }

        Assert.HasCount(3, device.Servers.Values.SelectMany(server => server.Of("End")).Select(report => report.Attribute("key")).Distinct().ToList());
        device.Manage("a.example", Dm.Replace("./SCM/x", "of A")).Answers(200);
        Assert.IsTrue(device.Log.Any(line => line.Code == LogCodes.StoreDamaged));
        Assert.AreEqual(502, device.Durable.Evidence.Entries.Values.First(entry => entry.Event == "StoreCorrupt").Reason);

        // Once for each damage, and the device delegates again.
        device.Restart();
        device.Advance(TimeSpan.FromDays(1));
        Assert.HasCount(1, Reports(device, "a.example").ToList());
        device.Servers.Remove("b.example");
        device.Activate(new Delegating("AGAIN"));
        Assert.AreEqual(DelegationState.Active, device.Record("AGAIN").State);
    }

    [TestMethod]
    public void S_231_A_second_loss_is_reported_under_keys_of_its_own_DEL_236_DEL_298()
    {
        using var device = new TestDevice();
        device.Damage(file => Destroy(file, "garbage"));
        device.Advance(TimeSpan.FromHours(1));
        device.Damage(file => Destroy(file, "garbage"));
        device.Advance(TimeSpan.FromHours(1));
        Assert.HasCount(2, device.Servers["a.example"].Of("End").Select(report => report.Attribute("key")).Distinct().ToList(), device.LogText());
    }

    [TestMethod]
    public void S_231_The_report_survives_a_crash_and_is_queued_once_DEL_235_DEL_294()
    {
        using var device = new TestDevice();
        device.Network(up: false);
        device.CutBefore = effect => effect is Persist;
        Assert.ThrowsExactly<PowerCutException>(() => device.Damage(file => Destroy(file, "garbage")));
        Assert.IsFalse(device.Durable.Device.Damage!.Reported);
        device.CutAfter = effect => effect is Persist;
        Assert.ThrowsExactly<PowerCutException>(device.Restart);
        device.Restart();
        Assert.HasCount(3, device.Durable.Outbox, device.LogText());
        Assert.IsTrue(device.Durable.Device.Damage!.Reported);
    }

    /// <summary>At least once is what delivery promises; the receiver tells repetitions by their key (DEL-236).</summary>
    private static IEnumerable<DeliveredAlert> Reports(TestDevice device, string server) => device.Servers[server].Of("End").DistinctBy(report => report.Attribute("key"));

    private static void Destroy(string file, string damage)
    {
        switch (damage)
        {
            case "garbage":
                File.WriteAllBytes(file, [.. Enumerable.Repeat((byte)0xA5, 8192)]);
                break;
            case "half of it":
                using (var stream = File.Open(file, FileMode.Open))
                {
                    stream.SetLength(stream.Length / 2);
                }

                break;
            case "a page":
                var octets = File.ReadAllBytes(file);
                octets.AsSpan(4096, 4096).Fill(0xA5);
                File.WriteAllBytes(file, octets);
                break;
            case "a record":
                Execute(file, "UPDATE document SET value = x'7B7D' WHERE kind = 'record'");
                break;
            default:
                Execute(file, "UPDATE meta SET value = 99 WHERE name = 'format'");
                break;
        }
    }

    private static void Execute(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.AreEqual(1, command.ExecuteNonQuery());
    }
}
