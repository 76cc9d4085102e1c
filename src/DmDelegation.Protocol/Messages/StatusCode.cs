namespace DmDelegation.Protocol;

/// <summary>
/// The status codes that the client sends (status-codes.md 2) and those it acts on when received (status-codes.md 4).
/// Every other one is treated by its class (STA-015).
/// </summary>
public static class StatusCode
{
    /// <summary>In progress: the final code may follow in a later message. Received only.</summary>
    public const int InProgress = 101;

    /// <summary>OK.</summary>
    public const int Ok = 200;

    /// <summary>Accepted, not finished; a later event reports the end.</summary>
    public const int AcceptedForProcessing = 202;

    /// <summary>The sender is authenticated for the rest of the session; not with auth-MAC.</summary>
    public const int AuthenticationAccepted = 212;

    /// <summary>Chunk accepted and buffered, more expected.</summary>
    public const int ChunkedItemAccepted = 213;

    /// <summary>The user cancelled the interaction.</summary>
    public const int OperationCancelled = 214;

    /// <summary>The command was skipped.</summary>
    public const int NotExecuted = 215;

    /// <summary>Executed inside an Atomic that failed, and undone.</summary>
    public const int AtomicRollBackOk = 216;

    /// <summary>The user answered no.</summary>
    public const int NotModified = 304;

    /// <summary>Malformed command.</summary>
    public const int BadRequest = 400;

    /// <summary>Credentials wrong or not sufficient.</summary>
    public const int Unauthorized = 401;

    /// <summary>Refused for a reason other than access rights.</summary>
    public const int Forbidden = 403;

    /// <summary>Target or Copy source does not exist.</summary>
    public const int NotFound = 404;

    /// <summary>Not possible on this target or in this place.</summary>
    public const int CommandNotAllowed = 405;

    /// <summary>An optional part that is not implemented.</summary>
    public const int OptionalFeatureNotSupported = 406;

    /// <summary>No credentials were given.</summary>
    public const int AuthenticationRequired = 407;

    /// <summary>The user did not answer in time.</summary>
    public const int RequestTimeout = 408;

    /// <summary>First chunk of a large object without Size.</summary>
    public const int SizeRequired = 411;

    /// <summary>Parameters are missing.</summary>
    public const int IncompleteCommand = 412;

    /// <summary>Data larger than the recipient takes.</summary>
    public const int RequestEntityTooLarge = 413;

    /// <summary>Whole URI, a segment, or the number of segments over the limit.</summary>
    public const int UriTooLong = 414;

    /// <summary>Type or Format not supported.</summary>
    public const int UnsupportedMediaTypeOrFormat = 415;

    /// <summary>The interaction cannot be displayed.</summary>
    public const int RequestedRangeNotSatisfiable = 416;

    /// <summary>End now, try again later. Received only.</summary>
    public const int RetryLater = 417;

    /// <summary>Target exists.</summary>
    public const int AlreadyExists = 418;

    /// <summary>No room.</summary>
    public const int DeviceFull = 420;

    /// <summary>Received object differs in size from Meta Size.</summary>
    public const int SizeMismatch = 424;

    /// <summary>The server's right in the ACL is missing.</summary>
    public const int PermissionDenied = 425;

    /// <summary>Non-specific failure while executing.</summary>
    public const int CommandFailed = 500;

    /// <summary>A command that DM does not use.</summary>
    public const int CommandNotImplemented = 501;

    /// <summary>End now, try again later. Received only.</summary>
    public const int ServiceUnavailable = 503;

    /// <summary>VerDTD is not supported.</summary>
    public const int DtdVersionNotSupported = 505;

    /// <summary>The session failed. Received only.</summary>
    public const int ProcessingError = 506;

    /// <summary>A child failed, so the Atomic failed.</summary>
    public const int AtomicFailed = 507;

    /// <summary>Error in the storage of the tree.</summary>
    public const int DataStoreFailure = 510;

    /// <summary>End now, try again later. Received only.</summary>
    public const int ServerFailure = 511;

    /// <summary>VerProto is not supported.</summary>
    public const int ProtocolVersionNotSupported = 513;

    /// <summary>Executed inside an Atomic that failed, and could not be undone.</summary>
    public const int AtomicRollBackFailed = 516;

    /// <summary>The response to an Atomic does not fit in one message.</summary>
    public const int AtomicResponseTooLarge = 517;

    /// <summary>2xx: the command succeeded (STA-015).</summary>
    public static bool IsSuccess(int code) => code is >= 200 and <= 299;
}
