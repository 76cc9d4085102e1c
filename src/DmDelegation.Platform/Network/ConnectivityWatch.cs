using System.Net.NetworkInformation;

namespace DmDelegation.Platform.Network;

/// <summary>Tells when an address of the device comes or goes (DEL-242). Where the kernel does not tell, nobody does: waits just run out.</summary>
public sealed class ConnectivityWatch : IDisposable
{
    private readonly NetworkAddressChangedEventHandler _changed;

    /// <summary>Begins to watch.</summary>
    /// <param name="changed">Called from another thread; must not block.</param>
    public ConnectivityWatch(Action changed)
    {
        _changed = (_, _) => changed();
        try
        {
            NetworkChange.NetworkAddressChanged += _changed;
        }
        catch (NetworkInformationException)
        {
            // No netlink socket, as in a tight sandbox.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => NetworkChange.NetworkAddressChanged -= _changed;
}
