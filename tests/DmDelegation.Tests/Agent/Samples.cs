using System.Collections.Immutable;
using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Startup;
using DmDelegation.Engine;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Accounts;
using DmDelegation.Platform.Cms;
using DmDelegation.Platform.Secrets;

namespace DmDelegation.Tests.Agent;

/// <summary>An engine over the factory state of an <see cref="AgentFolder"/>, without a process.</summary>
internal sealed class Samples : IDisposable
{
    private readonly AgentFolder _folder = new();
    private readonly AesGcmVault _vault;
    private readonly DeviceKey _key = DeviceKey.None();

    public Samples()
    {
        using var key = new SecretBuffer(32);
        _vault = new AesGcmVault(key);
        Settings = Settings.Read(ConfigurationReader.Read(_folder.Configuration, _ => null)).Settings!;
        Factory = FactoryState.Build(Settings.Profile, Settings.Agent.Accounts, _vault, Now, Settings.Options.BuildTime);
        Engine = new AgentEngine(Settings.Options, EngineSetup.Ports(Settings.Agent, _vault, new SystemRandomSource(), _key));
    }

    public static ClockReading Now { get; } = new(new DateTimeOffset(2027, 1, 2, 3, 4, 5, TimeSpan.Zero), true, 1_000_000, "boot");

    public Settings Settings { get; }

    public AgentState Factory { get; }

    public AgentEngine Engine { get; }

    public EngineState Opened => Engine.Open(Factory, Now);

    public QueryContext Context(AgentState? durable = null, bool running = true, Func<EngineState, EngineState>? change = null)
    {
        var state = Engine.Open(durable ?? Factory, Now);
        return new QueryContext(
            change?.Invoke(state) ?? state, Settings.Options, Now, new AgentFacts(running, ["a.example"], ImmutableArray<string>.Empty, LogLeft: false));
    }

    public void Dispose()
    {
        _vault.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }
}
