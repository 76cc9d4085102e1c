using DmDelegation.Engine.Ports;

namespace DmDelegation.Platform.Store;

/// <summary>The file system that holds the store.</summary>
/// <param name="stateDirectory">Where the store is.</param>
public sealed class StoreStorage(string stateDirectory) : IStorage
{
    /// <inheritdoc/>
    public StorageRoom? Room()
    {
        try
        {
            var drive = new DriveInfo(Path.GetFullPath(stateDirectory));
            return new StorageRoom(drive.TotalSize, drive.AvailableFreeSpace);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
