using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Store;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Simulation;

/// <summary>
/// The production engine on the production store, whose power may fail between any two effects. Effects are carried out one by one, and
/// every invariant sees each of them.
/// </summary>
public sealed class SimulatedDevice : IDisposable
{
    private readonly SimulatedClock _clock;
    private readonly SimulatedNetwork _network;
    private readonly PlantedFault _fault;
    private readonly AgentEngine _judged;
    private readonly string _directory;
    private readonly SimulatedSetup _setup;
    private readonly int _seed;
    private AgentEngine _engine = null!;
    private AgentStore _store;
    private AgentState _held;

    public SimulatedDevice(int seed, SimulatedSetup setup, SimulatedClock clock, SimulatedNetwork network, PlantedFault fault, AgentState factory)
    {
        (_seed, _setup, _clock, _network, _fault) = (seed, setup, clock, network, fault);
        _judged = new AgentEngine(setup.Options, setup.Ports(new SeededRandomSource(seed)));
        _directory = StoreFolder.Create("dmagent-simulated-");
        _store = AgentStore.Open(_directory);
        _store.Commit(null, factory);
        _held = factory;
        LastCommitMs = clock.NowMs;
        PowerUp();
        State = _engine.Open(factory, clock.Reading);
    }

    public List<Invariant> Invariants { get; } = [];

    public SimulatedPrograms Programs { get; } = new();

    public EngineState State { get; private set; }

    /// <summary>Hears what the agent logs; null: nobody listens.</summary>
    public Action<string>? Trace { get; set; }

    public EngineOptions Options => _setup.Options;

    /// <summary>Power fails after so many more store operations, messages and session ends; null: it does not.</summary>
    public int? CutAfter { get; set; }

    public long LastCommitMs { get; private set; }

    public long Commits { get; private set; }

    public long Events { get; private set; }

    public TimeSpan? NextDue => _fault.IgnoresTimers ? null : _engine.NextDue(State, _clock.Reading);

    /// <summary>What the engine would make of a message, without doing it.</summary>
    public EngineState Judge(StepSeen step, ServerReply reply)
    {
        var received = (MessageReceived)step.Event;
        return _judged.Handle(step.Before, received with { Body = reply.Body.ToArray(), HmacHeader = reply.Hmac }, step.Now).State;
    }

    /// <summary>Takes an event; false: power failed on the way.</summary>
    public bool Handle(AgentEvent happening, ServerReply? reply = null)
    {
        Events++;
        if (happening is MessageReceived received && reply is not null)
        {
            var delivered = _fault.Rewrite(reply, State.Durable);
            happening = received with { Body = delivered.Body.ToArray(), HmacHeader = delivered.Hmac };
        }

        var now = _clock.Reading;
        var step = new StepSeen(State, happening, now, _fault.Change(State, Answer(happening, now), now), reply);
        Each(invariant => invariant.Stepped(step));
        if (!Carry(step))
        {
            return false;
        }

        State = step.Step.State;
        if (!ReferenceEquals(_held, State.Durable))
        {
            throw new InvariantException("an event leaves nothing uncommitted", happening.ToString());
        }

        Each(invariant => invariant.Rested(State));
        return true;
    }

    /// <summary>The process is gone and starts again over what the store holds; a power cut leaves the files as they are.</summary>
    public bool Restart(bool rebooted)
    {
        CutAfter = CutAfter is { } armed and > 0 ? armed : null;
        _network.CutConnections();
        Programs.Clear();
        Reopen();
        if (rebooted)
        {
            PowerUp();
        }

        var loaded = _store.Load() ?? throw new InvariantException("the store holds a state", "it is empty");
        StateText.RequireSame(_held, loaded, "the store, opened again, holds what was committed");
        _held = loaded;
        var found = _fault.Loaded(loaded, _clock.Reading, rebooted);
        if (!ReferenceEquals(found, loaded))
        {
            _store.Commit(loaded, found);
            _held = found;
        }

        State = _engine.Open(found, _clock.Reading);
        RequireIdempotentRecovery(found);
        return Handle(new Started());
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Time has passed and nothing happened: the invariants look at the device as it is.</summary>
    public void LookAgain() => Each(invariant => invariant.Rested(State));

    private EngineStep Answer(AgentEvent happening, ClockReading now)
    {
        try
        {
            return _engine.Handle(State, happening, now);
        }
        catch (Exception fault) when (fault is not InvariantException)
        {
            throw new InvariantException("no exception leaves the engine", $"{happening.GetType().Name}: {fault}");
        }
    }

    private bool Carry(StepSeen step)
    {
        foreach (var effect in step.Step.Effects)
        {
            if (effect is not (Persist or SendMessage or EndSession or StartOperation or CancelOperation or PassPoint))
            {
                Trace?.Invoke($"        {(effect as Report)?.Line.Text}");
                continue;
            }

            if (CutAfter is { } left)
            {
                CutAfter = left - 1;
                if (left == 0)
                {
                    CutAfter = null;
                    return false;
                }
            }

            if (effect is Persist persist)
            {
                Commit(step, persist);
            }
            else if (effect is SendMessage message)
            {
                Each(invariant => invariant.Sent(step, message, _held));
                _network.Send(message, _clock.NowMs);
            }
            else
            {
                Programs.Take(effect);
            }
        }

        return true;
    }

    private void Commit(StepSeen step, Persist persist)
    {
        if (!ReferenceEquals(persist.Before, _held))
        {
            throw new InvariantException("a commit is the difference to what the store holds", persist.Point.ToString());
        }

        _store.Commit(persist.Before, persist.After);
        if (Trace is not null && !ReferenceEquals(persist.Before.Records, persist.After.Records))
        {
            foreach (var record in persist.After.Records.Values.Where(record => record.State != persist.Before.Records.GetValueOrDefault(record.Id)?.State && record.Grant is not null))
            {
                Trace($"        [{persist.Point}: {Describe(persist.After, record)}]");
            }
        }

        _held = persist.After;
        LastCommitMs = _clock.NowMs;
        Commits++;
        Each(invariant => invariant.Committed(step, persist.Before, persist.After));
    }

    private static string Describe(AgentState state, DelegationRecord record) =>
        $"{record.Id} {record.By} to {record.Grant!.To} {record.State} {(record.Grant.Exclusive ? "exclusive" : "shared")} "
        + string.Join(' ', record.Grant.Scope.Select(entry => $"{entry.Uri}={entry.Rights}"))
        + string.Join("", state.Records.Values.Where(live => live.Grant is not null).SelectMany(live => live.Grant!.Undo.Entries.Select(entry =>
            $"\n            {live.Id} {entry.Uri} '{entry.Before}' -> '{entry.Written}' added {entry.Added} taken {entry.Taken} by '{entry.LastWriter}' now '{state.Tree.Find(entry.Node)?.Acl}'")));

    private void Each(Action<Invariant> look)
    {
        foreach (var invariant in Invariants)
        {
            look(invariant);
        }
    }

    // A new boot of the device; a fault may give it the random octets of the boot before.
    private void PowerUp() => _engine = new AgentEngine(_setup.Options, _setup.Ports(new SeededRandomSource(_seed + (_fault.ForgetsRandomness ? 0 : 7919 * _clock.Boot))));

    // As after a power cut: the database and its log are taken as they lie there, and nobody closes them first.
    private void Reopen()
    {
        var copies = Directory.GetFiles(_directory).ToDictionary(file => file, ReadShared);
        _store.Dispose();
        foreach (var (file, octets) in copies)
        {
            if (!file.EndsWith("-shm", StringComparison.Ordinal))
            {
                File.WriteAllBytes(file, octets);
            }
        }

        _store = AgentStore.Open(_directory);
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var octets = new byte[stream.Length];
        stream.ReadExactly(octets);
        return octets;
    }

    // DEL-294: from wherever in recovery the power fails, the next recovery comes to the same end.
    private void RequireIdempotentRecovery(AgentState found)
    {
        var now = _clock.Reading;
        var whole = _judged.Handle(_judged.Open(found, now), new Started(), now);
        var end = StateText.OfAuthority(whole.State.Durable);
        foreach (var commit in whole.Effects.OfType<Persist>())
        {
            var again = _judged.Handle(_judged.Open(commit.After, now), new Started(), now).State.Durable;
            if (StateText.OfAuthority(again) is var other && other != end)
            {
                throw new InvariantException("recovery is idempotent", $"cut after {commit.Point}:\n{StateText.Difference(end, other)}");
            }
        }
    }
}
