using System.Collections.Immutable;
using System.Text.Json;
using DmDelegation.Platform.Accounts;

namespace DmDelegation.Agent.Configuration;

/// <summary>Reads the configuration: layers, ranges, and what must fit together. It looks at no file that the configuration only names.</summary>
internal static class ConfigurationReader
{
    /// <summary>Where the configuration is if nobody says otherwise.</summary>
    public const string DefaultFile = "/etc/dmagent/dmagent.json";

    /// <summary>Variable that names another file.</summary>
    public const string FileVariable = "DMAGENT_CONFIG";

    /// <summary>What systemd sets for StateDirectory= and RuntimeDirectory=: the defaults of two keys.</summary>
    private static readonly ImmutableArray<(string Key, string Variable)> FromEnvironment =
        [("stateDirectory", "STATE_DIRECTORY"), ("runtimeDirectory", "RUNTIME_DIRECTORY")];

    /// <summary>Reads a file and its drop-ins.</summary>
    /// <param name="file">The file; null: what the environment names, if that is not empty, else <see cref="DefaultFile"/>.</param>
    /// <param name="variable">Value of an environment variable, null if not set.</param>
    public static ConfigurationReading Read(string? file, Func<string, string?> variable)
    {
        var path = Path.GetFullPath(file ?? (variable(FileVariable) is { Length: > 0 } named ? named : DefaultFile));
        var layers = new ConfigurationLayers();
        PutEnvironment(layers, variable);
        var credentials = Credentials.Directory(variable);
        Credentials.Put(layers, credentials);
        layers.Put(path);
        foreach (var dropIn in DropIns(path))
            layers.Put(dropIn);

        var values = ImmutableArray.CreateBuilder<ConfiguredValue>();
        var agent = Apply(SettingTable.Agent, layers.Values, "", new AgentConfiguration(), layers.Problems, values);
        var accounts = ImmutableArray.CreateBuilder<AccountSetting>();
        foreach (var (name, account) in layers.Accounts)
            accounts.Add(Apply(SettingTable.Account, account, $"{SettingTable.Accounts}[{name}].", SettingTable.EmptyAccount, layers.Problems, values));

        agent = Credentials.Apply(agent with { Accounts = accounts.ToImmutable() }, credentials, values);
        layers.Problems.AddRange(Consistency.Check(agent, key => OriginOf(values, key, path)));
        return new ConfigurationReading(
            path, layers.Problems.Count == 0 ? agent : null, [.. layers.Problems], [.. layers.Warnings], values.ToImmutable());
    }

    /// <summary>The files in <c>FILE.d</c> beside the main file, in the order of their names.</summary>
    private static IEnumerable<string> DropIns(string path) =>
        Directory.Exists(path + ".d") ? Directory.GetFiles(path + ".d", "*.json").Order(StringComparer.Ordinal) : [];

    private static void PutEnvironment(ConfigurationLayers layers, Func<string, string?> variable)
    {
        foreach (var (key, name) in FromEnvironment)
        {
            // systemd puts several directories there, separated by colons; the first is ours.
            if (variable(name)?.Split(':')[0] is { Length: > 0 } directory)
                layers.Put(key, JsonElementOf($"\"{JsonEncodedText.Encode(directory)}\""), $"environment {name}", "/");
        }
    }

    private static TTarget Apply<TTarget>(
        ImmutableArray<Setting<TTarget>> settings,
        Dictionary<string, LayeredValue> layered,
        string prefix,
        TTarget target,
        List<ConfigurationProblem> problems,
        ImmutableArray<ConfiguredValue>.Builder values)
    {
        foreach (var setting in settings)
        {
            var written = layered.TryGetValue(setting.Key, out var value);
            ImmutableArray<OverriddenValue> usual = setting.Default is { } text ? [new(JsonElementOf(text), "default")] : [];
            if (!written)
                value = new LayeredValue(usual.IsEmpty ? default : usual[0].Value, "default", "/", []);
            values.Add(new ConfiguredValue(prefix + setting.Key, value.Value, value.Origin, written ? [.. value.Below, .. usual] : [], setting.Allowed, setting.Meaning));
            if (value.Value.ValueKind != JsonValueKind.Undefined && !setting.TryApply(value.Value, value.Directory, ref target))
                problems.Add(new(value.Origin, prefix + setting.Key, ConfigurationLayers.Shown(value.Value), $"must be {setting.Allowed}"));
        }

        return target;
    }

    private static string OriginOf(ImmutableArray<ConfiguredValue>.Builder values, string key, string fallback) =>
        values.FirstOrDefault(value => value.Key == key) is { } found && found.Origin != "default" ? found.Origin : fallback;

    private static JsonElement JsonElementOf(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
