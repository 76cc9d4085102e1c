namespace DmDelegation.Protocol;

/// <summary>The alert codes of DM (protocol.md 11). Every other one is answered with 406 (PRO-125).</summary>
public static class AlertCode
{
    /// <summary>Show a text (UI-008).</summary>
    public const int Display = 1100;

    /// <summary>Ask yes or no (UI-009).</summary>
    public const int ConfirmOrReject = 1101;

    /// <summary>Ask for a text (UI-013).</summary>
    public const int TextInput = 1102;

    /// <summary>Choose one (UI-014).</summary>
    public const int SingleChoice = 1103;

    /// <summary>Choose any number (UI-015).</summary>
    public const int MultipleChoice = 1104;

    /// <summary>Package 1 after a notification (PRO-041).</summary>
    public const int ServerInitiatedMgmt = 1200;

    /// <summary>Package 1 otherwise (PRO-041).</summary>
    public const int ClientInitiatedMgmt = 1201;

    /// <summary>Ask for the next message of a package (PRO-073).</summary>
    public const int NextMessage = 1222;

    /// <summary>The session ends now (PRO-053, PRO-110).</summary>
    public const int SessionAbort = 1223;

    /// <summary>An event on the client (PRO-122).</summary>
    public const int ClientEvent = 1224;

    /// <summary>A chunked object was not finished (PRO-096).</summary>
    public const int NoEndOfData = 1225;

    /// <summary>Generic alert (PRO-130 ff.).</summary>
    public const int GenericAlert = 1226;
}
