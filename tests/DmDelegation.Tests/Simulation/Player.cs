using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Protocol;
using DmDelegation.Tests.Judge;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Simulation;

/// <summary>
/// Plays all servers by a seed: what each says in its sessions, right and wrong. It sees the state of the device, so that what it does is
/// mostly to the point; nothing it does is trusted.
/// </summary>
public sealed class Player(Random random, SimulatedSetup setup, SimulatedClock clock)
{
    private const string Expiry = "Expiry/";

    private readonly Delegator _delegator = new(random, setup, clock);
    private readonly Dictionary<string, Queue<Batch>> _plans = new(StringComparer.Ordinal);

    /// <summary>The device as it is; set when it is there.</summary>
    public Func<AgentState> Device { get; set; } = null!;

    /// <summary>Nobody wants anything any more; alerts are accepted.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>Hears everything that is said; null: nobody listens.</summary>
    public Action<string>? Trace { get; set; }

    /// <summary>What is asked lately, newest last.</summary>
    public Queue<string> Said { get; } = [];

    /// <summary>B as the delegation made it that made its account; null if it has none.</summary>
    public ScriptedServer? Guest(string server, Func<int, byte[]> nonces) => _delegator.Guest(Device(), server, nonces);

    public void BeginSession(string server, ScriptedServer? present)
    {
        var plan = new Queue<Batch>();
        _plans[server] = plan;
        if (present is not null)
        {
            present.AlertStatus = !IsQuiet && random.Next(25) == 0 ? ((int[])[406, 415, 500])[random.Next(3)] : 200;
            present.WrongCredential = _delegator.HasWrongKey(Device(), server) || (!IsQuiet && random.Next(40) == 0);
        }

        if (IsQuiet)
        {
            return;
        }

        var state = Device();
        var toConfirm = state.LiveTo(server).Where(live => live.Record.State == DelegationState.Pending && live.Grant.ConfirmMode == ConfirmMode.Exec).ToList();
        if (toConfirm.Count > 0 && random.Next(10) < 7)
        {
            Queue(plan, _delegator.Confirm(toConfirm[random.Next(toConfirm.Count)].Record.Id, good: random.Next(5) > 0));
        }
        else if ((setup.Known.Contains(server) || state.LiveTo(server).Any(live => live.Grant.SubDelegation > 0)) && random.Next(10) < 4)
        {
            Queue(plan, _delegator.Delegate(state, server));
        }

        var mustRotate = toConfirm.Any(live => live.Grant is { DurationType: DurationType.Final, AccountMade: true });
        if (state.IsGuest(server) && random.Next(10) < (mustRotate ? 7 : 2))
        {
            Queue(plan, _delegator.Rotate(state, server));
        }

        for (var more = random.Next(4); more > 0; more--)
        {
            plan.Enqueue(_ => Commands(server));
        }
    }

    /// <summary>The commands of a server's next message; null: none.</summary>
    public IReadOnlyList<Command>? Next(string server, IReadOnlyList<Outcome> before)
    {
        var commands = _plans.GetValueOrDefault(server)?.TryDequeue(out var batch) == true ? batch(before) : null;
        if (commands is not null)
        {
            var said = $"{server}: {string.Join(", ", commands.Select(Describe))}";
            Trace?.Invoke("    " + said);
            Said.Enqueue(said);
            while (Said.Count > 12)
            {
                Said.Dequeue();
            }
        }

        return commands;
    }

    private static void Queue(Queue<Batch> plan, IEnumerable<Batch> batches)
    {
        foreach (var batch in batches)
        {
            plan.Enqueue(batch);
        }
    }

    private static string Describe(Command command) => command switch
    {
        CommandContainer { Commands.Length: > 6 } container => $"{container.Name} of {container.Commands.Length}, {Describe(container.Commands[0])} …",
        CommandContainer container => $"{container.Name}({string.Join(", ", container.Commands.Select(Describe))})",
        ItemCommand { Items: [var item] } => $"{command.Name} {item.Source?.LocURI} {item.Target?.LocURI} {item.Data?.AsText()}",
        _ => command.Name,
    };

    private List<Command> Commands(string server)
    {
        var state = Device();
        var commands = new List<Command>();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            commands.Add(random.Next(10) switch
            {
                < 3 when state.Records.Count > 0 => OnRecord(server, state),
                4 => random.Next(3) > 0 ? Dm.Exec(Program(server, state)) : Dm.Exec(SimulatedSetup.Fetch, Question.Random(random, server, state.Tree, []).Uri),
                3 => Dm.Atomic([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Change(server, state))]),
                _ => Ordinary(server, state),
            });
        }

        return commands;
    }

    // Mostly one that it may run.
    private string Program(string server, AgentState state)
    {
        var mine = SimulatedSetup.Run.Where(uri => state.Tree.Find(NodePath.Parse(uri)) is not null && new AccessJudge(state.Tree.Root, state.Records.Values, World.Protected).Decide(server, Ask.Exec, uri).Allowed).ToList();
        return mine.Count > 0 ? mine[random.Next(mine.Count)] : SimulatedSetup.Run[random.Next(SimulatedSetup.Run.Length)];
    }

    // In an Atomic, with a child that fails now and then.
    private Command Change(string server, AgentState state)
    {
        if (random.Next(4) == 0)
        {
            return Dm.Replace("./SCM/nothing", "v");
        }

        while (true)
        {
            if (Ordinary(server, state) is { } command and not (Get or Exec))
            {
                return command;
            }
        }
    }

    private Command OnRecord(string server, AgentState state)
    {
        var mine = state.Records.Values.Where(record => record.By == server || record.Grant?.To == server).ToList();
        var records = mine.Count > 0 && random.Next(6) > 0 ? mine : [.. state.Records.Values];
        var record = records[random.Next(records.Count)];
        var uri = "./Delegation/" + record.Id;
        return random.Next(16) switch
        {
            0 => Dm.Exec(uri + "/Operations/Cancel"),
            1 => Dm.Exec(uri + "/Operations/Revoke"),
            2 or 3 => Dm.Exec(uri + "/Operations/Reduce", random.Next(4) == 0 ? "1+2" : random.Next(2) == 0 ? "1" : "2"),
            4 => Dm.Exec(uri + "/Operations/Relinquish"),
            5 => Dm.Exec(uri + "/Operations/Start"),
            6 when record.State.IsEnded() || random.Next(4) == 0 => Dm.Delete(uri),
            7 or 8 => Dm.Replace(uri + "/" + Expiry + "Now", BasicTime.Format(clock.TrueTime.AddSeconds(random.Next(10) == 0 ? random.Next(-90_000, 90_000) : 0))),
            9 => Dm.Replace(uri + "/" + Expiry + "MaxSeconds", random.Next(10, 20_000).ToString(), "int"),
            10 => Dm.Replace(uri + "/" + Expiry + "NotAfter", BasicTime.Format(clock.TrueTime.AddSeconds(random.Next(10, 90_000)))),
            11 => Dm.Exec(uri + "/Operations/Confirm", Convert.ToBase64String(new byte[32])),
            _ => Dm.Get(uri + ((string[])["/State", "/Reason", "/Remaining", "/Ack/Delegating", "/Scope", ""])[random.Next(6)]),
        };
    }

    // Random, but not such that everything is over after a few steps: the big subtrees and the accounts mostly stay.
    private Command Ordinary(string server, AgentState state)
    {
        while (true)
        {
            var question = Question.Random(random, server, state.Tree, []);
            var deep = question.Uri.Split('/').Length > 2;
            var account = question.Uri.StartsWith("./DMAcc/", StringComparison.Ordinal);
            if (account && question.Uri.Split('/').Length > 3 && question.Ask is Ask.Replace or Ask.Delete or Ask.Rename or Ask.Add or null && (IsInUse(state, question.Uri) || IsAllowed(question, state)))
            {
                continue; // the simulated server would not know how it is reached from then on
            }

            if ((!deep || account) && question.Ask is Ask.Delete or Ask.Rename or Ask.ReplaceAcl && random.Next(40) > 0)
            {
                continue;
            }

            if (question.Ask is Ask.ReplaceAcl && !setup.GuestsAreNamed && question.Command is Replace { Items: [{ Data: { } data }] } && data.AsText().Contains("b.example", StringComparison.Ordinal))
            {
                continue;
            }

            return question.Command;
        }
    }

    private static bool IsAllowed(Question question, AgentState state) =>
        question.Put(new AccessJudge(state.Tree.Root, state.Records.Values, World.Protected)) is { Allowed: true };

    // A message may be judged later than it is made.
    private static bool IsInUse(AgentState state, string uri) =>
        AccountList.All(state.Tree).Any(account => NodePath.Parse(uri).IsAtOrBelow(account.Path) && state.LiveTo(account.ServerId).Any());
}
