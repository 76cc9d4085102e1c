namespace DmDelegation.Engine.Session;

/// <summary>The codes with which sessions end. They go into logs and to whoever waits for the session, and never change.</summary>
internal static class SessionError
{
    /// <summary>No account has this ServerID.</summary>
    public const string NoAccount = "no-account";

    /// <summary>The account's address is no absolute http(s) URI, or a guest's is not https (DEL-093).</summary>
    public const string Address = "address";

    /// <summary>A credential of the account is missing, does not open, or is of a type that is not spoken.</summary>
    public const string Credentials = "credentials";

    /// <summary>As many sessions run as may at once (design 6).</summary>
    public const string TooManySessions = "too-many-sessions";

    /// <summary>The server's message cannot be read.</summary>
    public const string Malformed = "malformed";

    /// <summary>The server's message is of another session (PRO-030).</summary>
    public const string SessionId = "session-id";

    /// <summary>VerDTD or VerProto is not ours (PRO-029).</summary>
    public const string Version = "version";

    /// <summary>RespURI leads where the session must not go (AMB-001, DEL-336).</summary>
    public const string RespUri = "resp-uri";

    /// <summary>The server did not authenticate (SEC-044, SEC-045).</summary>
    public const string ServerAuthentication = "server-auth";

    /// <summary>The server refused our credentials (SEC-026).</summary>
    public const string ClientAuthentication = "client-auth";

    /// <summary>A challenge for a type that the account does not have (SEC-009).</summary>
    public const string AuthenticationType = "auth-type";

    /// <summary>A weaker scheme was demanded or offered (DEL-171, DEL-172).</summary>
    public const string Downgrade = "downgrade";

    /// <summary>The MAC was given up, is wrong, or came without a nonce (SEC-070).</summary>
    public const string Mac = "mac";

    /// <summary>The server sent Alert 1223 (PRO-053).</summary>
    public const string ServerAbort = "server-abort";

    /// <summary>The agent sent Alert 1223 because the server's authority ended (DEL-217).</summary>
    public const string Aborted = "aborted";

    /// <summary>Too many messages (PRO-052).</summary>
    public const string Rounds = "rounds";

    /// <summary>Something that must be sent is larger than the server's MaxMsgSize (PRO-024).</summary>
    public const string MaxMsgSize = "max-msg-size";

    /// <summary>The server never closes its package (AMB-005).</summary>
    public const string NoFinal = "no-final";

    /// <summary>A value of the device cannot be written into a message.</summary>
    public const string Unsendable = "unsendable";

    /// <summary>SyncHdr was refused with this status.</summary>
    public static string OfStatus(int status) => $"status-{status}";
}
