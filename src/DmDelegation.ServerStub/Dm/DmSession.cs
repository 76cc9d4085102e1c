using DmDelegation.Protocol;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Dm;

/// <summary>A running session with one device; lost with the process, as a session may be (PRO-115).</summary>
internal sealed class DmSession(DeviceAccount account, string sessionId)
{
    public DeviceAccount Account { get; } = account;

    public string SessionId { get; } = sessionId;

    public int ServerMsgId { get; set; }

    // The last exchange, for a transport retry with identical octets (PRO-030, HTTP-011).
    public byte[] LastRequestHash { get; set; } = [];

    public DmReply? LastReply { get; set; }

    public bool LastReplySecret { get; set; }

    public bool ClientAuthenticated { get; set; }

    public bool AuthenticatedReported { get; set; }

    public int ClientFailures { get; set; }

    public bool ServerAccepted { get; set; }

    public int ServerFailures { get; set; }

    // Type by which this server proves itself: that of the account unless the device demands another one (SEC-009).
    public string ServerAuthType { get; set; } = AuthType.FromAAuthType(account.AuthType) ?? AuthType.Mac;

    public bool Ended { get; set; }

    // Where the processes of a delegation are in this session; see DeviceWork.
    public HashSet<string> Visited { get; } = [];

    public SentBatch? Sent { get; set; }
}

/// <summary>A batch on its way: which CmdID is which command, and what has come back.</summary>
internal sealed class SentBatch(DmBatch batch)
{
    private readonly List<(string CmdId, DmCommand Command)> _ids = [];
    private readonly Dictionary<string, int> _statuses = [];
    private readonly Dictionary<string, List<ResultItem>> _results = [];
    private readonly Dictionary<string, string> _chunks = [];

    public DmBatch Batch { get; } = batch;

    public string MsgId { get; private set; } = "";

    public IReadOnlyList<Command> Elements(int msgId, Func<string> nextCmdId)
    {
        _ids.Clear();
        _statuses.Clear();
        MsgId = msgId.ToString();
        return [.. Batch.Commands.Select(command => command.ToElement(child =>
        {
            var id = nextCmdId();
            _ids.Add((id, child));
            return id;
        }))];
    }

    public (string Name, string? Uri)? OnStatus(Status status)
    {
        var index = status.MsgRef == MsgId ? _ids.FindIndex(entry => entry.CmdId == status.CmdRef) : -1;
        if (index < 0)
            return null;
        _statuses[status.CmdRef] = status.Data;
        return (_ids[index].Command.Name, _ids[index].Command.Uri);
    }

    // True when a chunk was taken and more is to come (213).
    public bool OnResults(Results results)
    {
        var more = false;
        foreach (var item in results.Items)
        {
            var uri = item.Source?.LocURI ?? item.Target?.LocURI ?? results.SourceRef ?? results.TargetRef ?? "";
            var chunkKey = results.CmdRef + " " + uri;
            var text = _chunks.GetValueOrDefault(chunkKey) + item.Data?.AsText();
            more |= item.MoreData;
            if (item.MoreData)
            {
                _chunks[chunkKey] = text;
                continue;
            }

            _chunks.Remove(chunkKey);
            if (!_results.TryGetValue(results.CmdRef, out var list))
                _results[results.CmdRef] = list = [];
            list.Add(new ResultItem(uri, item.Meta?.Format ?? results.Meta?.Format, item.Data is null ? null : text));
        }

        return more;
    }

    // A batch may have carried a key; it is resent until the device has accepted this server, so only now (DEL-375).
    public void Zero()
    {
        foreach (var (_, command) in _ids)
            command.Data?.Zero();
    }

    public IReadOnlyList<CommandResult> Finish() =>
        [.. _ids.Select(entry => new CommandResult(entry.Command.Name, entry.Command.Uri, _statuses.GetValueOrDefault(entry.CmdId), _results.GetValueOrDefault(entry.CmdId) ?? []))];
}
