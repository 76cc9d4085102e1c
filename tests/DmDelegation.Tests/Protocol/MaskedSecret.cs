using System.Globalization;
using System.Security.Cryptography;

namespace DmDelegation.Tests.Protocol;

/// <summary>Random letters that are only kept under a mask, and a search for them in the memory of this process.</summary>
internal sealed class MaskedSecret : IDisposable
{
    private const byte Mask = 0x80;
    private const int ProbeLength = 24;
    private readonly byte[] _masked;

    public MaskedSecret(int length)
    {
        _masked = GC.AllocateArray<byte>(length, pinned: true);
        for (var i = 0; i < length; i++)
            _masked[i] = (byte)(('a' + RandomNumberGenerator.GetInt32(26)) | Mask);
    }

    public int Length => _masked.Length;

    public void CopyTo(Span<byte> target)
    {
        for (var i = 0; i < _masked.Length; i++)
            target[i] = (byte)(_masked[i] & ~Mask);
    }

    /// <summary>Occurrences of any aligned piece of the secret, as UTF-8 or UTF-16, in writable memory.</summary>
    public int CountInMemory()
    {
        var found = 0;
        using var memory = File.OpenHandle("/proc/self/mem");
        var window = GC.AllocateArray<byte>(1 << 20, pinned: true);
        foreach (var (from, to) in WritableRanges())
        {
            for (var at = from; at < to; at += window.Length - (2 * ProbeLength))
            {
                var wanted = (int)Math.Min(window.Length, to - at);
                int read;
                try
                {
                    read = RandomAccess.Read(memory, window.AsSpan(0, wanted), at);
                }
                catch (IOException)
                {
                    break;
                }
                found += Count(window.AsSpan(0, read), 1) + Count(window.AsSpan(0, read), 2);
                CryptographicOperations.ZeroMemory(window);
            }
        }
        return found;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_masked);

    private int Count(ReadOnlySpan<byte> memory, int step)
    {
        var found = 0;
        // The first and the last piece: a buffer may have been overwritten in part.
        foreach (var start in new[] { 0, _masked.Length - ProbeLength })
        {
            var first = (byte)(_masked[start] & ~Mask);
            for (var at = 0; at + (ProbeLength * step) <= memory.Length; at++)
            {
                var skip = memory[at..].IndexOf(first);
                if (skip < 0)
                    break;
                at += skip;
                if (at + (ProbeLength * step) <= memory.Length && Matches(memory[at..], start, step))
                    found++;
            }
        }
        return found;
    }

    private bool Matches(ReadOnlySpan<byte> memory, int start, int step)
    {
        for (var i = 0; i < ProbeLength; i++)
        {
            if (memory[i * step] != (_masked[start + i] & ~Mask) || (step == 2 && memory[(i * 2) + 1] != 0))
                return false;
        }
        return true;
    }

    private static IEnumerable<(long From, long To)> WritableRanges()
    {
        foreach (var line in File.ReadAllLines("/proc/self/maps"))
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!parts[1].StartsWith("rw", StringComparison.Ordinal) || line.Contains("[v", StringComparison.Ordinal))
                continue;
            var ends = parts[0].Split('-');
            yield return (long.Parse(ends[0], NumberStyles.HexNumber), long.Parse(ends[1], NumberStyles.HexNumber));
        }
    }
}
