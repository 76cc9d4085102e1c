using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DmDelegation.Platform.Cms;

namespace DmDelegation.Platform.Http;

/// <summary>
/// Whether the server is the right one. With pins the pin decides, and neither chain nor host name need hold; without, the whole chain
/// and the host name must (SEC-095, DEL-093).
/// </summary>
internal sealed class ServerCheck(ReadOnlyMemory<byte> pins)
{
    /// <summary>The last failure was a key that is not pinned.</summary>
    public bool PinFailed { get; private set; }

    /// <summary>Pin of the key the server showed last; empty before that (DEL-342).</summary>
    public ReadOnlyMemory<byte> PeerPin { get; private set; }

    public bool Accepts(X509Certificate? certificate, SslPolicyErrors errors)
    {
        PeerPin = certificate is X509Certificate2 peer ? Certificates.PinOf(peer) : default;
        if (pins.IsEmpty)
            return errors is SslPolicyErrors.None;
        PinFailed = PeerPin.IsEmpty || !IsPinned(PeerPin.Span);
        return !PinFailed;
    }

    private bool IsPinned(ReadOnlySpan<byte> pin)
    {
        var found = false;
        for (var rest = pins.Span; rest.Length >= SHA256.HashSizeInBytes; rest = rest[SHA256.HashSizeInBytes..])
            found |= CryptographicOperations.FixedTimeEquals(rest[..SHA256.HashSizeInBytes], pin);
        return found;
    }
}
