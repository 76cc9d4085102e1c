using System.Globalization;
using DmDelegation.Agent.Support;
using DmDelegation.Platform;

namespace DmDelegation.Agent.Checks;

/// <summary>Whether the running agent is in the sandbox that its unit makes, by the kernel's word and by systemd's.</summary>
internal static class SandboxCheck
{
    private const string UnitRemedy = $"run it by the unit: systemctl cat {ServiceUnit.Name}";

    /// <summary>The check.</summary>
    public static Check Check { get; } = new("sandbox", RunAsync);

    private static async Task RunAsync(CheckContext context, Findings findings, CancellationToken cancel)
    {
        if (context.Status?.Pid is not { } pid)
        {
            if (context.NotPermitted)
                findings.Skipped("barred", $"the agent cannot be asked for its process: {context.WhyNot}", "run it as root");
            else
                findings.Warning("stopped", "the agent does not run", "systemctl start dmagent");
            return;
        }

        if (ProcessStatus.Read(pid.ToString(CultureInfo.InvariantCulture)) is { } status)
            Look(status, findings);
        else
            findings.Skipped("barred", $"/proc/{pid}/status cannot be read by this user", "run it as root");
        await AskSystemdAsync(findings, cancel);
    }

    internal static void Look(ProcessStatus status, Findings findings)
    {
        Require(status["NoNewPrivs"] == "1", "no-new-privileges", "it gains no privileges (NoNewPrivs)", "it could gain privileges (NoNewPrivs)", findings);
        Require(status["Seccomp"] == "2", "seccomp", "its system calls are filtered (Seccomp)", "its system calls are not filtered (Seccomp)", findings);
        Require(status["CapBnd"]?.Trim('0') == "", "capabilities", "it can hold no capability (CapBnd)", $"it could hold capabilities (CapBnd {status["CapBnd"]})", findings);
        Require(status["Uid"]?.Split('\t')[0] != "0", "user", "it does not run as root", "it runs as root", findings);
    }

    private static async Task AskSystemdAsync(Findings findings, CancellationToken cancel)
    {
        var shown = await Tool.RunAsync(Tool.Find("systemctl"), ["show", ServiceUnit.Name, "--property=LoadState,MemoryDenyWriteExecute,ProtectSystem"], cancel);
        var properties = shown?.Split('\n').Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        if (properties?.GetValueOrDefault("LoadState") != "loaded")
        {
            findings.Skipped("systemd", $"systemd has no {ServiceUnit.Name} to ask about");
            return;
        }

        Require(properties.GetValueOrDefault("ProtectSystem") == "strict", "read-only", "it sees the system read-only (ProtectSystem)", "it sees the system writable (ProtectSystem)", findings);
        // The portable build needs it, and its drop-in says so.
        Require(
            properties.GetValueOrDefault("MemoryDenyWriteExecute") == "yes", "write-execute", "its memory is never writable and executable (MemoryDenyWriteExecute)",
            "its memory may be writable and executable (MemoryDenyWriteExecute); the portable build needs that", findings);
    }

    private static void Require(bool holds, string reason, string good, string bad, Findings findings)
    {
        if (holds)
            findings.Ok(reason, good);
        else
            findings.Warning(reason, bad, UnitRemedy);
    }
}
