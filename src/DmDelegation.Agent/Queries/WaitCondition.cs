using DmDelegation.Engine.Delegation;
using DmDelegation.Tree;

namespace DmDelegation.Agent.Queries;

/// <summary>What <c>wait</c> waits for, decided on the status of a running agent.</summary>
/// <param name="Goal"><see cref="Managed"/>, <see cref="Delegated"/> or <see cref="Home"/>.</param>
/// <param name="Server">Only this server counts; null: any.</param>
/// <param name="Scope">Only delegations of this node count; null: any.</param>
internal sealed record WaitCondition(string Goal, string? Server, NodePath? Scope)
{
    /// <summary>A server has an account that no delegation made.</summary>
    public const string Managed = "managed";

    /// <summary>A delegation gives rights.</summary>
    public const string Delegated = "delegated";

    /// <summary>No delegation is live.</summary>
    public const string Home = "home";

    /// <summary>Reads what stands on the command line.</summary>
    public static Answer<WaitCondition> Read(string goal, string? server, string? scope)
    {
        if (server is not null && !ServerIdentifier.IsWellFormed(server))
            return Answer<WaitCondition>.Failed(QueryCodes.BadArgument, $"'{server}' is not a Server Identifier");
        if (scope is null)
            return new WaitCondition(goal, server, null);
        if (goal == Managed)
            return Answer<WaitCondition>.Failed(QueryCodes.BadArgument, "--scope goes with --for delegated and --for home: an account is for the whole device");
        return LocUri.TryParse(scope, UriLimits.Unlimited, out var uri, out _) && uri is { Property: null, List: null }
            ? new WaitCondition(goal, server, uri.Path)
            : Answer<WaitCondition>.Failed(QueryCodes.BadArgument, $"'{scope}' is not the URI of a node, such as ./SCM");
    }

    /// <summary>Why it is not reached, in words; empty: it is.</summary>
    public string MissingIn(StatusReport status) => Goal switch
    {
        Managed => status.Accounts.Any(Counts) ? "" : Server is null ? "no server has an account" : $"{Server} has no account",
        Delegated => status.ManagedBy.Any(GivesRights) ? "" : status.Waiting.Any(waiting => Counts(waiting.Server)) ? "a delegation waits for its server to confirm" : "no such delegation is active",
        _ => string.Join(", ", LiveIn(status).Select(id => $"delegation {id} is live")),
    };

    /// <summary>What is reached, in words.</summary>
    public string ReachedIn(StatusReport status) => Goal switch
    {
        Managed => StatusQuery.Owner(status.Home, [.. status.Accounts.Where(Counts)]),
        Delegated => StatusQuery.Sentence(status.ManagedBy.First(GivesRights)),
        _ => "no delegation is live, " + StatusQuery.Owner(status.Home, status.Accounts),
    };

    private bool GivesRights(ManagerReport manager) =>
        manager.State != nameof(DelegationState.Suspended) && Counts(manager.Server) && (Scope is null || manager.Scope.Any(root => Covers(NodePath.Parse(root), Scope)));

    private IEnumerable<string> LiveIn(StatusReport status) =>
    [
        .. status.ManagedBy.Where(manager => Counts(manager.Server) && manager.Scope.Any(Touches)).Select(manager => manager.Delegation),
        .. status.Waiting.Where(waiting => Counts(waiting.Server) && waiting.Scope.Any(Touches)).Select(waiting => waiting.Delegation),
    ];

    private bool Counts(string server) => Server is null || server == Server;

    private bool Touches(string root) => Scope is null || (NodePath.Parse(root) is var path && (Covers(path, Scope) || Covers(Scope, path)));

    private static bool Covers(NodePath above, NodePath below) => above.Depth <= below.Depth && above.Segments.SequenceEqual(below.Segments.Take(above.Depth), StringComparer.Ordinal);
}

/// <summary>Answer of <c>wait</c>.</summary>
/// <param name="For">What was waited for.</param>
/// <param name="Reached">It is reached; else the time was over.</param>
/// <param name="Text">What is reached, or what is missing.</param>
internal sealed record WaitReport(string For, bool Reached, string Text);
