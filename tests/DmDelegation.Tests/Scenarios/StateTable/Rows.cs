using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Time;
using E = DmDelegation.Engine.Delegation.DelegationEvent;
using S = DmDelegation.Engine.Delegation.DelegationState;

namespace DmDelegation.Tests.Scenarios.StateTable;

/// <summary>What each row of 12.2 says, typed from the specification.</summary>
internal static class Rows
{
    /// <summary>How the matrix writes "no row" (DEL-291).</summary>
    public const int None = 291;

    private static readonly Dictionary<int, Expected> ByNumber = new()
    {
        [None] = new() { Status = 405, Refusal = 191 },
        [3] = new() { Status = 418, Refusal = 105 },
        [4] = new() { Status = 200, Effect = IsWritten },
        [5] = new() { Status = 200, To = S.Pending, Reason = 0, Alerts = "A:Ack" },
        [6] = new() { Status = 403 },
        [7] = new() { To = S.Failed, Alerts = "A:Ack" },
        [8] = new() { Status = 200, Gone = true, Effect = LeavesNoTombstone },
        [9] = new() { Status = 200 },
        [10] = new() { To = S.Active, Reason = 0, Alerts = "A:Session B:Session" },
        [11] = new() { Effect = HasAChallenge },
        [12] = new(),
        [13] = new() { Status = 200, To = S.Active, Reason = 0, Alerts = "A:Session B:Session" },
        [16] = new() { Status = 403, Refusal = 131 },
        [17] = new() { Status = 403, Refusal = 172, Effect = CountsOneMore },
        [18] = new() { Status = 403, Refusal = 172, To = S.Failed, Reason = 171, Alerts = "A:End" },
        [19] = new() { To = S.Failed, Alerts = "A:End" },
        [20] = new() { Status = 200, To = S.Cancelled, Reason = 175, Alerts = "A:End" },
        [21] = new() { To = S.Cancelled, Alerts = "A:End" },
        [22] = new() { Status = 200, To = S.Relinquished, Reason = 182, Alerts = "A:End" },
        [23] = new() { Status = 200, Effect = RaisesTheMark },
        [24] = new() { Status = 200, Effect = IsShorter },
        [28] = new() { Effect = BWorks },
        [29] = new(),
        [30] = new() { Effect = ComesLater },
        [31] = new() { Status = 200 },
        [32] = new() { Status = 200, To = S.Revoked, Reason = 180, Alerts = "A:End" },
        [33] = new() { Status = 200, Alerts = "A:End B:End", Effect = HasOneEntryLeft },
        [34] = new() { Status = 200, To = S.Revoked, Reason = 180, Alerts = "A:End" },
        [35] = new() { To = S.Expired, Reason = 181, Alerts = "A:End" },
        [37] = new() { To = S.Revoked, Alerts = "A:End" },
        [38] = new() { To = S.Suspended, Reason = 0 },
        [39] = new(),
        [40] = new(),
        [42] = new() { Effect = WindowGoesOn },
        [43] = new() { To = S.Active, Reason = 0 },
        [44] = new() { To = S.Expired, Reason = 181, Alerts = "A:End" },
        [46] = new(),
        [52] = new() { Status = 200, Gone = true, Effect = LeavesATombstone },
    };

    /// <summary>Where a row has one reason for each of its events.</summary>
    private static readonly Dictionary<(int Row, E On), int> ReasonOf = new()
    {
        [(19, E.WindowOver)] = 170,
        [(19, E.ExpiryDue)] = 181,
        [(21, E.AccountOfAGone)] = 184,
        [(21, E.AccountOfBGone)] = 185,
        [(21, E.OwnerDeletesTheScope)] = 187,
        [(21, E.LocalEnd)] = 187,
        [(37, E.AccountOfAGone)] = 184,
        [(37, E.AccountOfBGone)] = 185,
        [(37, E.OwnerDeletesTheScope)] = 187,
        [(37, E.LocalEnd)] = 187,
    };

    /// <summary>What a case leads to.</summary>
    public static Expected For(Case one)
    {
        var expected = ByNumber[one.Row];
        if (ReasonOf.TryGetValue((one.Row, one.On), out var reason))
        {
            expected = expected with { Reason = reason };
        }

        if (!one.On.IsCommand())
        {
            expected = expected with { Status = 0, Refusal = one.On == E.LocalEnd ? expected.Refusal : 0 };
        }

        var ends = expected.To?.IsEnded() == true && one.Row != 7;
        if (ends && (one.KnownB || one.On.IsInSessionOfB()))
        {
            expected = expected with { Alerts = expected.Alerts + " B:End" };
        }

        return one.But?.Invoke(expected) ?? expected;
    }

    public static void LeavesATombstone(Course course) =>
        Assert.AreEqual(course.Case.State, course.Device.Durable.Tombstones[course.Delegation.Id].State);

    public static void CountsNothing(Course course) => Assert.AreEqual(course.Before.Grant!.BadAttempts, course.Record!.Grant!.BadAttempts);

    private static void LeavesNoTombstone(Course course) => Assert.IsFalse(course.Device.Durable.Tombstones.ContainsKey(course.Delegation.Id));

    private static void IsWritten(Course course)
    {
        var record = course.Record!;
        var (path, value) = course.Case.On switch
        {
            E.AShortens => ("Expiry/MaxSeconds", "86400"),
            E.ATellsTime => ("Expiry/Now", BasicTime.Format(course.Device.EffectiveTime + Acts.Off)),
            _ => ("Confirm/Window", "600"),
        };
        Assert.AreEqual(value, record.Text(path));
        Assert.AreEqual(course.Case.On == E.WriteByA ? "B" : null, record.Text("Server/Name"));
        Assert.AreEqual(course.Case.On != E.WriteByA, record.Interiors.Contains("Scope/2"));
    }

    private static void HasAChallenge(Course course)
    {
        Assert.HasCount(32, course.Answers[1].Octets);
        Assert.AreEqual(425, course.Answers[2].Status, "not confirmed");
        course.IsUntouched();
    }

    private static void CountsOneMore(Course course)
    {
        Assert.AreEqual(course.Before.Grant!.BadAttempts + 1, course.Record!.Grant!.BadAttempts);
        Assert.AreEqual((S.Pending, course.Before.Grant.Undo), (course.Record.State, course.Record.Grant.Undo));
        Assert.AreEqual(course.Case.On == E.LoginOfBFailed, course.RefusedLogin);
    }

    private static void RaisesTheMark(Course course)
    {
        var told = BasicTime.Parse(course.Record!.Text("Expiry/Now")!);
        Assert.AreEqual(told, course.Record.Grant!.Mark!.Now(course.Device.Now));
    }

    private static void IsShorter(Course course) =>
        Assert.AreEqual((86_400L, "86400"), (course.Record!.Grant!.MaxSeconds, course.Record.Text("Expiry/MaxSeconds")));

    private static void BWorks(Course course)
    {
        Assert.AreEqual(200, course.Answers[^1].Status, "the scope is B's");
        course.IsUntouched();
    }

    private static void ComesLater(Course course)
    {
        Assert.IsTrue(course.RefusedLogin);
        Assert.IsGreaterThan(course.Device.Now.BootMs, course.Device.State.Contacts[Given.B].NotBeforeBootMs);
        course.IsUntouched();
    }

    private static void HasOneEntryLeft(Course course)
    {
        Assert.AreEqual("./SCM", course.Record!.Grant!.Scope.Single().Uri);
        Assert.DoesNotContain("b.example", course.Device.AclOf("./Net"));
    }

    private static void WindowGoesOn(Course course)
    {
        course.IsUntouched();
        Assert.IsLessThanOrEqualTo(Limits.WindowLeftMs(course.Before.Grant!, course.Device.Now), Limits.WindowLeftMs(course.Record!.Grant!, course.Device.Now));
    }
}
