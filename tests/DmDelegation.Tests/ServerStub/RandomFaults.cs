using DmDelegation.ServerStub.Delegation;

namespace DmDelegation.Tests.ServerStub;

/// <summary>One delegation with faults drawn from a seed; the same seed does the same again.</summary>
internal sealed class RandomFaults(int seed) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly List<string> _story = [];

    public FaultWorld World { get; } = new();

    public string Story => string.Join(", ", _story);

    /// <summary>Plays it to the end; null, or what is wrong.</summary>
    public string? Play()
    {
        var initiator = Side();
        var (name, terms) = Of(("auth", TwoServers.Terms("auth")), ("exec", TwoServers.Terms("exec")), ("final", TwoServers.FinalTerms()));
        _story.Add($"{initiator} begins, {name}");
        for (var count = _random.Next(1, 5); count > 0; count--)
            Plant();
        World.Try(() => World.Servers.Begin(
            World.Server(initiator), initiator == FaultWorld.A ? FaultWorld.B : FaultWorld.A, terms, initiator == FaultWorld.A ? ProcessRole.Delegating : ProcessRole.Delegated));
        for (var step = 0; step < 40; step++)
            Step();
        World.Settle();
        return World.Fault();
    }

    public void Dispose() => World.Dispose();

    private readonly Dictionary<string, TestControls> _controls = new() { [FaultWorld.A] = new(), [FaultWorld.B] = new() };

    private void Plant()
    {
        var side = Side();
        var controls = _controls[side];
        var type = Of([.. MessageType.Sent, "answer:" + Of([.. MessageType.Sent])]);
        var control = new MessageControl(type, Of(1, 1, 2, 5, -1), Of(2.0, 20, 45, 900, 5000));
        var states = Enum.GetValues<ProcessState>();
        var (name, changed) = _random.Next(12) switch
        {
            0 or 1 => ($"drops {control}", controls with { Drop = [.. controls.Drop, control] }),
            2 => ($"delays {control}", controls with { Delay = [.. controls.Delay, control] }),
            3 => ($"repeats {control}", controls with { Repeat = [.. controls.Repeat, control with { Count = 1 }] }),
            4 => ($"reorders {control}", controls with { Reorder = [.. controls.Reorder, control] }),
            5 or 6 => ("crashes", controls with { CrashIn = states[_random.Next(1, states.Length)].ToString() }),
            7 => ("wrong TDK", controls with { WrongTdk = true }),
            8 => ("wrong terms", controls with { WrongTermsIn = Of(3, 6) }),
            9 => ("false step 9", controls with { FalseComplete = true }),
            10 => ("clock", controls with { ClockOffsetSeconds = Of(-7000.0, -20, 20, 7000) }),
            _ => ("wrong proof", controls with { WrongProof = true }),
        };
        _story.Add($"{side} {name}{(name == "crashes" ? " in " + changed.CrashIn : "")}");
        _controls[side] = changed;
        World.Server(side).SetControls(changed);
    }

    private void Step()
    {
        switch (_random.Next(16))
        {
            case 0:
                Do("restart", side => World.Restart(side));
                break;
            case 1:
                Do("off the network", side => World.Servers.Network.Disconnect(side));
                break;
            case 2 or 3:
                Do("on the network", side => World.Servers.Network.Connect(World.Server(side)));
                break;
            case 4:
                var (exchange, carriedOut) = (_random.Next(1, 7), _random.Next(2) == 0);
                (World.Servers.Device.BreakAfter, World.Servers.Device.StopAfter) = (carriedOut ? null : exchange, carriedOut ? exchange : null);
                _story.Add($"next session is cut at {exchange}{(carriedOut ? ", carried out" : "")}");
                break;
            case 5 when _random.Next(4) == 0 && World.Servers.Device.Records.Count > 0:
                Do("ends it", side => World.Try(() => World.Server(side).End(World.Servers.Device.Records.Keys.First())));
                break;
            case 6:
                World.Advance(Of(60.0, 600, 3000));
                _story.Add("time passes");
                break;
            case < 11:
                World.Pass(_random.Next(1, 6));
                break;
            default:
                Do("meets the device", World.Meet);
                break;
        }
    }

    private void Do(string what, Action<string> action)
    {
        var side = Side();
        _story.Add($"{side} {what}");
        action(side);
    }

    private string Side() => Of(FaultWorld.A, FaultWorld.B);

    private T Of<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
