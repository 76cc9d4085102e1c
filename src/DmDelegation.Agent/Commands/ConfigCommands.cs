using System.Text.Json;
using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Startup;

namespace DmDelegation.Agent.Commands;

/// <summary><c>config validate</c> and <c>config show</c>: they look at files only and need no daemon.</summary>
/// <param name="terminal">Where answers go.</param>
/// <param name="configuration">The configuration file given on the command line, or null.</param>
internal sealed class ConfigCommands(Terminal terminal, string? configuration)
{
    /// <summary>Everything that is wrong, and everything that is odd.</summary>
    public int Validate(bool json)
    {
        var reading = ConfigurationReader.Read(configuration, Environment.GetEnvironmentVariable);
        var (settings, problems) = Settings.Read(reading);
        var odd = settings?.Warnings ?? [.. reading.Warnings.Select(warning => warning.ToString())];
        foreach (var line in json ? [] : problems.Concat(odd.Select(warning => "warning: " + warning)))
            terminal.Say(line);
        terminal.Print(
            new ValidationReport(reading.File, settings is not null, [.. problems], [.. odd]), ReportJson.Readable.ValidationReport, json, HumanText.Validation);
        return settings is null ? ExitCodes.InvalidConfiguration : ExitCodes.Ok;
    }

    /// <summary>Every key with its value and, if asked for, where that comes from. There is no secret among them, only names of files.</summary>
    public int Show(bool origin, bool json)
    {
        var reading = ConfigurationReader.Read(configuration, Environment.GetEnvironmentVariable);
        foreach (var problem in reading.Problems)
            terminal.Say(problem.ToString());
        terminal.Print(
            Report(reading), ReportJson.Readable.ConfigurationReport, json, report => origin ? HumanText.Origins(report) : HumanText.Configuration(report));
        return reading.Configuration is null ? ExitCodes.InvalidConfiguration : ExitCodes.Ok;
    }

    /// <summary>Every key.</summary>
    public static ConfigurationReport Report(ConfigurationReading reading) => new(reading.File, [.. reading.Values.Select(Line)]);

    private static ConfigurationLine Line(ConfiguredValue value) => new(
        value.Key, value.Value.ValueKind == JsonValueKind.Undefined ? null : value.Value, value.Origin,
        [.. value.Overrode.Select(other => new OverriddenLine(other.Value, other.Origin))], value.Allowed, value.Meaning);
}
