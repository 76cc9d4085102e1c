using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Xml;

namespace DmDelegation.Protocol;

/// <summary>
/// Tokens from XML. The octets have had their <see cref="XmlFirstLook"/>. Namespaces are tolerated as servers send them: those of SyncML and
/// MetInf, or none, are all taken; elements of any other namespace have no name.
/// </summary>
internal sealed class XmlTokenReader : ITokenReader, IDisposable
{
    private const string SyncMLNamespace = "SYNCML:SYNCML1.";
    private const string MetInfNamespace = "syncml:metinf";

    // Own choice: characters taken from the parser at once.
    private const int ChunkChars = 1024;
    private const int MaxOctetsPerChar = 3;

    private readonly Utf8TextReader _text;
    private readonly XmlReader _xml;
    private readonly List<string> _path = [];
    private readonly OctetBuffer _content = new();
    private readonly char[] _chunk = GC.AllocateUninitializedArray<char>(ChunkChars, pinned: true);
    private readonly byte[] _chunkOctets = GC.AllocateUninitializedArray<byte>(ChunkChars * MaxOctetsPerChar, pinned: true);
    private int _maxOctets;
    private bool _tooLong;
    private bool _atStart;

    public XmlTokenReader(ReadOnlyMemory<byte> utf8)
    {
        _text = new Utf8TextReader(utf8);
        _xml = XmlReader.Create(_text, new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = utf8.Length + 1L,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        });
    }

    public string Name => _path[^1];

    public string Position => "/" + string.Join('/', _path);

    public void ReadRoot()
    {
        while (_xml.Read() && _xml.NodeType != XmlNodeType.Element)
        {
            if (_xml.NodeType == XmlNodeType.XmlDeclaration)
                CheckEncoding(_xml.GetAttribute("encoding"));
        }
        if (_xml.LocalName != Tag.SyncML)
            throw new MessageFormatException(MessageFault.WrongRoot, "root");
        if (!IsOurs(_xml.NamespaceURI))
            throw new MessageFormatException(MessageFault.WrongNamespace, "root");
        Open();
    }

    public bool NextChild()
    {
        if (_atStart && !EnterElement())
            return false;
        while (_xml.NodeType != XmlNodeType.EndElement)
        {
            if (_xml.NodeType == XmlNodeType.Element)
            {
                Open();
                return true;
            }
            _xml.Read();
        }
        Close();
        return false;
    }

    public string? ReadText(int maxChars)
    {
        ReadContent(maxChars > int.MaxValue / MaxOctetsPerChar ? int.MaxValue : maxChars * MaxOctetsPerChar, keepMarkup: false);
        if (_tooLong)
            return null;
        var text = Encoding.UTF8.GetString(_content.Written.Trim(" \t\r\n"u8));
        return text.Length <= maxChars ? text : null;
    }

    public ItemData? ReadData(int maxOctets)
    {
        ReadContent(maxOctets, keepMarkup: true);
        return _tooLong ? null : ItemData.FromOctets(_content.Written);
    }

    public void Skip()
    {
        _atStart = false;
        _xml.Skip();
        _path.RemoveAt(_path.Count - 1);
    }

    public void ReadEnd()
    {
        while (!_xml.EOF)
            _xml.Read();
    }

    public void Dispose()
    {
        _xml.Dispose();
        _text.Dispose();
        _content.Dispose();
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_chunk.AsSpan()));
        CryptographicOperations.ZeroMemory(_chunkOctets);
    }

    // PRO-029: older versions of SyncML are answered with 505 by their VerDTD, so their namespaces are read.
    private static bool IsOurs(string ns) =>
        ns.Length == 0 || ns.StartsWith(SyncMLNamespace, StringComparison.OrdinalIgnoreCase) || ns == MetInfNamespace;

    private static void CheckEncoding(string? encoding)
    {
        if (encoding?.ToLowerInvariant() is not (null or "utf-8" or "us-ascii"))
            throw new MessageFormatException(MessageFault.BadEncoding, "XML declaration");
    }

    private void Open()
    {
        _path.Add(IsOurs(_xml.NamespaceURI) ? _xml.LocalName : "");
        _atStart = true;
    }

    // True when the element has content to read; an empty one is closed at once.
    private bool EnterElement()
    {
        _atStart = false;
        if (_xml.IsEmptyElement)
        {
            Close();
            return false;
        }
        _xml.Read();
        return true;
    }

    private void Close()
    {
        _xml.Read();
        _path.RemoveAt(_path.Count - 1);
    }

    private void ReadContent(int maxOctets, bool keepMarkup)
    {
        _content.Clear();
        (_maxOctets, _tooLong) = (maxOctets, false);
        if (!EnterElement())
            return;
        var escape = false;
        while (_xml.NodeType != XmlNodeType.EndElement)
        {
            if (_xml.NodeType != XmlNodeType.Element)
            {
                AppendNode(escape);
                _xml.Read();
            }
            else if (keepMarkup)
            {
                if (!escape)
                    EscapeContent();
                escape = true;
                AppendElement();
            }
            else
            {
                _xml.Skip();
            }
        }
        Close();
    }

    // Text that came before the first element was taken as a value; now that it is a part of markup it is written as such.
    private void EscapeContent()
    {
        using var plain = new OctetBuffer();
        plain.Append(_content.Written);
        _content.Clear();
        XmlCharacters.AppendEscaped(_content, plain.Written);
    }

    // Text, CDATA and white space; in chunks, never as a string (DEL-188).
    private void AppendNode(bool escape, bool inAttribute = false)
    {
        if (!_xml.HasValue)
            return;
        var kept = 0;
        for (int count; (count = _xml.ReadValueChunk(_chunk, kept, ChunkChars - kept)) > 0;)
        {
            count += kept;
            // A pair that the end of the chunk cuts in two is completed by the next chunk.
            kept = char.IsHighSurrogate(_chunk[count - 1]) ? 1 : 0;
            var octets = Encoding.UTF8.GetBytes(_chunk.AsSpan(0, count - kept), _chunkOctets);
            Append(_chunkOctets.AsSpan(0, octets), escape, inAttribute);
            if (kept == 1)
                _chunk[0] = _chunk[count - 1];
        }
    }

    // An element within Data as it was written: same names, prefixes and attributes. Prefixes bound outside Data are not bound again.
    private void AppendElement()
    {
        var depth = 0;
        do
        {
            switch (_xml.NodeType)
            {
                case XmlNodeType.Element:
                    depth += AppendStartTag() ? 1 : 0;
                    break;
                case XmlNodeType.EndElement:
                    AppendMarkup($"</{_xml.Name}>");
                    depth--;
                    break;
                default:
                    AppendNode(escape: true);
                    break;
            }
            _xml.Read();
        }
        while (depth > 0);
    }

    private bool AppendStartTag()
    {
        var isEmpty = _xml.IsEmptyElement;
        AppendMarkup($"<{_xml.Name}");
        while (_xml.MoveToNextAttribute())
        {
            AppendMarkup($" {_xml.Name}=\"");
            AppendNode(escape: true, inAttribute: true);
            AppendMarkup("\"");
        }
        _xml.MoveToElement();
        AppendMarkup(isEmpty ? "/>" : ">");
        return !isEmpty;
    }

    private void AppendMarkup(string markup) => Append(Encoding.UTF8.GetBytes(markup), escape: false, inAttribute: false);

    private void Append(ReadOnlySpan<byte> octets, bool escape, bool inAttribute)
    {
        if (_tooLong || _content.Length + (long)octets.Length > _maxOctets)
            _tooLong = true;
        else if (escape)
            XmlCharacters.AppendEscaped(_content, octets, inAttribute);
        else
            _content.Append(octets);
        _tooLong |= _content.Length > _maxOctets;
    }
}
