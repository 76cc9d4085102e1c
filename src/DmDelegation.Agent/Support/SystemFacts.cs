using System.Text;
using DmDelegation.Agent.Checks;

namespace DmDelegation.Agent.Support;

/// <summary>What of the system goes into a bundle: release, kernel, the unit's state, its lines of the journal since the last boot.</summary>
internal static class SystemFacts
{
    // Own choice: what one looks at; the newest count.
    private const int JournalLines = 5000;
    private const int MaxFileOctets = 1024 * 1024;

    // Named one by one: Environment= and SetCredential= may hold what is secret.
    private const string Properties =
        "Id,LoadState,ActiveState,SubState,Result,UnitFileState,UnitFilePreset,FragmentPath,DropInPaths,NRestarts,MainPID,ExecMainStartTimestamp,"
        + "ExecMainExitTimestamp,ExecMainCode,ExecMainStatus,StatusText,WatchdogUSec,MemoryCurrent,MemoryPeak,TasksCurrent,CPUUsageNSec,User,Group,"
        + "NoNewPrivileges,CapabilityBoundingSet,MemoryDenyWriteExecute,ProtectSystem,ProtectHome,PrivateTmp,PrivateDevices,ProtectClock,ProtectProc,"
        + "RestrictAddressFamilies,RestrictNamespaces,SystemCallArchitectures,StateDirectory,RuntimeDirectory,ConfigurationDirectory";

    /// <summary>Adds them, or says what is not there.</summary>
    public static async Task AddAsync(Bundle bundle, CancellationToken cancel)
    {
        AddFile(bundle, "os-release", "/etc/os-release");
        AddFile(bundle, "kernel", "/proc/version");
        AddFile(bundle, "memory", "/proc/meminfo");
        await AddOutputAsync(bundle, "unit.txt", "systemctl", ["show", ServiceUnit.Name, "--property=" + Properties], cancel);
        await AddOutputAsync(
            bundle, "journal.txt", "journalctl",
            ["--unit", ServiceUnit.Name, "--boot", "--lines", $"{JournalLines}", "--output", "short-iso", "--no-pager", "--quiet"], cancel);
    }

    /// <summary>Adds a text file of the system.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="file">The file.</param>
    /// <param name="strike">Strikes out what must not be there; null from it: the text is not what it should be, and is left out.</param>
    public static void AddFile(Bundle bundle, string name, string file, Func<string, string?>? strike = null)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var buffer = new byte[MaxFileOctets];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            var text = Encoding.UTF8.GetString(buffer, 0, length);
            if (strike is null)
                bundle.Add(name, text);
            else if (strike(text) is { } struck)
                bundle.Add(name, struck);
            else
                bundle.Without(name, "it is not valid, so that nothing can be struck out of it");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            bundle.Without(name, fault.Message);
        }
    }

    private static async Task AddOutputAsync(Bundle bundle, string name, string program, string[] arguments, CancellationToken cancel)
    {
        if (await Tool.RunAsync(Tool.Find(program), arguments, cancel) is { Length: > 0 } text)
            bundle.Add(name, text);
        else
            bundle.Without(name, $"{program} is not there, or says nothing to this user");
    }
}
