namespace DmDelegation.Tests.Scenarios;

/// <summary>Cases of scenarios (section 17) that no test asserts yet, by name and with the reason.</summary>
public static class NotYet
{
    /// <summary>One row per case.</summary>
    public static readonly (string Scenario, string Case, string Reason)[] Rows =
    [
        ("S-114", "all of it", "Exec runs no binding yet (issue 4 and later): nothing of B can run out its time"),
        ("S-206", "all of it", "Exec runs no binding yet (issue 4 and later): no download can be told where to write"),
        ("S-064", "same timing class", "speed is never asserted with a clock (design 5); that all answers are the same is"),
    ];
}
