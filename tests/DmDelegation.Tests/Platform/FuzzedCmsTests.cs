using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using DmDelegation.Platform.Cms;

namespace DmDelegation.Tests.Platform;

/// <summary>S-211 for CMS: what was made to break a parser is answered, not thrown, and costs memory in proportion to its size. XML has its own tests.</summary>
[TestClass]
public sealed class FuzzedCmsTests
{
    // Own choice: certificates, signature check and log of the largest vector stay far below; what is bounded is growth out of all proportion.
    private const long MaxAllocatedPerReading = 4 * 1024 * 1024;

    private const int Rounds = 1000;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "delegation");
    private static readonly DateTimeOffset Time = new(2030, 1, 1, 3, 4, 5, TimeSpan.Zero);

    private static VoucherVerifier Verifier => new(new VoucherAnchors(
        Certificates.LoadAnchors(Path.Combine(Folder, "keys", "TEST-ONLY-voucher-ca.cert.pem")), ImmutableDictionary<string, X509Certificate2Collection>.Empty));

    private static DeviceKey Device =>
        DeviceKey.Load(Path.Combine(Folder, "keys", "TEST-ONLY-device.cert.pem"), Path.Combine(Folder, "keys", "TEST-ONLY-device.key.pem"));

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void S_211_Fuzzed_CMS_is_refused_within_bounds_DEL_337(int seed)
    {
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var corpus = new[] { "vouchers", "envelopes" }.SelectMany(kind => Directory.GetFiles(Path.Combine(Folder, kind), "*.der")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        var verifier = Verifier;
        using var device = Device;
        var good = File.ReadAllBytes(Path.Combine(Folder, "vouchers", "good.der"));
        var known = corpus.Where(octets => verifier.Read(octets, "a.example", Time, true).Reason == 0).Select(octets => Convert.ToHexString(verifier.Read(octets, "a.example", Time, true).Content.Span)).ToHashSet();
        for (var round = 0; round < Rounds; round++)
        {
            var octets = Mutate(corpus, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var reading = verifier.Read(octets, "a.example", Time, timeTrusted: true);
            using var opened = device.Unwrap(octets);
            Assert.IsLessThan(MaxAllocatedPerReading, GC.GetAllocatedBytesForCurrentThread() - before, $"seed {seed}, round {round}");
            Assert.IsTrue(reading.Reason is 141 or 142 or 144 || known.Contains(Convert.ToHexString(reading.Content.Span)), $"seed {seed}, round {round}: {reading.Reason}");
        }

        Assert.AreEqual(0, verifier.Read(good, "a.example", Time, true).Reason, "it still reads what is good");
    }

    [TestMethod]
    [DataRow((byte)0x30, 3_000)]
    [DataRow((byte)0xA0, 3_000)]
    [DataRow((byte)0x24, 3_000)]
    [DataRow((byte)0x30, 10_000)]
    public void S_211_Nesting_is_refused_whatever_its_depth_DEL_337(byte tag, int depth)
    {
        byte[] indefinite = [.. Enumerable.Repeat(new byte[] { tag, 0x80 }, depth).SelectMany(pair => pair)];
        byte[] definite = [];
        for (var i = 0; i < depth && definite.Length < VoucherVerifier.MaxVoucherOctets; i++)
        {
            var head = definite.Length < 128 ? new byte[] { tag, (byte)definite.Length } : [tag, 0x82, (byte)(definite.Length >> 8), (byte)definite.Length];
            definite = [.. head, .. definite];
        }

        using var device = Device;
        foreach (var octets in new[] { indefinite, definite, [0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, .. definite.AsSpan(0, 100)] })
        {
            Assert.AreEqual(144, Verifier.Read(octets, "a.example", Time, timeTrusted: true).Reason);
            Assert.IsNull(device.Unwrap(octets));
        }
    }

    /// <summary>One to four changes: bits, octets cut out, doubled, taken from another file, and lengths that promise too much.</summary>
    private static byte[] Mutate(byte[][] corpus, Random random)
    {
        var octets = corpus[random.Next(corpus.Length)].ToList();
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(octets.Count);
            var length = Math.Min(random.Next(1, 64), octets.Count - at);
            switch (random.Next(6))
            {
                case 0: octets[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: octets[at] = (byte)random.Next(256); break;
                case 2: octets.RemoveRange(at, length); break;
                case 3: octets.InsertRange(at, octets.GetRange(at, length)); break;
                case 4: octets.InsertRange(at, corpus[random.Next(corpus.Length)].Take(length)); break;
                default: octets.InsertRange(at, [0x84, 0x7F, 0xFF, 0xFF, 0xFF]); break;
            }

            if (octets.Count == 0)
            {
                octets.Add(0);
            }
        }

        return [.. octets];
    }
}
