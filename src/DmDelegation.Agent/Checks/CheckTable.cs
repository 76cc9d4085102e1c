using System.Collections.Immutable;

namespace DmDelegation.Agent.Checks;

/// <summary>All checks, in the order in which they are told, and how they are run.</summary>
internal static class CheckTable
{
    // Own choice: a person waits for the answer, and a report has to end too.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>The table.</summary>
    public static ImmutableArray<Check> All { get; } =
        [ClockCheck.Check, StoreCheck.Check, CertificateCheck.Check, AccountCheck.Check, DiskCheck.Check, PermissionCheck.Check, SandboxCheck.Check];

    /// <summary>Runs checks side by side; none holds the others up, or takes longer than the limit.</summary>
    public static async Task<CheckReport> RunAsync(IEnumerable<Check> checks, CheckContext context, CancellationToken cancel)
    {
        var results = (await Task.WhenAll(checks.Select(check => RunAsync(check, context, Limit, cancel)))).SelectMany(found => found).ToImmutableArray();
        return new CheckReport(results.All(result => result.Status != CheckResult.Error), results);
    }

    internal static async Task<ImmutableArray<CheckResult>> RunAsync(Check check, CheckContext context, TimeSpan limit, CancellationToken cancel)
    {
        var findings = new Findings(check.Name);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        both.CancelAfter(limit);
        try
        {
            // A file of a network that is gone blocks whoever touches it: it is left behind then.
            await Task.Run(() => check.Run(context, findings, both.Token), CancellationToken.None).WaitAsync(limit, cancel);
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            findings.Error("timeout", $"not done within {limit.TotalSeconds} s", "");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            findings.Error("fault", fault.Message, "");
        }

        return findings.Results;
    }
}
