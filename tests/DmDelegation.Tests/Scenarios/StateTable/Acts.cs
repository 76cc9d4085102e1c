using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Time;
using DmDelegation.Tests.Scenarios.Harness;
using E = DmDelegation.Engine.Delegation.DelegationEvent;

namespace DmDelegation.Tests.Scenarios.StateTable;

/// <summary>How each event is brought about; the status of the command that is the event, 0 if it is none or nobody could send it.</summary>
internal static class Acts
{
    /// <summary>How long the device was off.</summary>
    public static readonly TimeSpan Off = TimeSpan.FromMinutes(10);

    /// <summary>Pin of the key that B will use next.</summary>
    public static readonly byte[] NextPin = [.. Enumerable.Range(100, 32).Select(octet => (byte)octet)];

    public static readonly Dictionary<E, Func<Course, int>> Of = new()
    {
        [E.AddOfTheId] = course => course.Say(Given.A, Dm.AddNode(course.Delegation.Uri)),
        [E.WriteByA] = Write,
        [E.AShortens] = course => Shorten(course, "86400"),
        [E.ATellsTime] = course => TellTime(course, course.Device.EffectiveTime + Off),
        [E.Start] = course => course.Say(Given.A, course.Delegation.Start()),
        [E.BAuthenticated] = course => Quietly(() => course.Say(Given.B, Dm.Get("./DevInfo/Lang"), Dm.Get(course.Delegation.Uri + "/Confirm/Challenge"), Dm.Get("./SCM/x"))),
        [E.LoginOfBFailed] = FailLogin,
        [E.ConfirmProofGood] = course => Confirm(course, challenge => course.Delegation.Proof(challenge)),
        [E.ConfirmProofBad] = course => Confirm(course, _ => Convert.ToBase64String(new byte[32])),
        [E.Cancel] = course => course.Say(Given.A, course.Delegation.Operation("Cancel")),
        [E.Revoke] = course => course.Say(Given.A, course.Delegation.Operation("Revoke")),
        [E.Reduce] = course => course.Say(Given.A, course.Delegation.Operation("Reduce", "2")),
        [E.Relinquish] = course => course.Say(Given.B, course.Delegation.Operation("Relinquish")),
        [E.DeleteOfTheRecord] = course => course.Say(Given.A, Dm.Delete(course.Delegation.Uri)),
        [E.LocalEnd] = course => Quietly(() => { course.Device.Handle(new LocalEnd(course.Delegation.Id)); course.Device.Pump(); }),
        [E.BReplacesPins] = course => ReplacePins(course, [.. course.Delegation.CertPin, .. NextPin]),
        [E.BRotates] = Rotate,
        [E.RotationOverdue] = course => Quietly(() => course.Pass(TimeSpan.FromSeconds(400))),
        [E.WindowOver] = course => Quietly(() => course.Pass(TimeSpan.FromSeconds(Course.WindowSeconds))),
        [E.ExpiryDue] = course => Quietly(() => course.Pass(TimeSpan.FromSeconds(Course.LifeSeconds))),
        [E.Age] = course => Quietly(() => course.Pass(TimeSpan.FromDays(7))),
        [E.Restart] = course => Quietly(() => course.Unconnected(course.Device.Restart)),
        [E.RebootClockTrusted] = course => Quietly(() => course.Reboot(Off, clockTrusted: true)),
        [E.RebootClockNotTrusted] = course => Quietly(() => course.Reboot(Off, clockTrusted: false)),
        [E.ClockTrusted] = course => Quietly(() => course.TrustClock(Off)),
        [E.ParentEnded] = course => Quietly(() => course.Say(Given.D, course.Parent.Operation("Revoke"))),
        [E.ParentSuspended] = course => Quietly(() => course.Reboot(Off, clockTrusted: false)),
        [E.ParentActiveAgain] = course => Quietly(() => TellTimeOfParent(course, Off)),
        [E.AccountOfAGone] = course => Unless(200, course.Say(Given.Home, Dm.Delete("./DMAcc/a"))),
        [E.AccountOfBGone] = course => Unless(200, course.Say(Given.Home, Dm.Delete(course.Case.KnownB ? "./DMAcc/b" : course.Delegation.Account()))),
        [E.OwnerDeletesTheScope] = course => Unless(200, course.Say(Given.Home, Dm.Delete("./SCM"))),
        [E.ScopeFinallyDelegatedOn] = course => Quietly(() => FinaliseAnother(course.Device)),
        [E.FactoryReset] = course => Quietly(course.Device.FactoryReset),
    };

    public static int Shorten(Course course, string seconds) => course.Say(Given.A, Dm.Replace(course.Delegation.Uri + "/Expiry/MaxSeconds", seconds, "int"));

    public static int TellTime(Course course, DateTimeOffset time) =>
        course.Say(Given.A, Dm.Replace(course.Delegation.Uri + "/Expiry/Now", BasicTime.Format(time)));

    /// <summary>The lender tells the time: it counts for what it lent and for what descends from that (DEL-213).</summary>
    public static void TellTimeOfParent(Course course, TimeSpan off) => Assert.AreEqual(
        200, course.Say(Given.D, Dm.Replace(course.Parent.Uri + "/Expiry/Now", BasicTime.Format(course.Device.EffectiveTime + off))));

    public static int ReplacePins(Course course, byte[] pins)
    {
        course.Device.Arm(course.Delegation).TlsPin = course.Delegation.CertPin;
        return course.Say(Given.B, Dm.ReplaceOctets(course.Delegation.Uri + "/Server/CertPin", pins));
    }

    /// <summary>All three ways to write; they must be answered alike.</summary>
    private static int Write(Course course)
    {
        var uri = course.Delegation.Uri;
        var status = course.Say(Given.A, Dm.Add(uri + "/Server/Name", "B"), Dm.Replace(uri + "/Confirm/Window", "600", "int"), Dm.Delete(uri + "/Scope/2"));
        Assert.AreSequenceEqual([status, status, status], Given.Statuses(course.Answers));
        return status;
    }

    /// <summary>Both secrets; B uses its own from the next session on.</summary>
    private static int Rotate(Course course)
    {
        var own = OwnSecrets.Random();
        var status = course.Say(Given.B, own.Replacing(course.Delegation.Account()));
        if (status == 200)
        {
            own.Use(course.Device.Servers[Given.B]);
        }

        return status;
    }

    private static int FailLogin(Course course)
    {
        course.Device.Arm(course.Delegation).WrongCredential = true;
        course.Say(Given.B, Dm.Get("./DevInfo/Lang"));
        course.Device.Servers[Given.B].WrongCredential = false;
        return 0;
    }

    /// <summary>B reads the challenge, if there is one for it, and confirms in its next message.</summary>
    private static int Confirm(Course course, Func<byte[], string> proof) => course.Say(
        Given.B,
        _ => [Dm.Get(course.Delegation.Uri + "/Confirm/Challenge")],
        before => [course.Delegation.Operation("Confirm", proof(before[^1].Results.IsEmpty ? [] : before[^1].Octets))]);

    /// <summary>A gives the scope to another for ever; the notice to A comes later, so that no session of A makes a staged record older.</summary>
    private static void FinaliseAnother(TestDevice device)
    {
        var onward = new Delegating("ONWARD", b: "c.example").Final();
        Given.Pending(device, onward);
        device.Servers[Given.A].Reachable = false;
        device.Rotate(onward);
        device.Manage(onward.B, onward.Confirming());
        Assert.AreEqual(DelegationState.Finalised, device.Record(onward.Id).State, Given.Log(device));
    }

    private static int Unless(int expected, int status) => status == expected ? 0 : status;

    private static int Quietly(Action action)
    {
        action();
        return 0;
    }
}
