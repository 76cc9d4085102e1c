using DmDelegation.ServerStub.Delegation;

namespace DmDelegation.Tests.ServerStub;

/// <summary>One fault at a time, at every message and in every state, and many at once by chance (S-250, S-251).</summary>
[TestClass]
public sealed class FaultTests
{
    private static readonly string[] Messages =
        [MessageType.Notification, "MutualAuthentication1", "MutualAuthentication3", MessageType.Start, MessageType.Result, MessageType.Complete];

    private static readonly (string Name, Func<string, TestControls> Controls, bool SameEnd)[] Faults =
    [
        ("dropped", type => new() { Drop = [new(type)] }, true),
        ("dropped three times", type => new() { Drop = [new(type, 3)] }, true),
        ("dropped for ever", type => new() { Drop = [new(type, -1)] }, false),
        ("its answer dropped", type => new() { Drop = [new("answer:" + type)] }, true),
        ("its answer dropped for ever", type => new() { Drop = [new("answer:" + type, -1)] }, false),
        ("repeated", type => new() { Repeat = [new(type)] }, true),
        ("repeated five times", type => new() { Repeat = [new(type, 5)] }, true),
        ("delayed by 5 s", type => new() { Delay = [new(type, 1, 5)] }, true),
        ("delayed by 45 s, longer than the timer of steps 1 to 3", type => new() { Delay = [new(type, 1, 45)] }, false),
        ("delayed by three hours, longer than every timer", type => new() { Delay = [new(type, 1, 10_800)] }, false),
        ("its answer delayed by 5 s", type => new() { Delay = [new("answer:" + type, 1, 5)] }, true),
        ("its answer delayed by 45 s", type => new() { Delay = [new("answer:" + type, 1, 45)] }, false),
        ("overtaken", type => new() { Reorder = [new(type)] }, true),
    ];

    [TestMethod]
    [DataRow(FaultWorld.A, "auth")]
    [DataRow(FaultWorld.A, "exec")]
    [DataRow(FaultWorld.B, "auth")]
    [DataRow(FaultWorld.B, "exec")]
    public void Every_message_dropped_repeated_delayed_and_overtaken_has_the_same_end_or_a_clean_Failure_S_250_DEL_354_DEL_380(string initiator, string confirm)
    {
        var wrong = new List<string>();
        foreach (var message in Messages)
            foreach (var (name, controls, sameEnd) in Faults)
            {
                using var world = new FaultWorld();
                world.Server(FaultWorld.A).SetControls(controls(message));
                world.Server(FaultWorld.B).SetControls(controls(message));
                world.Servers.Begin(world.Server(initiator), confirm: confirm);
                world.Play();
                var closed = world.IsActive;
                world.Settle();
                var fault = world.Fault() ?? (sameEnd && !(closed && world.IsActive) ? "not the end of S-240" : null);
                if (fault is not null)
                    wrong.Add($"{message} {name}: {fault}");
            }

        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    [DataRow(MessageType.Failure)]
    [DataRow(MessageType.Ended)]
    public void A_message_about_the_end_arrives_whatever_happens_to_it_S_250_DEL_354_DEL_368(string message)
    {
        var wrong = new List<string>();
        foreach (var (name, controls, _) in Faults.Where(fault => !fault.Name.EndsWith("for ever", StringComparison.Ordinal)))
            foreach (var side in (string[])[FaultWorld.A, FaultWorld.B])
            {
                using var world = new FaultWorld();
                world.Servers.Begin();
                if (message == MessageType.Ended)
                    world.Play(rounds: 2);
                else
                    world.Meet(FaultWorld.A);
                world.Server(side).SetControls(controls(message));
                Assert.IsTrue(world.Server(side).End(world.Servers.Device.Records.Keys.Single()));
                world.Play();
                world.Settle();
                var state = world.Servers.Device.Records.Values.Single().State;
                int[] ends = message == MessageType.Failure ? [11, 10] : side == FaultWorld.A ? [12] : [14]; // 10: the window was over before
                if ((world.Fault() ?? (ends.Contains(state) ? null : $"the device is {state}")) is { } fault)
                    wrong.Add($"{message} of {side} {name}: {fault}");
            }

        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    public static IEnumerable<object[]> States() =>
        from initiator in (string[])[FaultWorld.A, FaultWorld.B]
        from confirm in (string[])["auth", "exec"]
        from server in (string[])[FaultWorld.A, FaultWorld.B]
        from state in server == FaultWorld.A
            ? (ProcessState[])[ProcessState.Notified, ProcessState.Authenticating, ProcessState.Started, ProcessState.Commanded, ProcessState.Acknowledged, ProcessState.Handed, ProcessState.Reported, ProcessState.Closed]
            : [ProcessState.Notified, ProcessState.Authenticated, ProcessState.Waiting, ProcessState.Armed, ProcessState.InSession, ProcessState.Reporting, ProcessState.Closed]
        select new object[] { initiator, confirm, server, state.ToString() };

    // A that crashes before the command has left does not know whether it has: it reads State, finds no record, and fails cleanly (DEL-374).
    [TestMethod]
    [DynamicData(nameof(States))]
    public void A_crash_in_any_state_leads_to_the_right_end_S_251_DEL_370_DEL_374(string initiator, string confirm, string server, string state)
    {
        using var world = new FaultWorld();
        world.Server(server).SetControls(new TestControls { CrashIn = state });
        world.Try(() => world.Servers.Begin(world.Server(initiator), confirm: confirm));
        world.Play();
        Assert.AreEqual(1, world.Crashes);
        Assert.AreEqual(state != nameof(ProcessState.Commanded), world.IsActive);
        Assert.IsNull(world.Fault());
        world.Settle();
        Assert.IsNull(world.Fault());
        Assert.AreEqual(state != nameof(ProcessState.Commanded), world.IsActive);
    }

    [TestMethod]
    [DataRow(FaultWorld.A)]
    [DataRow(FaultWorld.B)]
    public void A_crash_in_Failed_forgets_neither_the_peer_nor_the_device_S_251_DEL_369_DEL_370(string server)
    {
        using var world = new FaultWorld();
        world.Servers.Begin();
        world.Meet(FaultWorld.A);
        world.Server(server).SetControls(new TestControls { CrashIn = nameof(ProcessState.Failed) });
        world.Try(() => world.Server(server).End(world.Servers.Device.Records.Keys.Single()));
        world.Play();
        Assert.AreEqual(1, world.Crashes);
        Assert.IsNull(world.Fault());
        Assert.AreEqual(11, world.Servers.Device.Records.Values.Single().State);
    }

    [TestMethod]
    public void A_thousand_delegations_with_faults_by_chance_end_in_agreement_or_purged_S_250_S_251_DEL_374_DEL_380()
    {
        const int Seeds = 1000;
        var wrong = new List<string>();
        var ends = new Dictionary<string, int>();
        for (var seed = 1; seed <= Seeds; seed++)
        {
            using var run = new RandomFaults(seed);
            var fault = run.Play();
            if (fault is not null)
                wrong.Add($"seed {seed}: {fault}; {run.Story}");
            var end = run.World.IsActive ? "active" : "not active";
            ends[end] = ends.GetValueOrDefault(end) + 1;
        }

        Console.WriteLine($"seeds 1 to {Seeds}: {string.Join(", ", ends.Select(end => $"{end.Value} {end.Key}"))}");
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
        Assert.HasCount(2, ends, "the faults leave room for success and for failure");
    }
}
