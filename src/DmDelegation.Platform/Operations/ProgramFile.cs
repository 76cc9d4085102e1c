namespace DmDelegation.Platform.Operations;

/// <summary>
/// A program that a node is bound to runs with the agent's rights for whoever may execute the node; so it must be what the device profile
/// meant: named by an absolute path that nobody but its owner, and who owns the folders above it, can put something else in place of.
/// </summary>
public static class ProgramFile
{
    private const UnixFileMode Writable = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Longest path and longest fixed argument, characters. Own choice; the kernel takes 4,096 of a path.</summary>
    public const int MaxChars = 1024;

    /// <summary>What is wrong with the path itself; null if nothing.</summary>
    public static string? BadPath(string path) =>
        !path.StartsWith('/') || path != Path.GetFullPath(path) || path.Length > MaxChars || path.Any(char.IsControl)
            ? $"must be an absolute path of at most {MaxChars} characters without . and .."
            : null;

    /// <summary>Whether the program is there; it may come with another package than the profile.</summary>
    public static bool Exists(string path) => File.Exists(path);

    /// <summary>Why a program that is there must not be run; null if it may.</summary>
    public static string? Problem(string path)
    {
        try
        {
            var file = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            var mode = File.GetUnixFileMode(file);
            return (mode & Writable) != UnixFileMode.None ? $"{file} can be written by its group or by everybody (mode {Octal(mode)}); chmod go-w it"
                : (mode & Executable) == UnixFileMode.None ? $"{file} is not executable (mode {Octal(mode)})"
                : FoldersAbove(file).Concat(FoldersAbove(path)).FirstOrDefault(IsOpen) is { } open ? $"{open} can be written by everybody; chmod o-w it"
                : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be looked at: {fault.Message}";
        }
    }

    // In a sticky folder, such as /tmp, nobody can take the place of what is another's.
    private static bool IsOpen(string folder) =>
        File.GetUnixFileMode(folder) is var mode && mode.HasFlag(UnixFileMode.OtherWrite) && !mode.HasFlag(UnixFileMode.StickyBit);

    private static IEnumerable<string> FoldersAbove(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
            yield return folder;
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8);
}
