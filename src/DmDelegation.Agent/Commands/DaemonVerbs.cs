using System.Text.Json;
using DmDelegation.Agent.Loop;
using DmDelegation.Agent.Queries;
using DmDelegation.Platform.Control;

namespace DmDelegation.Agent.Commands;

/// <summary>The daemon's end of the control socket.</summary>
/// <param name="loop">The loop.</param>
/// <param name="context">Makes what a query looks at out of a snapshot.</param>
internal sealed class DaemonVerbs(AgentLoop loop, Func<Snapshot, QueryContext> context)
{
    /// <summary>Answers a request. The snapshot comes from the loop, the work on it is done here.</summary>
    public async Task<ControlResponse> AnswerAsync(ControlRequest request, CancellationToken cancel)
    {
        if (Verbs.Find(request.Verb) is not { } verb)
            return ControlResponse.Failed(ControlCodes.BadRequest, $"there is no verb '{request.Verb}'");
        if (ArgumentsOf(request) is not { } arguments)
            return ControlResponse.Failed(ControlCodes.BadRequest, "the arguments are not of their form");
        return verb.Read is { } read
            ? read(context(await loop.SnapshotAsync(cancel)), arguments)
            : await verb.Act!(loop, arguments, cancel);
    }

    private static VerbArguments? ArgumentsOf(ControlRequest request)
    {
        try
        {
            var arguments = request.Arguments.ValueKind == JsonValueKind.Undefined
                ? new VerbArguments()
                : request.Arguments.Deserialize(ReportJson.Readable.VerbArguments);
            // The reader takes a JSON null for a text.
            return arguments is { Uri: not null, Server: not null, Command: not null, Id: not null, Head: not null } ? arguments : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
