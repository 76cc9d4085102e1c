using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Loop;
using DmDelegation.Agent.Startup;
using DmDelegation.Engine;
using DmDelegation.Platform;
using DmDelegation.Platform.Systemd;

namespace DmDelegation.Agent.Commands;

/// <summary><c>run</c>: the daemon.</summary>
/// <param name="configuration">The configuration file given on the command line, or null.</param>
internal sealed class RunCommand(string? configuration)
{
    /// <summary>Runs until stopped. What keeps the agent from starting goes to standard error.</summary>
    public async Task<int> RunAsync()
    {
        var reading = ConfigurationReader.Read(configuration, Environment.GetEnvironmentVariable);
        var (settings, problems) = Settings.Read(reading);
        if (settings is not null && NamedFiles.MissingCredentials(reading, settings.Agent).Select(problem => problem.ToString()).ToList() is { Count: > 0 } missing)
            (settings, problems) = (null, missing);
        if (settings is null)
        {
            foreach (var problem in problems)
                Fail(problem, "configuration");
            return ExitCodes.InvalidConfiguration;
        }

        using var journal = JournalSocket.Behind(JournalSocket.StandardOutput, Environment.GetEnvironmentVariable);
        var log = new ConsoleLog(Console.Out, settings.Agent.LogLevel, Console.IsOutputRedirected, journal);
        foreach (var warning in settings.Warnings)
            log.Write(AgentLog.Line(AgentLog.ConfigurationIgnored, warning));
        try
        {
            return await new Daemon(settings, log.Write).RunAsync();
        }
        catch (PlatformException fault)
        {
            Fail(fault.Message, fault.Code);
            return ExitCodes.Of(fault.Code);
        }
    }

    private static void Fail(string text, string code)
    {
        using var journal = JournalSocket.Behind(JournalSocket.StandardError, Environment.GetEnvironmentVariable);
        new ConsoleLog(Console.Error, LogSeverity.Error, Console.IsErrorRedirected, journal).Write(AgentLog.Line(AgentLog.CannotStart, text, ("code", code)));
    }
}
