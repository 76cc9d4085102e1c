using System.Collections.Immutable;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Simulation;

/// <summary>What a server answered, and how it proves any other body to be its own: the judge asks the engine about parts of a message.</summary>
public sealed record ServerReply(byte[] Body, string? Hmac, Func<byte[], string?> Sign)
{
    /// <summary>The message as the server wrote it.</summary>
    public SyncMLMessage Message { get; } = SyncMLXml.Read(Body.ToArray(), MessageLimits.Default);

    /// <summary>What the device has to answer, in document order.</summary>
    public ImmutableArray<Command> Commands => [.. Message.Commands.Where(command => command is not (Status or Results))];

    /// <summary>The same message with other commands behind its Statuses.</summary>
    public ServerReply With(IEnumerable<Command> commands)
    {
        var body = SyncMLXml.Write(Message with { Commands = [.. Message.Commands.Where(command => command is Status or Results), .. commands] });
        return new ServerReply(body, Sign(body), Sign);
    }
}
