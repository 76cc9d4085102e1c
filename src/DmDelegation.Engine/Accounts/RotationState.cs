namespace DmDelegation.Engine.Accounts;

/// <summary>
/// What is known of the secrets of an account that a delegation made, beside their leaves: which of them A could still know, and which
/// earlier one is good until its successor has been used (DEL-181, DEL-182). It goes with the account.
/// </summary>
/// <param name="Client">The credential the device presents (CLCRED).</param>
/// <param name="Server">The credential B presents (SRVCRED).</param>
/// <param name="UsedUp">Sealed fingerprints of the derived and the earlier values, none of which may come again (DEL-181).</param>
public sealed record RotationState(RotatedSecret Client, RotatedSecret Server, ReadOnlyMemory<byte> UsedUp)
{
    /// <summary>Both secrets are B's own (DEL-181).</summary>
    public bool IsDone => this is { Client.Derived: false, Server.Derived: false };
}

/// <summary>One AAuthSecret of a <see cref="RotationState"/>.</summary>
/// <param name="Derived">The present value comes from a TDK, so A knows it.</param>
/// <param name="Earlier">Sealed value that is accepted beside the present one; empty if there is none (DEL-182).</param>
/// <param name="EarlierDerived">That value comes from a TDK.</param>
public sealed record RotatedSecret(bool Derived, ReadOnlyMemory<byte> Earlier, bool EarlierDerived)
{
    /// <summary>As T1 makes it (DEL-127).</summary>
    public static RotatedSecret OfKey { get; } = new(true, default, false);
}

/// <summary>What DEL-181 still asks of B for the sake of one record.</summary>
public enum RotationDuty
{
    /// <summary>Nothing: B has replaced both secrets, or need not.</summary>
    None = 0,

    /// <summary>To be done within <c>Policy/RotateWithin</c> of T2.</summary>
    Due = 1,

    /// <summary>That time is over: until B rotates, the record gives it the pre-confirmation list only.</summary>
    Overdue = 2,
}
