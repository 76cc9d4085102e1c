using System.Threading.Channels;

namespace DmDelegation.Agent.Loop;

/// <summary>Waiting with a limit.</summary>
internal static class ChannelWaiting
{
    /// <summary>Waits until there is an input; false if the time is over before.</summary>
    public static async Task<bool> WaitAsync<T>(this ChannelReader<T> reader, TimeSpan limit)
    {
        if (reader.TryPeek(out _))
            return true;
        using var cancel = new CancellationTokenSource(limit);
        try
        {
            return await reader.WaitToReadAsync(cancel.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
