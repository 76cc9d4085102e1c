using System.Text.Json;

namespace DmDelegation.Platform.Profile;

/// <summary>What is wrong with a JSON file: everything at once, so that it can be put right at once.</summary>
/// <param name="file">The file, for the texts.</param>
public sealed class JsonProblems(string file)
{
    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];

    /// <summary>What makes the file unusable: file, key, value, allowed range.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>What is ignored: keys that are not known.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Notes an error at a key.</summary>
    public void Error(string key, string text) => _errors.Add($"{file}: {key}: {text}");

    /// <summary>Notes a warning at a key.</summary>
    public void Warning(string key, string text) => _warnings.Add($"{file}: {key}: {text}");
}

/// <summary>
/// The fields of one JSON object, each read once with what it may be. A wrong field is noted and a stand-in returned, so that reading goes on;
/// <see cref="Finish"/> warns about the fields nobody asked for.
/// </summary>
public sealed class JsonFields
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly JsonProblems _problems;

    /// <summary>The fields of <paramref name="value"/>, which must be an object.</summary>
    /// <param name="value">The object.</param>
    /// <param name="path">Its place in the file, e.g. <c>devDetail</c>; empty for the whole.</param>
    /// <param name="problems">Where errors and warnings go.</param>
    public JsonFields(JsonElement value, string path, JsonProblems problems)
    {
        _path = path;
        _problems = problems;
        if (value.ValueKind is not JsonValueKind.Object)
        {
            problems.Error(path.Length == 0 ? "." : path, $"{value.ValueKind}, must be an object");
            return;
        }

        foreach (var field in value.EnumerateObject())
        {
            if (!_fields.TryAdd(field.Name, field.Value))
                problems.Error(PathOf(field.Name), "occurs twice");
        }
    }

    /// <summary>Reads a file of one JSON object; comments and trailing commas are allowed, people write it.</summary>
    /// <exception cref="PlatformException">The file cannot be read or is no JSON; the code is <paramref name="code"/>.</exception>
    public static JsonFields OfFile(string file, string code, JsonProblems problems)
    {
        try
        {
            var value = JsonText.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return new JsonFields(value, "", problems);
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new PlatformException(code, $"{file}: {fault.Message}", fault);
        }
    }

    /// <summary>The place of a field in the file.</summary>
    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>Notes an error of a field.</summary>
    public void Error(string name, string text) => _problems.Error(PathOf(name), text);

    /// <summary>A text, null if the field is absent.</summary>
    public string? Text(string name)
    {
        if (Take(name) is not { } value)
            return null;
        if (value.ValueKind is JsonValueKind.String)
            return value.GetString();
        Error(name, $"{value.GetRawText()}, must be a text");
        return null;
    }

    /// <summary>A text that must be there and not be empty.</summary>
    public string RequiredText(string name)
    {
        if (Text(name) is { Length: > 0 } text)
            return text;
        if (!_fields.TryGetValue(name, out var value) || value.ValueKind is JsonValueKind.String)
            Error(name, "is missing or empty, must be a text");
        return "";
    }

    /// <summary>One of the given words.</summary>
    public string Word(string name, string standard, params ReadOnlySpan<string> allowed)
    {
        var text = Text(name) ?? standard;
        if (allowed.Contains(text))
            return text;
        Error(name, $"\"{text}\", must be one of {string.Join(", ", allowed.ToArray())}");
        return standard;
    }

    /// <summary>A whole number within a range; <paramref name="standard"/> if the field is absent.</summary>
    public int Number(string name, int standard, int least, int most)
    {
        if (Take(name) is not { } value)
            return standard;
        if (value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
            return number;
        Error(name, $"{value.GetRawText()}, must be a whole number from {least} to {most}");
        return standard;
    }

    /// <summary>True or false; <paramref name="standard"/> if the field is absent.</summary>
    public bool Flag(string name, bool standard)
    {
        if (Take(name) is not { } value)
            return standard;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Error(name, $"{value.GetRawText()}, must be true or false");
        return standard;
    }

    /// <summary>The fields of an object; of an empty one if the field is absent.</summary>
    public JsonFields Object(string name) => new(Take(name) ?? JsonDocument.Parse("{}").RootElement, PathOf(name), _problems);

    /// <summary>The objects of a list; none if the field is absent.</summary>
    public IReadOnlyList<JsonFields> Objects(string name) =>
        [.. List(name).Select((item, index) => new JsonFields(item, $"{PathOf(name)}[{index}]", _problems))];

    /// <summary>The texts of a list; null if the field is absent.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (!_fields.ContainsKey(name))
            return null;
        var items = List(name);
        if (items.All(item => item.ValueKind is JsonValueKind.String))
            return [.. items.Select(item => item.GetString()!)];
        Error(name, "must be a list of texts");
        return [];
    }

    /// <summary>Whether the field is there.</summary>
    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>Warns about every field that was not asked for.</summary>
    public void Finish()
    {
        foreach (var name in _fields.Keys.Where(name => !_known.Contains(name)))
            _problems.Warning(PathOf(name), "is not known and ignored");
    }

    private JsonElement[] List(string name)
    {
        if (Take(name) is not { } value)
            return [];
        if (value.ValueKind is JsonValueKind.Array)
            return [.. value.EnumerateArray()];
        Error(name, $"{value.ValueKind}, must be a list");
        return [];
    }

    private JsonElement? Take(string name)
    {
        _known.Add(name);
        return _fields.TryGetValue(name, out var value) ? value : null;
    }
}
