using DmDelegation.Engine;

namespace DmDelegation.Tests.Simulation;

/// <summary>What is under way on the network, or a time-out that will strike.</summary>
public abstract record Flight(long DueMs, SimulatedExchange Exchange);

/// <summary>A message of the device on its way to a server.</summary>
public sealed record RequestFlight(long DueMs, SimulatedExchange Exchange) : Flight(DueMs, Exchange);

/// <summary>A server's answer on its way to the device.</summary>
public sealed record ResponseFlight(long DueMs, SimulatedExchange Exchange, ServerReply Reply) : Flight(DueMs, Exchange);

/// <summary>The device hears that an exchange failed.</summary>
public sealed record FailureFlight(long DueMs, SimulatedExchange Exchange, string Code) : Flight(DueMs, Exchange);

/// <summary>One request of the device and the connection that waits for its answer.</summary>
public sealed class SimulatedExchange(SendMessage message)
{
    public SendMessage Message { get; } = message;

    /// <summary>Answered or failed: a time-out strikes no more.</summary>
    public bool Over { get; set; }

    /// <summary>The process that asked is gone: no answer finds it.</summary>
    public bool Orphaned { get; set; }
}

/// <summary>How bad the network is, in percent.</summary>
public readonly record struct Weather(int Lost, int Doubled, int Late)
{
    public static Weather Fine { get; } = new(0, 0, 0);
}

/// <summary>A network that loses, doubles, delays and reorders messages, by a seed.</summary>
public sealed class SimulatedNetwork(Random random)
{
    private const long TimeOutMs = 60_000;

    private readonly List<Flight> _flights = [];

    public Weather Weather { get; set; } = Weather.Fine;

    /// <summary>Servers that cannot be reached at present.</summary>
    public HashSet<string> Unreachable { get; } = new(StringComparer.Ordinal);

    public long? NextDueMs => _flights.Count == 0 ? null : _flights.Min(flight => flight.DueMs);

    public void Send(SendMessage message, long nowMs)
    {
        var exchange = new SimulatedExchange(message);
        if (Unreachable.Contains(message.Server))
        {
            _flights.Add(new FailureFlight(nowMs + 1000, exchange, "connect"));
            return;
        }

        _flights.Add(new FailureFlight(nowMs + TimeOutMs, exchange, "timeout"));
        foreach (var delay in Delays())
        {
            _flights.Add(new RequestFlight(nowMs + delay, exchange));
        }
    }

    public void Answer(SimulatedExchange exchange, ServerReply reply, long nowMs)
    {
        foreach (var delay in Delays())
        {
            _flights.Add(new ResponseFlight(nowMs + delay, exchange, reply));
        }
    }

    public void Refuse(SimulatedExchange exchange, long nowMs) => _flights.Add(new FailureFlight(nowMs + 200, exchange, "connect"));

    /// <summary>The next thing that arrives, if it is due; what concerns nobody any more is passed over.</summary>
    public Flight? Take(long nowMs)
    {
        while (_flights.Count > 0)
        {
            var first = _flights.MinBy(flight => flight.DueMs)!;
            if (first.DueMs > nowMs)
            {
                return null;
            }

            _flights.Remove(first);
            if (first is RequestFlight || (!first.Exchange.Orphaned && !(first is FailureFlight && first.Exchange.Over)))
            {
                return first;
            }
        }

        return null;
    }

    /// <summary>The process of the device is gone, and its connections with it; what was sent may still arrive.</summary>
    public void CutConnections()
    {
        foreach (var flight in _flights)
        {
            flight.Exchange.Orphaned = true;
        }

        _flights.RemoveAll(flight => flight is not RequestFlight);
    }

    // One entry for each copy that arrives.
    private IEnumerable<long> Delays()
    {
        var copies = random.Next(100) < Weather.Lost ? 0 : random.Next(100) < Weather.Doubled ? 2 : 1;
        for (; copies > 0; copies--)
        {
            yield return random.Next(100) < Weather.Late ? random.Next(1000, 90_000) : random.Next(20, 400);
        }
    }
}
