using System.Globalization;
using System.Reflection;

namespace DmDelegation.Agent.Startup;

/// <summary>What the build wrote into the assembly.</summary>
internal static class BuildFacts
{
    private static readonly Assembly Own = typeof(BuildFacts).Assembly;

    /// <summary>Version of the agent.</summary>
    public static string Version { get; } = Own.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Build time: no clock before it is believed (DEL-201). The date of the release, so that builds stay reproducible.</summary>
    public static DateTimeOffset BuildTime { get; } = DateTimeOffset.FromUnixTimeSeconds(long.Parse(
        Own.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == nameof(BuildTime)).Value!, CultureInfo.InvariantCulture));
}
