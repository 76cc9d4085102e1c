using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Guard;

/// <summary>
/// How far a server may fill the device: home servers up to its limits (TND-060), a guest up to 80 % of each, since what it has planted
/// stays when its delegation ends (DEL-137, DEL-343). What does not make the tree larger is always allowed.
/// </summary>
internal static class RoomRule
{
    /// <summary>The requirement that refuses guests.</summary>
    public const string Guests = "DEL-343";

    /// <summary>Share of each limit that guests may bring the device to, percent (DEL-343).</summary>
    private const int GuestPercent = 80;

    private const int All = 100;

    /// <summary>The refusal of a command that has turned one tree into another; null if there is room.</summary>
    public static CommandOutcome? Refusal(Work work, string server, ManagementTree before, ManagementTree after)
    {
        var guest = work.State.IsGuest(server);
        var percent = guest ? GuestPercent : All;
        var size = work.Options.TreeSize;
        var fits = Fits(before.Count, after.Count, size.MaxNodes, percent)
            && Fits(before.Octets, after.Octets, size.MaxOctets, percent)
            && (!guest || after.Octets <= before.Octets || StorageFits(work, percent));
        return fits ? null : CommandOutcome.Refused(ReasonCode.DeviceFull.Status, guest ? Guests : "TND-060", ReasonCode.DeviceFull.Code);
    }

    private static bool Fits(long before, long after, long limit, int percent) => after <= before || after <= limit * percent / All;

    // The storage is shared with others than the tree: it is looked at as it is. Unknown fails closed.
    private static bool StorageFits(Work work, int percent) => work.Ports.Storage is not { } storage
        || (storage.Room() is { } room && room.TotalOctets - room.FreeOctets <= room.TotalOctets / All * percent);
}
