using System.Collections.Immutable;
using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Startup;

namespace DmDelegation.Tests.Manual;

/// <summary>The page dmagent.json(5), out of the table of settings.</summary>
internal static class ConfigurationPage
{
    // The smallest configuration that manages a device; a test reads it.
    internal const string Example =
        """
        {
          "accounts": [
            {
              "name": "main",
              "serverId": "dm.example.com",
              "address": "https://dm.example.com/dm",
              "clientName": "device-4711",
              "clientSecretFile": "secrets/main.client",
              "serverSecretFile": "secrets/main.server",
              "pollIntervalSeconds": 86400
            }
          ]
        }
        """;

    /// <summary>The page.</summary>
    public static ManPage Page()
    {
        var page = new ManPage("dmagent.json", 5, "configuration of the OMA DM agent dmagent", BuildFacts.BuildTime, BuildFacts.Version)
            .Section("SYNOPSIS").Paragraphs(ConfigurationReader.DefaultFile + "\n\n" + ConfigurationReader.DefaultFile + ".d/*.json")
            .Section("DESCRIPTION").Paragraphs(
                """
                The configuration is one JSON object; comments and a comma behind the last entry are allowed. A key with a point in its name stands in a group: session.maxRounds is the key "maxRounds" in the object "session".

                A value is looked for in the drop-ins, the last one by name first, then in the file itself, then in the environment, and else it is the default. Accounts are put together by name, so a drop-in can add one, or change one key of one. dmagent config show --origin tells where each value comes from.

                A key that does not exist is ignored and warned about. A value out of its range keeps the agent from starting; the message names file, key, value and range. Relative paths start at the directory of the file that they stand in. No secret stands in the configuration, only the names of files that hold one.

                In the place of the file of a secret, credential:NAME names a credential that the service manager hands over (LoadCredential=, LoadCredentialEncrypted=). Where nothing is configured, the credentials device-key, identity-key and tls-client-key are used if they are there.

                The accounts are read once, when the store is made at the first start or after a factory reset. Later the servers manage them, and a configuration that differs is only reported.
                """);
        Keys(page, "KEYS", SettingTable.Agent);
        page.Section("ACCOUNTS").Paragraphs("The key accounts is a list of objects with these keys:");
        Keys(page, null, SettingTable.Account);
        return page.Section("EXAMPLES").Paragraphs("The least that manages a device:").Verbatim(Example)
            .Section("FILES")
            .Tagged(ConfigurationReader.DefaultFile, "The configuration.")
            .Tagged(ConfigurationReader.DefaultFile + ".d/*.json", "Drop-ins.")
            .SeeAlso([("dmagent", 1), ("dmagent-config-validate", 1), ("dmagent-config-show", 1)]);
    }

    private static void Keys<T>(ManPage page, string? title, ImmutableArray<Setting<T>> settings)
    {
        if (title is not null)
            page.Section(title);
        foreach (var setting in settings)
            page.Tagged(setting.Key, setting.Meaning).More($"{char.ToUpperInvariant(setting.Allowed[0])}{setting.Allowed[1..]}; {(setting.Default is { } usual ? $"default {usual}" : "no default")}.");
    }
}
