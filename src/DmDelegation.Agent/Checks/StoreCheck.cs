using DmDelegation.Agent.Support;
using DmDelegation.Platform.Store;

namespace DmDelegation.Agent.Checks;

/// <summary>Whether the store is whole, of a format this agent knows, and of a sensible size.</summary>
internal static class StoreCheck
{
    // Own choice: the tree has at most 16 MiB and the log is emptied at every clean stop.
    private const long LargeOctets = 128 * 1024 * 1024;

    /// <summary>The check.</summary>
    public static Check Check { get; } = Check.AtOnce("store", Run);

    private static void Run(CheckContext context, Findings findings)
    {
        if (context.Status?.Warnings.FirstOrDefault(warning => warning.Code == "store-damaged") is { } damaged)
            findings.Error("damaged", damaged.Text, damaged.Remedy);
        var directory = context.Agent.StateDirectory;
        var store = new FileInfo(Path.Combine(directory, AgentStore.FileName));
        var log = new FileInfo(store.FullName + AgentStore.LogSuffix);
        if (context.Running)
            findings.Ok("open", "the agent has it open; it looked it through at its start");
        else if (PathAccess.IsBarred(directory) || PathAccess.IsBarred(store.FullName))
            findings.Skipped("barred", $"{store.FullName} cannot be seen by this user", "run it as root");
        else if (!store.Exists)
            findings.Warning("none", $"there is no store at {store.FullName}: the agent makes it at its first start", "systemctl start dmagent");
        else
            Inspect(directory, log, findings);

        if (!PathAccess.IsBarred(store.FullName) && store.Exists)
        {
            var octets = AgentStore.OctetsIn(directory);
            if (octets > LargeOctets)
                findings.Warning("large", $"it has {octets} octets, far more than the largest tree needs", "restart the agent, and tell its makers if that does not help");
            else
                findings.Ok("size", $"it has {octets} octets");
        }
    }

    private static void Inspect(string directory, FileInfo log, Findings findings)
    {
        try
        {
            if (AgentStore.Inspect(directory) is { } format)
                findings.Ok("whole", $"it is whole and of format {format}");
            else
                findings.Warning("empty", "there is nothing in it yet", "systemctl start dmagent");
        }
        catch (StoreException fault) when (fault.Code == StoreCodes.Newer)
        {
            findings.Error("newer", fault.Message, "install the newer agent again; a start of this one sets the store aside");
        }
        catch (StoreException fault)
        {
            findings.Error(fault.Code == StoreCodes.Corrupt ? "corrupt" : "io", fault.Message, "a start of the agent sets a damaged store aside and begins anew with the home accounts");
        }

        if (log is { Exists: true, Length: > 0 })
            findings.Warning("log-left", "the agent did not stop cleanly: the last commits are in its log, which was not looked at", "start the agent");
    }
}
