using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Delegation.Start;
using DmDelegation.Engine.Time;

namespace DmDelegation.Tests.Engine.Delegation;

/// <summary>DEL-115: the limits of a temporary delegation at Start, and the one that is derived when A gave only the other.</summary>
[TestClass]
public sealed class ExpiryCheckTests
{
    private const long Window = 3600;
    private static readonly DateTimeOffset T = new(2030, 1, 1, 3, 4, 5, TimeSpan.Zero);

    [TestMethod]
    [DataRow(9L, 130)]
    [DataRow(10L, 0)]
    [DataRow(31_622_400L, 0)]
    [DataRow(31_622_401L, 130)]
    [DataRow(0L, 130)]
    [DataRow(long.MaxValue, 130)]
    public void A_budget_is_ten_seconds_to_366_days_DEL_030(long seconds, int code)
    {
        Assert.AreEqual(code, Run(Terms(maxSeconds: seconds)).Code);
        Assert.AreEqual(code, Run(Terms(maxSeconds: seconds), ClockTrust.Unknown).Code);
    }

    [TestMethod]
    [DataRow(-1L, 130)]
    [DataRow(0L, 130)]
    [DataRow(9L, 130)]
    [DataRow(10L, 0)]
    [DataRow(31_622_400L, 0)]
    [DataRow(31_622_401L, 130)]
    public void The_end_is_ten_seconds_to_366_days_from_now_DEL_030_DEL_207(long secondsFromNow, int code)
    {
        // Trusted: now is T, whatever A says.
        Assert.AreEqual(code, Run(Terms(notAfter: secondsFromNow, now: -5)).Code);
        // Not trusted: now is A's time, or that of the voucher, whichever is later.
        Assert.AreEqual(code, Run(Terms(notAfter: secondsFromNow, now: 0), ClockTrust.Unknown, voucher: -100).Code);
        Assert.AreEqual(code, Run(Terms(notAfter: secondsFromNow, now: -100), ClockTrust.Plausible, voucher: 0).Code);
        Assert.AreEqual(code, Run(Terms(notAfter: secondsFromNow), ClockTrust.Unknown, voucher: 0).Code);
        Assert.AreEqual(code, Run(Terms(notAfter: secondsFromNow, now: 0), ClockTrust.Unknown).Code);
    }

    [TestMethod]
    public void From_the_end_alone_the_budget_is_derived_DEL_207()
    {
        Assert.AreEqual(1000, Run(Terms(notAfter: 1000)).Terms.MaxSeconds);
        Assert.AreEqual(1100, Run(Terms(notAfter: 1000, now: -100), ClockTrust.Unknown).Terms.MaxSeconds);
        Assert.AreEqual(900, Run(Terms(notAfter: 1000, now: -100), ClockTrust.Unknown, voucher: 100).Terms.MaxSeconds);
        Assert.AreEqual(131, Run(Terms(notAfter: 1000), ClockTrust.Unknown).Code);
        Assert.AreEqual(131, Run(Terms(notAfter: 1000), ClockTrust.Plausible).Code);
    }

    [TestMethod]
    public void From_the_budget_alone_the_end_is_derived_if_the_clock_is_trusted_DEL_207()
    {
        Assert.AreEqual(T.AddSeconds(Window + 60), Run(Terms(maxSeconds: 60)).Terms.NotAfter);
        Assert.IsNull(Run(Terms(maxSeconds: 60), ClockTrust.Unknown).Terms.NotAfter);
        Assert.IsNull(Run(Terms(maxSeconds: 60, now: 0), ClockTrust.Plausible, voucher: 0).Terms.NotAfter);
    }

    [TestMethod]
    public void Both_limits_stay_as_A_wrote_them_DEL_207()
    {
        foreach (var trust in new[] { ClockTrust.Trusted, ClockTrust.Plausible, ClockTrust.Unknown })
        {
            var (terms, code) = Run(Terms(notAfter: 1000, maxSeconds: 60), trust);
            Assert.AreEqual((0, T.AddSeconds(1000), 60L), (code, terms.NotAfter, terms.MaxSeconds));
        }
    }

    [TestMethod]
    [DataRow(60 + Window + 86_400, 0)]
    [DataRow(60 + Window + 86_401, 130)]
    [DataRow(30L * 86_400, 130)]
    public void Limits_that_contradict_each_other_are_refused_DEL_208(long notAfter, int code)
    {
        foreach (var trust in new[] { ClockTrust.Trusted, ClockTrust.Plausible, ClockTrust.Unknown })
        {
            Assert.AreEqual(code, Run(Terms(notAfter: notAfter, maxSeconds: 60, now: 0), trust).Code, trust.ToString());
        }

        Assert.AreEqual(0, Run(Terms(notAfter: notAfter, maxSeconds: 60)).Code, "without A's time there is nothing to contradict");
    }

    [TestMethod]
    public void An_end_before_A_s_own_time_is_refused_DEL_208()
    {
        Assert.AreEqual(130, Run(Terms(notAfter: 1000, maxSeconds: 60, now: 1001)).Code);
        Assert.AreEqual(0, Run(Terms(notAfter: 1000, maxSeconds: 60, now: 999)).Code);
    }

    [TestMethod]
    public void Policy_budget_needs_a_budget_of_A_DEL_214()
    {
        Assert.AreEqual(0, Run(Terms(maxSeconds: 60, budget: true)).Code);
        Assert.AreEqual(0, Run(Terms(maxSeconds: 60, notAfter: 1000, budget: true)).Code);
        Assert.AreEqual(130, Run(Terms(notAfter: 1000, budget: true)).Code, "a derived one is none");
        Assert.AreEqual(130, Run(Terms(budget: true) with { DurationType = DurationType.UntilRevoked }).Code);
    }

    [TestMethod]
    [DataRow(DurationType.UntilRevoked)]
    [DataRow(DurationType.Final)]
    public void What_has_no_end_gets_none_DEL_026(object duration)
    {
        var (terms, code) = Run(Terms() with { DurationType = (DurationType)duration });
        Assert.AreEqual((0, null, null), (code, terms.NotAfter, terms.MaxSeconds));
    }

    [TestMethod]
    public void The_voucher_is_read_only_if_its_time_is_needed_DEL_159()
    {
        ExpiryCheck.Run(Terms(notAfter: 1000), Clock(ClockTrust.Trusted), T, () => throw new InvalidOperationException("cryptography before its turn"));
        ExpiryCheck.Run(Terms(maxSeconds: 60), Clock(ClockTrust.Unknown), T, () => throw new InvalidOperationException("cryptography before its turn"));
    }

    private static (DelegationTerms Terms, int Code) Run(DelegationTerms terms, ClockTrust trust = ClockTrust.Trusted, long? voucher = null)
    {
        var (derived, fault) = ExpiryCheck.Run(terms, Clock(trust), T, () => voucher is { } seconds ? T.AddSeconds(seconds) : null);
        return (derived, (fault ?? ReasonCode.Ok).Code);
    }

    private static EffectiveClock Clock(ClockTrust trust) => new(T, 0, "boot", trust, trust == ClockTrust.Trusted);

    private static DelegationTerms Terms(long? notAfter = null, long? maxSeconds = null, long? now = null, bool budget = false)
    {
        var (terms, fault) = TermsReader.Read(RecordKit.Record("minimal-partial"));
        Assert.IsNull(fault);
        return terms! with
        {
            DurationType = DurationType.Temporary,
            WindowSeconds = Window,
            NotAfter = notAfter is { } end ? T.AddSeconds(end) : null,
            MaxSeconds = maxSeconds,
            TimeOfA = now is { } told ? T.AddSeconds(told) : null,
            BudgetWhenTimeUnknown = budget,
        };
    }
}
