using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Startup;
using DmDelegation.Agent.Support;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform;
using DmDelegation.Platform.Control;
using DmDelegation.Platform.Store;

namespace DmDelegation.Agent.Commands;

/// <summary>Asks the daemon; when it is down, verbs that read are answered from the store (design 3).</summary>
/// <param name="terminal">Where answers go.</param>
/// <param name="configuration">The configuration file given on the command line, or null.</param>
internal sealed class Client(Terminal terminal, string? configuration)
{
    /// <summary>Asks, and prints the answer.</summary>
    /// <param name="name">The verb.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="type">Shape of the answer.</param>
    /// <param name="json">Print JSON.</param>
    /// <param name="text">The answer for people.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async Task<(int ExitCode, T? Data)> AskAsync<T>(
        string name, VerbArguments arguments, JsonTypeInfo<T> type, bool json, Func<T, IEnumerable<string>> text, CancellationToken cancel)
        where T : class
    {
        var answer = await FetchAsync(name, arguments, type, cancel);
        return answer.Data is { } data ? (terminal.Print(data, type, json, text), data) : (terminal.Fail(answer.Code!, answer.Text!), null);
    }

    /// <summary>Asks, and prints nothing of the answer.</summary>
    /// <param name="name">The verb.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="type">Shape of the answer.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async Task<Answer<T>> FetchAsync<T>(string name, VerbArguments arguments, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        var reading = ConfigurationReader.Read(configuration, Environment.GetEnvironmentVariable);
        if (reading.Configuration is not { } agent)
            return Answer<T>.Failed(QueryCodes.Configuration, string.Join('\n', reading.Problems.Select(problem => problem.ToString())));

        var request = new ControlRequest(name, JsonSerializer.SerializeToElement(arguments, ReportJson.Readable.VerbArguments));
        var verb = Verbs.Find(name)!;
        var response = verb.Read is null ? await CallAsync(agent, request, cancel) : Barred(agent, await ControlClient.AskAsync(agent.ControlSocket, request, cancel));
        if (response.Code == ControlCodes.NotRunning)
            response = ReadStore(reading, agent, verb, arguments, response);
        return response is { Succeeded: true, Data: { } data } ? data.Deserialize(type)! : Answer<T>.Failed(response.Code!, response.Text!);
    }

    /// <summary>The id of the device whose agent runs; null and an exit code if it cannot be asked.</summary>
    public async Task<(int ExitCode, string? DeviceId)> DeviceIdAsync(CancellationToken cancel)
    {
        var reading = ConfigurationReader.Read(configuration, Environment.GetEnvironmentVariable);
        if (reading.Configuration is not { } agent)
            return (terminal.Fail(ExitCodes.InvalidConfiguration, reading.Problems.Select(problem => problem.ToString())), null);
        var response = await CallAsync(agent, new ControlRequest(Verbs.Status, default), cancel);
        return response is { Succeeded: true, Data: { } data }
            ? (ExitCodes.Ok, data.Deserialize(ReportJson.Readable.StatusReport)!.DeviceId)
            : (terminal.Fail(response.Code!, response.Text!), null);
    }

    /// <summary>Prints records whenever they change; only the running agent can be watched.</summary>
    public async Task<int> WatchAsync(string id, bool json, CancellationToken cancel)
    {
        var reading = ConfigurationReader.Read(configuration, Environment.GetEnvironmentVariable);
        return reading.Configuration is { } agent
            ? await new DelegationWatch(terminal, id, json).RunAsync(token => CallAsync(agent, new ControlRequest(Verbs.DelegationList, default), token), cancel)
            : terminal.Fail(ExitCodes.InvalidConfiguration, reading.Problems.Select(problem => problem.ToString()));
    }

    /// <summary>Waits for a state of the device, also while no agent answers.</summary>
    public async Task<int> WaitAsync(WaitCommand wait, TimeSpan? limit, CancellationToken cancel)
    {
        var reading = ConfigurationReader.Read(configuration, Environment.GetEnvironmentVariable);
        return reading.Configuration is { } agent
            ? await wait.RunAsync(token => CallAsync(agent, new ControlRequest(Verbs.Status, default), token), limit, null, cancel)
            : terminal.Fail(ExitCodes.InvalidConfiguration, reading.Problems.Select(problem => problem.ToString()));
    }

    private static async Task<ControlResponse> CallAsync(AgentConfiguration agent, ControlRequest request, CancellationToken cancel) =>
        Barred(agent, await ControlClient.CallAsync(agent.ControlSocket, request, cancel));

    /// <summary>The kernel lets this user not even see the socket: that is another thing than an agent that does not run.</summary>
    private static ControlResponse Barred(AgentConfiguration agent, ControlResponse response) =>
        response.Code == ControlCodes.NotRunning && PathAccess.IsBarred(agent.ControlSocket) ? NotPermitted(agent.ControlSocket) : response;

    private ControlResponse ReadStore(ConfigurationReading reading, AgentConfiguration agent, Verb verb, VerbArguments arguments, ControlResponse notRunning)
    {
        var store = Path.Combine(agent.StateDirectory, AgentStore.FileName);
        if (verb.Read is null || verb.NeedsAgent)
            return notRunning;
        if (PathAccess.IsBarred(store))
            return NotPermitted(store);
        if (!File.Exists(store))
            return ControlResponse.Failed(ControlCodes.NotRunning, $"the agent does not run, and there is no store at {store}");
        var (settings, problems) = Settings.Read(reading);
        if (settings is null)
            return ControlResponse.Failed("profile-invalid", string.Join("; ", problems));
        try
        {
            var offline = AgentStore.ReadOffline(agent.StateDirectory);
            if (offline.State is not { } state)
                return ControlResponse.Failed(ControlCodes.NotRunning, $"the agent does not run, and {store} holds no state that can be read without it");
            terminal.Say("the agent does not run: this is what the store says" + (offline.LogLeft ? "; a write-ahead log is left, the last commits may be missing" : ""));
            return verb.Read(Context(settings, state, offline.LogLeft), arguments);
        }
        catch (PlatformException fault)
        {
            return ControlResponse.Failed(fault.Code, fault.Message);
        }
    }

    private static QueryContext Context(Settings settings, AgentState state, bool logLeft)
    {
        var now = EngineSetup.Clock(settings.Agent, state).Read();
        var stopped = new EngineState { Durable = state, Clock = EffectiveClock.FromMarks(state.Clock, now, settings.Options.BuildTime) };
        return new QueryContext(stopped, settings.Options, now, settings.Facts(state, running: false, logLeft));
    }

    private static ControlResponse NotPermitted(string path) =>
        ControlResponse.Failed(ControlCodes.NotPermitted, $"{path} is not accessible: only root, the agent's user and its group may do this");
}
