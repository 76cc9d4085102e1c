namespace DmDelegation.Engine.Delegation;

/// <summary>States of a delegation and their values in <c>State</c> (12.1).</summary>
public enum DelegationState
{
    /// <summary>The record is being built; no effect.</summary>
    Staged = 0,

    /// <summary>T1 done, the fail-safe window runs, B is not proven.</summary>
    Pending = 1,

    /// <summary>T2 done.</summary>
    Active = 2,

    /// <summary>Temporary, time unknown after a reboot.</summary>
    Suspended = 3,

    /// <summary>Final, irrevocable; terminal but live.</summary>
    Finalised = 4,

    /// <summary>Never became active; the home scheme is in force.</summary>
    Failed = 10,

    /// <summary>Ended by A before T2.</summary>
    Cancelled = 11,

    /// <summary>Ended after T2 by A, a cascade, loss of an account, the home authority of the root or the operator.</summary>
    Revoked = 12,

    /// <summary>The period is over.</summary>
    Expired = 13,

    /// <summary>Given back by B.</summary>
    Relinquished = 14,

    /// <summary>Finally delegated on by its owner (later, DEL-070).</summary>
    Superseded = 15,
}

/// <summary>What the states have in common.</summary>
public static class DelegationStates
{
    /// <summary>Pending, Active, Suspended or Finalised (12.1).</summary>
    public static bool IsLive(this DelegationState state) => state is >= DelegationState.Pending and <= DelegationState.Finalised;

    /// <summary>10 to 15 (12.1).</summary>
    public static bool IsEnded(this DelegationState state) => state >= DelegationState.Failed;

    /// <summary>The record gives B the rights of its scope: Active or Finalised (13.1).</summary>
    public static bool GivesRights(this DelegationState state) => state is DelegationState.Active or DelegationState.Finalised;
}

/// <summary>Scope axis (4.1).</summary>
public enum ScopeType
{
    /// <summary>One or more subtrees.</summary>
    Partial,

    /// <summary>The whole tree except the protected set.</summary>
    Full,
}

/// <summary>Duration axis (4.1).</summary>
public enum DurationType
{
    /// <summary>Until A revokes it.</summary>
    UntilRevoked,

    /// <summary>Until a limit, revocation or relinquishing.</summary>
    Temporary,

    /// <summary>Irrevocable once finalised.</summary>
    Final,
}

/// <summary>Confirmation mode (DEL-176).</summary>
public enum ConfirmMode
{
    /// <summary>T2 runs when B's server credential has been verified.</summary>
    Auth,

    /// <summary>T2 runs on a successful Exec Confirm.</summary>
    Exec,
}

/// <summary>Delivery of acknowledgements as shown in <c>Ack</c> (6.1).</summary>
public enum AckState
{
    /// <summary>Nothing to deliver.</summary>
    None = 0,

    /// <summary>In the outbox.</summary>
    Queued = 1,

    /// <summary>The target's Status was 200 or 202.</summary>
    Delivered = 2,

    /// <summary>Refused too often or too old.</summary>
    GivenUp = 3,
}
