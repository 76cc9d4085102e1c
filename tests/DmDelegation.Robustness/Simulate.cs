using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DmDelegation.Tests.Simulation;

namespace DmDelegation.Robustness;

/// <summary>The verb <c>simulate</c>: seeds of the simulation that <c>dotnet test</c> runs, more of them or one again.</summary>
internal static class Simulate
{
    private const int Steps = 300;

    /// <summary>Runs the seeds; null if the options make no sense.</summary>
    public static int? Run(string[] options, TextWriter output)
    {
        var (seed, seeds, steps, json, trace) = ((int?)null, 1, Steps, false, false);
        for (var i = 0; i < options.Length; i++)
        {
            json |= options[i] == "--json";
            trace |= options[i] == "--trace";
            if (options[i] is "--json" or "--trace")
            {
                continue;
            }

            if (i + 1 == options.Length || !int.TryParse(options[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            switch (options[i++])
            {
                case "--seed": seed = number; break;
                case "--seeds": seeds = number; break;
                case "--steps": steps = number; break;
                default: return null;
            }
        }

        return seed is { } first ? Run(first, seeds, steps, json, trace ? output.WriteLine : null, output) : null;
    }

    private static int Run(int first, int seeds, int steps, bool json, Action<string>? trace, TextWriter output)
    {
        var watch = Stopwatch.StartNew();
        var (failed, events, commits) = (0, 0L, 0L);
        var covered = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var seed = first; seed < first + seeds; seed++)
        {
            var result = Simulator.Run(seed, steps, trace: trace);
            failed += result.Violation is null ? 0 : 1;
            (events, commits) = (events + result.Events, commits + result.Commits);
            foreach (var (what, count) in result.Judged.Concat(result.Changes))
            {
                covered[what] = covered.GetValueOrDefault(what) + count;
            }

            if (json)
            {
                output.WriteLine(Json(result));
            }
            else if (result.Violation is not null || seeds == 1)
            {
                output.WriteLine(result);
            }
        }

        if (!json)
        {
            output.WriteLine($"{seeds} seeds of {steps} steps, {failed} failed; {events} events, {commits} commits, {watch.Elapsed.TotalSeconds:F1} s");
            foreach (var (what, count) in covered)
            {
                output.WriteLine($"{count,8} {what}");
            }
        }

        return failed == 0 ? 0 : 1;
    }

    private static string Json(SimulationResult result) => JsonSerializer.Serialize(new
    {
        result.Seed,
        result.Step,
        result.Events,
        result.Commits,
        result.DrivenMs,
        result.Violation?.Invariant,
        Seen = result.Violation?.Message,
        Last = result.Violation is null ? null : result.Last,
    });
}
