namespace DmDelegation.Tests.Simulation;

/// <summary>An invariant does not hold. Which, and what was seen.</summary>
public sealed class InvariantException(string invariant, string seen) : Exception($"{invariant}: {seen}")
{
    public string Invariant { get; } = invariant;
}
