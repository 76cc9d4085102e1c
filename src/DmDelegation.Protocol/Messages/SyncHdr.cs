namespace DmDelegation.Protocol;

/// <summary>The header of a message (protocol.md 3, PRO-010 to PRO-029).</summary>
public sealed record SyncHdr
{
    /// <summary>The only VerDTD that the client sends and executes (PRO-010).</summary>
    public const string SupportedVerDTD = "1.2";

    /// <summary>The only VerProto that the client sends and executes (PRO-011).</summary>
    public const string SupportedVerProto = "DM/1.2";

    /// <summary>Version of the DTD as received; the engine answers another one with 505 (PRO-029).</summary>
    public string VerDTD { get; init; } = SupportedVerDTD;

    /// <summary>Version of the protocol as received; the engine answers another one with 513 (PRO-029).</summary>
    public string VerProto { get; init; } = SupportedVerProto;

    /// <summary>Identifies the session; opaque, at most 4 octets in messages of ours (PRO-012 to PRO-015).</summary>
    public required string SessionID { get; init; }

    /// <summary>Number of the message within session and direction, 1 to 2^31-1 (PRO-016, PRO-017).</summary>
    public required int MsgID { get; init; }

    /// <summary>The recipient (PRO-018).</summary>
    public required Location Target { get; init; }

    /// <summary>The originator; its LocName carries the user name with auth-md5 and auth-MAC (PRO-019, PRO-020).</summary>
    public required Location Source { get; init; }

    /// <summary>Where the following messages of the session go, unchecked (PRO-027, AMB-001).</summary>
    public string? RespURI { get; init; }

    /// <summary>Credentials of the sender; here and nowhere else (PRO-022, REP-004).</summary>
    public Cred? Cred { get; init; }

    /// <summary>MaxMsgSize and MaxObjSize of the sender (PRO-023 to PRO-026).</summary>
    public MetaInfo? Meta { get; init; }
}
