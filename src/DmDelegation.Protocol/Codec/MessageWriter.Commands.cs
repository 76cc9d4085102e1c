namespace DmDelegation.Protocol;

// Children of SyncBody, Sequence and Atomic.
internal sealed partial class MessageWriter
{
    public void Write(Command command)
    {
        tokens.Start(command.Name);
        switch (command)
        {
            case Status status: WriteStatus(status); break;
            case Results results: WriteResults(results); break;
            case Alert alert: WriteAlert(alert); break;
            case ItemCommand items: WriteItemCommand(items); break;
            case CommandContainer container: WriteContainer(container); break;
            default: throw new ArgumentException("An UnknownCommand is what was received; it is answered, never sent.", nameof(command));
        }
        tokens.End(command.Name);
    }

    // Add, Replace, Delete, Get, Copy (CmdID, Meta?, Item+)  Exec (CmdID, Meta?, Correlator?, Item)
    private void WriteItemCommand(ItemCommand command)
    {
        tokens.Text(Tag.CmdID, command.CmdID);
        WriteMeta(command.Meta);
        WriteText(Tag.Correlator, (command as Exec)?.Correlator);
        WriteItems(command.Items);
    }

    // Alert (CmdID, Data?, Correlator?, Item*)
    private void WriteAlert(Alert alert)
    {
        tokens.Text(Tag.CmdID, alert.CmdID);
        WriteText(Tag.Data, alert.Data);
        WriteText(Tag.Correlator, alert.Correlator);
        WriteItems(alert.Items);
    }

    // Atomic, Sequence (CmdID, Meta?, command+)
    private void WriteContainer(CommandContainer container)
    {
        tokens.Text(Tag.CmdID, container.CmdID);
        WriteMeta(container.Meta);
        foreach (var command in container.Commands)
            Write(command);
    }

    // Status (CmdID, MsgRef, CmdRef, Cmd, TargetRef*, SourceRef*, Cred?, Chal?, Data, Item*)
    private void WriteStatus(Status status)
    {
        tokens.Text(Tag.CmdID, status.CmdID);
        tokens.Text(Tag.MsgRef, status.MsgRef);
        tokens.Text(Tag.CmdRef, status.CmdRef);
        tokens.Text(Tag.Cmd, status.Cmd);
        foreach (var targetRef in status.TargetRefs)
            tokens.Text(Tag.TargetRef, targetRef);
        foreach (var sourceRef in status.SourceRefs)
            tokens.Text(Tag.SourceRef, sourceRef);
        WriteCred(status.Cred);
        WriteChal(status.Chal);
        tokens.Text(Tag.Data, status.Data.ToString());
        WriteItems(status.Items);
    }

    // Results (CmdID, MsgRef?, CmdRef, Meta?, TargetRef?, SourceRef?, Item+)
    private void WriteResults(Results results)
    {
        tokens.Text(Tag.CmdID, results.CmdID);
        WriteText(Tag.MsgRef, results.MsgRef);
        tokens.Text(Tag.CmdRef, results.CmdRef);
        WriteMeta(results.Meta);
        WriteText(Tag.TargetRef, results.TargetRef);
        WriteText(Tag.SourceRef, results.SourceRef);
        WriteItems(results.Items);
    }
}
