namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>
/// Where stores of driven devices lie: in memory if the system has such a place, for every commit syncs. What a power cut leaves is driven by
/// the tests, not by the disk.
/// </summary>
public static class StoreFolder
{
    private const string Shared = "/dev/shm";

    /// <summary>The folder above all of them.</summary>
    public static string Root { get; } = Directory.Exists(Shared) ? Shared : Path.GetTempPath();

    /// <summary>A new, empty folder.</summary>
    public static string Create(string prefix) => Directory.CreateDirectory(Path.Combine(Root, prefix + Guid.NewGuid().ToString("N"))).FullName;
}
