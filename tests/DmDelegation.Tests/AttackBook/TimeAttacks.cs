using System.Globalization;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Protocol;
using DmDelegation.Tests.AttackBook.Kit;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.AttackBook;

/// <summary>T13, T14, T23 to T25, T42: sitting it out, turning the clock, cutting the power, putting the past back.</summary>
[TestClass]
public sealed class TimeAttacks
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 3, 4, 5, TimeSpan.Zero);

    public TestContext TestContext { get; set; } = null!;

    // Red without DEL-216 (CheckDue before each message and command).
    [TestMethod]
    public void B_in_session_does_nothing_more_once_it_is_over_T13_DEL_216_DEL_217_DEL_266_DEL_334()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var siege = new Siege(device, 13, TestContext);
        var arsenal = new Arsenal(siege.Random, device);
        for (var round = 0; siege.Sent < Siege.Commands; round++)
        {
            var delegation = Given.Active(device, Fortress.Part(id: $"r{round}").Temporary(3600));
            var (at, executed) = (siege.Random.Next(1, 10), -1);
            Action end = arsenal.Of<Action>(
                () => device.Pass(3_600_000), // the timer is late
                () => Assert.AreEqual(200, device.ManageAlone(Given.A, Starting.Say(delegation.Operation("Revoke")))[^1].Status),
                () => Assert.AreEqual(200, device.ManageAlone(Given.A, Starting.Say(Dm.Atomic(Dm.Replace("./SCM/y/leaf", "canary-y"), Dm.Delete(delegation.Uri))))[^1].Status),
                () => Assert.AreEqual(200, device.ManageAlone(Given.A, Starting.Say(Dm.Replace(delegation.Uri + "/Expiry/MaxSeconds", "1", "int")))[^1].Status));
            siege.Before = () =>
            {
                if (at-- == 0)
                {
                    end();
                    device.Pass(2000);
                    executed = siege.Executed;
                }
            };
            siege.After = () => Assert.IsTrue(executed < 0 || siege.Executed == executed, "executed after the end");
            siege.Session(() => arsenal.Wrapped(() => arsenal.Weighted(
                (3, () => Dm.Replace(Fortress.Scope + "/leaf", arsenal.Text())), (2, () => arsenal.Read(arsenal.Below(Fortress.Scope, "./DevInfo"))), (1, () => arsenal.Any(arsenal.Below("."))))));
            Assert.IsGreaterThanOrEqualTo(0, executed, "the end came too late for this session");
            Assert.IsFalse(siege.Session(() => Dm.Get("./DevInfo")), "there is no account any more");
            Assert.IsTrue(device.Record(delegation.Id).State.IsEnded());
            home.IsBack(device);
            device.Servers.Remove(Given.B);
            device.Pass(1_000);
        }

        siege.Report();
    }

    // Red without DEL-268 (SessionEngine.Prepare: one session at a time).
    [TestMethod]
    public void The_longest_message_does_not_outsit_a_revocation_T14_DEL_268_DEL_098()
    {
        using var device = Fortress.Build(false);
        var home = Home.Of(device).Except(Fortress.Scope);
        var siege = new Siege(device, 14, TestContext) { PerMessage = 200 };
        var arsenal = new Arsenal(siege.Random, device);
        for (var round = 0; siege.Sent < Siege.Commands; round++)
        {
            var delegation = Given.Active(device, Fortress.Part(false, id: $"r{round}"));
            var (at, over) = (siege.Random.Next(1, 3), false);
            siege.Before = () =>
            {
                if (at-- == 0)
                {
                    // A does not wait for B: its revocation is answered while B's session is open and owes the agent a message.
                    Assert.AreEqual(200, device.ManageAlone(Given.A, Starting.Say(delegation.Operation("Revoke")))[^1].Status);
                    over = true;
                    home.Except(".");
                }
            };
            siege.After = () => Assert.IsTrue(!over || device.Record(delegation.Id).State == DelegationState.Revoked);
            siege.Session(() => Long(arsenal), messages: 5);
            Assert.IsTrue(over);
            home.IsBack(device);
        }

        siege.Report();
    }

    // Red without DEL-218 (DeviceOperations.CancelFallen).
    [TestMethod]
    public void A_long_operation_does_not_outsit_a_revocation_T14_DEL_218_DEL_329()
    {
        using var device = Fortress.Build(change: Programs.Bind);
        var home = Home.Of(device);
        var siege = new Siege(device, 14, TestContext);
        var arsenal = new Arsenal(siege.Random, device);
        var plays = new Plays(device, siege, arsenal);
        siege.Before = () => plays.Go(endAll: false);
        for (var round = 0; siege.Sent < Siege.Commands; round++)
        {
            var delegation = Given.Active(device, Fortress.Part(id: $"r{round}").Temporary(3600));
            siege.Session(() => Dm.Exec(arsenal.Of(Programs.Fetch, Programs.Update, Programs.Plain), arsenal.OneIn(4) ? null : Fortress.Scope + "/leaf"), messages: siege.Random.Next(2, 12));
            if (arsenal.OneIn(2))
            {
                Assert.AreEqual(200, device.Manage(Given.A, delegation.Operation("Revoke"))[^1].Status);
            }
            else
            {
                device.Advance(TimeSpan.FromHours(2));
            }

            // Whatever still runs is past its point of no return or being killed, and changes nothing any more.
            Assert.IsTrue(device.Durable.Operations.Values.All(operation => operation.PastPoint || operation.Phase == OperationPhase.Cancelling));
            var written = plays.Written;
            plays.Go(endAll: true);
            Assert.AreEqual(written, plays.Written, "an output was written after the end");
            device.Pump();
            home.IsBack(device);
            device.Servers.Remove(Given.B);
            device.Pass(1_000);
        }

        Assert.IsGreaterThan(10, plays.Written);
        siege.Report();
    }

    // Red without DEL-213 (Recovery.AfterReboot: OffTimeUnknown).
    [TestMethod]
    [DataRow("suspend")]
    [DataRow("until")]
    public void No_clock_and_no_power_switch_stretches_the_period_T23_DEL_202_DEL_210_DEL_212_DEL_213(string kind)
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var siege = new Siege(device, 23, TestContext) { PerMessage = 24 };
        var (arsenal, real, reboots, told) = (new Arsenal(siege.Random, device), device.Now.Wall, 0, true);
        void Pass(long ms)
        {
            device.Pass(ms);
            real = real.AddMilliseconds(ms);
        }

        for (var round = 0; siege.Sent < Siege.Commands; round++)
        {
            device.TrustClock(real);
            told = true;
            var delegation = Fortress.Part(id: $"r{round}").Temporary(3600);
            if (kind == "until")
            {
                delegation["Expiry/MaxSeconds"] = null;
                delegation["Expiry/NotAfter"] = device.EffectiveTime.AddSeconds(3600).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            }

            Given.Active(device, delegation);
            var (since, executed) = (real, siege.Executed);
            siege.After = () =>
            {
                Assert.IsTrue(siege.Executed == executed || real - since < TimeSpan.FromSeconds(3600), $"B works {real - since} after T2");
                executed = siege.Executed;
            };
            for (var step = 0; device.Record(delegation.Id).State.IsLive() && step < 60; step++)
            {
                switch (siege.Random.Next(5))
                {
                    case 0: Pass(siege.Random.Next(1, 900_000)); break;
                    // What nobody vouches for; or a liar that is believed, but only after somebody honest was (who is trusted first, is: DEL-212).
                    case 1: device.SetClock(real.AddSeconds(-siege.Random.Next(1, 100_000)), trusted: told && arsenal.OneIn(2)); break;
                    case 2:
                        var off = TimeSpan.FromSeconds(siege.Random.Next(1, 1500));
                        real += off + TimeSpan.FromSeconds(10);
                        device.Reboot(off, clockTrusted: false);
                        (reboots, told) = (reboots + 1, false);
                        break;
                    case 3: device.Restart(); break;
                    case 4:
                        device.TrustClock(real);
                        told = true;
                        break;
                }

                siege.Session(() => arsenal.Wrapped(() => arsenal.OneIn(3) ? arsenal.Read(arsenal.Below(Fortress.Scope)) : Dm.Replace(Fortress.Scope + "/leaf", arsenal.Text())), messages: 2);
            }

            Assert.IsTrue(device.Record(delegation.Id).State.IsEnded(), "it never ends");
            home.IsBack(device);
            device.Servers.Remove(Given.B);
        }

        Assert.IsGreaterThan(3, reboots);
        siege.Report();
    }

    // Red without DEL-205 (EffectiveClock.JumpAt) and without DEL-204 (Recovery.TimeTold: only the record told).
    [TestMethod]
    public void A_clock_set_forward_and_what_D_says_kill_no_delegation_of_A_T24_DEL_201_DEL_203_DEL_204_DEL_205()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device);
        var delegation = Fortress.Part().Temporary(80_000);
        delegation["Expiry/NotAfter"] = "20300103T000000Z";
        Given.Active(device, delegation);
        var siege = new Siege(device, 24, TestContext, Given.D);
        siege.Witness.Canaries.Clear();
        var (arsenal, n, own) = (new Arsenal(siege.Random, device), 0, "");
        string Far() => Start.AddHours(siege.Random.Next(1, 100_000)).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        siege.Before = () =>
        {
            device.SetClock(arsenal.OneIn(2) ? device.Now.Wall.AddMinutes(1) : device.Now.Wall.AddHours(siege.Random.Next(2, 100_000)), trusted: arsenal.OneIn(4) && device.Now.Wall > Start.AddDays(40));
            device.Pass(siege.Random.Next(10_000));
        };
        siege.After = () => Assert.AreEqual((DelegationState.Active, 0), (device.Record(delegation.Id).State, device.Record(delegation.Id).Reason), Given.Log(device));
        while (siege.Sent < Siege.Commands)
        {
            device.SetClock(Start.AddMilliseconds(device.Now.BootMs - 100_000), trusted: true);
            if (own.Length == 0 || !device.Durable.Records.TryGetValue(own, out var record) || !record.State.IsLive())
            {
                var mine = new Delegating($"d{n++}", Given.D, Given.Home) { ["Expiry/Now"] = "20300101T030405Z" }.KnownB().Temporary(3600);
                mine.Scope.Clear();
                mine.Scope.Add(new("./Rogue", "Get"));
                own = device.Manage(Given.D, mine.Ask(), mine.Build())[^1].Status == 200 ? mine.Uri : own;
                Assert.AreEqual(mine.Uri, own, Given.Log(device));
                own = mine.Id;
            }

            siege.Session(() => arsenal.Weighted(
                (3, () => Dm.Replace($"./Delegation/{own}/Expiry/Now", Far())),
                (2, () => Dm.Replace($"{delegation.Uri}/Expiry/Now", Far())),
                (1, () => Dm.Add($"./Rogue/{arsenal.Name()}", Far())),
                (1, () => Dm.Replace("./Rogue/n", Far()))), messages: 4);
        }

        siege.Report();
        device.SetClock(Start.AddMilliseconds(device.Now.BootMs - 100_000), trusted: true);
        Assert.AreEqual(200, device.Manage(Given.B, Dm.Replace(Fortress.Scope + "/leaf", "still there"))[0].Status, Given.Log(device));
        foreach (var live in device.Durable.Records.Values.Where(record => record.By == Given.D && record.State.IsLive()).ToList())
        {
            device.Manage(Given.D, Dm.Exec($"./Delegation/{live.Id}/Operations/Cancel"));
        }

        home.ComesBackWithRevoke(device, delegation);
    }

    // Red without DEL-120 (T3End.EndOne: a commit between ACLs and record).
    [TestMethod]
    public void No_power_cut_leaves_a_half_done_state_T25_DEL_120_DEL_121_DEL_294()
    {
        using var device = Fortress.Build();
        var (home, acls) = (Home.Of(device), Reference());
        var siege = new Siege(device, 25, TestContext);
        var (arsenal, cuts) = (new Arsenal(siege.Random, device), 0);
        for (var round = 0; siege.Sent < Siege.Commands; round++)
        {
            var (delegation, effects) = (Fortress.Part(id: $"r{round}"), siege.Random.Next(1, 70));
            device.CutAfter = _ => --effects == 0;
            try
            {
                Given.Active(device, delegation);
                siege.Session(() => arsenal.OneIn(2) ? arsenal.Read(arsenal.Below(Fortress.Scope)) : Dm.Replace(Fortress.Scope + "/leaf", arsenal.Text()), messages: 4);
                device.Manage(Given.A, delegation.Operation("Revoke"));
            }
            catch (PowerCutException)
            {
                cuts++;
                device.Restart();
                siege.Settle();
            }

            device.CutAfter = null;
            var state = device.Durable.Records.GetValueOrDefault(delegation.Id)?.State ?? DelegationState.Staged;
            if (state is DelegationState.Pending or DelegationState.Active)
            {
                Assert.AreEqual(acls[state], Acls(device), $"half done in {state}");
                device.Servers[Given.B] = delegation.MakeB();
                home.ComesBackWithRevoke(device, delegation);
            }

            home.IsBack(device);
            device.Manage(Given.A, Dm.Delete(delegation.Uri));
            device.Servers.Remove(Given.B);
            device.Pass(1000);
        }

        siege.Report();
        Assert.IsGreaterThan(10, cuts);
    }

    // A residual risk by the specification: this says what happens. Red without DEL-219 (Limits.Expired: never).
    [TestMethod]
    public void An_older_store_put_back_revives_what_was_ended_until_NotAfter_T42_DEL_192_DEL_219()
    {
        using var device = Fortress.Build();
        var home = Home.Of(device).Except(Fortress.Scope);
        var delegation = Fortress.Part().Temporary(86_400);
        delegation["Expiry/NotAfter"] = "20300102T030405Z";
        Given.Active(device, delegation);
        var (older, keys) = (device.Durable, device.Servers[Given.B]);
        home.ComesBackWithRevoke(device, delegation);
        device.Tamper(_ => older);
        Assert.AreEqual(DelegationState.Active, device.Record(delegation.Id).State, "revived, as the specification says");
        device.Servers[Given.B] = keys;
        var siege = new Siege(device, 42, TestContext) { After = () => home.OutsideIsUntouched(device, Fortress.Scope) };
        var arsenal = new Arsenal(siege.Random, device);
        siege.Run(() => arsenal.Wrapped(() => arsenal.But("./DMAcc/d-", () => arsenal.Any(arsenal.Below(Fortress.Scope, "./Net", "./DMAcc/a")))));
        device.TrustClock(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
        Given.Ended(device, delegation.Id, DelegationState.Expired, 181);
        Assert.IsFalse(siege.Session(() => Dm.Get("./DevInfo")));
        home.IsBack(device);
    }

    private static Command Long(Arsenal arsenal) => arsenal.Weighted(
        (3, () => Dm.Replace(Fortress.Scope + "/leaf", arsenal.Text())),
        (1, () => Dm.Add($"{Fortress.Scope}/{arsenal.Name()}", new string('x', 200))),
        (1, () => arsenal.Read(arsenal.Below(Fortress.Scope, "./Net"))),
        (1, () => new Replace("0", null, [new Item { Target = new Location(Fortress.Scope + "/z"), Meta = new MetaInfo { Size = 100_000 }, MoreData = true, Data = ItemData.FromText("part") }])));

    private static Dictionary<DelegationState, string> Reference()
    {
        using var device = Fortress.Build();
        var acls = new Dictionary<DelegationState, string>();
        var delegation = Given.Pending(device, Fortress.Part(id: "r"));
        acls[DelegationState.Pending] = Acls(device);
        Given.Active(device, delegation);
        acls[DelegationState.Active] = Acls(device);
        return acls;
    }

    // The account is named after the delegation.
    private static string Acls(TestDevice device) => string.Join('\n', device.Acls().Split('\n').Where(line => !line.StartsWith("./DMAcc/d-", StringComparison.Ordinal)));
}
