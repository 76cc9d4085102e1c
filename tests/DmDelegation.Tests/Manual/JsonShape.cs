using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DmDelegation.Tests.Manual;

/// <summary>A field of an answer in JSON.</summary>
/// <param name="Path">Where it is, such as <c>warnings[].code</c>.</param>
/// <param name="Form">What it is.</param>
/// <param name="Meaning">What it means, from the doc comment of the shape.</param>
public sealed record JsonField(string Path, string Form, string Meaning);

/// <summary>The fields of the answers: names from the writer that writes them, meanings from the doc comments of the shapes.</summary>
public static partial class JsonShape
{
    private static readonly Lazy<Dictionary<string, Dictionary<string, string>>> Comments = new(ReadComments);

    /// <summary>All fields of a shape, those of shapes in it too.</summary>
    public static ImmutableArray<JsonField> Of(JsonTypeInfo shape) => [.. Fields(shape, "")];

    private static IEnumerable<JsonField> Fields(JsonTypeInfo shape, string prefix)
    {
        var comments = Comments.Value.GetValueOrDefault(shape.Type.FullName!);
        foreach (var field in shape.Properties)
        {
            var path = prefix + field.Name;
            var meaning = comments?.GetValueOrDefault(field.Name.ToUpperInvariant())
                ?? throw new InvalidOperationException($"the field {field.Name} of {shape.Type.Name} has no doc comment");
            yield return new JsonField(path, Form(field.PropertyType), meaning);
            var inner = Inner(field.PropertyType);
            if (inner.Namespace != shape.Type.Namespace)
                continue;
            foreach (var below in Fields(shape.Options.GetTypeInfo(inner), path + (IsList(field.PropertyType) ? "[]." : ".")))
                yield return below;
        }
    }

    private static string Form(Type type) => type switch
    {
        _ when Nullable.GetUnderlyingType(type) is { } value => Form(value) + " or null",
        _ when IsList(type) => "list",
        _ when type == typeof(string) => "text",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) || type == typeof(long) || type == typeof(double) => "number",
        _ when type == typeof(System.Text.Json.JsonElement) => "value",
        _ => "object",
    };

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>);

    private static Type Inner(Type type) => IsList(type) ? type.GetGenericArguments()[0] : Nullable.GetUnderlyingType(type) ?? type;

    private static Dictionary<string, Dictionary<string, string>> ReadComments()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "dmagent.xml");
        var members = XDocument.Load(file).Descendants("member").Select(member => (Name: member.Attribute("name")!.Value, Member: member)).ToList();
        var comments = members.Where(entry => entry.Name.StartsWith("T:", StringComparison.Ordinal)).ToDictionary(
            entry => entry.Name[2..],
            entry => entry.Member.Elements("param").ToDictionary(param => param.Attribute("name")!.Value.ToUpperInvariant(), Words, StringComparer.Ordinal),
            StringComparer.Ordinal);
        // Fields that came later stand beside the parameters of the record.
        foreach (var (name, member) in members.Where(entry => entry.Name.StartsWith("P:", StringComparison.Ordinal)))
        {
            var end = name.LastIndexOf('.');
            if (member.Element("summary") is { } summary && comments.TryGetValue(name[2..end], out var fields))
                fields.TryAdd(name[(end + 1)..].ToUpperInvariant(), Words(summary));
        }

        return comments;
    }

    /// <summary>The text of a comment; what it refers to by name is named, references to the specification are left out.</summary>
    private static string Words(XElement comment)
    {
        var text = new StringBuilder();
        foreach (var node in comment.Nodes())
            text.Append(node is XElement { Name.LocalName: "see" } see ? see.Attribute("cref")!.Value.Split('.')[^1] : node is XElement element ? element.Value : node.ToString());
        var line = System.Net.WebUtility.HtmlDecode(string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        return Reference().Replace(line, "");
    }

    [GeneratedRegex(@" \((?:[A-Z]{2,4}-\d+|section \d+|[\d.]+)(?:, [^)]*)?\)| of (?:section )?\d+(?:\.\d+)?(?=[,.;])")]
    private static partial Regex Reference();
}
