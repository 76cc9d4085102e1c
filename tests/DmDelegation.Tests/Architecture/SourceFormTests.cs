using System.Text.RegularExpressions;

namespace DmDelegation.Tests.Architecture;

/// <summary>The form of the files, whatever is in them.</summary>
[TestClass]
public sealed partial class SourceFormTests
{
    private const int LinesMax = 600;

    private static readonly string[] TopLevel =
    [
        ".ci", ".editorconfig", ".gitattributes", ".gitignore", "build.ps1", "device-profiles", "Directory.Build.props", "Directory.Packages.props",
        "DmDelegation.sln", "global.json", "packaging", "README.md", "src", "tests",
    ];

    private static readonly HashSet<string> BinaryExtensions = new([".der", ".wbxml", ".bin", ".p7m", ".p7s", ".png"], StringComparer.Ordinal);

    [TestMethod]
    public void No_source_file_is_longer_than_600_lines() =>
        Repository.AssertNone(
            Repository.Sources("src").Concat(Repository.Sources("tests"))
                .Select(file => (file, lines: File.ReadLines(Repository.FullPath(file)).Count()))
                .Where(entry => entry.lines > LinesMax)
                .Select(entry => $"{entry.file}: {entry.lines} lines"),
            $"longer than {LinesMax} lines:");

    [TestMethod]
    public void Nothing_in_src_is_left_to_be_done() => Repository.AssertNone(Matches(Repository.Sources("src"), LeftToDo()), "left to be done:");

    [TestMethod]
    public void The_top_level_holds_only_what_the_design_names() =>
        Repository.AssertNone(Repository.Files.Select(file => file.Split('/')[0]).Distinct(StringComparer.Ordinal).Except(TopLevel, StringComparer.Ordinal), "at the top level:");

    [TestMethod]
    public void No_file_names_a_folder_of_one_machine() => Repository.AssertNone(Matches(TextFiles(), MachinePath()), "paths of one machine:");

    [TestMethod]
    public void No_file_names_a_package_registry()
    {
        Repository.AssertNone(Matches(TextFiles(), RegistryHost()), "registries:");
        Repository.AssertNone(
            Repository.Files.Where(file => Path.GetFileName(file).Equals("nuget.config", StringComparison.OrdinalIgnoreCase)),
            "where packages come from is the machine's affair:");
    }

    [TestMethod]
    public void The_searches_find_what_they_look_for_and_nothing_else()
    {
        // Put together here, so that this file does not hold them.
        Assert.MatchesRegex(MachinePath(), "cd " + "/" + "work/wt");
        Assert.MatchesRegex(MachinePath(), "\"/" + "home/someone\"");
        Assert.DoesNotMatchRegex(MachinePath(), "./Vendor/root and src/work/x, https://a.example/home");
        Assert.MatchesRegex(RegistryHost(), "https://api." + "nuget." + "org" + "/v3");
        Assert.DoesNotMatchRegex(RegistryHost(), "https://a.example/dm and NuGetLockFilePath");
        Assert.MatchesRegex(LeftToDo(), "// TO" + "DO: later");
    }

    private static IEnumerable<string> TextFiles() => Repository.Files.Where(file => !BinaryExtensions.Contains(Path.GetExtension(file)));

    private static IEnumerable<string> Matches(IEnumerable<string> files, Regex pattern) =>
        files.SelectMany(file => File.ReadLines(Repository.FullPath(file))
            .Select((line, index) => (match: pattern.Match(line), number: index + 1))
            .Where(entry => entry.match.Success)
            .Select(entry => $"{file}:{entry.number}: {entry.match.Value}"));

    [GeneratedRegex(@"\b(TODO|FIXME|NotImplementedException)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LeftToDo();

    // A path from the root of the file system: not the tail of a longer path or of a LocURI.
    [GeneratedRegex(@"(?<![\w.*$}\])-])/(?:work|home|root)(?![\w.-])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"/v3/index\x2Ejson|\b(api\x2E|www\x2E)?nuget\x2Eorg\b|\b(docker|quay|ghcr)\x2Eio\b|\bmcr\x2Emicrosoft\b|\bdeb\x2Edebian\b|\bpypi\x2Eorg\b|\bnpmjs\x2E|\bpkgs\x2Edev\b", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RegistryHost();
}
