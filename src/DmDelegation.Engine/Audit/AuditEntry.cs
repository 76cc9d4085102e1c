using System.Collections.Immutable;
using System.Security.Cryptography;
using DmDelegation.Engine.Delegation.Keys;
using DmDelegation.Engine.Time;

namespace DmDelegation.Engine.Audit;

/// <summary>
/// One entry of the audit log (DEL-400): who managed the device when. Each carries the hash of the one before it in its ring; the head
/// goes out in every alert, so that somebody besides the device holds it (DEL-404). It never holds a secret (DEL-403).
/// </summary>
/// <param name="Number">Counts within its ring, from 1.</param>
/// <param name="Time">Effective time.</param>
/// <param name="Trust">State of the clock.</param>
/// <param name="BootId">Boot in which it was written.</param>
/// <param name="DelegationId">The delegation.</param>
/// <param name="By">A.</param>
/// <param name="To">B, empty if not known.</param>
/// <param name="Server">Who brought it about: a Server Identifier, or empty for the device itself (DEL-008).</param>
/// <param name="Event">Start, T1, T2, T3, Suspended, Resumed, Login, Proof.</param>
/// <param name="Reason">Reason code (15).</param>
/// <param name="Previous">SHA-256 of the entry before; 32 zero octets for the first.</param>
public sealed record AuditEntry(
    long Number,
    DateTimeOffset Time,
    ClockTrust Trust,
    string BootId,
    string DelegationId,
    string By,
    string To,
    string Server,
    string Event,
    int Reason,
    ReadOnlyMemory<byte> Previous)
{
    /// <summary>What stands before the first entry.</summary>
    public static ReadOnlyMemory<byte> Origin { get; } = new byte[SHA256.HashSizeInBytes];

    /// <summary>SHA-256 over all fields, each with its length in front.</summary>
    public byte[] Hash() => SHA256.HashData(new LengthPrefixed()
        .Label("DEL-AUDIT-1")
        .Part(Number.ToString()).Part(BasicTime.Format(Time)).Part(Trust.ToString()).Part(BootId)
        .Part(DelegationId).Part(By).Part(To).Part(Server).Part(Event).Part(Reason.ToString())
        .Part(Previous.Span)
        .Octets);

    /// <summary>The entry as one line, as <c>./Delegation/Log</c> shows it.</summary>
    public override string ToString() =>
        $"{Number} {BasicTime.Format(Time)} {Trust.ToString().ToLowerInvariant()} boot={BootId} delegation={DelegationId} by={By} to={To} "
        + $"server={Server} event={Event} reason={Reason} previous={Convert.ToHexStringLower(Previous.Span)} hash={Convert.ToHexStringLower(Hash())}";
}

/// <summary>A bounded ring of entries; the hash of what was dropped stays in the oldest that is left (DEL-402).</summary>
/// <param name="Entries">The entries by number.</param>
public sealed record AuditRing(ImmutableSortedDictionary<long, AuditEntry> Entries)
{
    /// <summary>Entries a ring keeps (DEL-402).</summary>
    public const int Capacity = 256;

    /// <summary>Nothing logged yet.</summary>
    public static AuditRing Empty { get; } = new(ImmutableSortedDictionary<long, AuditEntry>.Empty);

    /// <summary>Number of the newest entry, 0 if there is none.</summary>
    public long HeadNumber => Entries.IsEmpty ? 0 : Entries.Keys.Last();

    /// <summary>Hash of the newest entry (DEL-404).</summary>
    public ReadOnlyMemory<byte> HeadHash => Entries.IsEmpty ? AuditEntry.Origin : Entries[HeadNumber].Hash();

    /// <summary>The ring with an entry more; number and chain are set here.</summary>
    public AuditRing Add(AuditEntry entry)
    {
        var number = HeadNumber + 1;
        var entries = Entries.Add(number, entry with { Number = number, Previous = HeadHash });
        return new AuditRing(entries.Count > Capacity ? entries.Remove(entries.Keys.First()) : entries);
    }
}
