using System.Collections.Frozen;

namespace DmDelegation.Engine.Delegation;

/// <summary>A reason code of section 15: number, name, and the Status of the command that is refused with it (0: none, it is an end).</summary>
/// <param name="Code">The number shown in <c>Reason</c> and in alerts.</param>
/// <param name="Name">The name of the specification.</param>
/// <param name="Status">SyncML status of the refused command.</param>
/// <param name="LeavesStaged">A Start that fails so leaves the record Staged, to be repaired and repeated (DEL-097).</param>
public sealed record ReasonCode(int Code, string Name, int Status, bool LeavesStaged = false)
{
    /// <summary>All is well.</summary>
    public static readonly ReasonCode Ok = new(0, "OK", 200);

    /// <summary>A leaf is missing or malformed.</summary>
    public static readonly ReasonCode Incomplete = new(101, "INCOMPLETE", 412);

    /// <summary>Illegal combination of types.</summary>
    public static readonly ReasonCode IllegalType = new(102, "ILLEGAL_TYPE", 403);

    /// <summary>Wrong or not sufficiently authenticated server; nothing changed.</summary>
    public static readonly ReasonCode NotCreator = new(103, "NOT_CREATOR", 425);

    /// <summary>Too many records or Starts.</summary>
    public static readonly ReasonCode Limit = new(104, "LIMIT", 420, LeavesStaged: true);

    /// <summary>The id is in use or has a tombstone.</summary>
    public static readonly ReasonCode IdReused = new(105, "ID_REUSED", 418);

    /// <summary>B = A, a cycle, or a malformed identifier.</summary>
    public static readonly ReasonCode ServerIllegal = new(106, "SERVER_ILLEGAL", 403);

    /// <summary>The nonce is stale, used, or not for this server.</summary>
    public static readonly ReasonCode NonceInvalid = new(110, "NONCE_INVALID", 403, LeavesStaged: true);

    /// <summary>The sequence number is not greater, or too far above.</summary>
    public static readonly ReasonCode SeqReplay = new(111, "SEQ_REPLAY", 403);

    /// <summary>A scope URI is not canonical or not there.</summary>
    public static readonly ReasonCode ScopeInvalid = new(120, "SCOPE_INVALID", 404);

    /// <summary>A scope entry lies in the protected set.</summary>
    public static readonly ReasonCode ScopeProtected = new(121, "SCOPE_PROTECTED", 403);

    /// <summary>A could not reassign the node itself.</summary>
    public static readonly ReasonCode NotOwner = new(122, "NOT_OWNER", 425);

    /// <summary>A lacks a right it grants.</summary>
    public static readonly ReasonCode RightsExceeded = new(123, "RIGHTS_EXCEEDED", 425);

    /// <summary>Overlaps a live delegation.</summary>
    public static readonly ReasonCode ScopeConflict = new(124, "SCOPE_CONFLICT", 403);

    /// <summary>Depth, time, type or scope of a sub-delegation; final not open to A.</summary>
    public static readonly ReasonCode ChainIllegal = new(125, "CHAIN_ILLEGAL", 403);

    /// <summary>Account data.</summary>
    public static readonly ReasonCode AccountInvalid = new(126, "ACCOUNT_INVALID", 403);

    /// <summary>The node carries a live delegation, or the account is in use by one.</summary>
    public static readonly ReasonCode ScopePinned = new(127, "SCOPE_PINNED", 405);

    /// <summary>Period contradictory or out of bounds.</summary>
    public static readonly ReasonCode ExpiryInvalid = new(130, "EXPIRY_INVALID", 403);

    /// <summary>No usable time.</summary>
    public static readonly ReasonCode ClockUntrusted = new(131, "CLOCK_UNTRUSTED", 403, LeavesStaged: true);

    /// <summary>A voucher is needed.</summary>
    public static readonly ReasonCode VoucherRequired = new(140, "VOUCHER_REQUIRED", 403);

    /// <summary>The voucher's signature is bad.</summary>
    public static readonly ReasonCode VoucherSignature = new(141, "VOUCHER_SIGNATURE", 403);

    /// <summary>The voucher's signer is not trusted for A.</summary>
    public static readonly ReasonCode VoucherUntrusted = new(142, "VOUCHER_UNTRUSTED", 403);

    /// <summary>The voucher and the record differ.</summary>
    public static readonly ReasonCode VoucherMismatch = new(143, "VOUCHER_MISMATCH", 403);

    /// <summary>The voucher's form is not accepted.</summary>
    public static readonly ReasonCode VoucherFormat = new(144, "VOUCHER_FORMAT", 403);

    /// <summary>There is no key.</summary>
    public static readonly ReasonCode KeyMissing = new(150, "KEY_MISSING", 412);

    /// <summary>Any fault of decryption (DEL-159).</summary>
    public static readonly ReasonCode KeyDecrypt = new(151, "KEY_DECRYPT", 403);

    /// <summary>The key is weak (DEL-152).</summary>
    public static readonly ReasonCode KeyWeak = new(152, "KEY_WEAK", 403);

    /// <summary>Method <c>tls</c> without a protected session.</summary>
    public static readonly ReasonCode KeyTransport = new(154, "KEY_TRANSPORT", 403);

    /// <summary>No storage.</summary>
    public static readonly ReasonCode DeviceFull = new(160, "DEVICE_FULL", 420);

    /// <summary>The fail-safe window ran out.</summary>
    public static readonly ReasonCode ConfirmTimeout = new(170, "CONFIRM_TIMEOUT", 0);

    /// <summary>Too many failed logins or proofs.</summary>
    public static readonly ReasonCode KeyLockout = new(171, "KEY_LOCKOUT", 0);

    /// <summary>Confirm with a wrong proof.</summary>
    public static readonly ReasonCode ProofBad = new(172, "PROOF_BAD", 403);

    /// <summary>The command is not on the pre-confirmation list (DEL-175).</summary>
    public static readonly ReasonCode NotConfirmed = new(173, "NOT_CONFIRMED", 425);

    /// <summary>B must rotate its secrets first.</summary>
    public static readonly ReasonCode RotationRequired = new(174, "ROTATION_REQUIRED", 425);

    /// <summary>Ended by A or an ancestor before T2.</summary>
    public static readonly ReasonCode Cancelled = new(175, "CANCELLED", 0);

    /// <summary>Ended by A or an ancestor.</summary>
    public static readonly ReasonCode Revoked = new(180, "REVOKED", 0);

    /// <summary>The period is over.</summary>
    public static readonly ReasonCode Expired = new(181, "EXPIRED", 0);

    /// <summary>Given back by B.</summary>
    public static readonly ReasonCode Relinquished = new(182, "RELINQUISHED", 0);

    /// <summary>Cascade.</summary>
    public static readonly ReasonCode ParentEnded = new(183, "PARENT_ENDED", 0);

    /// <summary>A's account is gone.</summary>
    public static readonly ReasonCode AAccountGone = new(184, "A_ACCOUNT_GONE", 0);

    /// <summary>B's account is gone.</summary>
    public static readonly ReasonCode BAccountGone = new(185, "B_ACCOUNT_GONE", 0);

    /// <summary>Finally delegated on (later, DEL-070).</summary>
    public static readonly ReasonCode Superseded = new(186, "SUPERSEDED", 0);

    /// <summary>Ended at the device, by its operator or the home authority of the root.</summary>
    public static readonly ReasonCode Local = new(187, "LOCAL", 0);

    /// <summary>The delegation is final.</summary>
    public static readonly ReasonCode FinalIrrevocable = new(190, "FINAL_IRREVOCABLE", 405);

    /// <summary>The event is not possible in this state.</summary>
    public static readonly ReasonCode StateConflict = new(191, "STATE_CONFLICT", 405);

    /// <summary>A timer between servers.</summary>
    public static readonly ReasonCode Timeout = new(192, "TIMEOUT", 0);

    /// <summary>An unexpected fault.</summary>
    public static readonly ReasonCode Internal = new(500, "INTERNAL", 500);

    /// <summary>T3 could not restore an entry (DEL-139).</summary>
    public static readonly ReasonCode RollbackIncomplete = new(501, "ROLLBACK_INCOMPLETE", 500);

    /// <summary>No usable store (DEL-298).</summary>
    public static readonly ReasonCode StoreCorrupt = new(502, "STORE_CORRUPT", 500);

    private static readonly FrozenDictionary<int, ReasonCode> ByCode = new[]
    {
        Ok, Incomplete, IllegalType, NotCreator, Limit, IdReused, ServerIllegal, NonceInvalid, SeqReplay,
        ScopeInvalid, ScopeProtected, NotOwner, RightsExceeded, ScopeConflict, ChainIllegal, AccountInvalid, ScopePinned,
        ExpiryInvalid, ClockUntrusted, VoucherRequired, VoucherSignature, VoucherUntrusted, VoucherMismatch, VoucherFormat,
        KeyMissing, KeyDecrypt, KeyWeak, KeyTransport, DeviceFull, ConfirmTimeout, KeyLockout, ProofBad, NotConfirmed,
        RotationRequired, Cancelled, Revoked, Expired, Relinquished, ParentEnded, AAccountGone, BAccountGone, Superseded,
        Local, FinalIrrevocable, StateConflict, Timeout, Internal, RollbackIncomplete, StoreCorrupt,
    }.ToFrozenDictionary(reason => reason.Code);

    /// <summary>All codes, in the order of their numbers.</summary>
    public static IEnumerable<ReasonCode> All => ByCode.Values.OrderBy(reason => reason.Code);

    /// <summary>The reason with a number; <see cref="Internal"/> for one that does not exist.</summary>
    public static ReasonCode Of(int code) => ByCode.GetValueOrDefault(code, Internal);
}
