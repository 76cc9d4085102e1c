using System.Diagnostics;

namespace DmDelegation.Tests.Simulation;

/// <summary>The whole device against a bad world, seed by seed; a failing one is seen again with the verb <c>simulate</c>.</summary>
[TestClass]
public sealed class SimulationTests
{
    private const int Seeds = 500;
    private const int Steps = 300;

    private static readonly int FirstSeed = int.TryParse(Environment.GetEnvironmentVariable("DM_SIMULATION_SEED"), out var seed) ? seed : 1;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void All_invariants_hold_in_every_world_DEL_290_DEL_294_DEL_320_DEL_210_DEL_235()
    {
        var watch = Stopwatch.StartNew();
        var (judged, changes) = (new SortedDictionary<string, int>(), new SortedDictionary<string, int>());
        var (events, commits, failures) = (0L, 0L, new List<string>());
        foreach (var result in Enumerable.Range(FirstSeed, Seeds).AsParallel().WithDegreeOfParallelism(2).Select(seed => Simulator.Run(seed, Steps)))
        {
            (events, commits) = (events + result.Events, commits + result.Commits);
            Add(judged, result.Judged);
            Add(changes, result.Changes);
            if (result.Violation is not null)
            {
                failures.Add(result.ToString());
            }
        }

        TestContext.WriteLine($"seeds {FirstSeed} … {FirstSeed + Seeds - 1}, {Steps} steps each: {events} events, {commits} commits, {watch.Elapsed.TotalSeconds:F1} s");
        foreach (var (what, count) in judged.Concat(changes))
        {
            TestContext.WriteLine($"{count,8} {what}");
        }

        Assert.IsEmpty(failures, string.Join("\n\n", failures));
    }

    private static void Add(SortedDictionary<string, int> sum, IReadOnlyDictionary<string, int> part)
    {
        foreach (var (key, count) in part)
        {
            sum[key] = sum.GetValueOrDefault(key) + count;
        }
    }
}
