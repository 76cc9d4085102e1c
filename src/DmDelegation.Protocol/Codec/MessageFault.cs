namespace DmDelegation.Protocol;

/// <summary>
/// Why a message, or one command of it, cannot be used. Names and numbers are stable: they go into logs.
/// Faults from 100 on may concern a single command, which then is an <see cref="UnknownCommand"/> with the fault;
/// in the SyncHdr, and all faults below 100 anywhere, they are a <see cref="MessageFormatException"/>.
/// </summary>
public enum MessageFault
{
    /// <summary>Not well-formed XML.</summary>
    XmlMalformed = 1,

    /// <summary>A document type declaration (DEL-337, S-211).</summary>
    DtdForbidden = 2,

    /// <summary>The message ends too early (or is empty).</summary>
    Truncated = 3,

    /// <summary>The octets are not UTF-8.</summary>
    BadUtf8 = 4,

    /// <summary>The document is, or claims to be, in another encoding than UTF-8 or its subset US-ASCII.</summary>
    BadEncoding = 5,

    /// <summary>Above <see cref="MessageLimits.MaxMessageOctets"/>.</summary>
    TooLarge = 6,

    /// <summary>Above <see cref="MessageLimits.MaxDepth"/>.</summary>
    TooDeep = 7,

    /// <summary>Above <see cref="MessageLimits.MaxTagOctets"/>.</summary>
    TagTooLong = 8,

    /// <summary>Above <see cref="MessageLimits.MaxCommands"/>.</summary>
    TooManyCommands = 9,

    /// <summary>Above <see cref="MessageLimits.MaxItemsPerCommand"/>.</summary>
    TooManyItems = 10,

    /// <summary>The root is not SyncML.</summary>
    WrongRoot = 11,

    /// <summary>The root is in a namespace that is no version of SyncML.</summary>
    WrongNamespace = 12,

    /// <summary>When writing: a value that XML 1.0 cannot carry; it has to go as base64 (REP-084).</summary>
    NotXmlText = 13,

    /// <summary>A mandatory element is missing; for a command 400 (AMB-020).</summary>
    MissingElement = 100,

    /// <summary>An element that may stand once stands twice; for a command 400.</summary>
    DuplicateElement = 101,

    /// <summary>A number is not a plain decimal one, or out of range; for a command 400.</summary>
    BadNumber = 102,

    /// <summary>Above <see cref="MessageLimits.MaxTextChars"/>; for a command 400.</summary>
    TextTooLong = 103,

    /// <summary>Above <see cref="MessageLimits.MaxLocUriChars"/>; for a command 414.</summary>
    UriTooLong = 104,

    /// <summary>Above <see cref="MessageLimits.MaxDataOctets"/>; for a command 413.</summary>
    DataTooLarge = 105,
}
