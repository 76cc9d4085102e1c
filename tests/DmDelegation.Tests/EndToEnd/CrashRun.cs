#if DM_CRASH_HOOKS
using DmDelegation.Engine;
using DmDelegation.ServerStub.Demo;

namespace DmDelegation.Tests.EndToEnd;

/// <summary>How a course comes to a crash point, and what 12.4 says of the time after.</summary>
/// <param name="Reach">Leads the real agent to the place.</param>
/// <param name="Afterwards">Looks at it after it was started again.</param>
internal sealed record CrashRow(Func<LiveWorld, Task<Live>> Reach, Func<LiveWorld, Live, Task> Afterwards)
{
    /// <summary>Which time the agent comes to the place, in which it dies.</summary>
    public int Occurrence { get; init; } = 1;

    /// <summary>The course itself gives the agent its hook, by a restart; otherwise the agent has it from the beginning.</summary>
    public bool ArmedByCourse { get; init; }

    /// <summary>The world it happens in.</summary>
    public DemoOptions Options { get; init; } = LiveWorld.Late;
}

/// <summary>Kills the real agent with SIGKILL at a row of 12.4 and starts it again (DEL-296). Builds without the hooks have no such tests.</summary>
internal static class CrashRun
{
    private static readonly Dictionary<string, string> None = [];

    /// <summary>Environment of an agent that dies at a place.</summary>
    public static Dictionary<string, string> At(CrashPoint point, int occurrence = 1) => new() { ["DMAGENT_CRASH_AT"] = $"{point}:{occurrence}" };

    public static IEnumerable<object[]> Points(Dictionary<CrashPoint, CrashRow> rows) => rows.Keys.Order().Select(point => new object[] { point });

    public static async Task RunAsync(TestContext test, CrashPoint point, CrashRow row)
    {
        var environment = row.ArmedByCourse ? None : At(point, row.Occurrence);
        await using var world = await LiveWorld.StartAsync(test, row.Options with { AgentEnvironment = environment });
        var live = await row.Reach(world);
        await world.DiesAsync();
        await world.RestartAsync();
        await row.Afterwards(world, live);
    }
}
#endif
