using DmDelegation.Engine.Delegation;

namespace DmDelegation.Tests.Engine.Delegation;

/// <summary>The table of section 15, typed from the specification.</summary>
[TestClass]
public sealed class ReasonCodeTests
{
    /// <summary>Number, name, Status of the refused command (0: none).</summary>
    public static IEnumerable<object[]> Table { get; } =
    [
        [0, "OK", 200],
        [101, "INCOMPLETE", 412],
        [102, "ILLEGAL_TYPE", 403],
        [103, "NOT_CREATOR", 425],
        [104, "LIMIT", 420],
        [105, "ID_REUSED", 418],
        [106, "SERVER_ILLEGAL", 403],
        [110, "NONCE_INVALID", 403],
        [111, "SEQ_REPLAY", 403],
        [120, "SCOPE_INVALID", 404],
        [121, "SCOPE_PROTECTED", 403],
        [122, "NOT_OWNER", 425],
        [123, "RIGHTS_EXCEEDED", 425],
        [124, "SCOPE_CONFLICT", 403],
        [125, "CHAIN_ILLEGAL", 403],
        [126, "ACCOUNT_INVALID", 403],
        [127, "SCOPE_PINNED", 405],
        [130, "EXPIRY_INVALID", 403],
        [131, "CLOCK_UNTRUSTED", 403],
        [140, "VOUCHER_REQUIRED", 403],
        [141, "VOUCHER_SIGNATURE", 403],
        [142, "VOUCHER_UNTRUSTED", 403],
        [143, "VOUCHER_MISMATCH", 403],
        [144, "VOUCHER_FORMAT", 403],
        [150, "KEY_MISSING", 412],
        [151, "KEY_DECRYPT", 403],
        [152, "KEY_WEAK", 403],
        [154, "KEY_TRANSPORT", 403],
        [160, "DEVICE_FULL", 420],
        [170, "CONFIRM_TIMEOUT", 0],
        [171, "KEY_LOCKOUT", 0],
        [172, "PROOF_BAD", 403],
        [173, "NOT_CONFIRMED", 425],
        [174, "ROTATION_REQUIRED", 425],
        [175, "CANCELLED", 0],
        [180, "REVOKED", 0],
        [181, "EXPIRED", 0],
        [182, "RELINQUISHED", 0],
        [183, "PARENT_ENDED", 0],
        [184, "A_ACCOUNT_GONE", 0],
        [185, "B_ACCOUNT_GONE", 0],
        [186, "SUPERSEDED", 0],
        [187, "LOCAL", 0],
        [190, "FINAL_IRREVOCABLE", 405],
        [191, "STATE_CONFLICT", 405],
        [192, "TIMEOUT", 0],
        [500, "INTERNAL", 500],
        [501, "ROLLBACK_INCOMPLETE", 500],
        [502, "STORE_CORRUPT", 500],
    ];

    [TestMethod]
    [DynamicData(nameof(Table))]
    public void A_code_has_the_name_and_the_status_of_the_table_DEL_390(int code, string name, int status)
    {
        var reason = ReasonCode.Of(code);
        Assert.AreEqual(code, reason.Code);
        Assert.AreEqual(name, reason.Name);
        Assert.AreEqual(status, reason.Status);
    }

    [TestMethod]
    public void There_are_no_other_codes_DEL_390() => Assert.HasCount(Table.Count(), ReasonCode.All.ToList());

    [TestMethod]
    public void Three_faults_leave_the_record_Staged_DEL_097() =>
        CollectionAssert.AreEquivalent(
            new[] { ReasonCode.NonceInvalid, ReasonCode.ClockUntrusted, ReasonCode.Limit },
            ReasonCode.All.Where(reason => reason.LeavesStaged).ToList());
}
