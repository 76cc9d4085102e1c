namespace DmDelegation.Protocol;

/// <summary>From messages to tokens, for every coding; elements in the order of the DTD (protocol.md 14).</summary>
internal sealed partial class MessageWriter(ITokenWriter tokens)
{
    // SyncML (SyncHdr, SyncBody)
    public void Write(SyncMLMessage message)
    {
        tokens.StartRoot();
        WriteSyncHdr(message.Header);
        tokens.Start(Tag.SyncBody);
        foreach (var command in message.Commands)
            Write(command);
        if (message.Final)
            tokens.Empty(Tag.Final);
        tokens.End(Tag.SyncBody);
        tokens.EndRoot();
    }

    // SyncHdr (VerDTD, VerProto, SessionID, MsgID, Target, Source, RespURI?, NoResp?, Cred?, Meta?)
    private void WriteSyncHdr(SyncHdr header)
    {
        tokens.Start(Tag.SyncHdr);
        tokens.Text(Tag.VerDTD, header.VerDTD);
        tokens.Text(Tag.VerProto, header.VerProto);
        tokens.Text(Tag.SessionID, header.SessionID);
        tokens.Text(Tag.MsgID, header.MsgID.ToString());
        WriteLocation(Tag.Target, header.Target);
        WriteLocation(Tag.Source, header.Source);
        WriteText(Tag.RespURI, header.RespURI);
        WriteCred(header.Cred);
        WriteMeta(header.Meta);
        tokens.End(Tag.SyncHdr);
    }

    private void WriteText(string name, string? text)
    {
        if (text is not null)
            tokens.Text(name, text);
    }
}
