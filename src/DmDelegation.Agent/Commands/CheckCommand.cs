using DmDelegation.Agent.Checks;
using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Startup;
using DmDelegation.Platform;
using DmDelegation.Platform.Control;

namespace DmDelegation.Agent.Commands;

/// <summary><c>check</c>: named diagnostics, with the agent up or down, for root and for whoever may ask the agent.</summary>
/// <param name="terminal">Where answers go.</param>
/// <param name="configuration">The configuration file given on the command line, or null.</param>
internal sealed class CheckCommand(Terminal terminal, string? configuration)
{
    /// <summary>Runs the named checks and prints what they found.</summary>
    /// <param name="names">Their names; none: all.</param>
    /// <param name="offline">Send nothing over the network.</param>
    /// <param name="json">Print JSON.</param>
    /// <returns>Exit code: 1 if anything is an error.</returns>
    public async Task<int> RunAsync(string[] names, bool offline, bool json, CancellationToken cancel)
    {
        if (names.FirstOrDefault(name => CheckTable.All.All(check => check.Name != name)) is { } unknown)
            return terminal.Fail(ExitCodes.Usage, [$"there is no check '{unknown}': {string.Join(", ", CheckTable.All.Select(check => check.Name))}"]);
        var answer = await ReportAsync(names, offline, cancel);
        if (answer.Data is not { } report)
            return terminal.Fail(answer.Code!, answer.Text!);
        var exitCode = terminal.Print(report, ReportJson.Readable.CheckReport, json, CheckText.Of);
        return report.Well ? exitCode : ExitCodes.Failed;
    }

    /// <summary>Runs checks and prints nothing.</summary>
    public async Task<Answer<CheckReport>> ReportAsync(string[] names, bool offline, CancellationToken cancel)
    {
        var reading = ConfigurationReader.Read(configuration, Environment.GetEnvironmentVariable);
        if (reading.Configuration is not { } agent)
            return Answer<CheckReport>.Failed(QueryCodes.Configuration, string.Join('\n', reading.Problems.Select(problem => problem.ToString())));
        try
        {
            // What the client says beside its answers is part of the checks.
            var client = new Client(new Terminal(TextWriter.Null, TextWriter.Null), configuration);
            var status = await client.FetchAsync(Verbs.Status, new VerbArguments(), ReportJson.Readable.StatusReport, cancel);
            var accounts = await client.FetchAsync(Verbs.AccountList, new VerbArguments(), ReportJson.Readable.AccountListReport, cancel);
            var context = new CheckContext(reading, agent, EngineSetup.Clock(agent, null).Read(), status.Data, accounts.Data, status.Text ?? "", status.Code == ControlCodes.NotPermitted, offline);
            return await CheckTable.RunAsync(CheckTable.All.Where(check => names.Length == 0 || names.Contains(check.Name, StringComparer.Ordinal)), context, cancel);
        }
        catch (PlatformException fault)
        {
            return Answer<CheckReport>.Failed(fault.Code, fault.Message);
        }
    }
}
