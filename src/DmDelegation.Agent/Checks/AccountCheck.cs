using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Startup;
using DmDelegation.Platform;
using DmDelegation.Platform.Http;

namespace DmDelegation.Agent.Checks;

/// <summary>Whether the server of each account can be reached: its name, a connection, TLS and pins. No session is begun.</summary>
internal static class AccountCheck
{
    // Own choice: a server that takes longer is of no use to a session either.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The check.</summary>
    public static Check Check { get; } = new("accounts", RunAsync);

    private static async Task RunAsync(CheckContext context, Findings findings, CancellationToken cancel)
    {
        if (context.Accounts is not { } known)
        {
            findings.Skipped("unknown", $"the accounts are not known: {context.WhyNot}", "run it as root, or start the agent");
            return;
        }

        if (known.Accounts.IsEmpty)
            findings.Error("none", "there is no account: no server can manage the device", "configure an account and reset the store");
        else if (context.Offline)
            findings.Skipped("offline", $"not tried: {string.Join(", ", known.Accounts.Select(account => account.ServerId))}");
        else
            await ReachAsync(context, known, findings, cancel);
    }

    private static async Task ReachAsync(CheckContext context, AccountListReport known, Findings findings, CancellationToken cancel)
    {
        TransportOptions options;
        try
        {
            options = EngineSetup.Transport(context.Agent) with { Timeout = Limit };
        }
        catch (PlatformException fault)
        {
            findings.Skipped("certificates", $"not tried: {fault.Message}", "dmagent check certificates");
            return;
        }

        var time = context.CertificateTime;
        var probes = await Task.WhenAll(known.Accounts.Select(account => ProbeAsync(account, options, time, cancel)));
        foreach (var (account, result) in known.Accounts.Zip(probes))
            Tell(account, result, time, findings);
    }

    private static Task<ProbeResult> ProbeAsync(AccountReport account, TransportOptions options, DateTimeOffset time, CancellationToken cancel) =>
        Uri.TryCreate(account.Address, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
            ? ServerProbe.RunAsync(address, account.SpkiPins.SelectMany(Convert.FromBase64String).ToArray(), options, time, cancel)
            : Task.FromResult(new ProbeResult(ProbeStep.Name, "its address is no https URI", null));

    private static void Tell(AccountReport account, ProbeResult result, DateTimeOffset time, Findings findings)
    {
        var who = $"{account.ServerId} at {Shown(account.Address)}";
        var days = result.NotAfter is { } end ? (long)(end - time).TotalDays : long.MaxValue;
        switch (result.Step)
        {
            case ProbeStep.Name:
                findings.Error("name", $"{who}: the name has no address: {result.Text}", "look at the network and its name service");
                break;
            case ProbeStep.Connect:
                findings.Error("connect", $"{who}: no connection: {result.Text}", "look at the network, firewalls, and the server");
                break;
            case ProbeStep.Tls:
                findings.Error("tls", $"{who}: its certificate, host name or TLS version is not accepted: {result.Text}", "see tls.trustAnchorsFile, and dmagent check clock");
                break;
            case ProbeStep.Pin:
                findings.Error("pin", $"{who}: its key is none of the spkiPins of its account", "ask its operator; somebody may stand in between");
                break;
            default:
                if (days < CheckContext.ExpiryDaysWorthAWarning && account.SpkiPins.IsEmpty)
                    findings.Warning("expiring", $"{who}: reached; its certificate expires in {days} days", "tell its operator");
                else
                    findings.Ok("reached", $"{who}: reached");
                break;
        }
    }

    /// <summary>Without what could be a secret.</summary>
    private static string Shown(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : "no URI";
}
