using System.Collections.Immutable;

namespace DmDelegation.Protocol;

// Elements that stand in SyncHdr and in commands.
internal sealed partial class MessageWriter
{
    // Target, Source (LocURI, LocName?)
    private void WriteLocation(string name, Location? location)
    {
        if (location is null)
            return;
        tokens.Start(name);
        tokens.Text(Tag.LocURI, location.LocURI);
        WriteText(Tag.LocName, location.LocName);
        tokens.End(name);
    }

    // Cred (Meta?, Data)
    private void WriteCred(Cred? cred)
    {
        if (cred is null)
            return;
        tokens.Start(Tag.Cred);
        WriteMeta(cred.Meta);
        tokens.Text(Tag.Data, cred.Data);
        tokens.End(Tag.Cred);
    }

    // Chal (Meta)
    private void WriteChal(Chal? chal)
    {
        if (chal is null)
            return;
        tokens.Start(Tag.Chal);
        WriteMeta(chal.Meta);
        tokens.End(Tag.Chal);
    }

    // Meta: Format?, Type?, Mark?, Size?, NextNonce?, MaxMsgSize?, MaxObjSize?
    private void WriteMeta(MetaInfo? meta)
    {
        if (meta is null)
            return;
        tokens.Start(Tag.Meta);
        WriteMetaText(Tag.Format, meta.Format);
        WriteMetaText(Tag.Type, meta.Type);
        WriteMetaText(Tag.Mark, meta.Mark);
        WriteMetaText(Tag.Size, meta.Size?.ToString());
        WriteMetaText(Tag.NextNonce, meta.NextNonce);
        WriteMetaText(Tag.MaxMsgSize, meta.MaxMsgSize?.ToString());
        WriteMetaText(Tag.MaxObjSize, meta.MaxObjSize?.ToString());
        tokens.End(Tag.Meta);
    }

    private void WriteMetaText(string name, string? text)
    {
        if (text is not null)
            tokens.MetaText(name, text);
    }

    private void WriteItems(ImmutableArray<Item> items)
    {
        foreach (var item in items)
            WriteItem(item);
    }

    // Item (Target?, Source?, Meta?, Data?, MoreData?)
    private void WriteItem(Item item)
    {
        tokens.Start(Tag.Item);
        WriteLocation(Tag.Target, item.Target);
        WriteLocation(Tag.Source, item.Source);
        WriteMeta(item.Meta);
        if (item.Data is not null)
            tokens.Data(item.Data.Octets.Span);
        if (item.MoreData)
            tokens.Empty(Tag.MoreData);
        tokens.End(Tag.Item);
    }
}
