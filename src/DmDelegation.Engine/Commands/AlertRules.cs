using DmDelegation.Protocol;

namespace DmDelegation.Engine.Commands;

/// <summary>What a server's Alert is answered (protocol.md 11). 1223 is not among them: it ends the session before any command (PRO-053).</summary>
internal static class AlertRules
{
    public static int Answer(Alert alert) => alert switch
    {
        { Data: null or "" } => StatusCode.IncompleteCommand,
        { Code: AlertCode.NextMessage } => StatusCode.Ok,
        // We send no chunks, so there is nothing to drop; the Alert is understood (PRO-126).
        { Code: AlertCode.NoEndOfData } => StatusCode.Ok,
        // They only go from client to server (PRO-124).
        { Code: AlertCode.ServerInitiatedMgmt or AlertCode.ClientInitiatedMgmt or AlertCode.ClientEvent or AlertCode.GenericAlert } =>
            StatusCode.CommandNotAllowed,
        // The agent has no user interface (UI-001), and everything else is no code of DM (PRO-125).
        _ => StatusCode.OptionalFeatureNotSupported,
    };
}
