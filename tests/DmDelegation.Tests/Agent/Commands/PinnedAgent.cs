using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Loop;
using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Startup;
using DmDelegation.Engine.State;
using DmDelegation.Platform.Control;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary>A device in a state, and the command line on it, in process. What differs from run to run has a name in its place.</summary>
internal sealed class PinnedAgent : IAsyncDisposable
{
    private readonly AgentFolder _folder;
    private readonly Samples _samples = new();
    private readonly QueryContext _context;
    private ControlServer? _server;
    private int _lists;

    private PinnedAgent(AgentFolder folder)
    {
        _folder = folder;
        var context = _samples.Context(
            SampleDelegations.Several(_samples.Factory), change: state => state with { Contacts = state.Contacts.Add("a.example", new ContactState(3, 0, -1, "connect")) });
        var sessions = new ServerSessions
        {
            Done = 2,
            Failed = 1,
            Last = new EndedSession(Samples.Now.Wall, 1500, "connect", ImmutableSortedDictionary<int, int>.Empty.Add(200, 3).Add(425, 1)),
        };
        _context = context with
        {
            Facts = context.Facts with
            {
                Observed = new Observed(Samples.Now.Wall)
                {
                    Sessions = ImmutableSortedDictionary.Create<string, ServerSessions>(StringComparer.Ordinal).Add("a.example", sessions),
                    Warnings = ImmutableDictionary<WarningKey, KnownWarning>.Empty.Add(new("contact-failing", "a.example"), new(Samples.Now.Wall.AddHours(-1), Warnings.Warning)),
                },
                Measured = new(() => new Measurements(4096, 7, new ProcessFacts(20_000_000, 9_000_000, 1.5))),
            },
        };
    }

    /// <summary>A device in a state: <c>running</c>, <c>stopped</c> without a store, <c>invalid</c> configuration, <c>barred</c> user.</summary>
    public static PinnedAgent In(string state)
    {
        var agent = new PinnedAgent(new AgentFolder(more: state == "invalid" ? """ "delegation": { "lockout": 11 }, """ : ""));
        if (state is "running" or "barred")
        {
            Directory.CreateDirectory(agent._folder.File("run"));
            agent._server = ControlServer.Listen(
                agent._folder.File("run/control.sock"), ControlAccess.OfThisProcess(null),
                (request, _) => Task.FromResult(state == "barred" ? ControlResponse.Failed(ControlCodes.NotPermitted, "only root and the group may") : agent.Answer(request)));
        }

        return agent;
    }

    /// <summary>Runs a command and says everything that followed.</summary>
    public async Task<string> RunAsync(string line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        _lists = 0;
        string[] words = ["--config", _folder.Configuration, .. line.Replace("DIR", _folder.Path, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        var exitCode = await new CommandLine(new Shell(output, error, null)).RunAsync(words, default);
        var text = new StringBuilder($"$ {line}\n");
        foreach (var (mark, written) in new[] { ("|", output.ToString()), ("!", error.ToString()) })
        {
            foreach (var one in Named(written).Split('\n').SkipLast(1))
                text.Append($"{mark} {one}".TrimEnd()).Append('\n');
        }

        return text.Append($"= {exitCode}\n").ToString();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _samples.Dispose();
        _folder.Dispose();
    }

    private string Named(string text) => text
        .Replace(_folder.Path, "DIR", StringComparison.Ordinal)
        .Replace(_samples.Factory.Device.DevId, "DEVICE", StringComparison.Ordinal)
        .Replace($"\"pid\":{Environment.ProcessId}", "\"pid\":4711", StringComparison.Ordinal)
        .Replace(BuildFacts.Version, "VERSION", StringComparison.Ordinal)
        .Replace(StatusQuery.TimeText(BuildFacts.BuildTime), "BUILT", StringComparison.Ordinal);

    /// <summary>Reads are those of the agent; what acts answers as the loop would.</summary>
    private ControlResponse Answer(ControlRequest request)
    {
        var arguments = request.Arguments.ValueKind == JsonValueKind.Undefined ? new VerbArguments() : request.Arguments.Deserialize(ReportJson.Readable.VerbArguments)!;
        return request.Verb switch
        {
            // The second look of a watch: the record is gone.
            Verbs.DelegationList when ++_lists > 1 => Verbs.Find(request.Verb)!.Read!(_samples.Context(_samples.Factory), arguments),
            Verbs.SessionStart when arguments.Server == "a.example" => Json("""{"server":"a.example","ended":"done","error":null}"""),
            Verbs.SessionStart => Json($$"""{"server":"{{arguments.Server}}","ended":"failed","error":"tls-pin"}"""),
            Verbs.ClockReset => Json("""{"state":"trusted","effectiveTime":"2027-01-02T03:04:05Z"}"""),
            Verbs.FactoryReset => Json($$"""{"deviceId":"{{_samples.Factory.Device.DevId}}","ended":["7QK2"]}"""),
            Verbs.DelegationEnd when arguments.Id == "7QK2" => Json("""{"id":"7QK2","was":"Active","state":"Revoked","reason":"LOCAL","reasonCode":187}"""),
            Verbs.DelegationEnd => ControlResponse.Failed(QueryCodes.NotFound, $"there is no delegation {arguments.Id}"),
            _ => Verbs.Find(request.Verb)!.Read!(_context, arguments),
        };
    }

    private static ControlResponse Json(string text) => ControlResponse.Ok(JsonDocument.Parse(text).RootElement);
}
