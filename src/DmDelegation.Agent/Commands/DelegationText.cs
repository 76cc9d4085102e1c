using DmDelegation.Agent.Queries;
using DmDelegation.Engine.Delegation;

namespace DmDelegation.Agent.Commands;

/// <summary>Records for people: a few lines each in a list, all of one that is shown.</summary>
internal static class DelegationText
{
    private const string Indent = "    ";

    /// <summary>All records.</summary>
    public static IEnumerable<string> List(DelegationListReport report) =>
        report.Delegations.IsEmpty ? ["there is no delegation"] : report.Delegations.SelectMany(Short);

    /// <summary>A record that has changed, for <c>watch</c>.</summary>
    public static IEnumerable<string> Change(DelegationChange change) => change.Record is { } record ? Short(record) : [$"{change.Id}  gone"];

    /// <summary>One record, all of it.</summary>
    public static IEnumerable<string> Show(DelegationReport record)
    {
        yield return $"Delegation {record.Id}: {record.State}";
        yield return $"From       {record.By}";
        yield return $"To         {record.To}{(record.Account is null ? "" : $", account {record.Account}")}";
        yield return $"Type       {Kind(record)}";
        foreach (var entry in record.Scope)
            yield return $"Scope      {entry.Uri}  {entry.Rights}";
        if (record.Parent is { } parent)
            yield return $"Part of    {parent}";
        if (!record.Children.IsEmpty)
            yield return $"Parts      {string.Join(", ", record.Children)}";
        if (Time(record) is { } time)
            yield return $"Time       {time}";
        yield return $"Told       {record.By}: {Words.Ack(record.AckDelegating)}; {record.To}: {Words.Ack(record.AckDelegated)}";
        foreach (var line in Why(record, "Why        ", "Next       "))
            yield return line;
    }

    private static IEnumerable<string> Short(DelegationReport record)
    {
        var uris = string.Join(", ", record.Scope.Select(entry => entry.Uri));
        foreach (var line in Words.Wrap($"{record.Id}  ", $"{record.State}  {record.By} -> {record.To}  {uris}"))
            yield return line;
        var told = $"told: {record.By} {Words.Ack(record.AckDelegating)}, {record.To} {Words.Ack(record.AckDelegated)}";
        foreach (var line in Words.Wrap(Indent, Kind(record) + (record.Parent is null ? "" : $", part of {record.Parent}") + (Time(record) is { } time ? $"; {time}" : "")))
            yield return line;
        foreach (var line in Words.Wrap(Indent, told).Concat(Why(record, Indent, Indent + "-> ")))
            yield return line;
    }

    private static string Kind(DelegationReport record) =>
        $"{record.ScopeType}, {record.DurationType}, {record.Control}";

    private static string? Time(DelegationReport record) => record switch
    {
        { State: nameof(DelegationState.Finalised) } => "for ever",
        { WindowLeftSeconds: { } window } => $"{Words.Left(window)} left to confirm",
        { RemainingSeconds: { } left, Until: { } until, Held: null } => $"until {until}, {Words.Left(left)} left",
        { RemainingSeconds: { } left, Held: not null } => $"at most {Words.Left(left)} left",
        _ => null,
    };

    private static IEnumerable<string> Why(DelegationReport record, string why, string next)
    {
        var (text, remedy) = record.Held switch
        {
            StatusQuery.ParentSuspended => ($"suspended with {record.Parent}", $"dmagent delegation show {record.Parent}"),
            StatusQuery.TimeUnknown => ("suspended: the time since the reboot is unknown", $"let the clock be synchronised, or let {record.By} tell the time"),
            _ when record.ReasonCode == 0 => ("", ""),
            _ => ($"{record.Meaning} [{record.ReasonCode} {record.Reason}]", record.Next),
        };
        return [.. text.Length > 0 ? Words.Wrap(why, text) : [], .. remedy.Length > 0 ? Words.Wrap(next, remedy) : []];
    }
}
