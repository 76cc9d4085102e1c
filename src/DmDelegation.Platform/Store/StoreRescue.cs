using System.Globalization;
using DmDelegation.Engine.State;

namespace DmDelegation.Platform.Store;

/// <summary>
/// Opens the store whatever state it is in (DEL-297, DEL-298). A damaged store, or one of a newer agent, is set aside under another name and
/// a new one is begun; the caller provisions it. So no guest has an account, the home accounts work, and nothing that was in the old store is
/// trusted: an ACL or a record of it could be half of a pair. The old file stays for repair, and for a newer agent to be put back.
/// <para>The order makes it safe against power cuts. The database is renamed first, its write-ahead log after it: SQLite deletes a log
/// that it finds beside an empty database. And a new store beside one that was set aside tells that there was damage, so a cut between
/// setting aside and provisioning loses nothing.</para>
/// </summary>
public static class StoreRescue
{
    // Own choice: the first one tells most, and flash that fails again and again must not be filled with its remains.
    private const int MaxSetAside = 3;

    /// <summary>Opens the store, and what it holds.</summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <param name="vfs">Name of another SQLite VFS, null for the platform's.</param>
    /// <returns>The store; its state, null if it is new; the store that was set aside, null if there was none or it is long replaced.</returns>
    /// <exception cref="StoreException">Busy, or the storage fails: nothing is set aside for that.</exception>
    public static (AgentStore Store, AgentState? State, SetAsideStore? SetAside) Open(string stateDirectory, string? vfs = null)
    {
        try
        {
            return OpenAndLoad(stateDirectory, vfs);
        }
        catch (StoreException fault) when (fault.Code is StoreCodes.Corrupt or StoreCodes.Newer)
        {
            SetAside(stateDirectory, fault.Code);
            return OpenAndLoad(stateDirectory, vfs);
        }
    }

    /// <summary>
    /// The state without the mark of a damage, once the file that was set aside is gone: whoever removes it has seen what it was about. Null
    /// if there is nothing to change.
    /// </summary>
    public static AgentState? Acknowledged(AgentState state) =>
        state.Device.Damage is { Reported: true } damage && !File.Exists(damage.File)
            ? state with { Device = state.Device with { Damage = null } }
            : null;

    private static (AgentStore Store, AgentState? State, SetAsideStore? SetAside) OpenAndLoad(string stateDirectory, string? vfs)
    {
        var store = AgentStore.Open(stateDirectory, vfs);
        try
        {
            var state = store.Load();
            return (store, state, state is null ? All(stateDirectory).LastOrDefault() : null);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private static void SetAside(string stateDirectory, string code)
    {
        var path = Path.Combine(stateDirectory, AgentStore.FileName);
        var earlier = All(stateDirectory).ToList();
        var name = $"{path}.{code}-{(earlier.Count == 0 ? 1 : earlier[^1].Number + 1)}";
        try
        {
            foreach (var old in earlier.Skip(MaxSetAside - 1))
            {
                File.Delete(old.File);
                File.Delete(old.File + AgentStore.LogSuffix);
            }

            File.Move(path, name);
            Native.SyncDirectory(stateDirectory);
            if (File.Exists(path + AgentStore.LogSuffix))
                File.Move(path + AgentStore.LogSuffix, name + AgentStore.LogSuffix);
            Native.SyncDirectory(stateDirectory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreCodes.InputOutput, $"{path} cannot be set aside as {name}: {fault.Message}", fault);
        }
    }

    /// <summary>The stores that lie aside, oldest first.</summary>
    private static IEnumerable<SetAsideStore> All(string stateDirectory) =>
        from file in Directory.EnumerateFiles(stateDirectory, AgentStore.FileName + ".store-*")
        let parts = Path.GetFileName(file)[(AgentStore.FileName.Length + 1)..].Split('-')
        let number = parts.Length == 3 && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1
        where number >= 0
        orderby number
        select new SetAsideStore(file, $"{parts[0]}-{parts[1]}", number);
}

/// <summary>A store that could not be used.</summary>
/// <param name="File">Where it lies now.</param>
/// <param name="Code"><see cref="StoreCodes.Corrupt"/> or <see cref="StoreCodes.Newer"/>.</param>
/// <param name="Number">Counts the stores set aside on this device.</param>
public sealed record SetAsideStore(string File, string Code, int Number);
