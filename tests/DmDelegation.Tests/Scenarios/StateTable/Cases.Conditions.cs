using DmDelegation.Tests.Scenarios.Harness;
using E = DmDelegation.Engine.Delegation.DelegationEvent;
using S = DmDelegation.Engine.Delegation.DelegationState;

namespace DmDelegation.Tests.Scenarios.StateTable;

// How the table above is written, and the conditions in it.
internal static partial class Cases
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(Course.LifeSeconds + Course.WindowSeconds);

    private static IEnumerable<Case> On(E happening, int row, params S[] states) => states.Select(state => new Case(happening, state, row));

    private static IEnumerable<Case> KnownB(this IEnumerable<Case> cases) => cases.Select(one => one with { KnownB = true });

    private static IEnumerable<Case> Child(this IEnumerable<Case> cases) => cases.Select(one => one with { IsChild = true });

    private static IEnumerable<Case> With(this IEnumerable<Case> cases, Func<Case, Case> change) => cases.Select(change);

    /// <summary>What both kinds of proof have in common.</summary>
    private static IEnumerable<Case> Confirms(E proof) =>
    [
        .. On(proof, Rows.None, S.Staged).KnownB().With(one => one with { When = "hidden from B: no event", But = Hidden }),
        .. On(proof, 16, S.Pending).KnownB().With(one => one with
        {
            When = "clock not trusted after a reboot",
            Given = RebootWithoutClock,
            But = expected => expected with { Effect = Rows.CountsNothing },
        }),
        .. On(proof, 16, S.Pending).KnownB().Child().With(one => one with
        {
            When = "parent Suspended",
            Given = HoldByParentAlone,
            But = expected => expected with { Effect = Rows.CountsNothing },
        }),
        .. On(proof, Rows.None, S.Failed).KnownB().With(one => one with { When = "refused at Start", Arrange = FailAtStart, Terms = Nowhere }),
        .. On(proof, 31, S.Active, S.Finalised), .. On(proof, 31, S.Active, S.Suspended, S.Finalised).KnownB(),
        .. On(proof, Rows.None, Ended).KnownB(),
        .. On(proof, Rows.None, Ended).With(one => one with { When = "B has no account: no event", But = Nobody }),
    ];

    private static Case AtTheLimit(Case one) => one with
    {
        When = "count = limit",
        Setup = setup => setup.Delegation = setup.Delegation with { Lockout = 2 },
        Given = course => Acts.Of[one.On](course),
    };

    private static Case TellsB(Case one) => one with { But = expected => expected with { Alerts = "B:Session" } };

    private static Case ByTheLender(Case one) => one with { When = "by the lender", From = Given.D };

    private static Case HasPin(Case one) => one with { Terms = delegation => delegation.CertPin = [.. Enumerable.Range(1, 32).Select(octet => (byte)octet)] };

    /// <summary>Nobody gives for ever what was lent to him (DEL-065); something else that D lends to A meets the event.</summary>
    private static Case HasNoParent(Case one) => one with { When = "it has none: another delegation to its A" };

    private static void Nowhere(Delegating delegation) => delegation.Scope[0] = new("./Nowhere", "Get");

    private static void FailAtStart(Course course) => course.Say(Given.A, course.Delegation.Ask(), course.Delegation.Build());

    /// <summary>The child knows its own time, by the word of its A; the parent does not.</summary>
    private static void HoldByParentAlone(Course course)
    {
        RebootWithoutClock(course);
        Acts.Of[E.ATellsTime](course);
    }

    private static int ExpireTheParent(Course course)
    {
        course.Say(Given.D, Dm.Replace(course.Parent.Uri + "/Expiry/MaxSeconds", "86400", "int"));
        course.Pass(TimeSpan.FromDays(2));
        return 0;
    }

    private static Case TellsA(Case one) => one with { But = expected => expected with { Alerts = "A:End" + expected.Alerts } };

    private static Case MustRotate(Case one) => one with { Terms = delegation => delegation["Policy/RotateWithin"] = "300" };

    private static Case HasNoExpiry(Case one) => one with { When = "a final record has no such leaf: no event", But = Hidden };

    /// <summary>The scope finally, and no end.</summary>
    public static void Final(Delegating delegation)
    {
        delegation.Final();
        (delegation["Expiry/MaxSeconds"], delegation["Expiry/Now"]) = (null, null);
        delegation.Scope[1] = new("./Net", "Get+Replace");
    }

    /// <summary>B gives the scope away for ever.</summary>
    public static int DelegateOnFinally(Course course)
    {
        var onward = new Delegating("ONWARD", a: Given.B, b: "c.example").Final();
        return course.Say(Given.B, onward.Ask(), onward.Build());
    }

    /// <summary>NotAfter lies before the end of the window.</summary>
    private static Case SoonOver(Case one) => one with
    {
        Terms = delegation => (delegation["Expiry/MaxSeconds"], delegation["Expiry/NotAfter"]) = (null, "20300101T031405Z"),
        Act = course => { course.Pass(TimeSpan.FromMinutes(10)); return 0; },
    };

    private static Expected IsExpired(Expected expected) => expected with { To = S.Expired, Reason = 181, Alerts = "A:End" };

    private static void Budget(Delegating delegation) => delegation["Policy/OnTimeUnknown"] = "budget";

    private static void UntilRevoked(Delegating delegation)
    {
        delegation["DurationType"] = "until-revoked";
        (delegation["Expiry/MaxSeconds"], delegation["Expiry/Now"]) = (null, null);
    }

    private static int RebootLater(Course course)
    {
        course.Reboot(Later, clockTrusted: true);
        return 0;
    }

    private static void RebootWithoutClock(Course course) => course.Reboot(Acts.Off, clockTrusted: false);

    private static int StartAnotherFirst(Course course)
    {
        var other = new Delegating("OTHER", b: "c.example");
        other.Scope[0] = new("./Nowhere", "Get"); // it fails, and counts
        return course.Say(Given.A, other.Ask(), other.Build(), _ => [course.Delegation.Start()]);
    }

    /// <summary>A guest gets no answer: it is told to go (DEL-213, DEL-222).</summary>
    private static void IsAborted(Course course)
    {
        Assert.IsTrue(course.Device.Servers[Given.B].AbortedByDevice);
        Assert.IsTrue(course.Answers.All(answer => answer.Status == 425));
        course.IsUntouched();
    }

    /// <summary>A known B keeps what it has at home and gets nothing by the record (DEL-340).</summary>
    private static void IsAtHomeOnly(Course course)
    {
        Assert.IsFalse(course.Device.Servers[Given.B].AbortedByDevice);
        Assert.AreEqual((200, ""), (course.Answers[0].Status, course.Answers[1].Text));
        course.IsUntouched();
    }
}
