using System.Security.Cryptography;

namespace DmDelegation.Engine.Ports;

/// <summary>
/// A secret in a pinned buffer of our own: the runtime neither moves nor copies it, and it is overwritten on disposal (DEL-188).
/// </summary>
public sealed class SecretBuffer : IDisposable
{
    private readonly byte[] _octets;
    private bool _disposed;

    /// <summary>A buffer of <paramref name="length"/> zero octets.</summary>
    public SecretBuffer(int length) => _octets = GC.AllocateUninitializedArray<byte>(length, pinned: true);

    /// <summary>The secret. Throws <see cref="ObjectDisposedException"/> after disposal.</summary>
    public Span<byte> Octets
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _octets;
        }
    }

    /// <summary>Number of octets.</summary>
    public int Length => _octets.Length;

    /// <summary>A buffer that holds a copy of <paramref name="source"/>; the caller overwrites the source.</summary>
    public static SecretBuffer CopyOf(ReadOnlySpan<byte> source)
    {
        var buffer = new SecretBuffer(source.Length);
        source.CopyTo(buffer._octets);
        return buffer;
    }

    /// <summary>Overwrites the secret.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_octets);
        _disposed = true;
    }
}
