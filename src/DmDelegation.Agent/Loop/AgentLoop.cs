using System.Collections.Immutable;
using System.Threading.Channels;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform;
using DmDelegation.Platform.Operations;
using DmDelegation.Platform.Store;

namespace DmDelegation.Agent.Loop;

/// <summary>
/// The one loop of the agent (design 3): takes an input, asks the engine, carries out the effects in order. Everything that changes the state
/// runs here, so there is one serial order and no lock (DEL-098). Exchanges run beside it and come back as inputs.
/// </summary>
internal sealed class AgentLoop
{
    // Own choice: the kernel does not say when its clock becomes synchronised, so it is asked.
    private static readonly TimeSpan LongestWaitUntrusted = TimeSpan.FromSeconds(30);

    // Own choice: a timer stands still while the device is suspended, CLOCK_BOOTTIME does not; so late can a deadline be after waking up.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    // Own choice: killed programs are gone at once, unless the kernel holds them.
    private static readonly TimeSpan ProgramsEnd = TimeSpan.FromSeconds(2);

    // Own choice: shorter rests are not worth a collection.
    private static readonly TimeSpan LongRest = TimeSpan.FromSeconds(1);

    // Own choice: what is due and cannot be done at once must not become a busy loop.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);

    private readonly Channel<LoopInput> _inputs = Channel.CreateUnbounded<LoopInput>(new() { SingleReader = true });
    private readonly AgentEngine _engine;
    private readonly LoopPorts _ports;
    private readonly Func<Snapshot, string> _statusLine;
    private readonly Func<Snapshot, ImmutableArray<WarningReport>> _warnings;
    private readonly Exchanges _exchanges;
    private readonly ProgramRunner _programs;
    private readonly SessionWaiters _waiters = new();
    private readonly WatchdogPing _watchdog;
#if DM_CRASH_HOOKS
    private readonly CrashHooks _crash = new(Environment.GetEnvironmentVariable(CrashHooks.Variable));
#endif
    private EngineState _state;
    private Observed _observed;
    private (AgentState Durable, object Contacts, ClockTrust Trust, bool Jump)? _lookedAt;
    private AgentState? _shownState;
    private string _shownStatus = "";
    private bool _failed;
    private bool _worked = true;

    /// <summary>A loop over a state.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="state">The state at start-up, as <see cref="AgentEngine.Open"/> made it.</param>
    /// <param name="ports">The world.</param>
    /// <param name="statusLine">Who manages the device, for the service manager.</param>
    /// <param name="warnings">What is wrong, for the log; null: nothing is looked for.</param>
    public AgentLoop(
        AgentEngine engine, EngineState state, LoopPorts ports, Func<Snapshot, string> statusLine, Func<Snapshot, ImmutableArray<WarningReport>>? warnings = null)
    {
        _engine = engine;
        _state = state;
        _ports = ports;
        _statusLine = statusLine;
        _warnings = warnings ?? (_ => []);
        _observed = new Observed(state.Clock.Now(ports.Clock()));
        _exchanges = new Exchanges(ports.Exchange, ended => _inputs.Writer.TryWrite(ended));
        _programs = new ProgramRunner(news => _inputs.Writer.TryWrite(new OperationNews(news)));
        _watchdog = new WatchdogPing(ports.Notifier);
    }

    /// <summary>The engine's clock after the last event; the transport asks for it from its own threads.</summary>
    public EffectiveClock Clock => Volatile.Read(ref _state).Clock;

    /// <summary>Stops the loop after the input it is at.</summary>
    public void Stop() => _inputs.Writer.TryWrite(new StopWanted());

    /// <summary>Tells the loop that the network changed; from any thread.</summary>
    public void TellNetworkChanged() => _inputs.Writer.TryWrite(new NetworkChanged());

    /// <summary>A snapshot between two inputs.</summary>
    public Task<Snapshot> SnapshotAsync(CancellationToken cancel) => Ask<Snapshot>(taken => new SnapshotWanted(taken), cancel);

    /// <summary>Opens a session with a server, if none runs, and waits for its end.</summary>
    public Task<SessionReport> SessionAsync(string server, CancellationToken cancel) => Ask<SessionReport>(ended => new SessionWanted(server, ended), cancel);

    /// <summary>Lowers effective time to the wall clock (DEL-223); refused while nobody vouches for the wall clock.</summary>
    public Task<Answer<ClockReport>> ResetClockAsync(CancellationToken cancel) => Ask<Answer<ClockReport>>(done => new ClockResetWanted(done), cancel);

    /// <summary>Ends a delegation for the operator of the device (DEL-278).</summary>
    public Task<LocalEndResult> EndDelegationAsync(string id, CancellationToken cancel) => Ask<LocalEndResult>(done => new LocalEndWanted(id, done), cancel);

    /// <summary>Puts the device back to the factory scheme (DEL-277).</summary>
    public Task<Answer<FactoryResetReport>> FactoryResetAsync(CancellationToken cancel) =>
        Ask<Answer<FactoryResetReport>>(done => new FactoryResetWanted(done), cancel);

    /// <summary>Runs until stopped: recovery first (DEL-292), then one input after the other.</summary>
    /// <returns>False if a commit failed: nothing that followed from it was done (DEL-120).</returns>
    public async Task<bool> RunAsync()
    {
        Handle(new Started());
        if (!_failed)
        {
            _shownStatus = StatusLine();
            _ports.Notifier.Ready(_shownStatus);
            _ports.Log(AgentLog.Line(AgentLog.Ready, _shownStatus));
            LookForWarnings();
        }

        while (!_failed && await TakeAsync() is not StopWanted)
        {
            ShowStatus();
            LookForWarnings();
            _watchdog.Progress();
        }

        _ports.Notifier.Stopping();
        if (!_failed)
            Handle(new Stopping());
        _inputs.Writer.TryComplete();
        _waiters.EndAll("stopping");
        await _exchanges.StopAsync();
        await _programs.StopAsync(ProgramsEnd);
        return !_failed;
    }

    private async Task<LoopInput?> TakeAsync()
    {
        var wait = NextWait();
        GiveMemoryBack(wait);
        if (!await _inputs.Reader.WaitAsync(wait))
        {
            Handle(new Tick());
            return null;
        }

        if (!_inputs.Reader.TryRead(out var input))
            return null;
        switch (input)
        {
            case ExchangeEnded ended:
                using (ended.Body)
                    Handle(ended.Event);
                break;
            case OperationNews news:
                Handle(news.Event);
                break;
            case SnapshotWanted wanted:
                wanted.Taken.TrySetResult(Snapshot());
                break;
            case ClockResetWanted wanted:
                wanted.Done.TrySetResult(ResetClock());
                break;
            case SessionWanted wanted:
                _waiters.Add(wanted.Server, wanted.Ended);
                Handle(new SessionRequested(wanted.Server));
                if (!_state.Sessions.ContainsKey(wanted.Server))
                    _waiters.End(wanted.Server, "not-opened");
                break;
            case LocalEndWanted wanted:
                EndDelegation(wanted);
                break;
            case NetworkChanged:
                Handle(new ConnectivityChanged());
                break;
            case FactoryResetWanted wanted:
                FactoryReset(wanted);
                break;
        }

        return input;
    }

    private Answer<ClockReport> ResetClock()
    {
        var trusted = _ports.Clock().WallTrusted;
        Handle(new ClockResetRequested()); // refused or not, it is audited
        if (!trusted)
            return Answer<ClockReport>.Failed("clock-not-trusted", "nobody vouches for the wall clock (clock.trust): effective time is not lowered to it");
        return StatusQuery.Clock(_state, _ports.Clock());
    }

    private void EndDelegation(LocalEndWanted wanted)
    {
        var before = _state.Durable.Records.GetValueOrDefault(wanted.Id);
        Handle(new LocalEnd(wanted.Id));
        if (_failed)
            wanted.Done.TrySetException(new StoreException(StoreCodes.InputOutput, "the end could not be committed"));
        var durable = _state.Durable;
        wanted.Done.TrySetResult(new LocalEndResult(before, durable.Records.GetValueOrDefault(wanted.Id), durable.Tombstones.GetValueOrDefault(wanted.Id)));
    }

    private void FactoryReset(FactoryResetWanted wanted)
    {
        var before = _state.Durable;
        try
        {
            Handle(new FactoryResetRequested(_ports.Factory(before.Device.DevId)));
        }
        catch (PlatformException fault)
        {
            // The factory state could not be made: nothing has happened.
            wanted.Done.TrySetResult(Answer<FactoryResetReport>.Failed(fault.Code, fault.Message));
            return;
        }

        if (_failed)
            wanted.Done.TrySetException(new StoreException(StoreCodes.InputOutput, "the reset could not be committed"));
        wanted.Done.TrySetResult(new FactoryResetReport(before.Device.DevId, [.. before.Live().Select(live => live.Record.Id)]));
    }

    private TimeSpan NextWait()
    {
        var longest = _state.Clock.Trust == ClockTrust.Trusted ? LongestWait : LongestWaitUntrusted;
        var wait = _engine.NextDue(_state, _ports.Clock()) is { } due && due < longest ? due : longest;
        if (_ports.Notifier.WatchdogInterval is { } interval && interval < wait)
            wait = interval;
        return wait < ShortestWait ? ShortestWait : wait;
    }

    /// <summary>
    /// Before a longer rest, once after each spell of work: what start-up and sessions left behind goes back to the system (design 5), and
    /// nothing that held a key outlives it in the heap (DEL-188).
    /// </summary>
    private void GiveMemoryBack(TimeSpan wait)
    {
        if (!_worked || _state.Sessions.Count > 0 || wait < LongRest)
            return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _worked = false;
    }

    private void Handle(AgentEvent happening)
    {
        _worked |= happening is not Tick;
        EngineStep step;
        try
        {
            step = _engine.Handle(_state, happening, _ports.Clock());
        }
        catch (Exception fault) when (happening is MessageReceived)
        {
            // Nothing of the event has happened: the state is a value. The message goes, the agent stays.
            var message = (MessageReceived)happening;
            _ports.Log(AgentLog.Line(AgentLog.Internal, "a message could not be handled", ("server", message.Server), ("fault", $"{fault.GetType().Name} {fault.StackTrace}")));
            Handle(new ExchangeFailed(message.Server, message.SessionSerial, "internal", 0));
            return;
        }

        var began = !ReferenceEquals(_state.Sessions, step.State.Sessions);
        _state = step.State;
        if (began)
            _observed = _observed with { Sessions = SessionMemory.Began(_observed.Sessions, _state.Sessions, Moment()) };
        foreach (var effect in step.Effects)
        {
            Run(effect);
            if (_failed)
                return;
        }
    }

    private void Run(Effect effect)
    {
        switch (effect)
        {
            case Persist persist:
                Commit(persist);
                break;
            case SendMessage message:
                _exchanges.Start(message);
                break;
            case StartOperation operation:
                _programs.Start(operation);
                break;
            case CancelOperation cancelled:
                _programs.Cancel(cancelled.Number);
                break;
            case PassPoint passed:
                _programs.PassPoint(passed.Number);
                break;
            case EndSession end:
                _exchanges.Drop(end.Server, end.SessionSerial);
                _ports.EndSession(end.Server, end.SessionSerial);
                _observed = _observed with { Sessions = SessionMemory.Ended(_observed.Sessions, end, _state.Durable.Tree, Moment()) };
                _waiters.End(end.Server, end.Error);
                break;
            case Report report:
                _ports.Log(report.Line);
                break;
#if DM_CRASH_HOOKS
            case CrashMark mark:
                _crash.At(mark.Point);
                break;
#endif
        }
    }

    private void Commit(Persist persist)
    {
#if DM_CRASH_HOOKS
        _crash.Before(persist.Point);
#endif
        try
        {
            _ports.Commit(persist.Before, persist.After);
        }
        catch (PlatformException fault)
        {
            _failed = true;
            _ports.Log(AgentLog.Line(AgentLog.CommitFailed, fault.Message, ("code", fault.Code), ("point", persist.Point.ToString())));
            return;
        }
#if DM_CRASH_HOOKS
        _crash.After(persist.Point);
#endif
    }

    private Task<T> Ask<T>(Func<TaskCompletionSource<T>, LoopInput> input, CancellationToken cancel)
    {
        // Continuations run elsewhere: whoever waits must not hold the loop.
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_inputs.Writer.TryWrite(input(answer)))
            answer.TrySetCanceled(cancel);
        return answer.Task.WaitAsync(cancel);
    }

    private SessionMoment Moment()
    {
        var now = _ports.Clock();
        return new SessionMoment(_state.Clock.Now(now), now.BootMs);
    }

    private Snapshot Snapshot() => new(_state, _ports.Clock(), _observed);

    private string StatusLine() => _statusLine(Snapshot());

    private void ShowStatus()
    {
        if (ReferenceEquals(_state.Durable, _shownState))
            return;
        _shownState = _state.Durable;
        if (StatusLine() is var line && line != _shownStatus)
            _ports.Notifier.Status(_shownStatus = line);
    }

    /// <summary>Writes down what began or ceased to be wrong. A warning depends on nothing else than what is compared here, so most inputs cost nothing.</summary>
    private void LookForWarnings()
    {
        var looked = (_state.Durable, (object)_state.Contacts, _state.Clock.Trust, _state.Clock.Jump is not null);
        if (_failed || (_lookedAt is { } before && ReferenceEquals(before.Durable, looked.Durable) && ReferenceEquals(before.Contacts, looked.Item2)
            && (before.Trust, before.Jump) == (looked.Trust, looked.Item4)))
            return;
        _lookedAt = looked;
        var snapshot = Snapshot();
        var (known, lines) = WarningWatch.Compare(_observed.Warnings, _warnings(snapshot), _state.Clock.Now(snapshot.Now));
        _observed = _observed with { Warnings = known };
        foreach (var line in lines)
            _ports.Log(line);
    }
}
