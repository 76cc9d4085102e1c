using DmDelegation.Engine.Time;

namespace DmDelegation.Engine.Delegation.Start;

/// <summary>The expiry rules at Start (DEL-115: DEL-030, DEL-207, DEL-208, DEL-214).</summary>
internal static class ExpiryCheck
{
    private const long MinSeconds = 10;
    private const long MaxSeconds = 366L * 86_400;
    private const long SlackSeconds = 86_400;

    /// <summary>Checks the period and derives the limit that was left out, so that either still bites if the other goes blind.</summary>
    /// <param name="voucherTime">The voucher's <c>created-on</c>, looked at only when the clock is not trusted.</param>
    public static (DelegationTerms Terms, ReasonCode? Fault) Run(DelegationTerms terms, EffectiveClock clock, DateTimeOffset time, Func<DateTimeOffset?> voucherTime)
    {
        if (terms.BudgetWhenTimeUnknown && terms.MaxSeconds is null)
        {
            return (terms, ReasonCode.ExpiryInvalid);
        }

        if (terms.DurationType != DurationType.Temporary)
        {
            return (terms, null);
        }

        if (terms.MaxSeconds is < MinSeconds or > MaxSeconds || Contradictory(terms))
        {
            return (terms, ReasonCode.ExpiryInvalid);
        }

        var trusted = clock.Trust == ClockTrust.Trusted;
        if (terms.NotAfter is not { } notAfter)
        {
            // Only with a trusted clock is there a second limit to derive (DEL-207).
            return (trusted ? terms with { NotAfter = time.Later(TimeSpan.FromSeconds(terms.WindowSeconds + terms.MaxSeconds!.Value)) } : terms, null);
        }

        var now = trusted ? time : Later(terms.TimeOfA, voucherTime());
        if (now is null)
        {
            // Both limits given: the budget bites without a clock. NotAfter alone has nothing to count from.
            return (terms, terms.MaxSeconds is null ? ReasonCode.ClockUntrusted : null);
        }

        var left = (notAfter - now.Value).TotalSeconds;
        if (left is < MinSeconds or > MaxSeconds)
        {
            return (terms, ReasonCode.ExpiryInvalid);
        }

        return (terms with { MaxSeconds = terms.MaxSeconds ?? (long)left }, null);
    }

    /// <summary>All three given, and NotAfter later than Now + Window + MaxSeconds + a day, or earlier than Now (DEL-208).</summary>
    private static bool Contradictory(DelegationTerms terms) =>
        terms is { NotAfter: { } notAfter, MaxSeconds: { } seconds, TimeOfA: { } now }
        && (notAfter < now || (notAfter - now).TotalSeconds > terms.WindowSeconds + seconds + SlackSeconds);

    /// <summary>The later of two times, either of which may be missing.</summary>
    public static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;
}
