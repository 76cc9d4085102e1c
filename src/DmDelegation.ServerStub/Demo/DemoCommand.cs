using System.CommandLine;

namespace DmDelegation.ServerStub.Demo;

/// <summary><c>dmstub demo</c>.</summary>
internal static class DemoCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var type = Choice("--type", "Scope axis of the delegation.", "partial", "full");
        var duration = Choice("--duration", "Duration axis of the delegation.", "temporary", "until-revoked", "final");
        var key = Choice("--key", "How the key reaches the device.", "tls", "cms");
        var confirm = Choice("--confirm", "How B proves itself; a final delegation always by exec.", "auth", "exec");
        var chain = new Option<bool>("--chain") { Description = "Three servers: A delegates to B, B to D, both until revoked; A revokes and both end." };
        var fail = new Option<int>("--fail") { Description = $"Only a delegation that fails at this step: {string.Join(", ", DemoFailure.Steps)}." };
        fail.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !DemoFailure.Steps.Contains(result.GetValue(fail)))
            {
                result.AddError($"--fail {result.Tokens[0].Value} is not possible; allowed: {string.Join(", ", DemoFailure.Steps)}");
            }
        });
        var agent = new Option<string?>("--agent") { Description = "The agent to run, a native binary or dmagent.dll; default: the one built with this program." };
        var json = new Option<bool>("--json") { Description = "One JSON event per line instead of the chart." };
        var keep = new Option<string?>("--keep") { Description = "Folder for certificates, configurations, states and logs; kept afterwards." };
        var command = new Command("demo", "Two servers, or three in a chain, a real agent, one delegation that works and one that fails, as a sequence chart. Exit code 0: everything was as it should be.")
        {
            type, duration, key, confirm, chain, fail, agent, json, keep,
        };
        command.Validators.Add(result =>
        {
            foreach (var other in (Option[])[duration, fail])
            {
                if (result.GetValue(chain) && result.GetResult(other) is { Implicit: false })
                {
                    result.AddError($"--chain has its own course; leave {other.Name} out");
                }
            }
        });
        command.SetAction((arguments, cancel) => DemoRun.RunAsync(
            new DemoOptions
            {
                Type = arguments.GetValue(type)!,
                Duration = arguments.GetValue(chain) ? "until-revoked" : arguments.GetValue(duration)!,
                Key = arguments.GetValue(key)!,
                Confirm = arguments.GetValue(duration) == "final" ? "exec" : arguments.GetValue(confirm)!,
                Chain = arguments.GetValue(chain),
                Fail = arguments.GetValue(fail),
                Agent = arguments.GetValue(agent),
                Json = arguments.GetValue(json),
                Keep = arguments.GetValue(keep),
            },
            arguments.InvocationConfiguration.Output,
            cancel));
        return command;
    }

    private static Option<string> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string>(name) { Description = $"{description} One of {string.Join(", ", values)}.", DefaultValueFactory = _ => values[0] };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
