using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.ServerStub.Demo;

/// <summary>The course of a chain: A delegates to B, B passes part of it on to D, A revokes.</summary>
public sealed partial class DemoRun
{
    private DmServer D => _world.Servers.Server(DemoWorld.D);

    private async Task ChainAsync(CancellationToken cancel)
    {
        _chart.Heading($"The nine steps: A delegates {string.Join(", ", _options.Scope.Select(entry => entry.Uri))} to B until revoked; B may pass it on once");
        var before = await SchemeAsync("before", cancel);
        var parent = await NineStepsAsync(A, B, _options.Terms(_options.Confirm, _options.Scope) with { SubDelegation = 1 }, cancel);
        Check("B manages", "Active", await StateAsync(parent, cancel));
        await SettleAsync();

        _chart.Heading("The nine steps again: B delegates ./SCM, to read and to write, to D");
        _chart.Roles = (DemoWorld.B, DemoWorld.D);
        var terms = new DelegationTerms
        {
            ScopeType = "partial",
            Scope = [new ScopeEntry("./SCM", "Get+Replace")],
            DurationType = "until-revoked",
            ConfirmMode = _options.Confirm,
            Window = DemoOptions.WindowSeconds,
        };
        var child = await NineStepsAsync(B, D, terms, cancel);
        Check("D manages", "Active", await StateAsync(child, cancel));
        await UntilAsync("A has its copies", () => A.View().Alerts.Any(alert => alert.Id == child && alert.Event == "Ack"), cancel);
        Check("A, the lender, is told who holds its authority", "Ack", string.Join(' ', A.View().Alerts.Where(alert => alert.Id == child).Select(alert => alert.Event).Distinct()));
        await SchemeAsync("with the chain", cancel);
        await WhileChainedAsync(cancel);
        await RevokeChainAsync(parent, child, before, cancel);
    }

    private async Task WhileChainedAsync(CancellationToken cancel)
    {
        var ofD = await CommandAsync(D, """[{"replace":{"uri":"./SCM/x","data":"by D"} },{"add":{"uri":"./SCM/y","data":"no"} },{"replace":{"uri":"./Net/eth0","data":"no"} }]""", cancel);
        Check("D may do what it was given and nothing else", "200 425 425", Codes(ofD));
        var ofB = await CommandAsync(B, """[{"get":"./SCM/x"},{"replace":{"uri":"./SCM/x","data":"by B"} }]""", cancel);
        Check("B may read what D manages but not write", "200 425", Codes(ofB));
        var ofA = await CommandAsync(A, """[{"get":"./SCM/x"},{"replace":{"uri":"./SCM/x","data":"by A again"} }]""", cancel);
        Check("neither may A", "200 425", Codes(ofA));
    }

    /// <summary>A ends the first link; the device ends both in one commit, the deepest first, and A's word reaches D by way of B.</summary>
    private async Task RevokeChainAsync(string parent, string child, string before, CancellationToken cancel)
    {
        _chart.Heading("A revokes the first link");
        A.End(parent);
        await SessionsUntilAsync(A, "A has revoked", () => EndReason(A, parent) is not null, cancel);
        Check("both have ended on the device", "Revoked Revoked", $"{await StateAsync(parent, cancel)} {await StateAsync(child, cancel)}");
        await UntilAsync("B and D know it", () => B.View().Devices.Count == 0 && D.View().Devices.Count == 0, cancel);
        Check("B is told 180 by A, and D 183 by B", "180 183", $"{EndReason(B, parent)} {EndReason(D, child)}");
        await SettleAsync();
        Check("the scheme after is the scheme before", before, await SchemeAsync("after", cancel));
    }

    private static int? EndReason(DmServer server, string id) => server.View().Processes.Single(process => process.DelegationId == id).EndReason;
}
