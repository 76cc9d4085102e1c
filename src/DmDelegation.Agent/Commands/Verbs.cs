using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DmDelegation.Agent.Loop;
using DmDelegation.Agent.Queries;
using DmDelegation.Platform.Control;
using DmDelegation.Tree;

namespace DmDelegation.Agent.Commands;

/// <summary>Arguments of a verb on the control socket; each verb has its own few.</summary>
/// <param name="Uri">Address of a node.</param>
/// <param name="Recursive">All nodes below instead of the next level.</param>
/// <param name="Server">Server Identifier.</param>
/// <param name="Command">DM command.</param>
/// <param name="Id">Delegation id.</param>
/// <param name="Head">Head of the audit log to verify.</param>
internal sealed record VerbArguments(string Uri = "", bool Recursive = false, string Server = "", string Command = "", string Id = "", string Head = "");

/// <summary>A verb of the control socket. All of them need the privilege that the socket checks (design 3).</summary>
/// <param name="Name">The verb, as sent.</param>
/// <param name="Read">What answers from a snapshot; the command line calls it too, when the agent is stopped. Null: the verb acts.</param>
/// <param name="Act">What only the running agent can do. Null: the verb reads.</param>
/// <param name="ForRoot">For root alone.</param>
/// <param name="NeedsAgent">It reads what only the running agent knows: a store says nothing about it.</param>
internal sealed record Verb(
    string Name,
    Func<QueryContext, VerbArguments, ControlResponse>? Read,
    Func<AgentLoop, VerbArguments, CancellationToken, Task<ControlResponse>>? Act,
    bool ForRoot = false,
    bool NeedsAgent = false);

/// <summary>All verbs, as one table.</summary>
internal static class Verbs
{
    /// <summary>Name of the verb behind <c>status</c>.</summary>
    public const string Status = "status";

    /// <summary>Name of the verb behind <c>tree list</c>.</summary>
    public const string TreeList = "tree-list";

    /// <summary>Name of the verb behind <c>tree get</c>.</summary>
    public const string TreeGet = "tree-get";

    /// <summary>Name of the verb behind <c>acl show</c>.</summary>
    public const string AclShow = "acl-show";

    /// <summary>Name of the verb behind <c>acl explain</c>.</summary>
    public const string AclExplain = "acl-explain";

    /// <summary>Name of the verb behind <c>account list</c>.</summary>
    public const string AccountList = "account-list";

    /// <summary>Name of the verb behind <c>delegation list</c>.</summary>
    public const string DelegationList = "delegation-list";

    /// <summary>Name of the verb behind <c>delegation show</c>.</summary>
    public const string DelegationShow = "delegation-show";

    /// <summary>Name of the verb behind <c>delegation log</c>.</summary>
    public const string DelegationLog = "delegation-log";

    /// <summary>Name of the verb behind <c>delegation end</c>.</summary>
    public const string DelegationEnd = "delegation-end";

    /// <summary>Name of the verb behind <c>session start</c>.</summary>
    public const string SessionStart = "session-start";

    /// <summary>Name of the verb behind <c>session last</c>.</summary>
    public const string SessionLast = "session-last";

    /// <summary>Name of the verb behind <c>metrics</c>.</summary>
    public const string Metrics = "metrics";

    /// <summary>Name of the verb behind <c>clock reset</c>.</summary>
    public const string ClockReset = "clock-reset";

    /// <summary>Name of the verb behind <c>factory-reset</c>.</summary>
    public const string FactoryReset = "factory-reset";

    /// <summary>The table.</summary>
    public static ImmutableArray<Verb> All { get; } =
    [
        Reads(Status, (context, _) => StatusQuery.Report(context), ReportJson.Readable.StatusReport),
        Reads(TreeList, (context, arguments) => TreeQueries.List(context, arguments.Uri, arguments.Recursive), ReportJson.Readable.NodeListReport),
        Reads(TreeGet, (context, arguments) => TreeQueries.Get(context, arguments.Uri), ReportJson.Readable.NodeReport),
        Reads(AclShow, (context, arguments) => TreeQueries.Acl(context, arguments.Uri), ReportJson.Readable.AclReport),
        Reads(AclExplain, (context, arguments) => AccessQuery.Explain(context, arguments.Server, arguments.Command, arguments.Uri), ReportJson.Readable.AccessReport),
        Reads(AccountList, (context, _) => AccountQuery.List(context), ReportJson.Readable.AccountListReport),
        Reads(DelegationList, (context, _) => DelegationQuery.List(context), ReportJson.Readable.DelegationListReport),
        Reads(DelegationShow, (context, arguments) => DelegationQuery.Show(context, arguments.Id), ReportJson.Readable.DelegationReport),
        Reads(DelegationLog, (context, arguments) => LogQuery.Report(context, arguments.Head), ReportJson.Readable.LogReport),
        new(
            DelegationEnd,
            null,
            async (loop, arguments, cancel) => Respond(
                DelegationQuery.Ended(arguments.Id, await loop.EndDelegationAsync(arguments.Id, cancel)), ReportJson.Readable.LocalEndReport),
            ForRoot: true), // who manages (DEL-278)
        new(SessionStart, null, StartSessionAsync),
        Reads(Metrics, (context, _) => Queries.Metrics.Report(context), ReportJson.Readable.MetricsReport),
        Reads(SessionLast, (context, arguments) => SessionQuery.Last(context, arguments.Server), ReportJson.Readable.LastSessionsReport) with { NeedsAgent = true },
        new(
            ClockReset,
            null,
            async (loop, _, cancel) => Respond(await loop.ResetClockAsync(cancel), ReportJson.Readable.ClockReport),
            ForRoot: true), // time decides when a delegation ends (DEL-223)
        new(
            FactoryReset,
            null,
            async (loop, _, cancel) => Respond(await loop.FactoryResetAsync(cancel), ReportJson.Readable.FactoryResetReport),
            ForRoot: true), // who owns the device (DEL-277)
    ];

    /// <summary>Names of the verbs for root alone, for the control server.</summary>
    public static ImmutableHashSet<string> ForRoot { get; } = [.. All.Where(verb => verb.ForRoot).Select(verb => verb.Name)];

    /// <summary>The verb with a name; null if there is none.</summary>
    public static Verb? Find(string name) => All.FirstOrDefault(verb => verb.Name == name);

    private static async Task<ControlResponse> StartSessionAsync(AgentLoop loop, VerbArguments arguments, CancellationToken cancel) =>
        ServerIdentifier.IsWellFormed(arguments.Server)
            ? Respond<SessionReport>(await loop.SessionAsync(arguments.Server, cancel), ReportJson.Readable.SessionReport)
            : ControlResponse.Failed(QueryCodes.BadArgument, $"'{arguments.Server}' is not a Server Identifier");

    private static Verb Reads<T>(string name, Func<QueryContext, VerbArguments, Answer<T>> query, JsonTypeInfo<T> type)
        where T : class => new(name, (context, arguments) => Respond(query(context, arguments), type), null);

    private static ControlResponse Respond<T>(Answer<T> answer, JsonTypeInfo<T> type)
        where T : class =>
        answer.Data is { } data ? ControlResponse.Ok(JsonSerializer.SerializeToElement(data, type)) : ControlResponse.Failed(answer.Code!, answer.Text!);
}
