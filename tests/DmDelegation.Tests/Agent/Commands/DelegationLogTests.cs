using System.Text.Json;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary><c>delegation log</c>: columns, chains, and the heads that servers hold (16).</summary>
[TestClass]
public sealed class DelegationLogTests
{
    private static readonly DateTimeOffset Time = new(2030, 1, 1, 3, 4, 5, TimeSpan.Zero);

    [TestMethod]
    public void The_log_is_printed_in_columns_newest_last_with_the_reason_in_words_DEL_400()
    {
        using var samples = new Samples();
        var state = WithLog(samples.Factory);
        var (evidence, noise) = (Head(state.Evidence), Head(state.Noise));
        Assert.AreEqual(
            $"""
            Entry  Time                  Clock    Delegation  Server     Event      Reason
            e1     2030-01-01T03:04:05Z  trusted  7QK2        a.example  Start      accepted
            e2     2030-01-01T03:04:05Z  trusted  7QK2        a.example  T1         b.example added, it has to confirm
            n1     2030-01-01T03:04:10Z  trusted  -           d.example  Login      not authenticated
            e3     2030-01-01T03:05:05Z  trusted  7QK2        b.example  T2         b.example has confirmed and manages
            n2     2030-01-01T03:06:05Z  unknown  7QK2        b.example  Refused    12 x not permitted
            e4     2030-01-01T03:07:05Z  unknown  -           device     ClockJump  wall clock not followed
            e5     2030-01-01T03:08:05Z  unknown  7QK2        device     T3         ended at the device or by its owner
            The evidence chain is whole, its head is {evidence}
            The noise chain is whole, its head is {noise}
            """,
            Printed(samples, state, ""));
    }

    [TestMethod]
    public void S_141_a_head_of_an_alert_is_verified_against_the_log_DEL_404()
    {
        using var samples = new Samples();
        var state = WithLog(samples.Factory);
        var held = $"3:{Convert.ToHexStringLower(state.Evidence.Entries[3].Hash())}";
        Assert.IsTrue(Report(samples, state, held).Holds());
        StringAssert.EndsWith(Printed(samples, state, held), $"Head {held} is in the log", StringComparison.Ordinal);

        var forged = state with
        {
            Evidence = state.Evidence.Entries.Values.Aggregate(AuditRing.Empty, (ring, entry) => ring.Add(entry.Number == 1 ? entry with { Server = "somebody.else" } : entry)),
        };
        Assert.IsTrue(Report(samples, forged, "").Intact, "the forged chain is whole");
        Assert.IsFalse(Report(samples, forged, held).Holds());
        StringAssert.Contains(Printed(samples, forged, held), "is NOT in the log: there is another entry in its place", StringComparison.Ordinal);

        var cut = state with { Evidence = new AuditRing(state.Evidence.Entries.RemoveRange([3L, 4L, 5L])) };
        Assert.AreEqual("missing", Report(samples, cut, held).Head!.Result);
        Assert.IsFalse(Report(samples, cut, held).Holds());
    }

    [TestMethod]
    public void A_changed_entry_breaks_the_chain_at_the_next_one_in_either_ring_DEL_400()
    {
        using var samples = new Samples();
        var state = WithLog(samples.Factory);
        var evidence = Report(samples, state with { Evidence = Changed(state.Evidence, 2) }, "");
        Assert.AreEqual((false, false, 3L), (evidence.Intact, evidence.Holds(), evidence.Rings[0].BrokenAt));
        var noise = Report(samples, state with { Noise = Changed(state.Noise, 1) }, "");
        Assert.AreEqual((false, 2L), (noise.Intact, noise.Rings[1].BrokenAt));
        StringAssert.Contains(Printed(samples, state with { Noise = Changed(state.Noise, 1) }, ""), "The noise chain is BROKEN at entry 2", StringComparison.Ordinal);
        var first = new AuditRing(state.Evidence.Entries.SetItem(1, state.Evidence.Entries[1] with { Previous = new byte[] { 1 } }));
        Assert.AreEqual(1L, first.FirstBroken, "the first entry of all begins at nothing");
    }

    [TestMethod]
    public void A_head_that_was_dropped_is_known_by_the_anchor_and_an_older_one_is_not_DEL_402()
    {
        var ring = AuditRing.Empty;
        var hashes = new List<byte[]> { AuditEntry.Origin.ToArray() };
        for (var number = 1; number <= AuditRing.Capacity + 5; number++)
        {
            ring = ring.Add(Entry("T1", "a.example", 0));
            hashes.Add(ring.HeadHash.ToArray());
        }

        Assert.AreEqual(HeadCheck.Contained, ring.Find(5, hashes[5]));
        Assert.AreEqual(HeadCheck.TooOld, ring.Find(4, hashes[4]));
        Assert.AreEqual(HeadCheck.Contained, ring.Find(6, hashes[6]));
        Assert.AreEqual(HeadCheck.Different, ring.Find(6, hashes[7]));
        Assert.AreEqual(HeadCheck.Contained, AuditRing.Empty.Find(0, hashes[0]));
    }

    [TestMethod]
    [DataRow("41")]
    [DataRow("x:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [DataRow("-1:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [DataRow("41:9f86")]
    [DataRow("41:zz86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    public void A_head_of_another_form_is_wrong_usage(string head)
    {
        using var samples = new Samples();
        Assert.AreEqual(QueryCodes.BadArgument, LogQuery.Report(samples.Context(), head).Code);
    }

    [TestMethod]
    public void Every_reason_of_section_15_has_words() =>
        CollectionAssert.AreEquivalent(
            Enumerable.Range(0, 600).Where(code => code == 500 || ReasonCode.Of(code).Code == code).ToArray(), ReasonWords.All.ToArray());

    [TestMethod]
    public async Task On_the_real_command_line_the_log_is_read_with_and_without_a_daemon_and_a_missing_head_is_exit_code_1()
    {
        using var folder = new AgentFolder();
        var head = "7:" + new string('a', 64);
        await using (var daemon = await Daemon.ReadyAsync(folder))
        {
            Assert.AreEqual(new CommandResult(0, "The log is empty\n", ""), await AgentProcess.RunAsync(folder.Configuration, "delegation", "log"));
            var missing = await AgentProcess.RunAsync(folder.Configuration, "delegation", "log", "--verify", head);
            Assert.AreEqual((1, $"The log is empty\nHead {head} is NOT in the log: it ends before, entries were taken away\n"), (missing.ExitCode, missing.Output));
            Assert.AreEqual(2, (await AgentProcess.RunAsync(folder.Configuration, "delegation", "log", "--verify", "7")).ExitCode);
            await daemon.TerminateAsync();
            await daemon.EndAsync();
        }

        var stopped = await AgentProcess.RunAsync(folder.Configuration, "delegation", "log", "--json", "--verify", head);
        Assert.AreEqual(1, stopped.ExitCode);
        var json = JsonDocument.Parse(stopped.Output).RootElement;
        Assert.AreEqual((true, "missing", 0), (json.GetProperty("intact").GetBoolean(), json.GetProperty("head").GetProperty("result").GetString(), json.GetProperty("entries").GetArrayLength()));
    }

    private static AgentState WithLog(AgentState state) => state with
    {
        Evidence = AuditRing.Empty.Add(Entry("Start", "a.example", 0)).Add(Entry("T1", "a.example", 0)).Add(Entry("T2", "b.example", 60))
            .Add(Entry("ClockJump", "", 180, 131) with { DelegationId = "", By = "", To = "", Trust = ClockTrust.Unknown })
            .Add(Entry("T3", "", 240, 187) with { Trust = ClockTrust.Unknown }),
        Noise = AuditRing.Empty.Add(Entry("Login", "d.example", 5, 103) with { DelegationId = "", By = "", To = "" })
            .Add(Entry("Refused", "b.example", 120) with { Count = 12, Trust = ClockTrust.Unknown }),
    };

    private static AuditEntry Entry(string happening, string server, int seconds, int reason = 0) =>
        new(0, Time.AddSeconds(seconds), ClockTrust.Trusted, "boot", "7QK2", "a.example", "b.example", server, happening, reason, default);

    private static AuditRing Changed(AuditRing ring, long number) => new(ring.Entries.SetItem(number, ring.Entries[number] with { Reason = 99 }));

    private static string Head(AuditRing ring) => $"{ring.HeadNumber}:{Convert.ToHexStringLower(ring.HeadHash.Span)}";

    private static LogReport Report(Samples samples, AgentState state, string head) => LogQuery.Report(samples.Context(state), head).Data!;

    private static string Printed(Samples samples, AgentState state, string head) => string.Join('\n', LogText.Of(Report(samples, state, head)));
}
