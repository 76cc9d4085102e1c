using System.Collections.Immutable;

namespace DmDelegation.Engine.Audit;

/// <summary>What refusals have in common that become one audit entry (DEL-401).</summary>
/// <param name="Server">The server that was refused.</param>
/// <param name="DelegationId">The delegation in whose name or scope, empty if none.</param>
/// <param name="By">A, empty without a delegation.</param>
/// <param name="To">B, empty without a delegation.</param>
/// <param name="Reason">Reason code (15); 0: not permitted, without a code of its own.</param>
public readonly record struct RefusalKind(string Server, string DelegationId, string By, string To, int Reason);

/// <summary>
/// The refusals of the running minute. They are counted in the state of the loop and not in the store: a refused command costs no write,
/// however many a server sends, and a crash loses this minute and no more. When the minute is over, and when the agent stops, each kind
/// becomes one entry of the second ring, all of them in one commit (DEL-401).
/// </summary>
/// <param name="SinceBootMs">CLOCK_BOOTTIME in ms of the first refusal.</param>
/// <param name="Counts">Refusals by kind.</param>
public sealed record RefusalMinute(long SinceBootMs, ImmutableDictionary<RefusalKind, int> Counts)
{
    /// <summary>How long refusals are counted together (DEL-401).</summary>
    public const long LengthMs = 60_000;

    /// <summary>Own bound: kinds told apart in one minute; what comes after is one kind per server, so that the ring is not flushed at once.</summary>
    public const int MaxKinds = 32;

    /// <summary>No refusal yet.</summary>
    public static RefusalMinute Begin(long bootMs) => new(bootMs, ImmutableDictionary<RefusalKind, int>.Empty);

    /// <summary>One refusal more.</summary>
    public RefusalMinute Count(RefusalKind kind)
    {
        var counted = Counts.ContainsKey(kind) || Counts.Count < MaxKinds ? kind : new RefusalKind(kind.Server, "", "", "", 0);
        return this with { Counts = Counts.SetItem(counted, Counts.GetValueOrDefault(counted) + 1) };
    }

    /// <summary>Milliseconds until the entries are due.</summary>
    public long LeftMs(long bootMs) => Math.Max(0, SinceBootMs + LengthMs - bootMs);
}
