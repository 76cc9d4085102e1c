using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DmDelegation.Tree;

namespace DmDelegation.Platform.Profile;

/// <summary>The tree a device begins with: the standard objects, then what the profile adds.</summary>
public static class FactoryTree
{
    /// <summary>Large objects are not supported (STD-052).</summary>
    private const string LargeObjects = "false";

    private const AccessTypes Read = AccessTypes.Get;

    private static readonly NodePath DevInfo = NodePath.Parse("./DevInfo");
    private static readonly NodePath DevDetail = NodePath.Parse("./DevDetail");
    private static readonly NodePath DMAcc = NodePath.Parse("./DMAcc");
    private static readonly NodePath Delegation = NodePath.Parse("./Delegation");

    /// <summary>The interior nodes below which a profile may put its own.</summary>
    internal static ImmutableArray<NodePath> Skeleton { get; } = [NodePath.Root, DevInfo, DevDetail, DMAcc, Delegation];

    /// <summary>What is known about nodes that servers create: the accounts' secrets above all.</summary>
    public static TreeDescription Description { get; } = new(StandardDescriptions.DMAcc);

    /// <summary>Builds the tree.</summary>
    /// <param name="profile">The device profile.</param>
    /// <param name="devId">DevId as fixed (DEL-169).</param>
    /// <param name="now">TStamp of all nodes.</param>
    public static ManagementTree Build(DeviceProfile profile, string devId, DateTimeOffset now)
    {
        var tree = new TreeTransaction(ManagementTree.Empty(profile.RootAcl, now), now);
        AddDevInfo(tree, profile.DevInfo, devId);
        AddDevDetail(tree, profile.DevDetail);
        tree.Add(NodeId.Root, Interior("DMAcc", "", AccountsAcl(profile.RootAcl), Description.Describe(DMAcc).Access));
        tree.Add(NodeId.Root, Interior("Delegation", "", Acl.Parse("Add=*&Get=*"), AccessTypes.Add | AccessTypes.Get));
        foreach (var node in profile.Tree)
        {
            var parent = tree.Current.Find(node.Path.Parent)!.Id;
            tree.Add(parent, new NodeSpec(
                node.Path.Name, Formats.IsNode(node.Format), node.Format, node.Type, node.Value, node.Acl, node.Permanent, node.Access, Secret: false));
        }

        return tree.Current;
    }

    /// <summary>
    /// ACL of <c>./DMAcc</c>: everybody may read, and who has Replace on the root keeps by name what it has there; no wildcard Add, or every
    /// server could make accounts (STD-022).
    /// </summary>
    internal static Acl AccountsAcl(Acl rootAcl)
    {
        var acl = Acl.Parse("Get=*");
        foreach (var server in rootAcl.ServersOf(AclCommands.Replace).Where(name => name != ServerIdentifier.Any))
        {
            foreach (var one in Acl.Commands)
            {
                if (one is not AclCommands.Get && rootAcl.Grants(one, server))
                    acl = acl.With(one, server);
            }
        }

        return acl;
    }

    /// <summary>Nodes that only the agent makes: all of accounts and delegations, and of the device objects all but Ext and Bearer (STD-044, STD-051).</summary>
    internal static bool IsAgents(NodePath path) =>
        path.IsAtOrBelow(DMAcc) || path.IsAtOrBelow(Delegation)
        || ((path.IsAtOrBelow(DevInfo) || path.IsAtOrBelow(DevDetail)) && path.Segments is not [_, "Ext" or "Bearer", ..]);

    private static void AddDevInfo(TreeTransaction tree, DevInfoProfile info, string devId)
    {
        var node = tree.Add(NodeId.Root, Interior("DevInfo", "urn:oma:mo:oma-dm-devinfo:1.0"));
        AddLeaf(tree, node, "DevId", devId);
        AddLeaf(tree, node, "Man", info.Man);
        AddLeaf(tree, node, "Mod", info.Mod);
        AddLeaf(tree, node, "DmV", info.DmV);
        AddLeaf(tree, node, "Lang", info.Lang);
    }

    private static void AddDevDetail(TreeTransaction tree, DevDetailProfile detail)
    {
        var node = tree.Add(NodeId.Root, Interior("DevDetail", "urn:oma:mo:oma-dm-devdetail:1.0"));
        AddLeaf(tree, node, "DevTyp", detail.DevTyp);
        AddLeaf(tree, node, "OEM", detail.Oem);
        AddLeaf(tree, node, "FwV", detail.FwV);
        AddLeaf(tree, node, "SwV", detail.SwV);
        AddLeaf(tree, node, "HwV", detail.HwV);
        AddLeaf(tree, node, "LrgObj", LargeObjects, Formats.Bool);
        var uri = tree.Add(node, Interior("URI", ""));
        AddLeaf(tree, uri, "MaxDepth", Decimal(detail.Limits.MaxDepth));
        AddLeaf(tree, uri, "MaxTotLen", Decimal(detail.Limits.MaxTotLen));
        AddLeaf(tree, uri, "MaxSegLen", Decimal(detail.Limits.MaxSegLen));
    }

    private static NodeSpec Interior(string name, string type, Acl? acl = null, AccessTypes access = Read) =>
        new(name, true, Formats.Node, type, default, acl, Permanent: true, access, Secret: false);

    private static void AddLeaf(TreeTransaction tree, NodeId parent, string name, string value, string format = Formats.Chr) =>
        tree.Add(parent, new NodeSpec(
            name, false, format, Formats.TextPlain, Encoding.UTF8.GetBytes(value), null, Permanent: true, Read, Secret: false));

    private static string Decimal(int number) => number.ToString(CultureInfo.InvariantCulture);
}
