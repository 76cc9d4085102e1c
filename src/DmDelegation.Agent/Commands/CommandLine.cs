using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.Json.Serialization.Metadata;
using DmDelegation.Agent.Checks;
using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Startup;
using static DmDelegation.Agent.Queries.ReportJson;

namespace DmDelegation.Agent.Commands;

/// <summary>The command line: noun, then verb.</summary>
/// <param name="shell">What the commands have of the process.</param>
internal sealed class CommandLine(Shell shell)
{
    private const string Daemon = "run";

    private static readonly Option<string?> Config = new("--config")
    {
        Description = "Configuration file (default /etc/dmagent/dmagent.json, or $DMAGENT_CONFIG)",
        HelpName = "FILE",
        Recursive = true,
        Validators = { NamesAFile },
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one line of JSON" };
    private static readonly Option<bool> Recursive = new("--recursive") { Description = "All nodes below, not only the next level" };
    private static readonly Option<string?> Verify = new("--verify") { Description = "Number and hash of an entry, as in an alert", HelpName = "NUMBER:HASH" };
    private static readonly Option<string?> MetricsFile = new("--output") { Description = "File to write (default: standard output)", HelpName = "FILE", Validators = { NamesAFile } };
    private static readonly Option<string?> BundleFile = new("--output")
    {
        Description = "File to make (default: a name with the time, here; -: standard output)",
        HelpName = "FILE",
        Validators = { NamesAFile },
    };

    private static readonly Option<bool> Offline = new("--offline") { Description = "Send nothing over the network" };
    private static readonly Argument<string[]> Checks = MakeChecks();
    private static readonly Option<bool> Origin = new("--origin") { Description = "Where each value comes from, and what it took the place of" };
    private static readonly Option<bool> Yes = new("--yes") { Description = "Do not ask" };
    private static readonly Argument<string> Uri = new("URI") { Description = "Address of a node, such as ./SCM/x" };
    private static readonly Argument<string> Server = new("SERVER") { Description = "Server Identifier" };
    private static readonly Argument<string?> AnyServer = new("SERVER") { Description = "Server Identifier (default: all)", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> Command = new("COMMAND")
    {
        Description = "Add, Copy, Delete, Exec, Get or Replace",
        CompletionSources = { "Add", "Copy", "Delete", "Exec", "Get", "Replace" },
    };

    private static readonly Argument<string> Id = new("ID") { Description = "Delegation id" };
    private static readonly Argument<string?> WatchedId = new("ID") { Description = "Delegation id (default: all)", Arity = ArgumentArity.ZeroOrOne };

    /// <summary>Runs one command of this process.</summary>
    /// <returns>Exit code.</returns>
    public static Task<int> RunAsync(string[] args) => new CommandLine(Shell.OfThisProcess).RunAsync(args, CancellationToken.None);

    /// <summary>Runs one command.</summary>
    /// <returns>Exit code.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancel)
    {
        var parsed = Root().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            // Some messages of the parser have several lines.
            var lines = parsed.Errors.Select(error => string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).Append("see dmagent --help");
            return shell.Terminal.Fail(ExitCodes.Usage, lines);
        }

        // The daemon handles its signals itself; everything else may be killed at any time.
        var invocation = new InvocationConfiguration
        {
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
            Output = shell.Output,
            Error = shell.Error,
        };
        try
        {
            return await parsed.InvokeAsync(invocation, cancel);
        }
        catch (Exception fault) when (parsed.CommandResult.Command.Name != Daemon && !(fault is OperationCanceledException && cancel.IsCancellationRequested))
        {
            // A fault of ours is told in a line. Not that of the daemon: the system must see it crash.
            return shell.Terminal.Fail(ExitCodes.Failed, [$"internal: {fault.GetType().Name}: {fault.Message}"]);
        }
    }

    /// <summary>The tree of commands.</summary>
    public RootCommand Root()
    {
        var root = new RootCommand(Descriptions.Agent)
        {
            Config,
            Leaf(Daemon, Descriptions.Run, [], (parsed, _) => new RunCommand(parsed.GetValue(Config)).RunAsync(), exits: ExitCodes.With(
                new(ExitCodes.Ok, "stopped by a signal"),
                new(ExitCodes.Failed, "it could not start, or could not write its store and stopped"),
                new(ExitCodes.NotRunning, ""),
                new(ExitCodes.NotPermitted, ""))),
            Asks("status", Descriptions.Status, [], Verbs.Status, Readable.StatusReport, StatusText.Of, exits: ExitCodes.With(
                new(ExitCodes.Ok, "there is an answer; whether all is well is in it (--json: well)"),
                new(ExitCodes.NotRunning, "the daemon does not run, and there is no store to read"))),
            Tree(),
            Acl(),
            new Command("account", "DM accounts")
            {
                Asks("list", "All accounts", [], Verbs.AccountList, Readable.AccountListReport, HumanText.Accounts),
            },
            Delegation(),
            new Command("session", "DM sessions")
            {
                Asks(
                    "start", Descriptions.SessionStart, [Server], Verbs.SessionStart, Readable.SessionReport, HumanText.Session, report => report.Error is null,
                    ExitCodes.With(new Exit(ExitCodes.Failed, "the session failed, or was not opened")), [new("session start a.example", "Calls a.example now, whatever the plan says.")]),
                Asks("last", Descriptions.SessionLast, [AnyServer], Verbs.SessionLast, Readable.LastSessionsReport, SessionText.Last, exits: ExitCodes.With(
                    new Exit(ExitCodes.Failed, "there was no session with this server since the agent started"))),
            },
            new Command("clock", "The clock the agent goes by")
            {
                Asks("reset", Descriptions.ClockReset, [], Verbs.ClockReset, Readable.ClockReport, HumanText.Clock),
            },
            Leaf(
                "factory-reset", FactoryReset.Description, [Yes, Json],
                (parsed, cancel) => new FactoryReset(ClientOf(parsed), shell.Terminal, shell.Input).RunAsync(parsed.GetValue(Yes), parsed.GetValue(Json), cancel),
                Readable.FactoryResetReport),
            Leaf(
                "check", Descriptions.Check, [Checks, Offline, Json],
                (parsed, cancel) => new CheckCommand(shell.Terminal, parsed.GetValue(Config)).RunAsync(
                    parsed.GetValue(Checks) ?? [], parsed.GetValue(Offline), parsed.GetValue(Json), cancel),
                Readable.CheckReport,
                ExitCodes.With(
                    new(ExitCodes.Ok, "nothing is an error; there may be warnings"), new(ExitCodes.Failed, "something is an error"),
                    new(ExitCodes.NotRunning, ""), new(ExitCodes.NotPermitted, "")),
                [new("check", "Everything."), new("check clock certificates --offline", "Two of the checks, without the network.")]),
            Leaf(
                "report", Descriptions.Report, [BundleFile, Offline, Json],
                (parsed, cancel) => new ReportCommand(shell, parsed.GetValue(Config)).RunAsync(
                    parsed.GetValue(BundleFile), parsed.GetValue(Offline), parsed.GetValue(Json), cancel),
                Readable.BundleReport,
                [new(ExitCodes.Ok, "ok"), new(ExitCodes.Failed, "the file cannot be written, or is there already"), new(ExitCodes.Usage, "wrong usage")],
                [new("report", "Makes dmagent-report-TIME.tar.gz here."), new("report --output - | ssh help.example tee report.tar.gz", "Sends it on without a file.")]),
            Leaf(
                "metrics", Descriptions.Metrics, [MetricsFile, Json],
                (parsed, cancel) => new MetricsCommand(ClientOf(parsed), shell.Terminal).RunAsync(parsed.GetValue(MetricsFile), parsed.GetValue(Json), cancel),
                Readable.MetricsReport,
                ExitCodes.With(new(ExitCodes.Failed, "the file cannot be written"), new(ExitCodes.NotRunning, "the daemon does not run; dmagent_up 0 is printed or written all the same")),
                [new("metrics --output /var/lib/prometheus/node-exporter/dmagent.prom", "What a timer runs once a minute.")]),
            Configuration(),
            Leaf(
                "wait", WaitCommand.Description, [WaitCommand.For, WaitCommand.Server, WaitCommand.Scope, WaitCommand.Timeout, Json], WaitAsync, Readable.WaitReport,
                WaitCommand.Exits, WaitCommand.Examples),
            Leaf(
                "version", "Version of the agent", [Json],
                (parsed, _) => Task.FromResult(shell.Terminal.Print(
                    new VersionReport(BuildFacts.Version, StatusQuery.TimeText(BuildFacts.BuildTime)), Readable.VersionReport, parsed.GetValue(Json), HumanText.Version)),
                Readable.VersionReport, [new(ExitCodes.Ok, "ok"), new(ExitCodes.Usage, "wrong usage")]),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new LeafHelp((HelpAction)help.Action!);
        return root;
    }

    private Command Tree() => new("tree", "The management tree")
    {
        Asks("list", "Nodes below a node", [Uri, Recursive], Verbs.TreeList, Readable.NodeListReport, HumanText.Nodes, examples: [new("tree list . --recursive", "The whole tree.")]),
        Asks("get", Descriptions.TreeGet, [Uri], Verbs.TreeGet, Readable.NodeReport, HumanText.Node, examples: [new("tree get ./DevInfo/DevId", "The device id.")]),
    };

    private Command Acl() => new("acl", "Who may do what")
    {
        Asks("show", "The ACL of a node", [Uri], Verbs.AclShow, Readable.AclReport, HumanText.Acl),
        Asks("explain", Descriptions.AclExplain, [Server, Command, Uri], Verbs.AclExplain, Readable.AccessReport, HumanText.Access, exits: ExitCodes.With(
            new Exit(ExitCodes.Ok, "there is an answer, allowed or not")),
            examples: [new("acl explain a.example Replace ./SCM/x", "Whether a.example may change a value, and if not, which delegation keeps it out.")]),
    };

    private Command Delegation() => new("delegation", "Delegations")
    {
        Asks("list", Descriptions.DelegationList, [], Verbs.DelegationList, Readable.DelegationListReport, DelegationText.List),
        Asks("show", "One record", [Id], Verbs.DelegationShow, Readable.DelegationReport, DelegationText.Show),
        Leaf(
            "watch", Descriptions.DelegationWatch, [WatchedId, Json],
            (parsed, cancel) => ClientOf(parsed).WatchAsync(parsed.GetValue(WatchedId) ?? "", parsed.GetValue(Json), cancel),
            Readable.DelegationChange,
            ExitCodes.With(new(ExitCodes.Ok, "stopped by a signal, or the one record named is gone"), new(ExitCodes.NotRunning, "the agent does not run, or stopped"))),
        Asks(
            "log", Descriptions.DelegationLog, [Verify], Verbs.DelegationLog, Readable.LogReport, LogText.Of, report => report.Holds(),
            ExitCodes.With(new Exit(ExitCodes.Failed, "a chain is broken, or the head is not in the log or too old for it")),
            [new("delegation log --json", "The whole log for a program.")]),
        Asks(
            "end", Descriptions.DelegationEnd, [Id], Verbs.DelegationEnd, Readable.LocalEndReport, HumanText.LocalEnd,
            exits: ExitCodes.With(new Exit(ExitCodes.Failed, "there is no such delegation, it has ended already, or it is final"))),
    };

    private Command Configuration() => new("config", "The configuration")
    {
        Leaf(
            "validate", Descriptions.ConfigValidate, [Json], (parsed, _) => Task.FromResult(ConfigOf(parsed).Validate(parsed.GetValue(Json))),
            Readable.ValidationReport, OfConfiguration, [new("--config new.json config validate", "Checks a file before it is put in place.")]),
        Leaf(
            "show", Descriptions.ConfigShow, [Origin, Json], (parsed, _) => Task.FromResult(ConfigOf(parsed).Show(parsed.GetValue(Origin), parsed.GetValue(Json))),
            Readable.ConfigurationReport, OfConfiguration, [new("config show --origin", "Why a value is what it is.")]),
    };

    private static ImmutableArray<Exit> OfConfiguration => ExitCodes.With(new(ExitCodes.Failed, ""), new(ExitCodes.NotRunning, ""), new(ExitCodes.NotPermitted, ""));

    /// <summary>A command that asks the agent and prints the answer.</summary>
    private LeafCommand Asks<T>(
        string name,
        string description,
        Symbol[] symbols,
        string verb,
        JsonTypeInfo<T> type,
        Func<T, IEnumerable<string>> text,
        Func<T, bool>? isGood = null,
        ImmutableArray<Exit>? exits = null,
        ImmutableArray<Example>? examples = null)
        where T : class
    {
        return Leaf(name, description, [.. symbols, Json], RunAsync, type, exits, examples);

        async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
        {
            var (exitCode, report) = await ClientOf(parsed).AskAsync(verb, ArgumentsOf(parsed), type, parsed.GetValue(Json), text, cancel);
            return report is not null && isGood?.Invoke(report) is false ? ExitCodes.Failed : exitCode;
        }
    }

    private static LeafCommand Leaf(
        string name,
        string description,
        Symbol[] symbols,
        Func<ParseResult, CancellationToken, Task<int>> run,
        JsonTypeInfo? answer = null,
        ImmutableArray<Exit>? exits = null,
        ImmutableArray<Example>? examples = null)
    {
        var command = new LeafCommand(name, description) { Answer = answer, Exits = exits ?? ExitCodes.Table, Examples = examples ?? [] };
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

    private async Task<int> WaitAsync(ParseResult parsed, CancellationToken cancel)
    {
        var condition = WaitCondition.Read(parsed.GetValue(WaitCommand.For)!, parsed.GetValue(WaitCommand.Server), parsed.GetValue(WaitCommand.Scope));
        return condition.Data is { } wanted
            ? await ClientOf(parsed).WaitAsync(new WaitCommand(shell.Terminal, wanted, parsed.GetValue(Json)), WaitCommand.LimitOf(parsed), cancel)
            : shell.Terminal.Fail(condition.Code!, condition.Text!);
    }

    /// <summary>An empty path, or one that ends with a slash, is a slip in a script: a variable that is not set.</summary>
    private static void NamesAFile(OptionResult result)
    {
        if (result.Tokens is [var path] && Path.GetFileName(path.Value).Length == 0)
            result.AddError($"{result.Option.Name} '{path.Value}': must be the path of a file");
    }

    private static Argument<string[]> MakeChecks()
    {
        var names = CheckTable.All.Select(check => check.Name).ToArray();
        var argument = new Argument<string[]>("NAME") { Description = $"Check to run (default: all): {string.Join(", ", names)}", Arity = ArgumentArity.ZeroOrMore };
        argument.CompletionSources.Add(names);
        return argument;
    }

    private Client ClientOf(ParseResult parsed) => new(shell.Terminal, parsed.GetValue(Config));

    private ConfigCommands ConfigOf(ParseResult parsed) => new(shell.Terminal, parsed.GetValue(Config));

    private static VerbArguments ArgumentsOf(ParseResult parsed) => new(
        parsed.GetValue(Uri) ?? "", parsed.GetValue(Recursive), parsed.GetValue(Server) ?? parsed.GetValue(AnyServer) ?? "", parsed.GetValue(Command) ?? "", parsed.GetValue(Id) ?? "",
        parsed.GetValue(Verify) ?? "");
}
