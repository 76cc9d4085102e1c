using System.CommandLine;
using System.Diagnostics;
using System.Text.RegularExpressions;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Configuration;
using DmDelegation.Tests.Agent;

namespace DmDelegation.Tests.Manual;

/// <summary>The manual pages and completions that are made out of the description of the commands.</summary>
[TestClass]
public sealed partial class ManualTests
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Files = new(() => ManualFiles.All());

    [TestMethod]
    public void Every_command_has_a_page_that_the_page_of_the_program_names()
    {
        var root = Root();
        foreach (var (command, words) in CommandPages.Below(root, []))
        {
            var page = Files.Value[$"man/dmagent-{string.Join('-', words)}.1"];
            StringAssert.Contains(Files.Value["man/dmagent.1"], $".BR \"dmagent\\-{string.Join("\\-", string.Join('-', words).Split('-'))}\" (1)", StringComparison.Ordinal);
            foreach (var option in command.Options.Where(option => option is not System.CommandLine.Help.HelpOption))
                StringAssert.Contains(page, $"\\fB{option.Name.Replace("-", "\\-", StringComparison.Ordinal)}\\fR", StringComparison.Ordinal);
            if (command is LeafCommand leaf)
                Assert.HasCount(leaf.Exits.Length, Regex.Matches(page, @"^\.TP\n\\fB\d\\fR\n", RegexOptions.Multiline), command.Name);
        }
    }

    [TestMethod]
    public void Every_page_has_its_sections_in_order_and_no_line_that_would_be_a_request_by_accident()
    {
        string[] order = ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "KEYS", "ACCOUNTS", "OPTIONS", "JSON", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES", "FILES", "SEE ALSO"];
        foreach (var (file, text) in Files.Value.Where(file => file.Key.StartsWith("man/", StringComparison.Ordinal)))
        {
            var sections = Section().Matches(text).Select(match => Array.IndexOf(order, match.Groups["title"].Value)).ToList();
            CollectionAssert.AreEqual(sections.Order().ToList(), sections, file);
            Assert.IsFalse(sections.Contains(-1), file);
            foreach (var wanted in new[] { "NAME", "SYNOPSIS", "DESCRIPTION", "FILES", "SEE ALSO" })
                Assert.Contains(Array.IndexOf(order, wanted), sections, file);
            Assert.IsTrue(text.All(c => c is '\n' or >= ' ' and <= '~'), file);
            foreach (var line in text.TrimEnd('\n').Split('\n'))
                Assert.IsTrue(line.Length > 0 && line[0] != '\'' && (line[0] != '.' || KnownRequest().IsMatch(line)) && line == line.TrimEnd(), $"{file}: {line}");
        }
    }

    [TestMethod]
    public void The_files_are_the_same_each_time_and_have_no_date_but_that_of_the_release()
    {
        var again = ManualFiles.All();
        Assert.IsTrue(again.SequenceEqual(Files.Value));
        Assert.IsTrue(again.Where(file => file.Key.StartsWith("man/", StringComparison.Ordinal)).All(file => Regex.IsMatch(file.Value, @"^\.TH ""[A-Z\\.-]+"" [15] 20\d\d-\d\d-\d\d ""dmagent [\d.]+""\n")));
    }

    [TestMethod]
    public void Every_key_of_the_configuration_is_there_with_form_default_and_meaning()
    {
        var page = Files.Value["man/dmagent.json.5"];
        foreach (var (key, meaning) in SettingTable.Agent.Select(row => (row.Key, row.Meaning)).Concat(SettingTable.Account.Select(row => (row.Key, row.Meaning))))
        {
            StringAssert.Contains(page, $"\\fB{key}\\fR\n", StringComparison.Ordinal);
            Assert.IsTrue(meaning.Length > 15 && meaning[^1] == '.', key);
        }
    }

    [TestMethod]
    public void The_example_of_a_configuration_is_one()
    {
        using var folder = new AgentFolder();
        var file = folder.Write("example.json", ConfigurationPage.Example);
        Assert.IsEmpty(ConfigurationReader.Read(file, _ => null).Problems);
    }

    [TestMethod]
    public async Task Bash_takes_its_completion_and_completes_with_it()
    {
        using var folder = new AgentFolder();
        var script = folder.Write("completion", Files.Value["bash-completion/dmagent"]);
        // In place of the agent: a function that answers with a hostile id.
        var asks = """
            set -u
            . "$1"
            dmagent() { case "$*" in '--config f delegation list --json') echo '{"delegations":[{"id":"7QK2"},{"id":"7$(touch pwned)"},{"id":"8"}]}' ;; esac; }
            complete_line() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _dmagent; echo "${COMPREPLY[*]-}"; }
            complete_line dmagent del
            complete_line dmagent delegation ''
            complete_line dmagent delegation log --v
            complete_line dmagent --config f delegation show 7
            complete_line dmagent acl explain a.example Re
            complete_line dmagent delegation show 7QK2 ''
            """;
        var start = new ProcessStartInfo("bash", ["--norc", "-c", asks, "bash", script]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path };
        using var bash = Process.Start(start)!;
        var output = await bash.StandardOutput.ReadToEndAsync();
        Assert.AreEqual("", await bash.StandardError.ReadToEndAsync());
        Assert.AreEqual("delegation\nlist show watch log end\n--verify\n7QK2 7\\$\\(touch\\ pwned\\)\nReplace\n\n", output);
        Assert.IsFalse(File.Exists(folder.File("pwned")));
    }

    [TestMethod]
    [DataRow("zsh/_dmagent")]
    [DataRow("fish/dmagent.fish")]
    [DataRow("bash-completion/dmagent")]
    public void Every_command_and_option_is_in_every_completion(string file)
    {
        var text = Files.Value[file];
        foreach (var command in CompletionModel.Of(Root()))
        {
            foreach (var word in command.Commands.Select(sub => sub.Name).Concat(command.Options.Select(option => option.Name[2..])))
                Assert.IsTrue(Regex.IsMatch(text, $@"[^a-z]{word}[^a-z]"), $"{command.Path}: {word}");
        }

        Assert.IsFalse(text.Contains('@', StringComparison.Ordinal) && file.StartsWith("fish", StringComparison.Ordinal), "a place was not filled");
        Assert.IsFalse(Regex.IsMatch(text, "@[A-Z_]+@"), "a place was not filled");
    }

    private static RootCommand Root() => new CommandLine(new Shell(TextWriter.Null, TextWriter.Null, null)).Root();

    [GeneratedRegex(@"^\.SH ""(?<title>.*)""$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Section();

    [GeneratedRegex(@"^\.(TH|SH|TP|PP|IP|B|BR|RS|RE|nf|fi|nh|ad)\b")]
    private static partial Regex KnownRequest();
}
