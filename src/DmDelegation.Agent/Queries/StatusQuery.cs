using System.Collections.Immutable;
using System.Globalization;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Tree;

namespace DmDelegation.Agent.Queries;

/// <summary><c>status</c>: who manages this device, which part, until when, and whether anything is wrong.</summary>
internal static class StatusQuery
{
    /// <summary>Suspended: the device was off for an unknown time.</summary>
    public const string TimeUnknown = "time-unknown";

    /// <summary>Suspended: the delegation it is a part of is.</summary>
    public const string ParentSuspended = "parent-suspended";

    /// <summary>The whole status.</summary>
    public static StatusReport Report(QueryContext context)
    {
        var warnings = Warnings.Of(context);
        var live = context.Durable.Live().ToList();
        return new StatusReport(
            warnings.All(warning => warning.Severity == Warnings.Notice),
            context.Facts.Running ? "ready" : "stopped",
            context.Options.Version,
            context.Durable.Device.DevId,
            Managers(context),
            Home(context),
            Clock(context.State, context.Now),
            new DelegationCounts(
                live.Count(entry => entry.Record.State == DelegationState.Pending),
                live.Count(entry => entry.Record.State.GivesRights()),
                live.Count(entry => entry.Record.State == DelegationState.Suspended)),
            context.Durable.Outbox.Count,
            [.. context.State.Sessions.Keys],
            warnings,
            Accounts(context),
            Waiting(context))
        {
            Operations = [.. context.Durable.Operations.Values.Select(operation => Operation(context, operation))],
        };
    }

    private static OperationReport Operation(QueryContext context, DeviceOperation operation) => new(
        operation.Uri,
        operation.Principal,
        operation.Delegation.Length > 0 ? operation.Delegation : null,
        Math.Max(0, context.Now.BootMs - operation.StartedBootMs) / 1000,
        operation.Phase == OperationPhase.Cancelling ? "cancelling" : operation.PastPoint ? "past-point-of-no-return" : "running");

    /// <summary>The clock as the agent sees it.</summary>
    public static ClockReport Clock(EngineState state, in ClockReading now) =>
        new(state.Clock.Trust.ToString().ToLowerInvariant(), TimeText(state.Clock.Now(now)));

    /// <summary>One line for systemd and for people: who manages the device. It changes only when that does.</summary>
    public static string Line(QueryContext context)
    {
        var owner = Owner(Home(context), Accounts(context));
        return string.Join("; ", Managers(context).Select(Sentence).Prepend(char.ToUpperInvariant(owner[0]) + owner[1..]));
    }

    /// <summary>Who manages the device apart from delegations, in words.</summary>
    /// <param name="home">Home authorities of the root.</param>
    /// <param name="accounts">Servers with an account that no delegation made.</param>
    public static string Owner(ImmutableArray<string> home, ImmutableArray<string> accounts) =>
        !home.IsEmpty ? "managed by " + string.Join(", ", home)
        : !accounts.IsEmpty ? $"managed through the account of {string.Join(", ", accounts)}, which the ACL of the root does not name"
        : "managed by no server, there is no account";

    /// <summary>One delegation in words.</summary>
    public static string Sentence(ManagerReport manager)
    {
        var until = manager.Until switch
        {
            "final" => "for good",
            "until-revoked" => "until revoked",
            var time => $"until {time}",
        };
        var how = manager.State == nameof(DelegationState.Suspended) ? "is suspended for" : "is managed by";
        return $"{string.Join(", ", manager.Scope)} {how} {manager.Server} {until} (delegation {manager.Delegation} by {manager.By})";
    }

    /// <summary>UTC in extended ISO 8601, whole seconds.</summary>
    public static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static ImmutableArray<ManagerReport> Managers(QueryContext context) =>
        [.. context.Durable.Live().Where(live => live.Record.State != DelegationState.Pending).Select(live => Manager(context, live.Record, live.Grant))];

    private static ManagerReport Manager(QueryContext context, DelegationRecord record, DelegationGrant grant)
    {
        var remaining = Limits.RemainingSeconds(record, context.Now, context.Time);
        return new ManagerReport(
            grant.To,
            record.By,
            record.Id,
            record.State.ToString(),
            Roots(context, grant),
            remaining is { } seconds ? TimeText(context.Time.AddSeconds(seconds)) : record.State == DelegationState.Finalised ? "final" : "until-revoked",
            remaining,
            Parent(grant),
            grant.Exclusive,
            Held(context, record, grant));
    }

    /// <summary>Roots of a scope, where they are now.</summary>
    private static ImmutableArray<string> Roots(QueryContext context, DelegationGrant grant) =>
        grant.ScopeType == ScopeType.Full ? ["."] : [.. grant.Scope.Select(entry => context.Durable.Tree.PathOf(entry.Root)?.ToString() ?? entry.Uri)];

    /// <summary>The delegation that a sub-delegation is a part of, or null.</summary>
    public static string? Parent(DelegationGrant grant) => grant.Parent.Length > 0 ? grant.Parent : null;

    /// <summary>Why a delegation is suspended (DEL-063, DEL-213); null if it is not.</summary>
    public static string? Held(QueryContext context, DelegationRecord record, DelegationGrant grant) =>
        record.State != DelegationState.Suspended ? null
        : context.Durable.Records.GetValueOrDefault(grant.Parent) is { State: DelegationState.Suspended } ? ParentSuspended
        : TimeUnknown;

    private static ImmutableArray<WaitingReport> Waiting(QueryContext context) =>
    [
        .. context.Durable.Live().Where(live => live.Record.State == DelegationState.Pending).Select(live => new WaitingReport(
            live.Grant.To, live.Record.By, live.Record.Id, Roots(context, live.Grant), WindowLeft(context, live.Grant), Parent(live.Grant))),
    ];

    /// <summary>Seconds left to confirm, a begun one counts whole.</summary>
    public static long WindowLeft(QueryContext context, DelegationGrant grant) => (Limits.WindowLeftMs(grant, context.Now) + 999) / 1000;

    private static ImmutableArray<string> Accounts(QueryContext context) =>
        [.. AccountList.All(context.Durable.Tree).Select(account => account.ServerId).Where(server => !context.Durable.IsGuest(server))];

    private static ImmutableArray<string> Home(QueryContext context) =>
    [
        .. context.Durable.Tree.Root.Acl!.Servers.Where(server => server != ServerIdentifier.Any && context.Durable.IsHomeAuthorityOfRoot(context.Options, server)),
    ];
}
