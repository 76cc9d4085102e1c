using System.Text.Json;

namespace DmDelegation.Platform.Cms;

/// <summary>The form of the JSON inside a voucher; what it says is the engine's to compare.</summary>
internal static class VoucherContent
{
    // A voucher nests three deep: object, scope array, entry.
    private const int MaxDepth = 8;

    /// <summary>A UTF-8 JSON object in which no name occurs twice (DEL-164).</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> content)
    {
        try
        {
            var reader = new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = MaxDepth });
            return reader.Read() && reader.TokenType is JsonTokenType.StartObject && HasNoNameTwice(ref reader) && !reader.Read();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool HasNoNameTwice(ref Utf8JsonReader reader)
    {
        var open = new Stack<HashSet<string>>([new HashSet<string>(StringComparer.Ordinal)]);
        while (open.Count > 0 && reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartObject)
                open.Push(new HashSet<string>(StringComparer.Ordinal));
            else if (reader.TokenType is JsonTokenType.EndObject)
                _ = open.Pop();
            else if (reader.TokenType is JsonTokenType.PropertyName && !open.Peek().Add(reader.GetString()!))
                return false;
        }

        return open.Count == 0;
    }
}
