using DmDelegation.Protocol;

namespace DmDelegation.Engine.Session;

/// <summary>What follows the commands of a message.</summary>
/// <param name="Alert">1222 or 1223; null for none.</param>
/// <param name="Final">Whether the package is closed.</param>
internal readonly record struct Trailer(int? Alert, bool Final);

/// <summary>A message that is ready to be sent.</summary>
/// <param name="Body">The octets.</param>
/// <param name="Taken">How many of the commands offered are in it.</param>
internal readonly record struct PackedMessage(byte[] Body, int Taken);

/// <summary>Packs commands into messages of the size the server takes (PRO-024, PRO-075).</summary>
internal static class MessagePacking
{
    /// <summary>
    /// Takes as many commands as fit, in order. CmdIDs are 1, 2, … (REP-001): those of <paramref name="first"/>, then those of the commands.
    /// </summary>
    /// <param name="header">SyncHdr.</param>
    /// <param name="first">What must be in the message: the Status of the SyncHdr.</param>
    /// <param name="commands">What is to be sent, in order.</param>
    /// <param name="whole">What follows if all of it fits.</param>
    /// <param name="part">What follows if not.</param>
    /// <param name="limit">Largest message in octets; null = no limit.</param>
    /// <returns>Null if not even <paramref name="first"/> fits.</returns>
    public static PackedMessage? Pack(
        SyncHdr header, IReadOnlyList<Command> first, IReadOnlyList<Command> commands, Trailer whole, Trailer part, long? limit)
    {
        var body = Encode(header, first, commands, commands.Count, whole);
        if (limit is not { } octets || body.Length <= octets)
        {
            return new PackedMessage(body, commands.Count);
        }

        var room = octets - Overhead(header, first);
        var taken = 0;
        for (; taken < commands.Count; taken++)
        {
            room -= SyncMLXml.Measure(Numbered(commands[taken], first.Count + taken + 1));
            if (room < 0)
            {
                break;
            }
        }

        body = Encode(header, first, commands, taken, taken == commands.Count ? whole : part);
        return body.Length <= octets ? new PackedMessage(body, taken) : null;
    }

    /// <summary>Octets of a message without the commands that are offered.</summary>
    public static long Overhead(SyncHdr header, IReadOnlyList<Command> first)
    {
        long octets = SyncMLXml.MeasureEnvelope(header, final: true) + SyncMLXml.Measure(Numbered(new Alert("", AlertCode.NextMessage), HighestCmdId));
        return first.Select((command, index) => SyncMLXml.Measure(Numbered(command, index + 1))).Aggregate(octets, (sum, length) => sum + length);
    }

    // Own choice: the widest CmdID that is reckoned with; a message of 1 MiB holds fewer commands.
    private const int HighestCmdId = 99_999;

    private static byte[] Encode(SyncHdr header, IReadOnlyList<Command> first, IReadOnlyList<Command> commands, int taken, Trailer trailer)
    {
        var all = first.Concat(commands.Take(taken));
        if (trailer.Alert is { } code)
        {
            all = all.Append(new Alert("", code));
        }

        return SyncMLXml.Write(new SyncMLMessage(header, [.. all.Select((command, index) => Numbered(command, index + 1))], trailer.Final));
    }

    private static Command Numbered(Command command, int cmdId) => command with { CmdID = cmdId.ToString() };
}
