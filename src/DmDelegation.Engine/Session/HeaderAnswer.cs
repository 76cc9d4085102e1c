using DmDelegation.Engine.Accounts;
using DmDelegation.Protocol;

namespace DmDelegation.Engine.Session;

/// <summary>The Status that answers a server's SyncHdr (STA-002).</summary>
/// <param name="MsgRef">MsgID of the server's message.</param>
/// <param name="TargetRef">Its Target, as received (STA-006).</param>
/// <param name="SourceRef">Its Source, as received.</param>
/// <param name="Code">The status.</param>
/// <param name="Challenge">Scheme of the Chal; None: without one.</param>
internal sealed record HeaderAnswer(int MsgRef, string TargetRef, string SourceRef, int Code, Scheme Challenge)
{
    public static HeaderAnswer To(SyncHdr header, int code, Scheme challenge) =>
        new(header.MsgID, header.Target.LocURI, header.Source.LocURI, code, challenge);

    /// <summary>The Status, with the nonce of its Chal (SEC-043).</summary>
    public Status ToStatus(ReadOnlySpan<byte> nonce) => new("", MsgRef.ToString(), "0", Status.SyncHdrCmd, Code)
    {
        TargetRefs = [TargetRef],
        SourceRefs = [SourceRef],
        Chal = Challenge == Scheme.None
            ? null
            : new Chal(new MetaInfo { Format = "b64", Type = AccountCredentials.MetaType(Challenge), NextNonce = Convert.ToBase64String(nonce) }),
    };
}
