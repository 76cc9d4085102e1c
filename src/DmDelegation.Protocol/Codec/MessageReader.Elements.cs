namespace DmDelegation.Protocol;

// Elements that stand in SyncHdr and in commands.
internal sealed partial class MessageReader
{
    // Target, Source (LocURI, LocName?)
    private Location ReadLocation()
    {
        string? locURI = null, locName = null;
        while (tokens.NextChild())
        {
            switch (tokens.Name)
            {
                case Tag.LocURI: locURI = Once(locURI, ReadUri()); break;
                case Tag.LocName: locName = Once(locName, ReadText()); break;
                default: tokens.Skip(); break;
            }
        }
        return new Location(Required(locURI, Tag.LocURI), locName);
    }

    // Cred (Meta?, Data)
    private Cred ReadCred()
    {
        MetaInfo? meta = null;
        string? data = null;
        while (tokens.NextChild())
        {
            switch (tokens.Name)
            {
                case Tag.Meta: meta = Once(meta, ReadMeta()); break;
                case Tag.Data: data = Once(data, ReadText()); break;
                default: tokens.Skip(); break;
            }
        }
        return new Cred(meta, Required(data, Tag.Data));
    }

    // Chal (Meta)
    private Chal ReadChal()
    {
        MetaInfo? meta = null;
        while (tokens.NextChild())
        {
            switch (tokens.Name)
            {
                case Tag.Meta: meta = Once(meta, ReadMeta()); break;
                default: tokens.Skip(); break;
            }
        }
        if (meta is null)
            Note(MessageFault.MissingElement, Tag.Meta);
        return new Chal(meta ?? new MetaInfo());
    }

    private MetaInfo ReadMeta() => ReadMeta(new MetaInfo());

    // Meta: Format?, Type?, Mark?, Size?, NextNonce?, MaxMsgSize?, MaxObjSize?, EMI*; perhaps inside one MetInf
    private MetaInfo ReadMeta(MetaInfo meta)
    {
        while (tokens.NextChild())
        {
            switch (tokens.Name)
            {
                case Tag.MetInf: meta = ReadMeta(meta); break;
                case Tag.Format: meta = meta with { Format = Once(meta.Format, ReadText()) }; break;
                case Tag.Type: meta = meta with { Type = Once(meta.Type, ReadText()) }; break;
                case Tag.Mark: meta = meta with { Mark = Once(meta.Mark, ReadText()) }; break;
                case Tag.Size: meta = meta with { Size = Once(meta.Size, ReadSize()) }; break;
                case Tag.NextNonce: meta = meta with { NextNonce = Once(meta.NextNonce, ReadText()) }; break;
                case Tag.MaxMsgSize: meta = meta with { MaxMsgSize = Once(meta.MaxMsgSize, ReadSize()) }; break;
                case Tag.MaxObjSize: meta = meta with { MaxObjSize = Once(meta.MaxObjSize, ReadSize()) }; break;
                default: tokens.Skip(); break;
            }
        }
        return meta;
    }

    private long ReadSize() => ReadNumber(0, long.MaxValue);

    // Item (Target?, Source?, SourceParent?, TargetParent?, Meta?, Data?, MoreData?)
    private Item ReadItem()
    {
        Location? target = null, source = null;
        MetaInfo? meta = null;
        ItemData? data = null;
        var moreData = false;
        while (tokens.NextChild())
        {
            switch (tokens.Name)
            {
                case Tag.Target: target = Once(target, ReadLocation()); break;
                case Tag.Source: source = Once(source, ReadLocation()); break;
                case Tag.Meta: meta = Once(meta, ReadMeta()); break;
                case Tag.Data: data = Once(data, ReadData()); break;
                case Tag.MoreData:
                    moreData = true;
                    tokens.Skip();
                    break;
                default: tokens.Skip(); break;
            }
        }
        return new Item { Target = target, Source = source, Meta = meta, Data = data, MoreData = moreData };
    }

    private ItemData ReadData()
    {
        var data = tokens.ReadData(limits.MaxDataOctets);
        if (data is null)
            Note(MessageFault.DataTooLarge);
        else
            _data.Add(data);
        return data ?? ItemData.Empty;
    }
}
