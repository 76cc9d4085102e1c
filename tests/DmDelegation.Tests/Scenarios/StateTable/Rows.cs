using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Time;
using DmDelegation.Tests.Scenarios.Harness;
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
        [14] = new() { Status = 200, To = S.Finalised, Reason = 0, Alerts = "A:Session B:Session" },
        [15] = new() { Status = 425, Refusal = 174, Effect = CountsNothing },
        [16] = new() { Status = 403, Refusal = 131 },
        [17] = new() { Status = 403, Refusal = 172, Effect = CountsOneMore },
        [18] = new() { Status = 403, Refusal = 172, To = S.Failed, Reason = 171, Alerts = "A:End" },
        [19] = new() { To = S.Failed, Alerts = "A:End" },
        [20] = new() { Status = 200, To = S.Cancelled, Reason = 175, Alerts = "A:End" },
        [21] = new() { To = S.Cancelled, Alerts = "A:End" },
        [22] = new() { Status = 200, To = S.Relinquished, Reason = 182, Alerts = "A:End" },
        [23] = new() { Status = 200, Effect = RaisesTheMark },
        [24] = new() { Status = 200, Effect = IsShorter },
        [25] = new() { Status = 200, Effect = HasNewPins },
        [26] = new() { Status = 200, Effect = BKeepsWorking },
        [27] = new() { Effect = BMustRotate },
        [28] = new() { Effect = BWorks },
        [29] = new(),
        [30] = new() { Effect = ComesLater },
        [31] = new() { Status = 200 },
        [32] = new() { Status = 200, To = S.Revoked, Reason = 180, Alerts = "A:End" },
        [33] = new() { Status = 200, Alerts = "A:End B:End", Effect = HasOneEntryLeft },
        [34] = new() { Status = 200, To = S.Revoked, Reason = 180, Alerts = "A:End" },
        [35] = new() { To = S.Expired, Reason = 181, Alerts = "A:End" },
        [36] = new() { To = S.Revoked, Reason = 183, Alerts = "A:End" },
        [37] = new() { To = S.Revoked, Alerts = "A:End" },
        [38] = new() { To = S.Suspended, Reason = 0 },
        [39] = new(),
        [40] = new(),
        [41] = new() { To = S.Suspended, Reason = 0 },
        [42] = new() { Effect = WindowGoesOn },
        [43] = new() { To = S.Active, Reason = 0 },
        [44] = new() { To = S.Expired, Reason = 181, Alerts = "A:End" },
        [45] = new() { Effect = KnowsItsOwnTime },
        [46] = new(),
        [47] = new() { Status = 405, Refusal = 190 },
        [48] = new(),
        [49] = new() { Status = 405, Refusal = 127 },
        [50] = new(),
        [52] = new() { Status = 200, Gone = true, Effect = LeavesATombstone },
        [53] = new() { Gone = true, Effect = LeavesATombstone },
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
        [(21, E.ParentEnded)] = 183,
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

        if (!one.On.IsCommand() && one.Row != 49)
        {
            expected = expected with { Status = 0, Refusal = one.On == E.LocalEnd ? expected.Refusal : 0 };
        }

        expected = one.But?.Invoke(expected) ?? expected;
        var ends = (expected.To?.IsEnded() == true && one.Row != 7) || (one.Row == 53 && one.State.IsLive());
        return ends ? expected with { Alerts = Told(one, expected.Alerts) } : expected;
    }

    /// <summary>Who hears of an end: a known B as A does, any B in whose session it happens, the lender; nobody without an account (DEL-069, DEL-247).</summary>
    private static string Told(Case one, string alerts)
    {
        IEnumerable<string> told = [.. alerts.Split(' '), one.KnownB || one.On.IsInSessionOfB() ? "B:End" : "", one.IsChild ? "D:End" : ""];
        var gone = one.On.AccountGone() is { } server ? server[..1].ToUpperInvariant() + ":End" : "";
        return string.Join(' ', told.Distinct().Except(["", gone]).Order(StringComparer.Ordinal));
    }

    public static void CountsNothing(Course course) => Assert.AreEqual(course.Before.Grant!.BadAttempts, course.Record!.Grant!.BadAttempts);

    private static void LeavesNoTombstone(Course course) => Assert.IsFalse(course.Device.Durable.Tombstones.ContainsKey(course.Delegation.Id));

    /// <summary>A record that had ended keeps its tombstone; one that was live ends by the operator's hand (DEL-277).</summary>
    private static void LeavesATombstone(Course course)
    {
        var tombstone = course.Device.Durable.Tombstones[course.Delegation.Id];
        var (state, reason) = course.Case.State switch
        {
            S.Pending => (S.Cancelled, 187),
            S.Active or S.Suspended or S.Finalised => (S.Revoked, 187),
            var ended => (ended, course.Before.Reason),
        };
        Assert.AreEqual((state, reason), (tombstone.State, tombstone.Reason));
    }

    /// <summary>The new secrets are good at once, and nothing else has changed.</summary>
    private static void BKeepsWorking(Course course)
    {
        course.Say(Given.B, Dm.Get("./DevInfo/Lang"));
        Assert.AreEqual(200, course.Answers[0].Status);
        Assert.AreEqual((course.Before.State, course.Before.Grant!.BadAttempts), (course.Record!.State, course.Record.Grant!.BadAttempts));
    }

    /// <summary>B is held to the pre-confirmation list until it rotates.</summary>
    private static void BMustRotate(Course course)
    {
        Assert.AreEqual(RotationDuty.Overdue, course.Record!.Grant!.Rotation);
        course.IsUntouched();
        if (course.Case.State == S.Active)
        {
            course.Say(Given.B, [Dm.Get("./SCM/x"), Dm.Get("./DevInfo/Lang"), .. OwnSecrets.Random().Replacing(course.Delegation.Account()), Dm.Get("./SCM/x")]);
            Assert.AreSequenceEqual([425, 200, 200, 200, 200], Given.Statuses(course.Answers));
        }
    }

    /// <summary>Held by the parent and by nothing else (DEL-063).</summary>
    private static void KnowsItsOwnTime(Course course) =>
        Assert.AreEqual((false, S.Suspended), (course.Record!.Grant!.OffTimeUnknown, course.Device.Record(course.Parent.Id).State));

    /// <summary>The pin of the present session and another one (DEL-342).</summary>
    private static void HasNewPins(Course course)
    {
        byte[] pins = [.. course.Delegation.CertPin, .. Acts.NextPin];
        Assert.AreSequenceEqual(pins, course.Record!.Grant!.Pins.ToArray());
        Assert.AreSequenceEqual(pins, course.Record.Leaves["Server/CertPin"].Octets.ToArray());
    }

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
