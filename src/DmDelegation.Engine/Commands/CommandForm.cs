using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Commands;

/// <summary>Where a command stands.</summary>
internal enum Place
{
    SyncBody,
    Sequence,
    Atomic,

    /// <summary>Last child of an Atomic, where DEL-092 lets one Exec stand.</summary>
    EndOfAtomic,
}

/// <summary>The form of a command: what can be said of it before anything is executed (STA-016, REP-095).</summary>
internal static class CommandForm
{
    // AMB-020: commands of SyncML that DM does not use.
    private static readonly string[] NotImplemented = ["Put", "Search", "Map", "Sync", "Move"];

    /// <summary>Whether a command is answered at all: Status and Results are not (STA-008, STA-009).</summary>
    public static bool IsAnswered(Command command) => command.Name is not (nameof(Status) or nameof(Results));

    /// <summary>The status with which a command is refused for its form or place; null if it can be executed.</summary>
    public static int? Refusal(Command command, Place place) => command switch
    {
        UnknownCommand unknown => OfUnknown(unknown),
        Alert => null,
        // Not in DM's lists of what may stand where (AMB-021, REP-092).
        CommandContainer when place != Place.SyncBody => StatusCode.CommandFailed,
        Get when place is Place.Atomic or Place.EndOfAtomic => StatusCode.CommandFailed,
        Exec exec when place == Place.Atomic || (place == Place.EndOfAtomic && Operation(exec) is null) => StatusCode.CommandFailed,
        // A large object is one command over several messages, which a Sequence or Atomic cannot be (AMB-008, PRO-070).
        ItemCommand items when place != Place.SyncBody && items.Items.Any(item => item.MoreData) => StatusCode.CommandFailed,
        ItemCommand { Items.IsEmpty: true } => StatusCode.IncompleteCommand,
        _ => null,
    };

    /// <summary>
    /// The operation that an Exec of <c>./Delegation/*/Operations/*</c> starts, the one kind that an Atomic may end with (DEL-092); null for any other.
    /// </summary>
    public static string? Operation(Command command) =>
        command is Exec { Items: [{ Target: { } target }] }
        && LocUri.TryParse(target.LocURI, UriLimits.Unlimited, out var uri, out _)
        && DelegationObject.Covers(uri!.Path)
        && uri.Path.Segments is [_, _, "Operations", var operation]
            ? operation
            : null;

    private static int OfUnknown(UnknownCommand unknown) => unknown.Fault switch
    {
        null => NotImplemented.Contains(unknown.ElementName) ? StatusCode.CommandNotImplemented : StatusCode.BadRequest,
        MessageFault.UriTooLong => StatusCode.UriTooLong,
        MessageFault.DataTooLarge => StatusCode.RequestEntityTooLarge,
        _ => StatusCode.BadRequest,
    };
}
