using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.Json.Serialization.Metadata;

namespace DmDelegation.Agent.Commands;

/// <summary>
/// A command that does something. What stands here and in its options is the one description of it: the help prints it, the manual pages and the
/// shell completions are made of it.
/// </summary>
internal sealed class LeafCommand : Command
{
    /// <summary>A command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">A line that says what it does; below an empty line, if need be, all there is to know.</param>
    public LeafCommand(string name, string description)
        : base(name, description.Split("\n\n", 2)[0]) => Details = description.Split("\n\n", 2) is [_, var details] ? details : "";

    /// <summary>What there is to know beyond a line; empty if nothing. Paragraphs stand apart by empty lines.</summary>
    public string Details { get; }

    /// <summary>What its exit codes mean.</summary>
    public ImmutableArray<Exit> Exits { get; init; } = ExitCodes.Table;

    /// <summary>Examples.</summary>
    public ImmutableArray<Example> Examples { get; init; } = [];

    /// <summary>Shape of what it prints with <c>--json</c>; null if it prints none.</summary>
    public JsonTypeInfo? Answer { get; init; }
}

/// <summary>A command line and what it is good for.</summary>
/// <param name="Line">What stands after <c>dmagent</c>.</param>
/// <param name="Meaning">What it does, in a sentence.</param>
internal readonly record struct Example(string Line, string Meaning);

/// <summary>The help: what System.CommandLine prints, and behind it details, examples and exit codes.</summary>
/// <param name="usual">Prints the usual part.</param>
internal sealed class LeafHelp(HelpAction usual) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool Terminating => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = usual.Invoke(parseResult);
        foreach (var line in More(parseResult.CommandResult.Command))
            parseResult.InvocationConfiguration.Output.WriteLine(line);
        return exitCode;
    }

    private static IEnumerable<string> More(Command command)
    {
        var leaf = command as LeafCommand;
        if (leaf is { Details.Length: > 0 })
            yield return leaf.Details + "\n";
        if (leaf is { Examples.IsEmpty: false })
        {
            yield return "Examples:";
            foreach (var example in leaf.Examples)
                yield return $"  dmagent {example.Line}\n      {example.Meaning}";
            yield return "";
        }

        if (leaf is null && command is not RootCommand)
            yield break;
        yield return "Exit codes:";
        foreach (var exit in leaf?.Exits ?? ExitCodes.Table)
            yield return $"  {exit.Code}  {exit.Meaning}";
        yield return "";
    }
}
