using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace DmDelegation.Protocol;

/// <summary>Tokens as XML: UTF-8 with declaration, no BOM, no indentation.</summary>
internal sealed class XmlTokenWriter(OctetBuffer output) : ITokenWriter
{
    // Characters of a text become at most three octets each in UTF-8.
    private const int MaxOctetsPerChar = 3;

    private static readonly byte[] RootStart = [.. """<?xml version="1.0" encoding="UTF-8"?><SyncML xmlns="SYNCML:SYNCML1.2">"""u8];

    public void StartRoot() => output.Append(RootStart);

    public void EndRoot() => output.Append("</SyncML>"u8);

    public void Start(string name) => Append("<"u8, name, ">"u8);

    public void End(string name) => Append("</"u8, name, ">"u8);

    public void Empty(string name) => Append("<"u8, name, "/>"u8);

    public void Text(string name, string text)
    {
        Append("<"u8, name, ">"u8);
        AppendText(name, text);
        End(name);
    }

    public void MetaText(string name, string text)
    {
        Append("<"u8, name, " xmlns=\"syncml:metinf\">"u8);
        AppendText(name, text);
        End(name);
    }

    public void Data(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
        {
            Empty(Tag.Data);
            return;
        }
        if (!Utf8.IsValid(octets) || XmlCharacters.HasForbidden(octets))
            throw new MessageFormatException(MessageFault.NotXmlText, Tag.Data);
        Start(Tag.Data);
        XmlCharacters.AppendEscaped(output, octets);
        End(Tag.Data);
    }

    // Names are ours and ASCII.
    private void Append(ReadOnlySpan<byte> before, string name, ReadOnlySpan<byte> after)
    {
        output.Append(before);
        output.Advance(Encoding.ASCII.GetBytes(name, output.Reserve(name.Length)));
        output.Append(after);
    }

    private void AppendText(string name, string text)
    {
        var room = output.Reserve(MaxOctetsPerChar * text.Length);
        var status = Utf8.FromUtf16(text, room, out _, out var count, replaceInvalidSequences: false);
        var utf8 = room[..count];
        if (status != OperationStatus.Done || XmlCharacters.HasForbidden(utf8))
            throw new MessageFormatException(MessageFault.NotXmlText, name);
        if (XmlCharacters.NeedsEscape(utf8))
            XmlCharacters.AppendEscaped(output, utf8.ToArray());
        else
            output.Advance(count);
    }
}
