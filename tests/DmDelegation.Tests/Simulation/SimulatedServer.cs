using System.Text;
using DmDelegation.Engine;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Simulation;

/// <summary>
/// A server behind a bad network: the scripted server of the scenarios, which answers a repeated message as it did before and does not
/// know a session that another has replaced.
/// </summary>
public sealed class SimulatedServer(string serverId, Func<ScriptedServer?> identity, Player player)
{
    private readonly Dictionary<(string Session, string Message), ServerReply?> _answered = [];
    private ScriptedServer? _present;
    private string _session = "";

    /// <summary>Idempotence keys of the acknowledgements that have arrived here (DEL-236).</summary>
    public HashSet<string> Arrived { get; } = new(StringComparer.Ordinal);

    /// <summary>The answer; null: the connection breaks.</summary>
    public ServerReply? Answer(SendMessage request)
    {
        var text = Encoding.UTF8.GetString(request.Body.Span);
        var key = (Between(text, "<SessionID>", "</SessionID>"), Between(text, "<MsgID>", "</MsgID>"));
        if (_answered.TryGetValue(key, out var before))
        {
            return before;
        }

        if (key.Item2 == "1")
        {
            _session = key.Item1;
            _present = identity();
            _present?.Script.Clear();
            player.BeginSession(serverId, _present);
        }
        else if (key.Item1 != _session)
        {
            return null;
        }

        return _answered[key] = _present is null ? null : Answer(_present, request);
    }

    private ServerReply? Answer(ScriptedServer server, SendMessage request)
    {
        server.Script.Enqueue(before => player.Next(serverId, before));
        server.Received.Clear();
        server.Alerts.Clear();
        server.Sent.Clear();
        var answer = server.Answer(request.Body, request.HmacHeader);
        foreach (var alert in server.Alerts)
        {
            Arrived.Add(Between(alert.Payload, "key=\"", "\""));
        }

        if (answer is not { } sent)
        {
            return null;
        }

        var (nonce, name) = (server.ServerNonce, server.ServerName);
        var inner = server.WrongCredential ? ScriptedServer.Inner(name, "wrong"u8) : server.ServerInner;
        var signs = sent.Hmac is not null;
        return new ServerReply(sent.Body, sent.Hmac, body => signs ? $"algorithm=MD5, username=\"{name}\", mac={ScriptedServer.Mac(inner, nonce, body)}" : null);
    }

    private static string Between(string text, string begin, string end)
    {
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        return from < 0 ? "" : text[(from + begin.Length)..text.IndexOf(end, from + begin.Length, StringComparison.Ordinal)];
    }
}
