using System.Text;
using DmDelegation.Agent.Commands;
using DmDelegation.Tests.Manual;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary>
/// Exit code, standard output and standard error of every command, right and wrong, against <c>Fixtures/command-line/cases.txt</c>: a command, then
/// everything that followed. The commands run in process; an agent that is up is a control server that answers out of a fixed state. After a
/// change that is meant, run with DM_REWRITE=FILE, which gets the file as it would be now, and review the difference.
/// </summary>
[TestClass]
public sealed class PinnedCommandTests
{
    private const string Rewrite = "DM_REWRITE";

    /// <summary>What cannot be pinned in process, and where it is.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["run right"] = nameof(DaemonTests),
        ["run wrong"] = nameof(StoppedCommandTests),
        ["report right"] = nameof(ReportCommandTests),
    };

    [TestMethod]
    public async Task Every_command_says_what_is_written_in_the_cases()
    {
        var cases = CommandCase.Read();
        var (now, said) = (new StringBuilder(), new List<string>());
        foreach (var state in cases.Select(one => one.State).Distinct())
        {
            now.Append(now.Length > 0 ? "\n" : "").Append($"=== {state}\n");
            await using var agent = PinnedAgent.In(state);
            foreach (var one in cases.Where(one => one.State == state))
            {
                said.Add(await agent.RunAsync(one.Line));
                now.Append('\n').Append(said[^1]);
            }
        }

        if (Environment.GetEnvironmentVariable(Rewrite) is { Length: > 0 } file)
            File.WriteAllText(file, CommandCase.Head + now);
        foreach (var (one, text) in cases.Zip(said))
            Assert.AreEqual(one.Text, text, $"{one.State}: {one.Line}");
    }

    [TestMethod]
    public void Every_command_has_a_case_that_is_right_and_one_that_is_wrong()
    {
        var cases = CommandCase.Read();
        foreach (var (command, words) in CommandPages.Below(new CommandLine(new Shell(TextWriter.Null, TextWriter.Null, null)).Root(), []).Where(found => found.Command is LeafCommand))
        {
            var path = string.Join(' ', words);
            var own = cases.Where(one => (one.Line + " ").StartsWith(path + " ", StringComparison.Ordinal)).ToList();
            Assert.IsTrue(own.Any(one => one.ExitCode == 0) || Elsewhere.ContainsKey(path + " right"), $"{path}: no case that is right");
            Assert.IsTrue(own.Any(one => one.ExitCode != 0) || Elsewhere.ContainsKey(path + " wrong"), $"{path}: no case that is wrong");
            var json = command.Options.Any(option => option.Name == "--json");
            Assert.IsTrue(!json || own.Any(one => one is { ExitCode: 0 } && one.Line.Contains("--json", StringComparison.Ordinal)) || Elsewhere.ContainsKey(path + " right"), $"{path}: no case with --json");
            foreach (var one in own)
                Assert.Contains(one.ExitCode, ((LeafCommand)command).Exits.Select(exit => exit.Code), $"{path}: exit code {one.ExitCode} is not documented");
        }
    }

    [TestMethod]
    public async Task The_help_of_every_command_has_its_exit_codes_and_examples()
    {
        foreach (var (command, words) in CommandPages.Below(new CommandLine(new Shell(TextWriter.Null, TextWriter.Null, null)).Root(), []))
        {
            using var output = new StringWriter();
            Assert.AreEqual(0, await new CommandLine(new Shell(output, TextWriter.Null, null)).RunAsync([.. words, "--help"], default));
            foreach (var exit in (command as LeafCommand)?.Exits ?? [])
                StringAssert.Contains(output.ToString(), $"  {exit.Code}  {exit.Meaning}\n", StringComparison.Ordinal);
            foreach (var example in (command as LeafCommand)?.Examples ?? [])
                StringAssert.Contains(output.ToString(), $"  dmagent {example.Line}\n", StringComparison.Ordinal);
        }
    }
}

/// <summary>A case: a command in a state, and what followed.</summary>
/// <param name="State">State of the device.</param>
/// <param name="Line">The command line.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Text">The whole case as it stands in the file.</param>
internal sealed record CommandCase(string State, string Line, int ExitCode, string Text)
{
    /// <summary>Head of the file.</summary>
    public const string Head =
        """
        # What every command says: "$ COMMAND", then "| " before each line of standard output, "! " before each of standard error, "= EXIT CODE".
        # DIR is the folder of the device, DEVICE its id, VERSION and BUILT those of the build.


        """;

    /// <summary>All cases.</summary>
    public static IReadOnlyList<CommandCase> Read()
    {
        var cases = new List<CommandCase>();
        var (state, line, text) = ("", "", new StringBuilder());
        foreach (var read in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Fixtures", "command-line", "cases.txt")))
        {
            if (read.StartsWith("=== ", StringComparison.Ordinal))
                state = read[4..];
            if (read.Length == 0 || read[0] == '#' || read.StartsWith("=== ", StringComparison.Ordinal))
                continue;
            if (read.StartsWith("$ ", StringComparison.Ordinal))
                (line, text) = (read[2..], new StringBuilder());
            text.Append(read).Append('\n');
            if (read.StartsWith("= ", StringComparison.Ordinal))
                cases.Add(new CommandCase(state, line, int.Parse(read[2..]), text.ToString()));
        }

        return cases;
    }
}
