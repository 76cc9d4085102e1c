namespace DmDelegation.Engine.Delegation;

/// <summary>Events of a delegation, named as in the matrix of 12.2.</summary>
public enum DelegationEvent
{
    /// <summary>A record with this id is added.</summary>
    AddOfTheId,

    /// <summary>The creator adds, replaces or deletes nodes of the record.</summary>
    WriteByA,

    /// <summary>The creator replaces NotAfter or MaxSeconds.</summary>
    AShortens,

    /// <summary>The creator replaces Expiry/Now.</summary>
    ATellsTime,

    /// <summary>Exec of the record's Start.</summary>
    Start,

    /// <summary>The first valid credential of the delegated server in a session.</summary>
    BAuthenticated,

    /// <summary>A failed login of the delegated server, as DEL-184 counts it.</summary>
    LoginOfBFailed,

    /// <summary>Exec of Confirm with the right proof.</summary>
    ConfirmProofGood,

    /// <summary>Exec of Confirm with a wrong proof.</summary>
    ConfirmProofBad,

    /// <summary>Exec of Cancel.</summary>
    Cancel,

    /// <summary>Exec of Revoke.</summary>
    Revoke,

    /// <summary>Exec of Reduce.</summary>
    Reduce,

    /// <summary>Exec of Relinquish by the delegated server.</summary>
    Relinquish,

    /// <summary>Delete of the record itself.</summary>
    DeleteOfTheRecord,

    /// <summary>Ended on the device.</summary>
    LocalEnd,

    /// <summary>The delegated server replaces its pins (DEL-342).</summary>
    BReplacesPins,

    /// <summary>The delegated server replaces the secrets derived from the key (DEL-181).</summary>
    BRotates,

    /// <summary>The secrets were not replaced in time.</summary>
    RotationOverdue,

    /// <summary>The window for the first contact has passed.</summary>
    WindowOver,

    /// <summary>A limit of a temporary delegation is reached.</summary>
    ExpiryDue,

    /// <summary>The record is older than one of its state may become.</summary>
    Age,

    /// <summary>The agent starts again in the same boot.</summary>
    Restart,

    /// <summary>The device was started again, and the clock is trusted.</summary>
    RebootClockTrusted,

    /// <summary>The device was started again, and the clock is not trusted.</summary>
    RebootClockNotTrusted,

    /// <summary>The clock becomes trusted.</summary>
    ClockTrusted,

    /// <summary>The delegation above this one ended.</summary>
    ParentEnded,

    /// <summary>The delegation above this one was suspended.</summary>
    ParentSuspended,

    /// <summary>The delegation above this one is active again.</summary>
    ParentActiveAgain,

    /// <summary>The account of the delegating server was deleted.</summary>
    AccountOfAGone,

    /// <summary>The account of the delegated server was deleted.</summary>
    AccountOfBGone,

    /// <summary>The owner deletes the nodes that were delegated.</summary>
    OwnerDeletesTheScope,

    /// <summary>The whole scope was finally delegated to another server (DEL-070).</summary>
    ScopeFinallyDelegatedOn,

    /// <summary>The device goes back to its factory state (DEL-277).</summary>
    FactoryReset,
}
