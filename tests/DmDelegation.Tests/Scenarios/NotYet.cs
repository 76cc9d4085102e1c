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
        ("S-088", "timing measured", "speed is never asserted with a clock (design 5); that the same work is done is, and the bench verb shows the time"),
        ("S-211", "time bounds", "speed is never asserted with a clock (design 5); memory is"),

        // Part dm.
        ("S-024", Whole, "TNDS: serialised trees"),
        ("S-078", Whole, "Package 0"),
        ("S-090", Whole, "Package 0"),
        ("S-122", Whole, "large objects"),
        ("S-205", Whole, "TNDS: serialised trees"),
        ("S-209", Whole, "Inbox and bootstrap"),
    ];
}
