using System.Runtime.InteropServices;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Loop;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;
using DmDelegation.Platform;
using DmDelegation.Platform.Accounts;
using DmDelegation.Platform.Clock;
using DmDelegation.Platform.Control;
using DmDelegation.Platform.Http;
using DmDelegation.Platform.Network;
using DmDelegation.Platform.Profile;
using DmDelegation.Platform.Secrets;
using DmDelegation.Platform.Store;
using DmDelegation.Platform.Systemd;

namespace DmDelegation.Agent.Startup;

/// <summary>The agent as a service: opens the store, makes it at the first start, runs the loop until a signal comes.</summary>
/// <param name="settings">Configuration and profile.</param>
/// <param name="log">Where log lines go.</param>
internal sealed class Daemon(Settings settings, Action<LogLine> log)
{
    private Func<long> _commits = () => 0;

    /// <summary>Runs until SIGTERM or SIGINT.</summary>
    /// <returns>Exit code.</returns>
    /// <exception cref="PlatformException">The world does not let the agent start.</exception>
    public async Task<int> RunAsync()
    {
        using var notifier = Notifier.FromEnvironment();
        var (opened, loaded, setAside) = StoreRescue.Open(settings.Agent.StateDirectory);
        using var store = opened;
        _commits = () => store.Commits;
        using var key = DeviceKeyFile.LoadOrCreate(settings.Agent.DeviceKeyFile, settings.Agent.CredentialsDirectory, inUse: loaded is not null);
        using var vault = new AesGcmVault(key);
        using var identity = EngineSetup.DeviceKeyOf(settings.Agent);
        var random = new SystemRandomSource();
        var clock = EngineSetup.Clock(settings.Agent, loaded);
        var durable = loaded is null ? Provision(store, vault, clock, setAside) : ProvisionFirstAccounts(store, vault, Acknowledge(store, loaded));
        _ = DeviceIdentity.Decide(settings.Profile, durable.Device.DevId);
        ReportDifferences(durable);

        var engine = new AgentEngine(settings.Options, EngineSetup.Ports(settings.Agent, vault, random, identity));
        var state = engine.Open(durable, clock.Read());
        AgentLoop? loop = null;
        using var transport = new Transport(EngineSetup.Transport(settings.Agent), () => CertificateTime.Of(loop!.Clock, clock.Read(), settings.Options.BuildTime));
        loop = new AgentLoop(
            engine, state, new LoopPorts(clock.Read, store.Commit, transport.ExchangeAsync, transport.EndSession, log, notifier, devId => Factory(vault, clock, devId)),
            snapshot => StatusQuery.Line(Context(snapshot)), snapshot => Warnings.Of(Context(snapshot)));
        return await RunAsync(loop);
    }

    private async Task<int> RunAsync(AgentLoop loop)
    {
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        MakeRuntimeDirectory();
        var access = ControlAccess.OfThisProcess(ControlAccess.FindGroup(settings.Agent.ControlGroup));
        var verbs = new DaemonVerbs(loop, Context);
        await using var control = Listen(access, verbs);
        using var network = new ConnectivityWatch(loop.TellNetworkChanged);
        var stoppedWell = await loop.RunAsync();
        log(AgentLog.Line(AgentLog.Stopped, "stopped"));
        return stoppedWell ? ExitCodes.Ok : ExitCodes.Failed;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            loop.Stop();
        }
    }

    /// <summary>The socket unit's socket if it is where the configuration wants it; else one of our own.</summary>
    private ControlServer Listen(ControlAccess access, DaemonVerbs verbs)
    {
        var path = settings.Agent.ControlSocket;
        var passed = PassedSockets.Take();
        if (ControlServer.ListenAt(passed, path, access, verbs.AnswerAsync, Verbs.ForRoot) is { } activated)
            return activated;
        if (passed.Count > 0)
            log(AgentLog.Line(AgentLog.SocketNotUsed, $"the socket unit does not listen at {path}: the agent makes that socket itself", ("path", path)));
        return ControlServer.Listen(path, access, verbs.AnswerAsync, Verbs.ForRoot);
    }

    private void MakeRuntimeDirectory()
    {
        var path = settings.Agent.RuntimeDirectory;
        try
        {
            _ = Directory.CreateDirectory(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException("runtime-directory", $"runtimeDirectory {path} cannot be made: {fault.Message}", fault);
        }
    }

    private QueryContext Context(Snapshot snapshot) =>
        new(snapshot.State, settings.Options, snapshot.Now, settings.Facts(snapshot.State.Durable, running: true, logLeft: false) with { Observed = snapshot.Observed, Measured = new(Measure) });

    private Measurements Measure()
    {
        var status = ProcessStatus.Read();
        return new Measurements(
            AgentStore.OctetsIn(settings.Agent.StateDirectory), _commits(), new ProcessFacts(status?.Resident ?? 0, status?.ResidentAnonymous ?? 0, Environment.CpuUsage.TotalTime.TotalSeconds));
    }

    private AgentState Provision(AgentStore store, AesGcmVault vault, SystemClock clock, SetAsideStore? setAside)
    {
        var state = Factory(vault, clock, null, setAside);
        CommitProvisioned(store, null, state);
        log(AgentLog.Line(AgentLog.Provisioned, $"store created for {state.Device.DevId} with {CountOfAccounts}", ("device", state.Device.DevId)));
        return state;
    }

    /// <summary>Accounts that were configured after the first start, if it made none.</summary>
    private AgentState ProvisionFirstAccounts(AgentStore store, AesGcmVault vault, AgentState loaded)
    {
        if (AccountProvisioning.AddFirst(loaded, settings.Agent.Accounts, vault) is not { } state)
            return loaded;
        CommitProvisioned(store, loaded, state);
        log(AgentLog.Line(AgentLog.AccountsProvisioned, $"{CountOfAccounts} provisioned, the first of this device", ("device", state.Device.DevId)));
        return state;
    }

    private string CountOfAccounts => $"{settings.Agent.Accounts.Length} account{(settings.Agent.Accounts.Length == 1 ? "" : "s")}";

    private static void CommitProvisioned(AgentStore store, AgentState? before, AgentState state)
    {
#if DM_CRASH_HOOKS
        var crash = new CrashHooks(Environment.GetEnvironmentVariable(CrashHooks.Variable));
        crash.Before(CommitPoint.Provisioning);
#endif
        store.Commit(before, state);
#if DM_CRASH_HOOKS
        crash.After(CommitPoint.Provisioning);
#endif
    }

    private AgentState Factory(AesGcmVault vault, SystemClock clock, string? devId, SetAsideStore? setAside = null) =>
        FactoryState.Build(settings.Profile, settings.Agent.Accounts, vault, clock.Read(), settings.Options.BuildTime, devId, setAside);

    private static AgentState Acknowledge(AgentStore store, AgentState loaded)
    {
        if (StoreRescue.Acknowledged(loaded) is not { } acknowledged)
            return loaded;
        store.Commit(loaded, acknowledged);
        return acknowledged;
    }

    private void ReportDifferences(AgentState state)
    {
        foreach (var difference in AccountProvisioning.Differences(state, settings.Agent.Accounts))
            log(AgentLog.Line(AgentLog.AccountDiffers, difference));
        foreach (var (node, why) in BindingCheck.Unreachable(state, settings.Options))
            log(AgentLog.Line(LogCodes.BindingUnreachable, $"{node} is bound to a program by the device profile, but {why}: the tree is that of the first start", ("uri", node.ToString())));
    }
}
