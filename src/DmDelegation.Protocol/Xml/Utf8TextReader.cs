using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Unicode;

namespace DmDelegation.Protocol;

/// <summary>
/// Feeds valid UTF-8 to the XML parser straight into the parser's own character buffers, remembers these, and overwrites them at the end:
/// the parser would leave what it read in them (DEL-188).
/// </summary>
internal sealed class Utf8TextReader(ReadOnlyMemory<byte> utf8) : TextReader
{
    private readonly List<char[]> _lent = [];
    private ReadOnlyMemory<byte> _rest = utf8;
    private char? _lowSurrogate;

    public override int Read(char[] buffer, int index, int count)
    {
        if (_lent.Count == 0 || !ReferenceEquals(_lent[^1], buffer))
            _lent.Add(buffer);
        return Read(buffer.AsSpan(index, count));
    }

    public override int Read(Span<char> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        if (_lowSurrogate is { } low)
        {
            buffer[0] = low;
            _lowSurrogate = null;
            return 1;
        }
        Utf8.ToUtf16(_rest.Span, buffer, out var read, out var written);
        _rest = _rest[read..];
        return written == 0 && !_rest.IsEmpty ? SplitPair(buffer) : written;
    }

    public override int Peek() => throw new NotSupportedException();

    public override int Read() => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        foreach (var buffer in _lent)
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(buffer.AsSpan()));
        base.Dispose(disposing);
    }

    // A surrogate pair does not fit into one place; returning 0 would mean the end.
    private int SplitPair(Span<char> buffer)
    {
        System.Text.Rune.DecodeFromUtf8(_rest.Span, out var rune, out var length);
        _rest = _rest[length..];
        Span<char> pair = stackalloc char[2];
        rune.EncodeToUtf16(pair);
        (buffer[0], _lowSurrogate) = (pair[0], pair[1]);
        return 1;
    }
}
