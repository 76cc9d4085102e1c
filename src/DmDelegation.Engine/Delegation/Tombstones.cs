using DmDelegation.Engine.State;

namespace DmDelegation.Engine.Delegation;

/// <summary>What is kept of ended delegations (DEL-193, DEL-194).</summary>
internal static class Tombstones
{
    /// <summary>Adds the tombstone of an ended record and drops the oldest beyond the limit, with the ended records that are still shown: nobody fills the device with what he lets fail (T26). The ids are covered by <c>Seq</c>.</summary>
    public static void Add(Work work, DelegationRecord ended)
    {
        var (tombstones, records) = (work.State.Tombstones, work.State.Records);
        var order = tombstones.Count == 0 ? 1 : tombstones.Values.Max(tombstone => tombstone.Order) + 1;
        tombstones = tombstones.SetItem(ended.Id, new Tombstone(
            ended.Id,
            ended.Grant?.BindingHash ?? default,
            ended.By,
            ended.B() ?? "",
            ended.State,
            ended.Reason,
            ended.StartedAt ?? work.Time,
            ended.ActivatedAt,
            ended.EndedAt ?? work.Time,
            ended.Leaves.TryGetValue("Voucher", out var voucher) ? voucher.Octets : default,
            order));
        while (tombstones.Count > work.Options.Delegation.MaxTombstones)
        {
            var oldest = tombstones.Values.MinBy(tombstone => tombstone.Order)!.Id;
            tombstones = tombstones.Remove(oldest);
            if (records.TryGetValue(oldest, out var record) && record.State.IsEnded())
            {
                records = records.Remove(oldest);
            }
        }

        work.State = work.State with { Tombstones = tombstones, Records = records };
    }
}
