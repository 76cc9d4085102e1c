using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.State;
using DmDelegation.Platform.Profile;
using DmDelegation.Platform.Secrets;
using DmDelegation.Tree;

namespace DmDelegation.Platform.Accounts;

/// <summary>
/// Puts the configured accounts into the tree, once: into an empty or factory-reset store, or at the first start at which there are any. Later
/// the tree is the servers' to manage, and a configuration that differs is only reported (design 3).
/// </summary>
public static class AccountProvisioning
{
    /// <summary>Adds the accounts and returns what is remembered of them: names with the hash of what the configuration said.</summary>
    /// <param name="tree">The open transaction on the factory tree.</param>
    /// <param name="settings">The configured accounts.</param>
    /// <param name="vault">Seals the passwords (DEL-190).</param>
    /// <param name="salvaged">
    /// Accounts of a store that was set aside: one of the same name and server is taken as it was there, since its server may have changed
    /// address and secrets, and the files of the first start may be gone (DEL-298).
    /// </param>
    /// <exception cref="PlatformException">A setting is wrong, or a secret file cannot be read.</exception>
    public static ImmutableSortedDictionary<string, string> AddAll(
        TreeTransaction tree, IEnumerable<AccountSetting> settings, IVault vault, IReadOnlyCollection<Account>? salvaged = null)
    {
        var hashes = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var servers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var setting in settings)
        {
            if (!servers.Add(setting.ServerId) || !hashes.TryAdd(setting.Name, HashOf(setting)))
                throw Wrong(setting, "its name and serverId must differ from those of every other account (STD-022)");
            if (!AddAsItWas(tree, setting, vault, salvaged?.FirstOrDefault(account => account.Path.Name == setting.Name && account.ServerId == setting.ServerId)))
                Add(tree, setting, vault);
        }

        return hashes.ToImmutable();
    }

    /// <summary>
    /// No server has ever managed the device: a package may start the agent before anybody has configured an account. Once one was there, by
    /// configuration or by a delegation, an empty list of accounts is what the servers made of it.
    /// </summary>
    public static bool IsStillToCome(AgentState state) =>
        state.Device.ProvisionedAccounts.IsEmpty && state.Records.IsEmpty && state.Tombstones.IsEmpty && !AccountList.All(state.Tree).Any();

    /// <summary>The state with the first accounts, to be committed as one; null if there are none to add, or they are not the first.</summary>
    /// <param name="state">What the store holds.</param>
    /// <param name="settings">The configured accounts.</param>
    /// <param name="vault">Seals the passwords (DEL-190).</param>
    /// <exception cref="PlatformException">A setting is wrong, or a secret file cannot be read.</exception>
    public static AgentState? AddFirst(AgentState state, IReadOnlyCollection<AccountSetting> settings, IVault vault)
    {
        if (settings.Count == 0 || !IsStillToCome(state))
            return null;
        var tree = new TreeTransaction(state.Tree, state.Clock.HighWater);
        var provisioned = AddAll(tree, settings, vault);
        return state with { Tree = tree.Current, Device = state.Device with { ProvisionedAccounts = provisioned } };
    }

    /// <summary>
    /// Hash of everything of a setting that went into the tree, in lower-case hexadecimal. Passwords are left out: a hash of one could be
    /// tried against guesses by whoever reads the store.
    /// </summary>
    public static string HashOf(AccountSetting setting)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in new[]
        {
            setting.ServerId, setting.Address.AbsoluteUri, setting.AuthType, setting.ClientName, ServerNameOf(setting), AclOf(setting).ToString(),
        })
        {
            var octets = Encoding.UTF8.GetBytes(part);
            var length = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(length, octets.Length);
            hash.AppendData(length);
            hash.AppendData(octets);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>How the configuration differs from what was provisioned, a sentence each; none of it is acted on.</summary>
    public static IEnumerable<string> Differences(AgentState state, IReadOnlyCollection<AccountSetting> settings)
    {
        if (IsStillToCome(state))
            return settings.Select(setting => $"account {setting.Name}: new in the configuration; the next start adds it, since the device has no account yet");
        return Differences(state.Device, settings);
    }

    private static IEnumerable<string> Differences(DeviceState device, IReadOnlyCollection<AccountSetting> settings)
    {
        foreach (var setting in settings)
        {
            if (!device.ProvisionedAccounts.TryGetValue(setting.Name, out var hash))
                yield return $"account {setting.Name}: new in the configuration; the store is in use, so it is not added";
            else if (hash != HashOf(setting))
                yield return $"account {setting.Name}: changed in the configuration; the account in the tree is kept";
        }

        foreach (var name in device.ProvisionedAccounts.Keys.Where(name => settings.All(setting => setting.Name != name)))
            yield return $"account {name}: no longer in the configuration; the account in the tree is kept";
    }

    /// <summary>False if the account cannot be taken over: not there, or its secrets do not open any more.</summary>
    private static bool AddAsItWas(TreeTransaction tree, AccountSetting setting, IVault vault, Account? old)
    {
        if (old is null || !Uri.TryCreate(old.Address, UriKind.Absolute, out _))
            return false;
        using var client = Opened(vault, old.Client?.Secret);
        using var server = Opened(vault, old.Server?.Secret);
        var transport = old.AuthPref == AccountBuilder.Transport;
        if (!transport && (client is null || server is null))
            return false;
        using var clientNonce = Opened(vault, old.Client?.Data);
        using var serverNonce = Opened(vault, old.Server?.Data);
        var spec = new AccountSpec(setting.Name, setting.ServerId, old.Address)
        {
            AuthType = transport ? AccountBuilder.Transport : old.Client!.Type,
            ClientName = old.Client?.Name ?? "",
            ServerName = old.Server?.Name ?? "",
            Acl = AclOf(setting),
        };
        _ = AccountBuilder.Add(tree, FactoryTree.Description, vault, spec, client, clientNonce, server, serverNonce);
        return true;
    }

    private static SecretBuffer? Opened(IVault vault, Node? leaf) =>
        leaf is { Value.IsEmpty: false } ? vault.Open(SecretNames.OfNode(leaf.Id), leaf.Value.Span) : null;

    private static void Add(TreeTransaction tree, AccountSetting setting, IVault vault)
    {
        Check(setting);
        var spec = new AccountSpec(setting.Name, setting.ServerId, setting.Address.AbsoluteUri)
        {
            AuthType = setting.AuthType,
            ClientName = setting.ClientName,
            ServerName = ServerNameOf(setting),
            Acl = AclOf(setting),
        };
        using var client = StoredSecret(setting, setting.ClientSecretFile, "clientSecretFile");
        using var server = StoredSecret(setting, setting.ServerSecretFile, "serverSecretFile");
        _ = AccountBuilder.Add(tree, FactoryTree.Description, vault, spec, client, null, server, null);
    }

    private static void Check(AccountSetting setting)
    {
        if (!NodeName.IsWellFormed(setting.Name))
            throw Wrong(setting, $"name must be a node name of 1 to {NodeName.MaxOctets} octets without /");
        if (!ServerIdentifier.IsWellFormed(setting.ServerId))
            throw Wrong(setting, $"serverId \"{setting.ServerId}\" must be printable, without = & * + and spaces");
        if (setting.AuthType is not ("HMAC" or "DIGEST" or AccountBuilder.Transport))
            throw Wrong(setting, $"authType \"{setting.AuthType}\" must be HMAC, DIGEST or TRANSPORT");
        if (!setting.Address.IsAbsoluteUri || setting.Address.Host.Length == 0)
            throw Wrong(setting, $"address \"{setting.Address}\" must be an absolute URI with a host");
    }

    /// <summary>The form that means "the password follows": the basis for every scheme the server may ask for later.</summary>
    private static SecretBuffer? StoredSecret(AccountSetting setting, string? file, string key)
    {
        if (setting.AuthType is AccountBuilder.Transport)
            return null;
        if (file is null)
            throw Wrong(setting, $"{key} is missing, authType {setting.AuthType} needs it");
        using var password = SecretFile.ReadPassword(file, setting.CredentialsDirectory is { } credentials && Path.GetDirectoryName(file) == credentials);
        var stored = new SecretBuffer(1 + password.Length);
        stored.Octets[0] = AccountSecret.PasswordForm;
        password.Octets.CopyTo(stored.Octets[1..]);
        return stored;
    }

    private static string ServerNameOf(AccountSetting setting) => setting.ServerName.Length > 0 ? setting.ServerName : setting.ServerId;

    private static Acl AclOf(AccountSetting setting)
    {
        var standard = $"Get={setting.ServerId}&Replace={setting.ServerId}&Delete={setting.ServerId}";
        var text = setting.Acl.Length > 0 ? setting.Acl : standard;
        return Acl.TryParse(text, out var acl) && acl is not null ? acl : throw Wrong(setting, $"acl \"{text}\" is not an ACL value");
    }

    private static PlatformException Wrong(AccountSetting setting, string text) => new("account-invalid", $"account {setting.Name}: {text}");
}
