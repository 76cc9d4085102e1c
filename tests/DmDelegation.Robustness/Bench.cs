using System.Collections.Immutable;
using System.Diagnostics;
using DmDelegation.Engine;
using DmDelegation.Engine.Guard;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Store;
using DmDelegation.Tree;

namespace DmDelegation.Robustness;

/// <summary>
/// Speed is measured here and never asserted with a clock in a test (design 5). Each figure is the best of several rounds; figures are
/// compared within one run, never between machines.
/// </summary>
internal static class Bench
{
    private const int Rounds = 5;
    private const int DecisionsPerRound = 200_000;
    private const int CommitsPerRound = 200;

    private static readonly DateTimeOffset Time = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static int Run(TextWriter output)
    {
        foreach (var nodes in (int[])[1_000, 100_000])
        {
            var state = State(Grow(nodes));
            var chain = state.Tree.Resolve(NodePath.Parse("./a/b/c/d/e/f/g/h"))!;
            var (bare, bareOctets) = Decide(AclPolicy.Instance, chain);
            var (guarded, guardedOctets) = Decide(new DelegationPolicy(state, Options()), chain);
            output.WriteLine($"access decision, depth 8, {nodes,7} nodes: ACL {bare,6:F0} ns {bareOctets,4} octets; with guard {guarded,6:F0} ns {guardedOctets,4} octets");
        }

        foreach (var nodes in (int[])[1_000, 100_000])
        {
            var (micros, commits) = Commit(State(Grow(nodes)));
            output.WriteLine($"one changed leaf, committed, {nodes,7} nodes: {micros,8:F0} µs, {commits} commits");
        }

        LoginBench.Run(output);
        return 0;
    }

    private static (double Nanoseconds, long Octets) Decide(IAccessPolicy policy, NodeChain chain)
    {
        var best = double.MaxValue;
        var allocated = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < DecisionsPerRound; i++)
            {
                policy.Decide(new AccessQuestion("a.example", AccessOperation.Replace, chain));
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / DecisionsPerRound);
            allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / DecisionsPerRound;
        }

        return (best, allocated);
    }

    private static (double Microseconds, long Commits) Commit(AgentState state)
    {
        var directory = Directory.CreateTempSubdirectory("dmagent-bench-").FullName;
        try
        {
            using var store = AgentStore.Open(directory);
            store.Load();
            store.Commit(null, state);
            var leaf = state.Tree.Find(NodePath.Parse("./a/b/c/d/e/f/g/h"))!.Id;
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < CommitsPerRound; i++)
            {
                var transaction = new TreeTransaction(state.Tree, Time);
                transaction.SetValue(leaf, Formats.Chr, Formats.TextPlain, BitConverter.GetBytes(i));
                var next = state with { Tree = transaction.Current };
                store.Commit(state, next);
                state = next;
            }

            return (Stopwatch.GetElapsedTime(start).TotalMicroseconds / CommitsPerRound, store.Commits);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A tree of that many nodes with a path of depth 8, whose ACL comes from the top.</summary>
    private static ManagementTree Grow(int nodes)
    {
        var transaction = new TreeTransaction(ManagementTree.Empty(Acl.Parse("Add=*&Get=*&Replace=a.example"), Time), Time);
        var parent = NodeId.Root;
        foreach (var name in (string[])["a", "b", "c", "d", "e", "f", "g"])
        {
            parent = transaction.Add(parent, NodeSpec.InteriorNode(name));
        }

        transaction.Add(parent, NodeSpec.Leaf("h", "value"u8.ToArray()));
        var folder = NodeId.Root;
        for (var i = transaction.Current.Count; i < nodes; i++)
        {
            folder = i % 100 == 0 || folder == NodeId.Root ? transaction.Add(NodeId.Root, NodeSpec.InteriorNode($"folder{i}")) : folder;
            transaction.Add(folder, NodeSpec.Leaf($"leaf{i}", "value"u8.ToArray()));
        }

        return transaction.Current;
    }

    private static AgentState State(ManagementTree tree) => new()
    {
        Tree = tree,
        Device = new DeviceState("urn:uuid:bench", 1, 1, ImmutableSortedDictionary<string, string>.Empty),
        Clock = new ClockMarks(Time, "bench", 0, Time),
    };

    private static EngineOptions Options() => new()
    {
        Version = "bench",
        BuildTime = Time,
        FactoryRootAcl = Acl.Parse("Add=*&Get=*"),
        Description = new TreeDescription(StandardDescriptions.DMAcc),
    };
}
