using System.Collections.Concurrent;
using DmDelegation.Engine;
using DmDelegation.Platform.Http;

namespace DmDelegation.Agent.Loop;

/// <summary>The exchanges under way: at most one per session. Each comes back as one input of the loop, unless its session ended before.</summary>
/// <param name="exchange">Sends a message and waits for the answer.</param>
/// <param name="deliver">Hands the end of an exchange to the loop; false once the loop has stopped.</param>
internal sealed class Exchanges(Func<SendMessage, CancellationToken, Task<ExchangeResult>> exchange, Func<ExchangeEnded, bool> deliver)
{
    private readonly ConcurrentDictionary<(string Server, long Serial), (Task Task, CancellationTokenSource Cancel)> _running = new();

    /// <summary>Starts an exchange and returns at once.</summary>
    public void Start(SendMessage message)
    {
        var cancel = new CancellationTokenSource();
        // Off the loop from the first instruction on: name resolution and handshakes may block.
        var task = Task.Run(() => ExchangeAsync(message, cancel.Token), CancellationToken.None);
        _running[(message.Server, message.SessionSerial)] = (task, cancel);
    }

    /// <summary>The session ended: its exchange, if any, is of no interest any more.</summary>
    public void Drop(string server, long serial)
    {
        if (_running.TryRemove((server, serial), out var running))
            running.Cancel.Cancel();
    }

    /// <summary>Drops all and waits until they are gone.</summary>
    public async Task StopAsync()
    {
        var running = _running.Values.ToList();
        foreach (var (_, cancel) in running)
            await cancel.CancelAsync();
        await Task.WhenAll(running.Select(entry => entry.Task));
    }

    private async Task ExchangeAsync(SendMessage message, CancellationToken cancel)
    {
        ExchangeResult result;
        try
        {
            result = await exchange(message, cancel);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // The transport answers with codes; what it does not know of must not leave a session hanging.
            deliver(new ExchangeEnded(new ExchangeFailed(message.Server, message.SessionSerial, "transport-" + fault.GetType().Name, 0), null));
            return;
        }

        if (!deliver(new ExchangeEnded(result.ToEvent(message), result.Body)))
            result.Body?.Dispose();
    }
}
