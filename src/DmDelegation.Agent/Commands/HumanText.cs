using DmDelegation.Agent.Queries;

namespace DmDelegation.Agent.Commands;

/// <summary>Answers for people: plain text, meaning never in colour.</summary>
internal static class HumanText
{
    /// <summary>First line: is it well and who manages the device; then which part until when, then what is wrong.</summary>
    public static IEnumerable<string> Status(StatusReport report)
    {
        yield return $"{(report.Well ? "Well" : "Not well")}, {report.State}: {StatusQuery.Owner(report.Home, report.Accounts)}"
            + (report.ManagedBy.IsEmpty ? "" : $", {report.ManagedBy.Length} delegated");
        foreach (var manager in report.ManagedBy)
            yield return "  " + StatusQuery.Sentence(manager) + (manager.RemainingSeconds is { } seconds ? $", {seconds} s left" : "");
        foreach (var warning in report.Warnings)
            yield return $"  {warning.Severity}: {warning.Text} [{warning.Code}]; {(warning.Because is null ? warning.Remedy : $"see {warning.Because}")}";
        yield return $"Device     {report.DeviceId}";
        yield return $"Version    {report.Version}";
        yield return Clock(report.Clock).Single();
        yield return $"Delegation {report.Delegations.Active} active, {report.Delegations.Pending} pending, {report.Delegations.Suspended} suspended";
        yield return $"Outbox     {(report.Outbox == 0 ? "empty" : report.Outbox == 1 ? "1 acknowledgement waits" : $"{report.Outbox} acknowledgements wait")}";
        yield return $"Sessions   {(report.Sessions.IsEmpty ? "none" : string.Join(", ", report.Sessions))}";
    }

    public static IEnumerable<string> Clock(ClockReport report) => [$"Clock      {report.State}, {report.EffectiveTime}"];

    public static IEnumerable<string> Nodes(NodeListReport report) => report.Nodes.Select(node => $"{node.Format,-5} {node.Uri}");

    public static IEnumerable<string> Node(NodeReport report)
    {
        yield return $"URI        {report.Uri}";
        yield return $"Format     {report.Format}";
        if (report.Type.Length > 0)
            yield return $"Type       {report.Type}";
        if (report.Secret)
            yield return "Value      (secret, not shown)";
        else if (report.Value is not null)
            yield return $"Value      {report.Value}";
        else if (report.ValueBase64 is not null)
            yield return $"Value      {report.ValueBase64} (base64)";
        yield return $"ACL        {(report.Acl.Length > 0 ? report.Acl : $"(none) {report.EffectiveAcl} from {report.EffectiveAclFrom}")}";
        yield return $"Permanent  {(report.Permanent ? "yes" : "no")}";
    }

    public static IEnumerable<string> Acl(AclReport report)
    {
        yield return $"ACL        {(report.Acl.Length > 0 ? report.Acl : "(none)")}";
        yield return $"Effective  {report.Effective} from {report.From}";
    }

    public static IEnumerable<string> Access(AccessReport report) => [report.Text];

    public static IEnumerable<string> Accounts(AccountListReport report) => report.Accounts.Select(account =>
        $"{account.Path}  {account.ServerId}  {account.Address}  {account.AuthType}"
        + (account.Guest ? "  guest" : "") + (account.Delegation is null ? "" : $"  delegation {account.Delegation}"));

    public static IEnumerable<string> Delegations(DelegationListReport report) => report.Delegations.Select(record =>
        $"{record.Id}  {record.State}  {record.By} -> {record.To}  {record.ScopeType} {record.DurationType} {record.Control}"
        + $"  {string.Join(", ", record.Scope.Select(entry => entry.Uri))}"
        + (record.RemainingSeconds is { } seconds ? $"  {seconds} s left" : "")
        + (record.ReasonCode == 0 ? "" : $"  {record.Reason} ({record.ReasonCode})"));

    public static IEnumerable<string> Delegation(DelegationReport record)
    {
        yield return $"Delegation {record.Id}";
        yield return $"State      {record.State} ({record.StateCode}), {record.Reason} ({record.ReasonCode})";
        yield return $"By         {record.By}";
        yield return $"To         {record.To}{(record.Account is null ? "" : $", account {record.Account}")}";
        yield return $"Type       {record.ScopeType}, {record.DurationType}, {record.Control}";
        foreach (var entry in record.Scope)
            yield return $"Scope      {entry.Uri}  {entry.Rights}";
        if (record.RemainingSeconds is { } seconds)
            yield return $"Remaining  {seconds} s";
        if (record.WindowLeftSeconds is { } window)
            yield return $"Window     {window} s left";
        yield return $"Ack        delegating {record.AckDelegating}, delegated {record.AckDelegated}";
    }

    public static IEnumerable<string> Change(DelegationChange change) =>
        change.Record is { } record ? Delegations(new DelegationListReport([record])) : [$"{change.Id}  gone"];

    public static IEnumerable<string> LocalEnd(LocalEndReport report) =>
        [report.State is null ? $"staged record {report.Id} deleted" : $"delegation {report.Id} ended: {report.Was} -> {report.State}, {report.Reason} ({report.ReasonCode})"];

    public static IEnumerable<string> FactoryReset(FactoryResetReport report) =>
        [$"device {report.DeviceId} is as from the factory; {(report.Ended.IsEmpty ? "no delegation was live" : "ended: " + string.Join(", ", report.Ended))}"];

    public static IEnumerable<string> Session(SessionReport report) =>
        [report.Error is null ? $"session with {report.Server} done" : $"session with {report.Server} failed: {report.Error}{SessionFailures.Hint(report.Error)}"];

    public static IEnumerable<string> Version(VersionReport report) => [$"dmagent {report.Version}"];

    public static IEnumerable<string> Validation(ValidationReport report) => [report.Valid ? $"{report.File}: valid" : $"{report.File}: not valid"];

    public static IEnumerable<string> Configuration(ConfigurationReport report)
    {
        var width = report.Values.Max(line => line.Key.Length);
        return report.Values.Select(line => $"{line.Key.PadRight(width)}  {line.Value?.GetRawText() ?? "-"}  ({line.Origin})");
    }
}
