using System.Xml;

namespace DmDelegation.Protocol;

/// <summary>The XML form of a message, application/vnd.syncml.dm+xml (HTTP-002, REP-019).</summary>
public static class SyncMLXml
{
    /// <summary>
    /// Reads a message. Anything but a message that keeps the limits is a <see cref="MessageFormatException"/> and nothing else.
    /// </summary>
    /// <param name="body">The octets of the HTTP entity, UTF-8 with or without BOM.</param>
    /// <param name="limits">The bounds.</param>
    public static SyncMLMessage Read(ReadOnlyMemory<byte> body, MessageLimits limits)
    {
        using var tokens = new XmlTokenReader(XmlFirstLook.Check(body, limits));
        try
        {
            return new MessageReader(tokens, limits).Read();
        }
        catch (XmlException fault)
        {
            // The parser's own words can quote the document, so they stay behind.
            throw new MessageFormatException(MessageFault.XmlMalformed, $"line {fault.LineNumber}, column {fault.LinePosition}");
        }
    }

    /// <summary>Writes a message: UTF-8, XML declaration, no BOM, no indentation, elements in the order of the DTD.</summary>
    /// <returns>A pinned array; the caller overwrites it when secrets went into it.</returns>
    /// <exception cref="MessageFormatException"><see cref="MessageFault.NotXmlText"/>: a value that XML cannot carry.</exception>
    public static byte[] Write(SyncMLMessage message)
    {
        using var output = new OctetBuffer();
        new MessageWriter(new XmlTokenWriter(output)).Write(message);
        var octets = GC.AllocateUninitializedArray<byte>(output.Length, pinned: true);
        output.Written.CopyTo(octets);
        return octets;
    }

    /// <summary>
    /// Encoded octets of one command (a container with all its children), for packing into MaxMsgSize (PRO-024):
    /// <c>Write(message).Length == MeasureEnvelope(message.Header, message.Final) + sum of Measure(command)</c>.
    /// </summary>
    public static int Measure(Command command)
    {
        using var output = new OctetBuffer();
        new MessageWriter(new XmlTokenWriter(output)).Write(command);
        return output.Length;
    }

    /// <summary>Encoded octets of a message without its commands: declaration, SyncHdr, SyncBody's tags, and Final.</summary>
    public static int MeasureEnvelope(SyncHdr header, bool final)
    {
        using var output = new OctetBuffer();
        new MessageWriter(new XmlTokenWriter(output)).Write(new SyncMLMessage(header, [], final));
        return output.Length;
    }
}
