namespace DmDelegation.Platform;

/// <summary>What the framework does not tell of files, file systems and users.</summary>
public static class FileFacts
{
    /// <summary>User id of this process.</summary>
    public static uint ThisUser => Native.EffectiveUserId();

    /// <summary>User id of the owner; null if it cannot be seen.</summary>
    public static uint? OwnerOf(string path) => Native.OwnerOf(path);

    /// <summary>Inodes of a file system: all, and those that are free; null if it cannot be seen, or it does not count them.</summary>
    public static (ulong All, ulong Free)? InodesOf(string path)
    {
        Span<nuint> status = stackalloc nuint[Native.VfsFields];
        return Native.FileSystemStatus(path, ref status[0]) == 0 && status[Native.VfsFieldFiles] > 0
            ? (status[Native.VfsFieldFiles], status[Native.VfsFieldFilesAvailable])
            : null;
    }
}
