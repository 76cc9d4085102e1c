namespace DmDelegation.Agent.Support;

/// <summary>What the kernel lets this user see.</summary>
internal static class PathAccess
{
    /// <summary>The kernel does not let this user at the path; a path that is not there is not barred.</summary>
    public static bool IsBarred(string path)
    {
        try
        {
            _ = File.GetUnixFileMode(path);
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
