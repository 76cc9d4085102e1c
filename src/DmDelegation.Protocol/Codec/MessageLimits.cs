namespace DmDelegation.Protocol;

/// <summary>Bounds on what a message from outside may hold; checked before memory is taken (design 6, REP-021).</summary>
public sealed record MessageLimits
{
    /// <summary>Design 6: 1 MiB encoded.</summary>
    public const int DefaultMaxMessageOctets = 1024 * 1024;

    /// <summary>Design 6: the highest value that the configuration may set, 16 MiB.</summary>
    public const int HighestMaxMessageOctets = 16 * 1024 * 1024;

    /// <summary>Design 6: nesting 64.</summary>
    public const int DefaultMaxDepth = 64;

    /// <summary>Design 6: commands per message 5,000.</summary>
    public const int DefaultMaxCommands = 5000;

    /// <summary>Design 6: items per command 1,000.</summary>
    public const int DefaultMaxItemsPerCommand = 1000;

    /// <summary>Own choice: above every sensible DevDetail/URI/MaxTotLen, so that the engine can answer 414 by its own limit first.</summary>
    public const int DefaultMaxLocUriChars = 8192;

    /// <summary>Own choice: identifiers, names, types and nonces of real servers stay below 200 characters; may be raised.</summary>
    public const int DefaultMaxTextChars = 1024;

    /// <summary>Own choice: a tag of SyncML has 40 octets; long ones are attacks by attributes (memory many times the input).</summary>
    public const int DefaultMaxTagOctets = 4096;

    /// <summary>The limits of design 6.</summary>
    public static MessageLimits Default { get; } = new();

    /// <summary>Encoded message in octets; above: <see cref="MessageFault.TooLarge"/>.</summary>
    public int MaxMessageOctets { get; init; } = DefaultMaxMessageOctets;

    /// <summary>Nesting of elements, the root is 1; above: <see cref="MessageFault.TooDeep"/>.</summary>
    public int MaxDepth { get; init; } = DefaultMaxDepth;

    /// <summary>Commands of a message, those inside Sequence and Atomic too; above: <see cref="MessageFault.TooManyCommands"/>.</summary>
    public int MaxCommands { get; init; } = DefaultMaxCommands;

    /// <summary>Items of one command, and TargetRefs and SourceRefs of one Status; above: <see cref="MessageFault.TooManyItems"/>.</summary>
    public int MaxItemsPerCommand { get; init; } = DefaultMaxItemsPerCommand;

    /// <summary>Characters of a LocURI, TargetRef, SourceRef or RespURI; above: <see cref="MessageFault.UriTooLong"/>.</summary>
    public int MaxLocUriChars { get; init; } = DefaultMaxLocUriChars;

    /// <summary>Characters of any other text but Data of an Item; above: <see cref="MessageFault.TextTooLong"/>.</summary>
    public int MaxTextChars { get; init; } = DefaultMaxTextChars;

    /// <summary>Octets of one Item's Data; above: <see cref="MessageFault.DataTooLarge"/>.</summary>
    public int MaxDataOctets { get; init; } = DefaultMaxMessageOctets;

    /// <summary>Octets of one XML tag with its attributes; above: <see cref="MessageFault.TagTooLong"/>.</summary>
    public int MaxTagOctets { get; init; } = DefaultMaxTagOctets;
}
