using System.Collections.Concurrent;
using DmDelegation.Engine;
using DmDelegation.Engine.Execution;

namespace DmDelegation.Platform.Operations;

/// <summary>
/// Runs the programs that nodes are bound to, beside the loop (design 3): no shell, no environment of the agent's, output bounded, killed
/// as a process group (DEL-218). The programs have the rights of the agent's user, and of its service unit.
/// </summary>
/// <param name="deliver">Hands an event to the loop; from any thread.</param>
public sealed class ProgramRunner(Action<AgentEvent> deliver)
{
    private readonly ConcurrentDictionary<long, (RunningProgram Program, Task Ended)> _running = new();

    /// <summary>Starts a program and returns at once.</summary>
    public void Start(StartOperation operation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var program = new RunningProgram(operation, deliver);
        _running[operation.Number] = (program, ended.Task);
        var thread = new Thread(() =>
        {
            program.Run();
            _ = _running.TryRemove(operation.Number, out _);
            ended.SetResult();
        })
        {
            IsBackground = true,
            Name = "operation",
        };
        thread.Start();
    }

    /// <summary>Kills a program with all it started; its end is delivered like any other.</summary>
    public void Cancel(long number)
    {
        if (_running.TryGetValue(number, out var running))
            running.Program.Kill();
    }

    /// <summary>Lets a program pass its point of no return.</summary>
    public void PassPoint(long number)
    {
        if (_running.TryGetValue(number, out var running))
            running.Program.Pass();
    }

    /// <summary>The agent stops: kills what can be killed and waits for that; what has passed its point of no return goes on by itself.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        var running = _running.Values.ToList();
        foreach (var (program, _) in running)
            program.KillUnlessPassed();
        await Task.WhenAny(Task.WhenAll(running.Select(entry => entry.Ended)), Task.Delay(patience));
    }
}
