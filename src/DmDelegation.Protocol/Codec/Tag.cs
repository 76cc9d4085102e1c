namespace DmDelegation.Protocol;

/// <summary>Element names of code page 0 (SyncML) and 1 (MetInf) that DM uses (protocol.md 14).</summary>
internal static class Tag
{
    public const string SyncML = nameof(SyncML);
    public const string SyncHdr = nameof(SyncHdr);
    public const string SyncBody = nameof(SyncBody);
    public const string Final = nameof(Final);

    public const string VerDTD = nameof(VerDTD);
    public const string VerProto = nameof(VerProto);
    public const string SessionID = nameof(SessionID);
    public const string MsgID = nameof(MsgID);
    public const string Target = nameof(Target);
    public const string Source = nameof(Source);
    public const string LocURI = nameof(LocURI);
    public const string LocName = nameof(LocName);
    public const string RespURI = nameof(RespURI);
    public const string NoResp = nameof(NoResp);
    public const string Cred = nameof(Cred);
    public const string Chal = nameof(Chal);

    public const string CmdID = nameof(CmdID);
    public const string MsgRef = nameof(MsgRef);
    public const string CmdRef = nameof(CmdRef);
    public const string Cmd = nameof(Cmd);
    public const string TargetRef = nameof(TargetRef);
    public const string SourceRef = nameof(SourceRef);
    public const string Correlator = nameof(Correlator);
    public const string Item = nameof(Item);
    public const string Data = nameof(Data);
    public const string MoreData = nameof(MoreData);

    public const string Meta = nameof(Meta);
    public const string MetInf = nameof(MetInf);
    public const string Format = nameof(Format);
    public const string Type = nameof(Type);
    public const string Mark = nameof(Mark);
    public const string Size = nameof(Size);
    public const string NextNonce = nameof(NextNonce);
    public const string MaxMsgSize = nameof(MaxMsgSize);
    public const string MaxObjSize = nameof(MaxObjSize);
}
