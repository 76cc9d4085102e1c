using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DmDelegation.Platform.Profile;

namespace DmDelegation.Agent.Support;

/// <summary>
/// Takes out of a text what may be a secret though nobody meant to write it there: users, passwords and queries of addresses. Everything else
/// that is secret never comes near a bundle: keys, passwords and the store are not read for it.
/// </summary>
internal static class Redaction
{
    private const string Mark = "***";

    // As it is, and as some writers of JSON escape it.
    private static readonly SearchValues<string> Colons = SearchValues.Create(["://", @":\/\/"], StringComparison.Ordinal);

    // What no address may hold. An apostrophe it may, in its password too.
    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n\"<>\\");

    // Escaped in JSON: a quotation mark or white space, which end an address; every other escape is a part of it.
    private static readonly SearchValues<char> EscapedEnds = SearchValues.Create("\"nrt");
    private static readonly string[] Confidential = ["value", "arguments"];
    private static readonly SearchValues<char> BehindHost = SearchValues.Create("/?#");

    /// <summary>The text without them.</summary>
    public static string Of(string text)
    {
        var redacted = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        for (int at; (at = rest.IndexOfAny(Colons)) >= 0;)
        {
            var length = rest[at + 1] == '\\' ? @":\/\/".Length : "://".Length;
            redacted.Append(rest[..(at + length)]);
            rest = rest[(at + length)..];
            var end = EndOfAddress(rest);
            AppendAddress(redacted, rest[..end]);
            rest = rest[end..];
        }

        return redacted.Append(rest).ToString();
    }

    /// <summary>A device profile without what the device's maker may have put there in confidence: values of leaves, arguments of programs.</summary>
    /// <returns>Null if the text is no JSON.</returns>
    public static string? OfProfile(string text)
    {
        try
        {
            var profile = JsonText.Parse(Encoding.UTF8.GetBytes(text), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            using var octets = new MemoryStream();
            using (var writer = new Utf8JsonWriter(octets, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
                Write(writer, profile);
            return Encoding.UTF8.GetString(octets.GetBuffer().AsSpan(0, (int)octets.Length)) + "\n";
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    if (Confidential.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
                        writer.WriteStringValue(Mark);
                    else
                        Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var entry in element.EnumerateArray())
                    Write(writer, entry);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static int EndOfAddress(ReadOnlySpan<char> text)
    {
        for (var start = 0; ;)
        {
            var found = text[start..].IndexOfAny(Ends);
            if (found < 0)
                return text.Length;
            var end = start + found;
            if (text[end] != '\\' || end + 1 == text.Length || EscapedEnds.Contains(text[end + 1]))
                return end;
            // The escape and what it escapes.
            start = end + 2;
        }
    }

    /// <summary>An address from its host on.</summary>
    private static void AppendAddress(StringBuilder redacted, ReadOnlySpan<char> address)
    {
        var host = address.IndexOfAny(BehindHost);
        var user = (host < 0 ? address : address[..host]).LastIndexOf('@');
        if (user >= 0)
        {
            redacted.Append(Mark);
            address = address[user..];
        }

        var query = address.IndexOf('?');
        if (query < 0)
            redacted.Append(address);
        else
            redacted.Append(address[..(query + 1)]).Append(Mark);
    }
}
