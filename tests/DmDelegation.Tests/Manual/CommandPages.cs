using System.CommandLine;
using System.CommandLine.Help;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Startup;

namespace DmDelegation.Tests.Manual;

/// <summary>The pages of section 1: one for the program, one for each command and each group of commands, out of the tree of commands.</summary>
internal static class CommandPages
{
    private const string Program = "dmagent";

    /// <summary>All pages.</summary>
    public static IEnumerable<ManPage> Of(RootCommand root) => Below(root, []).Select(found => Page(root, found.Command, found.Words)).Prepend(RootPage(root));

    /// <summary>Every command below a command, with the words that lead to it.</summary>
    public static IEnumerable<(Command Command, string[] Words)> Below(Command command, string[] words) =>
        command.Subcommands.SelectMany(sub => Below(sub, [.. words, sub.Name]).Prepend((sub, [.. words, sub.Name])));

    /// <summary>Options of a command with those of all commands, without the help.</summary>
    public static IEnumerable<Option> Options(RootCommand root, Command command) =>
        command.Options.Concat(root.Options.Where(option => option.Recursive)).Where(option => option is not HelpOption and not VersionOption).Distinct();

    private static string NameOf(string[] words) => string.Join('-', words.Prepend(Program));

    private static ManPage New(string name, string summary) => new(name, 1, summary, BuildFacts.BuildTime, BuildFacts.Version);

    private static ManPage RootPage(RootCommand root)
    {
        var page = New(Program, root.Description!).Section("SYNOPSIS").Synopsis(Program, ["[--config FILE]", "COMMAND", "[...]"]).Section("DESCRIPTION").Paragraphs(
            "dmagent keeps the management tree of a device, lets its management servers manage it over OMA DM, and lets them delegate parts of it to other servers, "
            + "for a time, until revoked or for good. The service runs it as a daemon; on the command line it asks that daemon.\n\n"
            + "Answers go to standard output, everything else to standard error. What scripts read is printed with --json: one line of JSON whose fields may be added to but never change. "
            + "While the daemon is stopped, commands that only read answer out of the store, for root and the user of the agent.\n\n"
            + "Commands need root, the user of the agent, or a member of the group that control.group names; some need root.");
        page.Section("COMMANDS");
        foreach (var (command, words) in Below(root, []).Where(found => found.Command is LeafCommand))
            page.Tagged(string.Join(' ', words) + Arguments(command), command.Description! + Full(command.Description!) + $" See {NameOf(words)}(1).");
        Options(page, root, root);
        Exits(page, ExitCodes.Table);
        Environment(page);
        Files(page);
        return page.SeeAlso([.. Below(root, []).Select(found => (NameOf(found.Words), 1)), ("dmagent.json", 5), ("systemd.service", 5)]);
    }

    private static ManPage Page(RootCommand root, Command command, string[] words)
    {
        var leaf = command as LeafCommand;
        var page = New(NameOf(words), command.Description!);
        var options = Options(root, command).Select(option => option.HelpName is { } place ? $"[{option.Name} {place}]" : $"[{option.Name}]");
        page.Section("SYNOPSIS").Synopsis(
            string.Join(' ', words.Prepend(Program)), leaf is null ? ["COMMAND", "[...]"] : [.. options, .. command.Arguments.Select(Argument)]);
        page.Section("DESCRIPTION").Paragraphs(command.Description! + Full(command.Description!) + (leaf is { Details.Length: > 0 } ? "\n\n" + leaf.Details : ""));
        if (leaf is null)
        {
            page.Section("COMMANDS");
            foreach (var (sub, path) in Below(command, words))
                page.Tagged(sub.Name + Arguments(sub), sub.Description! + Full(sub.Description!) + $" See {NameOf(path)}(1).");
        }

        Options(page, root, command);
        if (leaf?.Answer is { } answer)
        {
            page.Section("JSON").Paragraphs("With --json one line is printed, an object with these fields; later versions may add some.");
            foreach (var field in JsonShape.Of(answer))
                page.Tagged(field.Path, $"({field.Form}) {field.Meaning}");
        }

        Exits(page, leaf?.Exits ?? ExitCodes.Table);
        if (leaf is { Examples.IsEmpty: false })
        {
            page.Section("EXAMPLES");
            foreach (var example in leaf.Examples)
                page.Tagged($"{Program} {example.Line}", example.Meaning);
        }

        Files(page);
        var siblings = command.Parents.OfType<Command>().SelectMany(parent => parent is RootCommand ? [] : parent.Subcommands.Where(sibling => sibling != command))
            .Select(sibling => (NameOf([.. words[..^1], sibling.Name]), 1));
        var below = command.Subcommands.Select(sub => (NameOf([.. words, sub.Name]), 1));
        return page.SeeAlso([(Program, 1), ("dmagent.json", 5), .. siblings, .. below]);
    }

    private static string Full(string text) => text[^1] is '.' or '?' or ')' ? (text[^1] == ')' ? "." : "") : ".";

    private static string Arguments(Command command) => string.Concat(command.Arguments.Select(argument => " " + Argument(argument)));

    private static string Argument(Argument argument)
    {
        var many = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}{many}]" : argument.Name + many;
    }

    private static void Options(ManPage page, RootCommand root, Command command)
    {
        page.Section("OPTIONS");
        foreach (var argument in command.Arguments)
            page.TaggedOption("", argument.Name, argument.Description! + Full(argument.Description!));
        foreach (var option in Options(root, command))
            page.TaggedOption(option.Name, option.HelpName, option.Description! + Full(option.Description!));
        page.TaggedOption("-h, --help", null, "Print help.");
        if (command is RootCommand)
            page.TaggedOption("--version", null, "Print the version.");
    }

    private static void Exits(ManPage page, IEnumerable<Exit> exits)
    {
        page.Section("EXIT STATUS");
        foreach (var exit in exits)
            page.Tagged($"{exit.Code}", exit.Meaning + ".");
    }

    private static void Environment(ManPage page) => page.Section("ENVIRONMENT")
        .Tagged(ConfigurationReader.FileVariable, "Configuration file, if --config names none.")
        .Tagged("STATE_DIRECTORY, RUNTIME_DIRECTORY", "Defaults of the keys stateDirectory and runtimeDirectory; systemd sets them.")
        .Tagged("CREDENTIALS_DIRECTORY", "Where systemd puts credentials; see dmagent.json(5).")
        .Tagged("NOTIFY_SOCKET, WATCHDOG_USEC", "How systemd is told that the agent is ready and alive.");

    private static void Files(ManPage page) => page.Section("FILES")
        .Tagged(ConfigurationReader.DefaultFile, "Configuration; see dmagent.json(5).")
        .Tagged(ConfigurationReader.DefaultFile + ".d/*.json", "Drop-ins, in the order of their names.")
        .Tagged("/var/lib/dmagent", "State: the store dmagent.db and the device key.")
        .Tagged("/run/dmagent/control.sock", "Where the daemon is asked.");
}
