using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.EndToEnd;

/// <summary>17.3, S-085 with the real agent over TLS: the memory of its process is searched from outside.</summary>
[TestClass]
public sealed class MemoryTests
{
    private const int MaxMoreSessions = 60;

    public required TestContext TestContext { get; set; }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow("tls")]
    [DataRow("cms")]
    public async Task After_T1_the_key_is_nowhere_in_the_process_of_the_agent_S_085_DEL_188(string method)
    {
        await using var world = await LiveWorld.StartAsync(TestContext);
        world.ServerA.SetControls(new TestControls { Drop = [new MessageControl(MessageType.Result, -1)] }); // so that A still has the key to look for
        var live = await world.BeginAsync(key: method);
        Assert.IsTrue(await world.SessionAsync(LiveWorld.A));
        await world.UntilAsync("step 5 has arrived", () => LiveWorld.View(world.ServerA, live.Sid)?.State == ProcessState.Acknowledged);
        Assert.AreEqual("Pending 0", await world.RecordAsync(live));
        var key = KeyAt(world, live);

        var process = world.Agent.ProcessId.ToString();
        Console.WriteLine($"before buffers are used again: {string.Join(", ", ProcessMemory.Find(key.Spellings(), process))}");

        // A's connection is closed by now (DEL-188). Which session uses which buffer of the platform again, or what of its memory a collection
        // hands out anew, is not ours to say: after so many all have been.
        var filler = Convert.ToBase64String(RandomNumberGenerator.GetBytes(9000));
        var found = await FindAfterSessions(world, filler, key, process, sessions: 8);
        for (var more = 0; found.Length > 0 && more < MaxMoreSessions; more += 4)
        {
            found = await FindAfterSessions(world, filler, key, process, sessions: 4);
        }

        Assert.AreEqual("", found, "in the memory of the agent");
        Assert.IsNotEmpty(ProcessMemory.Find(Masked.OfText("what is there", Encoding.ASCII.GetBytes(LiveWorld.Device)), process), "the search finds what is there");
    }

    private static async Task<string> FindAfterSessions(LiveWorld world, string filler, Masked key, string process, int sessions)
    {
        for (var session = 0; session < sessions; session++)
        {
            var answer = await world.CommandAsync(world.ServerA, $$"""[{"replace":{"uri":"./SCM/x","data":"{{filler}}"} },{"get":"./SCM/x"}]""");
            Assert.StartsWith("200 200=", answer);
        }

        return string.Join(", ", ProcessMemory.Find(key.Spellings(), process));
    }

    private static Masked KeyAt(LiveWorld world, Live live)
    {
        using var state = JsonDocument.Parse(File.ReadAllBytes(world.StateFile(LiveWorld.A)));
        var process = state.RootElement.GetProperty("processes").EnumerateArray().Single(process => process.GetProperty("sid").GetString() == live.Sid);
        return Masked.Of("TDK", process.GetProperty("tdk").GetBytesFromBase64());
    }
}
