using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Startup;
using DmDelegation.Agent.Support;

namespace DmDelegation.Agent.Commands;

/// <summary><c>report</c>: everything that somebody who helps wants to see, and nothing secret, in one file.</summary>
/// <param name="shell">What the command has of the process.</param>
/// <param name="configuration">The configuration file given on the command line, or null.</param>
internal sealed class ReportCommand(Shell shell, string? configuration)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // What the client says beside its answers is of no interest; what it cannot get is said in the bundle.
    private readonly Client _client = new(new Terminal(TextWriter.Null, TextWriter.Null), configuration);

    /// <summary>Makes the bundle. What cannot be had is left out and said to be.</summary>
    /// <param name="output">The file; null: a name with the time, here; <c>-</c>: standard output.</param>
    /// <param name="offline">Send nothing over the network.</param>
    /// <param name="json">Print JSON.</param>
    public async Task<int> RunAsync(string? output, bool offline, bool json, CancellationToken cancel)
    {
        var now = DateTimeOffset.UtcNow;
        var name = "dmagent-report-" + now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var bundle = new Bundle(name, now);
        await FillAsync(bundle, offline, cancel);
        var file = output ?? name + ".tar.gz";
        try
        {
            if (file == "-")
            {
                using var stream = shell.OpenOutput();
                bundle.Write(stream);
            }
            else
            {
                Write(bundle, file);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return shell.Terminal.Fail(ExitCodes.Failed, [$"{file} cannot be written: {fault.Message}"]);
        }

        var report = new BundleReport(file, bundle.Files, bundle.LeftOut);
        // The bundle itself may be what goes to standard output.
        var terminal = file == "-" ? new Terminal(shell.Error, shell.Error) : shell.Terminal;
        return terminal.Print(report, ReportJson.Readable.BundleReport, json, HumanText.Bundle);
    }

    /// <summary>A file that is there already is not touched, and half a bundle is not left behind.</summary>
    private static void Write(Bundle bundle, string file)
    {
        using var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        try
        {
            bundle.Write(stream);
            stream.Flush();
        }
        catch
        {
            File.Delete(file);
            throw;
        }
    }

    private async Task FillAsync(Bundle bundle, bool offline, CancellationToken cancel)
    {
        AddJson(bundle, "version.json", new VersionReport(BuildFacts.Version, StatusQuery.TimeText(BuildFacts.BuildTime)), ReportJson.Readable.VersionReport);
        await AskAsync(bundle, "status", Verbs.Status, ReportJson.Readable.StatusReport, StatusText.Of, cancel);
        await AskAsync(bundle, "accounts", Verbs.AccountList, ReportJson.Readable.AccountListReport, HumanText.Accounts, cancel);
        await AskAsync(bundle, "delegations", Verbs.DelegationList, ReportJson.Readable.DelegationListReport, DelegationText.List, cancel);
        await AskAsync(bundle, "log", Verbs.DelegationLog, ReportJson.Readable.LogReport, LogText.Of, cancel);
        await AskAsync(bundle, "sessions", Verbs.SessionLast, ReportJson.Readable.LastSessionsReport, SessionText.Last, cancel);
        await AskAsync(bundle, "metrics", Verbs.Metrics, ReportJson.Readable.MetricsReport, MetricsText.Of, cancel);
        var check = await new CheckCommand(shell.Terminal, configuration).ReportAsync([], offline, cancel);
        Add(bundle, "check", check, ReportJson.Readable.CheckReport, CheckText.Of);
        AddConfiguration(bundle);
        await SystemFacts.AddAsync(bundle, cancel);
        bundle.Without("keys, passwords, credentials, the store", "secret: they are not read for this");
        bundle.Without("values of the management tree", "they are the device's own; see dmagent tree get");
        bundle.Without("values and arguments in the profile", "they may be secret: *** stands in their place");
        bundle.Without("users, passwords and queries of addresses", "they may be secret: *** stands in their place");
        bundle.Add("README.txt", string.Join('\n', HumanText.Bundle(new BundleReport("A support bundle of dmagent", [.. bundle.Files, "README.txt"], bundle.LeftOut))) + "\n");
    }

    private void AddConfiguration(Bundle bundle)
    {
        var reading = ConfigurationReader.Read(configuration, Environment.GetEnvironmentVariable);
        var (settings, problems) = Settings.Read(reading);
        AddJson(bundle, "config.json", ConfigCommands.Report(reading), ReportJson.Readable.ConfigurationReport);
        AddJson(
            bundle, "validation.json",
            new ValidationReport(reading.File, settings is not null, [.. problems], [.. settings?.Warnings ?? reading.Warnings.Select(warning => warning.ToString())]),
            ReportJson.Readable.ValidationReport);
        if (reading.Configuration is { } agent)
            SystemFacts.AddFile(bundle, "profile.json", agent.Profile, Redaction.OfProfile);
        else
            bundle.Without("profile.json", "the configuration that names it is not valid");
    }

    private async Task AskAsync<T>(Bundle bundle, string name, string verb, JsonTypeInfo<T> type, Func<T, IEnumerable<string>> text, CancellationToken cancel)
        where T : class => Add(bundle, name, await _client.FetchAsync(verb, new VerbArguments(), type, cancel), type, text);

    private static void Add<T>(Bundle bundle, string name, Answer<T> answer, JsonTypeInfo<T> type, Func<T, IEnumerable<string>> text)
        where T : class
    {
        if (answer.Data is not { } data)
        {
            bundle.Without(name, answer.Text!);
            return;
        }

        bundle.Add(name + ".txt", string.Join('\n', text(data)) + "\n");
        AddJson(bundle, name + ".json", data, type);
    }

    private static void AddJson<T>(Bundle bundle, string file, T data, JsonTypeInfo<T> type) => bundle.Add(file, JsonSerializer.Serialize(data, type) + "\n");
}
