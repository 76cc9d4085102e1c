using System.Collections.Frozen;

namespace DmDelegation.Agent.Queries;

/// <summary>The reason codes of section 15 in words, and what to do next, for people who have not the specification at hand.</summary>
internal static class ReasonWords
{
    private static readonly FrozenDictionary<int, (string Words, string Next)> Table = new Dictionary<int, (string, string)>
    {
        [0] = ("done", ""),
        [101] = ("a leaf is missing or malformed", "A builds a new record"),
        [102] = ("illegal combination of types", "A builds a new record with a legal type"),
        [103] = ("wrong or not sufficiently authenticated server", "A starts it itself, over an authenticated session"),
        [104] = ("too many records or Starts", "wait, or end another delegation: dmagent delegation list"),
        [105] = ("the id is in use or was used before", "A takes a new id"),
        [106] = ("delegated server illegal", "A names another server"),
        [110] = ("nonce stale or used", "A reads a fresh nonce and starts again"),
        [111] = ("sequence number not greater", "A builds a new record with the next sequence number"),
        [120] = ("a scope address is not there", "A builds a new record; dmagent tree list shows what is there"),
        [121] = ("a scope entry is protected", "A builds a new record without it"),
        [122] = ("A could not reassign the node itself", "dmagent acl show tells who can"),
        [123] = ("A lacks a right that it grants", "dmagent acl show tells what A has"),
        [124] = ("overlaps a live delegation", "end the other first: dmagent delegation list"),
        [125] = ("sub-delegation or final not open to A", "A asks for less, or the owner allows it"),
        [126] = ("account data not usable", "A builds a new record"),
        [127] = ("in use by a live delegation", "end that first: dmagent delegation list"),
        [130] = ("period contradictory or out of bounds", "A builds a new record with another period"),
        [131] = ("the time is not known", "let the clock be synchronised"),
        [140] = ("a voucher is required", "A adds one, or voucherRequired is taken back in the configuration"),
        [141] = ("signature of the voucher bad", "A has the voucher signed anew"),
        [142] = ("signer of the voucher not trusted", "check voucherAnchorsFile in the configuration"),
        [143] = ("voucher and record differ", "A has a voucher made for this record"),
        [144] = ("form of the voucher not accepted", "A has the voucher signed anew"),
        [150] = ("there is no key", "A builds a new record with a key"),
        [151] = ("the key could not be opened", "A encrypts to the certificate in ./Delegation/Cap/DeviceCert"),
        [152] = ("the key is weak", "A takes a random key"),
        [154] = ("key over an unprotected session", "A uses method cms, or a protected session"),
        [160] = ("no storage left", "make room on the device"),
        [170] = ("B did not confirm in time", "check that B is up, then A starts a new one"),
        [171] = ("too many failed logins or proofs of B", "check that B got the right key, then A starts a new one"),
        [172] = ("wrong proof", "B derives the proof anew and repeats"),
        [173] = ("B has not confirmed yet", "B confirms first"),
        [174] = ("B must take new credentials first", "B rotates"),
        [175] = ("cancelled before B confirmed", ""),
        [180] = ("revoked by its delegating server", ""),
        [181] = ("the period is over", "more time needs a new delegation"),
        [182] = ("given back by B", ""),
        [183] = ("the delegation above it ended", ""),
        [184] = ("the account of A is gone", ""),
        [185] = ("the account of B is gone", ""),
        [186] = ("delegated on finally", ""),
        [187] = ("ended at the device or by its owner", ""),
        [190] = ("the delegation is final", "only a factory reset ends it"),
        [191] = ("not possible in this state", "dmagent delegation show tells the state"),
        [192] = ("no answer between the servers in time", "A starts a new one"),
        [500] = ("internal fault", "see the journal"),
        [501] = ("home scheme not completely restored", "compare the ACLs with the owner's plan: dmagent acl show"),
        [502] = ("the store is damaged", "see the journal"),
    }.ToFrozenDictionary();

    /// <summary>Codes that have words.</summary>
    public static IEnumerable<int> All => Table.Keys;

    /// <summary>The reason in words.</summary>
    public static string Of(int code) => Table.TryGetValue(code, out var row) ? row.Words : $"reason {code}";

    /// <summary>What to do next; empty: nothing is left to do.</summary>
    public static string Next(int code) => Table.TryGetValue(code, out var row) ? row.Next : "";
}
