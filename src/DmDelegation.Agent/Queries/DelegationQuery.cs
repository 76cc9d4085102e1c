using System.Collections.Immutable;
using DmDelegation.Agent.Loop;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Agent.Queries;

/// <summary><c>delegation list</c> and <c>delegation show</c>.</summary>
internal static class DelegationQuery
{
    /// <summary>All records, in the order of their ids.</summary>
    public static DelegationListReport List(QueryContext context) =>
        new([.. context.Durable.Records.Values.Select(record => Report(context, record))]);

    /// <summary>One record.</summary>
    public static Answer<DelegationReport> Show(QueryContext context, string id) =>
        context.Durable.Records.TryGetValue(id, out var record)
            ? Report(context, record)
            : Answer<DelegationReport>.Failed(QueryCodes.NotFound, NotThere(id, context.Durable.Tombstones.GetValueOrDefault(id)));

    /// <summary><c>delegation end</c>: what came of it (DEL-278).</summary>
    public static Answer<LocalEndReport> Ended(string id, LocalEndResult result) => result switch
    {
        { Before: null } or { Before.State: not DelegationState.Staged, After: null } => Answer<LocalEndReport>.Failed(QueryCodes.NotFound, NotThere(id, result.Tombstone)),
        { Before: { State: DelegationState.Finalised } final } => Answer<LocalEndReport>.Failed(
            QueryCodes.Final, $"delegation {id} is final: {final.Grant!.To} owns its scope, and only a factory reset ends it"),
        { Before: { } before, After: null } => new LocalEndReport(id, before.State.ToString(), null, null, null),
        { Before: { } before, After: { } after } when before.State.IsEnded() || after.Reason != ReasonCode.Local.Code => Answer<LocalEndReport>.Failed(
            QueryCodes.Ended, $"delegation {id} has ended already: {after.State}, {ReasonCode.Of(after.Reason).Name} ({after.Reason})"),
        { Before: { } before, After: { } after } => new LocalEndReport(
            id, before.State.ToString(), after.State.ToString(), ReasonCode.Of(after.Reason).Name, after.Reason),
    };

    /// <summary>Rights as in a record, in the specification's order.</summary>
    public static string RightsText(AclCommands rights) => string.Join('+', Acl.Commands.ToArray().Where(one => rights.HasFlag(one)));

    private static string NotThere(string id, Tombstone? tombstone) =>
        tombstone is null ? $"there is no delegation {id}" : $"delegation {id} ended at {tombstone.EndedAt:u} as {tombstone.State}; its record is gone";

    private static DelegationReport Report(QueryContext context, DelegationRecord record)
    {
        var grant = record.Grant;
        var to = record.B() ?? "";
        var remaining = Limits.RemainingSeconds(record, context.Now, context.Time);
        return new DelegationReport(
            record.Id,
            record.State.ToString(),
            (int)record.State,
            ReasonCode.Of(record.Reason).Name,
            record.Reason,
            record.By,
            to,
            RecordText.Label(record),
            record.Text("ScopeType") ?? "",
            record.Text("DurationType") ?? "",
            record.Text("Control") ?? "exclusive",
            grant is null ? AsWritten(record) : [.. grant.Scope.Select(entry => new ScopeReport(entry.Uri, RightsText(entry.Rights)))],
            remaining,
            record.State == DelegationState.Pending ? StatusQuery.WindowLeft(context, grant!) : null,
            (int)record.AckDelegating,
            (int)record.AckDelegated,
            grant is null ? null : context.Durable.Tree.PathOf(grant.Account)?.ToString(),
            grant is null ? null : StatusQuery.Parent(grant),
            [.. context.Durable.Live().Where(live => live.Grant.Parent == record.Id).Select(live => live.Record.Id)],
            remaining is { } seconds && record.State.IsLive() ? StatusQuery.TimeText(context.Time.AddSeconds(seconds)) : null,
            grant is null ? null : StatusQuery.Held(context, record, grant),
            record.Reason == 0 ? "" : ReasonWords.Of(record.Reason, record.By, to),
            record.Reason == 0 ? "" : ReasonWords.Next(record.Reason, record.By, to));
    }

    /// <summary>The scope of a record that never got as far as a grant.</summary>
    private static ImmutableArray<ScopeReport> AsWritten(DelegationRecord record) =>
    [
        .. record.Leaves.Keys.Where(path => path.StartsWith("Scope/", StringComparison.Ordinal) && path.EndsWith("/URI", StringComparison.Ordinal))
            .Select(path => new ScopeReport(record.Text(path)!, record.Text(path[..^"URI".Length] + "Rights") ?? "")),
    ];
}
