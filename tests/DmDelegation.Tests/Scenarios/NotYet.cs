namespace DmDelegation.Tests.Scenarios;

/// <summary>
/// Scenarios of section 17 that no test asserts yet, or not in every case, by name and with the reason. A scenario that has no test at all
/// stands here as <see cref="Whole"/>; its row goes when its first test comes.
/// </summary>
public static class NotYet
{
    /// <summary>Nothing of the scenario is asserted.</summary>
    public const string Whole = "all of it";

    /// <summary>One row per case.</summary>
    public static readonly (string Scenario, string Case, string Reason)[] Rows =
    [
        ("S-064", "same timing class", "speed is never asserted with a clock (design 5); that all answers are the same is"),
        ("S-085", "tls: buffers of a real connection, after it is closed and they have been used again", "needs the real process over TLS; the engine's part, the message decoder's and the fresh connection are asserted"),
        ("S-088", "timing measured", "speed is never asserted with a clock (design 5); that the same work is done is, and the bench verb shows the time"),
        ("S-211", "time bounds", "speed is never asserted with a clock (design 5); memory is"),

        // Parts of the specification that come with other features.
        ("S-009", Whole, "final delegations"),
        ("S-010", Whole, "final delegations"),
        ("S-021", Whole, "audit log in full"),
        ("S-080", Whole, "rotation of B's secrets"),
        ("S-081", Whole, "rotation of B's secrets"),
        ("S-082", Whole, "rotation of B's secrets"),
        ("S-083", Whole, "final delegations"),
        ("S-091", Whole, "account changes of B"),
        ("S-092", Whole, "account changes of B"),
        ("S-114", Whole, "Exec on nodes of the device (bindings)"),
        ("S-141", Whole, "audit log in full"),
        ("S-157", Whole, "final delegations"),
        ("S-158", Whole, "final delegations"),
        ("S-162", Whole, "loss of A's account"),
        ("S-164", Whole, "loss of B's account"),
        ("S-167", Whole, "damage injected into an undo record"),
        ("S-168", Whole, "factory reset"),
        ("S-174", Whole, "ACLs that others change during a delegation"),
        ("S-175", Whole, "final delegations"),
        ("S-181", Whole, "accounts counted by reference"),
        ("S-190", Whole, "final delegations"),
        ("S-195", Whole, "final delegations"),
        ("S-206", Whole, "Exec on nodes of the device (bindings)"),
        ("S-216", Whole, "the lock on a guest's account"),
        ("S-217", Whole, "the share of nodes a guest may use"),
        ("S-225", Whole, "rotation of B's secrets"),
        ("S-226", Whole, "final delegations"),
        ("S-237", Whole, "the state table, pair by pair"),
        ("S-255", Whole, "a chain between servers, end to end"),

        // Part dm.
        ("S-024", Whole, "TNDS: serialised trees"),
        ("S-078", Whole, "Package 0"),
        ("S-090", Whole, "Package 0"),
        ("S-122", Whole, "large objects"),
        ("S-205", Whole, "TNDS: serialised trees"),
        ("S-209", Whole, "Inbox and bootstrap"),
    ];
}
