using System.Collections.Immutable;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Platform.Store;

/// <summary>
/// What can still be read of a store that was set aside, each part for itself, and only what can do no harm if it is old: the DevId, to which
/// everything is bound (DEL-169); the highest time believed; sequence numbers and tombstones, which only ever refuse (DEL-101, DEL-106); and
/// the home accounts, whose servers may have changed their secrets since they were provisioned. No record, no ACL, no guest.
/// </summary>
/// <param name="DevId">The DevId; null if it cannot be read.</param>
/// <param name="Clock">The clock; null if it cannot be read.</param>
/// <param name="Servers">What was kept per server.</param>
/// <param name="Tombstones">Ended delegations.</param>
/// <param name="Accounts">Accounts of the tree, secrets still sealed.</param>
public sealed record StoreSalvage(
    string? DevId,
    ClockMarks? Clock,
    ImmutableSortedDictionary<string, ServerState> Servers,
    ImmutableSortedDictionary<string, Tombstone> Tombstones,
    ImmutableArray<Account> Accounts)
{
    /// <summary>Reads what there is; an unreadable file gives nothing, and never fails.</summary>
    /// <param name="file">The store that was set aside.</param>
    public static StoreSalvage Read(string file)
    {
        try
        {
            // With its log, if that is whole: the last commits are in there.
            using var connection = StoreConnection.OpenExclusive(file, vfs: null);
            return StateReader.Salvage(connection);
        }
        catch (Exception fault) when (fault is StoreException or ArgumentException or InvalidOperationException) // two rows where one belongs, too
        {
            return Nothing;
        }
    }

    private static StoreSalvage Nothing { get; } = new(
        null, null, ImmutableSortedDictionary.Create<string, ServerState>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, Tombstone>(StringComparer.Ordinal), []);
}
