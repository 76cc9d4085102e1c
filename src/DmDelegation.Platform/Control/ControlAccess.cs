using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace DmDelegation.Platform.Control;

/// <summary>Who may give commands: root, the agent's own user, and members of one group (design 3). The kernel says who the peer is.</summary>
/// <param name="ownUser">User id of the agent.</param>
/// <param name="group">Group id whose members may, null for none.</param>
public sealed class ControlAccess(uint ownUser, uint? group)
{
    private const int LevelSocket = 1; // SOL_SOCKET
    private const int PeerCredentials = 17; // SO_PEERCRED: pid, uid, gid
    private const int PeerGroups = 59; // SO_PEERGROUPS: the supplementary groups

    // The kernel's own limit (NGROUPS_MAX).
    private const int MaxGroups = 65_536;

    /// <summary>For the user this process runs as.</summary>
    public static ControlAccess OfThisProcess(uint? group) => new(Native.EffectiveUserId(), group);

    /// <summary>The id of a group in the given group file; null if it has none of that name.</summary>
    /// <param name="name">Name of the group.</param>
    /// <param name="groupFile">Lines <c>name:password:id:members</c>.</param>
    public static uint? FindGroup(string name, string groupFile = "/etc/group")
    {
        if (!File.Exists(groupFile))
            return null;
        foreach (var line in File.ReadLines(groupFile))
        {
            if (line.Split(':') is [var found, _, var id, ..] && found == name && uint.TryParse(id, out var number))
                return number;
        }

        return null;
    }

    /// <summary>Whether a process with these credentials may give commands.</summary>
    public bool Allows(uint user, ReadOnlySpan<uint> groups) => user == 0 || user == ownUser || (group is { } allowed && groups.Contains(allowed));

    /// <summary>Whether the peer of the socket may give commands; no if the kernel does not tell.</summary>
    internal bool Allows(Socket peer)
    {
        try
        {
            return CredentialsOf(peer) is var (user, primary) && (Allows(user, [primary]) || (group is not null && Allows(user, GroupsOf(peer))));
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>User id of the peer; null if the kernel does not tell.</summary>
    internal static uint? UserOf(Socket peer)
    {
        try
        {
            return CredentialsOf(peer)?.User;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static (uint User, uint Group)? CredentialsOf(Socket peer)
    {
        Span<uint> credentials = stackalloc uint[3];
        return peer.GetRawSocketOption(LevelSocket, PeerCredentials, MemoryMarshal.AsBytes(credentials)) == credentials.Length * sizeof(uint)
            ? (credentials[1], credentials[2])
            : null;
    }

    private static ReadOnlySpan<uint> GroupsOf(Socket peer)
    {
        var groups = new uint[MaxGroups];
        var octets = peer.GetRawSocketOption(LevelSocket, PeerGroups, MemoryMarshal.AsBytes(groups.AsSpan()));
        return groups.AsSpan(0, octets / sizeof(uint));
    }
}
