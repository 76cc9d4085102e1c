using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>A secret a test looks for and must not hold in the clear itself: pinned and masked.</summary>
public sealed class Masked
{
    private const byte Mask = 0xA5;
    private readonly byte[] _octets;

    private Masked(string name, int length)
    {
        Name = name;
        _octets = GC.AllocateArray<byte>(length, pinned: true);
    }

    public string Name { get; }

    public int Length => _octets.Length;

    public static Masked Of(string name, ReadOnlySpan<byte> secret)
    {
        var masked = new Masked(name, secret.Length);
        for (var i = 0; i < secret.Length; i++)
        {
            masked._octets[i] = (byte)(secret[i] ^ Mask);
        }

        return masked;
    }

    /// <summary>32 random octets nobody has seen in the clear but this method.</summary>
    public static Masked Random()
    {
        var buffer = GC.AllocateArray<byte>(32, pinned: true);
        RandomNumberGenerator.Fill(buffer);
        var masked = Of("random", buffer);
        CryptographicOperations.ZeroMemory(buffer);
        return masked;
    }

    /// <summary>The secret in its spellings: octets, base64 and hexadecimal text, each of these as UTF-8 and as UTF-16.</summary>
    public IEnumerable<Masked> Spellings()
    {
        yield return this;
        foreach (var (spelling, length) in new[] { ("base64", Base64.GetMaxEncodedToUtf8Length(Length)), ("hex", Length * 2), ("HEX", Length * 2) })
        {
            var text = GC.AllocateArray<byte>(length, pinned: true);
            Reveal(secret => Spell(spelling, secret, text));
            yield return Of($"{Name} as {spelling}", text);
            yield return Wide($"{Name} as {spelling} in UTF-16", text);
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>Text in its two encodings.</summary>
    public static IEnumerable<Masked> OfText(string name, byte[] ascii)
    {
        yield return Of(name, ascii);
        yield return Wide(name + " in UTF-16", ascii);
    }

    /// <summary>Hands the secret out for one call, in a buffer that is overwritten afterwards.</summary>
    public void Reveal(Action<byte[]> use)
    {
        var buffer = GC.AllocateArray<byte>(Length, pinned: true);
        for (var i = 0; i < buffer.Length; i++)
        {
            buffer[i] = (byte)(_octets[i] ^ Mask);
        }

        use(buffer);
        CryptographicOperations.ZeroMemory(buffer);
    }

    /// <summary>Whether the octets occur.</summary>
    public bool IsIn(ReadOnlySpan<byte> octets)
    {
        Span<byte> start = [(byte)(_octets[0] ^ Mask), (byte)(_octets[1] ^ Mask), (byte)(_octets[2] ^ Mask), (byte)(_octets[3] ^ Mask)];
        for (var rest = octets; rest.IndexOf(start) is >= 0 and var at; rest = rest[(at + 1)..])
        {
            if (Follows(rest[at..]))
            {
                return true;
            }
        }

        return false;
    }

    private bool Follows(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < Length)
        {
            return false;
        }

        for (var i = 0; i < Length; i++)
        {
            if ((octets[i] ^ Mask) != _octets[i])
            {
                return false;
            }
        }

        return true;
    }

    private static Masked Wide(string name, ReadOnlySpan<byte> ascii)
    {
        var masked = new Masked(name, ascii.Length * 2);
        masked._octets.AsSpan().Fill(Mask);
        for (var i = 0; i < ascii.Length; i++)
        {
            masked._octets[2 * i] = (byte)(ascii[i] ^ Mask);
        }

        return masked;
    }

    private static void Spell(string spelling, byte[] secret, byte[] text)
    {
        if (spelling == "base64")
        {
            Base64.EncodeToUtf8(secret, text, out _, out _);
            return;
        }

        for (var i = 0; i < secret.Length; i++)
        {
            text[2 * i] = Digit(secret[i] >> 4, spelling == "HEX");
            text[(2 * i) + 1] = Digit(secret[i] & 15, spelling == "HEX");
        }
    }

    private static byte Digit(int value, bool upper) => (byte)(value < 10 ? '0' + value : (upper ? 'A' : 'a') + value - 10);
}

/// <summary>All memory of a process that can be written, whoever holds it: managed heaps, stacks, native heaps.</summary>
public static class ProcessMemory
{
    private const int Window = 1 << 20;
    private const int Overlap = 256;

    /// <summary>Names of those secrets that are somewhere in this process.</summary>
    public static IReadOnlyList<string> Find(IEnumerable<Masked> secrets) => [.. Find(secrets, "self").Select(found => found.Name).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The secrets found in a process, by its number, and what the memory is that they are in.</summary>
    public static IReadOnlyList<(string Name, string Region)> Find(IEnumerable<Masked> secrets, string process)
    {
        var wanted = secrets.ToList();
        var found = new HashSet<(string, string)>();
        // A secret that is found passes through this buffer, and it is one that was there before.
        var window = GC.AllocateArray<byte>(Window + Overlap, pinned: true);
        using var memory = File.OpenHandle($"/proc/{process}/mem");
        foreach (var (from, to, name) in Regions(process))
        {
            for (var at = from; at < to; at += Window)
            {
                var length = (int)Math.Min(to - at, window.Length);
                if (!TryRead(memory, window.AsSpan(0, length), at, out var read))
                {
                    break;
                }

                foreach (var secret in wanted.Where(secret => secret.IsIn(window.AsSpan(0, read))))
                {
                    found.Add((secret.Name, name));
                }
            }
        }

        CryptographicOperations.ZeroMemory(window);
        return [.. found];
    }

    private static bool TryRead(Microsoft.Win32.SafeHandles.SafeFileHandle memory, Span<byte> window, long at, out int read)
    {
        try
        {
            read = RandomAccess.Read(memory, window, at);
            return read > 0;
        }
        catch (IOException)
        {
            read = 0; // a page of the region that is not there
            return false;
        }
    }

    private static List<(long From, long To, string Name)> Regions(string process)
    {
        var regions = new List<(long, long, string)>();
        foreach (var line in File.ReadAllLines($"/proc/{process}/maps"))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[1].StartsWith("rw", StringComparison.Ordinal))
            {
                var bounds = fields[0].Split('-');
                regions.Add((long.Parse(bounds[0], NumberStyles.HexNumber), long.Parse(bounds[1], NumberStyles.HexNumber), fields.Length > 5 ? fields[5] : "anonymous"));
            }
        }

        return regions;
    }
}
