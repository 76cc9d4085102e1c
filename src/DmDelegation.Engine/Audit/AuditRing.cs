using System.Collections.Immutable;

namespace DmDelegation.Engine.Audit;

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

    /// <summary>Number of the first entry that does not fit what stands before it, null if the chain is whole (DEL-400).</summary>
    public long? FirstBroken
    {
        get
        {
            AuditEntry? before = null;
            foreach (var (number, entry) in Entries)
            {
                var follows = before is null
                    ? number > 1 || entry.Previous.Span.SequenceEqual(AuditEntry.Origin.Span)
                    : number == before.Number + 1 && entry.Previous.Span.SequenceEqual(before.Hash());
                if (!follows || entry.Number != number)
                {
                    return number;
                }

                before = entry;
            }

            return null;
        }
    }

    /// <summary>Whether the ring contains a head that somebody else holds: the only proof against a chain that was made anew (DEL-404).</summary>
    /// <param name="number">Number of the entry that was the newest.</param>
    /// <param name="hash">Its hash.</param>
    public HeadCheck Find(long number, ReadOnlySpan<byte> hash)
    {
        if (number > HeadNumber)
        {
            return HeadCheck.Missing;
        }

        // Of an entry that was dropped, and of the beginning, the hash is left as the anchor.
        var held = Entries.TryGetValue(number, out var entry) ? entry.Hash()
            : Entries.TryGetValue(number + 1, out var next) ? next.Previous.Span
            : number == 0 ? AuditEntry.Origin.Span
            : default;
        return held.IsEmpty ? HeadCheck.TooOld : held.SequenceEqual(hash) ? HeadCheck.Contained : HeadCheck.Different;
    }
}

/// <summary>What a ring says of a head that somebody else holds.</summary>
public enum HeadCheck
{
    /// <summary>The entry is there, with that hash.</summary>
    Contained,

    /// <summary>There is another entry in its place: the log was changed.</summary>
    Different,

    /// <summary>The ring ends before it: entries were taken away.</summary>
    Missing,

    /// <summary>The entry was dropped long ago; nothing can be said.</summary>
    TooOld,
}
