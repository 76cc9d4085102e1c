using DmDelegation.Engine.Ports;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform.Profile;
using DmDelegation.Platform.Store;
using DmDelegation.Tree;

namespace DmDelegation.Platform.Accounts;

/// <summary>The state a device begins with.</summary>
public static class FactoryState
{
    /// <summary>Factory tree, DevId, configured accounts, and a clock that has believed nothing before its build time.</summary>
    /// <param name="profile">The device profile.</param>
    /// <param name="accounts">The configured accounts.</param>
    /// <param name="vault">Seals their passwords.</param>
    /// <param name="now">A reading of the clocks.</param>
    /// <param name="buildTime">Build time of the agent (DEL-201).</param>
    /// <param name="stored">DevId of the store, for a factory reset; null at the first start (DEL-169).</param>
    /// <param name="setAside">The store before, if it could not be used (DEL-297, DEL-298).</param>
    /// <exception cref="PlatformException">An account is wrong or its secret cannot be read.</exception>
    public static AgentState Build(
        DeviceProfile profile, IEnumerable<AccountSetting> accounts, IVault vault, in ClockReading now, DateTimeOffset buildTime, string? stored = null,
        SetAsideStore? setAside = null)
    {
        var left = setAside is null ? null : StoreSalvage.Read(setAside.File);
        // Into an empty store the first trusted wall clock is taken over as it is (DEL-205).
        var time = now.WallTrusted && now.Wall > buildTime ? now.Wall : buildTime;
        if (left?.Clock is { } marks && marks.HighWater > time)
            time = marks.HighWater; // not below what was believed before (DEL-202)
        var devId = DeviceIdentity.Decide(profile, stored ?? left?.DevId);
        var tree = new TreeTransaction(FactoryTree.Build(profile, devId, time), time);
        var provisioned = AccountProvisioning.AddAll(tree, accounts, vault, left?.Accounts);
        var state = new AgentState
        {
            Tree = tree.Current,
            Device = new DeviceState(devId, NextOutboxEntry: 1, NextSessionId: 1, provisioned),
            Clock = new ClockMarks(time, now.BootId, now.BootMs, now.Wall) { TrustedOnce = now.WallTrusted || left?.Clock?.TrustedOnce == true },
        };
        return left is null
            ? state
            : state with
            {
                Device = state.Device with { Damage = new StoreDamage(setAside!.Code, setAside.File, Reported: false) },
                Servers = left.Servers.SetItems(left.Servers.Select(server => KeyValuePair.Create(server.Key, server.Value.WithoutGuest()))),
                Tombstones = left.Tombstones,
            };
    }
}
