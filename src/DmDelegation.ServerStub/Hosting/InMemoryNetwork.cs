using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Hosting;

/// <summary>Carries server-to-server messages between servers in one process, without sockets and threads: for tests in driven time.</summary>
/// <param name="time">Clock of the network; null: answers are never on their way.</param>
public sealed class InMemoryNetwork(TimeProvider? time = null)
{
    private const int MaxRounds = 1000; // own choice: no exchange of ours has so many messages; more is a loop
    private readonly Dictionary<string, DmServer> _servers = [];
    private readonly List<(DmServer Sender, OutgoingMessage Message, S2sReply Reply, DateTimeOffset Arrives)> _onTheirWay = [];

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
        foreach (var late in _onTheirWay.Where(late => late.Arrives <= time?.GetUtcNow()).ToList())
        {
            _onTheirWay.Remove(late);
            if (_servers.ContainsValue(late.Sender)) // else it has been restarted: the connection is gone
                late.Sender.Answered(late.Message, late.Reply);
        }

        for (var round = 0; round < MaxRounds; round++)
            if (!_servers.Values.ToList().Select(Deliver).ToList().Contains(true))
                return;
        throw new InvalidOperationException("the servers do not come to an end");
    }

    private bool Deliver(DmServer sender)
    {
        var due = sender.TakeDue();
        foreach (var message in due)
        {
            var reply = Intercept?.Invoke(message) ?? Post(sender, message);
            if (reply.DelaySeconds > 0 && time is not null)
                _onTheirWay.Add((sender, message, reply, time.GetUtcNow().AddSeconds(reply.DelaySeconds)));
            else
                sender.Answered(message, reply);
        }

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
