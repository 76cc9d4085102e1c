using System.Collections.Immutable;

namespace DmDelegation.Protocol;

// Children of SyncBody, Sequence and Atomic.
internal sealed partial class MessageReader
{
    private int _commands;

    private Command ReadCommand()
    {
        if (++_commands > limits.MaxCommands)
            throw Fail(MessageFault.TooManyCommands);

        var (outerFault, outerInCommand) = (_fault, _inCommand);
        (_fault, _inCommand) = (null, true);
        var command = ReadCommandByName(tokens.Name);
        if (_fault is { } fault)
        {
            command.Zero();
            command = new UnknownCommand(command.CmdID, command.Name, fault);
        }
        (_fault, _inCommand) = (outerFault, outerInCommand);
        return command;
    }

    private Command ReadCommandByName(string name) => name switch
    {
        nameof(Add) or nameof(Replace) or nameof(Delete) or nameof(Get) or nameof(Copy) or nameof(Exec) or nameof(Alert) => ReadItemCommand(name),
        nameof(Atomic) or nameof(Sequence) => ReadContainer(name),
        nameof(Status) => ReadStatus(),
        nameof(Results) => ReadResults(),
        _ => ReadUnknown(name),
    };

    // Add, Replace, Delete, Get, Copy (CmdID, Meta?, Item+)  Exec (CmdID, Meta?, Correlator?, Item)  Alert (CmdID, Data?, Correlator?, Item*)
    private ItemCommand ReadItemCommand(string name)
    {
        string? cmdID = null, data = null, correlator = null;
        MetaInfo? meta = null;
        var items = ImmutableArray.CreateBuilder<Item>();
        while (tokens.NextChild())
        {
            switch (tokens.Name)
            {
                case Tag.CmdID: cmdID = Once(cmdID, ReadText()); break;
                case Tag.Meta: meta = Once(meta, ReadMeta()); break;
                case Tag.Data when name == nameof(Alert): data = Once(data, ReadText()); break;
                case Tag.Correlator: correlator = Once(correlator, ReadText()); break;
                case Tag.Item: AddItem(items); break;
                default: tokens.Skip(); break;
            }
        }
        var id = Required(cmdID, Tag.CmdID);
        return name switch
        {
            nameof(Add) => new Add(id, meta, items.ToImmutable()),
            nameof(Replace) => new Replace(id, meta, items.ToImmutable()),
            nameof(Delete) => new Delete(id, meta, items.ToImmutable()),
            nameof(Get) => new Get(id, meta, items.ToImmutable()),
            nameof(Copy) => new Copy(id, meta, items.ToImmutable()),
            nameof(Exec) => new Exec(id, meta, correlator, items.ToImmutable()),
            _ => new Alert(id, data, correlator, items.ToImmutable()),
        };
    }

    // Atomic, Sequence (CmdID, NoResp?, Meta?, command+)
    private CommandContainer ReadContainer(string name)
    {
        string? cmdID = null;
        MetaInfo? meta = null;
        var commands = ImmutableArray.CreateBuilder<Command>();
        while (tokens.NextChild())
        {
            switch (tokens.Name)
            {
                case Tag.CmdID: cmdID = Once(cmdID, ReadText()); break;
                case Tag.Meta: meta = Once(meta, ReadMeta()); break;
                case Tag.NoResp or "": tokens.Skip(); break;
                default: commands.Add(ReadCommand()); break;
            }
        }
        var id = Required(cmdID, Tag.CmdID);
        return name == nameof(Atomic)
            ? new Atomic(id, meta, commands.ToImmutable())
            : new Sequence(id, meta, commands.ToImmutable());
    }

    // Status (CmdID, MsgRef, CmdRef, Cmd, TargetRef*, SourceRef*, Cred?, Chal?, Data, Item*)
    private Status ReadStatus()
    {
        string? cmdID = null, msgRef = null, cmdRef = null, cmd = null;
        Cred? cred = null;
        Chal? chal = null;
        long? data = null;
        var (targetRefs, sourceRefs) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>());
        var items = ImmutableArray.CreateBuilder<Item>();
        while (tokens.NextChild())
        {
            switch (tokens.Name)
            {
                case Tag.CmdID: cmdID = Once(cmdID, ReadText()); break;
                case Tag.MsgRef: msgRef = Once(msgRef, ReadText()); break;
                case Tag.CmdRef: cmdRef = Once(cmdRef, ReadText()); break;
                case Tag.Cmd: cmd = Once(cmd, ReadText()); break;
                case Tag.TargetRef: AddRef(targetRefs); break;
                case Tag.SourceRef: AddRef(sourceRefs); break;
                case Tag.Cred: cred = Once(cred, ReadCred()); break;
                case Tag.Chal: chal = Once(chal, ReadChal()); break;
                case Tag.Data: data = Once(data, ReadNumber(LowestCode, HighestCode)); break;
                case Tag.Item: AddItem(items); break;
                default: tokens.Skip(); break;
            }
        }
        if (data is null)
            Note(MessageFault.MissingElement, Tag.Data);
        // AMB-031: published examples leave out CmdID, and CmdRef of the SyncHdr.
        if (cmd == Status.SyncHdrCmd)
            cmdRef ??= "0";
        return new Status(
            cmdID ?? "", Required(msgRef, Tag.MsgRef), Required(cmdRef, Tag.CmdRef), Required(cmd, Tag.Cmd),
            targetRefs.ToImmutable(), sourceRefs.ToImmutable(), cred, chal, (int)(data ?? 0), items.ToImmutable());
    }

    // A code has three digits; unknown ones are for the engine (STA-015).
    private const int LowestCode = 100;
    private const int HighestCode = 999;

    // Results (CmdID, MsgRef?, CmdRef, Meta?, TargetRef?, SourceRef?, Item+)
    private Results ReadResults()
    {
        string? cmdID = null, msgRef = null, cmdRef = null, targetRef = null, sourceRef = null;
        MetaInfo? meta = null;
        var items = ImmutableArray.CreateBuilder<Item>();
        while (tokens.NextChild())
        {
            switch (tokens.Name)
            {
                case Tag.CmdID: cmdID = Once(cmdID, ReadText()); break;
                case Tag.MsgRef: msgRef = Once(msgRef, ReadText()); break;
                case Tag.CmdRef: cmdRef = Once(cmdRef, ReadText()); break;
                case Tag.Meta: meta = Once(meta, ReadMeta()); break;
                case Tag.TargetRef: targetRef = Once(targetRef, ReadUri()); break;
                case Tag.SourceRef: sourceRef = Once(sourceRef, ReadUri()); break;
                case Tag.Item: AddItem(items); break;
                default: tokens.Skip(); break;
            }
        }
        return new Results(
            Required(cmdID, Tag.CmdID), msgRef, Required(cmdRef, Tag.CmdRef), meta, targetRef, sourceRef, items.ToImmutable());
    }

    // Only the CmdID matters: the answer refers to it (AMB-020).
    private UnknownCommand ReadUnknown(string name)
    {
        string? cmdID = null;
        while (tokens.NextChild())
        {
            if (tokens.Name == Tag.CmdID)
                cmdID ??= tokens.ReadText(limits.MaxTextChars);
            else
                tokens.Skip();
        }
        return new UnknownCommand(cmdID ?? "", name.Length <= limits.MaxTextChars ? name : "");
    }

    private void AddItem(ImmutableArray<Item>.Builder items)
    {
        if (items.Count == limits.MaxItemsPerCommand)
            throw Fail(MessageFault.TooManyItems);
        items.Add(ReadItem());
    }

    private void AddRef(ImmutableArray<string>.Builder refs)
    {
        if (refs.Count == limits.MaxItemsPerCommand)
            throw Fail(MessageFault.TooManyItems);
        refs.Add(ReadUri());
    }
}
