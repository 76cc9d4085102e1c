using DmDelegation.Platform;

namespace DmDelegation.Agent.Checks;

/// <summary>Whether the file system of the state directory has room: a commit that fails stops the agent.</summary>
internal static class DiskCheck
{
    // Own choice: a commit of the largest tree and its log, and as much again.
    private const long LowOctets = 64 * 1024 * 1024;
    private const long NoOctets = 4 * 1024 * 1024;

    // Own choice: the store has three files.
    private const ulong LowInodes = 256;
    private const ulong NoInodes = 8;

    /// <summary>The check.</summary>
    public static Check Check { get; } = Check.AtOnce("disk", Run);

    private static void Run(CheckContext context, Findings findings)
    {
        // Before the first start the directory is not there: the one it will be made in counts.
        var directory = context.Agent.StateDirectory;
        while (!Directory.Exists(directory) && Path.GetDirectoryName(directory) is { } above)
            directory = above;
        Space(directory, new DriveInfo(directory).AvailableFreeSpace, findings);
        if (FileFacts.InodesOf(directory) is { } inodes)
            Inodes(directory, inodes.Free, findings);
        else
            findings.Ok("inodes", $"{directory}: its file system counts no inodes");
    }

    internal static void Space(string directory, long free, Findings findings)
    {
        var text = $"{directory}: {free / 1024} KiB are free";
        if (free < NoOctets)
            findings.Error("full", text, "make room: the agent stops when it cannot write");
        else if (free < LowOctets)
            findings.Warning("low", text, "make room");
        else
            findings.Ok("space", text);
    }

    internal static void Inodes(string directory, ulong free, Findings findings)
    {
        var text = $"{directory}: {free} inodes are free";
        if (free < NoInodes)
            findings.Error("inodes-none", text, "delete small files: the agent stops when it cannot write");
        else if (free < LowInodes)
            findings.Warning("inodes-low", text, "delete small files");
        else
            findings.Ok("inodes", text);
    }
}
