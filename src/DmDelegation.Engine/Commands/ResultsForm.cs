using System.Buffers.Text;
using System.Collections.Immutable;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Commands;

/// <summary>How values go on the wire: in Results, and in the DevInfo of package 1 (PRO-007).</summary>
internal static class ResultsForm
{
    /// <summary>Room for one Results in one message, and MaxObjSize of the server; null = no limit.</summary>
    public readonly record struct Room(long? Message, long? Object);

    /// <summary>The Results of one Item of a Get; null if the server cannot take them, whatever else is in the message: 413 (REP-083).</summary>
    /// <param name="get">Its CmdID and the MsgID of its message.</param>
    /// <param name="asked">The URI as the server wrote it (PRO-064).</param>
    /// <param name="items">What was read.</param>
    public static IReadOnlyList<Results>? Of((string MsgRef, string CmdRef) get, string asked, ImmutableArray<ResultItem> items, Room room)
    {
        // A list names its nodes itself; a single answer has the URI that was asked for.
        ImmutableArray<Item> wire = items is [var only] ? [WireItem(only, asked)] : [.. items.Select(item => WireItem(item, item.Uri))];
        if (wire.Any(item => item.Data?.Length > room.Object))
        {
            return null;
        }

        Results whole = new("", get.MsgRef, get.CmdRef, null, null, null, wire);
        if (Fits(whole, room))
        {
            return [whole];
        }

        // One Get may have several Results (REP-082).
        var parts = wire.Select(item => whole with { Items = [item] }).ToArray();
        return parts.All(part => Fits(part, room)) ? parts : null;
    }

    /// <summary>A value as an Item with Source; Meta only where it differs from the defaults (PRO-063).</summary>
    public static Item WireItem(ResultItem value, string uri)
    {
        if (!value.HasData)
        {
            return new Item { Source = new Location(uri), Meta = Meta(value.Format, value.Type) };
        }

        var data = ItemData.FromOctets(value.Data.Span);
        var format = FormatRules.WireFormat(value.Format, xml: true);
        if (format == Formats.B64 && value.Format == Formats.B64)
        {
            return new Item { Source = new Location(uri), Meta = Meta(format, value.Type), Data = data };
        }

        // Octets, and text that XML cannot carry, travel as base64 (TND-125, REP-084).
        if (format == Formats.B64 || !data.IsXmlText)
        {
            format = Formats.B64;
            data = ItemData.FromOctets(Base64Of(value.Data.Span));
        }

        return new Item { Source = new Location(uri), Meta = Meta(format, value.Type), Data = data };
    }

    private static MetaInfo? Meta(string format, string type)
    {
        var (formatOrNull, typeOrNull) = (format is Formats.Chr ? null : format, type is Formats.TextPlain or "" ? null : type);
        return formatOrNull is null && typeOrNull is null ? null : new MetaInfo { Format = formatOrNull, Type = typeOrNull };
    }

    private static bool Fits(Results results, Room room) => room.Message is not { } octets || SyncMLXml.Measure(results) <= octets;

    private static byte[] Base64Of(ReadOnlySpan<byte> octets)
    {
        var text = new byte[Base64.GetMaxEncodedToUtf8Length(octets.Length)];
        Base64.EncodeToUtf8(octets, text, out _, out _);
        return text;
    }
}
