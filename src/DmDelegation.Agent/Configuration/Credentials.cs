using System.Collections.Immutable;
using System.Text.Json;
using DmDelegation.Agent.Support;
using DmDelegation.Platform.Secrets;

namespace DmDelegation.Agent.Configuration;

/// <summary>
/// Secrets that the service manager hands over (LoadCredential=, LoadCredentialEncrypted=). The whole rule: what is configured counts, a path or
/// <c>credential:NAME</c>; where nothing is, the device key is the credential <c>device-key</c> if there is one, and the key of a configured
/// certificate is the credential <c>identity-key</c> or <c>tls-client-key</c>. Only the service sees its credentials; who does not keeps their
/// names, and it is the service that fails when one is missing (<see cref="NamedFiles.MissingCredentials"/>).
/// </summary>
internal static class Credentials
{
    /// <summary>What stands before the name of a credential in the place of a path.</summary>
    public const string Prefix = "credential:";

    /// <summary>Longest name: that of a file.</summary>
    public const int MaxNameCharacters = 255;

    /// <summary>Credential with the key of <c>identity.certificateFile</c>.</summary>
    public const string IdentityKey = "identity-key";

    /// <summary>Credential with the key of <c>tls.clientCertificateFile</c>.</summary>
    public const string ClientKey = "tls-client-key";

    private const string Variable = "CREDENTIALS_DIRECTORY";

    // Where systemd puts them as long as the service runs: for root at the command line, who may look.
    private const string OfTheService = "/run/credentials/" + ServiceUnit.Name;

    /// <summary>Where the credentials are; null if this process cannot see any.</summary>
    public static string? Directory(Func<string, string?> variable) =>
        variable(Variable) is { Length: > 0 } own ? own : System.IO.Directory.Exists(OfTheService) ? OfTheService : null;

    /// <summary>Whether a value names a credential, by its form.</summary>
    public static bool IsName(string value) =>
        value.StartsWith(Prefix, StringComparison.Ordinal) && value.Length <= Prefix.Length + MaxNameCharacters && value[Prefix.Length..] is [not '.', ..] name
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Whether a file lies among the credentials: the service manager guards it, whatever its mode says.</summary>
    public static bool IsIn(string? directory, string file) => directory is not null && Path.GetDirectoryName(file) == directory;

    /// <summary>The lowest layer: the device key, if it is handed over.</summary>
    public static void Put(ConfigurationLayers layers, string? directory)
    {
        if (directory is not null && File.Exists(Path.Combine(directory, DeviceKeyFile.CredentialName)))
            layers.Put("deviceKeyFile", ValueOf(DeviceKeyFile.CredentialName), OriginOf(DeviceKeyFile.CredentialName), "/");
    }

    /// <summary>Puts in what is not configured, and files in the place of names.</summary>
    /// <param name="agent">The configuration.</param>
    /// <param name="directory">Where the credentials are; null: names stay, as does that of one that is not there.</param>
    /// <param name="values">The values to show.</param>
    public static AgentConfiguration Apply(AgentConfiguration agent, string? directory, ImmutableArray<ConfiguredValue>.Builder values) => agent with
    {
        CredentialsDirectory = directory,
        ConfiguredDeviceKeyFile = FileOf(agent.ConfiguredDeviceKeyFile, directory),
        IdentityKeyFile = FileOf(KeyOf(agent.IdentityCertificateFile, agent.IdentityKeyFile, "identity.keyFile", IdentityKey, values), directory),
        ClientKeyFile = FileOf(KeyOf(agent.ClientCertificateFile, agent.ClientKeyFile, "tls.clientKeyFile", ClientKey, values), directory),
        Accounts =
        [
            .. agent.Accounts.Select(account => account with
            {
                CredentialsDirectory = directory,
                ClientSecretFile = FileOf(account.ClientSecretFile, directory),
                ServerSecretFile = FileOf(account.ServerSecretFile, directory),
            }),
        ],
    };

    private static string? KeyOf(string? certificate, string? key, string setting, string name, ImmutableArray<ConfiguredValue>.Builder values)
    {
        if (certificate is null || key is not null || values.FirstOrDefault(value => value.Key == setting) is not { Origin: "default" } shown)
            return key;
        values[values.IndexOf(shown)] = shown with { Value = ValueOf(name), Origin = OriginOf(name) };
        return Prefix + name;
    }

    private static string? FileOf(string? named, string? directory) =>
        named is not null && directory is not null && IsName(named) && Path.Combine(directory, named[Prefix.Length..]) is var file && File.Exists(file) ? file : named;

    private static string OriginOf(string name) => "credential " + name;

    private static JsonElement ValueOf(string name)
    {
        using var document = JsonDocument.Parse($"\"{Prefix}{name}\"");
        return document.RootElement.Clone();
    }
}
