using System.Collections.Immutable;
using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Startup;
using DmDelegation.Engine.Time;

namespace DmDelegation.Agent.Checks;

/// <summary>What the checks look at. It is read only, so that they can run side by side.</summary>
/// <param name="Reading">The configuration with its origins.</param>
/// <param name="Agent">The same, valid.</param>
/// <param name="Clock">The clock, with the kernel's word on it.</param>
/// <param name="Status">What the agent says, or its store; null if neither can be asked.</param>
/// <param name="Accounts">Its accounts; null likewise.</param>
/// <param name="WhyNot">Why neither can be asked; empty if one could.</param>
/// <param name="NotPermitted">This user may not ask.</param>
/// <param name="Offline">Nothing is sent over the network.</param>
internal sealed record CheckContext(
    ConfigurationReading Reading, AgentConfiguration Agent, ClockReading Clock, StatusReport? Status, AccountListReport? Accounts, string WhyNot, bool NotPermitted,
    bool Offline)
{
    /// <summary>Days before the end of a certificate's life from which it is worth a warning. Own choice: a month is what a renewal by hand needs.</summary>
    public const int ExpiryDaysWorthAWarning = 30;

    /// <summary>The agent runs.</summary>
    public bool Running => Status?.Pid is not null;

    /// <summary>When certificates must be valid: not before the build while nobody vouches for the clock, since a board may wake in 1970 (SEC-095).</summary>
    public DateTimeOffset CertificateTime => Clock.WallTrusted || Clock.Wall > BuildFacts.BuildTime ? Clock.Wall : BuildFacts.BuildTime;
}

/// <summary>A named diagnostic.</summary>
/// <param name="Name">Its name, as on the command line.</param>
/// <param name="Run">Looks, and says what it found; at least one result.</param>
internal sealed record Check(string Name, Func<CheckContext, Findings, CancellationToken, Task> Run)
{
    /// <summary>One that waits for nothing.</summary>
    public static Check AtOnce(string name, Action<CheckContext, Findings> run) => new(name, (context, findings, _) =>
    {
        run(context, findings);
        return Task.CompletedTask;
    });
}

/// <summary>Collects what one check finds.</summary>
/// <param name="check">Its name.</param>
internal sealed class Findings(string check)
{
    private readonly List<CheckResult> _results = [];

    /// <summary>What was found so far.</summary>
    public ImmutableArray<CheckResult> Results
    {
        get
        {
            lock (_results)
                return [.. _results];
        }
    }

    /// <summary>It is as it should be.</summary>
    public void Ok(string reason, string text) => Add(CheckResult.Ok, reason, text, "");

    /// <summary>It works, but not as it should, or not for long.</summary>
    public void Warning(string reason, string text, string remedy) => Add(CheckResult.Warning, reason, text, remedy);

    /// <summary>It does not work.</summary>
    public void Error(string reason, string text, string remedy) => Add(CheckResult.Error, reason, text, remedy);

    /// <summary>It could not be looked at.</summary>
    public void Skipped(string reason, string text, string remedy = "") => Add(CheckResult.Skipped, reason, text, remedy);

    private void Add(string status, string reason, string text, string remedy)
    {
        // A check that has run out of time may still be at it.
        lock (_results)
            _results.Add(new CheckResult(check, $"check-{check}-{reason}", status, text, remedy));
    }
}
