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

    /// <summary>Sessions with each server, by ServerID.</summary>
    public ImmutableSortedDictionary<string, ServerSessions> Sessions { get; init; } = ImmutableSortedDictionary.Create<string, ServerSessions>(StringComparer.Ordinal);
}

/// <summary>What makes a warning the same as one before, whatever its text says now.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Subject">The server or delegation it is about; empty: the device.</param>
internal readonly record struct WarningKey(string Code, string Subject);

/// <summary>A warning that applies.</summary>
/// <param name="Since">Effective time at which it was first seen to apply.</param>
/// <param name="Severity">How severe it was last.</param>
internal readonly record struct KnownWarning(DateTimeOffset Since, string Severity);

/// <summary>Sessions with one server.</summary>
internal sealed record ServerSessions
{
    /// <summary>Serial of the one that runs, 0 if none does.</summary>
    public long Running { get; init; }

    /// <summary>When that one began.</summary>
    public SessionMoment Began { get; init; }

    /// <summary>Sessions that ended well.</summary>
    public long Done { get; init; }

    /// <summary>Sessions that failed, or could not be opened.</summary>
    public long Failed { get; init; }

    /// <summary>How often commands got which status.</summary>
    public ImmutableSortedDictionary<int, long> Statuses { get; init; } = ImmutableSortedDictionary<int, long>.Empty;

    /// <summary>The last one that ended; null: none did.</summary>
    public EndedSession? Last { get; init; }
}

/// <summary>A moment of a session.</summary>
/// <param name="Time">Effective time.</param>
/// <param name="BootMs">CLOCK_BOOTTIME in ms, which no jump of the wall clock disturbs.</param>
internal readonly record struct SessionMoment(DateTimeOffset Time, long BootMs);

/// <summary>A session that ended.</summary>
/// <param name="Began">When it began.</param>
/// <param name="DurationMs">How long it took, in ms; 0 if it could not be opened.</param>
/// <param name="Error">Stable code of the failure, null if it ended well.</param>
/// <param name="Statuses">How often commands got which status.</param>
internal sealed record EndedSession(DateTimeOffset Began, long DurationMs, string? Error, ImmutableSortedDictionary<int, int> Statuses);
