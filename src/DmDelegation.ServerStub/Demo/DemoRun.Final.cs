namespace DmDelegation.ServerStub.Demo;

/// <summary>The course of a final delegation: one that fails first, for afterwards there is nothing left that A could delegate.</summary>
public sealed partial class DemoRun
{
    private async Task FailThenFinalAsync(CancellationToken cancel)
    {
        await FailAsync(7, cancel);
        await FinalAsync(cancel);
    }

    /// <summary>Nine steps with a rotation before the confirmation; then nothing takes it back.</summary>
    private async Task FinalAsync(CancellationToken cancel)
    {
        _chart.Heading($"The nine steps: A gives {string.Join(", ", _options.Scope.Select(entry => entry.Uri))} to B for ever ({_options.Type}, final, key by {_options.Key}, with voucher)");
        await SchemeAsync("before", cancel);
        _chart.Note("B confirms only after it has replaced, and used, the secrets that A knows: rotation first, Confirm in the session after");
        var id = await NineStepsAsync(A, B, _options.Terms(_options.Confirm, _options.Scope), cancel);
        Check("the device says whose it is", "Finalised", await StateAsync(id, cancel));
        await SettleAsync();
        Check("B has used secrets of its own before it confirmed", "rotated, confirmed", RotatedBeforeConfirmed());
        await BAtHomeAsync(cancel);
        await TakingBackAsync(id, cancel);
        await SettleAsync();
        await SchemeAsync("for ever", cancel);
    }

    private async Task BAtHomeAsync(CancellationToken cancel)
    {
        var answers = await CommandAsync(B, """[{"replace":{"uri":"./SCM/x","data":"by B, at home"} },{"get":"./SCM/x"}]""", cancel);
        Check("B is at home in ./SCM", "200 200", Codes(answers));
        if (_options.Type == "partial")
        {
            var acl = (await Agent.AskAsync(cancel, "acl", "show", "./SCM")).GetProperty("acl").GetString()!;
            Check("A is in no ACL of the scope any more", "no", acl.Contains(DemoWorld.A, StringComparison.Ordinal) ? acl : "no");
        }

        var refused = await CommandAsync(A, """[{"get":"./SCM/x"},{"replace":{"uri":"./SCM/x","data":"by A"} }]""", cancel);
        Check("A may neither read nor write there", "425 425", Codes(refused));
    }

    /// <summary>A tries all that it has.</summary>
    private async Task TakingBackAsync(string id, CancellationToken cancel)
    {
        var answers = await CommandAsync(A, $$"""[{"exec":"./Delegation/{{id}}/Operations/Revoke"},{"delete":"./Delegation/{{id}}"}]""", cancel);
        Check("A's Revoke is refused with 405, and so is Delete", "405 405", Codes(answers));
        var record = await Agent.AskAsync(cancel, "delegation", "show", id);
        Check("it stands", "Finalised", record.GetProperty("state").GetString() ?? "");
        await UntilAsync("the agent has written its log", () => ReasonsInLog(id).Count >= 2, cancel);
        Check("the reason in the device's log is 190, FINAL_IRREVOCABLE", "190", string.Join(' ', ReasonsInLog(id).Distinct()));
        var again = await CommandAsync(B, """[{"replace":{"uri":"./SCM/x","data":"by B, still"} }]""", cancel);
        Check("B goes on", "200", Codes(again));
    }

    /// <summary>Reasons that the agent's log gives for what it answered to A about the record.</summary>
    private List<string> ReasonsInLog(string id)
    {
        const string reason = " reason=";
        return [.. Agent.LogLines().Where(line => line.Contains($"server={DemoWorld.A}", StringComparison.Ordinal) && line.Contains(id, StringComparison.Ordinal) && line.Contains("status=405", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(reason, StringComparison.Ordinal) + reason.Length)..].Split(' ')[0])];
    }

    private string RotatedBeforeConfirmed()
    {
        var events = _world.Servers.Events.After(0).Where(happened => happened is { Server: DemoWorld.B, Event: "command", Status: 200 }).ToList();
        var rotated = events.FindLastIndex(happened => happened.Uri?.EndsWith("/AAuthSecret", StringComparison.Ordinal) == true);
        var confirmed = events.FindIndex(happened => happened.Uri?.EndsWith("/Operations/Confirm", StringComparison.Ordinal) == true);
        return rotated >= 0 && rotated < confirmed ? "rotated, confirmed" : "not rotated before it confirmed";
    }
}
