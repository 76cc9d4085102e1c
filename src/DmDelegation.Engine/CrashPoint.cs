namespace DmDelegation.Engine;

/// <summary>
/// The rows of 12.4 of the delegation specification, as places where a test build can stop the process (DEL-296). Those that are missing
/// come with a reboot.
/// </summary>
public enum CrashPoint
{
    /// <summary>C1: before the commit of the message that builds the record.</summary>
    C1BeforeRecordCommit,

    /// <summary>C2: record Staged, before Exec Start.</summary>
    C2AfterRecordCommit,

    /// <summary>C3: during validation of Start.</summary>
    C3DuringValidation,

    /// <summary>C4: T1 computed, not committed.</summary>
    C4BeforeT1Commit,

    /// <summary>C5: T1 committed, Status not sent.</summary>
    C5AfterT1Commit,

    /// <summary>C6: Ack delivered, delivery not committed.</summary>
    C6BeforeDeliveryCommit,

    /// <summary>C7: Pending, Status of Start sent; the window runs on while the agent is off.</summary>
    C7PendingAtRest,

    /// <summary>C8: B authenticated or proof checked, T2 not committed.</summary>
    C8BeforeT2Commit,

    /// <summary>C9: T2 committed, step 8 not sent; a final one has C11.</summary>
    C9AfterT2Commit,

    /// <summary>C10: B's new secrets committed, Status not sent.</summary>
    C10AfterRotationCommit,

    /// <summary>C11: final T2 committed, Status of Confirm not sent.</summary>
    C11AfterFinalCommit,

    /// <summary>C14: T3 decided by expiry, window or cascade, not committed.</summary>
    C14BeforeT3CommitOfDevice,

    /// <summary>C15: T3 decided by a command, not committed.</summary>
    C15BeforeT3CommitOfCommand,

    /// <summary>C16: T3 committed, nothing else done.</summary>
    C16AfterT3Commit,

    /// <summary>C17: T3 committed, session of B not yet aborted.</summary>
    C17BeforeAbortOfB,

    /// <summary>C18: T3 committed, End not sent.</summary>
    C18BeforeEndSent,

    /// <summary>C20: in a cascade, one of the ends below decided, nothing committed.</summary>
    C20InCascade,

    /// <summary>C23: in a message, between the commit before an authority-changing command and that command's own.</summary>
    C23BetweenCommits,
}
