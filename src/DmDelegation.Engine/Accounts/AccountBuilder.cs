using System.Text;
using DmDelegation.Engine.Ports;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Accounts;

/// <summary>What an account is made of (7.2); secrets come beside it.</summary>
/// <param name="NodeName">Name of the instance below <c>./DMAcc</c>.</param>
/// <param name="ServerId">ServerID.</param>
/// <param name="Address">Absolute URI of the server.</param>
public sealed record AccountSpec(string NodeName, string ServerId, string Address)
{
    /// <summary>Displayable name, empty if none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Connectivity reference, empty if none.</summary>
    public string PrefConRef { get; init; } = "";

    /// <summary>AAuthType of both credentials, <c>HMAC</c> or <c>DIGEST</c>; <c>TRANSPORT</c>: none, TLS authenticates.</summary>
    public string AuthType { get; init; } = "HMAC";

    /// <summary>AAuthName of the client credential.</summary>
    public string ClientName { get; init; } = "";

    /// <summary>AAuthName of the server credential.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>ACL of the instance.</summary>
    public required Acl Acl { get; init; }
}

/// <summary>Adds an account to the tree in the layout of 7.2; the one place that knows it.</summary>
public static class AccountBuilder
{
    /// <summary>AAuthType of an account without credentials at the application layer.</summary>
    public const string Transport = "TRANSPORT";

    /// <summary>Name of the instance that a delegation makes (7.2).</summary>
    public static string NodeNameOf(string delegationId) => "d-" + delegationId;

    /// <summary>Adds the instance and returns its identity. Secrets are sealed under the identity of their leaves (DEL-190).</summary>
    /// <param name="clientSecret">Stored form of the client's secret, see <see cref="AccountSecret"/>; null if none.</param>
    /// <param name="clientNonce">First nonce of the client, null if none is known yet (AMB-043).</param>
    public static NodeId Add(
        TreeTransaction tree,
        TreeDescription description,
        IVault vault,
        AccountSpec spec,
        SecretBuffer? clientSecret,
        SecretBuffer? clientNonce,
        SecretBuffer? serverSecret,
        SecretBuffer? serverNonce)
    {
        var builder = new Builder(tree, description, vault);
        var path = AccountList.Root.Child(spec.NodeName);
        var instance = builder.Interior(tree.Current.Find(AccountList.Root)!.Id, path, spec.Acl, "urn:oma:mo:oma-dm-dmacc:1.0");
        builder.Leaf(instance, path, "AppID", "w7");
        builder.Leaf(instance, path, "ServerID", spec.ServerId);
        builder.Optional(instance, path, "Name", spec.Name);
        builder.Optional(instance, path, "PrefConRef", spec.PrefConRef);
        var addresses = builder.Interior(instance, path.Child("AppAddr"));
        var address = builder.Interior(addresses, path.Child("AppAddr").Child("1"));
        builder.Leaf(address, path.Child("AppAddr").Child("1"), "Addr", spec.Address);
        builder.Leaf(address, path.Child("AppAddr").Child("1"), "AddrType", "URI");
        if (spec.AuthType != Transport)
        {
            builder.Leaf(instance, path, "AAuthPref", spec.AuthType);
            var auth = builder.Interior(instance, path.Child("AppAuth"));
            builder.Credential(auth, path.Child("AppAuth").Child("c"), "CLCRED", spec.AuthType, spec.ClientName, clientSecret, clientNonce);
            builder.Credential(auth, path.Child("AppAuth").Child("s"), "SRVCRED", spec.AuthType, spec.ServerName, serverSecret, serverNonce);
        }

        return instance;
    }

    private sealed class Builder(TreeTransaction tree, TreeDescription description, IVault vault)
    {
        public NodeId Interior(NodeId parent, NodePath path, Acl? acl = null, string type = "") =>
            tree.Add(parent, NodeSpec.InteriorNode(path.Name, type, acl) with { Access = description.Describe(path).Access });

        public void Leaf(NodeId parent, NodePath at, string name, string value) =>
            tree.Add(parent, NodeSpec.Leaf(name, Encoding.UTF8.GetBytes(value)) with { Access = description.Describe(at.Child(name)).Access });

        public void Optional(NodeId parent, NodePath at, string name, string value)
        {
            if (value.Length > 0)
            {
                Leaf(parent, at, name, value);
            }
        }

        public void Credential(NodeId auth, NodePath path, string level, string type, string name, SecretBuffer? secret, SecretBuffer? nonce)
        {
            var entry = Interior(auth, path);
            Leaf(entry, path, "AAuthLevel", level);
            Leaf(entry, path, "AAuthType", type);
            Leaf(entry, path, "AAuthName", name);
            Secret(entry, path.Child("AAuthSecret"), secret, Formats.Chr, Formats.TextPlain);
            Secret(entry, path.Child("AAuthData"), nonce, Formats.Bin, "application/octet-stream");
        }

        private void Secret(NodeId parent, NodePath path, SecretBuffer? secret, string format, string type)
        {
            var node = new NodeId(tree.Current.NextNodeId); // sealed under the identity it is about to get
            var value = secret is null ? [] : vault.Seal(SecretNames.OfNode(node), secret.Octets);
            tree.Add(parent, new NodeSpec(path.Name, false, format, type, value, null, false, description.Describe(path).Access, true));
        }
    }
}

/// <summary>
/// The stored form of an AAuthSecret: one octet that tells the form, then either the password or B64(H(user:password)), which is all the
/// MD5 schemes need (DEL-189).
/// </summary>
public static class AccountSecret
{
    /// <summary>The password follows.</summary>
    public const byte PasswordForm = 0;

    /// <summary>B64(H(user:password)), 24 octets, follows.</summary>
    public const byte DigestForm = 1;

    private const int InnerOctets = 24;

    /// <summary>The digest form of a password.</summary>
    public static SecretBuffer OfPassword(string user, ReadOnlySpan<byte> password)
    {
        var secret = new SecretBuffer(1 + InnerOctets);
        secret.Octets[0] = DigestForm;
        OmaDigest.UserPassword(Encoding.UTF8.GetBytes(user), password, secret.Octets[1..]);
        return secret;
    }

    /// <summary>B64(H(user:password)) of either form; null if the stored form is none of the two.</summary>
    public static SecretBuffer? Inner(string user, SecretBuffer stored)
    {
        var octets = stored.Octets;
        switch (octets)
        {
            case [DigestForm, ..] when octets.Length == 1 + InnerOctets:
                return SecretBuffer.CopyOf(octets[1..]);
            case [PasswordForm, ..]:
                var inner = new SecretBuffer(InnerOctets);
                OmaDigest.UserPassword(Encoding.UTF8.GetBytes(user), octets[1..], inner.Octets);
                return inner;
            default:
                return null;
        }
    }
}
