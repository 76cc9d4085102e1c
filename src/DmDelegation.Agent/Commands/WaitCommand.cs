using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DmDelegation.Agent.Queries;
using DmDelegation.Platform.Control;

namespace DmDelegation.Agent.Commands;

/// <summary><c>wait</c>: for units that may start only when somebody manages the device, or a delegation is in force, or over.</summary>
/// <param name="terminal">Where the answer goes.</param>
/// <param name="condition">What is waited for.</param>
/// <param name="json">Print JSON.</param>
internal sealed class WaitCommand(Terminal terminal, WaitCondition condition, bool json)
{
    /// <summary>What the command does.</summary>
    public const string Description =
        """
        Wait until the device is managed, delegated, or back home

        managed: the agent is ready, and a server has an account that no delegation made; with --server, that server. It
        need not be reachable. delegated: a delegation is active or final, so that a server manages by it; with --server, to
        that server; with --scope, one that covers that node. A delegation that still waits for its server, or is suspended,
        does not count. home: the agent is ready and no delegation is live, neither pending, active, suspended nor final;
        with --server, none to that server; with --scope, none at, above or below that node.

        It also waits while the agent is not up. Under the socket unit it is kept in the agent's queue then; afterwards the
        agent is asked once a second, or ever less often, down to every ten seconds, while it does not answer. What holds now
        may be over the next moment: this orders starts, it is no lock.

        In a unit: ExecStartPre=/usr/bin/dmagent wait --for managed --timeout 60
        together with After=dmagent.service and Wants=dmagent.service. The unit's user must be root or in group dmagent.
        """;

    // Own choice: what is waited for changes rarely, and the agent is asked over a local socket.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // Own choice: under the socket unit each question starts an agent that has given up, one with a wrong configuration over and over.
    private const int MostIntervals = 10;

    // Own choice: a day is longer than any unit starts; whoever wants to wait for ever leaves it out.
    private const int MaxSeconds = 86_400;

    /// <summary>What its exit codes mean.</summary>
    public static ImmutableArray<Exit> Exits => ExitCodes.With(
        new(ExitCodes.Ok, "reached"), new(ExitCodes.Failed, ""), new(ExitCodes.NotRunning, ""), new(ExitCodes.NotReached, "not reached within --timeout"));

    /// <summary>Examples.</summary>
    public static ImmutableArray<Example> Examples =>
    [
        new("wait --for managed --timeout 60", "Holds a unit back until a server has an account."),
        new("wait --for delegated --scope ./SCM", "Until some server manages ./SCM by a delegation."),
        new("wait --for home", "Until every delegation is over."),
    ];

    /// <summary>What to wait for.</summary>
    public static Option<string> For { get; } = MakeFor();

    /// <summary>Only this server counts.</summary>
    public static Option<string?> Server { get; } = new("--server") { Description = "Only this server counts", HelpName = "SERVER" };

    /// <summary>Only delegations at this node count.</summary>
    public static Option<string?> Scope { get; } = new("--scope") { Description = "Only delegations of this node count (not with managed)", HelpName = "URI" };

    /// <summary>Longest time.</summary>
    public static Option<int?> Timeout { get; } = MakeTimeout();

    /// <summary>Longest wait as given; null: for ever.</summary>
    public static TimeSpan? LimitOf(ParseResult parsed) => parsed.GetValue(Timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Asks until it is reached.</summary>
    /// <param name="ask">Asks for the status; completes when an agent answers, or none does.</param>
    /// <param name="limit">Longest wait; null: for ever.</param>
    /// <param name="interval">Time between two questions; null: a second.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Exit code.</returns>
    public async Task<int> RunAsync(Func<CancellationToken, Task<ControlResponse>> ask, TimeSpan? limit, TimeSpan? interval, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (limit is { } longest)
            stop.CancelAfter(longest);
        var missing = "the agent does not answer";
        var unanswered = 0;
        try
        {
            while (true)
            {
                var response = await ask(stop.Token);
                if (response.Code is ControlCodes.NotPermitted)
                    return terminal.Fail(response.Code, response.Text!);
                var status = response is { Succeeded: true, Data: { } data } ? data.Deserialize(ReportJson.Readable.StatusReport) : null;
                if (status is not null && condition.MissingIn(status) is not { Length: > 0 })
                    return Print(new WaitReport(condition.Goal, true, condition.ReachedIn(status)));
                missing = status is null ? response.Text! : condition.MissingIn(status);
                unanswered = status is null ? unanswered + 1 : 0;
                await Task.Delay((interval ?? Interval) * IntervalsAfter(unanswered), stop.Token);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            if (json)
                Print(new WaitReport(condition.Goal, false, missing));
            return terminal.Fail(ExitCodes.NotReached, [$"not {condition.Goal} within {limit!.Value.TotalSeconds} s: {missing}"]);
        }
    }

    /// <summary>How many intervals pass before the next question.</summary>
    /// <param name="unanswered">Questions in a row that nobody answered.</param>
    internal static int IntervalsAfter(int unanswered) => unanswered == 0 ? 1 : Math.Min(1 << Math.Min(unanswered - 1, MostIntervals), MostIntervals);

    private int Print(WaitReport report) => terminal.Print(report, ReportJson.Readable.WaitReport, json, answer => [answer.Text]);

    private static Option<string> MakeFor()
    {
        var option = new Option<string>("--for") { Description = "managed, delegated or home", HelpName = "STATE", Required = true };
        option.AcceptOnlyFromAmong(WaitCondition.Managed, WaitCondition.Delegated, WaitCondition.Home);
        return option;
    }

    private static Option<int?> MakeTimeout() => new("--timeout")
    {
        Description = $"Longest wait in seconds, 1 to {MaxSeconds} (default: for ever)",
        HelpName = "SECONDS",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= MaxSeconds)
                return seconds;
            result.AddError($"--timeout {result.Tokens[0].Value}: must be a whole number from 1 to {MaxSeconds}");
            return null;
        },
    };
}
