using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Support;

namespace DmDelegation.Agent.Commands;

/// <summary>Answers for people: plain text, meaning never in colour.</summary>
internal static class HumanText
{
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

    public static IEnumerable<string> Access(AccessReport report) =>
    [
        $"{report.Server} {(report.Allowed ? "may" : "may NOT")} {report.Command} {report.Uri}",
        .. Words.Wrap("Rule       ", $"{report.Rule}: {Rules.Meaning(report.Rule)}"),
        .. report.Because is { } because ? Words.Wrap("Delegation ", because) : [],
        .. report.DecidedAt is { Length: > 0 } node ? [$"Decided at {node}"] : Array.Empty<string>(),
        .. report.Allowed ? [] : Words.Wrap("Status     ", report.Status + (report.Reason == 0 ? "" : $", reason {report.Reason}: {ReasonWords.Of(report.Reason, "", "")}")),
        .. report.HasAccount ? [] : Words.Wrap("Note       ", $"{report.Server} has no account, so it cannot open a session"),
    ];

    public static IEnumerable<string> Accounts(AccountListReport report) => report.Accounts.Select(account =>
        $"{account.Path}  {account.ServerId}  {account.Address}  {account.AuthType}"
        + (account.Guest ? "  guest" : "") + (account.Delegation is null ? "" : $"  delegation {account.Delegation}"));

    public static IEnumerable<string> LocalEnd(LocalEndReport report) =>
        [report.State is null ? $"staged record {report.Id} deleted" : $"delegation {report.Id} ended: {report.Was} -> {report.State}, {report.Reason} ({report.ReasonCode})"];

    public static IEnumerable<string> FactoryReset(FactoryResetReport report) =>
        [$"device {report.DeviceId} is as from the factory; {(report.Ended.IsEmpty ? "no delegation was live" : "ended: " + string.Join(", ", report.Ended))}"];

    public static IEnumerable<string> Session(SessionReport report) =>
        [report.Error is null ? $"session with {report.Server} done" : $"session with {report.Server} failed: {report.Error}{SessionFailures.Hint(report.Error)}"];

    public static IEnumerable<string> Bundle(BundleReport report) =>
    [
        $"{report.File}: {report.Contains.Length} files",
        .. Words.Wrap("Contains   ", string.Join(", ", report.Contains)),
        .. report.LeftOut.SelectMany(left => Words.Wrap("Left out   ", $"{left.What} ({left.Why})")),
    ];

    public static IEnumerable<string> Version(VersionReport report) => [$"dmagent {report.Version}"];

    public static IEnumerable<string> Validation(ValidationReport report) => [report.Valid ? $"{report.File}: valid" : $"{report.File}: not valid"];

    public static IEnumerable<string> Configuration(ConfigurationReport report)
    {
        var width = report.Values.Max(line => line.Key.Length);
        return report.Values.Select(line => $"{line.Key.PadRight(width)}  {line.Value?.GetRawText() ?? "-"}");
    }

    public static IEnumerable<string> Origins(ConfigurationReport report)
    {
        var width = report.Values.Max(line => line.Key.Length);
        return report.Values.SelectMany(line => line.Overrode.Select(other => $"{new string(' ', width)}  over {other.Value.GetRawText()}  ({other.Origin})")
            .Prepend($"{line.Key.PadRight(width)}  {line.Value?.GetRawText() ?? "-"}  ({line.Origin})"));
    }
}
