using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Hosting;

/// <summary>Carries server-to-server messages between servers in one process, without sockets and threads: for tests in driven time.</summary>
public sealed class InMemoryNetwork
{
    private const int MaxRounds = 1000; // own choice: no exchange of ours has so many messages; more is a loop
    private readonly Dictionary<string, DmServer> _servers = [];

    /// <summary>Called for every message with its octets; null lets it pass, an answer takes the receiver's place.</summary>
    public Func<OutgoingMessage, S2sReply?>? Intercept { get; set; }

    /// <summary>Adds a server, or puts one in the place of its namesake (a restart), and makes all know each other by pin.</summary>
    public void Connect(DmServer server)
    {
        _servers[server.ServerId] = server;
        foreach (var one in _servers.Values)
            foreach (var other in _servers.Values.Where(other => other != one))
                one.Peers.Set(other.ServerId, new PeerConfiguration { Pin = Convert.ToBase64String(CertificateAuthority.Pin(other.Certificate)) });
    }

    /// <summary>Takes a server off the network: its messages stay, those to it are not answered.</summary>
    public void Disconnect(string serverId) => _servers.Remove(serverId);

    /// <summary>Carries out timers and delivers everything that is due, until nothing is.</summary>
    public void Run()
    {
        foreach (var server in _servers.Values.ToList())
            server.Tick();
        for (var round = 0; round < MaxRounds; round++)
            if (!_servers.Values.ToList().Select(Deliver).ToList().Contains(true))
                return;
        throw new InvalidOperationException("the servers do not come to an end");
    }

    private bool Deliver(DmServer sender)
    {
        var due = sender.TakeDue();
        foreach (var message in due)
            sender.Answered(message, Intercept?.Invoke(message) ?? Post(sender, message));
        return due.Count > 0;
    }

    private S2sReply Post(DmServer sender, OutgoingMessage message)
    {
        if (!_servers.TryGetValue(message.Peer, out var receiver))
            return S2sReply.Nothing;
        try
        {
            return receiver.HandleS2s(sender.Certificate, [.. message.Body]) with { Certificate = receiver.Certificate };
        }
        catch (StubCrashException)
        {
            return S2sReply.Nothing;
        }
    }
}
