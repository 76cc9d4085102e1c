using System.Text.Json;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Dm;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.ServerStub.Demo;

/// <summary>The demo, step by step. What it shows it verifies from outside; a difference makes it fail.</summary>
public sealed partial class DemoRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    /// <summary>How often A reads the state of a delegation that only B has reported.</summary>
    private static readonly TimeSpan ReadAgain = TimeSpan.FromSeconds(2);

    private readonly DemoOptions _options;
    private readonly Chart _chart;
    private readonly DemoWorld _world;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _showing;
    private long _shown;
    private int _differences;

    private DemoRun(DemoOptions options, Chart chart, DemoWorld world)
    {
        _options = options;
        _chart = chart;
        _world = world;
        _showing = ShowEventsAsync();
    }

    private DmServer A => _world.Servers.Server(DemoWorld.A);

    private DmServer B => _world.Servers.Server(DemoWorld.B);

    private AgentProcess Agent => _world.Agent;

    /// <summary>Runs the demo; the result is the process's exit code.</summary>
    public static async Task<int> RunAsync(DemoOptions options, TextWriter output, CancellationToken cancel)
    {
        var chart = new Chart(output, options.Json, options.Chain);
        try
        {
            var world = await DemoWorld.StartAsync(options, cancel);
            await using var run = new DemoRun(options, chart, world);
            await run.PlayAsync(cancel);
            return run._differences == 0 ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (DemoException fault)
        {
            chart.Checked("the demo runs to its end", holds: false, fault.Message);
            return ExitCode.Failed;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _showing;
        await _world.DisposeAsync();
        _stop.Dispose();
    }

    private async Task PlayAsync(CancellationToken cancel)
    {
        await ManageAsync(cancel);
        await (_options switch
        {
            { Chain: true } => ChainAsync(cancel),
            { Fail: not 0 } => FailAsync(_options.Fail, cancel),
            { Duration: "final" } => FailThenFinalAsync(cancel),
            _ => DelegateThenFailAsync(cancel),
        });
        await SettleAsync();
        _chart.Verdict(_differences == 0 ? "Everything was as it should be." : $"{_differences} differences, see FAIL above.");
    }

    private async Task DelegateThenFailAsync(CancellationToken cancel)
    {
        await DelegateAsync(cancel);
        await FailAsync(7, cancel);
    }

    /// <summary>A normal management session of A.</summary>
    private async Task ManageAsync(CancellationToken cancel)
    {
        _chart.Heading("A normal management session of A");
        var answers = await CommandAsync(A, """[{"get":"./DevInfo/Man"},{"replace":{"uri":"./SCM/x","data":"by A"}},{"get":"./SCM/x"}]""", cancel);
        Check("A reads DevInfo, writes and reads back ./SCM/x", "200 200 200 by A", $"{Codes(answers)} {(answers[^1].Items is [var item, ..] ? item.Data : "")}");
    }

    /// <summary>The nine steps, the scheme before, during and after, and its end.</summary>
    private async Task DelegateAsync(CancellationToken cancel)
    {
        _chart.Heading($"The nine steps: A delegates {string.Join(", ", _options.Scope.Select(entry => entry.Uri))} to B ({_options.Type}, {_options.Duration}, key by {_options.Key}, confirmed by {_options.Confirm})");
        var before = await SchemeAsync("before", cancel);
        var id = await NineStepsAsync(A, B, _options.Terms(_options.Confirm, _options.Scope), cancel);
        Check("the device says who manages it", "Active", await StateAsync(id, cancel));
        await SchemeAsync("during", cancel);
        await WhileActiveAsync(cancel);
        await EndAsync(id, cancel);
        await SettleAsync();
        var after = await SchemeAsync("after", cancel);
        Check("the scheme after is the scheme before", before, after);
        var value = await Agent.AskAsync(cancel, "tree", "get", "./SCM/x");
        Check("what B wrote stays: the scheme is put back, not the values", "by B", value.GetProperty("value").GetString() ?? "");
    }

    /// <summary>All nine steps between two servers; the id of the delegation.</summary>
    private async Task<string> NineStepsAsync(DmServer from, DmServer to, DelegationTerms terms, CancellationToken cancel)
    {
        var process = Begin(from, to.ServerId, terms);
        await UntilAsync($"{from.ServerId} waits for the device", () => View(from, process)?.State == ProcessState.Started, cancel);
        await SessionsUntilAsync(from, $"{from.ServerId} has sent its command", () => View(from, process)?.State is not (ProcessState.Started or ProcessState.Commanded), cancel);
        await UntilAsync("both servers have closed the process", () => View(from, process)?.State == ProcessState.Closed && View(to, process)?.State == ProcessState.Closed, cancel);
        return View(from, process)!.DelegationId!;
    }

    private async Task WhileActiveAsync(CancellationToken cancel)
    {
        var refused = await CommandAsync(A, """[{"replace":{"uri":"./SCM/x","data":"by A again"}},{"get":"./SCM/x"}]""", cancel);
        var why = await Agent.AskAsync(cancel, "acl", "explain", DemoWorld.A, "Replace", "./SCM/x");
        _chart.Note($"why A is refused: rule {why.GetProperty("rule").GetString()}, delegation {why.GetProperty("delegation").GetString()}");
        Check("A may read in the scope but not write", "425 200", Codes(refused));
        var outside = _options.Type == "full" ? "./DMAcc/a/AppAddr/1/Addr" : "./Net/eth0";
        var answers = await CommandAsync(B, $$"""[{"replace":{"uri":"./SCM/x","data":"by B"} },{"replace":{"uri":"{{outside}}","data":"no"} }]""", cancel);
        Check($"B manages ./SCM and is refused at {outside}", "200 425", Codes(answers));
    }

    private async Task EndAsync(string id, CancellationToken cancel)
    {
        if (_options.Duration == "temporary")
        {
            _chart.Note($"{DemoOptions.LifeSeconds} s after B confirmed the device ends it by itself: no server is asked");
            await UntilAsync("the delegation has expired", async () => await StateAsync(id, cancel) == "Expired", cancel);
            Check("it expired", "Expired", await StateAsync(id, cancel));
            return;
        }

        A.End(id);
        await SessionsUntilAsync(A, "A has revoked", () => A.View().Processes.Any(process => process.DelegationId == id && process.EndReason is not null), cancel);
        Check("A revoked it", "Revoked", await StateAsync(id, cancel));
    }

    /// <summary>A delegation that fails at one step: Delegation Failure, the scheme as before, no key left anywhere.</summary>
    private async Task FailAsync(int step, CancellationToken cancel)
    {
        var failure = DemoFailure.At(step);
        _chart.Heading($"A delegation that fails at step {step}: {failure.What}");
        var before = await SchemeAsync(null, cancel);
        A.SetControls(failure.OfA);
        B.SetControls(failure.OfB);
        var scope = step == 4 ? [new ScopeEntry("./Nowhere", "Get+Replace")] : _options.Scope;
        var terms = _options.Terms(failure.Confirm ?? _options.Confirm, scope, failure.Window);
        var process = Begin(step == 4 && terms.ScopeType == "full" ? terms with { ScopeType = "partial" } : terms);
        await UntilAsync("the failure has reached both servers", async () => await IsPurgedAsync(process, cancel), cancel);
        A.SetControls(new TestControls());
        B.SetControls(new TestControls());
        await UntilAsync("nothing is left to cancel on the device", async () => await NothingLiveAsync(cancel), cancel);
        await SettleAsync();
        Check("the scheme is the one before", before, await SchemeAsync(null, cancel));
        Check("no key of it is left at A", "", Secrets(DemoWorld.A));
        Check("no key of it is left at B", "", Secrets(DemoWorld.B));
        var accounts = await Agent.AskAsync(cancel, "account", "list");
        Check("the device has A's account only", DemoWorld.A, string.Join(", ", accounts.GetProperty("accounts").EnumerateArray().Select(account => account.GetProperty("serverId").GetString())));
    }

    /// <summary>Both servers have nothing left but the tombstone; A's device work is pushed on by a session whenever it waits for one.</summary>
    private async Task<bool> IsPurgedAsync(string sid, CancellationToken cancel)
    {
        var (a, b) = (View(A, sid), View(B, sid));
        if (a is null or { State: ProcessState.Failed } && b is null or { State: ProcessState.Failed })
        {
            return true;
        }

        if (a is { State: ProcessState.Started or ProcessState.Reported })
        {
            await Agent.SessionAsync(DemoWorld.A, cancel);
            await Task.Delay(a.State == ProcessState.Reported ? ReadAgain : TimeSpan.Zero, cancel);
        }

        return false;
    }

    private async Task<bool> NothingLiveAsync(CancellationToken cancel)
    {
        var list = await Agent.AskAsync(cancel, "delegation", "list");
        if (list.GetProperty("delegations").EnumerateArray().All(entry => entry.GetProperty("stateCode").GetInt32() >= 10))
        {
            return true;
        }

        await Agent.SessionAsync(DemoWorld.A, cancel);
        return false;
    }

    private string Begin(DelegationTerms terms) => Begin(A, DemoWorld.B, terms);

    private string Begin(DmServer from, string to, DelegationTerms terms) => from.Delegate(new DelegateRequest
    {
        Peer = to,
        Device = DemoWorld.DeviceId,
        Terms = terms,
        KeyMethod = _options.Key,
    });

    /// <summary>Queues one batch at a server, opens a session, and returns the answers.</summary>
    private async Task<IReadOnlyList<CommandResult>> CommandAsync(DmServer server, string commands, CancellationToken cancel)
    {
        var ticket = server.Queue(DemoWorld.DeviceId, commands);
        await SessionsUntilAsync(server, $"{server.ServerId} has its answers", () => server.Ticket(ticket)?.Done == true, cancel);
        return server.Ticket(ticket)!.Results[0];
    }

    /// <summary>ACLs and accounts as the device's command line tells them.</summary>
    private async Task<string> SchemeAsync(string? when, CancellationToken cancel)
    {
        var facts = new List<(string Name, string Value)>();
        foreach (var uri in (string[])[".", "./SCM", "./Net"])
        {
            var acl = await Agent.AskAsync(cancel, "acl", "show", uri);
            facts.Add(($"ACL {uri}", acl.GetProperty("acl").GetString() ?? ""));
        }

        var accounts = await Agent.AskAsync(cancel, "account", "list");
        facts.Add(("DMAcc", string.Join(", ", accounts.GetProperty("accounts").EnumerateArray().Select(account =>
            $"{account.GetProperty("path").GetString()} ({account.GetProperty("serverId").GetString()})"))));
        if (when is not null)
        {
            _chart.Note($"the scheme {when}:");
            facts.ForEach(fact => _chart.Fact(fact.Name, fact.Value));
        }

        return string.Join('\n', facts.Select(fact => $"{fact.Name}={fact.Value}"));
    }

    private async Task<string> StateAsync(string id, CancellationToken cancel)
    {
        var record = await Agent.AskAsync(cancel, "delegation", "show", id);
        return record.GetProperty("state").GetString() ?? "";
    }

    private static ProcessView? View(DmServer server, string sid) => server.View().Processes.FirstOrDefault(process => process.Sid == sid);

    /// <summary>Names of members of a server's state file that hold key material of a delegation.</summary>
    private string Secrets(string server)
    {
        using var state = JsonDocument.Parse(File.ReadAllBytes(_world.StateFile(server)));
        var found = new List<string>();
        Search(state.RootElement, "", found);
        return string.Join(", ", found);
    }

    private static void Search(JsonElement element, string path, List<string> found)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in element.EnumerateObject())
            {
                var isKey = field.Name is "tdk" or "tdkEnc" or "keyValue" or "proofKey" && field.Value.ValueKind == JsonValueKind.String && field.Value.GetString()!.Length > 0;
                if (isKey)
                {
                    found.Add(path + field.Name);
                }

                Search(field.Value, $"{path}{field.Name}.", found);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Search(item, path, found);
            }
        }
    }

    private static string Codes(IReadOnlyList<CommandResult> answers) => string.Join(' ', answers.Select(answer => answer.Status));

    private void Check(string what, string expected, string actual)
    {
        var holds = expected == actual;
        _differences += holds ? 0 : 1;
        _chart.Checked(what, holds, $"expected \"{expected}\", found \"{actual}\"");
    }

    /// <summary>Opens a session, and another one if it came to nothing: the agent may have been in one of its own with that server, on its way out.</summary>
    private Task SessionsUntilAsync(DmServer server, string what, Func<bool> holds, CancellationToken cancel) => UntilAsync(
        what,
        async () =>
        {
            if (!holds())
            {
                await Agent.SessionAsync(server.ServerId, cancel);
            }

            return holds();
        },
        cancel);

    private Task UntilAsync(string what, Func<bool> holds, CancellationToken cancel) => UntilAsync(what, () => Task.FromResult(holds()), cancel);

    private async Task UntilAsync(string what, Func<Task<bool>> holds, CancellationToken cancel)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await holds())
        {
            if (Agent.HasDied || DateTime.UtcNow > deadline)
            {
                throw new DemoException(Agent.HasDied ? "the agent has died" : $"waited {Patience.TotalSeconds} s in vain until {what}");
            }

            await Task.Delay(50, cancel);
        }
    }

    /// <summary>Everything that has happened is drawn before the next remark.</summary>
    private async Task SettleAsync()
    {
        while (_world.Servers.Events.After(_shown).Count > 0)
        {
            await Task.Delay(20);
        }
    }

    private async Task ShowEventsAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                foreach (var happened in await _world.Servers.Events.AfterAsync(_shown, TimeSpan.FromSeconds(5), _stop.Token))
                {
                    _chart.Show(happened);
                    _shown = happened.N;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The demo is over.
        }
    }
}
