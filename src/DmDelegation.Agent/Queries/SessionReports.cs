using System.Collections.Immutable;

namespace DmDelegation.Agent.Queries;

/// <summary>Answer of <c>session last</c>.</summary>
/// <param name="Since">When the agent started, in effective time; what was before is forgotten.</param>
/// <param name="Sessions">The last session with each server that had one since then, by server.</param>
internal sealed record LastSessionsReport(string Since, ImmutableArray<LastSessionReport> Sessions);

/// <summary>The last session with a server.</summary>
/// <param name="Server">The server.</param>
/// <param name="Running">Another session with it runs now.</param>
/// <param name="Began">When it began, in effective time; null if none has ended yet.</param>
/// <param name="DurationSeconds">How long it took; 0 if it could not be opened, null if none has ended yet.</param>
/// <param name="Ended"><c>done</c> or <c>failed</c>; null if none has ended yet.</param>
/// <param name="Error">Stable code of the failure, or null.</param>
/// <param name="Text">That code in words, or null.</param>
/// <param name="Commands">Commands of the server that got a status.</param>
/// <param name="Statuses">Which statuses they got, by number.</param>
/// <param name="Done">Sessions with it that ended well since the agent started.</param>
/// <param name="Failed">Sessions with it that failed since then.</param>
internal sealed record LastSessionReport(
    string Server, bool Running, string? Began, double? DurationSeconds, string? Ended, string? Error, string? Text, int Commands,
    ImmutableArray<StatusCountReport> Statuses, long Done, long Failed);

/// <summary>How often a status was given.</summary>
/// <param name="Status">The status.</param>
/// <param name="Count">How often.</param>
internal sealed record StatusCountReport(int Status, int Count);
