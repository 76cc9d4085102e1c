namespace DmDelegation.Platform.Control;

/// <summary>Lines of bounded length from a stream.</summary>
internal sealed class LineReader(Stream stream, int maxOctets)
{
    private byte[] _buffer = new byte[Math.Min(4096, maxOctets + 1)];
    private int _start;
    private int _end;

    /// <summary>The next line without its line feed; null at the end of the stream (an unfinished line counts as none).</summary>
    /// <exception cref="InvalidDataException">The line is longer than allowed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancel)
    {
        for (var searched = _start; ;)
        {
            var at = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (at >= 0)
            {
                var line = _buffer.AsMemory(_start, searched + at - _start);
                _start = searched + at + 1;
                return line;
            }

            if (_end - _start > maxOctets)
                throw new InvalidDataException($"the line is longer than {maxOctets} octets");
            MakeRoom();
            searched = _end;
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel);
            if (read == 0)
                return null;
            _end += read;
        }
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, (int)Math.Min(maxOctets + 1L, _buffer.Length * 2L));
    }
}
