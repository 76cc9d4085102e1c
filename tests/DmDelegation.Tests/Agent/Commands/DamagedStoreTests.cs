using System.Text.Json;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary>The real process over a store that cannot be used (S-231, DEL-298): it starts, says so, and keeps what it found.</summary>
[TestClass]
public sealed class DamagedStoreTests
{
    [TestMethod]
    public async Task It_starts_with_the_home_accounts_and_status_says_what_happened_until_the_file_is_removed_S_231_DEL_298()
    {
        using var folder = new AgentFolder();
        await using (var first = await Daemon.ReadyAsync(folder))
        {
            await first.TerminateAsync();
            await first.EndAsync();
        }

        var octets = File.ReadAllBytes(folder.Store);
        octets.AsSpan(100, 300).Fill(0xA5);
        File.WriteAllBytes(folder.Store, octets);
        await using (var second = await Daemon.ReadyAsync(folder))
        {
            var status = (await StatusAsync(folder)).RootElement;
            StringAssert.Contains(status.GetRawText(), "store-damaged", StringComparison.Ordinal);
            StringAssert.Contains(status.GetRawText(), "a.example", StringComparison.Ordinal);
            Assert.IsTrue(File.Exists(folder.Store + ".store-corrupt-1"));
            await second.TerminateAsync();
            StringAssert.Contains((await second.EndAsync()).Output, "DM3005", StringComparison.Ordinal);
        }

        File.Delete(folder.Store + ".store-corrupt-1");
        await using var third = await Daemon.ReadyAsync(folder);
        Assert.IsFalse((await StatusAsync(folder)).RootElement.GetRawText().Contains("store-damaged", StringComparison.Ordinal));
    }

    private static async Task<JsonDocument> StatusAsync(AgentFolder folder) =>
        JsonDocument.Parse((await AgentProcess.RunAsync(folder.Configuration, "status", "--json")).Output);
}
