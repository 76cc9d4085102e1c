using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Delegation.Start;

namespace DmDelegation.Tests.Engine.Delegation;

/// <summary>DEL-102: the record is complete, every leaf has a legal form and lies in its range.</summary>
[TestClass]
public sealed class TermsReaderTests
{
    private static readonly string[] Required =
        ["Server/ServerID", "ScopeType", "DurationType", "Scope/1/URI", "Scope/1/Rights", "Account/Addr", "Key/Method", "Confirm/Mode", "Confirm/Window", "Nonce", "Seq"];

    private static readonly string[] Optional =
        ["Control", "Server/Name", "Server/CertPin", "Account/AuthType", "Account/ClientName", "Account/ConRef", "Expiry/NotAfter", "Expiry/MaxSeconds",
         "Expiry/Now", "SubDelegation", "Policy/RotateWithin", "Policy/OnTimeUnknown", "Voucher"];

    public static IEnumerable<object[]> RequiredLeaves => Required.Select(leaf => new object[] { leaf });

    public static IEnumerable<object[]> OptionalLeaves => Optional.Select(leaf => new object[] { leaf });

    private static DelegationRecord Complete => RecordKit.Record("all-fields")
        .With("Server/Name", "B").With("Expiry/Now", "20300101T030405Z").With("Voucher", [1]);

    [TestMethod]
    public void A_complete_record_is_read_as_written()
    {
        var (terms, fault) = TermsReader.Read(Complete);
        Assert.IsNull(fault);
        Assert.AreEqual(("b.example", ScopeType.Partial, DurationType.Temporary, false), (terms!.To, terms.ScopeType, terms.DurationType, terms.Exclusive));
        Assert.AreEqual((18L, 86_400L, 7200L, 1, 86_400L), (terms.Seq, terms.MaxSeconds, terms.WindowSeconds, terms.SubDelegation, terms.RotateWithinSeconds));
        Assert.AreEqual(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), terms.NotAfter);
        Assert.AreEqual(new DateTimeOffset(2030, 1, 1, 3, 4, 5, TimeSpan.Zero), terms.TimeOfA);
        CollectionAssert.AreEqual(new[] { "./SCM", "./Net/eth0" }, terms.Scope.Select(entry => entry.Uri).ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(RequiredLeaves))]
    public void A_required_leaf_is_there_and_not_empty_DEL_102(string leaf)
    {
        Assert.AreEqual(101, Code(Complete.Without(leaf)));
        Assert.AreEqual(101, Code(Complete.With(leaf, "")));
    }

    [TestMethod]
    [DynamicData(nameof(OptionalLeaves))]
    public void An_optional_leaf_may_be_absent_but_not_empty_DEL_102(string leaf)
    {
        Assert.AreEqual(0, Code(Complete.Without(leaf)));
        Assert.AreEqual(101, Code(Complete.With(leaf, "")));
    }

    [TestMethod]
    public void Only_Ref_may_be_empty_and_stand_in_the_place_of_Addr_DEL_056_DEL_102()
    {
        var known = Complete.Without("Account/Addr");
        Assert.AreEqual(0, Code(known.With("Account/Ref", "")));
        Assert.AreEqual(0, Code(known.With("Account/Ref", "./DMAcc/b")));
        Assert.AreEqual(101, Code(known));
    }

    [TestMethod]
    public void The_defaults_are_those_of_the_specification_DEL_033()
    {
        var (terms, fault) = TermsReader.Read(RecordKit.Record("minimal-partial"));
        Assert.IsNull(fault);
        Assert.AreEqual((true, 0, "HMAC", 86_400L, false), (terms!.Exclusive, terms.SubDelegation, terms.AuthType, terms.RotateWithinSeconds, terms.BudgetWhenTimeUnknown));
    }

    [TestMethod]
    [DataRow("ScopeType", "Partial")]
    [DataRow("ScopeType", "subset")]
    [DataRow("ScopeType", "partial ")]
    [DataRow("DurationType", "permanent")]
    [DataRow("DurationType", "until_revoked")]
    [DataRow("Control", "joint")]
    [DataRow("Control", "EXCLUSIVE")]
    public void An_unknown_word_on_an_axis_is_an_illegal_type_DEL_032(string leaf, string value) => Assert.AreEqual(102, Code(Complete.With(leaf, value)));

    [TestMethod]
    public void What_is_missing_comes_before_what_is_illegal_DEL_102_DEL_103() =>
        Assert.AreEqual(101, Code(Complete.With("DurationType", "permanent").Without("Seq")));

    [TestMethod]
    [DataRow("Key/Method", "TLS")]
    [DataRow("Key/Method", "rsa")]
    [DataRow("Confirm/Mode", "Auth")]
    [DataRow("Confirm/Mode", "none")]
    [DataRow("Account/AuthType", "BASIC")]
    [DataRow("Account/AuthType", "TRANSPORT")]
    [DataRow("Account/AuthType", "hmac")]
    [DataRow("Policy/OnTimeUnknown", "Budget")]
    [DataRow("Policy/OnTimeUnknown", "go on")]
    public void An_unknown_word_elsewhere_is_malformed_DEL_102(string leaf, string value) => Assert.AreEqual(101, Code(Complete.With(leaf, value)));

    [TestMethod]
    [DataRow("Seq")]
    [DataRow("Expiry/MaxSeconds")]
    [DataRow("Confirm/Window")]
    [DataRow("SubDelegation")]
    [DataRow("Policy/RotateWithin")]
    public void A_number_is_plain_decimal_DEL_102(string leaf)
    {
        foreach (var text in new[] { "0400", "00", "+400", "-400", "400.0", "4e2", " 400", "400 ", "400\n", "0x400", "٤٠٠", "4_00", "400,0", "9223372036854775808", "99999999999999999999999", "four" })
        {
            Assert.AreEqual(101, Code(Complete.With(leaf, text)), text);
        }

        Assert.AreEqual(0, Code(Complete.With(leaf, "400")));
    }

    [TestMethod]
    [DataRow("Seq", "1", "9223372036854775807", "0", "9223372036854775808")]
    [DataRow("Confirm/Window", "10", "604800", "9", "604801")]
    [DataRow("Policy/RotateWithin", "300", "604800", "299", "604801")]
    public void A_number_lies_in_its_range_DEL_102_DEL_134_DEL_181(string leaf, string lowest, string highest, string below, string above)
    {
        Assert.AreEqual((0, 0), (Code(Complete.With(leaf, lowest)), Code(Complete.With(leaf, highest))));
        Assert.AreEqual((101, 101), (Code(Complete.With(leaf, below)), Code(Complete.With(leaf, above))));
    }

    [TestMethod]
    [DataRow("temporary", "86400", 0)]
    [DataRow("temporary", "86401", 101)]
    [DataRow("temporary", null, 101)]
    [DataRow("until-revoked", "86400", 101)]
    [DataRow("final", "86400", 101)]
    public void No_rotation_at_all_is_for_short_temporary_delegations_DEL_181(string duration, string? maxSeconds, int code)
    {
        var record = Complete.With("DurationType", duration).With("Policy/RotateWithin", "0");
        Assert.AreEqual(code, Code(maxSeconds is null ? record.Without("Expiry/MaxSeconds") : record.With("Expiry/MaxSeconds", maxSeconds)));
    }

    [TestMethod]
    [DataRow(1, 101)]
    [DataRow(31, 101)]
    [DataRow(32, 0)]
    [DataRow(33, 101)]
    [DataRow(64, 0)]
    [DataRow(128, 0)]
    [DataRow(160, 101)]
    public void There_are_one_to_four_pins_of_32_octets(int octets, int code) => Assert.AreEqual(code, Code(Complete.With("Server/CertPin", new byte[octets])));

    [TestMethod]
    [DataRow("Add+Delete+Exec+Get+Replace", 0)]
    [DataRow("Replace+Get", 0)]
    [DataRow("Get+Get", 101)]
    [DataRow("get", 101)]
    [DataRow("Get+", 101)]
    [DataRow("+Get", 101)]
    [DataRow("Get++Replace", 101)]
    [DataRow("Get Replace", 101)]
    [DataRow("Get, Replace", 101)]
    [DataRow("All", 101)]
    [DataRow("None", 101)]
    [DataRow("Copy", 101)]
    [DataRow("1", 101)]
    [DataRow("*", 101)]
    public void Rights_are_known_words_each_once_DEL_102(string rights, int code) => Assert.AreEqual(code, Code(Complete.With("Scope/2/Rights", rights)));

    [TestMethod]
    [DataRow("20300102T030405Z", 0)]
    [DataRow("20300102T030405", 101)]
    [DataRow("20300102T030405z", 101)]
    [DataRow("2030-01-02T03:04:05Z", 101)]
    [DataRow("20300102", 101)]
    [DataRow("20301302T030405Z", 101)]
    [DataRow("20300230T030405Z", 101)]
    [DataRow("20300102T250405Z", 101)]
    [DataRow("20300102T030405+0100", 101)]
    [DataRow(" 20300102T030405Z", 101)]
    [DataRow("1893553445", 101)]
    public void Times_are_complete_basic_ISO_8601_in_UTC_DEL_102(string time, int code)
    {
        Assert.AreEqual(code, Code(Complete.With("Expiry/NotAfter", time)));
        Assert.AreEqual(code, Code(Complete.With("Expiry/Now", time)));
    }

    [TestMethod]
    public void An_entry_has_both_leaves_and_a_record_without_entries_is_a_question_of_type_DEL_021_DEL_102()
    {
        Assert.AreEqual(101, Code(Complete with { Interiors = Complete.Interiors.Add("Scope/3") }));
        Assert.AreEqual(0, Code(Complete.WithoutScope()));
    }

    private static int Code(DelegationRecord record) => (TermsReader.Read(record).Fault ?? ReasonCode.Ok).Code;
}
