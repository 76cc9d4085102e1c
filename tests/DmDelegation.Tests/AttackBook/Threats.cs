namespace DmDelegation.Tests.AttackBook;

/// <summary>The threats of 13.2, and where each is tried.</summary>
public static class Threats
{
    /// <summary>One row per threat; the test has the number in its name (<c>_T01_</c>), or there is a reason.</summary>
    public static readonly (int Number, string Threat, string? Untried)[] Rows =
    [
        (1, "B reads or writes outside its subtree", null),
        (2, "B changes ACLs so that its access outlives the delegation", null),
        (3, "B adds a second account for itself or a friend", null),
        (4, "B changes its own account so that it survives, or points to another server", null),
        (5, "B replaces or deletes A's account, so that A cannot revoke", null),
        (6, "B adds nodes at the root or elsewhere through wildcard rights", null),
        (7, "B uses Copy to carry data out of or into places it may not touch", null),
        (8, "B or A renames or deletes an ancestor, so that scope or undo no longer match", null),
        (9, "B has the agent, a plug-in or a download act outside the scope with the agent's rights", null),
        (10, "B writes a serialised tree that carries ACL properties", null),
        (11, "B edits the record: longer expiry, wider scope, state", null),
        (12, "B sub-delegates more than it has, longer, or for ever", "needs sub-delegation (DEL-060), which is refused until then"),
        (13, "B stays in session past expiry or revocation", null),
        (14, "B runs a long operation or sends a long message to outsit revocation", null),
        (15, "replay of a recorded Delegation Command", null),
        (16, "replay of B's first login or proof", null),
        (17, "stolen or guessed TDK", null),
        (18, "A plays B with the TDK after the handover", "needs rotation (DEL-181)"),
        (19, "TDK of one delegation used for another, or with altered terms", null),
        (20, "malicious key blob or voucher: padding oracle, huge nesting, wrong algorithm", null),
        (21, "voucher by somebody else, or for another device or server", null),
        (22, "downgrade to basic authentication or to a weaker digest", null),
        (23, "clock set back, or device switched off, to stretch the period", null),
        (24, "clock set forward to kill delegations, now or for ever", null),
        (25, "power cuts timed to keep a half-done state", null),
        (26, "many records, big blobs, endless Starts, a device filled up, evidence flushed out of the log", null),
        (27, "outsiders cause lockout or an early end by failing logins", null),
        (28, "D, a server without authority over the scope, starts a delegation", null),
        (29, "A takes a finally delegated subset back", "needs final delegations (DEL-183)"),
        (30, "server identifier with ACL meta characters", null),
        (31, "path tricks: .., double encoding, case, query part", null),
        (32, "B lies to A about the outcome", null),
        (33, "redirect of B's session", null),
        (34, "timing measurement of secret comparisons", null),
        (35, "secrets in logs, swap of sealed files, copy of the store", null),
        (36, "cycle A to B to A to escape the chain", "needs sub-delegation (DEL-060)"),
        (38, "deleting A's account to free B", null),
        (39, "replay or forging of Package 0 for a fresh account", "Package 0 is not built (DEL-177)"),
        (40, "B installs firmware or software that disables the agent", null),
        (41, "D adds an account under the identifier of A, of B, or of a name that ACLs wait for", null),
        (42, "an older copy of the store is put back", null),
        (43, "a server with one node of its own names the home authority as B to freeze it, or blocks everybody", null),
    ];
}
