using System.Security.Cryptography;
using DmDelegation.Engine.Delegation.Keys;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.Time;

namespace DmDelegation.Engine.Delegation.Start;

/// <summary>The costly checks, last: voucher (DEL-116) and key (DEL-117), in the order that gives no oracle (DEL-159).</summary>
internal sealed class KeyCheck(Work work, SessionState session, DelegationRecord record, DelegationTerms terms) : IDisposable
{
    // Opened when it is needed and not before: everything cheap comes first (6.3).
    private readonly Lazy<SecretBuffer?> _value = new(
        () => record.SealedKeyValue.IsEmpty ? null : work.Ports.Vault.Open(SecretNames.OfKeyValue(record.Id), record.SealedKeyValue.Span),
        LazyThreadSafetyMode.None);

    private VoucherReading? _reading;

    /// <summary>The voucher's signature was good, whatever failed later: its sequence number counts as accepted (DEL-101).</summary>
    public bool VoucherSigned => _reading is { SignatureGood: true };

    /// <summary>The voucher's <c>created-on</c>, if there is a voucher that verifies.</summary>
    public DateTimeOffset? VoucherTime() => ReadVoucher() is { Reason: 0 } reading ? VoucherContent.CreatedOn(reading.Content) : null;

    /// <summary>The TDK, or why there is none. The caller disposes of it.</summary>
    public (SecretBuffer? Tdk, ReasonCode? Fault) Run() => Voucher() is { } refused ? (null, refused) : Key();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_value.IsValueCreated)
        {
            _value.Value?.Dispose();
        }
    }

    /// <summary>DEL-161: needed for full, final, method cms, or where the account says so; if present it is always checked.</summary>
    private ReasonCode? Voucher()
    {
        if (ReadVoucher() is not { } reading)
        {
            var required = terms.ScopeType == ScopeType.Full || terms.DurationType == DurationType.Final || terms.KeyByCms
                || work.Options.AccountOf(record.By).VoucherRequired;
            return required ? ReasonCode.VoucherRequired : null;
        }

        if (reading.Reason != 0)
        {
            return ReasonCode.Of(reading.Reason);
        }

        return VoucherContent.Compare(reading.Content, record, work.State.Device.DevId, KeyDigest());
    }

    private VoucherReading? ReadVoucher()
    {
        if (_reading is null && record.Leaves.TryGetValue("Voucher", out var voucher))
        {
            _reading = work.Ports.Vouchers.Read(voucher.Octets, record.By, work.Time, work.Engine.Clock.Trust == ClockTrust.Trusted);
        }

        return _reading;
    }

    private byte[] KeyDigest() =>
        _value.Value is not { } value ? [] : terms.KeyByCms ? SHA256.HashData(value.Octets) : DelegationKeys.VoucherDigest(value.Octets);

    private (SecretBuffer? Tdk, ReasonCode? Fault) Key()
    {
        if (_value.Value is not { } value)
        {
            return (null, ReasonCode.KeyMissing);
        }

        if (!terms.KeyByCms && !session.ServerVerifiedByTls)
        {
            return (null, ReasonCode.KeyTransport);
        }

        var tdk = terms.KeyByCms ? Unwrap(value) : SecretBuffer.CopyOf(value.Octets);
        if (tdk is null)
        {
            return (null, ReasonCode.KeyDecrypt);
        }

        if (!DelegationKeys.IsWeak(tdk.Octets))
        {
            return (tdk, null);
        }

        tdk.Dispose();
        return (null, ReasonCode.KeyWeak);
    }

    private SecretBuffer? Unwrap(SecretBuffer value)
    {
        using var envelope = SecretBuffer.CopyOf(value.Octets);
        using var plaintext = work.Ports.DeviceKey.Unwrap(envelope.Octets.ToArray());
        return plaintext is null ? null : DelegationKeys.FromEnvelope(plaintext, record.Id, work.State.Device.DevId, terms.To);
    }
}
