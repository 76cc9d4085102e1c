using DmDelegation.Platform.Accounts;

namespace DmDelegation.Agent.Configuration;

/// <summary>Looks at the files that the configuration names: whether they are there, and whether secrets are open to others (DEL-192).</summary>
internal static class NamedFiles
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Files that are named, always needed, and missing. Credentials that this process cannot see are not looked for.</summary>
    public static IEnumerable<ConfigurationProblem> Missing(ConfigurationReading reading, AgentConfiguration agent) =>
        from named in All(agent)
        where !named.FirstStartOnly && !Credentials.IsName(named.File) && !File.Exists(named.File)
        select new ConfigurationProblem(OriginOf(reading, named.Key), named.Key, named.File, "the file is not there");

    /// <summary>For the service itself: credentials that it needs and that nobody hands over to it.</summary>
    public static IEnumerable<ConfigurationProblem> MissingCredentials(ConfigurationReading reading, AgentConfiguration agent) =>
        from named in All(agent)
        where !named.FirstStartOnly && Credentials.IsName(named.File)
        select new ConfigurationProblem(
            OriginOf(reading, named.Key), named.Key, named.File, "the service manager hands over no such credential: LoadCredential= in the unit");

    /// <summary>Passwords of accounts that are missing: whoever deletes them once they are provisioned does well.</summary>
    public static IEnumerable<ConfigurationProblem> MissingPasswords(ConfigurationReading reading, AgentConfiguration agent) =>
        from named in All(agent)
        where named.FirstStartOnly && !Credentials.IsName(named.File) && !File.Exists(named.File)
        select new ConfigurationProblem(OriginOf(reading, named.Key), named.Key, named.File, "the file is not there; the first start needs it");

    /// <summary>Secret files that others than their owner can open. The agent does not read such a file when it provisions accounts.</summary>
    public static IEnumerable<ConfigurationProblem> OpenToOthers(ConfigurationReading reading, AgentConfiguration agent) =>
        from named in All(agent)
        where named.Secret && !Credentials.IsIn(agent.CredentialsDirectory, named.File) && File.Exists(named.File) && (File.GetUnixFileMode(named.File) & Others) != UnixFileMode.None
        select new ConfigurationProblem(OriginOf(reading, named.Key), named.Key, named.File, "others than its owner can open the file: chmod 0600");

    private static IEnumerable<(string Key, string File, bool Secret, bool FirstStartOnly)> All(AgentConfiguration agent)
    {
        IEnumerable<(string Key, string? File, bool Secret, bool FirstStartOnly)> named =
        [
            ("profile", agent.Profile, false, false),
            // A file is made at the first start, a credential is not.
            ("deviceKeyFile", agent.ConfiguredDeviceKeyFile is { } key && Credentials.IsName(key) ? key : null, true, false),
            ("identity.certificateFile", agent.IdentityCertificateFile, false, false),
            ("identity.keyFile", agent.IdentityKeyFile, true, false),
            ("tls.trustAnchorsFile", agent.TrustAnchorsFile, false, false),
            ("tls.clientCertificateFile", agent.ClientCertificateFile, false, false),
            ("tls.clientKeyFile", agent.ClientKeyFile, true, false),
            ("voucherAnchorsFile", agent.VoucherAnchorsFile, false, false),
            .. agent.Accounts.SelectMany(OfAccount),
        ];
        return named.Where(file => file.File is not null).Select(file => (file.Key, file.File!, file.Secret, file.FirstStartOnly));
    }

    private static IEnumerable<(string Key, string? File, bool Secret, bool FirstStartOnly)> OfAccount(AccountSetting account)
    {
        var key = $"{SettingTable.Accounts}[{account.Name}].";
        yield return (key + "voucherAnchorsFile", account.VoucherAnchorsFile, false, false);
        yield return (key + "clientSecretFile", account.ClientSecretFile, true, true);
        yield return (key + "serverSecretFile", account.ServerSecretFile, true, true);
    }

    private static string OriginOf(ConfigurationReading reading, string key) => reading.Values.First(value => value.Key == key).Origin;
}
