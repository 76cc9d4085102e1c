using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace DmDelegation.Engine.Delegation.Keys;

/// <summary>
/// Builds the octets that are hashed: <c>L(x)</c> is the length of x as 4 octets, big-endian, followed by x (8.3). No two different
/// lists of parts give the same octets.
/// </summary>
internal sealed class LengthPrefixed
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public ReadOnlySpan<byte> Octets => _buffer.WrittenSpan;

    /// <summary>Text that is not length-prefixed: a constant label.</summary>
    public LengthPrefixed Label(string ascii)
    {
        _buffer.Write(Encoding.ASCII.GetBytes(ascii));
        return this;
    }

    /// <summary>A count, 4 octets, big-endian.</summary>
    public LengthPrefixed Count(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
        return this;
    }

    /// <summary>L(x) of raw octets; an absent leaf is empty.</summary>
    public LengthPrefixed Part(ReadOnlySpan<byte> octets)
    {
        Count(octets.Length);
        _buffer.Write(octets);
        return this;
    }

    /// <summary>L(x) of text in UTF-8.</summary>
    public LengthPrefixed Part(string text) => Part(Encoding.UTF8.GetBytes(text));
}
