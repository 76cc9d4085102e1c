namespace DmDelegation.ServerStub.Delegation;

/// <summary>The reason codes of delegation.md 15 that a server sets itself; those of the device are passed on as numbers.</summary>
public static class ReasonCode
{
    /// <summary>OK.</summary>
    public const int Ok = 0;

    /// <summary>SERVER_ILLEGAL: refused in step 1.</summary>
    public const int ServerIllegal = 106;

    /// <summary>VOUCHER_SIGNATURE: a signature of step 2 does not verify.</summary>
    public const int VoucherSignature = 141;

    /// <summary>VOUCHER_MISMATCH: the terms are not those that were signed (DEL-363).</summary>
    public const int VoucherMismatch = 143;

    /// <summary>KEY_MISSING.</summary>
    public const int KeyMissing = 150;

    /// <summary>KEY_DECRYPT: keys, check value or BH differ between the two ends (DEL-156, DEL-366).</summary>
    public const int KeyDecrypt = 151;

    /// <summary>CANCELLED.</summary>
    public const int Cancelled = 175;

    /// <summary>REVOKED.</summary>
    public const int Revoked = 180;

    /// <summary>RELINQUISHED: by B.</summary>
    public const int Relinquished = 182;

    /// <summary>PARENT_ENDED: cascade.</summary>
    public const int ParentEnded = 183;

    /// <summary>FINAL_IRREVOCABLE.</summary>
    public const int FinalIrrevocable = 190;

    /// <summary>STATE_CONFLICT: event not possible in this state.</summary>
    public const int StateConflict = 191;

    /// <summary>TIMEOUT: a server-to-server timer ran out (DEL-373).</summary>
    public const int Timeout = 192;

    /// <summary>INTERNAL.</summary>
    public const int Internal = 500;
}
