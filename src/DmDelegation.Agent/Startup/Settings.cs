using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine;
using DmDelegation.Engine.State;
using DmDelegation.Platform.Accounts;
using DmDelegation.Platform.Profile;
using DmDelegation.Platform.Store;

namespace DmDelegation.Agent.Startup;

/// <summary>Configuration and device profile, both valid: what daemon and command line begin with.</summary>
/// <param name="Agent">The configuration.</param>
/// <param name="Profile">The device profile.</param>
/// <param name="Options">Settings of the engine.</param>
/// <param name="Warnings">What is ignored in either.</param>
internal sealed record Settings(AgentConfiguration Agent, DeviceProfile Profile, EngineOptions Options, IReadOnlyList<string> Warnings)
{
    /// <summary>Reads both.</summary>
    /// <returns>The settings; or null and everything that is wrong.</returns>
    public static (Settings? Settings, IReadOnlyList<string> Problems) Read(ConfigurationReading reading)
    {
        var warnings = reading.Warnings.Select(warning => warning.ToString()).ToList();
        if (reading.Configuration is not { } agent)
            return (null, [.. reading.Problems.Select(problem => problem.ToString())]);
        var missing = NamedFiles.Missing(reading, agent).Select(problem => problem.ToString()).ToList();
        if (missing.Count > 0)
            return (null, missing);
        try
        {
            var (profile, ignored) = DeviceProfileReader.Read(agent.Profile);
            var odd = NamedFiles.OpenToOthers(reading, agent).Concat(NamedFiles.MissingPasswords(reading, agent)).Select(problem => problem.ToString());
            return (new Settings(agent, profile, EngineSetup.Options(agent, profile), [.. warnings, .. odd, .. ignored]), []);
        }
        catch (Platform.PlatformException fault)
        {
            return (null, fault.Message.Split('\n'));
        }
    }

    /// <summary>What is known beside the state, for queries.</summary>
    public AgentFacts Facts(AgentState state, bool running, bool logLeft) => new(
        running, [.. Agent.Accounts.Select(account => account.ServerId)], [.. AccountProvisioning.Differences(state, Agent.Accounts)], logLeft)
    {
        Measured = new(() => new Measurements(AgentStore.OctetsIn(Agent.StateDirectory), null, null)),
    };
}
