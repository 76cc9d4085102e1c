using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace DmDelegation.Platform.Http;

/// <summary>How far one comes towards a server.</summary>
public enum ProbeStep
{
    /// <summary>Its name has no address.</summary>
    Name,

    /// <summary>Nothing takes a connection there.</summary>
    Connect,

    /// <summary>The handshake failed, or its certificate is not accepted.</summary>
    Tls,

    /// <summary>Its key is none of the pins.</summary>
    Pin,

    /// <summary>It is there, and it is the right one.</summary>
    Reached,
}

/// <summary>What a probe found.</summary>
/// <param name="Step">How far it came.</param>
/// <param name="Text">What stood in the way, for people; empty if nothing did.</param>
/// <param name="NotAfter">End of the server certificate's life; null if none was shown.</param>
public readonly record struct ProbeResult(ProbeStep Step, string Text, DateTimeOffset? NotAfter);

/// <summary>Looks whether a server is there: name, connection, TLS with the same rules as in a session. No message is sent and no session begun.</summary>
public static class ServerProbe
{
    /// <summary>Goes as far as it comes.</summary>
    /// <param name="address">Address of the server.</param>
    /// <param name="pins">SPKI pins, 32 octets each, concatenated; empty: the chain decides.</param>
    /// <param name="options">Settings of the transport; their timeout counts for the whole.</param>
    /// <param name="certificateTime">When its certificate must be valid.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<ProbeResult> RunAsync(
        Uri address, ReadOnlyMemory<byte> pins, TransportOptions options, DateTimeOffset certificateTime, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(options.Timeout);
        var step = ProbeStep.Name;
        var check = new ServerCheck(pins);
        try
        {
            // Without the brackets of an IPv6 address.
            var found = await Dns.GetHostAddressesAsync(address.DnsSafeHost, limit.Token);
            step = ProbeStep.Connect;
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(found, address.Port, limit.Token);
            if (address.Scheme != Uri.UriSchemeHttps)
                return new ProbeResult(ProbeStep.Reached, "", null);
            step = ProbeStep.Tls;
            await using var stream = new SslStream(new NetworkStream(socket));
            var tls = TlsOptions.Of(options, check, certificateTime, server => server is null ? null : options.ClientCertificate);
            tls.TargetHost = address.DnsSafeHost;
            await stream.AuthenticateAsClientAsync(tls, limit.Token);
            return new ProbeResult(ProbeStep.Reached, "", stream.RemoteCertificate is X509Certificate2 shown ? new DateTimeOffset(shown.NotAfter.ToUniversalTime()) : null);
        }
        catch (Exception fault) when (fault is SocketException or IOException or AuthenticationException or ArgumentException)
        {
            return new ProbeResult(check.PinFailed ? ProbeStep.Pin : step, fault.Message, null);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new ProbeResult(step, $"no answer within {options.Timeout.TotalSeconds} s", null);
        }
    }
}
