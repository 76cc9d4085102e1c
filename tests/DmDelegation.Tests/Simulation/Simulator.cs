using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Simulation;

/// <summary>
/// One world of a seed: a device, its servers, a bad network, clocks that lie and power that fails, all in one thread. The same seed does
/// the same again, step by step.
/// </summary>
public sealed class Simulator : IDisposable
{
    /// <summary>Driven time within which everything has come to rest when faults stop (invariant 7).</summary>
    private static readonly TimeSpan RestWithin = TimeSpan.FromHours(36);

    private readonly Random _random;
    private readonly SimulatedSetup _setup;
    private readonly SimulatedClock _clock;
    private readonly SimulatedNetwork _network;
    private readonly SimulatedDevice _device;
    private readonly Player _player;
    private readonly AccessInvariant _access;
    private readonly StateTableInvariant _table = new();
    private readonly LifeInvariant _life;
    private readonly Dictionary<string, SimulatedServer> _servers = new(StringComparer.Ordinal);
    private readonly Queue<string> _actions = [];
    private int _step;

    private readonly Action<string>? _trace;

    public Simulator(int seed, PlantedFault? fault = null, Action<string>? trace = null)
    {
        _trace = trace;
        _random = new Random(seed);
        _setup = new SimulatedSetup(_random);
        _clock = new SimulatedClock(_setup.HasRtc);
        _network = new SimulatedNetwork(_random);
        _player = new Player(_random, _setup, _clock);
        var known = new Dictionary<string, ScriptedServer>(StringComparer.Ordinal);
        var factory = _setup.Factory(_clock.Reading, known, Nonce);
        _device = new SimulatedDevice(seed, _setup, _clock, _network, fault ?? PlantedFault.None, factory);
        _device.Trace = trace;
        _player.Trace = trace;
        _player.Device = () => _device.State.Durable;
        foreach (var server in (string[])["a.example", "b.example", "d.example", "home.example"])
        {
            _servers[server] = new SimulatedServer(server, () => known.GetValueOrDefault(server) ?? _player.Guest(server, Nonce), _player);
        }

        _access = new AccessInvariant(_device);
        _life = new LifeInvariant(_clock, _device.Options.Delegation.ClockPersistSeconds * 1000L);
        _device.Invariants.AddRange(
            [_access, _table, _life, new SchemeInvariant(_setup), new FreshnessInvariant(), new OperationInvariant(), new OrderInvariant(_setup.Vault, _servers, _device.Options.Delegation.OutboxDays)]);
    }

    /// <summary>Runs so many steps, then lets the world come to rest. What fails is told with everything needed to see it again.</summary>
    public static SimulationResult Run(int seed, int steps, PlantedFault? fault = null, Action<string>? trace = null)
    {
        using var simulator = new Simulator(seed, fault, trace);
        InvariantException? violation = null;
        try
        {
            simulator.Do(steps);
        }
        catch (InvariantException found)
        {
            violation = found;
        }

        return simulator.Result(seed, violation);
    }

    public void Dispose()
    {
        _device.Dispose();
        _setup.Dispose();
    }

    private void Do(int steps)
    {
        Note("start");
        PowerHolds(_device.Handle(new Started()));
        for (_step = 1; _step <= steps; _step++)
        {
            Act();
        }

        ComeToRest();
    }

    private void Act()
    {
        switch (_random.Next(100))
        {
            case < 22: Session(); break;
            case < 82: Exchange(); break;
            case < 90: Pass("time passes", _random.Next(2) > 0 ? _random.Next(100, 60_000) : _random.Next(1000, 1_800_000)); break;
            case < 92: Sleep(); break;
            case < 94: ChangeWeather(); break;
            case < 95: ChangeClock(); break;
            case < 96: Restart(); break;
            case < 97: Reboot("power goes"); break;
            case < 98: ArmPowerCut(); break;
            case < 99: Program(); break;
            default: Operator(); break;
        }
    }

    private void Session()
    {
        var server = Pick(["a.example", "a.example", "b.example", "b.example", "d.example", "home.example"]);
        Note($"session of {server}");
        PowerHolds(_device.Handle(new SessionRequested(server)));
    }

    // The next message arrives, at its server or at the device.
    private void Exchange()
    {
        if (_random.Next(12) == 0)
        {
            Program();
        }

        if (_network.NextDueMs is { } due)
        {
            Pass("", Math.Max(0, due - _clock.NowMs));
        }
        else
        {
            Session();
        }
    }

    // The device is suspended: CLOCK_BOOTTIME goes on, nobody serves a timer, and what comes first afterwards is not the timer.
    private void Sleep()
    {
        var asleep = _random.Next(1000, 3_600_000);
        Note($"asleep for {asleep} ms");
        _clock.Pass(asleep);
        if (_random.Next(2) == 0)
        {
            Session();
        }
        else
        {
            PowerHolds(_device.Handle(new Tick()));
        }
    }

    private void ChangeWeather()
    {
        if (_random.Next(3) == 0)
        {
            _network.Unreachable.Clear();
            if (_random.Next(3) == 0)
            {
                _network.Unreachable.Add(Pick([.. _servers.Keys]));
            }

            Note($"{string.Join(' ', _network.Unreachable)} cannot be reached");
            return;
        }

        _network.Weather = _random.Next(2) == 0 ? Weather.Fine : new Weather(_random.Next(20), _random.Next(30), _random.Next(20));
        Note(_network.Weather.ToString());
    }

    private void ChangeClock()
    {
        var error = _random.Next(10) switch
        {
            0 => TimeSpan.FromHours(-2),
            1 => TimeSpan.FromMinutes(20),
            2 => TimeSpan.FromDays(10),
            3 => TimeSpan.FromDays(-10),
            _ => TimeSpan.Zero,
        };
        var trusted = _random.Next(3) > 0;
        Note($"the wall clock is {error} ahead, {(trusted ? "trusted" : "not trusted")}");
        _clock.Set(error, trusted);
        PowerHolds(_device.Handle(new Tick()));
    }

    private void Restart()
    {
        var down = _random.Next(200, 120_000);
        Note($"the agent restarts after {down} ms");
        _clock.Pass(down);
        Start(rebooted: false);
    }

    private void Reboot(string why)
    {
        var off = _random.Next(4) switch { 0 => _random.Next(90_000_000), 1 => _random.Next(4_000_000), _ => _random.Next(300_000) };
        var trusted = _random.Next(3) > 0;
        Note($"{why}, off for {off} ms, the clock is {(trusted ? "trusted" : "not trusted")}");
        var uncommitted = _clock.NowMs - _device.LastCommitMs;
        _clock.Reboot(off, trusted, _random.Next(12) == 0 ? TimeSpan.FromHours(_random.Next(-3, 3)) : TimeSpan.Zero);
        foreach (var invariant in _device.Invariants)
        {
            invariant.Rebooted(off, Math.Min(uncommitted, _clock.NowMs));
        }

        Start(rebooted: true);
    }

    // The power fails again while the agent recovers, now and then.
    private void Start(bool rebooted)
    {
        if (_random.Next(6) == 0)
        {
            _device.CutAfter = _random.Next(4);
        }

        PowerHolds(_device.Restart(rebooted));
    }

    private void ArmPowerCut()
    {
        _device.CutAfter = _random.Next(7);
        Note($"power will fail after {_device.CutAfter} effects");
    }

    // One of the programs goes on, if there is one.
    private void Program()
    {
        if (_device.Programs.Running is { Count: > 0 } running)
        {
            var news = _device.Programs.Next(running[_random.Next(running.Count)], _random);
            Note(news.ToString());
            PowerHolds(_device.Handle(news));
        }
    }

    private void Operator()
    {
        if (_random.Next(4) == 0)
        {
            Note("the operator resets the clock");
            PowerHolds(_device.Handle(new ClockResetRequested()));
            return;
        }

        var ids = _device.State.Durable.Records.Keys.ToList();
        if (ids.Count > 0)
        {
            var id = ids[_random.Next(ids.Count)];
            Note($"the operator ends {id}");
            PowerHolds(_device.Handle(new LocalEnd(id)));
        }
    }

    /// <summary>Time passes: what arrives arrives, and every timer is served when it is due.</summary>
    private void Pass(string what, long milliseconds)
    {
        if (what.Length > 0)
        {
            Note($"{what}, {milliseconds} ms");
        }

        var until = _clock.NowMs + milliseconds;
        for (var events = 0; ; events++)
        {
            if (events > 20_000)
            {
                throw new InvariantException("timers and messages come to rest", $"more than {events} events");
            }

            var timer = _device.NextDue is { } due ? _clock.NowMs + Math.Max(1, (long)Math.Ceiling(due.TotalMilliseconds)) : long.MaxValue;
            var next = Math.Min(timer, Math.Max(_clock.NowMs, _network.NextDueMs ?? long.MaxValue));
            if (next > until)
            {
                break;
            }

            _clock.Pass(next - _clock.NowMs);
            if (_network.Take(_clock.NowMs) is { } flight)
            {
                Arrive(flight);
            }
            else if (timer <= _clock.NowMs)
            {
                PowerHolds(_device.Handle(new Tick()));
            }
        }

        _clock.Pass(Math.Max(0, until - _clock.NowMs));
        _device.LookAgain();
    }

    private void Arrive(Flight flight)
    {
        var message = flight.Exchange.Message;
        switch (flight)
        {
            case RequestFlight when _servers[message.Server].Answer(message) is { } reply:
                _network.Answer(flight.Exchange, reply, _clock.NowMs);
                break;
            case RequestFlight:
                _network.Refuse(flight.Exchange, _clock.NowMs);
                break;
            case ResponseFlight response:
                flight.Exchange.Over = true;
                PowerHolds(_device.Handle(
                    new MessageReceived(message.Server, message.SessionSerial, response.Reply.Body.ToArray(), response.Reply.Hmac, new TransportFacts(true, true, false)), response.Reply));
                break;
            case FailureFlight failure:
                flight.Exchange.Over = true;
                PowerHolds(_device.Handle(new ExchangeFailed(message.Server, message.SessionSerial, failure.Code, 0)));
                break;
        }
    }

    private void PowerHolds(bool holds)
    {
        if (holds)
        {
            return;
        }

        if (_random.Next(3) == 0)
        {
            Note("the agent is killed");
            Start(rebooted: false);
        }
        else
        {
            Reboot("power fails");
        }
    }

    // Faults stop: from here on everything works, and nobody wants anything any more.
    private void ComeToRest()
    {
        _player.IsQuiet = true;
        _network.Weather = Weather.Fine;
        _network.Unreachable.Clear();
        _device.CutAfter = null;
        _clock.Set(TimeSpan.Zero, trusted: true);
        Note("faults stop");
        PowerHolds(_device.Handle(new Tick()));
        var end = _clock.NowMs + (long)RestWithin.TotalMilliseconds;
        for (var pace = 60_000; !IsAtRest(); pace = Math.Min(pace * 2, 1_800_000))
        {
            if (_clock.NowMs > end)
            {
                throw new InvariantException("when faults stop, everything comes to rest", Unrest());
            }

            Program();
            Pass("", pace);
        }
    }

    private bool IsAtRest() => _device.State.Sessions.IsEmpty && _device.State.Durable.Outbox.IsEmpty && _device.State.Durable.Operations.IsEmpty
        && _device.State.Durable.Records.Values.All(record => record.State is DelegationState.Active or DelegationState.Finalised || record.State.IsEnded());

    private string Unrest() => string.Join(' ', _device.State.Durable.Records.Values.Where(record => !record.State.IsEnded()).Select(record => $"{record.Id} {record.State}"))
        + $", {_device.State.Durable.Outbox.Count} to deliver ({string.Join(' ', _device.State.Durable.Outbox.Values.Select(entry => $"{entry.Event} of {entry.DelegationId} for {entry.Target}"))}), "
        + $"{_device.State.Sessions.Count} sessions";

    private SimulationResult Result(int seed, InvariantException? violation) => new(
        seed, _step, _device.Commits, _device.Events, _clock.NowMs, violation, [.. _actions, .. _player.Said.Select(said => "    " + said)], _access.Answers, _table.Seen);

    private byte[] Nonce(int octets)
    {
        var nonce = new byte[octets];
        _random.NextBytes(nonce);
        return nonce;
    }

    private string Pick(IReadOnlyList<string> from) => from[_random.Next(from.Count)];

    private void Note(string action)
    {
        var line = $"step {_step}, {_clock.NowMs} ms: {action}";
        _trace?.Invoke(line);
        _actions.Enqueue(line);
        while (_actions.Count > 16)
        {
            _actions.Dequeue();
        }
    }
}

/// <summary>What came of a seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Step">The last step; the number of steps and one if all were done.</param>
/// <param name="Commits">Commits made durable.</param>
/// <param name="Events">Events handled.</param>
/// <param name="DrivenMs">Driven time, milliseconds.</param>
/// <param name="Violation">The invariant that failed, null if all hold.</param>
/// <param name="Last">The last actions, and what servers said last.</param>
/// <param name="Judged">How often which answer was judged.</param>
/// <param name="Changes">How often which change of a record was seen.</param>
public sealed record SimulationResult(
    int Seed, int Step, long Commits, long Events, long DrivenMs, InvariantException? Violation, IReadOnlyList<string> Last,
    IReadOnlyDictionary<string, int> Judged, IReadOnlyDictionary<string, int> Changes)
{
    /// <summary>Everything needed to see the failure again.</summary>
    public override string ToString() => Violation is null ? $"seed {Seed}: {Step - 1} steps, all invariants hold"
        : $"seed {Seed}, step {Step}: {Violation.Message}\n  {string.Join("\n  ", Last)}";
}
