using DmDelegation.Tests.Scenarios.Harness;
using E = DmDelegation.Engine.Delegation.DelegationEvent;
using S = DmDelegation.Engine.Delegation.DelegationState;

namespace DmDelegation.Tests.Scenarios.StateTable;

/// <summary>Every row of 12.2 for every event and state it has, and every pair without a row.</summary>
internal static partial class Cases
{
    /// <summary>The ended states that can be reached; Superseded comes with DEL-070.</summary>
    public static readonly S[] Ended = [S.Failed, S.Cancelled, S.Revoked, S.Expired, S.Relinquished];

    private static readonly S[] Lent = [S.Active, S.Suspended];

    private static readonly Func<Expected, Expected> Nobody = expected => expected with { Status = 0, Refusal = 0 };

    private static readonly Func<Expected, Expected> Hidden = expected => expected with { Status = 404, Refusal = 0 };

    /// <summary>All of them.</summary>
    public static IEnumerable<Case> All => ByTheServers().Concat(ByTheClock()).Concat(ByOthers());

    private static IEnumerable<Case> ByTheServers() =>
    [
        .. On(E.AddOfTheId, 3, S.Staged, S.Pending, S.Active, S.Suspended, S.Finalised), .. On(E.AddOfTheId, 3, Ended),

        .. On(E.WriteByA, 4, S.Staged),
        .. On(E.WriteByA, Rows.None, S.Pending, S.Active, S.Suspended, S.Finalised), .. On(E.WriteByA, Rows.None, Ended),

        .. On(E.AShortens, 4, S.Staged),
        .. On(E.AShortens, 24, Lent),
        .. On(E.AShortens, 24, Lent).With(one => one with
        {
            When = "later than it was",
            Act = course => Acts.Shorten(course, (Course.LifeSeconds + 1).ToString()),
            But = expected => new() { Status = 405 },
        }),
        .. On(E.AShortens, 24, Lent).With(one => one with
        {
            When = "expiry becomes due",
            Given = course => course.Pass(TimeSpan.FromDays(2)),
            But = expected => expected with { To = S.Expired, Reason = 181, Alerts = "A:End", Effect = null },
        }),
        .. On(E.AShortens, Rows.None, S.Finalised).With(HasNoExpiry),
        .. On(E.AShortens, Rows.None, S.Pending), .. On(E.AShortens, Rows.None, Ended),

        .. On(E.ATellsTime, 4, S.Staged),
        .. On(E.ATellsTime, 23, S.Pending, S.Active),
        .. On(E.ATellsTime, 23, S.Suspended).With(one => one with
        {
            When = "it becomes clock trusted: row 43",
            But = expected => expected with { To = S.Active, Reason = 0 },
        }),
        .. On(E.ATellsTime, 23, S.Suspended).Child().With(one => one with { When = "the parent is Suspended" }),
        .. On(E.ATellsTime, 23, Lent).With(one => one with
        {
            When = "expiry becomes due",
            Act = course => Acts.TellTime(course, course.Device.EffectiveTime.AddSeconds(Course.LifeSeconds + Course.WindowSeconds)),
            But = expected => expected with { To = S.Expired, Reason = 181, Alerts = "A:End", Effect = null },
        }),
        .. On(E.ATellsTime, Rows.None, S.Finalised).With(HasNoExpiry),
        .. On(E.ATellsTime, Rows.None, Ended),

        .. On(E.Start, 5, S.Staged), .. On(E.Start, 5, S.Staged).KnownB(),
        .. On(E.Start, 6, S.Staged).With(one => one with
        {
            When = "NONCE_INVALID",
            Terms = delegation => delegation.GivenNonce = new byte[32],
            But = expected => expected with { Refusal = 110 },
        }),
        .. On(E.Start, 6, S.Staged).With(one => one with
        {
            When = "CLOCK_UNTRUSTED",
            Setup = setup => setup.ClockTrusted = false,
            Terms = delegation => (delegation["Expiry/MaxSeconds"], delegation["Expiry/NotAfter"], delegation["Expiry/Now"]) = (null, "20300601T000000Z", null),
            But = expected => expected with { Refusal = 131 },
        }),
        .. On(E.Start, 6, S.Staged).With(one => one with
        {
            When = "LIMIT",
            Setup = setup => setup.Delegation = setup.Delegation with { StartsPerHour = 1 },
            Act = StartAnotherFirst,
            But = expected => expected with { Status = 420, Refusal = 104 },
        }),
        .. On(E.Start, 7, S.Staged).With(one => one with
        {
            When = "SCOPE_INVALID",
            Terms = Nowhere,
            But = expected => expected with { Status = 404, Refusal = 120, Reason = 120 },
        }),
        .. On(E.Start, 9, S.Pending, S.Active, S.Suspended, S.Finalised),
        .. On(E.Start, Rows.None, Ended),

        .. On(E.BAuthenticated, Rows.None, S.Staged).KnownB(), .. On(E.BAuthenticated, Rows.None, Ended).KnownB(),
        .. On(E.BAuthenticated, 10, S.Pending).With(one => one with { When = "mode auth", Terms = delegation => delegation.Auth() }),
        .. On(E.BAuthenticated, 11, S.Pending), .. On(E.BAuthenticated, 11, S.Pending).KnownB(),
        .. On(E.BAuthenticated, 12, S.Pending).With(one => one with
        {
            When = "mode auth, clock not trusted after a reboot",
            Terms = delegation => delegation.Auth(),
            Given = RebootWithoutClock,
            But = expected => expected with { Effect = IsAborted },
        }),
        .. On(E.BAuthenticated, 12, S.Pending).KnownB().With(one => one with
        {
            When = "clock not trusted after a reboot",
            Given = RebootWithoutClock,
            But = expected => expected with { Effect = IsAtHomeOnly },
        }),
        .. On(E.BAuthenticated, 12, S.Pending).KnownB().Child().With(one => one with
        {
            When = "parent Suspended",
            Given = HoldByParentAlone,
            But = expected => expected with { Effect = IsAtHomeOnly },
        }),
        .. On(E.BAuthenticated, 28, S.Active, S.Finalised), .. On(E.BAuthenticated, 28, S.Active, S.Finalised).KnownB(),
        .. On(E.BAuthenticated, 29, S.Suspended).With(one => one with { But = expected => expected with { Effect = IsAborted } }),
        .. On(E.BAuthenticated, 29, S.Suspended).KnownB().With(one => one with { But = expected => expected with { Effect = IsAtHomeOnly } }),

        .. On(E.LoginOfBFailed, Rows.None, S.Staged).KnownB(), .. On(E.LoginOfBFailed, Rows.None, Ended).KnownB(),
        .. On(E.LoginOfBFailed, 17, S.Pending), .. On(E.LoginOfBFailed, 17, S.Pending).KnownB(),
        .. On(E.LoginOfBFailed, 18, S.Pending).With(AtTheLimit), .. On(E.LoginOfBFailed, 18, S.Pending).KnownB().With(AtTheLimit),
        .. On(E.LoginOfBFailed, 30, Lent), .. On(E.LoginOfBFailed, 30, Lent).KnownB(),
        .. On(E.LoginOfBFailed, 30, S.Finalised), .. On(E.LoginOfBFailed, 30, S.Finalised).KnownB(),

        .. Confirms(E.ConfirmProofGood), .. Confirms(E.ConfirmProofBad),
        .. On(E.ConfirmProofGood, 13, S.Pending), .. On(E.ConfirmProofGood, 13, S.Pending).KnownB(),
        .. On(E.ConfirmProofGood, 14, S.Pending).With(one => one with { When = "rotated", Terms = Final, Given = course => course.Device.Rotate(course.Delegation) }),
        .. On(E.ConfirmProofGood, 14, S.Pending).KnownB().With(one => one with { When = "on its own credentials", Terms = Final }),
        .. On(E.ConfirmProofGood, 15, S.Pending).With(one => one with { When = "not rotated", Terms = Final }),
        .. On(E.ConfirmProofBad, 17, S.Pending).With(TellsB), .. On(E.ConfirmProofBad, 17, S.Pending).KnownB().With(TellsB),
        .. On(E.ConfirmProofBad, 18, S.Pending).With(AtTheLimit), .. On(E.ConfirmProofBad, 18, S.Pending).KnownB().With(AtTheLimit),

        .. On(E.Cancel, 8, S.Staged), .. On(E.Cancel, 20, S.Pending), .. On(E.Cancel, 47, S.Finalised),
        .. On(E.Cancel, 20, S.Pending).Child().With(ByTheLender),
        .. On(E.Cancel, Rows.None, Lent), .. On(E.Cancel, Rows.None, Ended),

        .. On(E.Revoke, 8, S.Staged), .. On(E.Revoke, 20, S.Pending),
        .. On(E.Revoke, 32, Lent), .. On(E.Revoke, 32, Lent).KnownB(),
        .. On(E.Revoke, 20, S.Pending).Child().With(ByTheLender), .. On(E.Revoke, 32, Lent).Child().With(ByTheLender),
        .. On(E.Revoke, 47, S.Finalised), .. On(E.Revoke, 47, S.Finalised).KnownB(),
        .. On(E.Revoke, Rows.None, Ended),

        .. On(E.Reduce, Rows.None, S.Staged, S.Pending), .. On(E.Reduce, Rows.None, Ended),
        .. On(E.Reduce, 47, S.Finalised),
        .. On(E.Reduce, 33, Lent), .. On(E.Reduce, 33, Lent).KnownB(),
        .. On(E.Reduce, 34, Lent).With(one => one with { Act = course => course.Say(Given.A, course.Delegation.Operation("Reduce", "1+2")) }),

        .. On(E.Relinquish, Rows.None, S.Staged).KnownB().With(one => one with { When = "hidden from B: no event", But = Hidden }),
        .. On(E.Relinquish, 22, S.Pending, S.Active), .. On(E.Relinquish, 22, S.Pending, S.Active, S.Suspended).KnownB(),
        .. On(E.Relinquish, 47, S.Finalised), .. On(E.Relinquish, 47, S.Finalised).KnownB(),
        .. On(E.Relinquish, Rows.None, Ended).KnownB(),
        .. On(E.Relinquish, Rows.None, Ended).With(one => one with { When = "B has no account: no event", But = Nobody }),

        .. On(E.DeleteOfTheRecord, 8, S.Staged), .. On(E.DeleteOfTheRecord, 20, S.Pending), .. On(E.DeleteOfTheRecord, 32, Lent), .. On(E.DeleteOfTheRecord, 47, S.Finalised),
        .. On(E.DeleteOfTheRecord, 52, Ended),

        .. On(E.BReplacesPins, 25, S.Active, S.Finalised).With(HasPin),
        .. On(E.BReplacesPins, 25, S.Active, S.Finalised).With(HasPin).With(one => one with
        {
            When = "without the present pin",
            Act = course => Acts.ReplacePins(course, Acts.NextPin),
            But = _ => new() { Status = 405 },
        }),
        .. On(E.BReplacesPins, Rows.None, S.Pending, S.Suspended).KnownB().With(HasPin), .. On(E.BReplacesPins, Rows.None, Ended).KnownB().With(HasPin),
        .. On(E.BReplacesPins, Rows.None, S.Pending).With(HasPin).With(one => one with { When = "not confirmed: no event", But = _ => new() { Status = 425, Refusal = 173 } }),
        .. On(E.BReplacesPins, Rows.None, S.Staged).KnownB().With(one => one with { When = "hidden from B: no event", But = Hidden }),
        .. On(E.BRotates, 26, S.Pending, S.Active, S.Finalised),
        .. On(E.BRotates, Rows.None, S.Staged).With(one => one with { When = "B has no account: no event", But = Nobody }),
        .. On(E.BRotates, Rows.None, S.Suspended).With(one => one with { When = "B does not get in: no event", But = expected => expected with { Status = 425, Refusal = 0 } }),
        .. On(E.BRotates, Rows.None, Ended).With(one => one with { When = "B has no account: no event", But = Nobody }),
    ];

    private static IEnumerable<Case> ByTheClock() =>
    [
        .. On(E.RotationOverdue, Rows.None, S.Staged, S.Pending, S.Finalised).With(MustRotate), .. On(E.RotationOverdue, Rows.None, Ended).With(MustRotate),
        .. On(E.RotationOverdue, 27, Lent).With(MustRotate),

        .. On(E.WindowOver, Rows.None, S.Staged).With(one => one with
        {
            Terms = delegation => delegation["Confirm/Window"] = "60",
            Act = course => { course.Pass(TimeSpan.FromSeconds(60)); return 0; },
        }),
        .. On(E.WindowOver, 19, S.Pending), .. On(E.WindowOver, 19, S.Pending).KnownB(),
        .. On(E.WindowOver, Rows.None, Lent), .. On(E.WindowOver, Rows.None, S.Finalised), .. On(E.WindowOver, Rows.None, Ended),

        .. On(E.ExpiryDue, Rows.None, S.Staged).With(SoonOver),
        .. On(E.ExpiryDue, 19, S.Pending).With(SoonOver),
        .. On(E.ExpiryDue, Rows.None, S.Finalised),
        .. On(E.ExpiryDue, 35, Lent), .. On(E.ExpiryDue, 35, Lent).KnownB(),
        .. On(E.ExpiryDue, Rows.None, S.Failed, S.Cancelled, S.Revoked, S.Relinquished).With(SoonOver),
        .. On(E.ExpiryDue, Rows.None, S.Expired).With(one => one with { When = "once more", Act = course => { course.Pass(TimeSpan.FromDays(1)); return 0; } }),

        .. On(E.Age, 8, S.Staged).With(one => one with { When = "900 s", Act = course => { course.Pass(TimeSpan.FromSeconds(900)); return 0; } }),
        .. On(E.Age, 8, S.Staged).With(one => one with
        {
            When = "a third session of its creator",
            Given = course => course.Say(Given.A, Dm.Get("./DevInfo/Lang")),
            Act = course => { course.Say(Given.A, Dm.Get("./DevInfo/Lang")); return 0; },
        }),
        .. On(E.Age, Rows.None, S.Pending).With(one => one with { When = "that of a staged record", Act = course => { course.Pass(TimeSpan.FromSeconds(900)); return 0; } }),
        .. On(E.Age, Rows.None, Lent), .. On(E.Age, Rows.None, S.Finalised),
        .. On(E.Age, 52, Ended),

        .. On(E.Restart, 8, S.Staged), .. On(E.Restart, 42, S.Pending), .. On(E.Restart, 40, S.Active), .. On(E.Restart, 46, S.Suspended),
        .. On(E.Restart, 50, S.Finalised), .. On(E.Restart, Rows.None, Ended),
        .. On(E.Restart, 40, S.Active).With(one => one with
        {
            When = "limits are checked first",
            Act = course =>
            {
                course.Device.Pass(Course.LifeSeconds * 1000);
                course.Unconnected(course.Device.Restart);
                return 0;
            },
            But = IsExpired,
        }),

        .. On(E.RebootClockTrusted, 8, S.Staged), .. On(E.RebootClockTrusted, 42, S.Pending), .. On(E.RebootClockTrusted, 40, S.Active), .. On(E.RebootClockTrusted, 50, S.Finalised),
        .. On(E.RebootClockTrusted, Rows.None, Ended),
        .. On(E.RebootClockTrusted, 40, S.Active).With(one => one with { When = "limits are checked first", Act = RebootLater, But = IsExpired }),
        .. On(E.RebootClockTrusted, 43, S.Suspended),
        .. On(E.RebootClockTrusted, 44, S.Suspended).With(one => one with { Act = RebootLater }),

        .. On(E.RebootClockNotTrusted, 8, S.Staged), .. On(E.RebootClockNotTrusted, 42, S.Pending), .. On(E.RebootClockNotTrusted, 38, S.Active),
        .. On(E.RebootClockNotTrusted, 39, S.Active).With(one => one with { When = "policy budget", Terms = Budget }),
        .. On(E.RebootClockNotTrusted, 39, S.Active).With(one => one with { When = "until revoked", Terms = UntilRevoked }),
        .. On(E.RebootClockNotTrusted, 46, S.Suspended), .. On(E.RebootClockNotTrusted, 50, S.Finalised), .. On(E.RebootClockNotTrusted, Rows.None, Ended),

        .. On(E.ClockTrusted, Rows.None, S.Staged).With(one => one with { Setup = setup => setup.ClockTrusted = false }),
        .. On(E.ClockTrusted, 42, S.Pending).With(one => one with { Given = RebootWithoutClock }),
        .. On(E.ClockTrusted, Rows.None, S.Active).With(one => one with { When = "policy budget", Terms = Budget, Given = RebootWithoutClock }),
        .. On(E.ClockTrusted, Rows.None, S.Active).With(one => one with { When = "until revoked", Terms = UntilRevoked, Given = RebootWithoutClock }),
        .. On(E.ClockTrusted, Rows.None, S.Finalised).With(one => one with { Given = RebootWithoutClock }),
        .. On(E.ClockTrusted, 43, S.Suspended),
        .. On(E.ClockTrusted, 45, S.Suspended).Child().With(one => one with
        {
            When = "A's time, parent Suspended",
            Act = course => { Acts.Of[E.ATellsTime](course); return 0; },
        }),
        .. On(E.ClockTrusted, 44, S.Suspended).With(one => one with { Act = course => { course.TrustClock(Later); return 0; } }),
        .. On(E.ClockTrusted, Rows.None, Ended).With(one => one with { Given = RebootWithoutClock }),
    ];

    private static IEnumerable<Case> ByOthers() =>
    [
        .. On(E.ParentEnded, Rows.None, S.Staged).Child(), .. On(E.ParentEnded, Rows.None, Ended).Child(),
        .. On(E.ParentEnded, 21, S.Pending).Child(), .. On(E.ParentEnded, 21, S.Pending).Child().KnownB(),
        .. On(E.ParentEnded, 36, Lent).Child(), .. On(E.ParentEnded, 36, Lent).Child().KnownB(),
        .. On(E.ParentEnded, 36, Lent).Child().With(one => one with { When = "the parent expired", Act = ExpireTheParent, But = expected => expected with { To = S.Expired } }),
        .. On(E.ParentEnded, Rows.None, S.Finalised).Child().With(HasNoParent),

        .. On(E.ParentSuspended, Rows.None, S.Staged).Child().With(one => one with { When = "it comes with a reboot: row 8", But = _ => new() { Gone = true } }),
        .. On(E.ParentSuspended, 42, S.Pending).Child(),
        .. On(E.ParentSuspended, 41, S.Active).Child().With(one => one with { When = "its own time is needed no further: policy budget", Terms = Budget }),
        .. On(E.ParentSuspended, 46, S.Suspended).Child(),
        .. On(E.ParentSuspended, Rows.None, S.Finalised).Child().With(HasNoParent), .. On(E.ParentSuspended, Rows.None, Ended).Child(),

        .. On(E.ParentActiveAgain, Rows.None, S.Staged).Child().With(one => one with { Earlier = RebootWithoutClock }),
        .. On(E.ParentActiveAgain, 42, S.Pending).Child().With(one => one with { Given = RebootWithoutClock }),
        .. On(E.ParentActiveAgain, Rows.None, S.Active).Child().With(one => one with
        {
            When = "as Active as it was already (DEL-063)",
            Given = course => { RebootWithoutClock(course); Acts.TellTimeOfParent(course, Acts.Off); },
        }),
        .. On(E.ParentActiveAgain, 43, S.Suspended).Child(),
        .. On(E.ParentActiveAgain, 44, S.Suspended).Child().With(one => one with { Act = course => { Acts.TellTimeOfParent(course, Later); return 0; } }),
        .. On(E.ParentActiveAgain, Rows.None, S.Finalised).Child().With(HasNoParent).With(one => one with { Given = RebootWithoutClock }),
        .. On(E.ParentActiveAgain, Rows.None, Ended).Child().With(one => one with { Given = RebootWithoutClock }),

        .. On(E.LocalEnd, 8, S.Staged), .. On(E.LocalEnd, 21, S.Pending), .. On(E.LocalEnd, 37, Lent), .. On(E.LocalEnd, 47, S.Finalised), .. On(E.LocalEnd, Rows.None, Ended),

        .. On(E.AccountOfAGone, 8, S.Staged), .. On(E.AccountOfAGone, 21, S.Pending), .. On(E.AccountOfAGone, 37, Lent), .. On(E.AccountOfAGone, 48, S.Finalised),
        .. On(E.AccountOfAGone, Rows.None, Ended),

        .. On(E.AccountOfBGone, Rows.None, S.Staged).KnownB(), .. On(E.AccountOfBGone, 21, S.Pending).KnownB(),
        .. On(E.AccountOfBGone, 49, S.Finalised), .. On(E.AccountOfBGone, 49, S.Finalised).KnownB(),
        .. On(E.AccountOfBGone, 37, Lent).KnownB(), .. On(E.AccountOfBGone, Rows.None, Ended).KnownB(),

        .. On(E.OwnerDeletesTheScope, Rows.None, S.Staged), .. On(E.OwnerDeletesTheScope, 21, S.Pending),
        .. On(E.OwnerDeletesTheScope, 37, Lent), .. On(E.OwnerDeletesTheScope, 37, Lent).KnownB(), .. On(E.OwnerDeletesTheScope, Rows.None, Ended),
        .. On(E.OwnerDeletesTheScope, 49, S.Finalised),

        .. On(E.ScopeFinallyDelegatedOn, Rows.None, S.Staged), .. On(E.ScopeFinallyDelegatedOn, Rows.None, Ended),
        .. On(E.ScopeFinallyDelegatedOn, Rows.None, S.Pending, S.Active, S.Suspended).KnownB().With(one => one with
        {
            When = "not B's to give: refused",
            Act = course => DelegateOnFinally(course) == 200 ? 200 : 0,
        }),

        .. On(E.FactoryReset, 8, S.Staged), .. On(E.FactoryReset, 53, Ended),
        .. On(E.FactoryReset, 53, S.Pending, S.Active, S.Suspended, S.Finalised).With(TellsA), .. On(E.FactoryReset, 53, S.Pending, S.Active, S.Suspended, S.Finalised).KnownB().With(TellsA),
    ];
}
