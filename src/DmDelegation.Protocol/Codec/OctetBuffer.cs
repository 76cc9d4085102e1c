using System.Security.Cryptography;

namespace DmDelegation.Protocol;

/// <summary>A growing buffer for octets that may be secret: pinned, and overwritten when it is left behind (DEL-188).</summary>
internal sealed class OctetBuffer : IDisposable
{
    // Own choice: most values and many messages fit.
    private const int InitialOctets = 1024;

    private byte[] _octets = GC.AllocateUninitializedArray<byte>(InitialOctets, pinned: true);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _octets.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Room for at least this many octets; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_octets.Length - Length < count)
            Grow(checked(Length + count));
        return _octets.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Append(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(Reserve(octets.Length));
        Length += octets.Length;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_octets);

    private void Grow(int needed)
    {
        var larger = GC.AllocateUninitializedArray<byte>(Math.Max(needed, checked(2 * _octets.Length)), pinned: true);
        Written.CopyTo(larger);
        CryptographicOperations.ZeroMemory(_octets);
        _octets = larger;
    }
}
