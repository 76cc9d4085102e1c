using DmDelegation.Engine;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Store;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>What can happen to the files of a device while nobody looks.</summary>
public sealed partial class TestDevice
{
    /// <summary>A copy of the files of the store as they lie there now: what a power cut, or a thief, would find.</summary>
    public string CopyStore()
    {
        var copy = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "copy-" + Guid.NewGuid())).FullName;
        foreach (var file in System.IO.Directory.GetFiles(Directory))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    /// <summary>Power goes, somebody puts an older copy of the store back, power returns with the clock trusted.</summary>
    public void PutBack(string copy)
    {
        _network.Clear();
        _store.Dispose();
        foreach (var file in System.IO.Directory.GetFiles(Directory))
        {
            File.Delete(file);
        }

        foreach (var file in System.IO.Directory.GetFiles(copy))
        {
            File.Copy(file, Path.Combine(Directory, Path.GetFileName(file)));
        }

        Now = new ClockReading(Now.Wall, true, 10_000, Guid.NewGuid().ToString(), Now.Wall);
        Reopen();
        Handle(new Started());
        Pump();
    }

    /// <summary>Something happens to the files while the device is off; at the next start the store is opened as the agent does it.</summary>
    public SetAsideStore? Damage(Action<string> change)
    {
        _network.Clear();
        _store.Dispose();
        change(Path.Combine(Directory, AgentStore.FileName));
        (_store, var loaded, var setAside) = StoreRescue.Open(Directory);
        if (loaded is null)
        {
            var servers = Servers.ToList();
            loaded = Factory(_setup);
            servers.ForEach(server => Servers[server.Key] = server.Value); // the servers are what they were, only the device is new
            loaded = loaded with { Device = loaded.Device with { Damage = setAside is null ? null : new StoreDamage(setAside.Code, setAside.File, Reported: false) } };
            _store.Commit(null, loaded);
        }

        State = Engine.Open(loaded, Now);
        Handle(new Started());
        Pump();
        return setAside;
    }
}
