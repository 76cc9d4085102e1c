using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Time;

namespace DmDelegation.Engine.Delegation;

/// <summary>When a delegation is over by the clock (9.3), as functions of the record and the time.</summary>
public static class Limits
{
    /// <summary>The fail-safe window has run out (DEL-133).</summary>
    public static bool WindowOver(DelegationGrant grant, in ClockReading now) => WindowLeftMs(grant, now) <= 0;

    /// <summary>Milliseconds left of the window, not below zero.</summary>
    public static long WindowLeftMs(DelegationGrant grant, in ClockReading now) => Math.Max(0, (grant.WindowSeconds * 1000) - grant.Window.ElapsedMs(now));

    /// <summary>The period is over: budget used up, T past NotAfter, or A's own mark past it, whichever is first (DEL-210).</summary>
    public static bool Expired(DelegationGrant grant, in ClockReading now, DateTimeOffset time) =>
        grant.DurationType == DurationType.Temporary && LifeLeftMs(grant, now, time) <= 0;

    /// <summary>Milliseconds that B has left to replace its secrets, not below zero; null if it need not, any more or yet (DEL-181).</summary>
    public static long? RotationLeftMs(DelegationRecord record, in ClockReading now) =>
        record is { State: DelegationState.Active or DelegationState.Suspended, Grant: { Rotation: RotationDuty.Due, Life: { } life } grant }
            ? Math.Max(0, (grant.RotateWithinSeconds * 1000) - life.ElapsedMs(now))
            : null;

    /// <summary>Seconds of life left, rounded up; null unless temporary and live.</summary>
    public static long? RemainingSeconds(DelegationRecord record, in ClockReading now, DateTimeOffset time) =>
        record.State.IsLive() && record.Grant is { DurationType: DurationType.Temporary } grant
            ? (LifeLeftMs(grant, now, time) + 999) / 1000
            : null;

    /// <summary>Milliseconds until the earliest limit, not below zero. Before T2 the budget is whole.</summary>
    public static long LifeLeftMs(DelegationGrant grant, in ClockReading now, DateTimeOffset time)
    {
        var left = long.MaxValue;
        if (grant.MaxSeconds is { } seconds)
        {
            left = (seconds * 1000) - (grant.Life?.ElapsedMs(now) ?? 0);
        }

        if (grant.NotAfter is { } notAfter)
        {
            var latest = grant.Mark?.Now(now) is { } told && told > time ? told : time;
            left = Math.Min(left, (long)(notAfter - latest).TotalMilliseconds);
        }

        return Math.Max(0, left);
    }
}
