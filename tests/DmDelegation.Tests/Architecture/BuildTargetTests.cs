using System.Text.RegularExpressions;

namespace DmDelegation.Tests.Architecture;

/// <summary>build.ps1 is a list: each target is one call of something that exists.</summary>
[TestClass]
public sealed partial class BuildTargetTests
{
    private static readonly string[] Expected = ["build", "test", "format", "demo", "native", "package", "package-test", "footprint", "containers", "ci"];

    private static readonly string[] Verbs = ["build", "test", "format"];

    private static readonly Dictionary<string, string> Targets = Target().Matches(File.ReadAllText(Repository.FullPath("build.ps1")))
        .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["call"].Value, StringComparer.Ordinal);

    [TestMethod]
    public void The_targets_that_people_expect_are_there() => Repository.AssertNone(Expected.Except(Targets.Keys), "missing:");

    [TestMethod]
    public void Every_target_calls_a_script_or_project_that_exists() =>
        Repository.AssertNone(Targets.Select(target => Fault(target.Key, target.Value)).OfType<string>(), "targets that lead nowhere:");

    [TestMethod]
    public void Every_script_can_be_run()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("no execute bits here");
            return;
        }
        Repository.AssertNone(
            Repository.Files.Where(IsScript).Where(file => !File.GetUnixFileMode(Repository.FullPath(file)).HasFlag(UnixFileMode.UserExecute)),
            "not executable:");
    }

    private static string? Fault(string target, string call)
    {
        var words = call.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            ["bash", var script, ..] => Repository.Files.Contains(script, StringComparer.Ordinal) ? null : $"{target}: there is no {script}",
            ["dotnet", "run", "--project", var project, ..] => Directory.EnumerateFiles(Repository.Root, $"{project}/*.csproj").Any() ? null : $"{target}: no project in {project}",
            ["dotnet", var verb, ..] when Verbs.Contains(verb, StringComparer.Ordinal) => null,
            _ => $"{target}: not a call that is known here: {call}",
        };
    }

    private static bool IsScript(string file) =>
        (file.StartsWith("packaging/", StringComparison.Ordinal) || file.StartsWith(".ci/", StringComparison.Ordinal))
        && File.ReadLines(Repository.FullPath(file)).FirstOrDefault()?.StartsWith("#!", StringComparison.Ordinal) == true;

    [GeneratedRegex(@"^ {4}'?(?<name>[\w-]+)'? *= \{ (?<call>.+) \}$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Target();
}
