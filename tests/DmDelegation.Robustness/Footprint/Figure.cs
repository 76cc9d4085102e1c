namespace DmDelegation.Robustness.Footprint;

/// <summary>One figure of the measurement, beside what is wanted of it.</summary>
/// <param name="Name">Stable name, for JSON.</param>
/// <param name="What">For people.</param>
/// <param name="Value">As measured.</param>
/// <param name="Unit">Unit of value, budget and limit.</param>
/// <param name="Budget">What the design wants; null: nothing.</param>
/// <param name="Limit">Above it the measurement fails; null: reported only. Where it lies above the budget, the footprint document says why.</param>
internal sealed record Figure(string Name, string What, double Value, string Unit, double? Budget = null, double? Limit = null)
{
    /// <summary>Not above the limit, if there is one.</summary>
    public bool Passes => Limit is not { } limit || Value <= limit;

    /// <summary>Budget kept, missed or none.</summary>
    public string Verdict => Budget is not { } budget ? "" : Value <= budget ? "kept" : Passes ? "missed" : "OVER THE LIMIT";
}
