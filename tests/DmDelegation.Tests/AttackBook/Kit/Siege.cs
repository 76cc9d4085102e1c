using System.Globalization;
using DmDelegation.Engine;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.AttackBook.Kit;

/// <summary>
/// A hostile session: a server that sends commands drawn at random over the wire, against the production engine and store, with a
/// <see cref="Witness"/> after every message. The seed is printed; another one by the variable DM_ATTACK_SEED.
/// </summary>
internal sealed class Siege
{
    public const int Commands = 1000;

    private readonly SortedDictionary<int, int> _statuses = [];
    private readonly TestContext _context;
    private List<(Command Command, bool Container)>? _open;
    private AgentState? _before;
    private int _outcomes;

    public Siege(TestDevice device, int threat, TestContext context, string attacker = Given.B)
    {
        (Device, Attacker, _context) = (device, attacker, context);
        var seed = (int.TryParse(Environment.GetEnvironmentVariable("DM_ATTACK_SEED"), CultureInfo.InvariantCulture, out var given) ? given : 20_300_101) + threat;
        Random = new Random(seed);
        Witness = new Witness(attacker, "./Vendor/Trust");
        Witness.Canaries.AddRange(["client-secret-for-", "server-secret-of-", "canary"]);
        context.WriteLine($"T{threat}: seed {seed}");
        device.KeepTraffic = false;
    }

    public TestDevice Device { get; }

    public string Attacker { get; }

    public Random Random { get; }

    public Witness Witness { get; }

    /// <summary>Commands sent, those inside others counted and containers not.</summary>
    public int Sent { get; private set; }

    public int Executed { get; private set; }

    /// <summary>Before each hostile message: what the threat needs beside it.</summary>
    public Action? Before { get; set; }

    /// <summary>After each hostile message: what the threat must not have reached, besides what the witness looks at.</summary>
    public Action? After { get; set; }

    /// <summary>Most commands of one message.</summary>
    public int PerMessage { get; set; } = 16;

    /// <summary>Sessions until so many commands are sent.</summary>
    public void Run(Func<Command> draw, int commands = Commands)
    {
        for (var until = Sent + commands; Sent < until;)
        {
            Assert.IsTrue(Session(draw), "the attacker gets no session any more\n" + Given.Log(Device));
        }

        Report();
    }

    public void Report() => _context.WriteLine($"{Sent} commands, {Executed} executed: {string.Join(", ", _statuses.Select(pair => $"{pair.Value} × {pair.Key}"))}");

    /// <summary>One session; false if not one command could be sent in it.</summary>
    public bool Session(Func<Command> draw, int messages = 25)
    {
        var (server, sent) = (Device.Servers[Attacker], Sent);
        server.Script.Clear();
        for (var i = 0; i < messages; i++)
        {
            server.Script.Enqueue(_ => Say(draw));
        }

        Device.Handle(new SessionRequested(Attacker));
        Device.Pump();
        server.Script.Clear();
        Settle();
        return Sent > sent;
    }

    /// <summary>Commands of one message, drawn when it is their turn; the message before it is judged first.</summary>
    public IReadOnlyList<Command> Say(Func<Command> draw) =>
        SayAll(() => [.. Enumerable.Range(0, Random.Next(1, PerMessage + 1)).Select(_ => draw())]);

    /// <summary>These commands as one message.</summary>
    public IReadOnlyList<Command> SayAll(Func<IReadOnlyList<Command>> draw)
    {
        Settle();
        Before?.Invoke();
        var commands = draw();
        (_open, _before, _outcomes) = ([.. commands.SelectMany(Flat)], Device.Durable, Device.Servers[Attacker].Outcomes.Count);
        Sent += _open.Count(one => !one.Container);
        return commands;
    }

    /// <summary>The attacker, as A, reads nonce and sequence number, builds a record and starts it; the answer is that to the Exec.</summary>
    /// <param name="delegation">The delegation.</param>
    /// <param name="prepare">What needs nonce and number, e.g. the voucher.</param>
    public Outcome Start(Delegating delegation, Action? prepare = null)
    {
        var answers = Device.Manage(Attacker, delegation.Ask(), before =>
        {
            delegation.Learn(before);
            prepare?.Invoke();
            return SayAll(() => [Dm.Atomic([.. delegation.Adds()]), delegation.Start()]);
        });
        Settle();
        return answers[^1];
    }

    /// <summary>Judges the message that is still open.</summary>
    public void Settle()
    {
        if (_open is not { } open)
        {
            return;
        }

        _open = null;
        var answers = Device.Servers[Attacker].Outcomes.Skip(_outcomes).ToList();
        List<Asked> asked = [.. open.SelectMany((one, i) => one.Command is ItemCommand items
            ? items.Items.Select((item, j) => new Asked(one.Command, item, StatusOf(answers.ElementAtOrDefault(i), j)))
            : [])];
        foreach (var one in asked)
        {
            _statuses[one.Status] = _statuses.GetValueOrDefault(one.Status) + 1;
            Executed += one.WasExecuted ? 1 : 0;
        }

        Witness.Check(_before!, Device.Durable, asked, [.. answers.SelectMany(answer => answer.Results)]);
        After?.Invoke();
    }

    private static int StatusOf(Outcome? answer, int item) =>
        answer is null || answer.Statuses.IsEmpty ? 0 : item < answer.Statuses.Length ? answer.Statuses[item] : answer.Statuses[0];

    private static IEnumerable<(Command, bool)> Flat(Command command) =>
        command is CommandContainer container ? container.Commands.SelectMany(Flat).Prepend((command, true)) : [(command, false)];
}
