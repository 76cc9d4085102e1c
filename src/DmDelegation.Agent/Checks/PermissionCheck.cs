using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Support;
using DmDelegation.Platform;
using DmDelegation.Platform.Store;

namespace DmDelegation.Agent.Checks;

/// <summary>Whether anybody else than root and the agent could read its secrets, or change what it does.</summary>
internal static class PermissionCheck
{
    private const UnixFileMode WriteByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private const UnixFileMode AnyByOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    // The program, native or portable, and the one library that it loads.
    private static readonly string[] Programs = ["dmagent", "dmagent.dll", "libe_sqlite3.so"];

    /// <summary>The check.</summary>
    public static Check Check { get; } = Check.AtOnce("permissions", Run);

    private static void Run(CheckContext context, Findings findings)
    {
        foreach (var rule in Rules(context).DistinctBy(rule => rule.Path))
            Look(rule, findings);
        foreach (var problem in NamedFiles.OpenToOthers(context.Reading, context.Agent))
            findings.Error("secret", problem.ToString(), $"chmod 0600 {problem.Value}");
        if (findings.Results.All(result => result.Status is CheckResult.Skipped or CheckResult.Ok) && findings.Results.Any(result => result.Status == CheckResult.Ok))
            findings.Ok("secrets", "no secret file that is named in the configuration is open to others");
    }

    /// <summary>What nobody else may do with which file.</summary>
    private static IEnumerable<(string Reason, string Path, UnixFileMode Forbidden, string What)> Rules(CheckContext context)
    {
        var agent = context.Agent;
        yield return ("state", agent.StateDirectory, AnyByOthers, "the state directory");
        yield return ("store", Path.Combine(agent.StateDirectory, AgentStore.FileName), AnyByOthers, "the store");
        yield return ("device-key", agent.DeviceKeyFile, AnyByOthers, "the device key");
        yield return ("runtime", agent.RuntimeDirectory, WriteByOthers, "the directory of the control socket");
        foreach (var file in context.Reading.Values.Select(value => value.Origin).Where(Path.IsPathRooted).Prepend(context.Reading.File).Distinct())
            yield return ("config", file, WriteByOthers, "the configuration");
        yield return ("config", Path.GetDirectoryName(context.Reading.File)!, WriteByOthers, "the directory of the configuration");
        yield return ("profile", agent.Profile, WriteByOthers, "the device profile");
        // Of a portable build that is the runtime; the agent's own file stands beside its libraries.
        yield return ("binary", AppContext.BaseDirectory.TrimEnd('/'), WriteByOthers, "the directory of the program");
        foreach (var program in Programs.Select(name => Path.Combine(AppContext.BaseDirectory, name)).Where(File.Exists))
            yield return ("binary", program, WriteByOthers, "the program");
    }

    private static void Look((string Reason, string Path, UnixFileMode Forbidden, string What) rule, Findings findings)
    {
        if (PathAccess.IsBarred(rule.Path))
        {
            findings.Skipped("barred", $"{rule.Path}: {rule.What} cannot be seen by this user", "run it as root");
            return;
        }

        if (!Path.Exists(rule.Path))
            return;
        var mode = File.GetUnixFileMode(rule.Path);
        var shown = Convert.ToString((int)mode, 8).PadLeft(4, '0');
        if ((mode & rule.Forbidden) != UnixFileMode.None)
            findings.Error(rule.Reason, $"{rule.Path}: {rule.What} has mode {shown}, others may {(rule.Forbidden == WriteByOthers ? "change" : "see or change")} it", $"chmod {(rule.Forbidden == WriteByOthers ? "go-w" : "go-rwx")} {rule.Path}");
        else
            findings.Ok(rule.Reason, $"{rule.Path}: mode {shown}, owner {FileFacts.OwnerOf(rule.Path)}");
    }
}
