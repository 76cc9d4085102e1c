using System.Text.Json;

namespace DmDelegation.Platform.Profile;

/// <summary>JSON that people write. The framework's documents look at escapes only when a text is asked for, and throw then; here they are looked at first.</summary>
public static class JsonText
{
    /// <summary>The value in a file's octets.</summary>
    /// <param name="octets">The file.</param>
    /// <param name="options">What is taken beside the standard.</param>
    /// <exception cref="JsonException">It is no JSON, or a text in it holds half a surrogate pair or octets that are no UTF-8.</exception>
    public static JsonElement Parse(byte[] octets, JsonDocumentOptions options)
    {
        using var document = JsonDocument.Parse(octets, options);
        CheckTexts(octets, options);
        return document.RootElement.Clone();
    }

    private static void CheckTexts(byte[] octets, JsonDocumentOptions options)
    {
        var reader = new Utf8JsonReader(octets, new JsonReaderOptions
        {
            AllowTrailingCommas = options.AllowTrailingCommas,
            CommentHandling = options.CommentHandling,
            MaxDepth = options.MaxDepth,
        });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !IsText(ref reader))
            {
                var before = octets.AsSpan(0, (int)reader.TokenStartIndex);
                throw new JsonException(
                    "a text holds half a surrogate pair, or octets that are no UTF-8", null, before.Count((byte)'\n'), before.Length - 1 - before.LastIndexOf((byte)'\n'));
            }
        }
    }

    private static bool IsText(ref Utf8JsonReader reader)
    {
        try
        {
            _ = reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
