using System.Collections.Immutable;
using System.Text.Json;
using DmDelegation.Platform.Profile;

namespace DmDelegation.Agent.Configuration;

/// <summary>A value of one layer, before its range is looked at.</summary>
/// <param name="Value">The value.</param>
/// <param name="Origin">Where it stands.</param>
/// <param name="Directory">What its relative paths start at.</param>
/// <param name="Below">What it was put upon, the uppermost first.</param>
internal readonly record struct LayeredValue(JsonElement Value, string Origin, string Directory, ImmutableArray<OverriddenValue> Below)
{
    /// <summary>The same key in the layers so far, with this value on top.</summary>
    public static void Put(Dictionary<string, LayeredValue> layers, string key, JsonElement value, string origin, string directory)
    {
        ImmutableArray<OverriddenValue> below = layers.TryGetValue(key, out var upper) ? [new(upper.Value, upper.Origin), .. upper.Below] : [];
        layers[key] = new LayeredValue(value, origin, directory, below);
    }
}

/// <summary>
/// The layers put upon each other: environment, main file, drop-ins in the order of their names; the last word on a key counts. Accounts are
/// put together by name, so that a drop-in can add one or change one key of one.
/// </summary>
internal sealed class ConfigurationLayers
{
    /// <summary>Own choice: a configuration of a device is some kilobytes.</summary>
    public const int MaxFileOctets = 1024 * 1024;

    private const int MaxShownCharacters = 80;

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 };

    private readonly List<ConfigurationProblem> _problems = [];
    private readonly List<ConfigurationProblem> _warnings = [];

    /// <summary>Values of the agent's keys.</summary>
    public Dictionary<string, LayeredValue> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>Values of the accounts' keys, by name of the account, in the order in which the accounts first stand there.</summary>
    public OrderedDictionary<string, Dictionary<string, LayeredValue>> Accounts { get; } = new(StringComparer.Ordinal);

    /// <summary>What keeps the agent from starting.</summary>
    public List<ConfigurationProblem> Problems => _problems;

    /// <summary>What does not.</summary>
    public List<ConfigurationProblem> Warnings => _warnings;

    /// <summary>The value as it stands in messages: not longer than a line.</summary>
    public static string Shown(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.Undefined ? "" : value.GetRawText();
        return text.Length <= MaxShownCharacters ? text : text[..MaxShownCharacters] + "…";
    }

    /// <summary>Puts a value upon those there are.</summary>
    public void Put(string key, JsonElement value, string origin, string directory) => LayeredValue.Put(Values, key, value, origin, directory);

    /// <summary>Puts a file upon what there is.</summary>
    public void Put(string file)
    {
        if (Parse(file) is not { } root)
            return;
        if (root.ValueKind == JsonValueKind.Object)
            PutGroup(root, "", file, Path.GetDirectoryName(file)!);
        else
            _problems.Add(new(file, "", Shown(root), "the file holds one JSON object"));
    }

    private JsonElement? Parse(string file)
    {
        try
        {
            if (new FileInfo(file).Length > MaxFileOctets)
            {
                _problems.Add(new(file, "", "", $"the file has at most {MaxFileOctets} octets"));
                return null;
            }

            return JsonText.Parse(File.ReadAllBytes(file), Lenient);
        }
        catch (JsonException fault)
        {
            // The reader's own text may quote what stands in the file; the place is enough.
            _problems.Add(new(file, "", "", $"no valid JSON at line {fault.LineNumber + 1}, octet {fault.BytePositionInLine + 1}"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _problems.Add(new(file, "", "", $"cannot be read: {fault.Message}"));
        }

        return null;
    }

    private void PutGroup(JsonElement group, string prefix, string file, string directory)
    {
        foreach (var member in group.EnumerateObject())
        {
            var key = prefix + member.Name;
            if (key == SettingTable.Accounts)
                PutAccounts(member.Value, file, directory);
            else if (SettingTable.Agent.Any(setting => setting.Key == key))
                Put(key, member.Value, file, directory);
            else if (!SettingTable.Agent.Any(setting => setting.Key.StartsWith(key + ".", StringComparison.Ordinal)))
                _warnings.Add(new(file, key, "", "unknown key, ignored"));
            else if (member.Value.ValueKind == JsonValueKind.Object)
                PutGroup(member.Value, key + ".", file, directory);
            else
                _problems.Add(new(file, key, Shown(member.Value), "this key is a group: a JSON object"));
        }
    }

    private void PutAccounts(JsonElement list, string file, string directory)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            _problems.Add(new(file, SettingTable.Accounts, Shown(list), "a list of accounts"));
            return;
        }

        var here = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
                _problems.Add(new(file, SettingTable.Accounts, "", "each account is a JSON object with a \"name\""));
            else if (!here.Add(name.GetString()!))
                _problems.Add(new(file, $"{SettingTable.Accounts}[{name.GetString()}].name", Shown(name), "each account of a file has a name of its own"));
            else
                PutAccount(name.GetString()!, entry, file, directory);
        }
    }

    private void PutAccount(string name, JsonElement account, string file, string directory)
    {
        if (!Accounts.TryGetValue(name, out var values))
            Accounts[name] = values = new(StringComparer.Ordinal);
        foreach (var member in account.EnumerateObject())
        {
            if (SettingTable.Account.Any(setting => setting.Key == member.Name))
                LayeredValue.Put(values, member.Name, member.Value, file, directory);
            else
                _warnings.Add(new(file, $"{SettingTable.Accounts}[{name}].{member.Name}", "", "unknown key, ignored"));
        }
    }
}
