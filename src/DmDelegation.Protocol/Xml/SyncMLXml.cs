namespace DmDelegation.Protocol;

/// <summary>The XML form of a message, application/vnd.syncml.dm+xml (HTTP-002, REP-019).</summary>
public static class SyncMLXml
{
    /// <summary>
    /// Reads a message. Anything but a message that keeps the limits is a <see cref="MessageFormatException"/> and nothing else.
    /// </summary>
    /// <param name="body">The octets of the HTTP entity, UTF-8 with or without BOM.</param>
    /// <param name="limits">The bounds.</param>
    public static SyncMLMessage Read(ReadOnlyMemory<byte> body, MessageLimits limits) => throw new NotSupportedException();

    /// <summary>Writes a message: UTF-8, XML declaration, no BOM, no indentation, elements in the order of the DTD.</summary>
    /// <returns>A pinned array; the caller overwrites it when secrets went into it.</returns>
    /// <exception cref="MessageFormatException"><see cref="MessageFault.NotXmlText"/>: a value that XML cannot carry.</exception>
    public static byte[] Write(SyncMLMessage message) => throw new NotSupportedException();

    /// <summary>
    /// Encoded octets of one command (a container with all its children), for packing into MaxMsgSize (PRO-024):
    /// <c>Write(message).Length == MeasureEnvelope(message.Header, message.Final) + sum of Measure(command)</c>.
    /// </summary>
    public static int Measure(Command command) => throw new NotSupportedException();

    /// <summary>Encoded octets of a message without its commands: declaration, SyncHdr, SyncBody's tags, and Final.</summary>
    public static int MeasureEnvelope(SyncHdr header, bool final) => throw new NotSupportedException();
}
