using DmDelegation.Engine;
using DmDelegation.Engine.Execution;

namespace DmDelegation.Tests.Simulation;

/// <summary>The programs under way on the simulated device. They go with the power, and with the agent.</summary>
public sealed class SimulatedPrograms
{
    private readonly SortedDictionary<long, (bool Killed, bool Passed)> _running = [];

    /// <summary>Numbers of those under way.</summary>
    public IReadOnlyList<long> Running => [.. _running.Keys];

    /// <summary>What the engine asks for.</summary>
    public void Take(Effect effect)
    {
        switch (effect)
        {
            case StartOperation start:
                _running.Add(start.Number, default);
                break;
            case CancelOperation cancel when _running.TryGetValue(cancel.Number, out var program):
                _running[cancel.Number] = program.Passed
                    ? throw new InvariantException("nothing is cancelled past its point of no return (DEL-218)", cancel.Number.ToString())
                    : (true, false);
                break;
            case PassPoint pass when _running.TryGetValue(pass.Number, out var program):
                _running[pass.Number] = program.Killed
                    ? throw new InvariantException("what is being killed passes no point of no return (DEL-218)", pass.Number.ToString())
                    : (false, true);
                break;
        }
    }

    /// <summary>The next that one of them tells: that it has ended, or that it is at its point of no return.</summary>
    public AgentEvent Next(long number, Random random)
    {
        var (killed, passed) = _running[number];
        if (!killed && !passed && random.Next(3) == 0)
        {
            return new OperationAtPoint(number);
        }

        _running.Remove(number);
        return new OperationEnded(number, killed ? 137 : random.Next(5) == 0 ? 1 : 0, "fetched"u8.ToArray(), false, "");
    }

    public void Clear() => _running.Clear();
}
