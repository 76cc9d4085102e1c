using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace DmDelegation.ServerStub.Keys;

/// <summary>Writes L(x) of delegation.md 8.3: the length as 4 octets, big-endian, then the octets.</summary>
internal static class LengthPrefix
{
    public static MemoryStream Raw(this MemoryStream stream, ReadOnlySpan<byte> octets)
    {
        stream.Write(octets);
        return stream;
    }

    public static MemoryStream Count(this MemoryStream stream, int count)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, count);
        return stream.Raw(length);
    }

    public static MemoryStream L(this MemoryStream stream, ReadOnlySpan<byte> octets) => stream.Count(octets.Length).Raw(octets);

    // An absent leaf has length 0 (8.3).
    public static MemoryStream L(this MemoryStream stream, string? text) => stream.L(Encoding.UTF8.GetBytes(text ?? ""));

    public static string? Decimal(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
