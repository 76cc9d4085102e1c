using DmDelegation.Agent.Queries;
using DmDelegation.Engine.Delegation;

namespace DmDelegation.Agent.Commands;

/// <summary>The status for people: who manages the device, which part, until when, and whether anything is wrong, in this order.</summary>
internal static class StatusText
{
    /// <summary>The whole answer.</summary>
    public static IEnumerable<string> Of(StatusReport report) =>
    [
        .. Words.Wrap("", First(report)),
        .. Parts(report, parent: null, "  "),
        .. report.Waiting.SelectMany(Waiting),
        .. report.Warnings.SelectMany(warning => Warning(report, warning)),
        $"Device     {report.DeviceId}",
        $"Agent      {report.Version}, {report.State}",
        $"Clock      {report.Clock.State}, {report.Clock.EffectiveTime}",
        $"Outbox     {(report.Outbox == 0 ? "empty" : report.Outbox == 1 ? "1 acknowledgement waits" : $"{report.Outbox} acknowledgements wait")}",
        $"Sessions   {(report.Sessions.IsEmpty ? "none" : string.Join(", ", report.Sessions))}",
        .. report.Operations.SelectMany(operation => Words.Wrap("Runs       ", Running(operation))),
    ];

    /// <summary>Who manages, and is it well: one line that says enough.</summary>
    private static string First(StatusReport report)
    {
        var owner = StatusQuery.Owner(report.Home, report.Accounts);
        var parts = report.ManagedBy.Length;
        var delegated = parts == 0 ? "" : parts == 1 ? ", 1 part by delegation" : $", {parts} parts by delegation";
        var wrong = report.Warnings.Count(warning => warning.Severity != Warnings.Notice);
        return $"{char.ToUpperInvariant(owner[0])}{owner[1..]}{delegated}. "
            + (report.Well ? "All is well." : wrong == 1 ? "1 thing is wrong." : $"{wrong} things are wrong.");
    }

    /// <summary>Delegations, each above its parts. One whose parent is not shown stands at the left.</summary>
    private static IEnumerable<string> Parts(StatusReport report, string? parent, string indent)
    {
        var shown = report.ManagedBy.Select(manager => manager.Delegation).ToHashSet(StringComparer.Ordinal);
        foreach (var manager in report.ManagedBy.Where(manager => (manager.Parent is { } above && shown.Contains(above) ? above : null) == parent))
        {
            foreach (var line in Part(manager, indent))
                yield return line;
            foreach (var line in Parts(report, manager.Delegation, indent + "  "))
                yield return line;
        }
    }

    private static IEnumerable<string> Part(ManagerReport manager, string indent)
    {
        var until = manager switch
        {
            { State: nameof(DelegationState.Finalised) } => "for ever",
            { RemainingSeconds: { } left, Held: null } => $"until {manager.Until}, {Words.Left(left)} left",
            { RemainingSeconds: { } left } => $"{Held(manager)}, at most {Words.Left(left)} left",
            { Held: not null } => Held(manager),
            _ => "until revoked",
        };
        foreach (var line in Words.Wrap(indent, $"{string.Join(", ", manager.Scope)}: {manager.Server}, {until}"))
            yield return line;
        var how = manager.State == nameof(DelegationState.Finalised) ? "owned" : manager.Exclusive ? $"{manager.By} only reads" : $"shared with {manager.By}";
        yield return $"{indent}  delegation {manager.Delegation} by {manager.By}, {how}{(manager.Parent is null ? "" : $", part of {manager.Parent}")}";
    }

    private static string Held(ManagerReport manager) =>
        manager.Held == StatusQuery.ParentSuspended ? $"suspended with {manager.Parent}" : "suspended until the time is known";

    private static IEnumerable<string> Waiting(WaitingReport waiting) =>
    [
        .. Words.Wrap("  ", $"{string.Join(", ", waiting.Scope)}: {waiting.Server} has {Words.Left(waiting.SecondsLeft)} to confirm, until then nothing changes"),
        $"    delegation {waiting.Delegation} by {waiting.By}{(waiting.Parent is null ? "" : $", part of {waiting.Parent}")}",
    ];

    private static string Running(OperationReport operation) =>
        $"{operation.Node} for {operation.Server}{(operation.Delegation is { } delegation ? $" (delegation {delegation})" : "")}, {Words.Left(operation.Seconds)}"
        + operation.State switch { "cancelling" => ", being cancelled", "past-point-of-no-return" => ", past its point of no return", _ => "" };

    private static IEnumerable<string> Warning(StatusReport report, WarningReport warning) =>
    [
        .. Words.Wrap($"{warning.Severity} ", $"{warning.Text} [{warning.Code}]{(warning.Since is { } since ? $" since {since}" : "")}"),
        .. Words.Wrap(new string(' ', warning.Severity.Length) + " -> ", report.Warnings.Any(other => other.Code == warning.Because) ? $"see {warning.Because}" : warning.Remedy),
    ];
}
