namespace DmDelegation.Protocol;

/// <summary>A message that cannot be read or written. Says what and where, never the contents.</summary>
/// <param name="fault">The stable code.</param>
/// <param name="position">Where: path of elements, line and column, or octet.</param>
public sealed class MessageFormatException(MessageFault fault, string position)
    : Exception($"{fault} ({(int)fault}) at {position}")
{
    /// <summary>The stable code.</summary>
    public MessageFault Fault { get; } = fault;

    /// <summary>Where: path of elements, line and column, or octet.</summary>
    public string Position { get; } = position;
}
