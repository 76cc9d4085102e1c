using System.Text;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Execution;

/// <summary>An Exec of a device node that has passed the access decision.</summary>
/// <param name="Principal">The session's server.</param>
/// <param name="Node">The node.</param>
/// <param name="Delegation">The delegation by right of which it was allowed; null: home rights.</param>
/// <param name="Exec">The command.</param>
/// <param name="Item">Its Item.</param>
internal sealed record OperationRequest(string Principal, NodeId Node, string? Delegation, Exec Exec, Item Item)
{
    /// <summary>
    /// The argument for the program, null where the binding takes none (REP-066). Data that it does not take is refused: whoever sends it
    /// expects something of it.
    /// </summary>
    public (string? Text, CommandOutcome? Refusal) Argument(OperationBinding binding)
    {
        if (binding.Argument is OperationArgument.None)
        {
            return (null, Item.Data is { Octets.IsEmpty: false } ? CommandOutcome.Refused(StatusCode.BadRequest, "REP-066") : null);
        }

        if (Item.Data is null)
        {
            return (null, CommandOutcome.Refused(StatusCode.IncompleteCommand, "REP-066"));
        }

        var octets = Item.Data.Octets.Span;
        return octets.Length > DeviceOperation.MaxArgumentOctets ? (null, CommandOutcome.Refused(StatusCode.RequestEntityTooLarge, "REP-066"))
            : !IsLine(octets) ? (null, CommandOutcome.Refused(StatusCode.UnsupportedMediaTypeOrFormat, "REP-066"))
            : (Encoding.UTF8.GetString(octets), null);
    }

    // No line of it, should a program say it again, is one of its own words to the agent (REP-066).
    private static bool IsLine(ReadOnlySpan<byte> octets) =>
        OperationTarget.IsText(octets) && !octets.ContainsAnyInRange((byte)0, (byte)0x1F)
        && !octets.SequenceEqual(Encoding.UTF8.GetBytes(OperationBinding.PointOfNoReturn));
}
