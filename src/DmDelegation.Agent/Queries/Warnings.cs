using System.Collections.Immutable;
using DmDelegation.Agent.Loop;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Accounts;

namespace DmDelegation.Agent.Queries;

/// <summary>What is wrong, as data: stable codes, one rule each, for status and the log alike.</summary>
internal static class Warnings
{
    /// <summary>Worth knowing; the device is well.</summary>
    public const string Notice = "notice";

    /// <summary>Something does not work as it should, or soon will not.</summary>
    public const string Warning = "warning";

    /// <summary>Somebody must mend it.</summary>
    public const string Error = "error";

    // Own choice: a single failure is what networks do.
    private const int FailuresWorthAWarning = 3;

    private static readonly ImmutableArray<Func<QueryContext, IEnumerable<WarningReport>>> Rules =
        [NotRunning, StoreDamaged, LogLeft, NoAccount, AccountMissing, AccountDiffers, ClockNotTrusted, ClockJump, Suspended, RotationOverdue, RollbackIncomplete, Pending, ContactFailing, OutboxWaiting];

    /// <summary>All that apply.</summary>
    public static ImmutableArray<WarningReport> Of(QueryContext context) =>
        [.. Rules.SelectMany(rule => rule(context)).Select(warning => warning with { Since = Since(context, warning) })];

    private static string? Since(QueryContext context, WarningReport warning) =>
        context.Facts.Observed.Warnings.TryGetValue(new WarningKey(warning.Code, warning.Subject), out var known) ? StatusQuery.TimeText(known.Since) : null;

    private static IEnumerable<WarningReport> NotRunning(QueryContext context) => When(
        !context.Facts.Running, "not-running", Error, "the agent does not run: nothing expires and no server is contacted", "systemctl start dmagent");

    private static IEnumerable<WarningReport> StoreDamaged(QueryContext context) => When(
        context.Durable.Device.Damage is not null, "store-damaged", Error,
        $"the store was unusable ({context.Durable.Device.Damage?.Code}): all delegations are gone, the factory tree is in force",
        $"let the servers set again what they had set; then remove {context.Durable.Device.Damage?.File} and restart the agent");

    private static IEnumerable<WarningReport> LogLeft(QueryContext context) => When(
        context.Facts.LogLeft, "store-log-left", Warning, "the agent did not stop cleanly: the last commits may be missing here", "start the agent", "not-running");

    private static IEnumerable<WarningReport> NoAccount(QueryContext context) => When(
        !AccountList.All(context.Durable.Tree).Any(), "account-none", Error,
        AccountProvisioning.IsStillToCome(context.Durable)
            ? "no account configured yet: no server can manage the device"
            : "there is no account any more: no server can manage the device",
        AccountProvisioning.IsStillToCome(context.Durable)
            ? "configure one (accounts in dmagent.json) and systemctl restart dmagent"
            : "dmagent factory-reset, which takes the configured accounts again");

    private static IEnumerable<WarningReport> AccountMissing(QueryContext context) =>
        from server in context.Facts.ConfiguredServers
        where context.Durable.AccountOf(server) is null
        select new WarningReport(
            "account-missing", Warning, $"the configured account of {server} is not in the tree", "a server deleted it, or it was configured after the first start",
            AccountProvisioning.IsStillToCome(context.Durable) ? "account-none" : null, server);

    private static IEnumerable<WarningReport> AccountDiffers(QueryContext context) =>
        context.Facts.Differences.Select(text => new WarningReport(
            "account-differs", Notice, text, "accounts are provisioned once; the servers manage them since",
            AccountProvisioning.IsStillToCome(context.Durable) ? "account-none" : null, text));

    private static IEnumerable<WarningReport> ClockNotTrusted(QueryContext context)
    {
        var matters = context.Durable.Live().Any(live => live.Grant.DurationType == DurationType.Temporary);
        var word = context.State.Clock.Trust.ToString().ToLowerInvariant();
        return When(
            context.State.Clock.Trust != ClockTrust.Trusted, "clock-not-trusted", matters ? Warning : Notice,
            $"the clock is {word}: nobody vouches for it (clock.trust)", "let the clock be synchronised");
    }

    private static IEnumerable<WarningReport> ClockJump(QueryContext context) => When(
        context.State.Clock.Jump is not null, "clock-jump", Warning,
        $"the wall clock says {StatusQuery.TimeText(context.Now.Wall)} and is not followed: it jumped ahead of effective time",
        context.State.Clock.HeldLeftMs(context.Now) is { } left ? $"set the clock right; otherwise it is followed in {(left + 999) / 1000} s" : "set the clock right, or let it be synchronised");

    private static IEnumerable<WarningReport> Suspended(QueryContext context) =>
        from live in context.Durable.Live()
        where live.Record.State == DelegationState.Suspended
        select StatusQuery.Held(context, live.Record, live.Grant) == StatusQuery.ParentSuspended
            ? new WarningReport(
                "delegation-suspended", Warning, $"delegation {live.Record.Id} to {live.Grant.To} is suspended with {live.Grant.Parent}, of which it is a part",
                $"dmagent delegation show {live.Grant.Parent}", null, live.Record.Id)
            : new WarningReport(
                "delegation-suspended", Warning, $"delegation {live.Record.Id} to {live.Grant.To} is suspended: the time since the reboot is unknown",
                $"let the clock be synchronised, or let {live.Record.By} tell the time", "clock-not-trusted", live.Record.Id);

    private static IEnumerable<WarningReport> RotationOverdue(QueryContext context) =>
        from live in context.Durable.Live()
        where live.Grant.Rotation == RotationDuty.Overdue
        select new WarningReport(
            "rotation-overdue", Warning, $"delegation {live.Record.Id}: {live.Grant.To} still uses secrets that {live.Record.By} knows, and may do nothing else until it has replaced them",
            $"tell {live.Grant.To}, or let {live.Record.By} revoke", null, live.Record.Id);

    private static IEnumerable<WarningReport> RollbackIncomplete(QueryContext context) =>
        from record in context.Durable.Records.Values
        where record.Reason == ReasonCode.RollbackIncomplete.Code
        select new WarningReport(
            "rollback-incomplete", Error, $"the home scheme was not completely restored after delegation {record.Id}", $"dmagent delegation show {record.Id}", null, record.Id);

    private static IEnumerable<WarningReport> Pending(QueryContext context) =>
        from live in context.Durable.Live()
        where live.Record.State == DelegationState.Pending
        select new WarningReport(
            "delegation-pending", Notice,
            $"delegation {live.Record.Id} waits for {live.Grant.To}; without it the earlier scheme is back in {(Limits.WindowLeftMs(live.Grant, context.Now) + 999) / 1000} s",
            $"dmagent session start {live.Grant.To}", null, live.Record.Id);

    private static IEnumerable<WarningReport> ContactFailing(QueryContext context) =>
        from contact in context.State.Contacts
        where contact.Value is { FailedAttempts: > 0, LastError.Length: > 0 }
        select new WarningReport(
            "contact-failing", contact.Value.FailedAttempts >= FailuresWorthAWarning ? Warning : Notice,
            contact.Value.FailedAttempts == 1
                ? $"the last session with {contact.Key} failed: {contact.Value.LastError}"
                : $"the last {contact.Value.FailedAttempts} sessions with {contact.Key} failed, the latest: {contact.Value.LastError}",
            $"dmagent session start {contact.Key}", null, contact.Key);

    private static IEnumerable<WarningReport> OutboxWaiting(QueryContext context) =>
        from waiting in context.Durable.Outbox.Values.GroupBy(entry => entry.Target, StringComparer.Ordinal)
        let failing = context.State.Contacts.GetValueOrDefault(waiting.Key) is { LastError.Length: > 0 }
        select new WarningReport(
            "outbox-waiting", Notice, waiting.Count() == 1 ? $"an acknowledgement waits for {waiting.Key}" : $"{waiting.Count()} acknowledgements wait for {waiting.Key}", $"dmagent session start {waiting.Key}",
            failing ? "contact-failing" : null, waiting.Key);

    private static IEnumerable<WarningReport> When(bool applies, string code, string severity, string text, string remedy, string? because = null) =>
        applies ? [new WarningReport(code, severity, text, remedy, because)] : [];
}
