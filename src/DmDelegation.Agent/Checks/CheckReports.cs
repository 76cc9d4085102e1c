using System.Collections.Immutable;

namespace DmDelegation.Agent.Checks;

/// <summary>Answer of <c>check</c>.</summary>
/// <param name="Well">No result is an error.</param>
/// <param name="Results">What was found, check by check.</param>
internal sealed record CheckReport(bool Well, ImmutableArray<CheckResult> Results);

/// <summary>One finding.</summary>
/// <param name="Check">Name of the check.</param>
/// <param name="Id">Stable identifier of the finding: <c>check-NAME-REASON</c>.</param>
/// <param name="Status"><c>ok</c>, <c>warning</c>, <c>error</c> or <c>skipped</c>.</param>
/// <param name="Text">What was found.</param>
/// <param name="Remedy">What to do; empty if nothing.</param>
internal sealed record CheckResult(string Check, string Id, string Status, string Text, string Remedy)
{
    /// <summary>It is as it should be.</summary>
    public const string Ok = "ok";

    /// <summary>It works, but not as it should, or not for long.</summary>
    public const string Warning = "warning";

    /// <summary>It does not work.</summary>
    public const string Error = "error";

    /// <summary>It could not be looked at.</summary>
    public const string Skipped = "skipped";
}
