using System.CommandLine;
using System.CommandLine.Invocation;
using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Startup;
using static DmDelegation.Agent.Queries.ReportJson;

namespace DmDelegation.Agent.Commands;

/// <summary>The command line: noun, then verb.</summary>
internal static class CommandLine
{
    private const string EndDescription =
        """
        End one delegation here, at the device, whatever its servers say (root only)

        A staged record is deleted. A pending, active or suspended delegation ends: the rights, the account and the keys of
        its server go, who managed before manages again, and both servers are told as soon as they can be reached (reason
        187, LOCAL). What the server did to values stays. A final delegation is refused: only a factory reset ends it. Every
        use, refused or not, is in the log.
        """;

    private const string WatchDescription =
        """
        Print a line for every record now, and again whenever one changes

        The agent is asked once a second. Time that runs down is no change. It ends with exit code 0 on SIGINT or when the
        one record named is gone, and with 3 when the agent stops.
        """;

    private const string LogDescription =
        """
        Print the audit log, newest entry last, and check its chains

        Each entry carries the hash of the one before it. That shows damage; whoever owns the device can make the whole
        chain anew. What he cannot change are the heads that the servers hold: every alert carries one, as
        <Log n="NUMBER">HASH</Log>. --verify NUMBER:HASH, such as 41:9f86d081884c7d65..., tells whether this log still
        contains it. Entries eN are Starts, transactions, local commands, suspensions and the clock; entries nN are failed
        logins, failed proofs and refused commands, those of one minute together. 256 of each are kept. Exit code 1: a
        chain is broken, or the head is not in the log or too old for it.
        """;

    private static readonly Option<string?> Config = new("--config")
    {
        Description = "Configuration file (default /etc/dmagent/dmagent.json, or $DMAGENT_CONFIG)",
        HelpName = "FILE",
        Recursive = true,
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one line of JSON" };
    private static readonly Option<bool> Recursive = new("--recursive") { Description = "All nodes below, not only the next level" };
    private static readonly Option<string?> Verify = new("--verify") { Description = "Number and hash of an entry, as in an alert", HelpName = "NUMBER:HASH" };
    private static readonly Option<bool> Yes = new("--yes") { Description = "Do not ask" };
    private static readonly Argument<string> Uri = new("URI") { Description = "Address of a node, such as ./SCM/x" };
    private static readonly Argument<string> Server = new("SERVER") { Description = "Server Identifier" };
    private static readonly Argument<string> Command = new("COMMAND") { Description = "Add, Copy, Delete, Exec, Get or Replace" };
    private static readonly Argument<string> Id = new("ID") { Description = "Delegation id" };
    private static readonly Argument<string?> WatchedId = new("ID") { Description = "Delegation id (default: all)", Arity = ArgumentArity.ZeroOrOne };

    /// <summary>Runs one command.</summary>
    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            var lines = parsed.Errors.Select(error => error.Message).Append("see dmagent --help");
            return Terminal.OfThisProcess.Fail(ExitCodes.Usage, lines);
        }

        // The daemon handles its signals itself; everything else may be killed at any time.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    }

    /// <summary>The tree of commands.</summary>
    public static RootCommand Root() => new($"OMA Device Management agent with delegation.\n\n{ExitCodes.Help}")
    {
        Config,
        Leaf("run", "Run the agent (the service does this)", [], (parsed, _) => new RunCommand(parsed.GetValue(Config)).RunAsync()),
        Asks("status", "Who manages this device, and is anything wrong?", [], Verbs.Status, Readable.StatusReport, HumanText.Status),
        new Command("tree", "The management tree")
        {
            Asks("list", "Nodes below a node", [Uri, Recursive], Verbs.TreeList, Readable.NodeListReport, HumanText.Nodes),
            Asks("get", "One node with its properties", [Uri], Verbs.TreeGet, Readable.NodeReport, HumanText.Node),
        },
        new Command("acl", "Who may do what")
        {
            Asks("show", "The ACL of a node", [Uri], Verbs.AclShow, Readable.AclReport, HumanText.Acl),
            Asks("explain", "May a server do something, and why?", [Server, Command, Uri], Verbs.AclExplain, Readable.AccessReport, HumanText.Access),
        },
        new Command("account", "DM accounts")
        {
            Asks("list", "All accounts", [], Verbs.AccountList, Readable.AccountListReport, HumanText.Accounts),
        },
        new Command("delegation", "Delegations")
        {
            Asks("list", "All records", [], Verbs.DelegationList, Readable.DelegationListReport, HumanText.Delegations),
            Asks("show", "One record", [Id], Verbs.DelegationShow, Readable.DelegationReport, HumanText.Delegation),
            Leaf("watch", WatchDescription, [WatchedId, Json], (parsed, cancel) =>
                ClientOf(parsed).WatchAsync(parsed.GetValue(WatchedId) ?? "", parsed.GetValue(Json), cancel)),
            Leaf("log", LogDescription, [Verify, Json], LogAsync),
            Asks("end", EndDescription, [Id], Verbs.DelegationEnd, Readable.LocalEndReport, HumanText.LocalEnd),
        },
        new Command("session", "DM sessions")
        {
            Leaf("start", "Open a session with a server and wait for its end", [Server, Json], StartSessionAsync),
        },
        new Command("clock", "The clock the agent goes by")
        {
            Asks("reset", "Lower effective time to the wall clock, after a clock drove it into the future (root)", [], Verbs.ClockReset, Readable.ClockReport, HumanText.Clock),
        },
        Leaf("factory-reset", FactoryReset.Description, [Yes, Json], (parsed, cancel) =>
            new FactoryReset(ClientOf(parsed), Terminal.OfThisProcess, Console.IsInputRedirected ? null : Console.In)
                .RunAsync(parsed.GetValue(Yes), parsed.GetValue(Json), cancel)),
        new Command("config", "The configuration")
        {
            Leaf("validate", "Check the configuration", [Json], (parsed, _) => Task.FromResult(ConfigOf(parsed).Validate(parsed.GetValue(Json)))),
            Leaf("show", "Every key, its value and its origin", [Json], (parsed, _) => Task.FromResult(ConfigOf(parsed).Show(parsed.GetValue(Json)))),
        },
        Leaf("version", "Version of the agent", [Json], (parsed, _) => Task.FromResult(Terminal.OfThisProcess.Print(
            new VersionReport(BuildFacts.Version, StatusQuery.TimeText(BuildFacts.BuildTime)), Readable.VersionReport, parsed.GetValue(Json), HumanText.Version))),
    };

    private static Command Asks<T>(
        string name, string description, Symbol[] symbols, string verb, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, Func<T, IEnumerable<string>> text)
        where T : class =>
        Leaf(name, description, [.. symbols, Json], async (parsed, cancel) =>
            (await ClientOf(parsed).AskAsync(verb, ArgumentsOf(parsed), type, parsed.GetValue(Json), text, cancel)).ExitCode);

    private static async Task<int> StartSessionAsync(ParseResult parsed, CancellationToken cancel)
    {
        var (exitCode, report) = await ClientOf(parsed).AskAsync(
            Verbs.SessionStart, ArgumentsOf(parsed), Readable.SessionReport, parsed.GetValue(Json), HumanText.Session, cancel);
        return report?.Error is null ? exitCode : ExitCodes.Failed;
    }

    private static async Task<int> LogAsync(ParseResult parsed, CancellationToken cancel)
    {
        var (exitCode, report) = await ClientOf(parsed).AskAsync(
            Verbs.DelegationLog, ArgumentsOf(parsed), Readable.LogReport, parsed.GetValue(Json), LogText.Of, cancel);
        return report?.Holds() is false ? ExitCodes.Failed : exitCode;
    }

    private static Command Leaf(string name, string description, Symbol[] symbols, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Option option)
                command.Options.Add(option);
            else if (symbol is Argument argument)
                command.Arguments.Add(argument);
        }

        command.SetAction(run);
        return command;
    }

    private static Client ClientOf(ParseResult parsed) => new(Terminal.OfThisProcess, parsed.GetValue(Config));

    private static ConfigCommands ConfigOf(ParseResult parsed) => new(Terminal.OfThisProcess, parsed.GetValue(Config));

    private static VerbArguments ArgumentsOf(ParseResult parsed) => new(
        parsed.GetValue(Uri) ?? "", parsed.GetValue(Recursive), parsed.GetValue(Server) ?? "", parsed.GetValue(Command) ?? "", parsed.GetValue(Id) ?? "",
        parsed.GetValue(Verify) ?? "");
}
