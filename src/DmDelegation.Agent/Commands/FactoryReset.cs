using DmDelegation.Agent.Queries;

namespace DmDelegation.Agent.Commands;

/// <summary><c>factory-reset</c>: asks before it does what nobody can undo (DEL-277).</summary>
/// <param name="client">Asks the daemon.</param>
/// <param name="terminal">Where answers go.</param>
/// <param name="input">Where the operator types; null: nobody is there to ask.</param>
internal sealed class FactoryReset(Client client, Terminal terminal, TextReader? input)
{
    /// <summary>Description for the help.</summary>
    public const string Description =
        """
        End every delegation, final ones too, and begin again as from the factory (root only)

        The tree is that of the device profile again, the accounts are those of the configuration, with the secrets it
        names. Everything servers have written is lost. What stays: the device id, the highest sequence number of every
        server, the ids of ended delegations, the time believed so far, and the audit log; so nothing that was recorded
        before can be replayed. Servers that still have an account are told (reason 187, LOCAL). It is one step: done, or
        not done. Without --yes it asks for the device id, on a terminal only. The agent must run.
        """;

    /// <summary>Asks, and resets.</summary>
    /// <param name="yes">Do not ask.</param>
    /// <param name="json">Print JSON.</param>
    /// <returns>Exit code.</returns>
    public async Task<int> RunAsync(bool yes, bool json, CancellationToken cancel)
    {
        if (!yes && await RefusedAsync(cancel) is { } exitCode)
            return exitCode;
        var (done, _) = await client.AskAsync(
            Verbs.FactoryReset, new VerbArguments(), ReportJson.Readable.FactoryResetReport, json, HumanText.FactoryReset, cancel);
        return done;
    }

    private async Task<int?> RefusedAsync(CancellationToken cancel)
    {
        if (input is null)
            return terminal.Fail(ExitCodes.Usage, ["nothing is reset: there is no terminal to ask on, say --yes"]);
        var (exitCode, device) = await client.DeviceIdAsync(cancel);
        if (device is null)
            return exitCode;
        terminal.Say($"this ends every delegation and loses everything servers have written; type the device id {device} to go on:");
        return (await input.ReadLineAsync(cancel))?.Trim() == device ? null : terminal.Fail(ExitCodes.Failed, ["nothing is reset: that is not the device id"]);
    }
}
