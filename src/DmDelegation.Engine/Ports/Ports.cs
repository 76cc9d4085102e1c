namespace DmDelegation.Engine.Ports;

/// <summary>Source of unpredictable octets. The engine never makes its own (design 3).</summary>
public interface IRandomSource
{
    /// <summary>Fills the buffer with cryptographically strong random octets.</summary>
    void Fill(Span<byte> buffer);
}

/// <summary>
/// Seals secrets under the device key (DEL-190). What is sealed is plain data: it lives in the tree or in a record and comes and
/// goes with the commit, so there is no separate vault to keep in step (DEL-121).
/// </summary>
public interface IVault
{
    /// <summary>Seals a secret.</summary>
    /// <param name="name">Associated data: what the secret belongs to. A value moved to another name does not open (S-086).</param>
    /// <param name="secret">The octets to seal; the caller still owns and overwrites them.</param>
    byte[] Seal(string name, ReadOnlySpan<byte> secret);

    /// <summary>Opens a sealed secret; null if it does not verify under this name and device key.</summary>
    SecretBuffer? Open(string name, ReadOnlySpan<byte> sealedOctets);
}

/// <summary>What the world says of a voucher: form, signer, signature and trust (DEL-163, DEL-164); the content is compared by the engine.</summary>
/// <param name="Reason">0, or 141, 142, 144: the first check that failed, in the order form, key usage, signature, trust.</param>
/// <param name="Content">The signed JSON, empty unless <paramref name="Reason"/> is 0.</param>
/// <param name="SignatureGood">The signature verified under a trusted signer, whatever a later check says (DEL-101).</param>
public readonly record struct VoucherReading(int Reason, ReadOnlyMemory<byte> Content, bool SignatureGood);

/// <summary>Verifies vouchers: certificate chains read the world, so this is a port (design 3).</summary>
public interface IVoucherVerifier
{
    /// <summary>Reads and verifies a CMS SignedData voucher of a delegating server.</summary>
    /// <param name="voucher">DER of a ContentInfo, at most 16 KiB (DEL-086).</param>
    /// <param name="delegatingServer">A, whose anchors are used and whom the signer must name (DEL-163).</param>
    /// <param name="time">Effective time.</param>
    /// <param name="timeTrusted">Whether certificate validity is checked against it; otherwise only a signer already past its end is refused (DEL-166).</param>
    VoucherReading Read(ReadOnlyMemory<byte> voucher, string delegatingServer, DateTimeOffset time, bool timeTrusted);
}

/// <summary>The device's identity key, to which a server may encrypt the TDK (method <c>cms</c>, DEL-158).</summary>
public interface IDeviceKey
{
    /// <summary>Whether method <c>cms</c> is offered: there is an RSA identity key of at least 2048 bits.</summary>
    bool CanUnwrap { get; }

    /// <summary>DER certificate shown at <c>Cap/DeviceCert</c>; empty if <see cref="CanUnwrap"/> is false.</summary>
    ReadOnlyMemory<byte> Certificate { get; }

    /// <summary><c>hardware</c> or <c>file</c> (DEL-192).</summary>
    string KeyStore { get; }

    /// <summary>
    /// Opens an EnvelopedData after comparing algorithms, parameters, counts and length (DEL-158); null for every fault alike (DEL-159).
    /// </summary>
    SecretBuffer? Unwrap(ReadOnlyMemory<byte> envelope);
}

/// <summary>How full the storage is that holds the store.</summary>
/// <param name="TotalOctets">Its size.</param>
/// <param name="FreeOctets">What is left for the agent.</param>
public readonly record struct StorageRoom(long TotalOctets, long FreeOctets);

/// <summary>The storage that holds the store (DEL-118, DEL-343).</summary>
public interface IStorage
{
    /// <summary>How full it is now; null if nobody can tell.</summary>
    StorageRoom? Room();
}

/// <summary>All ports of the engine.</summary>
/// <param name="Random">Unpredictable octets.</param>
/// <param name="Vault">Seals and opens secrets.</param>
/// <param name="Vouchers">Verifies vouchers.</param>
/// <param name="DeviceKey">The device's identity key.</param>
/// <param name="Storage">The storage that holds the store; null: without a limit.</param>
public sealed record EnginePorts(IRandomSource Random, IVault Vault, IVoucherVerifier Vouchers, IDeviceKey DeviceKey, IStorage? Storage = null);
