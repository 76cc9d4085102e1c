using System.Collections.Immutable;

namespace DmDelegation.Agent.Loop;

/// <summary>
/// What the running agent has seen since it started, beside its state. It is in memory only: nothing of it is worth a write to the flash, and a
/// restart begins anew.
/// </summary>
/// <param name="Since">Effective time of the start; null: nothing was seen yet.</param>
internal sealed record Observed(DateTimeOffset? Since)
{
    /// <summary>Nothing, as when the store of a stopped agent is read.</summary>
    public static Observed Nothing { get; } = new((DateTimeOffset?)null);

    /// <summary>The warnings that apply, and since when.</summary>
    public ImmutableDictionary<WarningKey, KnownWarning> Warnings { get; init; } = ImmutableDictionary<WarningKey, KnownWarning>.Empty;
}

/// <summary>What makes a warning the same as one before, whatever its text says now.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Subject">The server or delegation it is about; empty: the device.</param>
internal readonly record struct WarningKey(string Code, string Subject);

/// <summary>A warning that applies.</summary>
/// <param name="Since">Effective time at which it was first seen to apply.</param>
/// <param name="Severity">How severe it was last.</param>
internal readonly record struct KnownWarning(DateTimeOffset Since, string Severity);
