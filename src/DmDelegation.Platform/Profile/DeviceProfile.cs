using System.Collections.Immutable;
using DmDelegation.Engine.Execution;
using DmDelegation.Tree;

namespace DmDelegation.Platform.Profile;

/// <summary>What kind of device this is: the factory tree as data.</summary>
/// <param name="Name">Name of the profile.</param>
/// <param name="RootAcl">ACL of the root (ACL-008); what ACL-051 falls back to.</param>
/// <param name="DevInfo">Values of <c>./DevInfo</c>.</param>
/// <param name="DevDetail">Values of <c>./DevDetail</c>.</param>
/// <param name="Tree">Further nodes, parents before children.</param>
/// <param name="Protected">Roots of subtrees that are no part of any delegation (DEL-321).</param>
public sealed record DeviceProfile(
    string Name, Acl RootAcl, DevInfoProfile DevInfo, DevDetailProfile DevDetail, ImmutableArray<ProfileNode> Tree, ImmutableArray<NodePath> Protected);

/// <summary>Values of <c>./DevInfo</c> (std-objects 2).</summary>
/// <param name="DevId">DevId; null: a random one is made at the first start (DEL-169, STD-041).</param>
/// <param name="Man">Manufacturer.</param>
/// <param name="Mod">Model.</param>
/// <param name="DmV">Version of the DM client.</param>
/// <param name="Lang">Language tag (STD-042).</param>
public sealed record DevInfoProfile(string? DevId, string Man, string Mod, string DmV, string Lang);

/// <summary>Values of <c>./DevDetail</c> (std-objects 3).</summary>
/// <param name="DevTyp">Device type.</param>
/// <param name="Oem">Original equipment manufacturer.</param>
/// <param name="FwV">Firmware version.</param>
/// <param name="SwV">Software version.</param>
/// <param name="HwV">Hardware version.</param>
/// <param name="Limits">Published and enforced limits of URIs (STD-060 to STD-063).</param>
public sealed record DevDetailProfile(string DevTyp, string Oem, string FwV, string SwV, string HwV, UriLimits Limits);

/// <summary>A node of the factory tree.</summary>
/// <param name="Path">Where.</param>
/// <param name="Format">Format; <c>node</c> for an interior node.</param>
/// <param name="Type">Type.</param>
/// <param name="Value">Octets of a leaf's value.</param>
/// <param name="Acl">ACL value of its own, null for none.</param>
/// <param name="Permanent">Servers can neither delete nor rename it.</param>
/// <param name="Access">Commands its description allows.</param>
/// <param name="Exec">The program that its Exec runs, null if none (TND-083).</param>
public sealed record ProfileNode(
    NodePath Path, string Format, string Type, ReadOnlyMemory<byte> Value, Acl? Acl, bool Permanent, AccessTypes Access, OperationBinding? Exec = null);

/// <summary>A device profile cannot be used. The message lists everything that is wrong, a line each.</summary>
/// <param name="errors">What is wrong: file, key, value, allowed range.</param>
public sealed class ProfileException(IReadOnlyList<string> errors) : PlatformException("profile-invalid", string.Join('\n', errors))
{
    /// <summary>What is wrong, one by one.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
