using System.Text.RegularExpressions;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Architecture;

namespace DmDelegation.Tests.Packaging;

/// <summary>The documents of packaging/doc say what the code says: what they list is compared, what they tell people to type exists.</summary>
[TestClass]
public sealed partial class DocumentTests
{
    private static readonly string[] Documents = [.. Repository.Files.Where(file => file.StartsWith("packaging/doc/", StringComparison.Ordinal) && file.EndsWith(".md", StringComparison.Ordinal))];

    private static readonly string Troubleshooting = Read("packaging/doc/troubleshooting.md");

    [TestMethod]
    public void Every_reason_stands_in_troubleshooting_with_its_name_status_and_words()
    {
        var names = typeof(ReasonCode).GetFields().Select(field => field.GetValue(null)).OfType<ReasonCode>().ToDictionary(reason => reason.Code);
        Repository.AssertNone(ReasonWords.All.Select(code => names[code]).Select(Row).Where(row => !Troubleshooting.Contains(row, StringComparison.Ordinal)), "rows that are missing or differ:");

        static string Row(ReasonCode reason) =>
            $"| {reason.Code} | {reason.Name} | {(reason.Status == 0 ? "" : reason.Status)} | {ReasonWords.Of(reason.Code, "", "")} | {ReasonWords.Next(reason.Code, "", "")} |";
    }

    [TestMethod]
    public void Every_failure_of_a_session_stands_in_troubleshooting_with_its_words() => Repository.AssertNone(
        SessionFailures.All.Select(entry => $"| `{entry.Key}` | {entry.Value} |").Where(row => !Troubleshooting.Contains(row, StringComparison.Ordinal)),
        "rows that are missing or differ:");

    [TestMethod]
    public void Every_warning_stands_in_troubleshooting_and_no_other()
    {
        var codes = WarningCode().Matches(Read("src/DmDelegation.Agent/Queries/Warnings.cs")).Select(match => match.Groups["code"].Value).Distinct().Order().ToList();
        var table = Section("## Warnings");
        CollectionAssert.AreEqual(codes, TableCode().Matches(table).Select(match => match.Groups["code"].Value).Order().ToList());
    }

    [TestMethod]
    public void Every_fault_that_the_platform_names_stands_in_troubleshooting() => Repository.AssertNone(
        Repository.Files.Where(file => file.StartsWith("src/DmDelegation.Platform/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(file => FaultCode().Matches(Read(file)).Select(match => match.Groups["code"].Value)).Distinct()
            .Where(code => code != "io" && !Troubleshooting.Contains($"`{code}`", StringComparison.Ordinal)),
        "codes of PlatformException without a row:");

    [TestMethod]
    public void Every_command_that_a_document_names_exists()
    {
        var root = new CommandLine(new Shell(TextWriter.Null, TextWriter.Null, null)).Root();
        Repository.AssertNone(Documents.SelectMany(file => Typed().Matches(Read(file)).Select(match => (File: file, Words: match.Value.Split(' ')[1..])))
            .Where(typed => !Exists(root, typed.Words)).Select(typed => $"{typed.File}: dmagent {string.Join(' ', typed.Words)}").Distinct(), "commands that are none:");
    }

    [TestMethod]
    public void Every_link_leads_to_a_file() => Repository.AssertNone(
        Documents.SelectMany(file => Link().Matches(Read(file)).Select(match => (File: file, Target: match.Groups["target"].Value)))
            .Where(link => !File.Exists(Path.Combine(Path.GetDirectoryName(Repository.FullPath(link.File))!, link.Target))).Select(link => $"{link.File}: {link.Target}"),
        "dead links:");

    private static bool Exists(System.CommandLine.Command command, string[] words) =>
        words is not [var word, .. var rest] || command.Subcommands.Count == 0
        || (command.Subcommands.FirstOrDefault(other => other.Name == word) is { } found && Exists(found, rest));

    private static string Section(string heading)
    {
        var begin = Troubleshooting.IndexOf(heading, StringComparison.Ordinal);
        return Troubleshooting[begin..Troubleshooting.IndexOf("\n## ", begin + 1, StringComparison.Ordinal)];
    }

    private static string Read(string file) => File.ReadAllText(Repository.FullPath(file));

    [GeneratedRegex("""(?:WarningReport\(|When\()[^"]*?"(?<code>[a-z-]+)",""", RegexOptions.Singleline)]
    private static partial Regex WarningCode();

    [GeneratedRegex("""^\| `(?<code>[a-z-]+)` \|""", RegexOptions.Multiline)]
    private static partial Regex TableCode();

    [GeneratedRegex("""PlatformException\("(?<code>[a-z-]+)",""")]
    private static partial Regex FaultCode();

    // In code only: prose may say "dmagent does".
    [GeneratedRegex("""(?<=^|`|\$ |&& )dmagent(?: [a-z][a-z-]*)+""", RegexOptions.Multiline)]
    private static partial Regex Typed();

    [GeneratedRegex("""\]\((?<target>[^)#:]+)\)""")]
    private static partial Regex Link();
}
