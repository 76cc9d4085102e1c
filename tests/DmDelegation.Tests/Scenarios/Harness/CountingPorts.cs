using DmDelegation.Engine.Ports;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>What the engine asked of the costly ports.</summary>
public sealed class Costs
{
    public int VouchersRead { get; set; }

    public int KeysDecrypted { get; set; }

    public Dictionary<string, int> Opened { get; } = new(StringComparer.Ordinal);

    /// <summary>The ports, with a counter in front of each of the three.</summary>
    public EnginePorts Count(EnginePorts ports) => ports with
    {
        Vault = new CountingVault(ports.Vault, this),
        Vouchers = new CountingVerifier(ports.Vouchers, this),
        DeviceKey = new CountingKey(ports.DeviceKey, this),
    };

    private sealed class CountingVault(IVault inner, Costs costs) : IVault
    {
        public byte[] Seal(string name, ReadOnlySpan<byte> secret) => inner.Seal(name, secret);

        public SecretBuffer? Open(string name, ReadOnlySpan<byte> sealedOctets)
        {
            costs.Opened[name] = costs.Opened.GetValueOrDefault(name) + 1;
            return inner.Open(name, sealedOctets);
        }
    }

    private sealed class CountingVerifier(IVoucherVerifier inner, Costs costs) : IVoucherVerifier
    {
        public VoucherReading Read(ReadOnlyMemory<byte> voucher, string delegatingServer, DateTimeOffset time, bool timeTrusted)
        {
            costs.VouchersRead++;
            return inner.Read(voucher, delegatingServer, time, timeTrusted);
        }
    }

    private sealed class CountingKey(IDeviceKey inner, Costs costs) : IDeviceKey
    {
        public bool CanUnwrap => inner.CanUnwrap;

        public ReadOnlyMemory<byte> Certificate => inner.Certificate;

        public string KeyStore => inner.KeyStore;

        public SecretBuffer? Unwrap(ReadOnlyMemory<byte> envelope)
        {
            costs.KeysDecrypted++;
            return inner.Unwrap(envelope);
        }
    }
}
