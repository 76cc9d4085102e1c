using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;

namespace DmDelegation.Tests.Manual;

/// <summary>Where the values of an argument or option come from.</summary>
internal enum ValueSource
{
    /// <summary>Nothing is offered.</summary>
    None,

    /// <summary>Fixed words.</summary>
    Words,

    /// <summary>Files.</summary>
    File,

    /// <summary>Ids of delegations, asked of the agent.</summary>
    Delegation,

    /// <summary>Server Identifiers of accounts, asked of the agent.</summary>
    Server,

    /// <summary>Nodes of the tree, asked of the agent.</summary>
    Node,
}

/// <summary>A value to complete.</summary>
/// <param name="Source">Where its values come from.</param>
/// <param name="Words">Fixed words.</param>
internal readonly record struct Value(ValueSource Source, ImmutableArray<string> Words);

/// <summary>An option.</summary>
/// <param name="Name">Its name, with hyphens.</param>
/// <param name="Description">What it does.</param>
/// <param name="Value">Its value; null if it takes none.</param>
internal sealed record CompletedOption(string Name, string Description, Value? Value);

/// <summary>A command: what can stand behind it.</summary>
/// <param name="Path">The words that lead to it, apart by spaces; empty for the program.</param>
/// <param name="Commands">Commands below it.</param>
/// <param name="Options">Its options.</param>
/// <param name="Arguments">Its arguments, in order.</param>
/// <param name="Repeats">The last argument may stand there again.</param>
internal sealed record CompletedCommand(
    string Path, ImmutableArray<(string Name, string Description)> Commands, ImmutableArray<CompletedOption> Options, ImmutableArray<Value> Arguments, bool Repeats);

/// <summary>What all shells need to know, out of the tree of commands.</summary>
internal static class CompletionModel
{
    /// <summary>How the agent is asked for values, and the field of its answer that has them.</summary>
    public static ImmutableArray<(ValueSource Source, string Command, string Field)> Asked { get; } =
    [
        (ValueSource.Delegation, "delegation list", "id"),
        (ValueSource.Server, "account list", "serverId"),
        (ValueSource.Node, "tree list", "uri"),
    ];

    private static readonly Dictionary<string, ValueSource> ByPlace = new(StringComparer.Ordinal)
    {
        ["FILE"] = ValueSource.File,
        ["ID"] = ValueSource.Delegation,
        ["SERVER"] = ValueSource.Server,
        ["URI"] = ValueSource.Node,
    };

    /// <summary>The program and every command of it.</summary>
    public static ImmutableArray<CompletedCommand> Of(RootCommand root) =>
        [Complete(root, root, ""), .. CommandPages.Below(root, []).Select(found => Complete(root, found.Command, string.Join(' ', found.Words)))];

    /// <summary>Options that take a value, of all commands.</summary>
    public static IEnumerable<CompletedOption> WithValue(ImmutableArray<CompletedCommand> all) =>
        all.SelectMany(command => command.Options).Where(option => option.Value is not null).DistinctBy(option => option.Name).OrderBy(option => option.Name, StringComparer.Ordinal);

    private static CompletedCommand Complete(RootCommand root, Command command, string path) => new(
        path,
        [.. command.Subcommands.Select(sub => (sub.Name, sub.Description!))],
        [
            .. CommandPages.Options(root, command).Select(option => new CompletedOption(
                option.Name, option.Description!, option.ValueType == typeof(bool) ? null : ValueOf(option.HelpName ?? "", option.GetCompletions(CompletionContext.Empty)))),
            .. command.Options.Concat(root.Options).Where(option => option is HelpOption).Take(1).Select(_ => new CompletedOption("--help", "Print help", null)),
            .. command is RootCommand ? [new CompletedOption("--version", "Print the version", null)] : Array.Empty<CompletedOption>(),
        ],
        [.. command.Arguments.Select(argument => ValueOf(argument.Name, argument.GetCompletions(CompletionContext.Empty)))],
        command.Arguments.Count > 0 && command.Arguments[^1].Arity.MaximumNumberOfValues > 1);

    private static Value ValueOf(string place, IEnumerable<CompletionItem> completions)
    {
        ImmutableArray<string> words = [.. completions.Select(item => item.Label)];
        return words.IsEmpty ? new(ByPlace.GetValueOrDefault(place), []) : new(ValueSource.Words, words);
    }
}
