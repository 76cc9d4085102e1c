using System.Runtime.InteropServices;
using System.Text.Json;
using DmDelegation.Agent.Queries;
using DmDelegation.Platform.Control;

namespace DmDelegation.Agent.Commands;

/// <summary><c>delegation watch</c>: a line for every record at the beginning, and again whenever one has changed.</summary>
/// <param name="terminal">Where the lines go.</param>
/// <param name="id">The one record to watch; empty: all.</param>
/// <param name="json">Print JSON.</param>
internal sealed class DelegationWatch(Terminal terminal, string id, bool json)
{
    // Own choice: the state of a delegation changes rarely, and the agent is asked over a local socket.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>Asks once a second until SIGINT or SIGTERM, until the one watched record is gone, or until an answer fails.</summary>
    /// <param name="ask">Asks for the list of records.</param>
    /// <param name="cancel">Ends it too.</param>
    /// <returns>Exit code.</returns>
    public async Task<int> RunAsync(Func<CancellationToken, Task<ControlResponse>> ask, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            while (true)
            {
                var response = await ask(stop.Token);
                if (response is not { Succeeded: true, Data: { } data })
                    return terminal.Fail(response.Code!, response.Text!);
                if (Show(data.Deserialize(ReportJson.Readable.DelegationListReport)!) is { } exitCode)
                    return exitCode;
                await Task.Delay(Interval, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Ok;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Prints what differs from the list before.</summary>
    /// <returns>Exit code, if the one record to watch is not there (any more); null to go on.</returns>
    public int? Show(DelegationListReport list)
    {
        var records = list.Delegations.Where(record => id.Length == 0 || record.Id == id).ToDictionary(record => record.Id, StringComparer.Ordinal);
        if (id.Length > 0 && records.Count == 0 && _known.Count == 0)
            return terminal.Fail(QueryCodes.NotFound, $"there is no delegation {id}");
        foreach (var record in records.Values.Where(IsNew))
            Print(new DelegationChange(record.Id, record));
        foreach (var gone in _known.Keys.Where(known => !records.ContainsKey(known)).ToList())
        {
            _known.Remove(gone);
            Print(new DelegationChange(gone, null));
        }

        return id.Length > 0 && records.Count == 0 ? ExitCodes.Ok : null;
    }

    /// <summary>The clocks run all the time; that alone is no change.</summary>
    private bool IsNew(DelegationReport record)
    {
        var lasting = JsonSerializer.Serialize(record with { RemainingSeconds = null, WindowLeftSeconds = null }, ReportJson.Readable.DelegationReport);
        var known = _known.GetValueOrDefault(record.Id);
        _known[record.Id] = lasting;
        return known != lasting;
    }

    private void Print(DelegationChange change) => terminal.Print(change, ReportJson.Readable.DelegationChange, json, DelegationText.Change);
}
