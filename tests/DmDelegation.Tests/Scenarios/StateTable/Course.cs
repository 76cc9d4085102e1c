using System.Globalization;
using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Time;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Scenarios.StateTable;

/// <summary>One device with one delegation, brought into a state by real messages and clocks, and looked at before and after an event.</summary>
internal sealed class Course : IDisposable
{
    /// <summary>Life of a temporary delegation here, seconds: longer than any age of 12.2.</summary>
    public const long LifeSeconds = 30 * 86_400;

    /// <summary>The fail-safe window, seconds.</summary>
    public const long WindowSeconds = 3600;

    private readonly string _home;
    private int _effects;
    private int _lines;
    private int _received;
    private bool _marked;

    public Course(Case one)
    {
        Case = one;
        Device = new TestDevice(setup =>
        {
            setup.Acl("./SCM", Owned(LentByD ? Given.D : Given.A));
            setup.Acl("./Net", Owned(LentByD ? Given.D : Given.A));
            if (one.KnownB)
            {
                setup.Known.Add(Given.B);
            }

            one.Setup?.Invoke(setup);
        });
        Delegation = new Delegating { ["Expiry/Now"] = BasicTime.Format(Device.Now.Wall) }.Temporary(LifeSeconds).Exec();
        Delegation.Scope.Add(new("./Net", "Add+Delete+Get"));
        if (one.KnownB)
        {
            Delegation.KnownB();
        }

        if (one.State == DelegationState.Finalised)
        {
            Cases.Final(Delegation);
        }

        one.Terms?.Invoke(Delegation);
        if (one.IsChild)
        {
            Lend();
        }

        _home = Device.Scheme();
    }

    public Case Case { get; }

    public TestDevice Device { get; }

    public Delegating Delegation { get; }

    /// <summary>What D lends to A, in the cases of a child.</summary>
    public Delegating Parent { get; private set; } = null!;

    /// <summary>Answers of the session that the event was.</summary>
    public IReadOnlyList<Outcome> Answers { get; private set; } = [];

    /// <summary>The record, null if it is gone.</summary>
    public DelegationRecord? Record => Device.Durable.Records.GetValueOrDefault(Delegation.Id);

    /// <summary>The record as <see cref="Mark"/> found it.</summary>
    public DelegationRecord Before { get; private set; } = null!;

    private List<SyncMLMessage> ReceivedByB => Device.Servers.GetValueOrDefault(Given.B)?.Received ?? [];

    private string SchemeBefore { get; set; } = "";

    private string FaceBefore { get; set; } = "";

    /// <summary>Puts a mark: what comes from here on is the event.</summary>
    public void Mark()
    {
        Before = Record!;
        Assert.AreEqual(Case.State, Before.State, Given.Log(Device));
        (SchemeBefore, FaceBefore) = (Device.Scheme(), Face(Before));
        (_effects, _lines, _received, _marked) = (Device.Effects.Count, Device.Log.Count, ReceivedByB.Count, true);
    }

    /// <summary>A session of a server; the status of its last command, 0 if there was no session.</summary>
    public int Say(string server, params Batch[] batches)
    {
        server = _marked ? Case.From ?? server : server;
        if (server == Delegation.B)
        {
            Device.Arm(Delegation);
        }

        var sessions = Device.Servers[server].Sessions;
        Device.Manage(server, batches);
        Answers = Device.Servers[server].Sessions > sessions ? Device.Servers[server].Outcomes : [];
        return Answers is [.., var last] ? last.Status : 0;
    }

    public int Say(string server, params Command[] commands) => Say(server, _ => commands);

    /// <summary>Time passes, and the agent looks at the clock once; nobody can be reached.</summary>
    public void Pass(TimeSpan time) => Unconnected(() =>
    {
        Device.Pass((long)time.TotalMilliseconds);
        Device.Handle(new Tick());
    });

    /// <summary>Power goes and comes back; what is off is known only if the clock is trusted.</summary>
    public void Reboot(TimeSpan off, bool clockTrusted) => Unconnected(() =>
    {
        // After a reboot without a clock the wall stands at 1970: the true time is effective time and what it could not see.
        var wall = Device.EffectiveTime + off;
        Device.Reboot(wall - Device.Now.Wall, clockTrusted);
    });

    /// <summary>The clock becomes trusted, and the RTC agrees.</summary>
    public void TrustClock(TimeSpan off) => Unconnected(() =>
    {
        var wall = Device.EffectiveTime + off;
        Device.SetClock(wall, trusted: true, rtc: wall);
    });

    public void Unconnected(Action action)
    {
        Device.Network(up: false);
        action();
        Device.Pump();
        Device.Network(up: true);
    }

    /// <summary>Reason code with which the command that is the event was refused, or the local end; 0: it was not.</summary>
    public int Refusal => Device.Log.Skip(_lines).Select(ReasonOf).LastOrDefault(reason => reason is not null) ?? 0;

    /// <summary>Alerts of this delegation that were queued by the event: <c>A:Ack B:Session</c>.</summary>
    public string Alerts => string.Join(' ', Device.Effects.Skip(_effects).OfType<Persist>()
        .SelectMany(persist => persist.After.Outbox.Where(entry => !persist.Before.Outbox.ContainsKey(entry.Key)).Select(entry => entry.Value))
        .Where(entry => entry.DelegationId == Delegation.Id && entry.Target != Case.On.AccountGone())
        .Select(entry => $"{entry.Target[..1].ToUpperInvariant()}:{entry.Event}")
        .Order(StringComparer.Ordinal));

    /// <summary>Whether the device refused a credential of B.</summary>
    public bool RefusedLogin => ReceivedByB.Skip(_received).SelectMany(message => message.Commands).OfType<Status>()
        .Any(status => status is { Cmd: Status.SyncHdrCmd, Data: StatusCode.Unauthorized });

    /// <summary>How often the event was counted as one without a row (DEL-291).</summary>
    public int Ignored => Device.Log.Skip(_lines).Count(line => line.Code == LogCodes.EventIgnored
        && line.Fields.Contains(new("delegation", Delegation.Id)) && line.Fields.Contains(new("event", Case.On.ToString())));

    /// <summary>Nothing the event could have touched is different.</summary>
    public void IsUntouched()
    {
        Assert.AreEqual(FaceBefore, Record is { } record ? Face(record) : "gone", Given.Log(Device));
        if (!Case.On.ChangesTheTree())
        {
            Assert.AreEqual(SchemeBefore, Device.Scheme());
        }
    }

    /// <summary>What a state means for ACLs, account, keys and tombstone, whichever row led to it.</summary>
    public void IsInOrder()
    {
        var state = Record?.State;
        var live = state?.IsLive() == true;
        Assert.AreEqual(state == DelegationState.Staged, Record is { SealedKeyValue.IsEmpty: false }, "Key/Value is there while Staged and no longer (DEL-155)");
        Assert.AreEqual(
            state == DelegationState.Pending && Delegation["Confirm/Mode"] == "exec", Record?.Grant is { SealedProofKey.IsEmpty: false }, "the proof key goes with T2 and T3");
        Assert.AreEqual(Case.KnownB ? Case.On != DelegationEvent.AccountOfBGone || state == DelegationState.Finalised : live, Device.AccountsOf(Given.B) == 1, "the account of B (DEL-127, DEL-193)");
        if (state?.IsEnded() == true)
        {
            var tombstone = Device.Durable.Tombstones[Delegation.Id];
            Assert.AreEqual((state, Record!.Reason), (tombstone.State, tombstone.Reason));
        }

        if (live)
        {
            RightsAre(state!.Value);
        }
        else if (Case.On.ChangesTheTree())
        {
            Assert.DoesNotContain("b.example", string.Join('\n', Device.Acls().Split('\n').Where(line => !line.StartsWith("./DMAcc/b ", StringComparison.Ordinal))));
        }
        else
        {
            Assert.AreEqual(_home, Device.Scheme(), "the home scheme is in force");
        }
    }

    public void Dispose() => Device.Dispose();

    private bool LentByD => Case is { IsChild: true, State: not DelegationState.Finalised };

    /// <summary>All rights of an owner; the home authority may delete, so that it can take the scope away.</summary>
    private static string Owned(string by) => $"Add={by}&Delete={by}+home.example&Exec={by}&Get={by}&Replace={by}";

    private void Lend()
    {
        Parent = new Delegating("PARENT", Given.D, Given.A)
        {
            ["SubDelegation"] = "1",
            ["Expiry/Now"] = BasicTime.Format(Device.Now.Wall),
        }.Temporary(2 * LifeSeconds).KnownB();
        Parent.Scope.Clear();
        Parent.Scope.AddRange(LentByD ? [new("./SCM", "Add+Delete+Exec+Get+Replace"), new("./Net", "Add+Delete+Get")] : [new("./Rogue", "Get")]);
        Given.Active(Device, Parent);
    }

    /// <summary>T1 adds B, T2 takes the changing rights of A, T3 for an entry puts both back (7.1).</summary>
    private void RightsAre(DelegationState state)
    {
        var scm = Acl.Parse(Device.AclOf("./SCM"));
        const AclCommands all = AclCommands.Add | AclCommands.Delete | AclCommands.Exec | AclCommands.Get | AclCommands.Replace;
        Assert.AreEqual(all, scm.CommandsOf(Given.B), "B in the scope");
        Assert.AreEqual(
            state switch { DelegationState.Pending => all, DelegationState.Finalised => AclCommands.None, _ => AclCommands.Get }, scm.CommandsOf(Given.A), "A in the scope");
    }

    private int? ReasonOf(LogLine line) =>
        line.Code == LogCodes.CommandRefused ? int.Parse(line.Fields.First(field => field.Key == "reason").Value, CultureInfo.InvariantCulture)
        : line.Code == LogCodes.LocalEnd ? ReasonCode.All.FirstOrDefault(reason => reason.Name == line.Fields.First(field => field.Key == "outcome").Value)?.Code
        : null;

    /// <summary>What of a record an event could change; clocks run on by themselves.</summary>
    private static string Face(DelegationRecord record) => string.Join('|',
    [
        record.State.ToString(),
        record.Reason.ToString(CultureInfo.InvariantCulture),
        string.Join(',', record.Leaves.Select(leaf => $"{leaf.Key}={Convert.ToHexString(leaf.Value.Octets.Span)}")),
        string.Join(',', record.Interiors),
        Convert.ToHexString(record.SealedKeyValue.Span),
        record.Grant is not { } grant ? "" : string.Join(';',
        [
            string.Join(',', grant.Scope.Select(entry => entry.Name)), $"{grant.NotAfter:O}", $"{grant.MaxSeconds}", $"{grant.BadAttempts}", grant.Account.ToString(),
            Convert.ToHexString(grant.SealedProofKey.Span), Convert.ToHexString(grant.Pins.Span), $"{grant.Undo.Closed}", string.Join(',', grant.Undo.Entries),
        ]),
    ]);
}
