using System.Text;
using DmDelegation.Engine;
using DmDelegation.Engine.Commands;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Judge;

/// <summary>
/// Commands of A, B, D and the home authority, interleaved at message boundaries and executed by the real engine: it never answers
/// otherwise than the judge.
/// </summary>
[TestClass]
public sealed class InterleavingTests
{
    private const int Worlds = 100;
    private const int InterleavingsPerWorld = 100;

    // Fixed in the normal run; another range of seeds for a longer look.
    private static readonly int FirstSeed = int.TryParse(Environment.GetEnvironmentVariable("DM_JUDGE_SEED"), out var seed) ? seed : 20_300_101;

    private static readonly string[] Servers = ["a.example", "b.example", "d.example", "home.example"];

    private readonly SortedDictionary<string, int> _answers = new(StringComparer.Ordinal);
    private readonly List<string> _differences = [];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void The_agent_never_answers_otherwise_than_the_judge_DEL_320_DEL_325_DEL_330_DEL_331_DEL_340()
    {
        TestContext.WriteLine($"seeds {FirstSeed} … {FirstSeed + Worlds - 1}, {Worlds * InterleavingsPerWorld} interleavings");
        for (var seed = FirstSeed; seed < FirstSeed + Worlds && _differences.Count < 20; seed++)
        {
            using var world = new World(seed);
            for (var run = 0; run < InterleavingsPerWorld && _differences.Count < 20; run++)
            {
                Interleave(world, seed, run);
            }
        }

        foreach (var (answer, count) in _answers)
        {
            TestContext.WriteLine($"{count,7} {answer}");
        }

        Assert.IsEmpty(_differences, string.Join("\n\n", _differences));
        foreach (var rule in (string[])["allowed", "13.1", "DEL-141", "DEL-175", "DEL-213", "DEL-320 access type", "DEL-326", "DEL-331", "DEL-332", "DEL-339"])
        {
            Assert.IsGreaterThan(50, _answers.GetValueOrDefault(rule), $"{rule} was hardly ever asked");
        }
    }

    // Two to five messages of one to three commands each.
    private void Interleave(World world, int seed, int run)
    {
        var random = new Random((seed * 1000) + run);
        var state = world.State;
        var history = new StringBuilder();
        for (var messages = random.Next(2, 6); messages > 0; messages--)
        {
            var server = Servers[random.Next(Servers.Length)];
            var work = new Work(state, world.Now, world.Options, world.Ports);
            for (var commands = random.Next(1, 4); commands > 0; commands--)
            {
                var question = Question.Random(random, server, work.State.Tree, work.State.Records.Values.ToList());
                var before = work.State;
                if (Execute(work, question) is { } difference)
                {
                    _differences.Add($"seed {seed}, run {run}: {world.Description}\n{history}{question}: {difference}\n{Describe(before, question)}");
                    return;
                }

                history.AppendLine(question.ToString());
            }

            work.Commit(CommitPoint.Message);
            state = work.Engine;
        }
    }

    private string? Execute(Work work, Question question)
    {
        var judge = new AccessJudge(work.State.Tree.Root, work.State.Records.Values, World.Protected);
        var verdict = question.Put(judge);
        var (allowed, status, rule) = (false, 0, "no session");
        if (work.Engine.Sessions.TryGetValue(question.Server, out var session))
        {
            var runner = new CommandRunner(work, session, default);
            runner.Run([question.Command]);
            status = runner.Replies.OfType<Status>().First().Data;
            rule = work.Finish().Effects.OfType<Report>().LastOrDefault()?.Line.Fields.FirstOrDefault(field => field.Key == "rule").Value ?? "";
            allowed = status == 200 || (status == 406 && question.Command is Exec);
        }

        if (verdict is not { } judged)
        {
            return null;
        }

        var key = judged.Allowed ? "allowed" : judged.Rule;
        _answers[key] = _answers.GetValueOrDefault(key) + 1;
        return judged.Allowed == allowed ? null : $"the agent answers {status} ({rule}), the judge {(judged.Allowed ? "allows" : "refuses by " + judged.Rule)}";
    }

    // The state behind the answer: the ACL values on the way to the nodes, and the undo records.
    private static string Describe(AgentState state, Question question)
    {
        var text = new StringBuilder();
        foreach (var node in state.Tree.Root.SelfAndDescendants())
        {
            var path = state.Tree.PathOf(node.Id)!.ToString();
            if (node.Acl is { } acl && (question.Uri == path || question.Source == path || path == "." || question.Uri.StartsWith(path + "/", StringComparison.Ordinal)))
            {
                text.AppendLine($"  {node.Id} {path}: {acl}");
            }
        }

        foreach (var record in state.Records.Values.Where(record => record.Grant is not null))
        {
            text.AppendLine($"  {record.Id} {record.State} to {record.Grant!.To}, {(record.Grant.Exclusive ? "exclusive" : "shared")}, skipped {string.Join(' ', record.Grant.Undo.Skipped)}, named {string.Join(' ', record.Grant.Undo.NamedBefore)}");
            foreach (var entry in record.Grant.Undo.Entries)
            {
                text.AppendLine($"    {entry.Node} {entry.Uri}: before '{entry.Before}' written '{entry.Written}' added {entry.Added} taken {entry.Taken}");
            }
        }

        return text.ToString();
    }
}
