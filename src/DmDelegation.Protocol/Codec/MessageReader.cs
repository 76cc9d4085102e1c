using System.Collections.Immutable;

namespace DmDelegation.Protocol;

/// <summary>
/// From tokens to messages, for every coding. Tolerant of order, of unknown elements and of those that DM does not use (REP-018, REP-021);
/// an element that may stand once is refused when it stands twice: readers that choose differently are how a check is bypassed.
/// </summary>
internal sealed partial class MessageReader(ITokenReader tokens, MessageLimits limits)
{
    private readonly List<ItemData> _data = [];
    private MessageFault? _fault;
    private bool _inCommand;

    public SyncMLMessage Read()
    {
        try
        {
            return ReadMessage();
        }
        catch
        {
            // Nobody gets these values, so nobody else would overwrite them (DEL-188).
            _data.ForEach(data => data.Zero());
            throw;
        }
    }

    // SyncML (SyncHdr, SyncBody)
    private SyncMLMessage ReadMessage()
    {
        SyncHdr? header = null;
        (ImmutableArray<Command> Commands, bool Final)? body = null;
        tokens.ReadRoot();
        while (tokens.NextChild())
        {
            switch (tokens.Name)
            {
                case Tag.SyncHdr: header = Once(header, ReadSyncHdr()); break;
                case Tag.SyncBody: body = Once(body, ReadSyncBody()); break;
                default: tokens.Skip(); break;
            }
        }
        tokens.ReadEnd();
        if (header is null || body is null)
            throw Fail(MessageFault.MissingElement, header is null ? Tag.SyncHdr : Tag.SyncBody);
        return new SyncMLMessage(header, body.Value.Commands, body.Value.Final);
    }

    // SyncHdr (VerDTD, VerProto, SessionID, MsgID, Target, Source, RespURI?, NoResp?, Cred?, Meta?)
    private SyncHdr ReadSyncHdr()
    {
        string? verDTD = null, verProto = null, sessionID = null, respURI = null;
        long? msgID = null;
        Location? target = null, source = null;
        Cred? cred = null;
        MetaInfo? meta = null;
        while (tokens.NextChild())
        {
            switch (tokens.Name)
            {
                case Tag.VerDTD: verDTD = Once(verDTD, ReadText()); break;
                case Tag.VerProto: verProto = Once(verProto, ReadText()); break;
                case Tag.SessionID: sessionID = Once(sessionID, ReadText()); break;
                case Tag.MsgID: msgID = Once(msgID, ReadNumber(1, int.MaxValue)); break;
                case Tag.Target: target = Once(target, ReadLocation()); break;
                case Tag.Source: source = Once(source, ReadLocation()); break;
                case Tag.RespURI: respURI = Once(respURI, ReadUri()); break;
                case Tag.Cred: cred = Once(cred, ReadCred()); break;
                case Tag.Meta: meta = Once(meta, ReadMeta()); break;
                default: tokens.Skip(); break;
            }
        }
        return new SyncHdr
        {
            VerDTD = Required(verDTD, Tag.VerDTD),
            VerProto = Required(verProto, Tag.VerProto),
            SessionID = Required(sessionID, Tag.SessionID),
            MsgID = (int)(msgID ?? throw Fail(MessageFault.MissingElement, Tag.MsgID)),
            Target = target ?? throw Fail(MessageFault.MissingElement, Tag.Target),
            Source = source ?? throw Fail(MessageFault.MissingElement, Tag.Source),
            RespURI = respURI,
            Cred = cred,
            Meta = meta,
        };
    }

    // SyncBody (command+, Final?); none at all is legal to receive (PRO-050).
    private (ImmutableArray<Command> Commands, bool Final) ReadSyncBody()
    {
        var commands = ImmutableArray.CreateBuilder<Command>();
        var final = false;
        while (tokens.NextChild())
        {
            switch (tokens.Name)
            {
                case Tag.Final:
                    final = true;
                    tokens.Skip();
                    break;
                case "": tokens.Skip(); break;
                default: commands.Add(ReadCommand()); break;
            }
        }
        return (commands.ToImmutable(), final);
    }

    private string ReadText() => ReadText(limits.MaxTextChars, MessageFault.TextTooLong);

    private string ReadUri() => ReadText(limits.MaxLocUriChars, MessageFault.UriTooLong);

    private string ReadText(int maxChars, MessageFault tooLong)
    {
        var text = tokens.ReadText(maxChars);
        if (text is null)
            Note(tooLong);
        return text ?? "";
    }

    private long ReadNumber(long min, long max)
    {
        if (!Numbers.TryDecimal(ReadText(), max, out var number) || number < min)
            Note(MessageFault.BadNumber);
        return number;
    }

    private T Once<T>(T? before, T now) where T : class
    {
        if (before is not null)
            Note(MessageFault.DuplicateElement);
        return now;
    }

    private T Once<T>(T? before, T now) where T : struct
    {
        if (before is not null)
            Note(MessageFault.DuplicateElement);
        return now;
    }

    private string Required(string? text, string name)
    {
        if (text is null)
            Note(MessageFault.MissingElement, name);
        return text ?? "";
    }

    // Within a command the fault is the command's own and reading goes on behind it (AMB-020); elsewhere the message is of no use.
    private void Note(MessageFault fault, string? name = null)
    {
        if (!_inCommand)
            throw Fail(fault, name);
        _fault ??= fault;
    }

    private MessageFormatException Fail(MessageFault fault, string? name = null) =>
        new(fault, name is null ? tokens.Position : $"{tokens.Position} ({name})");
}
