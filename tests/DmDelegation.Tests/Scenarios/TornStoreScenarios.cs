using DmDelegation.Engine;
using DmDelegation.Engine.State;
using DmDelegation.Platform.Store;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>
/// 17.9, S-230 (C22): the last block of the store is torn. The write-ahead log of a device in the middle of its course is cut, or its last
/// commit damaged, at every step; what comes up must be a complete commit, the last one or the one before.
/// </summary>
[TestClass]
public sealed class TornStoreScenarios
{
    private const int Step = 512;

    [TestMethod]
    [DataRow(CommitPoint.T1, false)]
    [DataRow(CommitPoint.T1, true)]
    [DataRow(CommitPoint.T2, false)]
    [DataRow(CommitPoint.T2, true)]
    [DataRow(CommitPoint.T3, false)]
    [DataRow(CommitPoint.T3, true)]
    public void S_230_A_torn_commit_is_there_whole_or_not_at_all_DEL_120_DEL_293(CommitPoint point, bool damaged)
    {
        using var device = new TestDevice();
        var (before, log) = (Array.Empty<byte>(), Path.Combine(device.Directory, AgentStore.FileName + "-wal"));
        Persist? last = null;
        device.CutBefore = effect =>
        {
            if (effect is Persist persist && persist.Point == point)
            {
                (last, before) = (persist, File.ReadAllBytes(log));
            }

            return false;
        };
        device.CutAfter = effect => ReferenceEquals(effect, last);
        Assert.ThrowsExactly<PowerCutException>(() => Course(device));
        var copy = device.CopyStore();
        log = Path.Combine(copy, AgentStore.FileName + "-wal");
        var whole = File.ReadAllBytes(log);
        if (whole.Length <= before.Length)
        {
            // A commit that takes secrets away empties the log behind it: there is no last block of it that could tear.
            Assert.AreEqual(Text(last!.After), Text(Open(copy)));
            return;
        }

        var (same, earlier) = (Text(last!.After), Text(last.Before));
        Assert.AreNotEqual(same, earlier);
        var seen = new HashSet<string>();
        for (var at = before.Length; at < whole.Length; at += Step)
        {
            var torn = whole.ToArray();
            if (damaged)
            {
                torn.AsSpan(at, Math.Min(Step, torn.Length - at)).Fill(0xA5);
            }
            else
            {
                torn = torn[..at];
            }

            File.WriteAllBytes(log, torn);
            var state = Text(Open(copy));
            Assert.IsTrue(state == same || state == earlier, $"{point}, octet {at} of {whole.Length}");
            seen.Add(state);
        }

        Assert.Contains(earlier, seen);
        File.WriteAllBytes(log, whole);
        Assert.AreEqual(same, Text(Open(copy)), "untouched it is the last one");
    }

    /// <summary>Start, first session, revocation: T1, T2, T3.</summary>
    private static void Course(TestDevice device)
    {
        var delegation = new Delegating();
        device.Activate(delegation);
        device.Manage("a.example", delegation.Operation("Revoke"));
    }

    /// <summary>Opens a copy, so that what an opening carries over does not stay for the next one.</summary>
    private static AgentState Open(string directory)
    {
        var copy = Directory.CreateDirectory(Path.Combine(directory, "opened")).FullName;
        foreach (var file in Directory.GetFiles(directory))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        try
        {
            using var store = AgentStore.Open(copy);
            return store.Load()!;
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <summary>All that tells one commit from another here: the tree with its ACLs and values, the records, what waits, the clock.</summary>
    private static string Text(AgentState state) => string.Join('\n',
    [
        .. state.Tree.Rows.OrderBy(row => row.Id.Value).Select(row => $"{row.Id.Value} {row.Name} {row.Acl} {Convert.ToHexString(row.Value.Span)}"),
        .. state.Records.Values.Select(record => $"{record.Id} {record.State} {record.Reason} {record.AlertsQueued} {record.Grant?.Undo.Entries.Length} {record.Grant?.Undo.Closed}"),
        .. state.Tombstones.Keys,
        .. state.Outbox.Values.Select(entry => $"{entry.Number} {entry.Key}"),
        .. state.Servers.Select(server => $"{server.Key} {server.Value.HighestSeq}"),
        $"{state.Clock.HighWater:O} {state.Clock.BootMs} {state.Evidence.HeadNumber} {state.Noise.HeadNumber}",
    ]);
}
